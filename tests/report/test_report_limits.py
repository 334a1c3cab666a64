"""What limits a session: how much and until when, in OCPI and at the charge point, as a part of the session's story."""

from pathlib import Path
from typing import Any

import pytest
from report_scene import MIN, START_EPOCH_US, Scene, visit

from simulator.recording.reader import Recording
from simulator.report.limit_words import ocpi_limits, power
from simulator.report.story import StoryLine, Teller, story
from simulator.report.web import Web


def told(body: Any) -> str:
    return ocpi_limits(body, lambda at_us: f"{7 + at_us // (60 * MIN):02}:{at_us // MIN % 60:02}:00", START_EPOCH_US)


def active(*steps: tuple[int, float], unit: str = "W", **fields: Any) -> dict[str, Any]:
    """An ActiveChargingProfile: the limits that apply."""
    periods = [{"start_period": start_s, "limit": limit} for start_s, limit in steps]
    return {"charging_profile": {"charging_rate_unit": unit, "charging_profile_period": periods, **fields}}


def put(*steps: tuple[int, float], unit: str = "W", **fields: Any) -> dict[str, Any]:
    """A SetChargingProfile: the limits that somebody wants."""
    return {"response_url": "u", **active(*steps, unit=unit, **fields)}


NINE = {"start_date_time": "2026-05-04T07:00:00Z"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (put((0, 4200), duration=3600, **NINE), "4.2 kW until 10:00"),
        (put((0, 0), **NINE), "0 kW"),
        (put((0, 16), unit="A", duration=60, **NINE), "16 A until 09:01"),
        (put((0, 4200), duration=3600), "4.2 kW"),
        (put((0, 1), (1, 2), (2, 3), (3, 4)), "0.001 kW, then 0.002 kW, then 0.003 kW, then …"),
        (active((0, 4200), (1800, 11000), duration=3600, **NINE), "4.2 kW until 09:30, then 11 kW"),
        ({"result": "ACCEPTED", "profile": active((0, 7400), duration=9, **NINE)}, "7.4 kW"),
        ({"result": "REJECTED"}, ""),
        ({"charging_profile": {"charging_profile_period": [{"limit": "x"}]}}, ""),
        (active((0, 1), start_date_time="tomorrow"), ""),
    ],
)
def test_limits_in_few_words(body: Any, words: str) -> None:
    assert told(body) == words


def test_power_has_no_zeros_at_its_end() -> None:
    assert [power(each) for each in (0, 4200, 11_000, 10_000, 22_080)] == [
        "0 kW",
        "4.2 kW",
        "11 kW",
        "10 kW",
        "22.08 kW",
    ]


def limited(path: Path) -> Path:
    """The session that Ada has is limited by a stranger; how Bram's goes on follows from it too."""
    scene = Scene(path)
    visit(scene)
    body = put((0, 4200), duration=7200, **NINE)
    message = scene.message(
        310 * MIN, "NL-SCS", "NL-ABC", "chargingprofiles.receiver.put_charging_profile", ("", 0), body,
        session_id="ada-session",
    )  # fmt: skip
    asked = scene.ocpp(
        310 * MIN, "E1", message, up=False, action="SetChargingProfile", transaction_id="E1-1", start_us=120 * MIN,
        duration_s=7200, periods=[{"start_s": 0, "limit_w": 4200}],
    )  # fmt: skip
    scene.ocpp(310 * MIN, "E1", asked, action="SetChargingProfileResponse", status="Accepted")
    scene.transaction(311 * MIN, "E2", "E2-1", asked, "Updated", 9_999)
    return scene.close()


def check(lines: list[StoryLine]) -> None:
    said = {line.what: line.remark for line in lines}
    assert said["Ask the CPO: limit the power of this session"] == "4.2 kW until 11:00"
    assert said["SetChargingProfile"] == "4.2 kW until 11:00"
    assert said["SetChargingProfileResponse"] == "Accepted"
    assert "meter 9.999 kWh" not in " ".join(said.values())


def test_what_limits_a_car_is_a_part_of_its_drivers_story(tmp_path: Path) -> None:
    with Recording.open(limited(tmp_path / "limited.ocpirun")) as recording:
        check(story(recording, "Ada"))


def test_what_the_charge_point_is_told_is_a_part_of_the_session(tmp_path: Path) -> None:
    with Recording.open(limited(tmp_path / "limited.ocpirun")) as recording:
        rows, others = Web(recording).of_session("ada-session")
        teller = Teller(recording, others)
        check([teller.line(row) for row in rows])
