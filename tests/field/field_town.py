"""A small town for the tests of the street: real journal and recording, and stand-ins for the two protocols."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.engine.cause import TIME, Cause
from simulator.engine.clock import Clock
from simulator.engine.instruments import Instrument
from simulator.engine.journal import Journal
from simulator.field.charge_point_link import ChargePointLink
from simulator.field.charger import Charger
from simulator.field.street import Street
from simulator.field.visit import Booking, Stop, Visit
from simulator.ocpp.messages import (
    Acknowledged,
    Answer,
    Authorize,
    AuthorizeAnswer,
    CancelReservation,
    IdToken,
    RequestStartTransaction,
    RequestStopTransaction,
    ReserveNow,
    ToCentralSystem,
    TransactionEvent,
)
from simulator.recording.reader import Recording
from simulator.recording.rows import EventRow, StateRow
from simulator.recording.writer import Recorder
from simulator.world.app import KnownEvse, KnownSession
from simulator.world.battery import Battery
from simulator.world.driver import DriverPlan
from simulator.world.evse import EvseRating, rating_from_connector
from simulator.world.vehicle import VEHICLES

S = 1_000_000
MIN = 60 * S
H = 60 * MIN
DELAY_US = 50_000
CPO = "NL-ABC"
EMSP = "NL-EMA"
AC = rating_from_connector("AC_3_PHASE", 230, 16, None)
DC = EvseRating("DC", 400, 125, 50_000)
CARD = IdToken("CARD1", "ISO14443")
ACCOUNT = IdToken("ACCOUNT1", "Central")
CENTRE = (52.16, 4.48)


class Rows(Instrument):
    """Keeps what the journal takes down."""

    def __init__(self) -> None:
        self.events: list[EventRow] = []
        self.states: list[StateRow] = []

    def event(self, row: EventRow) -> None:
        self.events.append(row)

    def state(self, row: StateRow) -> None:
        self.states.append(row)


class Cpo:
    """A central system that keeps what it hears; `verdicts` answers Authorize, None never does."""

    def __init__(self, env: Clock) -> None:
        self.env = env
        self.reachable = True
        self.verdicts: dict[str, str | None] = {}
        self.heard: list[tuple[int, str, ToCentralSystem]] = []
        self.causes: list[Cause] = []
        self.thinks_us = 0

    def on_call(self, evse_uid: str, message: ToCentralSystem, answer: Callable[[Answer], None], cause: Cause) -> None:
        self.heard.append((int(self.env.now), evse_uid, message))
        self.causes.append(cause)
        if isinstance(message, Authorize):
            verdict = self.verdicts.get(message.token.uid, "Accepted")
            if verdict is not None:
                self.env.after(self.thinks_us, lambda _: answer(AuthorizeAnswer(verdict)), None)
        else:
            answer(Acknowledged())

    def transactions(self, evse_uid: str = "") -> list[TransactionEvent]:
        return [m for _, uid, m in self.heard if isinstance(m, TransactionEvent) and evse_uid in ("", uid)]


class App:
    """An app that knows the EVSEs given to it and starts and stops through the CPO's requests at once."""

    def __init__(self, link: ChargePointLink, street: Street) -> None:
        self.link = link
        self.street = street
        self.shown: list[KnownEvse] = []
        self.asked: list[tuple[str, str, str]] = []
        self.says: str | None = "ACCEPTED"
        self.acts = True
        self.follows: dict[tuple[str, str], Callable[[KnownSession], None]] = {}
        self.withdraw: Callable[[Cause], None] = lambda _: None

    def near(self, latitude: float, longitude: float, count: int, radius_m: int) -> Sequence[KnownEvse]:
        return self.shown[:count]

    def start(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Cause) -> None:
        uid = evse_key.split("/")[1]
        self._ask("start", token_uid, uid, RequestStartTransaction(IdToken(token_uid, "Central"), 7), answer, cause)

    def follow(self, token_uid: str, evse_key: str, told: Callable[[KnownSession], None]) -> None:
        self.follows[token_uid, evse_key] = told

    def stop(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Cause) -> None:
        charger = self.street.chargers.get(evse_key)
        transaction = charger.transaction if charger is not None else None
        message = RequestStopTransaction(transaction.id if transaction is not None else "")
        self._ask("stop", token_uid, evse_key.split("/")[1], message, answer, cause)

    def reserve(
        self,
        token_uid: str,
        evse_key: str,
        until_us: int,
        answer: Callable[[str], None],
        withdrawn: Callable[[Cause], None],
        cause: Cause,
    ) -> None:
        self.withdraw = withdrawn
        uid = evse_key.split("/")[1]
        self._ask("reserve", token_uid, uid, ReserveNow(1, IdToken(token_uid, "ISO14443"), until_us), answer, cause)

    def cancel(self, token_uid: str, answer: Callable[[str], None], cause: Cause) -> None:
        uid = next(each[2] for each in self.asked if each[:2] == ("reserve", token_uid))
        self._ask("cancel", token_uid, uid, CancelReservation(1), answer, cause)

    def _ask(
        self, verb: str, token_uid: str, evse_uid: str, message: Any, answer: Callable[[str], None], cause: Cause
    ) -> None:
        self.asked.append((verb, token_uid, evse_uid))
        if self.acts:
            self.link.request(evse_uid, message, lambda _: None, cause)
        if self.says is not None:
            answer(self.says)


