"""What partners of each version are told of places and prices of 2.3.0, and that whatever differs is remarked on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from run_town import MIN, OpenTown, S
from test_assemble_natives import CPO, EARLIER, HOME, NEW, OLD, TARIFF, truck_stops

from simulator.engine.cause import TIME
from simulator.ocpi.codec import encode
from simulator.ocpi.translation import Loss
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.ocpp.messages import TransactionEvent
from simulator.parties.store import Store
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.scenario.expand import ocpi_tariff, original_tariff

Json = dict[str, Any]
MEGAWATTS = "TRK-E1"
"""An EVSE with a plug that no version before 2.3.0 knows."""

STAND_IN = "OCPI {} has no ConnectorType MCS; IEC_62196_T2_COMBO stands for it."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenTown]:
    with OpenTown(truck_stops(tmp_path), tmp_path / "desk.ocpirun") as open_town:
        yield open_town


def charged(desk: OpenTown, emsp: str) -> None:
    """Somebody of this eMSP stood at the megawatts when the run began, and leaves now."""
    cpo = desk.world.cpos[CPO]
    token = next(iter(desk.world.emsps[emsp].tokens.store))

    def event(kind: Any, at_us: int, register_wh: int) -> TransactionEvent:
        return TransactionEvent(
            kind=kind,
            transaction_id=f"at the megawatts of {emsp}",
            seq_no=0,
            at_us=at_us,
            trigger="MeterValuePeriodic",
            charging_state="Charging" if kind != "Ended" else "Idle",
            register_wh=register_wh,
            power_w=0,
        )

    cpo.adopt(MEGAWATTS, token, event("Started", -30 * MIN, 0), event("Updated", desk.now_us, 9_000))
    for kind, wh in (("Updated", 9_500), ("Ended", 10_000)):
        desk.run_for(30 * S)
        cpo.on_call(MEGAWATTS, event(kind, desk.now_us, wh), lambda answer: None, TIME)
    desk.run_for(30 * S)


def told(desk: OpenTown, module: str, receiver: str) -> list[Message]:
    desk.recorder.flush()
    with Recording.open(desk.path) as recording:
        rows = recording.messages(module=module, sender=CPO, receiver=receiver, from_us=0, contents=True)
    return [row for row in rows if row.method in ("POST", "PUT", "PATCH")]


def differences(desk: OpenTown, exchange: int) -> dict[str, tuple[str, str]]:
    """What is remarked on an exchange about its translation, by path."""
    hints = [hint for hint in desk.hints(exchange) if hint.rule.startswith("translation-")]
    return {hint.path: (hint.rule.removeprefix("translation-"), hint.sentence) for hint in hints}


@pytest.mark.parametrize("emsp", [HOME, OLD])
def test_a_bill_to_an_older_partner_says_path_by_path_what_is_otherwise(desk: OpenTown, emsp: str) -> None:
    charged(desk, emsp)
    (bill,) = told(desk, "cdrs", emsp)
    assert bill.http_status == 201
    body = json.loads(bill.request_body)
    place = body["location"]["evses"][0] if emsp == OLD else body["cdr_location"]
    assert "IEC_62196_T2_COMBO" in json.dumps(place)
    assert body["tariffs"][0]["elements"][0]["price_components"][0]["price"] == 0.5
    found = differences(desk, bill.exchange)
    assert found["$.cdr_location.connector_standard"] == ("changed", STAND_IN.format("2.2.1"))
    assert found["$.tariffs[0].elements[0].price_components[0].price"][0] == "changed"
    assert found["$.tariffs[0].tax_included"][0] == "lost"
    assert found["$.tariffs[0].energy_mix.environ_impact[0]"][0] == "lost"
    answer = desk.ask(emsp, CPO, "GET", desk.url(emsp, CPO, "cdrs", "SENDER"))
    assert answer.data == [body]
    listed = {path.replace("$[0]", "$", 1): how for path, how in differences(desk, answer.exchange).items()}
    assert listed["$.cdr_location.connector_standard"] == found["$.cdr_location.connector_standard"]


def test_a_bill_to_a_partner_of_2_3_0_is_as_it_is_written(desk: OpenTown) -> None:
    charged(desk, NEW)
    (bill,) = told(desk, "cdrs", NEW)
    body = json.loads(bill.request_body)
    assert body["cdr_location"]["connector_standard"] == "MCS"
    assert body["tariffs"] == [TARIFF]
    assert differences(desk, bill.exchange) == {}


def test_a_session_of_2_1_1_says_that_a_plug_stands_for_another(desk: OpenTown) -> None:
    """Only there it holds the plug."""
    charged(desk, OLD)
    rows = told(desk, "sessions", OLD)
    assert rows
    for row in rows:
        names_a_plug = b"IEC_62196_T2_COMBO" in row.request_body
        path = "$.location.evses[0].connectors[0].standard"
        assert differences(desk, row.exchange) == (
            {path: ("changed", STAND_IN.format("2.1.1"))} if names_a_plug else {}
        )
    assert any(b"IEC_62196_T2_COMBO" in row.request_body for row in rows)
    url = desk.url(OLD, CPO, "sessions", "SENDER") + "?date_from=2026-05-01T00:00:00Z"
    answer = desk.ask(OLD, CPO, "GET", url)
    assert "$[0].location.evses[0].connectors[0].standard" in differences(desk, answer.exchange)


class Elsewhere:
    """A session that its owner cannot tell in 2.1.1, of which the location is not known."""

    id = "ELSEWHERE"

    def __init__(self, session: Session) -> None:
        self.last_updated = session.last_updated
        self._session = replace(session, id=self.id, location_id="NOWHERE")

    def whole(self) -> Session:
        return self._session

    def losses(self, version: str) -> tuple[Loss, ...]:
        return (Loss("$.location", "changed", f"Not so in {version}."),)


def test_the_session_after_one_that_is_withheld_is_remarked_on_at_its_own_place(desk: OpenTown) -> None:
    charged(desk, OLD)
    sessions = desk.world.cpos[CPO].sessions
    (known,) = sessions.by_peer[OLD]
    sessions.by_peer[OLD] = Store()
    for each in (Elsewhere(known.whole()), known):
        sessions.put(OLD, each)
    url = desk.url(OLD, CPO, "sessions", "SENDER") + "?date_from=2026-05-01T00:00:00Z"
    answer = desk.ask(OLD, CPO, "GET", url)
    assert [each["id"] for each in answer.data] == [known.id]
    found = differences(desk, answer.exchange)
    assert "NOWHERE is not known here" in found.pop("$")[1]
    assert list(found) == ["$[0].location.evses[0].connectors[0].standard"]


def test_a_session_of_2_2_1_names_no_plug_and_needs_no_remark(desk: OpenTown) -> None:
    charged(desk, HOME)
    rows = told(desk, "sessions", HOME)
    assert rows
    assert [differences(desk, row.exchange) for row in rows] == [{}] * len(rows)


def test_lists_say_what_they_leave_out(desk: OpenTown) -> None:
    places = desk.ask(HOME, CPO, "GET", desk.url(HOME, CPO, "locations", "SENDER"))
    assert differences(desk, places.exchange)["$[0].evses[0].connectors[0]"] == (
        "lost",
        "OCPI 2.2.1 has no ConnectorType MCS.",
    )
    prices = desk.ask(HOME, CPO, "GET", desk.url(HOME, CPO, "tariffs", "SENDER"))
    assert differences(desk, prices.exchange)["$[0].elements[0].price_components[0].price"][0] == "changed"
    mine = desk.ask(NEW, CPO, "GET", desk.url(NEW, CPO, "locations", "SENDER"))
    assert differences(desk, mine.exchange) == {}


NIGHT = {
    **TARIFF,
    "id": "anything",
    "tariff_alt_text": [{"language": "en", "text": "by night"}],
    "min_price": {"before_taxes": 2, "after_taxes": 2.42},
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.242, "vat": 21, "step_size": 1}]}],
}
CHANGES = """
tariffs:
  net: {energy: 0.80 EUR/kWh, min_price: 1 EUR, vat: 21 %}
  night: {file: night.json, ocpi: 2.3.0}
