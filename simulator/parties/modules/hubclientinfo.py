"""HubClientInfo: a hub's list of the parties that it connects, and what its clients are told of them.

Source: OCPI 2.2.1, HubClientInfo module; digest, section 2.9. Its messages carry no routing headers.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo
from simulator.parties.call import CREATED, DONE, Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.modules.order import overtaken
from simulator.parties.modules.ownership import must_match, unknown
from simulator.parties.office import Office
from simulator.parties.push import Outbox, say
from simulator.parties.store import listed
from simulator.parties.taking import Key, Receiver

PAGE_LIMIT = 100


class ClientInfoSender:
    """A hub's side: `shown` gives what a client is to know."""

    def __init__(self, office: Office, shown: Callable[[Connection], Iterable[ClientInfo]]) -> None:
        self._office = office
        self._shown = shown
        self._outbox = Outbox(office)
        office.platform.offer(ModuleID.HUB_CLIENT_INFO, InterfaceRole.SENDER, {"get_list": self._get_list})

    def tell(self, connection: Connection, info: ClientInfo, cause: Cause) -> None:
        """Tell one client of a change, if it has an interface for that."""
        if connection.endpoint(ModuleID.HUB_CLIENT_INFO, InterfaceRole.RECEIVER) is None:
            return
        said = say(self._office, connection, info, cause)
        if said is None:
            return
        id = f"{info.country_code}-{info.party_id}"
        subject = Subject(
            module=ModuleID.HUB_CLIENT_INFO.value,
            interface="RECEIVER",
            route="hubclientinfo.receiver.put_client_info",
            version=connection.version,
            object_kind="ClientInfo",
            object_id=id,
        )
        path = join_url("", info.country_code, info.party_id)
        self._outbox.push(f"{connection.name}/{id}", connection, "PUT", path, subject, cause, said.body)

    def clear(self) -> None:
        """Forget what waits: the hub went down."""
        self._outbox.clear()

    def _get_list(self, call: Call) -> Reply:
        return listed(list(self._shown(call.line)), lambda info: info.last_updated, call, PAGE_LIMIT)


class Word(Struct, frozen=True):
    """What a hub says of a party."""

    hub: str
    info: ClientInfo

    @property
    def last_updated(self) -> str:
        """When it became so."""
        return self.info.last_updated


class ClientInfoReceiver(Receiver[Word]):
    """What a party knows of the parties behind its hubs; `on_change` hears of each change that is pushed.

    Any hub may tell of any party, and of none does it ever cease to tell.
    """

    def __init__(self, office: Office, on_change: Callable[[Connection, ClientInfo, Cause], None]) -> None:
        super().__init__(office)
        self._on_change = on_change
        office.platform.offer(
            ModuleID.HUB_CLIENT_INFO,
            InterfaceRole.RECEIVER,
            {"get_client_info": self._get, "put_client_info": self._put},
        )

    def heard(self, connection: Connection, listed: ClientInfo) -> Word:
        """See Receiver."""
        return Word(connection.peer_id, listed)

    def key(self, obj: Word) -> Key:
        """See Receiver."""
        return obj.hub, *self.owner(obj)

    def owner(self, obj: Word) -> tuple[str, str]:
        """See Receiver."""
        return obj.info.country_code, obj.info.party_id

    def may_tell(self, connection: Connection, owner: tuple[str, str]) -> bool:
        """See Receiver."""
        del owner
        return connection.to_hub

    def keep(self, obj: Word, original: Any, cause: Cause) -> None:
        """See Receiver."""
        del original
        self.store.put(obj, *self.key(obj))
        value = {"role": obj.info.role, "status": obj.info.status, "hub": obj.hub}
        self._journal.state(self._office.id, "client_info", "-".join(self.owner(obj)), value, cause)

    def _get(self, call: Call) -> Reply:
        known = self._known(call)
        if known is None:
            raise unknown("ClientInfo", "-".join(call.owner or ()))
        return call.reply(known.info)

    def _put(self, call: Call) -> Reply:
        if not call.line.to_hub:
            raise Refusal(Status.CLIENT_ERROR, f"{call.line.peer_id} is no hub.", 404)
        info = call.read(ClientInfo)
        must_match(call, info)
        known = self._known(call)
        late = known is not None and overtaken(self._journal, call, known.last_updated, info.last_updated)
        if not late and self.take(self.heard(call.line, info), call.cause):
            self._on_change(call.line, info, call.cause)
        return CREATED if known is None else DONE

    def _known(self, call: Call) -> Word | None:
        return self.store.get(call.line.peer_id, call.params["country_code"], call.params["party_id"])
