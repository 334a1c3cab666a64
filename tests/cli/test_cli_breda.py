"""A city from its dump to its bills: Breda at full size, imported and played by the commands that a person types."""

import json
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.recording.reader import Recording
from simulator.report.kpi.measure import measure

DUMPS = Path(__file__).parents[3] / "shared" / "data" / "ndw"


@pytest.mark.slow
@pytest.mark.shared
def test_a_day_of_breda_is_played_and_every_check_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (DUMPS / "breda.locations.json").exists(), f"the NDW dump of Breda is expected in {DUMPS}"
    network = [str(DUMPS / "breda.locations.json"), "--tariffs", str(DUMPS / "breda.tariffs.json")]
    assert main(["import", *network, "--sessions-per-day", "300", "--emsps", "4", "--out", "breda.yaml"]) == 0
    capsys.readouterr()
    assert main(["run", "breda.yaml", "--wire", "memory", "--out", "breda.ocpirun", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["checks"]
    assert all(summary["checks"].values())
    assert summary["sessions"] > 250
    with Recording.open(Path("breda.ocpirun")) as recording:
        measured = measure(recording)
        bills = [row for row in recording.money() if row.kind == "receivable" and row.at_us >= 0]
    assert measured.values["evses"] == 2_213
    assert [row[1] for row in measured.table("parties").rows].count("cpo") == 19
    assert measured.values["cdrs"] == len(bills) > 200
    assert any(row.amount > 0 for row in bills)
