"""HubClientInfo: a hub's list of the parties that it connects, and what its clients are told of them.

Source: OCPI 2.2.1, HubClientInfo module; digest, section 2.9. Its messages carry no routing headers.
"""

from collections.abc import Callable, Iterable

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo
from simulator.parties.call import CREATED, DONE, Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.modules.order import newer, overtaken
from simulator.parties.modules.ownership import must_match, unknown
from simulator.parties.office import Office
from simulator.parties.push import Outbox, say
from simulator.parties.store import Store, listed

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
        url = connection.endpoint(ModuleID.HUB_CLIENT_INFO, InterfaceRole.RECEIVER)
        said = say(self._office, connection, info, cause) if url is not None else None
        if url is None or said is None:
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
        where = join_url(url, info.country_code, info.party_id)
        self._outbox.push(f"{connection.name}/{id}", connection, "PUT", where, subject, cause, said.body)

    def clear(self) -> None:
        """Forget what waits: the hub went down."""
        self._outbox.clear()

    def _get_list(self, call: Call) -> Reply:
        return listed(list(self._shown(call.line)), lambda info: info.last_updated, call, PAGE_LIMIT)


class ClientInfoReceiver:
    """What a party knows of the parties behind its hubs; `on_change` hears of each change that is pushed."""

    def __init__(self, office: Office, on_change: Callable[[Connection, ClientInfo, Cause], None]) -> None:
        self.store: Store[ClientInfo] = Store()
        self._office = office
        self._on_change = on_change
        office.platform.offer(
            ModuleID.HUB_CLIENT_INFO,
            InterfaceRole.RECEIVER,
            {"get_client_info": self._get, "put_client_info": self._put},
        )

    def take(self, connection: Connection, info: ClientInfo, cause: Cause) -> bool:
        """Keep what a hub says of a party, unless something newer is known; whether it changed anything."""
        key = (connection.peer_id, info.country_code, info.party_id)
        known = self.store.get(*key)
        if known is not None and (known == info or newer(known.last_updated, info.last_updated)):
            return False
        self.store.put(info, *key)
        value = {"role": info.role, "status": info.status, "hub": connection.peer_id}
        entity = f"{info.country_code}-{info.party_id}"
        self._office.journal.state(self._office.id, "client_info", entity, value, cause)
        return True

    def _get(self, call: Call) -> Reply:
        info = self._known(call)
        if info is None:
            raise unknown("ClientInfo", "-".join(call.owner or ()))
        return call.reply(info)

    def _put(self, call: Call) -> Reply:
        if not call.line.to_hub:
            raise Refusal(Status.CLIENT_ERROR, f"{call.line.peer_id} is no hub.", 404)
        info = call.read(ClientInfo)
        must_match(call, info)
        known = self._known(call)
        late = known is not None and overtaken(self._office.journal, call, known.last_updated, info.last_updated)
        if not late and self.take(call.line, info, call.cause):
            self._on_change(call.line, info, call.cause)
        return CREATED if known is None else DONE

    def _known(self, call: Call) -> ClientInfo | None:
        return self.store.get(call.line.peer_id, call.params["country_code"], call.params["party_id"])
