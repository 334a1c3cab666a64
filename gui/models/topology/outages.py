"""Which parties, links and sites suffer a fault at an instant, from the recorded begins and ends of faults."""

from typing import Final, NamedTuple

from gui.models.topology.network import Network
from simulator.recording.reader import Recording

DOWN: Final = "link_down"


class Span(NamedTuple):
    """A fault in force from `from_us` until `to_us` (None: it has not ended)."""

    kind: str
    target: str
    from_us: int
    to_us: int | None


class Outages(NamedTuple):
    """The faults in force, by index of party, link and site."""

    parties: dict[int, Span]
    links: dict[int, Span]
    sites: dict[int, Span]


NO_OUTAGE: Final = Outages({}, {}, {})


class Faults:
    """All faults of a recording; `read` again when rows of faults have come."""

    def __init__(self, recording: Recording, network: Network) -> None:
        self._recording = recording
        self._network = network
        self._spans: list[Span] = []
        self.read()

    def read(self) -> None:
        """Pair begins with ends; of equal faults that overlap the first begun ends first."""
        spans: list[Span] = []
        for fault in self._recording.faults():
            if fault.phase == "begin":
                spans.append(Span(fault.kind, fault.target, fault.at_us, None))
                continue
            for place, span in enumerate(spans):
                if span.to_us is None and (span.kind, span.target) == (fault.kind, fault.target):
                    spans[place] = span._replace(to_us=fault.at_us)
                    break
        self._spans = spans

    def at(self, at_us: int) -> Outages:
        """What is in force at an instant. A link that is down is told as such, whatever else it suffers."""
        outages = Outages({}, {}, {})
        for span in self._spans:
            if span.from_us <= at_us and (span.to_us is None or at_us < span.to_us):
                self._place(span, outages)
        return outages

    def _place(self, span: Span, outages: Outages) -> None:
        network = self._network
        a, between, b = span.target.partition(" - ")
        if between:
            link = network.link_between(a, b)
            if link >= 0 and (link not in outages.links or span.kind == DOWN):
                outages.links[link] = span
        elif span.target in network.party_of:
            outages.parties[network.party_of[span.target]] = span
        else:
            for index, site in enumerate(network.sites):
                if span.target in (site.name, site.key.partition("/")[2]):
                    outages.sites[index] = span