changes:
  - {at: 1 min, kind: tariff, tariff: mega, to: net}
  - {at: 2 min, kind: tariff, tariff: mega, to: night}
"""


@pytest.fixture(scope="module")
def repriced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    folder = tmp_path_factory.mktemp("repriced")
    (folder / "night.json").write_text(json.dumps(NIGHT))
    written = TARIFF | {"tariff_alt_url": "https://trk.example/mega", "type": "REGULAR"}
    with OpenTown(truck_stops(folder, tariff=written, more=CHANGES), folder / "desk.ocpirun") as open_town:
        open_town.run_to(3 * MIN)
        yield open_town


def test_a_new_price_leaves_all_else_of_a_tariff_as_it_is_written(repriced: OpenTown) -> None:
    net, night = (json.loads(row.request_body) for row in told(repriced, "tariffs", NEW))
    priced = ("elements", "min_price", "tax_included", "last_updated")
    for now in (net, night):
        assert {key: value for key, value in now.items() if key not in priced} == {
            **{key: value for key, value in TARIFF.items() if key not in priced},
            "tariff_alt_url": "https://trk.example/mega",
            "type": "REGULAR",
        }
        assert now["last_updated"] > EARLIER
    assert net["tax_included"] == "NO"
    assert net["min_price"] == {"before_taxes": 1}
    assert net["elements"][0]["price_components"][0]["price"] == 0.8
    assert night["tax_included"] == "YES"
    assert (night["elements"], night["min_price"]) == (NIGHT["elements"], NIGHT["min_price"])
    kept = repriced.world.emsps[NEW].tariffs.store.original(None, "NL", "TRK", "mega")
    assert json.loads(encode(kept)) == night
    assert shown_tariffs(repriced, NEW) == [night]


def test_older_partners_get_the_new_price_in_their_words(repriced: OpenTown) -> None:
    net, night = (json.loads(row.request_body) for row in told(repriced, "tariffs", HOME))
    assert [each["elements"][0]["price_components"][0]["price"] for each in (net, night)] == [0.8, 0.2]
    assert night["tariff_alt_url"] == "https://trk.example/mega"
    assert night["min_price"] == {"excl_vat": 2, "incl_vat": 2.42}


AND_BACK = """
tariffs:
  net: {energy: 0.80 EUR/kWh, vat: 21 %}
  night: {file: night.json, ocpi: 2.3.0}
