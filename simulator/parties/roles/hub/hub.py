"""The hub: what it is made of, and what happens when a platform registers with it."""

from simulator.engine.cause import TIME, Cause
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.route_tables import TABLES
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo
from simulator.parties.connection import Connection
from simulator.parties.identity import Identity
from simulator.parties.office import Office
from simulator.parties.push import Outbox
from simulator.parties.roles.hub.addressee import Addressees
from simulator.parties.roles.hub.answers import Answers
from simulator.parties.roles.hub.beginnings import Beginnings
from simulator.parties.roles.hub.broadcast import Broadcast
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.changes import Changes
from simulator.parties.roles.hub.directory import Client, Directory
from simulator.parties.roles.hub.endings import Endings
from simulator.parties.roles.hub.forwarder import Forwarder
from simulator.parties.roles.hub.interpreter import Interpreter
from simulator.parties.roles.hub.kept import Kept
from simulator.parties.roles.hub.library import Library
from simulator.parties.roles.hub.links import Links
from simulator.parties.roles.hub.onward import Preparation
from simulator.parties.roles.hub.presentation import Presentation
from simulator.parties.roles.hub.retelling import Retelling
from simulator.parties.roles.hub.standing import Standing
from simulator.parties.roles.hub.wholes import Wholes
from simulator.parties.sync import Pull, Synchroniser
from simulator.parties.taking import Taken

_OWN = (ModuleID.VERSIONS, ModuleID.CREDENTIALS, ModuleID.HUB_CLIENT_INFO)
"""The modules that a hub serves itself; all others it passes on."""


class Hub:
    """One hub. `timeout_us` is for how long it waits for the answer to what it passes on."""

    def __init__(self, office: Office, poll_us: int | None, timeout_us: int) -> None:
        self.office = office
        self.directory = Directory(office)
        self.cache = Cache(office.copies)
        outbox = self._outbox = Outbox(office)
        interpreter = Interpreter(self.cache, office.journal, office.calendar)
        changes = self._changes = Changes(self.cache, interpreter)
        wholes = Wholes(outbox, interpreter)
        self._endings = Endings(office, self.directory, self.cache, changes, wholes)
        self._retelling = Retelling(office, self.directory, self.cache, changes, wholes)
        self._beginnings = Beginnings(office, self.cache, self._retelling.took)
        library = Library(office, self.directory, self.cache, interpreter, changes, self._took, self._endings.end)
        self.standing = Standing(office, self.directory, self._came_back, self._changed)
        infos = self.standing.receiver
        about = Pull(ModuleID.HUB_CLIENT_INFO, ClientInfo, infos, roles=(Role.HUB,), took=self._took_infos)
        self.sync = Synchroniser(office, (about, *library.pulls), poll_us, self._read)
        self.registration = Presentation(office, self.directory, self.sync.registered, self._left)
        broadcast = Broadcast(outbox, self.directory, library, interpreter, changes, self._beginnings)
        links = Links(office.id)
        forwarder = self._forwarder = Forwarder(
            office,
            self.directory,
            self.standing,
            Addressees(self.directory, self.cache),
            Preparation(office, self.directory, self.cache, interpreter, library, changes, broadcast, links),
            Answers(office, interpreter, changes, links),
            library,
            broadcast,
            outbox,
            timeout_us,
        )
        for route in dict.fromkeys(route for version in office.identity.versions for route in TABLES[version]):
            if route.module not in _OWN:
                name = route.name.rpartition(".")[2]
                office.platform.offer(route.module, InterfaceRole(route.interface), {name: forwarder.handle})

    def expect(self, peers: list[Identity]) -> None:
        """Contracts have been made with these parties; who is connected already hears of them."""
        for peer in peers:
            self.standing.tell(self.directory.expect(peer), TIME)

    def went_down(self) -> None:
        """The hub stops; what waited to be pushed is forgotten."""
        self._outbox.clear()
        self._endings.clear()
        self._retelling.clear()
        self._forwarder.clear()
        self.standing.sender.clear()

    def _left(self, line: Connection, cause: Cause) -> None:
        self._changes.forget(line)
        self._retelling.forget(line)
        self.standing.left(line, cause)

    def _came_back(self, line: Connection, cause: Cause) -> None:
        self.sync.soon(line, "the peer is back", cause)

    def _changed(self, client: Client, cause: Cause) -> None:
        self.registration.members_changed(client, cause)

    def _took(self, changed: tuple[Kept, ...], cause: Cause) -> None:
        """Owners list what is new or other."""
        self._retelling.took(changed, cause)
        self._beginnings.took(changed, cause)

    def _read(self, line: Connection, cause: Cause) -> None:
        """All that a platform has was read."""
        self.standing.read(line, cause)
        self._endings.read(line, cause)
        self._retelling.read(line)

    def _took_infos(self, connection: Connection, taken: Taken, cause: Cause) -> None:
        """Another hub's list of its parties."""
        for word in taken.changed:
            self.standing.told(connection, word.info, cause)
