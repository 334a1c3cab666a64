"""The life of one driver, from the wish to charge to the way home, told as one process.

A driver sees the network through the app of the eMSP alone and meets what is really there on arrival. Where that is an
EVSE that stands in no street of ours, but in the world of a party from outside, OCPI alone tells what goes on there.
"""

from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal

from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.field.charge_point_link import OFFLINE
from simulator.field.charger import Charger
from simulator.field.prospects import AVAILABLE, LOOKED_AT, by_app, prospects, startable, usable
from simulator.field.session_watch import SessionWatch
from simulator.field.site import Site
from simulator.field.street import Street
from simulator.field.transaction import Transaction
from simulator.field.visit import Booking, Visit
from simulator.field.warmup import Occupancy
from simulator.ocpp.messages import TransactionEvent
from simulator.world.app import KnownEvse
from simulator.world.battery import Battery
from simulator.world.geometry import distance_m

Life = Generator[Event, Any, None]

MAX_TRIES = 4
"""Sites a driver drives to before waiting at the last of them."""

START_PATIENCE_US = 60_000_000
"""How long a driver waits for a charger to start or stop after the app said that it will."""

TIMEOUT = "TIMEOUT"
"""What such a driver notes in place of an answer, as OCPI's CommandResult calls it."""

ABROAD_PATIENCE_US = 600_000_000
"""How long a driver waits for the Session of a party from outside to begin, or to end, after it said that it will."""

GRACE_US = 15 * 60_000_000
"""How long after the arrival a reserved place is kept."""

_US_PER_M = 120_000  # 30 km/h