class Town:
    """One CPO, one eMSP, sites as a test adds them."""

    def __init__(self, recorder: Recorder, start_us: int, sample_us: int) -> None:
        self.env = Clock(start_us)
        self.journal = Journal(recorder, lambda _: None)
        self.journal.clock = self.env
        self.rows = Rows()
        self.journal.instruments.append(self.rows)
        self.cpo = Cpo(self.env)
        self.link = ChargePointLink(self.env, self.journal, CPO, self.cpo, DELAY_US)
        self.street = Street(self.env, self.journal, sample_us)
        self.app = App(self.link, self.street)
        self.street.apps[EMSP] = self.app
        self.recorder = recorder

    def add(
        self, uid: str, site: str = "square", rating: EvseRating = AC, limit_w: int | None = None, north_m: int = 0
    ) -> Charger:
        """An EVSE, and its entry in the app; the first of a site brings the site's limit."""
        if site not in self.street.sites:
            self.street.add_site(site, limit_w)
        charger = self.street.add_charger(site, uid, rating, self.link)
        self.app.shown.append(known(charger.key, site, rating, north_m))
        return charger

    def run(self, until_us: int) -> None:
        self.env.run(until=until_us)

    def said(self, kind: str, source: str = "driver/") -> list[dict[str, Any]]:
        """Data of the events of one kind, with their time and subject."""
        return [
            {**json.loads(row.data), "at_us": row.at_us, "subject": row.subject}
            for row in self.rows.events
            if row.kind == kind and row.source.startswith(source)
        ]

    def series(self, entity: str, quantity: str) -> list[tuple[int, float]]:
        """A series as the recording has it; closes the recording."""
        self.recorder.close({})
        with Recording.open(self.recorder.path) as recording:
            times, values = recording.series(entity, quantity)[:2]
            return [(int(at_us), float(value)) for at_us, value in zip(times, values, strict=True)]


@contextmanager
def town(start_us: int = 0, sample_us: int = 10 * MIN) -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder.create(Path(folder) / "street.ocpirun", "full", {})
        try:
            yield Town(recorder, start_us, sample_us)
        finally:
            recorder.abort()


def known(
    key: str,
    location: str = "square",
    rating: EvseRating = AC,
    north_m: int = 0,
    status: str = "AVAILABLE",
    *,
    can_start: bool = True,
    can_reserve: bool = True,
) -> KnownEvse:
    latitude, price = CENTRE[0] + north_m / 111_195, Decimal("0.40")
    return KnownEvse(key, location, latitude, CENTRE[1], rating, status, 0, price, can_start, can_reserve)


def battery(start_permille: int = 200, target_permille: int = 1000, vehicle: str = "compact") -> Battery:
    return Battery(VEHICLES[vehicle], start_permille, target_permille)


def visit(
    name: str = "Ada",
    token: IdToken = CARD,
    stop: Stop = "card",
    *,
    stay_us: int = H,
    patience_us: int = 20 * MIN,
    leaves_when_full: bool = False,
    vehicle: str = "compact",
    start_permille: int = 200,
    target_permille: int = 1000,
    booking: Booking | None = None,
) -> Visit:
    car = VEHICLES[vehicle]
    plan = DriverPlan(
        vehicle=car,
        start_soc_permille=start_permille,
        target_soc_permille=target_permille,
        energy_wh=car.battery_wh * (target_permille - start_permille) // 1000,
        stay_us=stay_us,
        patience_us=patience_us,
        authorise="app" if token.kind == "Central" else "rfid",
        leaves_when_full=leaves_when_full,
    )
    return Visit(name, EMSP, token, plan, *CENTRE, 3_000, stop, booking=booking)


def start(charger: Charger, token: IdToken = CARD, car: Battery | None = None) -> None:
    """Plug and tap, as a driver does."""
    assert charger.plug(car or battery(), TIME)
    charger.tap(token, lambda _: None, TIME)
