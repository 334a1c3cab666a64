"""CDRs: the CPO's bills, each for one eMSP and never changed, and what an eMSP has accepted.

Source: OCPI 2.2.1, CDRs module; digest 3.4 for the gap on a repeated POST.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from simulator.engine.cause import Cause
from simulator.ocpi import headers as h
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.cdrs import CDR, CdrToken
from simulator.parties.call import Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.copied import Copies
from simulator.parties.modules.bills import Bills
from simulator.parties.modules.ownership import not_ours, owner_of, unknown
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

    def _get_list(self, call: Call) -> Reply:
        store: Store[CDR] = self.by_peer.get(call.connection.peer_id) or Store()

        def original(cdr: CDR) -> Any:
            return store.original(None, cdr.id)

        finder = original if store.has_originals else None
        return listed(list(store), lambda cdr: cdr.last_updated, call, PAGE_LIMIT, finder)


class CdrsReceiver(Receiver[CDR]):
    """Keeps the CDRs that the party has accepted, for good, for tokens that `is_ours`; `on_new` hears of each once."""

    def __init__(
        self, office: Office, on_new: Callable[[CDR, Cause], None], is_ours: Callable[[CdrToken], bool]
    ) -> None:
        super().__init__(office, Copies())
        self._bills = Bills(self.store)
        self._on_new = on_new
        self._is_ours = is_ours
        self._platform = office.platform
        office.platform.offer(ModuleID.CDRS, InterfaceRole.RECEIVER, {"get_cdr": self._get, "post_cdr": self._post})

    def take_list(self, connection: Connection, found: Crawl[Any], since: int, cause: Cause) -> Taken:
        """See Receiver: credits first, as a bill that was taken back leaves its Session to the one in its place."""
        credits_first = sorted(found.listed, key=lambda each: not each.object.credit)
        return super().take_list(connection, replace(found, listed=credits_first), since, cause)

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
        """See Receiver."""
        self._bills.add(obj)
        self.store.put(obj, obj.country_code, obj.party_id, obj.id, original=original)
        self._on_new(obj, cause)

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
        if self.take(cdr, call.cause, original) and cdr.credit:
            self._remark_early(call, cdr)
        return Reply(http_status=200 if known is not None else 201, headers=((h.LOCATION, where),))

    def _remark_early(self, call: Call, credit: CDR) -> None:
        """The bill may still come; who took back what was never billed reads here why it is not settled."""
        bill = credit.credit_reference_id or ""
        if self.store.get(credit.country_code, credit.party_id, bill) is None:
            sentence = f"Credit CDR {credit.id!r} has come, but not yet CDR {bill!r}, which it takes back."
            section, by = f"OCPI {call.version} cdrs, Credit CDRs", call.connection.peer_id
            self._journal.hint(call.cause.id, "credit-early", "note", sentence, "$.credit_reference_id", section, by=by)

    def _same(self, known: CDR, cdr: CDR, original: Any) -> bool:
        """Whether a CDR is the one that is known: as they came, if both came in one version."""
        before = self.store.original(type(original), known.country_code, known.party_id, known.id)
        return known == cdr if before is None else bool(before == original)
