"""The example of docs/, as its first lines say it: from a sweep to a plot with intervals."""

import runpy
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "sweep_to_plot.py"


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        ("busy.xyz", "“busy.xyz” is no name of a picture; expected is such as busy.svg, .pdf or .png"),
        ("busy", "“busy” is no name of a picture"),
        ("nodir/busy.svg", "there is no folder nodir to write busy.svg into; make it first"),
        ("folder.svg", "“folder.svg” is a folder; name a file in it, such as folder.svg/busy.svg"),
    ],
)
def test_a_picture_that_cannot_be_written_is_told_before_the_sweep(
    tmp_path: Path, picture: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def played(arguments: list[str]) -> None:
        pytest.fail("The sweep has begun.")

    (tmp_path / "folder.svg").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simulator.cli.main", played)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), picture])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert ended.value.code == 2
    assert f"error: argument picture: {told}" in capsys.readouterr().err


@pytest.mark.slow
def test_the_example_draws_its_plot_and_draws_another_of_the_same_runs(tmp_path: Path) -> None:
    """With two seeds a point, which is the fewest that have an interval."""
    for picture, more in (("busy.svg", ()), ("wait.svg", ("--figure", "wait_mean_min"))):
        done = subprocess.run(
            [sys.executable, str(SCRIPT), picture, "--seeds", "1..2", *more],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "20 of 20 runs done, 0 failed." in done.stdout
        root = ElementTree.parse(tmp_path / picture).getroot()
        ids = [each.get("id", "") for each in root.iter()]
        # Each size has its line and its bars.
        assert {"LineCollection_1", "LineCollection_2"} <= set(ids)
    assert (tmp_path / "runs" / "busy" / "results.parquet").exists()
