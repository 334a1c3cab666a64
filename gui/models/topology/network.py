"""Who and what takes part in a run: parties, links, sites and EVSEs as the recording wrote them down at its beginning.

Everything has an index, because the picture is drawn from arrays. EVSEs of one site have neighbouring indices.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from gui.models.topology.prices import tariff_words
from simulator.recording.reader import Recording

HOLDER: Final = "run"
_END: Final = 1 << 60


class Party(NamedTuple):
    """A company in the market; `role` in lower case ("cpo", "emsp", "hub", ...)."""

    id: str
    role: str
    name: str


class Link(NamedTuple):
    """Two parties that speak OCPI with each other (indices), and the one-way delay of their network."""

    a: int
    b: int
    median_ms: float | None
    p95_ms: float | None


class Site(NamedTuple):
    """A charging location: its CPO (index), place in degrees, grid limit if it has one, and the sum of its ratings."""

    key: str
    cpo: int
    name: str
    latitude: float
    longitude: float
    limit_w: float | None
    power_w: float | None


class Evse(NamedTuple):
    """A place to charge: its site (index), place in degrees, rating, OCPI PowerType, its tariff in words, and what its
    connectors are (OCPI ConnectorType)."""

    key: str
    site: int
    latitude: float
    longitude: float
    power_w: float | None
    power_type: str
    tariff: str
    connector: str = ""


class Network:
    """Parties, links, sites and EVSEs of one run, by index and by name."""

    def __init__(
        self, parties: Iterable[Party], links: Iterable[Link], sites: Iterable[Site], evses: Iterable[Evse]
    ) -> None:
        self.parties = list(parties)
        self.links = list(links)
        self.sites = list(sites)
        self.evses = sorted(evses, key=lambda evse: evse.site)
        self.party_of = {party.id: index for index, party in enumerate(self.parties)}
        self.site_of = {site.key: index for index, site in enumerate(self.sites)}
        self.evse_of = {evse.key: index for index, evse in enumerate(self.evses)}
        self._link_of = {frozenset((link.a, link.b)): index for index, link in enumerate(self.links)}
        self.evse_site: NDArray[np.int64] = np.array([evse.site for evse in self.evses], np.int64)
        self.site_cpo: NDArray[np.int64] = np.array([site.cpo for site in self.sites], np.int64)
        self.evse_cpo: NDArray[np.int64] = self.site_cpo[self.evse_site] if self.sites else self.evse_site
        self.link_ends: NDArray[np.int64] = np.array([link[:2] for link in self.links], np.int64).reshape(-1, 2)
        self._first = np.searchsorted(self.evse_site, np.arange(len(self.sites) + 1))
        self.site_counts: NDArray[np.int64] = np.bincount(self.site_cpo, minlength=len(self.parties))
        """How many sites each party has."""
        self.sites_of: list[list[int]] = [[] for _ in self.parties]
        for index, site in enumerate(self.sites):
            self.sites_of[site.cpo].append(index)

    @cached_property
    def graph(self) -> Any:
        """Parties and links as networkx knows them."""
        # Loaded here, as it takes a quarter of a second that an empty window need not wait for.
        import networkx as nx  # type: ignore[import-untyped]

        graph = nx.Graph()
        graph.add_nodes_from(range(len(self.parties)))
        graph.add_edges_from((link.a, link.b) for link in self.links)
        return graph

    def link_between(self, a: str, b: str) -> int:
        """The index of the link between two parties by id; -1 if they have none."""
        ends = frozenset((self.party_of.get(a, -1), self.party_of.get(b, -2)))
        return self._link_of.get(ends, -1)

    def link_id(self, link: int) -> str:
        """A link's name for a Selection: `NL-ABC|NL-EMA`."""
        return f"{self.parties[self.links[link].a].id}|{self.parties[self.links[link].b].id}"

    def links_of(self, party: int) -> list[int]:
        """The links of a party."""
        return [self._link_of[frozenset((party, peer))] for peer in self.graph.neighbors(party)]

    def evses_of(self, site: int) -> range:
        """The indices of a site's EVSEs."""
        return range(int(self._first[site]), int(self._first[site + 1]))

    def site_sizes(self) -> NDArray[np.int64]:
        """How many EVSEs each site has."""
        return np.diff(self._first)

    def roles(self) -> Counter[str]:
        """How many parties play each role."""
        return Counter(party.role for party in self.parties)


class _PartyValue(msgspec.Struct):
    role: str = ""
    name: str = ""


class _LinkValue(msgspec.Struct):
    median_ms: float | None = None
    p95_ms: float | None = None


class _SiteValue(msgspec.Struct):
    cpo: str = ""
    name: str = ""
    latitude: float = 0.0
    longitude: float = 0.0
    limit_w: float | None = None
    power_w: float | None = None


class _TariffValue(msgspec.Struct):
    id: str = ""
    currency: str = ""
    prices: dict[str, str] = {}
    vat: str | None = None
    varies: bool = False


class _EvseValue(msgspec.Struct):
    site: str = ""
    power_w: float | None = None
    power_type: str = ""
    tariff: _TariffValue | str | None = None
    connector: str = ""
    latitude: float | None = None
    longitude: float | None = None


_Value = TypeVar("_Value", bound=msgspec.Struct)


def _rows(recording: Recording, kind: str, shape: type[_Value]) -> dict[str, _Value]:
    decoder = msgspec.json.Decoder(shape)
    values = recording.state_at(HOLDER, _END, kind)
    return {entity: decoder.decode(value) for entity, value in values.items() if value != b"null"}


def _tariff(value: _TariffValue | str | None) -> str:
    if not isinstance(value, _TariffValue):
        return value or ""
    return tariff_words(value.id, value.currency, value.prices, value.vat, varies=value.varies)


def read_network(recording: Recording) -> Network:
    """The network as the recording has it so far; empty if it does not say. What hangs on nothing is left out."""
    parties = [
        Party(id, value.role.lower(), value.name or id) for id, value in _rows(recording, "party", _PartyValue).items()
    ]
    party_of = {party.id: index for index, party in enumerate(parties)}
    links = []
    for id, latency in _rows(recording, "link", _LinkValue).items():
        a, _, b = id.partition("|")
        if a in party_of and b in party_of:
            links.append(Link(party_of[a], party_of[b], latency.median_ms, latency.p95_ms))
    sites = [
        Site(key, party_of[v.cpo], v.name or key, v.latitude, v.longitude, v.limit_w, v.power_w)
        for key, v in _rows(recording, "site", _SiteValue).items()
        if v.cpo in party_of
    ]
    site_of = {site.key: index for index, site in enumerate(sites)}
    evses = []
    for key, value in _rows(recording, "evse", _EvseValue).items():
        index = site_of.get(value.site)
        if index is not None:
            site = sites[index]
            latitude = site.latitude if value.latitude is None else value.latitude
            longitude = site.longitude if value.longitude is None else value.longitude
            evses.append(
                Evse(
                    key,
                    index,
                    latitude,
                    longitude,
                    value.power_w,
                    value.power_type,
                    _tariff(value.tariff),
                    value.connector,
                )
            )
    return Network(parties, links, sites, evses)
