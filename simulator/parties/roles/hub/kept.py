"""An object that is meant for everybody as a hub knows it: its owner's own bytes, and who was told what of it."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec
from simulator.parties.modules.order import newer
from simulator.parties.roles.hub.reading import Head, Tree, head_of, parse

Owner = tuple[str, str]
Place = tuple[str, str]
"""Where a Connector is in a location: its EVSE's uid and its own id, in lower case."""


class Shown(Struct):
    """How readers of a version were last told of an object; of a location without its EVSEs, but with `places`.

    `places` are all Connectors that any of them was ever told of, `now` those of the last time.
    """

    body: bytes
    places: dict[Place, None]
    now: dict[Place, None]


class Kept:
    """An object as its owner wrote it; `said` is how it reads in other versions, `told` what of that was told.

    `facade` is the one over which an owner of 2.1.1 told it, else empty.
    `shown` is how readers of other versions were last told of it, also if that was another state; `readers` are the
    names of the connections over which anybody was told, in whatever version, and `ended` of those over which its owner
    has since deleted it.
    """

    __slots__ = (
        "_raw",
        "_tree",
        "ended",
        "facade",
        "head",
        "kind",
        "owner",
        "readers",
        "said",
        "shown",
        "told",
        "version",
    )

    def __init__(self, kind: str, owner: Owner, version: str, head: Head, raw: bytes, facade: str) -> None:
        self.kind = kind
        self.owner = owner
        self.version = version
        self.facade = facade
        self.head = head
        self.said: dict[str, Any] = {}
        self.told: dict[str, None] = {}
        self.shown: dict[str, Shown] = {}
        self.readers: dict[str, None] = {}
        self.ended: dict[str, None] = {}
        self._raw: bytes | None = raw
        self._tree: Tree | None = None

    @property
    def id(self) -> str:
        """Its id, or the uid of a token."""
        return self.head.uid or self.head.id

    @property
    def type(self) -> str:
        """The type of a token, which belongs to its key; empty for anything else."""
        return self.head.type if self.kind == "token" else ""

    @property
    def key(self) -> tuple[str, ...]:
        """Under which key it is kept."""
        return key_for(self.owner, self.id, self.type, self.facade)

    @property
    def names(self) -> tuple[str, ...]:
        """What parties may call a token: its uid and its contract."""
        head = self.head
        return (head.uid.lower(), (head.contract_id or head.auth_id).lower()) if self.kind == "token" else ()

    def stands(self, other: "Kept") -> bool:
        """Whether this state of an object is not replaced by another."""
        return self.raw == other.raw or newer(self.head.last_updated, other.head.last_updated)

    @property
    def raw(self) -> bytes:
        """The JSON: the owner's own bytes, or with what was changed since."""
        if self._raw is None:
            self._raw = codec.encode(self._tree)
        return self._raw

    @property
    def tree(self) -> Tree:
        """The object as JSON, of which no part is ever changed in place."""
        if self._tree is None:
            self._tree = parse(self.raw)
        return self._tree

    def show(self, version: str, body: bytes) -> None:
        """Readers of a version are told of it like this."""
        if self.kind != "location":
            self.shown[version] = Shown(body, {}, {})
            return
        known = self.shown.get(version)
        before = known.places if known is not None else {}
        tree = parse(body)
        now = dict.fromkeys(place for evse in tree.pop("evses", ()) for place in places_of(evse))
        self.shown[version] = Shown(codec.encode(tree), {**before, **now}, now)

    def tell(self, reader: str) -> None:
        """Somebody is told of it over the connection with this name."""
        self.readers[reader] = None
        self.ended.pop(reader, None)

    def succeed(self, gone: "Kept", reader: str) -> None:
        """It is in the place of one that is gone, and whoever was told of that over this connection has it."""
        self.shown = {**gone.shown, **self.shown}
        self.tell(reader)

    def end(self, reader: str) -> None:
        """Its owner deletes it there."""
        self.readers.pop(reader, None)
        self.ended[reader] = None

    def change(self, tree: Tree) -> None:
        """It is like this now; it stays under its key."""
        self._tree = tree
        self._raw = None
        self.said.clear()
        self.told.clear()
        self.head = replace(head_of(tree), type=self.head.type)


def places_of(evse: Tree) -> list[Place]:
    """Where the Connectors of an EVSE are."""
    return [(evse["uid"].lower(), connector["id"].lower()) for connector in evse["connectors"]]


def key_for(owner: Owner, id: str, type: str, facade: str) -> tuple[str, ...]:
    """Under which key an object is kept; a type have tokens only, and a facade what an owner of 2.1.1 tells."""
    return (*owner, id, *[each for each in (type, facade) if each])
