"""What README.md and docs/analysis.md say in SQL runs as it stands there, and finds what it says."""

import re
from pathlib import Path

import pytest
from report_hour import E1, E2, hour

from simulator.recording.reader import Recording
from simulator.report.kpi.measure import measure
from simulator.report.publish.data import all_tables

PAGE = Path(__file__).parents[2] / "docs" / "analysis.md"
README = Path(__file__).parents[2] / "README.md"
STATEMENTS = re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hour(tmp_path_factory.mktemp("analysis") / "hour.ocpirun")


# By the view that a statement asks first: the columns that tell, and what they hold of that hour.
FOUND: list[tuple[str, tuple[int, ...], set[tuple[object, ...]]]] = [
    ("v_traffic", (0, 1, 2, 4), {("NL-ABC", "NL-EMA", 3, 0), ("NL-EMA", "NL-ABC", 1, 1)}),
    ("v_message", (0, 1), {("cdrs", 1), ("locations", 2)}),
    ("v_session", (0,), set()),
    ("v_cdr", (0, 1, 2, 3, 4), {("NL-ABC", "NL-EMA", 1, 1.3, "EUR")}),
    ("v_state", (1, 2), {(evse, status) for evse in (E1, E2) for status in ("AVAILABLE", "CHARGING")}),
    ("v_event", (0, 1, 2), {("NL-EMA", "no_free_evse", 1)}),
]


def test_every_statement_is_tried_here() -> None:
    assert [re.findall(r"FROM (v_\w+)", statement)[0] for statement in STATEMENTS] == [view for view, _, _ in FOUND]


@pytest.mark.parametrize(("number", "columns", "expected"), [(n, *found[1:]) for n, found in enumerate(FOUND)])
def test_a_statement_finds_what_it_says(
    path: Path, number: int, columns: tuple[int, ...], expected: set[tuple[object, ...]]
) -> None:
    with Recording.open(path) as recording:
        rows = recording.query(STATEMENTS[number])
    assert {tuple(row[column] for column in columns) for row in rows} == expected


LINES = [
    line
    for page in (README, PAGE)
    for line in re.findall(r'(?:read_sql|duckdb\.sql)\("(.+?)"', page.read_text(encoding="utf-8"))
]
STANDS_FOR = {"messages": "v_message", "'tables/sessions.parquet'": "v_session"}
"""pandas and DuckDB are the reader's to install: what they made of a view is asked in its place."""


@pytest.mark.parametrize("line", LINES, ids=[str(number) for number in range(len(LINES))])
def test_a_line_for_pandas_or_duckdb_asks_for_columns_that_there_are(path: Path, line: str) -> None:
    for name, view in STANDS_FOR.items():
        line = re.sub(rf"FROM {name}(?= |$)", f"FROM {view}", line)
    with Recording.open(path) as recording:
        assert recording.query(line) or "v_session" in line


def test_there_are_lines_for_pandas_and_duckdb_on_both_pages() -> None:
    assert len(LINES) == 5


def test_the_tables_of_a_report_are_those_that_the_page_names(path: Path) -> None:
    with Recording.open(path) as recording:
        names = [each.name for each in all_tables(recording, measure(recording))]
    told = PAGE.read_text(encoding="utf-8").partition("--parquet tables` writes")[2].partition(";")[0]
    words = re.sub(r"\(.*?\)", "", told.lower(), flags=re.DOTALL)
    words = words.replace("quarters of an\nhour", "quarter_hours").replace(" and", ",")
    named = [" ".join(word.split()) for word in words.split(",")]
    assert ["run", *named] == [name.replace("kpis", "figures") for name in names]
