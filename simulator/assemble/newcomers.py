"""Those who come by an open invitation: in the run each is the party that its credentials say it is.

Before them nobody can know who comes: until then its platform is the guest that was invited. Its own id is what it
addresses its messages with, and what its objects and its drivers' tokens bear. One who is nobody that could come is
answered in the guest's place.
"""

import asyncio
from collections.abc import Callable, Generator, Mapping
from itertools import count
from typing import Any, Final

from msgspec.structs import replace
from simpy import Event

from simulator.assemble.guests import GUEST_TOKEN, guest_drivers
from simulator.assemble.invited import Invited
from simulator.assemble.outside_visitors import Awaited, welcome
from simulator.assemble.outsider import Guest
from simulator.assemble.world import World
from simulator.ocpi.findings import Invalid
from simulator.ocpi.modules import Role
from simulator.parties import credentials
from simulator.scenario.model import Outsider, Scenario
from simulator.scenario.units import Unreadable
from simulator.scenario.words import party_id
from simulator.wire.carrier import Request

_MOST: Final = 32
"""Guests of a run: whoever tries one id after the other with the same token must not fill it."""
_WATCH_US: Final = 1_000_000


class Newcomers:
    """Lets them in. `add` makes the guest that an outsider is in the run, `appear` has it take part from now on."""

    def __init__(
        self,
        world: World,
        guests: Mapping[str, Guest],
        add: Callable[[Outsider], Guest],
        appear: Callable[[Guest], None],
    ) -> None:
        self._world = world
        self._guests = guests
        self._add = add
        self._appear = appear
        self._with_driver: dict[str, None] = {}
        self._one_at_a_time = asyncio.Lock()

    async def make_room(self, party: str, request: Request) -> None:
        """Have a place in the run ready for one who presents itself, before its request is let in."""
        async with self._one_at_a_time:
            found = self._found(party, request)
            if found is not None and found[1].id not in self._guests and len(self._guests) < _MOST:
                await self._world.kernel.let_in(self._add(found[1]).node)

    def take_in(self, party: str, request: Request, wait: Callable[[Awaited], None]) -> bool:
        """One who presents itself is from now on the party that it says it is; whether this request is one's.

        `wait` hears of its driver, if it is an eMSP.
        """
        found = self._found(party, request)
        if found is None or found[1].id not in self._guests or found[0].is_under_way:
            return False
        invited, newcomer = found
        world, guest = self._world, self._guests[newcomer.id]
        if guest.id not in [each.id for each in world.outsiders]:
            world.outsiders.append(newcomer)
            self._appear(guest)
        connection = world.party(party).office.connections.get(guest.id)
        invited.pass_to(connection or guest.join(party, newcomer)[0])
        if newcomer.role == "emsp" and guest.id not in self._with_driver:
            self._with_driver[guest.id] = None
            world.kernel.env.process(self._bring_driver(guest, newcomer, wait))
        return True

    def _bring_driver(
        self, guest: Guest, newcomer: Outsider, wait: Callable[[Awaited], None]
    ) -> Generator[Event, Any, None]:
        """A process: an eMSP's driver comes when it is registered with a CPO, goes when it is no more, and so on."""
        world = self._world
        for number in count(1):
            while not (partners := guest.registered_with(world.cpos)):
                yield world.kernel.env.timeout(_WATCH_US)
            of_one = replace(newcomer, partners=partners[:1])
            drivers = guest_drivers(world.scenario, of_one, number, world.kernel.now_us)
            if drivers and not self._has_place(partners[0]):
                wait(Awaited(guest.id, "START_SESSION", GUEST_TOKEN, partners[0]))
            leave = welcome(world, of_one, drivers, wait)
            while guest.registered_with(of_one.partners):
                yield world.kernel.env.timeout(_WATCH_US)
            leave()

    def _has_place(self, cpo: str) -> bool:
        return any(charger.free for charger in self._world.street.chargers.values() if charger.party == cpo)

    def _found(self, party: str, request: Request) -> tuple[Invited, Outsider] | None:
        """Who presents itself to a party by credentials, with the token of an open invitation, and which that is."""
        headers = {name.lower(): value for name, value in reversed(request.headers)}
        authorization = headers.get("authorization", "")
        for invited in [each for guest in self._guests.values() for each in guest.invited]:
            if invited.outsider.open and invited.party == party and invited.is_presented(authorization):
                office = self._world.party(party).office
                asked = office.platform.asked(request.method, f"http://{office.identity.host}{request.url}")
                if asked is not None and asked[1].name == "credentials.post":
                    outsider = presented(self._world.scenario, invited, request.body, asked[0])
                    return None if outsider is None else (invited, outsider)
        return None


def presented(scenario: Scenario, invited: Invited, body: bytes, version: str) -> Outsider | None:
    """Who presents itself by an open invitation in the role that is wanted, the first where there are several.

    None for credentials that cannot be read, that have nobody in that role, no id that OCPI knows, or that of a party
    of ours.
    """
    guest = invited.outsider
    role = Role[guest.role.upper()]
    try:
        members = credentials.read(body, version, role).members
    except Invalid:
        return None
    found = next((member for member in members if member.role is role), None)
    if found is None:
        return None
    try:
        id = party_id(f"{found.country_code}-{found.party_id}".upper())
    except Unreadable:
        return None
    if any(party.id == id for party in scenario.parties):
        return None
    country_code, _, local_id = id.partition("-")
    return replace(
        guest,
        id=id,
        country_code=country_code,
        party_id=local_id,
        name=found.name,
        partners=(invited.party,),
        open=False,
    )
