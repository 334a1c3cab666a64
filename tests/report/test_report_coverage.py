"""The coverage counts what recordings hold against what the route tables know."""

import json
from pathlib import Path

import pytest
from report_scene import S, Scene

from simulator.cli import main
from simulator.ocpi.route_tables import TABLES
from simulator.recording.reader import Recording
from simulator.recording.rows import Level
from simulator.report.coverage import Coverage, NoMessages


def _recorded(path: Path, *sent: tuple[str, str, int, int], level: Level = "full") -> Path:
    """A recording of messages, each by its version, route, HTTP and OCPI status."""
    scene = Scene(path, level)
    for number, (version, route, http_status, ocpi_status) in enumerate(sent):
        about = {"version": version, "http_status": http_status, "ocpi_status": ocpi_status}
        scene.message(number * S, "NL-ABC", "NL-EMA", route, ("", 0), **about)
    scene.close()
    return path


PUT = "tokens.receiver.put_token"


def test_what_worked_was_exercised_and_what_was_only_tried_is_missing(tmp_path: Path) -> None:
    first = _recorded(tmp_path / "1.ocpirun", ("2.2.1", PUT, 200, 1000), ("2.2.1", PUT, 404, 2000))
    second = _recorded(tmp_path / "2.ocpirun", ("2.2.1", PUT, 201, 1000), ("2.3.0", PUT, 200, 2001))
    with Recording.open(first) as one, Recording.open(second) as other:
        coverage = Coverage((one, other))
    found = {(each.version, each.route): (each.messages, each.worked) for each in coverage.routes}
    assert len(found) == len(coverage.routes) == sum(map(len, TABLES.values()))
    assert (found["2.2.1", PUT], found["2.3.0", PUT], found["2.1.1", PUT]) == ((3, 2), (1, 0), (0, 0))
    assert len(coverage.missing) == len(coverage.routes) - 1
    assert coverage.cells()["tokens", "RECEIVER"]["2.2.1"] == (1, 3, 3)


def test_the_command_prints_a_table_of_all_versions_and_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _recorded(tmp_path / "1.ocpirun", ("2.3.0", PUT, 200, 1000), ("2.2.1", PUT, 404, 2000))
    assert main(["report", "--coverage", str(path)]) == 0
    head, *table = capsys.readouterr().out.splitlines()
    assert head == f"1 of {sum(map(len, TABLES.values()))} routes were exercised"
    (tokens,) = [line.split() for line in table if line.split()[:2] == ["tokens", "receiver"]]
    assert tokens == ["tokens", "receiver", "0/3", "(0)", "0/3", "(1)", "1/3", "(1)"]
    missing = [line.split() for line in table if line.split()[1:2] == [PUT]]
    assert [line[0] for line in missing] == ["2.1.1", "2.2.1"]
    assert "1 messages, none of which" in " ".join(missing[1])


def test_the_command_tells_every_route_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _recorded(tmp_path / "1.ocpirun", ("2.3.0", PUT, 200, 1000))
    assert main(["report", "--coverage", "--json", str(path), str(path)]) == 0
    routes = json.loads(capsys.readouterr().out)["routes"]
    assert len(routes) == sum(map(len, TABLES.values()))
    (put,) = [each for each in routes if each["worked"]]
    expected = {"version": "2.3.0", "module": "tokens", "side": "RECEIVER", "route": PUT, "messages": 2, "worked": 2}
    assert put == expected


@pytest.mark.parametrize("more", [("--html", "page.html"), ("--csv", "tables")])
def test_no_other_form_is_promised(tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, str]) -> None:
    path = _recorded(tmp_path / "1.ocpirun")
    assert main(["report", "--coverage", str(path), *more]) == 2
    assert "leave the other form away" in capsys.readouterr().err


def test_several_runs_have_no_common_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _recorded(tmp_path / "1.ocpirun")
    assert main(["report", str(path), str(path)]) == 2
    assert "--coverage" in capsys.readouterr().err


def test_a_recording_of_sums_has_nothing_to_count(tmp_path: Path) -> None:
    path = _recorded(tmp_path / "1.ocpirun", ("2.3.0", PUT, 200, 1000), level="aggregates")
    with Recording.open(path) as recording, pytest.raises(NoMessages, match="aggregates"):
        Coverage((recording,))
