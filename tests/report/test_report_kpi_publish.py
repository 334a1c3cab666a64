"""Reports are written whole or not at all, escape what they tell, and have every figure."""

import csv
import errno
import json
import os
import re
import stat
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_hour import hour

from simulator.files import NotWritten, write_file, write_files
from simulator.recording.reader import Recording
from simulator.report.format import Style
from simulator.report.kpi.columns import COLUMNS
from simulator.report.kpi.definitions import KPIS
from simulator.report.kpi.measure import FORMAT, Measured, measure
from simulator.report.kpi.tables import Table, table
from simulator.report.publish.data import all_tables, report_json, write_csv, write_parquet
from simulator.report.publish.figures import number
from simulator.report.publish.plots import Curve, over_time
from simulator.report.publish.report_page import report_page
from simulator.report.publish.text import report_text
from simulator.report.summary import summarise

NASTY = '<script>alert("&")</script>'


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hour(tmp_path_factory.mktemp("publish") / "hour.ocpirun", name=NASTY)


@pytest.fixture(scope="module")
def run(path: Path) -> Measured:
    with Recording.open(path) as recording:
        return measure(recording)


@pytest.fixture(scope="module")
def page(path: Path, run: Measured) -> str:
    with Recording.open(path) as recording:
        return report_page(run, summarise(recording)).decode()


# Written whole


