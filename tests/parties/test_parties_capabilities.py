"""What an EVSE does not state that it can do is NOT_SUPPORTED there, whoever asks; the hint names the capability."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from parties_objects import Json, token
from run_town import MIN, H, OpenTown, S, Told, named, town
from test_parties_versions import speaking

from simulator.engine.cause import TIME
from simulator.ocpi.v2_2_1.locations import EVSE, Capability, Connector
from simulator.ocpp.messages import IdToken
from simulator.world.battery import Battery
from simulator.world.vehicle import VEHICLES

CPO, EMSP = "NL-ABC", "NL-EMA"
SQUARE, E1, E2 = "NL-ABC-L001", "NL-ABC-E0001", "NL-ABC-E0002"
BACK = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/X/nobody-waits"
ALL = tuple(Capability)


@contextmanager
def street(
    path: Path, *stated: str, others: tuple[str, ...] = ALL, change: Callable[[str], str] = str
) -> Iterator[OpenTown]:
    """A town whose first EVSE states this, the three beside it something else; a car is plugged in at the first."""
    first, rest = (f"power: 22 kW, tariff: day, capabilities: [{', '.join(each)}]" for each in (stated, others))
    groups = f"[{{{first}}}, {{count: 3, {rest}}}]"
    scenario = town(
        path.parent,
        drivers=(named("Vera", arrives="11 h"),),
        link="latency: 50 ms",
        duration="12 h",
        change=lambda text: change(text.replace("{count: 4, power: 22 kW, tariff: day}", groups)),
    )
    with OpenTown(scenario, path) as desk:
        assert desk.world.street.chargers[f"{CPO}/{E1}"].plug(Battery(VEHICLES["compact"], 200, 800), TIME)
        desk.run_for(10 * S)
        yield desk


def command(desk: OpenTown, what: str, **body: Any) -> Told:
    body = {"response_url": BACK} | {name: value for name, value in body.items() if value is not None}
    told = desk.ask(EMSP, CPO, "POST", desk.url(EMSP, CPO, "commands", "RECEIVER", what), body)
    desk.run_for(MIN)
    return told


def start(desk: OpenTown, evse_uid: str | None = E1, **more: Any) -> Told:
    return command(desk, "START_SESSION", token=token("NEW-CARD"), location_id=SQUARE, evse_uid=evse_uid, **more)


def reserve(desk: OpenTown, evse_uid: str | None = E1) -> Told:
    wish: Json = {"token": token("NEW-CARD"), "expiry_date": "2026-05-04T05:00:00Z", "reservation_id": "R1"}
    return command(desk, "RESERVE_NOW", location_id=SQUARE, evse_uid=evse_uid, **wish)


def unlock(desk: OpenTown) -> Told:
    return command(desk, "UNLOCK_CONNECTOR", location_id=SQUARE, evse_uid=E1, connector_id="1")


def is_refused(desk: OpenTown, told: Told, capability: str) -> None:
    """The direct answer says NOT_SUPPORTED and why; nothing comes later; the hint is on the exchange."""
    why = f"EVSE {E1} is not {capability}."
    assert (told.http, told.status) == (200, 1000)
    assert (told.data["result"], told.data["message"][0]["text"]) == ("NOT_SUPPORTED", why)
    (hint,) = desk.hints(told.exchange)
    assert (hint.rule, hint.severity) == ("capability-missing", "warning")
    assert hint.sentence.startswith(why)
    assert hint.section == "OCPI 2.2.1 locations, Capability"


@pytest.mark.parametrize(
    ("ask", "capability"),
    [(start, "REMOTE_START_STOP_CAPABLE"), (reserve, "RESERVABLE"), (unlock, "UNLOCK_CAPABLE")],
    ids=["start", "reserve", "unlock"],
)
def test_a_command_needs_its_capability(tmp_path: Path, ask: Any, capability: str) -> None:
    without = [each for each in ALL if each not in (capability, Capability.START_SESSION_CONNECTOR_REQUIRED)]
    with street(tmp_path / "run.ocpirun", *without) as desk:
        is_refused(desk, ask(desk), capability)
        charger = desk.world.street.chargers[f"{CPO}/{E1}"]
        assert charger.transaction is None
        assert charger.reserved.request is None
    with street(tmp_path / "with.ocpirun", *without, capability) as desk:
        told = ask(desk)
        assert (told.data["result"], desk.hints(told.exchange)) == ("ACCEPTED", [])


def test_a_session_that_a_card_started_is_stopped_and_limited_only_where_that_can_be(tmp_path: Path) -> None:
    with street(tmp_path / "run.ocpirun", "RFID_READER") as desk:
        cpo = desk.world.cpos[CPO]
        desk.world.street.chargers[f"{CPO}/{E1}"].tap(_card(desk), lambda _: None, TIME)
        desk.run_for(MIN)
        (session,) = cpo.sessions.by_peer[EMSP]
        is_refused(desk, command(desk, "STOP_SESSION", session_id=session.id), "REMOTE_START_STOP_CAPABLE")
        at = desk.url(EMSP, CPO, "chargingprofiles", "RECEIVER", session.id)
        period = {"start_period": 0, "limit": 4_000}
        profile = {"charging_rate_unit": "W", "charging_profile_period": [period]}
        asked = (
            ("PUT", at, {"charging_profile": profile, "response_url": BACK}),
            ("GET", f"{at}?duration=600&response_url={BACK}", None),
            ("DELETE", f"{at}?response_url={BACK}", None),
        )
        for method, url, body in asked:
            told = desk.ask(EMSP, CPO, method, url, body)
            assert (told.status, told.data["result"]) == (1000, "NOT_SUPPORTED")
            assert [hint.rule for hint in desk.hints(told.exchange)] == ["capability-missing"]
        desk.run_for(H)
        assert session.kwh > 10


def test_an_evse_that_states_nothing_can_be_started_and_stopped_from_afar_and_no_more(tmp_path: Path) -> None:
    with street(tmp_path / "run.ocpirun") as desk:
        is_refused(desk, reserve(desk), "RESERVABLE")
        is_refused(desk, unlock(desk), "UNLOCK_CAPABLE")
        assert start(desk).data["result"] == "ACCEPTED"
        (session,) = desk.world.cpos[CPO].sessions.by_peer[EMSP]
        assert command(desk, "STOP_SESSION", session_id=session.id).data["result"] == "ACCEPTED"


def test_where_no_evse_is_named_one_that_can_is_chosen(tmp_path: Path) -> None:
    with street(tmp_path / "run.ocpirun", "RFID_READER") as desk:
        assert reserve(desk, None).data["result"] == "ACCEPTED"
        chargers = desk.world.street.chargers
        assert chargers[f"{CPO}/{E2}"].reserved.request is not None
        assert chargers[f"{CPO}/{E1}"].reserved.request is None


def test_a_location_that_cannot_at_all_says_so(tmp_path: Path) -> None:
    with street(tmp_path / "run.ocpirun", "RFID_READER", others=("RFID_READER",)) as desk:
        for told in (reserve(desk, None), start(desk, None)):
            assert told.data["result"] == "NOT_SUPPORTED"
            assert told.data["message"][0]["text"].startswith("All 4 EVSEs of the Location are not RE")


@pytest.mark.parametrize(("stated", "refused"), [(ALL, True), ((), False)], ids=["required", "not required"])
def test_a_start_names_the_connector_where_the_evse_asks_for_it(
    tmp_path: Path, stated: tuple[str, ...], refused: bool
) -> None:
    with street(tmp_path / "run.ocpirun", *stated) as desk:
        told = start(desk)
        if refused:
            assert (told.http, told.status) == (200, 2001)
            assert [hint.rule for hint in desk.hints(told.exchange)] == ["start-session-connector"]
            told = start(desk, connector_id="1")
        assert (told.status, told.data["result"]) == (1000, "ACCEPTED")


@pytest.mark.parametrize("plugs", [1, 2])
@pytest.mark.parametrize("evse_uid", [E1, None])
def test_2_1_1_names_no_connector_and_starts_where_there_is_only_one(
    tmp_path: Path, plugs: int, evse_uid: str | None
) -> None:
    old = speaking(ABC="[2.1.1]", EMA="[2.1.1, 2.2.1]", NOM="[2.1.1, 2.2.1]")
    with street(tmp_path / "run.ocpirun", *ALL, change=old) as desk:
        square = desk.world.cpos[CPO].locations.store
        (location,) = (each for each in square if each.id == SQUARE)
        evses = tuple(replace(evse, connectors=_plugs(evse, plugs)) for evse in location.evses)
        square.put(replace(location, evses=evses), SQUARE)
        card: Json = {"uid": "NEW-CARD", "type": "RFID", "auth_id": "A1", "issuer": "Emma", "valid": True}
        card |= {"whitelist": "NEVER", "last_updated": "2026-05-04T04:00:00Z"}
        told = command(desk, "START_SESSION", token=card, location_id=SQUARE, evse_uid=evse_uid)
        hints = [hint.rule for hint in desk.hints(told.exchange) if hint.severity == "warning"]
        assert told.status == 1000
        if plugs == 1:
            assert (told.data["result"], hints) == ("ACCEPTED", [])
        else:
            assert (told.data["result"], hints) == ("NOT_SUPPORTED", ["capability-missing"])


def _plugs(evse: EVSE, count: int) -> tuple[Connector, ...]:
    return tuple(replace(evse.connectors[0], id=str(number + 1)) for number in range(count))


def _card(desk: OpenTown) -> IdToken:
    """Vera's card as charge points know it."""
    (vera,) = desk.world.emsps[EMSP].tokens.store
    return IdToken(vera.uid, "ISO14443")
