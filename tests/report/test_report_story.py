from pathlib import Path

import pytest
from report_scene import MIN, Scene, visit

from simulator.recording.reader import Recording
from simulator.recording.rows import Level
from simulator.report.story import StoryLine, story


def told(path: Path, driver: str = "Ada", level: Level = "full", **meta: str) -> list[StoryLine]:
    scene = Scene(path, level, **meta)
    visit(scene)
    with Recording.open(scene.close()) as recording:
        return story(recording, driver)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "visit.ocpirun"


def test_the_story_tells_street_ocpp_and_ocpi_in_order(path: Path) -> None:
    lines = told(path)
    assert [(line.number, line.time, line.layer, line.what) for line in lines] == [
        (0, "07:40:00", "street", "Arrives and looks for a charge point"),
        (0, "07:42:00", "street", "Plugs in"),
        (0, "07:42:00", "OCPP", "StatusNotification"),
        (1, "07:42:00", "OCPI", "EVSE status: in use"),
        (0, "07:42:20", "street", "Asks the app to start"),
        (2, "07:42:20", "OCPI", "Ask the CPO: start a session"),
        (0, "07:42:21", "OCPP", "RequestStartTransaction"),
        (0, "07:42:21", "OCPP", "RequestStartTransactionResponse"),
        (0, "07:42:21", "OCPP", "TransactionEvent Started"),
        (3, "07:42:21", "OCPI", "Result: the charger carried out the command"),
        (4, "07:42:21", "OCPI", "Session running"),
        (0, "07:52:00", "OCPP", "TransactionEvent Updated"),
        (5, "07:52:00", "OCPI", "Session update"),
        (0, "08:02:00", "OCPP", "TransactionEvent Updated"),
        (6, "08:02:00", "OCPI", "Session update"),
        (0, "08:12:00", "street", "Unplugs and leaves"),
        (0, "08:12:00", "OCPP", "TransactionEvent Ended"),
        (7, "08:12:00", "OCPI", "Session ended"),
        (8, "12:00:00", "OCPI", "Bill for a session (CDR)"),
    ]


def test_who_speaks_to_whom(path: Path) -> None:
    lines = told(path)
    ends = {line.what: (line.sender, line.receiver) for line in lines}
    assert ends["Plugs in"] == ("Ada", "E1")
    assert ends["Asks the app to start"] == ("Ada", "NL-EMA")
    assert ends["Unplugs and leaves"] == ("Ada", "E1")
    assert ends["StatusNotification"] == ("E1", "NL-ABC")
    assert ends["RequestStartTransaction"] == ("NL-ABC", "E1")
    assert ends["RequestStartTransactionResponse"] == ("E1", "NL-ABC")
    assert ends["Ask the CPO: start a session"] == ("NL-EMA", "NL-ABC")
    assert ends["Session ended"] == ("NL-ABC", "NL-EMA")


def test_remarks_are_read_from_bodies_and_data(path: Path) -> None:
    remarks = {(line.time, line.what): line.remark for line in told(path)}
    assert remarks["07:40:00", "Arrives and looks for a charge point"] == "compact, battery 35 %, wants 80 %"
    assert remarks["07:42:00", "StatusNotification"] == "Occupied"
    assert remarks["07:42:00", "EVSE status: in use"] == "EVSE E1, told to 1 other party too"
    assert remarks["07:42:20", "Ask the CPO: start a session"] == "token APP-1, EVSE E1, answer ACCEPTED"
    assert remarks["07:42:21", "RequestStartTransaction"] == "token APP-1"
    assert remarks["07:42:21", "Session running"] == "0.000 kWh, EUR 0.00"
    assert remarks["07:52:00", "TransactionEvent Updated"] == "11.0 kW, meter 2.833 kWh, battery 35 %"
    # A PATCH names no currency; it is the session's.
    assert remarks["07:52:00", "Session update"] == "1.833 kWh, EUR 0.71487"
    assert remarks["08:12:00", "Unplugs and leaves"] == "5.500 kWh after 30 min"
    assert remarks["12:00:00", "Bill for a session (CDR)"] == "5.500 kWh, EUR 2.15"


def test_a_message_that_did_not_arrive_is_marked_and_says_why(path: Path) -> None:
    failed = [line for line in told(path) if line.failed]
    assert [line.number for line in failed] == [6]
    assert failed[0].remark.startswith("lost (the network lost the request)")