changes:
  - {at: 1 min, kind: tariff, tariff: mega, to: net}
  - {at: 2 min, kind: tariff, tariff: mega, to: night}
  - {at: 3 min, kind: tariff, tariff: mega, to: net}
"""


def test_a_price_that_an_older_partner_cannot_be_told_ends_the_one_that_it_was_told(tmp_path: Path) -> None:
    """2.1.1 has no words for a price with VAT, such as that of the beginning and that by night."""
    (tmp_path / "night.json").write_text(json.dumps(NIGHT))
    with OpenTown(truck_stops(tmp_path, more=AND_BACK), tmp_path / "desk.ocpirun") as desk:
        known, pushed = [], {}
        for minute in (1, 2, 3):
            desk.run_to(minute * MIN + 30 * S)
            known.append([emsp for emsp in (NEW, HOME, OLD) if list(desk.world.emsps[emsp].tariffs.store)])
        desk.recorder.flush()
        with Recording.open(desk.path) as recording:
            rows = recording.messages(module="tariffs", sender=CPO, from_us=0)
    for emsp in (NEW, HOME, OLD):
        pushed[emsp] = [(row.method, row.http_status) for row in rows if row.receiver == emsp]
    assert known == [[NEW, HOME, OLD], [NEW, HOME], [NEW, HOME, OLD]]
    assert pushed[NEW] == pushed[HOME] == [("PUT", 200)] * 3
    assert pushed[OLD] == [("PUT", 201), ("DELETE", 200), ("PUT", 201)]


def test_the_new_price_is_billed_and_the_bill_has_the_new_tariff(repriced: OpenTown) -> None:
    charged(repriced, NEW)
    (bill,) = told(repriced, "cdrs", NEW)
    body = json.loads(bill.request_body)
    assert body["tariffs"] == shown_tariffs(repriced, NEW)
    assert body["total_cost"]["before_taxes"] == 2


def test_a_bill_put_right_has_the_tariff_of_each_as_it_is_written(repriced: OpenTown) -> None:
    charged(repriced, NEW)
    cpo, scenario = repriced.world.cpos[CPO], repriced.world.scenario
    (party,) = [party for party in scenario.parties if party.id == CPO]
    (night,) = [spec for spec in scenario.tariffs if spec.name == "night"]
    uid = next(iter(repriced.world.emsps[NEW].tokens.store)).uid
    before = shown_tariffs(repriced, NEW)
    for _ in range(2):
        cpo.billing.correct(uid, ocpi_tariff(night, party, EARLIER), original_tariff(night, party), TIME)
        repriced.run_for(30 * S)
    written = [NIGHT | {"id": "night"}]
    bills = [json.loads(row.request_body) for row in told(repriced, "cdrs", NEW)][-4:]
    assert [(bill.get("credit", False), bill["tariffs"]) for bill in bills] == [
        (True, before),
        (False, written),
        (True, written),
        (False, written),
    ]


def shown_tariffs(desk: OpenTown, reader: str) -> Any:
    return desk.ask(reader, CPO, "GET", desk.url(reader, CPO, "tariffs", "SENDER")).data
