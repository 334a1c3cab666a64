"""The link from the charge points of one CPO to its central system: where OCPP ends and, at the CPO, OCPI begins.

It carries messages with a fixed delay, writes each down as one event when it arrives, and keeps what a charge point
must not lose while nobody can be reached. Source: OCPP 2.0.1, part 2, sections C (authorisation) and E (transactions).
"""

from collections import deque
from collections.abc import Callable, Iterable
from functools import cache, partial

from msgspec import NODEFAULT, Struct, defstruct, structs

from simulator.engine.cause import TIME, Cause
from simulator.engine.clock import Alarm, Clock
from simulator.engine.journal import Data, Journal
from simulator.ocpp.messages import (
    Answer,
    Authorize,
    AuthorizeAnswer,
    BootNotification,
    CentralSystem,
    ChargePoint,
    IdToken,
    RequestAnswer,
    ReservationStatusUpdate,
    StatusNotification,
    ToCentralSystem,
    ToChargePoint,
    TransactionEvent,
)

DEFAULT_TIMEOUT_US = 60_000_000
"""How long a charge point waits for an answer before it counts as offline."""

OFFLINE = "Offline"
"""What the charge point itself says to a driver when no answer came in time."""

Notification = BootNotification | StatusNotification | TransactionEvent | ReservationStatusUpdate


class _Call(Struct, gc=False):
    """A message on its way to the CPO, due there at `due_us`."""

    due_us: int
    message: ToCentralSystem
    answer: Callable[[Answer, Cause], None] | None
    cause: Cause


class _Channel:
    """One EVSE's connection; `cuts` counts the faults that keep it offline."""

    __slots__ = ("calls", "charge_point", "cuts", "evse_uid", "source")

    def __init__(self, party: str, evse_uid: str, charge_point: ChargePoint) -> None:
        self.evse_uid = evse_uid
        self.source = f"ocpp/{party}/{evse_uid}"
        self.charge_point = charge_point
        self.cuts = 0
        self.calls: deque[_Call] = deque()