def test_lines_lead_to_their_rows(path: Path) -> None:
    lines = told(path)
    with Recording.open(path) as recording:
        for line in lines:
            if line.layer == "OCPI":
                message = recording.message(line.exchange)
                assert (message.seq, message.start_us, message.sender) == (line.seq, line.at_us, line.sender)
            else:
                assert line.exchange == 0


def test_a_story_is_told_without_bodies(path: Path) -> None:
    lines = told(path, level="headers")
    assert [line.what for line in lines if line.layer == "OCPI"] == [
        "EVSE status",
        "Ask the CPO: start a session",
        "Result of a command",
        "New or replaced session",
        "Session update",
        "Session update",
        "Session update",
        "Bill for a session (CDR)",
    ]
    assert [line.number for line in lines if line.failed] == [6]


def test_a_story_is_told_without_messages(path: Path) -> None:
    lines = told(path, level="aggregates")
    assert {line.layer for line in lines} == {"street", "OCPP"}
    assert "TransactionEvent Ended" in [line.what for line in lines]


def test_the_story_of_the_one_beside_is_another(path: Path) -> None:
    lines = told(path, "Bram")
    assert [line.what for line in lines if line.layer == "OCPI"] == ["Session running", "Session update"]
    assert {line.sender for line in lines} == {"Bram", "E2", "NL-ABC"}


def test_within_an_instant_no_effect_is_told_before_its_cause(path: Path) -> None:
    scene = Scene(path)
    app = scene.event(MIN, "driver/Ada", "app", "NL-EMA", "NL-ABC/E1", action="start")
    start = scene.message(MIN, "NL-EMA", "NL-ABC", "commands.receiver.post_start_session", app)
    request = scene.ocpp(MIN, "E1", start, up=False, action="RequestStartTransaction")
    started = scene.transaction(MIN, "E1", "E1-1", request, "Started", 0)
    scene.message(MIN, "NL-ABC", "NL-EMA", "sessions.receiver.put_session", started, session_id="s")
    with Recording.open(scene.close()) as recording:
        assert [line.what for line in story(recording, "Ada")] == [
            "Asks the app to start",
            "Ask the CPO: start a session",
            "RequestStartTransaction",
            "TransactionEvent Started",
            "New or replaced session",
        ]


def test_nobody_has_no_story(path: Path) -> None:
    assert told(path, "Zoe") == []


def test_times_are_local_across_a_change_to_summer_time_and_name_another_day(path: Path) -> None:
    # 2026-03-29T00:00 in Amsterdam; at two o'clock the clocks go to three.
    scene = Scene(path, start_epoch_us="1774738800000000")
    for hour in (1, 2, 23):
        scene.event(hour * 60 * MIN, "driver/Ada", "plug", "NL-EMA")
    with Recording.open(scene.close()) as recording:
        assert [line.time for line in story(recording, "Ada")] == ["01:00:00", "03:00:00", "03-30 00:00:00"]


def test_an_unknown_step_and_a_refusal_are_told_too(path: Path) -> None:
    scene = Scene(path)
    scene.event(MIN, "driver/Ada", "looks_puzzled", "NL-EMA")
    tap = scene.event(MIN, "driver/Ada", "tap", "NL-EMA", "NL-ABC/E1", action="start")
    asked = scene.ocpp(MIN, "E1", tap, "T1", action="Authorize", token={"uid": "T1"})
    scene.message(
        MIN, "NL-ABC", "NL-EMA", "tokens.sender.post_authorize", asked, None, {"allowed": "BLOCKED"}, token_uid="T1"
    )
    scene.message(MIN, "NL-ABC", "NL-EMA", "no.such.route", asked, http_status=404, ocpi_status=2003)
    scene.event(MIN, "driver/Ada", "refused", "NL-EMA", "NL-ABC/E1", status="Blocked")
    scene.event(MIN, "driver/Ada", "turned_away", "NL-EMA", reason="refused")
    with Recording.open(scene.close()) as recording:
        lines = story(recording, "Ada")
    assert [(line.what, line.remark, line.failed) for line in lines if line.layer != "OCPP"] == [
        ("Looks puzzled", "", False),
        ("Holds the card to the reader to start", "", False),
        ("Is refused", "Blocked", True),
        ("Drives on without charging", "charging was refused", True),
        ("Ask the eMSP: may this token charge? No, the token is blocked", "token T1, answer BLOCKED", False),
        (
            "PATCH /some/path",
            "2003: The Location, EVSE or Connector named in the request is not known here.",
            True,
        ),
    ]