def full(file: Path) -> None:
    file.write_text("half of it")
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    with pytest.raises(
        NotWritten, match=r"deep/er/two\.csv cannot be written \(no space.*\); nothing half-written was left"
    ):
        write_files(folder, {"one.csv": lambda file: file.write_text("whole"), "two.csv": full})
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_the_folder_one_is_in_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose folder is a dot."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotWritten, match=r"^one\.csv cannot be written \(no space"):
        write_files(Path(), {"one.csv": full, "two.csv": full})


def test_what_was_there_stays_when_the_disk_is_full(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("old")
    with pytest.raises(NotWritten):
        write_files(tmp_path, {"one.csv": lambda file: file.write_text("new"), "two.csv": full})
    assert [file.name for file in tmp_path.iterdir()] == ["one.csv"]
    assert (tmp_path / "one.csv").read_text() == "old"


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(file: Path) -> None:
        file.write_text("half of it")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path / "new", {"one.csv": interrupted})
    assert list(tmp_path.iterdir()) == []


def test_files_are_replaced_and_nothing_else_stays(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("old")
    write_file(tmp_path / "one.csv", b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["one.csv"]
    assert (tmp_path / "one.csv").read_bytes() == b"new"


def test_files_take_their_places_only_when_the_disk_has_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    replace = os.replace

    def take(written: Path, place: Path) -> None:
        done.append(f"took {place.name}")
        replace(written, place)

    def settle(descriptor: int) -> None:
        found = os.fstat(descriptor)
        folders = {folder.stat().st_ino: folder for folder in (tmp_path, *tmp_path.rglob("*")) if folder.is_dir()}
        folder = folders.get(found.st_ino)
        what = f"{found.st_size} bytes" if folder is None else f"names in {folder.relative_to(tmp_path)}"
        done.append(f"synced {what}")

    monkeypatch.setattr(os, "fsync", settle)
    monkeypatch.setattr(os, "replace", take)
    writers = {"a": lambda file: file.write_bytes(b"1"), "b": lambda file: file.write_bytes(b"22")}
    write_files(tmp_path / "deep" / "er", writers)
    taken = ["synced 1 bytes", "synced 2 bytes", "took a", "took b"]
    # A folder that is new is itself a name in the one above it.
    assert done == [*taken, "synced names in deep/er", "synced names in deep", "synced names in ."]
    del done[:]
    write_files(tmp_path / "deep", writers)
    assert done == [*taken, "synced names in deep"]


def test_a_file_system_that_cannot_settle_names_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle = os.fsync

    def refuse(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        settle(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    write_file(tmp_path / "one.csv", b"new")
    assert (tmp_path / "one.csv").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["folder", "device"])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "device").symlink_to("/dev/null")
    with pytest.raises(NotWritten, match="is no file"):
        write_file(tmp_path / name, b"new")
    assert (tmp_path / "device").is_symlink()


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritten, match="cannot be written"):
        write_file(tmp_path / "file" / "page.html", b"new")


# The page


def test_the_page_is_one_file_that_needs_nothing_else(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "@import" not in page
    assert "url(" not in re.sub(r"url\(#\w+\)", "", page)
    for scheme in ("prefers-color-scheme: dark", "@media print"):
        assert scheme in page


def test_the_page_escapes_what_it_tells(page: str) -> None:
    assert "&lt;script&gt;alert(&#34;&amp;&#34;)&lt;/script&gt;" in page
    assert "Alpha &lt;Charging&gt;" in page
    assert "&lt;Square&gt;" in page


def test_the_page_has_every_figure_with_unit_and_meaning(page: str, run: Measured) -> None:
    rows = re.findall(r'<th scope="row">(.*?)</th><td class="right">(.*?)</td><td>(.*?)</td><td>(.*?)</td>', page)
    told = {name: (value, unit, meaning) for name, value, unit, meaning in rows}
    for kpi in KPIS:
        assert told[kpi.name][:2] == (number(run.values[kpi.id]), kpi.unit)
        assert told[kpi.name][2]
    assert told["Cost of CDRs"][:2] == ("1.30", "EUR")


def headings(page: str, title: str) -> list[str]:
    """What stands above the columns of the table under a title."""
    (head,) = re.findall(rf"<h2>{title}</h2>.*?<thead>(.*?)</thead>", page, re.DOTALL)
    return re.findall(r"<th [^>]*>(.*?)</th>", head)


def test_a_role_has_a_table_of_its_own_with_the_columns_that_say_something_of_it(page: str) -> None:
    of_cpos, of_emsps = headings(page, "CPOs"), headings(page, "eMSPs")
    traffic = ["Messages", "Failed messages", "Bytes"]
    assert of_cpos == [
        "Party",
        "Name",
        "Sites",
        "EVSEs in use",
        "Energy (kWh)",
        "Occupancy (%)",
        "Blocked (%)",
        *traffic,
    ]
    assert of_emsps[:4] == ["Party", "Name", "Drivers", "Turned away (%)"]
    assert not {"Sites", "Energy (kWh)"} & {*of_emsps}
    assert "<h2>Hubs</h2>" not in page


def test_no_table_of_the_page_is_headed_by_the_names_of_a_file(page: str, run: Measured) -> None:
    for heads in re.findall(r"<thead>(.*?)</thead>", page):
        assert not {*re.findall(r"<th [^>]*>(.*?)</th>", heads)} & {
            name for each in run.tables for name in each.columns
        }


def test_quarters_are_told_by_the_clock(page: str) -> None:
    assert headings(page, "Quarters of an hour")[:2] == ["Local time", "Mean power (kW)"]
    assert '<th scope="row">1970-01-01 00:15</th>' in page


def test_the_page_is_the_same_at_every_making(path: Path, run: Measured, page: str) -> None:
    with Recording.open(path) as recording:
        assert report_page(run, summarise(recording)).decode() == page


def test_a_plot_is_an_image_that_names_itself_and_takes_its_colours_from_the_page(page: str) -> None:
    (first, *others) = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert len(others) == 3
    assert ElementTree.fromstring(first).get("aria-label") == "Power of all sites"
    assert "var(--curve-1)" in first
    assert "var(--ink)" in first
    # Two curves are told apart by their lines as well.
    assert "stroke-dasharray" in first
    assert not re.search(r"#0[0-9a-f]0[0-9a-f]0[0-9a-f]", first)


def test_a_plot_has_room_for_long_names(run: Measured) -> None:
    from datetime import UTC, datetime, timedelta

    times = [datetime(2026, 5, 4, tzinfo=UTC) + number * timedelta(minutes=15) for number in range(4)]
    curves = [Curve(f"{number}: {'a long name ' * 5}", [1.0, 2.0, 3.0, 2.0]) for number in range(6)]
    drawn = ElementTree.fromstring(over_time(times, curves, "kW", 'Power of "all" <sites>'))
    assert drawn.get("aria-label") == 'Power of "all" <sites>'
    names = [text for text in drawn.iter("{http://www.w3.org/2000/svg}text") if "a long name" in (text.text or "")]
    # One below the other, for side by side they would not fit.
    assert len({text.get("transform", "").split()[-1] + text.get("y", "") for text in names}) == 6


# For programs


def test_json_has_every_figure_with_its_unit(run: Measured) -> None:
    document = json.loads(report_json(run))
    assert document["format"] == FORMAT
    assert document["scenario"] == NASTY
    assert document["figures"]["energy_kwh"] == {
        "value": run.values["energy_kwh"],
        "unit": "kWh",
        "better": "more",
    }
    assert list(document["figures"]) == [kpi.id for kpi in KPIS]
    assert document["cost_excl_vat"] == {"EUR": "1.30"}
    assert document["window"]["to_s"] == 3_600
    assert list(document["tables"]) == ["parties", "costs", "sites", "quarter_hours", "modules", "links"]


def csv_rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def parquet_rows(folder: Path, name: str) -> list[dict[str, object]]:
    from pyarrow import parquet

    rows: list[dict[str, object]] = parquet.read_table(folder / f"{name}.parquet").to_pylist()
    return rows


@pytest.mark.parametrize(("write", "rows"), [(write_csv, csv_rows), (write_parquet, parquet_rows)])
def test_tables_are_read_back_as_they_were_measured(
    path: Path,
    run: Measured,
    tmp_path: Path,
    write: Callable[..., None],
    rows: Callable[[Path, str], list[dict[str, object]]],
) -> None:
    with Recording.open(path) as recording:
        tables = all_tables(recording, run)
    write(tmp_path / "tables", tables)
    assert len(list((tmp_path / "tables").iterdir())) == len(tables) == 10
    figures = {row["kpi"]: row for row in rows(tmp_path / "tables", "kpis")}
    for kpi in KPIS:
        value, told = run.values[kpi.id], figures[kpi.id]["value"]
        assert (told in ("", None)) if value is None else float(str(told)) == value
    assert float(str(figures["cost_excl_vat_eur"]["value"])) == 1.3
    (about,) = rows(tmp_path / "tables", "run")
    assert (about["scenario"], str(about["seed"]), about["digest"]) == (NASTY, str(run.seed), run.digest)
    assert float(str(about["to_s"])) == 3_600
    (cdr,) = rows(tmp_path / "tables", "cdrs")
    assert (cdr["cdr_id"], cdr["amount"], cdr["currency"]) == ("C1", "1.30", "EUR")
    assert rows(tmp_path / "tables", "parties")[0]["name"] == "Alpha <Charging>"


def test_a_column_of_nothing_is_one_of_numbers(tmp_path: Path) -> None:
    from pyarrow import parquet

    write_parquet(tmp_path, [table("some", ("name", "wait_mean_min"), [("a", None), ("b", None)])])
    assert str(parquet.read_schema(tmp_path / "some.parquet").field("wait_mean_min").type) == "double"


def test_every_column_says_what_it_is_and_is_of_one_type_in_every_run(
    path: Path, run: Measured, tmp_path: Path
) -> None:
    """Tables of several runs are read as one, also where those of one run are empty."""
    from pyarrow import parquet

    with Recording.open(path) as recording:
        whole = all_tables(recording, run)
    empty = [Table(each.name, {name: [] for name in each.columns}) for each in whole]
    write_parquet(tmp_path / "whole", whole)
    write_parquet(tmp_path / "empty", empty)
    for each in whole:
        schemas = [parquet.read_schema(tmp_path / folder / f"{each.name}.parquet") for folder in ("whole", "empty")]
        assert schemas[0].equals(schemas[1], check_metadata=True)
        for name, cells in each.columns.items():
            kinds = {"text": (str, Decimal), "count": (int,), "number": (int, float)}[COLUMNS[name].kind]
            assert all(cell is None or isinstance(cell, kinds) for cell in cells), name
            assert schemas[0].field(name).metadata[b"meaning"].decode() == COLUMNS[name].meaning


def test_the_text_tells_every_figure(run: Measured) -> None:
    lines = report_text(run, Style()).splitlines()
    for kpi in KPIS:
        assert any(
            line.split("  ")[1] == kpi.name and line.endswith(kpi.unit) for line in lines if line.startswith("  ")
        )
    assert any("NL-EMA" in line for line in lines)
    assert [line.split() for line in lines[-2:]] == [
        ["NL-ABC", "cpo", "creditor", "EUR", "1", "1.30"],
        ["NL-EMA", "emsp", "debtor", "EUR", "1", "1.30"],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.0, "0"), (12.0, "12"), (1234.56, "1,235"), (12.34, "12.3"), (0.123, "0.12"), (0.00123, "0.0012")],
)
def test_numbers_have_as_many_digits_as_mean_something(value: float | None, text: str) -> None:
    assert number(value) == text
