"""A group of drivers with contracts with an eMSP outside: who of them comes, with which of its tokens.

What its people have in their back office shows to us as the tokens that it pushes, or that our CPOs read. These are the
group's cards and accounts, unless the scenario names others. Nobody comes while there is none that is good and unused.
"""

from collections.abc import Generator, Sequence
from typing import Any

from msgspec.structs import replace
from simpy import Event

from simulator.assemble.people import group_of
from simulator.assemble.world import World
from simulator.field.arrivals import group_arrivals
from simulator.field.driver import Driver, Life
from simulator.field.group import Member, draw_visit
from simulator.field.visit import Visit
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.ocpp.messages import IdToken, TokenKind
from simulator.scenario.model import DriverGroup


class Customers:
    """One group of them, who charge at the charge points of these CPOs."""

    def __init__(self, world: World, spec: DriverGroup, cpos: Sequence[str]) -> None:
        self._world = world
        self._spec = spec
        (self._emsp,) = spec.emsps
        self._cpos = cpos
        self._group = group_of(world, spec, cpos)
        self._in_use: dict[str, None] = {}
        self._stated = [IdToken(uid, self._kind(f"group/{spec.name}/{uid}"), self._emsp) for uid in spec.tokens]

    def arrivals(self) -> Generator[Event, Any, None]:
        """A process: they arrive as drivers of ours do."""
        world = self._world
        return group_arrivals(world.street, world.streams, self._group, world.scenario.duration_us, self._life)

    def _life(self, name: str, number: int) -> Life:
        spec, world = self._spec, self._world
        tokens = self._stated or self._told(self._kind(f"driver/{name}"))
        unused = [token for token in tokens if token.uid not in self._in_use]
        if not unused:
            why = "all its tokens are in use" if tokens else "no valid token of it is known"
            data = {"why": f"{self._emsp}: {why}"}
            world.journal.event(f"driver/{name}", "stays_away", party=self._emsp, data=data)
            return
        token = unused[number % len(unused)]
        self._in_use[token.uid] = None
        visit = draw_visit(world.streams, self._group, name, Member(self._emsp, token))
        yield from Driver(world.street, patient(visit, spec.patience_us)).life()
        del self._in_use[token.uid]

    def _kind(self, entity: str) -> TokenKind:
        """A card or an account, as the share of both in the group has it."""
        is_card = self._world.streams.uniform(entity, "authorise")() < self._spec.rfid_share
        return "ISO14443" if is_card else "Central"

    def _told(self, wished: TokenKind) -> list[IdToken]:
        """The valid tokens of this kind that our CPOs know of; those of the other where there are none."""
        known: dict[tuple[str, TokenKind], None] = {}
        for cpo in self._cpos:
            for token in self._world.cpos[cpo].tokens.store:
                if token.valid and f"{token.country_code}-{token.party_id}".upper() == self._emsp:
                    known[token.uid, "ISO14443" if token.type is TokenType.RFID else "Central"] = None
        found = [IdToken(uid, kind, self._emsp) for uid, kind in known]
        return [token for token in found if token.kind == wished] or found


def patient(visit: Visit, patience_us: int) -> Visit:
    """Of an outsider's customers those with an app leave when charging is over, at the latest after their stay; and
    wait for its commands as patiently as for a place, as people may be typing them.
    """
    by_app = visit.token.kind == "Central"
    return replace(
        visit,
        plan=replace(visit.plan, leaves_when_full=by_app),
        stop="unplug" if by_app else visit.stop,
        app_patience_us=patience_us,
    )