class ChargePointLink:
    """Both directions between one CPO and its charge points. Implements `ChargePointNetwork`.

    To the CPO: messages of one EVSE arrive in the order in which they were sent. While the CPO is not reachable or the
    EVSE is cut off they wait: every TransactionEvent, of the StatusNotifications the last, an Authorize not at all
    (its driver is told `OFFLINE` after `timeout_us`). What waited arrives marked `offline` after `reconnect`.
    """

    def __init__(
        self,
        env: Clock,
        journal: Journal,
        party: str,
        central_system: CentralSystem,
        delay_us: int,
        timeout_us: int = DEFAULT_TIMEOUT_US,
    ) -> None:
        self.party = party
        self.central_system = central_system
        self._env = env
        self._journal = journal
        self._delay_us = delay_us
        self._timeout_us = timeout_us
        self._channels: dict[str, _Channel] = {}

    def attach(self, evse_uid: str, charge_point: ChargePoint) -> None:
        """Connect an EVSE; its uid is unique with this CPO, or ValueError."""
        if evse_uid in self._channels:
            raise ValueError(f"{self.party} has two EVSEs with the uid {evse_uid!r}: expected a uid for each.")
        self._channels[evse_uid] = _Channel(self.party, evse_uid, charge_point)

    # Outages

    def cut(self, evse_uids: Iterable[str]) -> None:
        """These EVSEs lose their connection; a second cut needs a second reconnect."""
        for evse_uid in evse_uids:
            self._channels[evse_uid].cuts += 1

    def reconnect(self, evse_uids: Iterable[str] | None, cause: Cause) -> None:
        """These EVSEs are back online, or with None the CPO is: what waited is sent, in order.

        `cause` stands in for the passing of time where that was the cause.
        """
        if evse_uids is None:
            channels = list(self._channels.values())
        else:
            channels = [self._channels[evse_uid] for evse_uid in evse_uids]
            for channel in channels:
                channel.cuts -= 1
        now_us = self._env.now_us
        for channel in channels:
            if channel.calls:
                for call in channel.calls:
                    if call.cause is TIME and call.due_us <= now_us:
                        call.cause = cause
                self._env.after(self._delay_us, self._deliver_due, channel)

    # To the CPO

    def authorize(self, evse_uid: str, token: IdToken, answer: Callable[[str, Cause], None], cause: Cause) -> None:
        """Ask whether the token may charge; `answer` gets OCPP's status or `OFFLINE`, once, and the cause to go on."""
        channel = self._channels[evse_uid]
        answered = False

        def settle(status: str, answer_cause: Cause) -> None:
            nonlocal answered
            if not answered:
                answered = True
                answer(status, answer_cause)

        def receive(message: Answer, call_cause: Cause) -> None:
            def arrive(_: Alarm[None]) -> None:
                if not channel.cuts:
                    status = message.status if isinstance(message, AuthorizeAnswer) else "Invalid"
                    data: dict[str, object] = {
                        "direction": "to_charge_point",
                        "action": "AuthorizeResponse",
                        "status": status,
                    }
                    settle(status, self._write(channel, token.uid, data, call_cause))

            self._env.after(self._delay_us, arrive, None)

        self._env.after(self._timeout_us, lambda _: settle(OFFLINE, cause), None)
        channel.calls.append(_Call(self._env.now_us + self._delay_us, Authorize(token), receive, cause))
        self._env.after(self._delay_us, self._deliver_due, channel)

    def notify(self, evse_uid: str, message: Notification, cause: Cause) -> None:
        """Tell the CPO something; its acknowledgement means nothing to the charge point."""
        channel = self._channels[evse_uid]
        channel.calls.append(_Call(self._env.now_us + self._delay_us, message, None, cause))
        self._env.after(self._delay_us, self._deliver_due, channel)

    def _deliver_due(self, alarm: Alarm[_Channel]) -> None:
        """Hand over everything that is due, oldest first: what waited goes before what has just arrived."""
        channel = alarm.subject
        calls = channel.calls
        now_us = self._env.now_us
        while calls and calls[0].due_us <= now_us and not channel.cuts and self.central_system.reachable:
            call = calls.popleft()
            message = call.message
            if call.due_us < now_us:
                if isinstance(message, Authorize) or _is_outdated(message, calls):
                    continue
                if isinstance(message, TransactionEvent):
                    message = structs.replace(message, offline=True)
            evse_uid = channel.evse_uid
            cause = self._journal.event(
                channel.source,
                "ocpp",
                party=self.party,
                subject=message.transaction_id if isinstance(message, TransactionEvent) else evse_uid,
                data=_describe("to_cpo", message),
                cause=call.cause,
            )
            reply = _ignore if call.answer is None else partial(_answer, call.answer, cause)
            self.central_system.on_call(evse_uid, message, reply, cause)

    # To a charge point

    def request(
        self, evse_uid: str, message: ToChargePoint, answer: Callable[[Answer | None], None], cause: Cause
    ) -> None:
        """See ChargePointNetwork. A CPO that is down when the answer arrives never gets it."""
        channel = self._channels.get(evse_uid)

        def arrive(_: Alarm[None]) -> None:
            if channel is None or channel.cuts:
                answer(None)
                return
            request_cause = self._write(channel, evse_uid, _describe("to_charge_point", message), cause)
            channel.charge_point.on_request(
                message, lambda reply: respond(channel, reply, request_cause), request_cause
            )

        def respond(channel: _Channel, reply: Answer, request_cause: Cause) -> None:
            self._env.after(self._delay_us, lambda _: receive(channel, reply, request_cause), None)

        def receive(channel: _Channel, reply: Answer, request_cause: Cause) -> None:
            if not self.central_system.reachable:
                return
            if channel.cuts:
                answer(None)
                return
            accepted = isinstance(reply, RequestAnswer) and reply.accepted
            data: dict[str, object] = {
                "direction": "to_cpo",
                "action": f"{type(message).__name__}Response",
                "status": "Accepted" if accepted else "Rejected",
            }
            if isinstance(reply, RequestAnswer) and reply.reason:
                data["reason"] = reply.reason
            self._write(channel, evse_uid, data, request_cause)
            answer(reply)

        self._env.after(self._delay_us, arrive, None)

    def _write(self, channel: _Channel, subject: str, data: Data, cause: Cause) -> Cause:
        return self._journal.event(channel.source, "ocpp", party=self.party, subject=subject, data=data, cause=cause)


def _answer(answer: Callable[[Answer, Cause], None], cause: Cause, message: Answer) -> None:
    answer(message, cause)


def _ignore(answer: Answer) -> None:
    """What a charge point does with an empty answer."""


def _is_outdated(message: ToCentralSystem, later: Iterable[_Call]) -> bool:
    """Whether a newer connector status waits behind this one."""
    return isinstance(message, StatusNotification) and any(
        isinstance(call.message, StatusNotification) for call in later
    )


def _describe(direction: str, message: ToCentralSystem | ToChargePoint) -> Struct:
    """The message as an event's data; fields that say nothing are left out."""
    cls = type(message)
    return _described(cls)(direction, cls.__name__, *structs.astuple(message))


@cache
def _described(cls: type[Struct]) -> Callable[..., Struct]:
    """The class of a described message: its own fields after `direction` and `action`."""
    fields = [
        (field.name, field.type) if field.default is NODEFAULT else (field.name, field.type, field.default)
        for field in structs.fields(cls)
    ]
    return defstruct(cls.__name__, [("direction", str), ("action", str), *fields], omit_defaults=True, gc=False)
