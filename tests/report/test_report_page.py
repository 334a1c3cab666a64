"""A page takes the place of an older page and of nothing else: no recording, table, scenario or sweep."""

from pathlib import Path

import pytest
from report_hour import hour

from simulator.cli import main


@pytest.mark.parametrize(("command", "runs"), [("report", 1), ("compare", 2)])
def test_a_page_is_not_written_over_a_recording_but_over_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, runs: int
) -> None:
    recordings = [str(hour(tmp_path / f"{name}.ocpirun")) for name in ("a", "b")][:runs]
    recording, page = tmp_path / "a.ocpirun", tmp_path / "a.html"
    before = recording.read_bytes()
    assert main([command, *recordings, "--html", str(recording)]) == 2
    assert "a.ocpirun is there already and is no page of HTML" in capsys.readouterr().err
    assert recording.read_bytes() == before
    page.touch()
    for _ in range(2):
        assert main([command, *recordings, "--html", str(page)]) == 0
        assert page.read_bytes().startswith(b"<!doctype html>")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("day.yaml", "name: A day\n"),
        ("day.locations.json", '[{"id": "LOC1"}]'),
        ("day.sessions.csv", "begin,end\n"),
        ("sweep.json", '{"axes": {}}'),
    ],
)
def test_a_page_is_not_written_over_what_a_person_or_another_command_wrote(
    tmp_path: Path, name: str, text: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert main(["report", str(hour(tmp_path / "a.ocpirun")), "--html", str(file)]) == 2
    assert file.read_text() == text


def test_a_page_is_not_written_over_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tables"
    assert main(["report", str(hour(tmp_path / "a.ocpirun")), "--parquet", str(folder)]) == 0
    for table in folder.iterdir():
        before = table.read_bytes()
        assert main(["report", str(tmp_path / "a.ocpirun"), "--html", str(table)]) == 2
        assert table.read_bytes() == before
    assert capsys.readouterr().err
