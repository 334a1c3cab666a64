"""What an outsider that registers with one of ours is given: a token, and another one each time that it needs to begin.

Its people may lose what a registration gave them, as when a platform under development is started again. Then they have
no more than the token of their invitation, which opens no door once it has been used. Presenting it brings another
invitation; the registration stands until that one is presented.
"""

from collections.abc import Callable, Generator
from typing import Any, Final

from msgspec import Struct
from simpy import Event

from simulator.assemble.world import World
from simulator.engine.cause import TIME
from simulator.ocpi import headers as h
from simulator.parties.connection import Connection, ConnectionState
from simulator.scenario.model import Outsider

_WATCH_US: Final = 1_000_000


class Invitation(Struct, frozen=True):
    """What the people of an outsider, which speaks `versions`, need in order to register with one of our parties.

    One that speaks 2.1.1 only knows no hubs: it is invited by a hub `in_place_of` each party that this leads it to.
    It must present itself as `outsider`, in its role; by an `open` invitation as whom it likes. `held_by` is who has
    come by an earlier one and is registered: anybody else takes its place.
    """

    party: str
    outsider: str
    role: str
    versions_url: str
    token: str
    versions: tuple[str, ...]
    in_place_of: str = ""
    open: bool = False
    held_by: str = ""


class Invited:
    """An outsider that is to register with one of ours; `invite` hands over an invitation to real people.

    Whoever takes up an open one takes the place of the guest that was invited, or of who has come by it before.
    """

    def __init__(
        self,
        world: World,
        outsider: Outsider,
        party: str,
        connection: Connection,
        versions_url: str,
        invite: Callable[[Invitation], None],
    ) -> None:
        self.party = party
        self.outsider = outsider
        self._world = world
        self._connection = connection
        self._versions_url = versions_url
        self._invite = invite
        self._token = ""
        self._in_force = False

    def watch(self) -> Generator[Event, Any, None]:
        """Invite it; again whenever the registration has been ended, so that it may come back."""
        while True:
            self._hand_over()
            self._begin()
            while self._connection.state is not ConnectionState.UNREGISTERED:
                yield self._world.kernel.env.timeout(_WATCH_US)

    def is_presented(self, authorization: str) -> bool:
        """Whether this header has its token while that is good for a registration."""
        used = self._in_force and self._connection.registered
        return not used and any(h.token_matches(token, self._token) for token in h.tokens_in(authorization))

    @property
    def is_under_way(self) -> bool:
        """Whether somebody is registering by it."""
        return self._world.party(self.party).registration.is_under_way(self._connection)

    def pass_to(self, connection: Connection) -> None:
        """From now on it is good for another peer's registration; that of the one before, if there is one, ends."""
        if connection is not self._connection:
            self._world.party(self.party).registration.leave(self._connection, TIME)
            self._connection = connection
            self._begin()

    def begins_anew(self, authorization: str) -> bool:
        """Whether this header, which opens no door, has the token of an invitation that does from now on.

        One with a token that a registration has used up brings another invitation.
        """
        if not any(h.token_matches(token, self._token) for token in h.tokens_in(authorization)):
            return False
        if not self._in_force:
            self._begin()
            return True
        if self._connection.registered:
            self._hand_over()
        return False

    def _hand_over(self) -> None:
        world, id, about = self._world, self.outsider.id, self.outsider
        self._token, self._in_force = world.party(self.party).office.new_token(id, "A"), False
        data = {"sender": id, "receiver": self.party}
        world.journal.event("people", "token_a_handed_over", party=id, subject=self.party, data=data)
        place, url, versions = self._connection.facade, self._versions_url, about.versions
        held_by = self._connection.peer_id if about.open and self._connection.registered else ""
        self._invite(Invitation(self.party, id, about.role, url, self._token, versions, place, about.open, held_by))

    def _begin(self) -> None:
        self._world.party(self.party).registration.admit_token_a(self._connection, self._token)
        self._in_force = True
