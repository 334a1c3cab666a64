"""The copies of sessions and bills are held against what their owners knew, and when."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from report_scene import Scene

from simulator.recording.reader import Recording
from simulator.recording.rows import MoneyRow, StateRow
from simulator.recording.writer import Recorder
from simulator.report.kpi.copies import Lag, cdr_lags, mean_s, missed_percent, session_lags
from simulator.report.kpi.measure import measure

S = 1_000_000
Told = tuple[float, str, str, str, str]
"""When (s), by whom held, session, status, kWh."""

CHARGED: tuple[Told, ...] = (
    (10, "NL-ABC", "S1", "ACTIVE", "0.000"),
    (11, "NL-EMA", "S1", "ACTIVE", "0"),
    # The push is lost, the next one makes up for it.
    (20, "NL-ABC", "S1", "ACTIVE", "1.000"),
    (30, "NL-ABC", "S1", "ACTIVE", "2.000"),
    (32, "NL-EMA", "S1", "ACTIVE", "2.0"),
    # Told again: no change.
    (35, "NL-ABC", "S1", "ACTIVE", "2.000"),
    (39, "NL-EMA", "S1", "ACTIVE", "2.0"),
    # The last reading had been too high.
    (40, "NL-ABC", "S1", "COMPLETED", "1.999"),
    (44, "NL-EMA", "S1", "COMPLETED", "1.999"),
    # Another one meanwhile, whose end its eMSP never hears of.
    (15, "NL-XYZ", "S2", "PENDING", "0"),
    (16, "NL-XYZ", "S2", "ACTIVE", "0"),
    (21, "NL-NOM", "S2", "ACTIVE", "0"),
    (50, "NL-XYZ", "S2", "COMPLETED", "9"),
    # A limiting party is told of the first one late.
    (60, "NL-SCP", "S1", "COMPLETED", "1.999"),
)
CPOS = ["NL-ABC", "NL-XYZ"]
EMSPS = ["NL-EMA", "NL-NOM"]
"""Those that keep what they are told; a party from outside does not tell."""


def told(scene: Scene, *changes: Told) -> None:
    for at_s, holder, session, status, kwh in sorted(changes):
        value = json.dumps({"evse": "NL-ABC/E1", "status": status, "kwh": kwh}).encode()
        scene.recorder.state(StateRow(round(at_s * S), holder, "session", session, value))


def issued(at_s: int, kind: str, cdr: str, creditor: str = "NL-ABC") -> MoneyRow:
    assert kind in ("receivable", "payable")
    return MoneyRow(at_s * S, kind, cdr, "S1", creditor, "NL-EMA", "EUR", Decimal(1))


def test_a_copy_has_a_change_when_it_has_come_as_far(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "sessions.ocpirun")
    told(scene, *CHARGED)
    with Recording.open(scene.close()) as recording:
        ema, nom, scp = session_lags(recording, CPOS, EMSPS, 0, 100 * S)
        part = session_lags(recording, CPOS, EMSPS, 25 * S, 42 * S)
    assert part == [Lag("NL-EMA", 1, 2, 1), Lag("NL-NOM", 0, 0, 0), Lag("NL-SCP", 0, 0, 2)]
    assert ema == Lag("NL-EMA", 4, 1 + 12 + 2 + 4, 0)
    assert nom == Lag("NL-NOM", 2, 6 + 5, 1)
    assert scp == Lag("NL-SCP", 4, 50 + 40 + 30 + 20, 0)
    assert mean_s([ema, nom]) == 5
    assert missed_percent([ema, nom]) == 100 / 7
    assert mean_s([]) is missed_percent([]) is None


def test_a_session_whose_id_the_writer_forgot_is_one_session(tmp_path: Path) -> None:
    """A writer that remembers few ids has several for one text (see schema.py); each row is a batch of its own here."""
    lags = []
    for remembered in (1, 1_000):
        path = tmp_path / f"{remembered}.ocpirun"
        recorder = Recorder.create(path, "full", {}, remembered_ids=remembered)
        for at_s, holder, session, status, kwh in sorted(CHARGED):
            value = json.dumps({"evse": "NL-ABC/E1", "status": status, "kwh": kwh}).encode()
            recorder.state(StateRow(round(at_s * S), holder, "session", session, value))
            recorder.flush()
        recorder.close({})
        with Recording.open(path) as recording:
            ids = recording.query("SELECT count(*) FROM name WHERE text = 'S1'")
            lags.append(session_lags(recording, CPOS, EMSPS, 0, 100 * S))
            assert (ids == [(1,)]) == (remembered > 1)
    assert lags[0] == lags[1]


def test_an_emsp_that_never_hears_of_its_session_lacks_all_of_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "lost.ocpirun")
    for at_s, kwh in enumerate(("0", "1", "2")):
        for session, emsp in (("S1", "NL-EMA"), ("S2", "NL-OUT")):
            value = {"emsp": emsp, "status": "ACTIVE", "kwh": kwh}
            scene.recorder.state(StateRow(at_s * S, "NL-ABC", "session", session, json.dumps(value).encode()))
    with Recording.open(scene.close()) as recording:
        lags = session_lags(recording, CPOS, EMSPS, 0, 100 * S)
    assert lags == [Lag("NL-EMA", 0, 0, 3)]
    assert (mean_s(lags), missed_percent(lags)) == (None, 100)


def test_a_run_without_sessions_has_no_lag_of_them(tmp_path: Path) -> None:
    with Recording.open(Scene(tmp_path / "none.ocpirun").close()) as recording:
        assert session_lags(recording, CPOS, EMSPS, 0, 100 * S) == []


def test_a_bill_is_late_from_when_it_is_issued_until_it_is_accepted() -> None:
    rows = [
        issued(5, "receivable", "C1"),
        issued(10, "receivable", "C2"),
        issued(10, "receivable", "C2", "NL-XYZ"),
        issued(12, "payable", "C2"),
        issued(20, "receivable", "C3"),
        issued(40, "payable", "C1"),
        issued(50, "payable", "C2", "NL-XYZ"),
        issued(60, "payable", "C2", "NL-XYZ"),
    ]
    assert cdr_lags(rows, EMSPS, 0, 100 * S) == [Lag("NL-EMA", 3, 35 + 2 + 40, 1)]
    assert cdr_lags(rows, EMSPS, 8 * S, 30 * S) == [Lag("NL-EMA", 2, 2 + 40, 1)]
    assert cdr_lags(rows, ["NL-NOM"], 0, 100 * S) == []
    assert cdr_lags(rows[:1], EMSPS, 0, 100 * S) == [Lag("NL-EMA", 0, 0, 1)]


def test_lags_are_told_of_the_run_and_of_each_receiver(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "run.ocpirun", duration_us=str(100 * S), ended_at_us=str(100 * S))
    parties = {"NL-ABC": "cpo", "NL-XYZ": "cpo", "NL-EMA": "emsp", "NL-NOM": "emsp"}
    for party, role in parties.items():
        scene.recorder.state(StateRow(-1, "run", "party", party, json.dumps({"role": role, "name": ""}).encode()))
    told(scene, *CHARGED[:-1])
    scene.recorder.money(issued(41, "receivable", "C1"))
    scene.recorder.money(issued(47, "payable", "C1"))
    with Recording.open(scene.close()) as recording:
        run = measure(recording)
    assert run.values["session_lag_mean_s"] == pytest.approx(30 / 6)
    assert run.values["session_missed_percent"] == pytest.approx(100 / 7)
    assert run.values["cdr_lag_mean_s"] == 6
    assert run.values["cdr_missed_percent"] == 0
    by_party = run.table("parties").columns
    assert by_party["party"] == ["NL-ABC", "NL-EMA", "NL-NOM", "NL-XYZ"]
    assert by_party["session_lag_mean_s"] == [None, 19 / 4, 11 / 2, None]
    assert by_party["session_missed_percent"] == [None, 0, pytest.approx(100 / 3), None]
    assert by_party["cdr_lag_mean_s"] == [None, 6, None, None]
    assert by_party["cdr_missed_percent"] == [None, 0, None, None]


def test_an_emsp_from_outside_tells_what_it_accepts_and_not_what_it_has(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "run.ocpirun", duration_us=str(100 * S), ended_at_us=str(100 * S))
    for party, about in (("NL-ABC", {"role": "cpo"}), ("NL-EMA", {"role": "emsp", "outside": "true"})):
        scene.recorder.state(StateRow(-1, "run", "party", party, json.dumps({"name": "", **about}).encode()))
    value = {"emsp": "NL-EMA", "status": "ACTIVE", "kwh": "1"}
    scene.recorder.state(StateRow(S, "NL-ABC", "session", "S1", json.dumps(value).encode()))
    for row in (issued(41, "receivable", "C1"), issued(47, "payable", "C1"), issued(50, "receivable", "C2")):
        scene.recorder.money(row)
    with Recording.open(scene.close()) as recording:
        run = measure(recording)
    assert (run.values["cdr_lag_mean_s"], run.values["cdr_missed_percent"]) == (6, 50)
    assert run.values["session_missed_percent"] is None
