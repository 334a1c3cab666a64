"""One EVSE in the street: its meter, the car plugged in, the transaction, and the charge point that tells its CPO.

It has no process and no tick. It computes when its power will change or a meter value is due, sleeps until then, and
books the energy in between exactly (whole W times whole us). Source of the messages: OCPP 2.0.1, TransactionEvent.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.engine.clock import Alarm, Clock
from simulator.engine.journal import Journal
from simulator.field.asked import AskedReadings, limit_of
from simulator.field.awaited_plug import AwaitedPlug
from simulator.field.charge_point_link import ChargePointLink
from simulator.field.refusals import refusal
from simulator.field.reserved_place import ReservedPlace
from simulator.field.transaction import Transaction, transaction_id
from simulator.ocpp.messages import (
    ASKED_FOR,
    NOT_UNDER_WAY,
    AboutPlace,
    Answer,
    CancelReservation,
    ChargingSchedulePeriod,
    ChargingState,
    CompositeSchedule,
    ConnectorStatus,
    GetCompositeSchedule,
    IdToken,
    RequestAnswer,
    RequestStartTransaction,
    RequestStopTransaction,
    ReservationStatusUpdate,
    ReserveNow,
    StatusNotification,
    ToChargePoint,
    TransactionEvent,
    TriggerMeterValue,
)
from simulator.world.battery import Battery
from simulator.world.evse import EvseRating, charging_power_w
from simulator.world.limit import UNLIMITED, PowerLimit
from simulator.world.meter import Meter

if TYPE_CHECKING:
    from simulator.field.site import Site

MINIMUM_CURRENT_A = 6
"""The least current a phase at which AC charging runs. Source: IEC 61851-1."""

_NEVER_US = 2**62


class Charger:
    """One EVSE. Implements `ChargePoint`.

    Life of a visit: `plug` -> `tap`, or the CPO's RequestStart (which may come first and then waits for the plug) ->
    transaction -> `tap` of the same token, RequestStop or `unplug` -> `unplug`. The site says how much power it may
    draw (`draw`). `started` is the event of the present visit whose value is its first transaction.
    """

    def __init__(
        self,
        env: Clock,
        journal: Journal,
        site: "Site",
        link: ChargePointLink,
        evse_uid: str,
        rating: EvseRating,
        sample_us: int,
        transactions: list[Transaction],
    ) -> None:
        self.party = link.party
        self.evse_uid = evse_uid
        self.key = f"{link.party}/{evse_uid}"
        self.rating = rating
        self.site = site
        self.link = link
        self.meter = Meter()
        self.battery: Battery | None = None
        self.transaction: Transaction | None = None
        self.started = Event(env)
        self.promised = False
        self.plugged_us = 0
        self.power_w = 0
        self.minimum_w = 0
        self.limit = UNLIMITED
        self.reserved = ReservedPlace(env, self._reservation_expired)
        self.awaited = AwaitedPlug(env, lambda: self._open_to_all(TIME))
        self._env = env
        self._journal = journal
        self._entity = f"evse/{self.key}"
        self._sample_us = sample_us
        self._transactions = transactions
        self._count = 0
        self._max_w = 0
        self._state: ChargingState = "Idle"
        self._settled_us = 0
        self._next_sample_us = 0
        self._change_us = _NEVER_US
        self._timer_us = _NEVER_US
        self._asked: AskedReadings | None = None
        self._driver: IdToken | None = None
        link.attach(evse_uid, self)
        journal.state("street", "evse", self.key, {"status": "Available"})

    @property
    def free(self) -> bool:
        """Whether nobody stands there or is about to."""
        return self.battery is None and not self.promised

    def free_for(self, token: IdToken) -> bool:
        """Whether a driver with this token who comes now can take the place."""
        return self.free and self.reserved.open_to(token) and self.awaited.open_to(token)

    def stands_for(self, token: IdToken) -> bool:
        """Whether the car that is plugged in, if any, is that of a driver with this token, or nobody said whose."""
        return self._driver is None or self._driver.may_be(token)

    # What a driver does

    def plug(self, battery: Battery, cause: Cause, token: IdToken | None = None) -> bool:
        """Connect the car of a driver with this token; False when the place is taken or the two cannot be connected."""
        if self.battery is not None or charging_power_w(self.rating, battery.vehicle) <= 0:
            return False
        awaited = self.awaited.take()
        self._occupy(battery, token, cause)
        self._tell_status("Occupied", cause)
        if awaited is not None:
            self._start(awaited.token, "CablePluggedIn", awaited.remote_start_id, cause)
        return True

    def tap(self, token: IdToken, answer: Callable[[str], None], cause: Cause) -> None:
        """Hold a card to the reader: it starts a transaction, or stops the one that it started.

        `answer` gets, once, "Accepted" or why not, in OCPP's words, or "Offline" when no CPO answered. At a reserved
        place no CPO is asked about another's card.
        """
        token = IdToken(token.uid, token.kind)  # no more is on a card
        transaction = self.transaction
        if transaction is not None:
            if transaction.token.may_be(token):
                self._stop("StopAuthorized", "Local", cause)
                answer("Accepted")
            else:
                answer("ConcurrentTx")
            return
        if not self.reserved.open_to(token):
            answer("Reserved")
            return

        def authorised(status: str, answer_cause: Cause) -> None:
            if status == "Accepted" and not self._can_start(token):
                status = "ConcurrentTx"
            if status == "Accepted":
                self._start(token, "Authorized", None, answer_cause)
            answer(status)

        self.link.authorize(self.evse_uid, token, authorised, cause)

    def unplug(self, cause: Cause) -> None:
        """Take the car away; a transaction that is still open ends with it."""
        if self.battery is None:
            raise AssertionError(f"EVSE {self.key} has no car to unplug.")
        if self.transaction is not None:
            self._stop("EVDeparted", "EVDisconnected", cause)
        self.battery = self._driver = None
        self._state = "Idle"
        self._show_vacant(cause)
        self.site.plugged(-1)
        self.site.freed(self)

    # What the CPO asks

    def on_request(self, message: ToChargePoint, answer: Callable[[Answer], None], cause: Cause) -> None:
        """See ChargePoint: what is asked of the place as a whole, or of the transaction that is under way."""
        if isinstance(message, AboutPlace):
            problem = refusal(self, message, self._env.now_us)
            answer(RequestAnswer(not problem, problem))
            if not problem:
                self._do(message, cause)
        elif self.transaction is None or self.transaction.id != message.transaction_id:
            answer(RequestAnswer(False, NOT_UNDER_WAY))
        elif isinstance(message, RequestStopTransaction):
            answer(RequestAnswer(True))
            self._stop("RemoteStop", "Remote", cause)
        elif isinstance(message, GetCompositeSchedule):
            ahead = self.limit.ahead(self._env.now_us, message.duration_s, self._max_w)
            answer(CompositeSchedule(True, periods=tuple([ChargingSchedulePeriod(*period) for period in ahead])))
        elif isinstance(message, TriggerMeterValue):
            answer(RequestAnswer(True))
            self.settle()
            self._asked = AskedReadings(message)
            self._send_if_due(self._asked, self.transaction, cause)
            self._sleep()
        else:
            answer(RequestAnswer(True))
            self._keep_within(limit_of(message), cause)

    def _do(self, message: AboutPlace, cause: Cause) -> None:
        if isinstance(message, RequestStartTransaction):
            if self.battery is None:
                self.awaited.expect(message)
            else:
                self._start(message.token, "RemoteStart", message.remote_start_id, cause)
        elif isinstance(message, ReserveNow):
            self.reserved.hold(message)
            self._show_vacant(cause)
        elif isinstance(message, CancelReservation):
            self.reserved.give_up()
            self._open_to_all(cause)

    def _reservation_expired(self, reservation_id: int) -> None:
        self.link.notify(self.evse_uid, ReservationStatusUpdate(reservation_id, "Expired"), TIME)
        self._open_to_all(TIME)

    def _open_to_all(self, cause: Cause) -> None:
        """The place is kept for nobody any more, unless a car stands there."""
        if self.battery is None:
            self._show_vacant(cause)
            self.site.freed(self)

    # What the site asks and says

    def demand_w(self) -> int:
        """What the car would draw now if the site gave it; nothing where a limit leaves less than charging needs."""
        if self.transaction is None:
            return 0
        self.settle()
        assert self.battery is not None
        demand_w = self.battery.acceptance_w(self._max_w)
        limit_w = self.limit.at(self._env.now_us) if self.limit is not UNLIMITED else None
        if limit_w is None or limit_w >= demand_w:
            return demand_w
        return limit_w if limit_w >= min(self.minimum_w, demand_w) else 0

    def draw(self, power_w: int, cause: Cause) -> None:
        """Go on with this power, at most the demand; the CPO is told when charging begins, pauses or is over."""
        self.settle()
        transaction = self.transaction
        if power_w != self.power_w:
            if transaction is not None and self._asked is not None and self._asked.crosses(self.power_w, power_w):
                self._tell(transaction, "Updated", ASKED_FOR, cause)
            self.site.power_w += power_w - self.power_w
            self.power_w = power_w
            # Energy flows evenly until then, so that this instant stays as long as the power does.
            assert self.battery is not None
            until_us = self.battery.until_change_us(power_w)
            self._change_us = _NEVER_US if until_us is None else self._settled_us + until_us
            self._journal.sample(self._entity, "power", "W", power_w)
        elif self._charging_state() == self._state:
            return
        if transaction is None:
            return
        self._sleep()
        state = self._charging_state()
        if state != self._state:
            self._state = state
            if transaction.seq_no:  # else Started, which is about to be sent, says it
                self._tell(transaction, "Updated", "ChargingStateChanged", cause)
            if state == "SuspendedEV":
                transaction.full.succeed()

    # The meter

    def settle(self) -> None:
        """Book the energy that has flowed up to now. Any number of settlements make the same energy as one."""
        now_us = self._env.now_us
        if self.power_w and now_us > self._settled_us:
            assert self.battery is not None
            self.meter.add(self.battery.charge(self.power_w, now_us - self._settled_us))
        self._settled_us = now_us

    def register_wh(self) -> int:
        """The register as shown now."""
        self.settle()
        return self.meter.register_wh

    # A car that came before the run

    def adopt(
        self, battery: Battery, token: IdToken, started_us: int, energy_wus: int
    ) -> tuple[TransactionEvent, TransactionEvent]:
        """Take over a transaction that began before the run, without telling anyone.

        `battery` is as it is now, `energy_wus` what it has taken since `started_us`. Returns what the charge point
        would have told its CPO: the start, and how things stand now.
        """
        if not self.free:
            raise ValueError(f"EVSE {self.key} cannot adopt a transaction: expected a free place.")
        register_start_wh = self.meter.register_wh
        self.meter.add(energy_wus)
        self._occupy(battery, token, TIME)
        self.plugged_us = started_us
        transaction = self._open(token, started_us, register_start_wh)
        trigger = "Authorized" if token.kind == "ISO14443" else "RemoteStart"
        self.site.share(self, TIME)
        started = TransactionEvent(
            kind="Started",
            transaction_id=transaction.id,
            seq_no=transaction.next_seq_no(),
            at_us=started_us,
            trigger=trigger,
            charging_state="Charging",
            register_wh=register_start_wh,
            power_w=0,
            token=token,
        )
        return started, self._event(transaction, "Updated", "MeterValuePeriodic")

    # Inside

    def _occupy(self, battery: Battery, token: IdToken | None, cause: Cause) -> None:
        vehicle, rating = battery.vehicle, self.rating
        self.battery = battery
        self._driver = token
        self.promised = False
        self.plugged_us = self._settled_us = self._env.now_us
        self._max_w = charging_power_w(rating, vehicle)
        phases = 0 if rating.power_type == "DC" else min(rating.phases, vehicle.ac_phases)
        self.minimum_w = min(self._max_w, MINIMUM_CURRENT_A * phases * rating.voltage_v)
        self._state = "EVConnected"
        self.started = Event(self._env)
        self._journal.state("street", "evse", self.key, {"status": "Occupied"}, cause)
        self.site.plugged(1)

    def _keep_within(self, limit: PowerLimit, cause: Cause) -> None:
        """Draw no more than this from now on."""
        self.limit = limit
        self._follow_limit(cause)
        self._sleep()

    def _follow_limit(self, cause: Cause) -> None:
        limit_w = self.limit.at(self._env.now_us)
        self._journal.sample(self._entity, "limit", "W", self._max_w if limit_w is None else min(limit_w, self._max_w))
        self.site.share(self, cause)

    def _can_start(self, token: IdToken) -> bool:
        return self.battery is not None and self.transaction is None and self.reserved.open_to(token)

    def _start(self, token: IdToken, trigger: str, remote_start_id: int | None, cause: Cause) -> None:
        now_us = self._env.now_us
        reservation_id = self.reserved.give_up()
        transaction = self._open(token, now_us, self.meter.register_wh)
        self.site.share(self, cause)
        self._tell(
            transaction, "Started", trigger, cause, remote_start_id=remote_start_id, reservation_id=reservation_id
        )

    def _open(self, token: IdToken, started_us: int, register_start_wh: int) -> Transaction:
        self._count += 1
        id = transaction_id(self.evse_uid, self._count)
        transaction = Transaction(
            self._env, id, self.key, self.party, token, started_us, register_start_wh, self.register_wh
        )
        now_us = self._env.now_us
        self.transaction = transaction
        self._transactions.append(transaction)
        self._settled_us = now_us
        self._next_sample_us = now_us + self._sample_us - (now_us - started_us) % self._sample_us
        self._sample_state_of_charge()
        if not self.started.triggered:
            self.started.succeed(transaction)
        return transaction

    def _stop(self, trigger: str, reason: str, cause: Cause) -> None:
        transaction = self.transaction
        assert transaction is not None
        transaction.stop(self._env.now_us, self.register_wh())
        self.transaction = None
        self._state = "Idle" if trigger == "EVDeparted" else "EVConnected"
        self.limit = UNLIMITED
        self._asked = None
        self._sample_state_of_charge()
        self.site.share(self, cause)
        self._tell(transaction, "Ended", trigger, cause, stopped_reason=reason)

    def _charging_state(self) -> ChargingState:
        assert self.battery is not None
        if self.transaction is None:
            return "EVConnected"
        if self.power_w:
            return "Charging"
        return "SuspendedEV" if self.battery.target_reached else "SuspendedEVSE"

    def _sleep(self) -> None:
        """Wake when the power will change by itself or a meter value is due; settled to now beforehand.

        One timer counts at a time: a wake that has become later lets it fire early, an earlier one sets another.
        """
        wake_us = self._next_sample_us
        if self._change_us < wake_us:
            wake_us = self._change_us
        if self.limit is not UNLIMITED:
            wake_us = min(wake_us, self.limit.next_change_us(self._settled_us) or wake_us)
        if self._asked is not None:
            wake_us = self._asked.next_us(self._settled_us, self.power_w, self.meter, wake_us)
        if wake_us < self._timer_us:
            self._timer_us = wake_us
            self._env.after(wake_us - self._settled_us, self._wake, wake_us)

    def _wake(self, alarm: Alarm[int]) -> None:
        now_us = alarm.subject
        if now_us != self._timer_us:
            return
        self._timer_us = _NEVER_US
        transaction = self.transaction
        if transaction is None:
            return
        self.settle()
        self._sample_state_of_charge()
        if self.limit is not UNLIMITED and self.limit.at(now_us) != self.limit.at(now_us - 1):
            self._follow_limit(TIME)
        elif now_us >= self._change_us:
            self.site.share(self, TIME)
        if now_us >= self._next_sample_us:
            self._next_sample_us += self._sample_us
            self._tell(transaction, "Updated", "MeterValuePeriodic", TIME)
        if self._asked is not None:
            self._send_if_due(self._asked, transaction, TIME)
        self._sleep()

    def _send_if_due(self, asked: AskedReadings, transaction: Transaction, cause: Cause) -> None:
        """Send a meter value that the CPO asked for, if it is time; settled to now beforehand."""
        if asked.fall_due(self._settled_us, self.meter.register_wh):
            self._tell(transaction, "Updated", ASKED_FOR, cause)

    def _sample_state_of_charge(self) -> None:
        assert self.battery is not None
        percent = self.battery.state_of_charge_permille / 10
        self._journal.sample(self._entity, "state_of_charge", "%", percent)

    # Telling the CPO

    def _show_vacant(self, cause: Cause) -> None:
        status: ConnectorStatus = "Available" if self.reserved.request is None else "Reserved"
        self._journal.state("street", "evse", self.key, {"status": status}, cause)
        self._tell_status(status, cause)

    def _tell_status(self, status: ConnectorStatus, cause: Cause) -> None:
        self.link.notify(self.evse_uid, StatusNotification(status, self._env.now_us), cause)

    def _tell(
        self,
        transaction: Transaction,
        kind: Literal["Started", "Updated", "Ended"],
        trigger: str,
        cause: Cause,
        *,
        remote_start_id: int | None = None,
        reservation_id: int | None = None,
        stopped_reason: str = "",
    ) -> None:
        message = self._event(transaction, kind, trigger, remote_start_id, reservation_id, stopped_reason)
        self.link.notify(self.evse_uid, message, cause)

    def _event(
        self,
        transaction: Transaction,
        kind: Literal["Started", "Updated", "Ended"],
        trigger: str,
        remote_start_id: int | None = None,
        reservation_id: int | None = None,
        stopped_reason: str = "",
    ) -> TransactionEvent:
        """What stands at the last settlement, which the caller has just made."""
        assert self.battery is not None
        return TransactionEvent(
            kind=kind,
            transaction_id=transaction.id,
            seq_no=transaction.next_seq_no(),
            at_us=self._settled_us,
            trigger=trigger,
            charging_state=self._state,
            register_wh=self.meter.register_wh,
            power_w=self.power_w,
            state_of_charge_permille=self.battery.state_of_charge_permille,
            token=transaction.token if kind == "Started" else None,
            remote_start_id=remote_start_id,
            reservation_id=reservation_id,
            stopped_reason=stopped_reason,
        )