class Driver:
    """One driver with one visit. Run `life` as a process.

    Life: (reserve ->) arrive -> look into the app -> drive -> (taken -> drive on ...) -> (wait) -> plug -> tap or app
    -> charge -> tap or app or nothing -> leave; or turned_away, with the reason: `nothing_shown`, `none_compatible`,
    `app_needed` (what is left is an outsider's, and needs one), `card_needed` (what is left cannot be started by app),
    `all_taken`, `refused` or `no_answer`; or, after reserving, stays_away. Each step is an event of the source
    `driver/<name>`.
    """

    def __init__(self, street: Street, visit: Visit) -> None:
        self._street = street
        self._env = street.env
        self._visit = visit
        self._source = f"driver/{visit.name}"
        self._at = (visit.latitude, visit.longitude)
        self._tries = 0
        self._waited_us = 0
        self._detour_m = 0
        self._reserved = ""

    def book(self, booking: Booking, arrives_at_us: int) -> Generator[Event, Any, bool]:
        """Have the best free place kept from now until a while after the arrival; whether the driver will come."""
        offered = [known for known in self._shown() if known.status == AVAILABLE and known.can_reserve]
        free = self._in_reach(startable(self._ranked(offered), self._visit.token))
        if not free:
            self._say("not_reserved", data={"status": "NOTHING_FREE"})
        for known in free[:MAX_TRIES]:
            if (yield from self._ask_to_reserve(known.key, arrives_at_us + GRACE_US)) == "ACCEPTED":
                break
        if not self._reserved or booking.keeps == "yes":
            return True
        ahead_us = arrives_at_us - self._now_us
        if booking.keeps == "cancels":
            yield self._env.timeout(ahead_us // 2)
            yield from self._ask_app("cancel", self._reserved)
        else:
            yield self._env.timeout(ahead_us)
        self._say("stays_away")
        return False

    def life(self) -> Life:
        """The whole visit."""
        visit, plan = self._visit, self._visit.plan
        self._say(
            "arrive",
            data={
                "authorise": plan.authorise,
                "energy_wh": plan.energy_wh,
                "latitude": visit.latitude,
                "longitude": visit.longitude,
                "start_soc_permille": plan.start_soc_permille,
                **({"stated_stay_s": _seconds(plan.stated_stay_us)} if plan.stated_stay_us is not None else {}),
                "target_soc_permille": plan.target_soc_permille,
                "vehicle": plan.vehicle.name,
            },
        )
        shown = self._shown()
        if not shown:
            self._turn_away("nothing_shown")
            return
        ranked = self._ranked(shown)
        if not ranked:
            self._turn_away("none_compatible")
            return
        left = startable(ranked, visit.token)
        if not left:
            self._turn_away("card_needed")
            return
        in_reach = self._in_reach(left)
        if not in_reach and not by_app(visit.token):
            self._turn_away("app_needed")
            return
        place = yield from self._find(in_reach)
        if place is None:
            self._turn_away("all_taken")
        elif isinstance(place, KnownEvse):
            yield from self._charge_abroad(place.key)
        else:
            yield from self._charge(place)

    def _charge(self, charger: Charger) -> Life:
        plan = self._visit.plan
        battery = Battery(plan.vehicle, plan.start_soc_permille, plan.target_soc_permille)
        charger.plug(battery, self._plug(charger.key), self._visit.token)
        leaves_at_us = self._visit.leaves_at_us
        if leaves_at_us is None:
            leaves_at_us = self._now_us + plan.stay_us
        status = yield from self._authorise(charger)
        if status:
            charger.unplug(self._refuse(charger.key, status))
            self._drive_on(status)
            return
        yield from self._stay(charger, _transaction(charger.started), leaves_at_us)

    def resume(self, charger: Charger, leaves_at_us: int) -> Life:
        """The rest of a visit that began before the run."""
        transaction = charger.transaction
        assert transaction is not None
        yield from self._stay(charger, transaction, leaves_at_us)

    # Finding a place

    def _shown(self) -> list[KnownEvse]:
        """What the app shows near where the driver wants to be, and one goes to."""
        visit = self._visit
        near = self._street.apps[visit.emsp].near(visit.latitude, visit.longitude, LOOKED_AT, visit.radius_m)
        shown = usable(near)
        return [known for known in shown if known.key == visit.evse] if visit.evse else shown

    def _ranked(self, shown: Sequence[KnownEvse]) -> list[KnownEvse]:
        visit, plan = self._visit, self._visit.plan
        return prospects(shown, plan.vehicle, plan.energy_wh, visit.latitude, visit.longitude, self._street.taste)

    def _in_reach(self, ranked: Sequence[KnownEvse]) -> list[KnownEvse]:
        """Those in our street, and by app the free ones elsewhere, where no card can be tapped and nobody can queue."""
        chargers, goes_abroad = self._street.chargers, by_app(self._visit.token)
        return [known for known in ranked if known.key in chargers or (goes_abroad and known.status == AVAILABLE)]

    def _find(self, ranked: Sequence[KnownEvse]) -> Generator[Event, Any, Charger | KnownEvse | None]:
        """Go where the app promises a free place; else to the best of the others; there, wait.

        A place that stands elsewhere is returned as the app shows it.
        """
        site: Site | None = None
        seen: list[Site] = []
        for goal in self._goals(ranked):
            charger = self._street.chargers.get(goal.key)
            if charger is not None and charger.site in seen:
                continue
            if self._tries == MAX_TRIES:
                break
            self._tries += 1
            if charger is not None:
                seen.append(charger.site)
            yield self._env.timeout(self._drive(goal) * _US_PER_M)
            if charger is None and goal.key not in self._street.parked_abroad:
                return goal
            if charger is not None and charger.free_for(self._visit.token):
                return charger
            if goal.status == AVAILABLE:
                age_s = _seconds(self._now_us - goal.status_at_us)
                self._say("taken", goal.key, {"age_s": age_s, "shown": goal.status})
            if charger is None:
                continue
            site = charger.site
            for neighbour in self._at_site(ranked, site):
                if neighbour.free_for(self._visit.token):
                    return neighbour
        if site is None or not self._visit.plan.patience_us:
            return None
        return (yield from self._wait(site, [charger.key for charger in self._at_site(ranked, site)]))

    def _goals(self, ranked: Sequence[KnownEvse]) -> Sequence[KnownEvse]:
        reserved = self._reserved
        free = [known for known in ranked if known.status == AVAILABLE and known.key != reserved]
        mine = [known for known in ranked if known.key == reserved] if reserved else []
        return mine + free or ranked[:1]

    def _drive(self, goal: KnownEvse) -> int:
        """Metres to the goal, where the driver then is."""
        way_m = distance_m(*self._at, goal.latitude, goal.longitude)
        self._at = (goal.latitude, goal.longitude)
        self._detour_m += way_m
        return way_m

    def _at_site(self, ranked: Sequence[KnownEvse], site: Site) -> list[Charger]:
        """Chargers of the site that the app shows and the car fits, best first."""
        chargers = self._street.chargers
        return [charger for known in ranked if (charger := chargers.get(known.key)) and charger.site is site]

    def _wait(self, site: Site, keys: Sequence[str]) -> Generator[Event, Any, Charger | None]:
        self._say("wait", site.key, {"before": site.waiting})
        since_us = self._now_us
        place = site.wait_for(keys, self._visit.token)
        yield self._env.any_of((place, self._env.timeout(self._visit.plan.patience_us)))
        self._waited_us = self._now_us - since_us
        leaves_at_us = self._visit.leaves_at_us
        if place.triggered and (leaves_at_us is None or self._now_us < leaves_at_us):
            charger = place.value
            assert isinstance(charger, Charger)
            return charger
        site.give_up(place)
        return None

    # Charging

    def _authorise(self, charger: Charger) -> Generator[Event, Any, str]:
        """Identify: "" when this driver's transaction has started, else what was answered instead."""
        visit = self._visit
        if visit.token.kind == "ISO14443":
            said = Event(self._env)
            charger.tap(visit.token, _answer_to(said), self._say("tap", charger.key, {"action": "start"}))
            status: str = yield said
            return "" if status == "Accepted" else status
        status = yield from self._ask_app("start", charger.key)
        if status != "ACCEPTED":
            return status
        yield self._env.any_of((charger.started, self._env.timeout(START_PATIENCE_US)))
        return "" if charger.started.triggered else TIMEOUT

    def _ask_app(self, action: Literal["start", "stop", "cancel"], evse_key: str) -> Generator[Event, Any, str]:
        """What the app answers, or TIMEOUT when it does not."""
        visit = self._visit
        app = self._street.apps[visit.emsp]
        said = Event(self._env)
        cause = self._say("app", evse_key, {"action": action})
        if action == "cancel":
            app.cancel(visit.token.uid, _answer_to(said), cause)
        else:
            ask = app.start if action == "start" else app.stop
            ask(visit.token.uid, evse_key, _answer_to(said), cause)
        return (yield from self._hear(said))

    def _ask_to_reserve(self, evse_key: str, until_us: int) -> Generator[Event, Any, str]:
        """What the app answers; if ACCEPTED the place is kept until the CPO takes that back."""
        visit = self._visit
        said = Event(self._env)
        cause = self._say("app", evse_key, {"action": "reserve"})

        def withdrawn(why: Cause) -> None:
            self._say("reservation_withdrawn", evse_key, cause=why)
            self._reserved = ""

        self._street.apps[visit.emsp].reserve(visit.token.uid, evse_key, until_us, _answer_to(said), withdrawn, cause)
        status = yield from self._hear(said)
        if status == "ACCEPTED":
            self._reserved = evse_key
            self._say("reserved", evse_key, {"for_s": _seconds(until_us - self._now_us)})
        else:
            self._say("not_reserved", evse_key, {"status": status})
        return status

    def _hear(self, said: Event) -> Generator[Event, Any, str]:
        yield self._env.any_of((said, self._env.timeout(self._visit.app_patience_us)))
        return str(said.value) if said.triggered else TIMEOUT

    def _stay(self, charger: Charger, transaction: Transaction, leaves_at_us: int) -> Life:
        until_leaving = self._env.timeout(max(0, leaves_at_us - self._now_us))
        if self._visit.plan.leaves_when_full:
            yield self._env.any_of((until_leaving, transaction.full, transaction.stopped))
        else:
            yield until_leaving
        if not transaction.stopped.triggered:
            yield from self._stop(charger, transaction)
        charger.unplug(self._leave(transaction.id, charger.key, transaction.energy_wh, charger.plugged_us))

    def _stop(self, charger: Charger, transaction: Transaction) -> Life:
        """End charging as the driver is used to; one who only unplugs, or whose app fails, ends it by unplugging."""
        visit = self._visit
        if visit.stop == "card":
            charger.tap(visit.token, lambda _: None, self._say("tap", charger.key, {"action": "stop"}))
        elif visit.stop == "app":
            status = yield from self._ask_app("stop", charger.key)
            if status == "ACCEPTED" and not transaction.stopped.triggered:
                yield self._env.any_of((transaction.stopped, self._env.timeout(START_PATIENCE_US)))

    # Charging where another's charge point stands

    def _charge_abroad(self, evse_key: str) -> Life:
        """Plug in, have the app start, follow the Session until it ends or the stay does, and leave."""
        plugged_us = self._now_us
        until_leaving = self._env.timeout(self._visit.plan.stay_us)
        watch = SessionWatch(self._env)
        self._street.parked_abroad[evse_key] = None
        self._plug(evse_key)
        self._street.apps[self._visit.emsp].follow(self._visit.token.uid, evse_key, watch.told)
        status = yield from self._ask_app("start", evse_key)
        if status == "ACCEPTED" and not watch.began.triggered:
            yield self._env.any_of((watch.began, watch.ended, self._env.timeout(ABROAD_PATIENCE_US)))
            status = watch.last.status if watch.ended.triggered else TIMEOUT
        if watch.began.triggered:
            yield self._env.any_of((until_leaving, watch.ended))
            yield from self._stop_abroad(evse_key, watch)
            self._leave(watch.last.id, evse_key, watch.last.energy_wh, plugged_us)
        else:
            self._refuse(evse_key, status)
            self._drive_on(status)
        del self._street.parked_abroad[evse_key]

    def _stop_abroad(self, evse_key: str, watch: SessionWatch) -> Life:
        if watch.ended.triggered:
            return
        status = yield from self._ask_app("stop", evse_key)
        if status == "ACCEPTED" and not watch.ended.triggered:
            yield self._env.any_of((watch.ended, self._env.timeout(ABROAD_PATIENCE_US)))

    # Saying so

    @property
    def _now_us(self) -> int:
        return self._street.env.now_us

    def _say(self, kind: str, subject: str = "", data: dict[str, object] | None = None, cause: Cause = TIME) -> Cause:
        return self._street.journal.event(
            self._source, kind, party=self._visit.emsp, subject=subject, data=data, cause=cause
        )

    def _plug(self, evse_key: str) -> Cause:
        waited_s = _seconds(self._waited_us)
        return self._say("plug", evse_key, {"detour_m": self._detour_m, "tries": self._tries, "waited_s": waited_s})

    def _leave(self, session: str, evse_key: str, energy_wh: int, plugged_us: int) -> Cause:
        """The visit has ended as it was meant to; `session` is the charge point's word for it, or OCPI's abroad."""
        data: dict[str, object] = {
            "detour_m": self._detour_m,
            "energy_wh": energy_wh,
            "evse": evse_key,
            "stay_s": _seconds(self._now_us - plugged_us),
            "tries": self._tries,
            "waited_s": _seconds(self._waited_us),
        }
        return self._say("leave", session, data)

    def _refuse(self, evse_key: str, status: str) -> Cause:
        return self._say("refused", evse_key, {"status": status})

    def _drive_on(self, status: str) -> None:
        """Nothing started, for this reason."""
        self._turn_away("no_answer" if status in (OFFLINE, TIMEOUT) else "refused")

    def _turn_away(self, reason: str) -> None:
        data = {"reason": reason, "tries": self._tries, "waited_s": _seconds(self._waited_us)}
        self._say("turned_away", data=data)


def _transaction(started: Event) -> Transaction:
    transaction = started.value
    assert isinstance(transaction, Transaction)
    return transaction


def _answer_to(said: Event) -> Callable[[str], None]:
    """What an app or charger calls with its answer; the driver hears the first."""

    def answer(status: str) -> None:
        if not said.triggered:
            said.succeed(status)

    return answer


def _seconds(duration_us: int) -> int:
    return duration_us // 1_000_000


def adopt(street: Street, occupancy: Occupancy) -> tuple[TransactionEvent, TransactionEvent]:
    """Put a car of the warm-up into the street, charging, without telling anyone; its driver goes on from here.

    Returns what the charge point would have told its CPO: the start, and how things stand now. Raises ValueError
    when the present is not the instant that the occupancy describes.
    """
    if street.env.now_us != occupancy.until_us:
        raise ValueError(
            f"The occupancy of {occupancy.evse_key} describes {occupancy.until_us} us, now it is "
            f"{street.env.now_us} us: expected to adopt it at its own instant."
        )
    charger = street.chargers[occupancy.evse_key]
    visit = occupancy.visit
    events = charger.adopt(occupancy.battery, visit.token, occupancy.started_us, occupancy.energy_wus)
    street.env.process(Driver(street, visit).resume(charger, occupancy.leaves_at_us))
    return events
