"""An hour at one site, written row by row, whose figures can be worked out by hand."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from report_scene import MIN, SUMMARY, S, Scene

from simulator.recording.rows import Level, MoneyRow, StateRow

HOUR = 3_600 * S
E1, E2 = "NL-ABC/E1", "NL-ABC/E2"


def hour(
    path: Path,
    level: Level = "full",
    name: str = "An hour",
    delay_s: int = 5,
    sessions_per_day: float | None = None,
    **meta: str,
) -> Path:
    """Ada charges from 00:10 to 00:30 and stands until 00:40; Bram is sent to her place, waits and leaves.

    `delay_s` is how long her eMSP believes that her place is still free; `sessions_per_day` is the load that was asked
    for, if the run tells.
    """
    about = {"scenario_name": name, "duration_us": str(HOUR), "ended_at_us": str(HOUR), "start_epoch_us": "0"}
    scene = Scene(path, level, **{**about, "zone": "UTC", "tell": "", **meta})
    recorder = scene.recorder

    def state(at_us: int, holder: str, kind: str, entity: str, value: Any) -> None:
        recorder.state(StateRow(at_us, holder, kind, entity, json.dumps(value).encode()))

    if sessions_per_day is not None:
        scene.event(-MIN, "run", "begin", "", sessions_per_day=sessions_per_day, evses=2)
    for party, role, called in (("NL-ABC", "cpo", "Alpha <Charging>"), ("NL-EMA", "emsp", "Emma & Co")):
        state(-MIN, "run", "party", party, {"role": role, "name": called})
    state(-MIN, "run", "site", "NL-ABC/L1", {"name": "<Square>", "evses": 2, "limit_w": 10_000, "power_w": 22_000})
    for evse in (E1, E2):
        state(-MIN, "run", "evse", evse, {"site": "NL-ABC/L1"})
        state(-MIN, "street", "evse", evse, {"status": "Available"})
        state(-MIN, "NL-EMA", "evse", evse, {"status": "AVAILABLE"})
    recorder.sample("site/NL-ABC/L1", "limit", "W", 0, 10_000)
    # Before the hour: not counted.
    scene.message(-MIN, "NL-ABC", "NL-EMA", "locations.receiver.put_location", ("", 0), {"id": "L1"})

    scene.event(500 * S, "driver/Ada", "arrive", "NL-EMA")
    scene.event(600 * S, "driver/Ada", "plug", "NL-EMA", E1, detour_m=300, waited_s=90)
    state(600 * S, "street", "evse", E1, {"status": "Occupied"})
    for series, watts in (("site/NL-ABC/L1", 10_000), (f"evse/{E1}", 10_000)):
        recorder.sample(series, "power", "W", 600 * S, watts)
        recorder.sample(series, "power", "W", 1_800 * S, 0)
    recorder.sample("site/NL-ABC/L1", "occupancy", "1", 600 * S, 1)
    recorder.sample("site/NL-ABC/L1", "occupancy", "1", 2_400 * S, 0)
    scene.message(
        600 * S, "NL-ABC", "NL-EMA", "locations.receiver.patch_evse", ("", 0), {"status": "CHARGING"},
        end_us=600 * S + 40_000,
    )  # fmt: skip
    state((600 + delay_s) * S, "NL-EMA", "evse", E1, {"status": "CHARGING"})
    # Her eMSP also takes the other place for taken, for a while in which nothing happens there.
    state((600 + delay_s) * S, "NL-EMA", "evse", E2, {"status": "CHARGING"})
    state((610 + delay_s) * S, "NL-EMA", "evse", E2, {"status": "AVAILABLE"})
    scene.event(700 * S, "driver/Bram", "arrive", "NL-EMA")
    scene.event(720 * S, "driver/Bram", "taken", "NL-EMA", E1, age_s=120, shown="AVAILABLE")
    scene.event(1_320 * S, "driver/Bram", "turned_away", "NL-EMA", reason="no_free_evse", waited_s=600)
    scene.message(
        1_800 * S, "NL-EMA", "NL-ABC", "commands.receiver.post_stop_session", ("", 0), {"session_id": "S1"},
        final="timed_out", http_status=None, ocpi_status=None, response_body=b"",
    )  # fmt: skip
    scene.event(2_400 * S, "driver/Ada", "leave", "NL-EMA", "S1", energy_wh=3_333, waited_s=90)
    state(2_400 * S, "street", "evse", E1, {"status": "Available"})
    state(2_410 * S, "NL-EMA", "evse", E1, {"status": "AVAILABLE"})
    recorder.money(
        MoneyRow(
            2_400 * S, "receivable", "C1", "S1", "NL-ABC", "NL-EMA", "EUR", Decimal("1.30"), energy_wh=3_333,
            tariff_id="T",
        )
    )  # fmt: skip
    scene.message(2_400 * S, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", ("", 0), {"id": "C1"})
    return scene.close(summary=json.dumps(SUMMARY))
