"""The views that analysts load in one line."""

import json
from decimal import Decimal
from pathlib import Path

from recording_rows import META, message, mixed_rows, record, recorded

from simulator.recording.reader import Recording
from simulator.recording.rows import MoneyRow, StateRow
from simulator.recording.writer import Recorder


def test_a_message_has_its_names_and_its_time(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorded(path, [message(1, start_us=-500_000)])
    with Recording.open(path) as recording:
        sql = "SELECT time, start_s, duration_s, sender, module, session_id, final, cause_kind FROM v_message"
        assert recording.query(sql) == [
            ("2026-05-04T03:59:59.500Z", -0.5, 1.59, "NL-ABC", "sessions", "S1", "delivered", "event")
        ]


def test_a_session_is_the_last_that_each_holder_knew(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorded(
        path,
        [
            StateRow(0, "NL-ABC", "session", "S1", b'{"status":"PENDING","kwh":"0"}'),
            StateRow(
                5_000_000,
                "NL-ABC",
                "session",
                "S1",
                b'{"status":"COMPLETED","kwh":"7.5","evse":"NL-ABC/E/1","emsp":"NL-EMA","end":"2026-05-04T04:00:05Z"}',
            ),
            StateRow(5_000_000, "NL-EMA", "session", "S1", b'{"status":"ACTIVE","evse":"NL-ABC/E/1"}'),
            StateRow(5_000_000, "NL-EMA", "evse", "E1", b'"CHARGING"'),
        ],
    )
    with Recording.open(path) as recording:
        sql = "SELECT session_id, holder, status, kwh, first_s, last_s, changes FROM v_session ORDER BY holder"
        assert recording.query(sql) == [
            ("S1", "NL-ABC", "COMPLETED", 7.5, 0.0, 5.0, 2),
            ("S1", "NL-EMA", "ACTIVE", None, 5.0, 5.0, 1),
        ]
        sql = "SELECT cpo, emsp, evse_uid, end_date_time FROM v_session ORDER BY holder"
        assert recording.query(sql) == [
            ("NL-ABC", "NL-EMA", "E/1", "2026-05-04T04:00:05Z"),
            ("NL-ABC", "NL-EMA", "E/1", None),
        ]


def test_the_cpo_of_a_session_that_an_scsp_has_from_its_emsp_is_the_one_that_holds_it_as_its_own(
    tmp_path: Path,
) -> None:
    """Under one id two CPOs may each have a session, and one may be the eMSP of its own."""
    path = tmp_path / "run.ocpirun"
    known = (
        ("NL-ABC", "S1", "NL-ABC", "NL-EMA"),
        ("NL-EMA", "S1", "NL-ABC", None),
        ("NL-NSC", "S1", "NL-EMA", "NL-EMA"),
        ("NL-DUN", "S1", "NL-DUN", "NL-NOM"),
        ("NL-ABC", "S2", "NL-ABC", "NL-ABC"),
        ("NL-NSC", "S3", "NL-EMA", "NL-EMA"),
    )
    values = [json.dumps({"evse": f"{cpo}/E1", "emsp": emsp}).encode() for _, _, cpo, emsp in known]
    rows = [StateRow(0, each[0], "session", each[1], value) for each, value in zip(known, values, strict=True)]
    recorded(path, rows)
    with Recording.open(path) as recording:
        found = recording.query("SELECT holder, session_id, cpo FROM v_session ORDER BY session_id, seq")
    assert found == [
        ("NL-ABC", "S1", "NL-ABC"),
        ("NL-EMA", "S1", "NL-ABC"),
        ("NL-NSC", "S1", "NL-ABC"),
        ("NL-DUN", "S1", "NL-DUN"),
        ("NL-ABC", "S2", "NL-ABC"),
        ("NL-NSC", "S3", "NL-EMA"),
    ]


def test_a_cdr_is_one_line_accepted_or_not(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    parties = ("NL-ABC", "NL-EMA", "EUR")
    recorded(
        path,
        [
            MoneyRow(0, "receivable", "C1", "S1", *parties, Decimal("4.20"), energy_wh=9_000, tariff_id="day"),
            MoneyRow(1_000, "receivable", "C2", "S2", *parties, Decimal("9.00"), True, "no tariff", 20_000),
            MoneyRow(60_000_000, "payable", "C1", "S1", *parties, Decimal("4.10"), energy_wh=9_000),
            MoneyRow(90_000_000, "payable", "C1", "S1", *parties, Decimal("4.10"), energy_wh=9_000),
            MoneyRow(95_000_000, "payable", "C1", "", "DE-EXT", *parties[1:], Decimal("7.00"), energy_wh=8_000),
        ],
    )
    with Recording.open(path) as recording:
        sql = """SELECT cdr_id, session_id, creditor, debtor, currency, amount, accepted_amount, approximate, reason,
            energy_wh, tariff_id, issued_at, accepted_at FROM v_cdr"""
        first, second, outside = recording.query(sql)
    assert first == (
        *("C1", "S1", *parties, "4.20", "4.10", 0, "", 9_000, "day"),
        *("2026-05-04T04:00:00.000Z", "2026-05-04T04:01:00.000Z"),
    )
    assert second == (
        *("C2", "S2", *parties, "9.00", None, 1, "no tariff", 20_000, ""),
        *("2026-05-04T04:00:00.001Z", None),
    )
    assert outside == (
        *("C1", "", "DE-EXT", *parties[1:], None, "7.00", 0, "", 8_000, ""),
        *(None, "2026-05-04T04:01:35.000Z"),
    )


def test_traffic_is_the_same_at_every_level(tmp_path: Path) -> None:
    rows = [
        *mixed_rows(150),
        message(900, start_us=-1, final="lost", http_status=None, ocpi_status=None),
        message(901, start_us=-60_000_001),
    ]
    found = []
    for level in ("full", "headers", "aggregates"):
        path = tmp_path / f"{level}.ocpirun"
        recorder = Recorder.create(path, level, META)  # type: ignore[arg-type]
        for row in rows:
            record(recorder, [row])
            if recorder.next_seq % 50 == 0:
                recorder.flush()
        recorder.close({})
        with Recording.open(path) as recording:
            found.append(recording.query("SELECT * FROM v_traffic ORDER BY 1, 2, 3, 4, 5, 6, 7"))
    assert found[0] == found[1] == found[2]
    assert sum(row[7] for row in found[0]) == 152
    assert [row[0] for row in found[0]][:2] == [-2, -1]


def test_every_view_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorded(path, mixed_rows(3))
    with Recording.open(path) as recording:
        for (view,) in recording.query("SELECT name FROM sqlite_master WHERE type = 'view'"):
            recording.query(f"SELECT * FROM {view}")
