"""How a CPO learns what its meters show where the price of a running session changes: it asks the charge point ahead.

A reading makes no message to a partner: it waits for the next update of the Session, which then has a charging period
more. Source: OCPI 2.2.1, CDRs module, ChargingPeriod; digest, sections 3.3 and 3.7.
"""

from itertools import islice
from zoneinfo import ZoneInfo

from simulator.billing.switches import DAYS_AHEAD, bounds_of, switches_us
from simulator.billing.tariff import Tariff
from simulator.engine.cause import Cause
from simulator.ocpp.messages import Answer, TransactionEvent, TriggerMeterValue
from simulator.parties.office import Office
from simulator.parties.roles.charge_points import ChargePoints
from simulator.parties.roles.cpo_session import CpoSession

_AT_ONCE = 24
"""For how many instants a charge point is asked in one request: a day of hourly prices."""

_NEVER_US = 2**62
_AHEAD_US = DAYS_AHEAD * 86_400_000_000


class MeterReadings:
    """Sees to it that the meter is read where the price of a running session changes."""

    def __init__(self, office: Office, charge_points: ChargePoints) -> None:
        self._office = office
        self._charge_points = charge_points

    def see_to(self, session: CpoSession, event: TransactionEvent, cause: Cause) -> None:
        """Ask for the readings that are needed after an event, unless that has been done."""
        if event.at_us < session.asked_until_us:
            return
        tariff = session.place.neutral
        request = self._request(session, tariff, event) if tariff is not None else None
        if request is None:
            session.asked_until_us = _NEVER_US
            return
        session.asked_until_us = request.instants_us[-1] if request.instants_us else event.at_us + _AHEAD_US
        if not (request.instants_us or request.registers_wh or request.powers_w):
            return

        def answered(answer: Answer | None) -> None:
            if answer is None:
                session.asked_until_us = event.at_us

        self._charge_points.ask(session.place.evse.uid, request, answered, cause)

    def _request(self, session: CpoSession, tariff: Tariff, event: TransactionEvent) -> TriggerMeterValue | None:
        """For what to ask; None when the price never changes."""
        bounds = bounds_of(tariff)
        if not bounds.any():
            return None
        epoch_us = self._office.calendar.start_epoch_us
        zone = ZoneInfo(session.place.location.time_zone)
        found_us = switches_us(tariff, zone, epoch_us + session.start_us, epoch_us + event.at_us)
        shown_wh = [session.register_start_wh + bound_wh for bound_wh in bounds.energies_wh]
        return TriggerMeterValue(
            session.transaction_id,
            tuple([at_us - epoch_us for at_us in islice(found_us, _AT_ONCE)]),
            tuple([register_wh for register_wh in shown_wh if register_wh > event.register_wh]),
            bounds.powers_w,
        )
