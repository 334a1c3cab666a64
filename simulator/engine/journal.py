"""The engine's one way to say what happened: writes rows to the recording and shows them to instruments."""

import re
import traceback
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from simulator.engine.cause import TIME, Cause
from simulator.engine.clock import Clock
from simulator.engine.exchange import Exchange
from simulator.engine.instruments import Instruments
from simulator.recording.rows import (
    CommandRow,
    EventRow,
    FaultRow,
    HintRow,
    MessageRow,
    MoneyRow,
    StateRow,
)
from simulator.recording.writer import Recorder

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
"""An object's place in memory, which differs from run to run and must not reach the digest."""
_REMEMBERED = 10_000

_encode = msgspec.json.Encoder(order="sorted", decimal_format="string").encode
_encode_state = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode
"""The same, but for a struct, of which the fields are taken in the order in which they are declared."""
Data = Mapping[str, object] | msgspec.Struct


def fixed(data: Data) -> bytes:
    """What does not change of what is known of an entity, encoded once for all its states: see `Journal.state`."""
    return _encode(data)[:-1] + b"," if data else b""


class Journal:
    """Takes down events, states, money, faults, exchanges and samples at the present simulated time.

    `status_of` reads the OCPI status code out of a response body (None when there is none). `clock` is that of the
    kernel, which sets it. `errors` are the remarks of that severity: whose doing each is about, and its rule.
    """

    clock: Clock

    def __init__(self, recorder: Recorder, status_of: Callable[[bytes], int | None]) -> None:
        self.recorder = recorder
        self.instruments = Instruments()
        self.errors: list[tuple[str, str]] = []
        self._status_of = status_of
        self._known: dict[tuple[str, str], dict[str, bytes]] = {}
        self._passed_on: dict[tuple[int, str], tuple[int, str, Collection[str]]] = {}

    @property
    def now_us(self) -> int:
        """Simulated time of the engine that this journal belongs to."""
        return self.clock.now_us

    def event(
        self,
        source: str,
        kind: str,
        *,
        party: str = "",
        subject: str = "",
        data: Data | None = None,
        cause: Cause = TIME,
    ) -> Cause:
        """Something happened; the result names it as the cause of what follows."""
        row = EventRow(
            self.clock.now_us,
            source,
            kind,
            party,
            subject,
            _encode(data) if data else b"{}",
            cause.kind,  # type: ignore[arg-type]
            cause.id,
        )
        seq = self.recorder.add(row)
        for see in self.instruments.event:
            see(row)
        return Cause("event", seq, cause.depth, (source, kind), cause if cause is not TIME else None)

    def state(
        self, holder: str, kind: str, entity: str, value: Data | None, cause: Cause = TIME, *, fixed: bytes = b""
    ) -> None:
        """The holder now knows this of the entity (None: it knows it no longer); what it knew already is no news.

        What many states of an entity have in common is encoded and kept only once when it is not in `value` but given
        as `fixed`, made by the function of that name; `value` then has at least one field, and none of those.
        The fields of a struct are declared in the order of their names, as sorting them at each state costs as much
        as to encode them.
        """
        encoded = _encode_state(value)
        if fixed:
            if value is None:
                fixed = b""
            else:
                encoded = fixed + encoded[1:]
        known = self._known.get((holder, kind))
        if known is None:
            known = self._known[holder, kind] = {}
        if known.get(entity) == encoded:
            return
        known[entity] = encoded
        row = StateRow(
            self.clock.now_us,
            holder,
            kind,
            entity,
            encoded,
            cause.kind,  # type: ignore[arg-type]
            cause.id,
            len(fixed),
        )
        self.recorder.add(row)
        for see in self.instruments.state:
            see(row)

    def money(
        self,
        kind: Literal["receivable", "payable"],
        *,
        cdr_id: str,
        session_id: str,
        creditor: str,
        debtor: str,
        currency: str,
        amount: Decimal,
        approximate: bool,
        reason: str,
        energy_wh: int,
        tariff_id: str,
    ) -> None:
        """An amount is expected by a creditor or admitted by a debtor."""
        row = MoneyRow(
            self.clock.now_us,
            kind,
            cdr_id,
            session_id,
            creditor,
            debtor,
            currency,
            amount,
            approximate,
            reason,
            energy_wh,
            tariff_id,
        )
        self.recorder.add(row)
        for see in self.instruments.money:
            see(row)

    def fault(self, kind: str, target: str, phase: Literal["begin", "end"], data: Data | None = None) -> None:
        """A fault begins or ends."""
        self.recorder.add(FaultRow(self.clock.now_us, kind, target, phase, _encode(data or {})))

    def hint(
        self,
        exchange: int,
        rule: str,
        severity: Literal["error", "warning", "note"],
        sentence: str,
        path: str = "",
        section: str = "",
        *,
        by: str = "",
    ) -> None:
        """What a party remarks on an exchange; `by` is whose words it is about, and who is to blame for an error.

        What `by` has only passed on is remarked on the author's exchange as well, and the author's doing.
        """
        self.recorder.hint(HintRow(self.clock.now_us, exchange, rule, severity, sentence, path, section))
        while (origin := self._passed_on.get((exchange, by))) is not None:
            first, author, rules = origin
            if rules and rule not in rules:
                break
            exchange, by = first, author
            self.recorder.hint(HintRow(self.clock.now_us, exchange, rule, severity, sentence, path, section))
        if severity == "error":
            self.errors.append((by, rule))

    def passed_on(self, exchange: int, by: str, first: int, author: str, rules: Collection[str] = ()) -> None:
        """What `by` says in this exchange is, untouched, what the `author` has said in the `first` one.

        Of what `by` has translated, that holds only for what these `rules` ask.
        """
        passed_on = self._passed_on
        passed_on[exchange, by] = first, author, rules
        if len(passed_on) > _REMEMBERED:
            del passed_on[next(iter(passed_on))]

    def command(self, command: str, data: Data | None = None) -> None:
        """A person told the engine something; outside the digest."""
        self.recorder.command(CommandRow(self.clock.now_us, command, _encode(data or {})))

    def sample(self, entity: str, quantity: str, unit: str, value: float) -> None:
        """A quantity has this value from now on."""
        self.recorder.sample(entity, quantity, unit, self.clock.now_us, value)

    def exception(self, party: str, what: str, error: Exception) -> None:
        """A party's code failed; the place in our code is kept for whoever mends it."""
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
        said = _ADDRESS.sub("0x...", f"{type(error).__name__}: {error}")
        data = {"what": what, "error": said, "where": where}
        self.fault("exception", party, "begin", data)

    def late_answer(self, exchange: Exchange) -> None:
        """An answer came after the sender's time-out; it is recorded, not delivered."""
        answer = exchange.late_response
        data = {
            "exchange": exchange.id,
            "http_status": answer.status if answer else None,
            "ocpi_status": self._status_of(answer.body) if answer else None,
            "body": answer.body.decode("utf-8", "replace") if answer else "",
        }
        self.event(
            "link",
            "late_answer",
            party=exchange.sender.id,
            subject=exchange.subject.session_id,
            data=data,
            cause=exchange.as_cause(),
        )

    def exchange(self, exchange: Exchange) -> None:
        """An exchange reached its final state."""
        request, response, subject, cause = (
            exchange.request,
            exchange.response,
            exchange.subject,
            exchange.cause,
        )
        url = request.url
        slash = url.find("/", 7)
        if slash < 0:
            slash = len(url)
        status = None
        if response is not None:
            status = response.status
            exchange.ocpi_status = self._status_of(response.body)
        self.recorder.add(
            MessageRow(
                exchange.id,
                cause.kind,  # type: ignore[arg-type]
                cause.id,
                exchange.depth,
                exchange.start_us,
                exchange.arrive_us,
                exchange.end_us,
                exchange.final,  # type: ignore[arg-type]
                exchange.failure,
                exchange.sender.id,
                exchange.receiver.id,
                subject.module,
                subject.interface,
                subject.route,
                request.method,
                url[slash:],
                url[7:slash],
                subject.version,
                status,
                exchange.ocpi_status,
                subject.object_kind,
                subject.object_id,
                subject.session_id,
                subject.token_uid,
                subject.location_id,
                exchange.correlation_id,
                exchange.request_id,
                request.headers,
                request.body,
                response.headers if response is not None else (),
                response.body if response is not None else b"",
                exchange.duplicate_of,
                exchange.handled_us,
            )
        )
        for see in self.instruments.exchange:
            see(exchange)

    def offer(self) -> None:
        """Let the recording commit what is due. Raises RecordingFailed."""
        self.recorder.offer()

    def flush(self) -> int:
        """Commit everything; returns the sequence number of the last row."""
        return self.recorder.flush()

    @property
    def rows(self) -> int:
        """How many rows of the shared sequence there are so far."""
        return self.recorder.next_seq
