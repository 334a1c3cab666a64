"""CDRs: the CPO's bills, each for one eMSP and never changed, and what an eMSP has accepted.

Source: OCPI 2.2.1, CDRs module; digest 3.4 for the gap on a repeated POST.
"""

from collections.abc import Callable
from typing import Any

from simulator.engine.cause import Cause
from simulator.ocpi import headers as h
from simulator.ocpi.findings import Severity
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.rules import must_be_right
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.cdrs import CDR, CdrToken
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.parties.call import Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.copied import Copies
from simulator.parties.modules.bills import Bills, Lack
from simulator.parties.modules.ownership import Key, key_of, not_ours, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.pull import Crawl
from simulator.parties.store import Store, listed
from simulator.parties.taking import Receiver, Taken

PAGE_LIMIT = 100


class CdrsSender:
    """Serves the party's CDRs; a peer sees its own only."""

    def __init__(self, office: Office) -> None:
        self.by_peer: dict[str, Store[CDR]] = {}
        office.platform.offer(ModuleID.CDRS, InterfaceRole.SENDER, {"get_list": self._get_list})

    def put(self, peer_id: str, cdr: CDR, original: Any = None) -> None:
        """Keep a new CDR for the peer who is to pay it."""
        self.by_peer.setdefault(peer_id, Store()).put(cdr, cdr.id, original=original)

    def drop(self, peer_id: str, cdr: CDR) -> None:
        """Keep a CDR no longer: a credit that the peer has refused."""
        self.by_peer[peer_id].drop(cdr.id)

    def _get_list(self, call: Call) -> Reply:
        store: Store[CDR] = self.by_peer.get(call.connection.peer_id) or Store()

        def original(cdr: CDR) -> Any:
            return store.original(None, cdr.id)

        finder = original if store.has_originals else None
        return listed(list(store), lambda cdr: cdr.last_updated, call, PAGE_LIMIT, finder)


class CdrsReceiver(Receiver[CDR]):
    """Keeps the CDRs that the party has accepted, for good, for tokens that `is_ours`.

    `book` hears of each once, when it counts; `ask` when one was posted that cannot count before another has come,
    which its CPO may have sent in vain. `_held` are those that do not count yet, with what brought them.
    """

    def __init__(
        self,
        office: Office,
        book: Callable[[CDR, Cause], None],
        is_ours: Callable[[CdrToken], bool],
        ask: Callable[[CDR, Cause], None],
    ) -> None:
        super().__init__(office, Copies())
        self._bills = Bills(self.store)
        self._held: dict[Key, Cause] = {}
        self._book = book
        self._is_ours = is_ours
        self._ask = ask
        self._platform = office.platform
        office.platform.offer(ModuleID.CDRS, InterfaceRole.RECEIVER, {"get_cdr": self._get, "post_cdr": self._post})

    def take_list(self, connection: Connection, found: Crawl[Any], since: int, cause: Cause) -> Taken:
        """See Receiver; what waits for a CDR that even a list read to its end does not bring is wrong."""
        taken = super().take_list(connection, found, since, cause)
        if found.complete and self._held:
            for each in found.listed:
                cdr = self._waiting(each.object)
                if cdr is not None and self.may_tell(connection, self.owner(cdr)):
                    lack = self._bills.lack(cdr)
                    said = f"is not booked: {connection.peer_id} does not list {lack.what}."
                    self._remark_on(cdr, connection, each.exchange, lack, lack.wrong, lack.severity, said)
        return taken

    def booked(self, key: Key) -> CDR | None:
        """A CDR that counts."""
        return self.store.get(*key) if key not in self._held else None

    def has_bill_of(self, session: Session) -> bool:
        """Whether a CDR that bills a Session has come."""
        return self._bills.has_bill_of(session)

    def _waiting(self, cdr: CDR) -> CDR | None:
        """A CDR as it was taken, if it does not count yet."""
        key = key_of(cdr)
        return self.store.get(*key) if key in self._held else None

    def must_concern_us(self, obj: CDR) -> None:
        """See Receiver: it goes to who pays it."""
        if not self._is_ours(obj.cdr_token):
            raise not_ours(obj.cdr_token)

    def stands(self, known: CDR, other: CDR) -> bool:
        """See Receiver: a CDR never changes."""
        del known, other
        return True

    def stale_us(self, known: CDR | None, later: CDR) -> int:
        """See Receiver: since it was issued."""
        del known
        return self._age_us(later)

    def keep(self, obj: CDR, original: Any, cause: Cause) -> None:
        """See Receiver: what is wrong is no bill, also if it is read in a list."""
        must_be_right(obj if original is None else original)
        self._keep(obj, original, cause)

    def _keep(self, obj: CDR, original: Any, cause: Cause) -> None:
        counted = self._bills.add(obj)
        self.store.put(obj, obj.country_code, obj.party_id, obj.id, original=original)
        self._held[key_of(obj)] = cause
        for each in counted:
            self._book(each, self._held.pop(key_of(each)))

    def _get(self, call: Call) -> Reply:
        key = (*owner_of(call), call.params["cdr_id"])
        cdr = self.store.get(*key)
        if cdr is None:
            raise unknown("CDR", call.params["cdr_id"])
        return call.reply(cdr, self.store.original(call.class_of(CDR), *key))

    def _post(self, call: Call) -> Reply:
        cdr = call.read(CDR)
        if not call.connection.owns(cdr.country_code, cdr.party_id):
            raise Refusal(
                Status.INVALID_PARAMETERS,
                f"{call.connection.peer_id} cannot bill for {cdr.country_code}-{cdr.party_id}.",
            )
        self.must_concern_us(cdr)
        try:
            ours = self._platform.url(call.version, ModuleID.CDRS, InterfaceRole.RECEIVER)
            where = join_url(ours, cdr.country_code, cdr.party_id, cdr.id)
        except ValueError as error:
            raise Refusal(Status.INVALID_PARAMETERS, f"CDR {cdr.id!r} could not be read back: {error}") from error
        known, original = self.store.get(cdr.country_code, cdr.party_id, cdr.id), call.original(CDR)
        if known is not None and not self._same(known, cdr, original):
            raise Refusal(Status.INVALID_PARAMETERS, f"CDR {cdr.id!r} is known with other content; CDRs never change.")
        if known is None:
            self._keep(cdr, original, call.cause)  # that it is right, it was asked when it was read
        if (known is None or self.take(cdr, call.cause, original)) and key_of(cdr) in self._held:
            lack = self._bills.lack(cdr)
            said = f"is not booked yet; it waits for {lack.what}."
            self._remark_on(cdr, call.connection, call.cause.id, lack, lack.early, "note", said)
            self._ask(cdr, call.cause)
        return Reply(http_status=200 if known is not None else 201, headers=((h.LOCATION, where),))

    def _remark_on(
        self, cdr: CDR, connection: Connection, exchange: int, lack: Lack, rule: str, severity: Severity, said: str
    ) -> None:
        section = f"OCPI {connection.version} cdrs, Credit CDRs"
        sentence = f"CDR {cdr.id!r} {said}"
        self._journal.hint(exchange, rule, severity, sentence, lack.path, section, by=connection.peer_id)

    def _same(self, known: CDR, cdr: CDR, original: Any) -> bool:
        """Whether a CDR is the one that is known: as they came, if both came in one version."""
        before = self.store.original(type(original), known.country_code, known.party_id, known.id)
        return known == cdr if before is None else bool(before == original)
