"""Hints in the window: a mark by severity in the list, filters that take them, and what a hop has cost beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import gui.models.message_search as message_search
from gui.models.cursor import Cursor, Selection
from gui.models.message_object import ObjectModel
from gui.models.message_rows import HINTS
from gui.models.run import Run
from gui.theme import Theme
from gui.views.messages import MessagesView
from simulator.ocpi.fields import sentence
from simulator.recording.reader import Recording
from simulator.recording.rows import EventRow, HintRow, Message, MessageRow, Severity
from simulator.recording.writer import Recorder
from simulator.report.hops import hop_of


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> MessagesView:
    view = MessagesView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1200, 500)
    view.show()
    return view


@pytest.fixture
def source(quickstart: Path) -> list[Message]:
    with Recording.open(quickstart) as recording:
        return recording.messages(contents=True)[:8]


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder.create(tmp_path / "live.ocpirun", "full", {"start_epoch_us": "1777870800000000"})
    yield recorder
    recorder.close({})


def add(recorder: Recorder, *rows: Message) -> None:
    for row in rows:
        recorder.message(MessageRow(*(getattr(row, name) for name in MessageRow.__struct_fields__)))
    recorder.flush()


def remark(recorder: Recorder, exchange: int, severity: Severity, rule: str = "null-field") -> None:
    recorder.hint(HintRow(0, exchange, rule, severity, "A sentence."))
    recorder.flush()


def marks(view: MessagesView) -> list[str]:
    rows = (view.model.row(number) for number in range(view.model.rowCount()))
    return [view.model.text(row, HINTS) for row in rows if row is not None]


def test_a_run_without_hints_has_no_column_for_them(view: MessagesView, run: Run, quickstart: Path, hub: Path) -> None:
    run.open(quickstart)
    assert view.table.isColumnHidden(HINTS)
    run.open(hub)
    assert not view.table.isColumnHidden(HINTS)
    assert view.table.columnWidth(HINTS) > 60
    run.open(quickstart)
    assert view.table.isColumnHidden(HINTS)


def test_the_list_can_be_ordered_by_how_grave_they_are(
    view: MessagesView, run: Run, growing: Recorder, source: list[Message]
) -> None:
    add(growing, *source)
    first, second, third, *_ = sorted(message.exchange for message in source)
    remark(growing, first, "note")
    remark(growing, second, "error")
    for _ in range(3):
        remark(growing, third, "warning")
    run.open(growing.path)
    view.model.sort(HINTS, Qt.SortOrder.DescendingOrder)
    assert marks(view)[:4] == ["1 error", "3 warnings", "1 note", ""]
    assert view.model.data(view.model.index(1, HINTS), Qt.ItemDataRole.ToolTipRole) == "3 warnings"


def test_a_hint_that_comes_after_its_message_is_marked(
    view: MessagesView, run: Run, growing: Recorder, source: list[Message], qtbot: QtBot
) -> None:
    add(growing, *source[:4])
    run.open(growing.path)
    qtbot.waitUntil(lambda: len(marks(view)) == 4)
    assert set(marks(view)) == {""}
    remark(growing, source[0].exchange, "warning")
    growing.event(EventRow(source[3].end_us, "link", "nothing to do with messages"))
    growing.flush()
    qtbot.waitUntil(lambda: "1 warning" in marks(view))
    assert not view.table.isColumnHidden(HINTS)


@pytest.mark.parametrize("in_place", [60_000, 0])
def test_a_filter_for_hints_follows_a_growing_run(
    run: Run,
    cursor: Cursor,
    growing: Recorder,
    source: list[Message],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    in_place: int,
) -> None:
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", in_place)

    def taken() -> list[int] | None:
        exchanges = run.filtered.exchanges
        return None if exchanges is None else exchanges.tolist()

    add(growing, *source[:4])
    one, other = source[0].exchange, source[1].exchange
    run.open(growing.path)
    cursor.set_filter("hint:null-field not severity:error")
    qtbot.waitUntil(lambda: taken() == [])
    remark(growing, one, "warning")
    add(growing, source[4])
    qtbot.waitUntil(lambda: taken() == [one])
    remark(growing, other, "note")
    add(growing, source[5])
    qtbot.waitUntil(lambda: taken() == sorted((one, other)))
    remark(growing, one, "error")
    add(growing, source[6])
    qtbot.waitUntil(lambda: taken() == [other])


def onward_leg(run: Run) -> Message:
    """The first session that the hub says to a party of 2.1.1 in other words."""
    assert run.recording is not None
    return next(
        each for each in run.recording.messages(sender="NL-HUB", receiver="NL-VET", module="sessions")
        if each.route == "sessions.receiver.put_session" and run.recording.hints(exchange=each.exchange)
    )  # fmt: skip


def test_both_legs_of_a_hop_stand_beside_what_it_has_cost(
    view: MessagesView, run: Run, cursor: Cursor, hub: Path
) -> None:
    run.open(hub)
    leg = onward_leg(run)
    cursor.select(Selection("message", str(leg.exchange)))
    detail, page = view.detail, view.detail.translation
    assert detail.tabs.isTabVisible(detail.tabs.indexOf(page))
    detail.tabs.setCurrentWidget(page)
    assert "NL-VET in OCPI 2.1.1 what" in page.sentence.text()
    assert page.inbound.toPlainText().partition("\n")[0].endswith("to NL-HUB, OCPI 2.3.0")
    assert page.onward.toPlainText().startswith("NL-HUB to NL-VET, OCPI 2.1.1")
    items = [page.list.topLevelItem(number) for number in range(page.list.topLevelItemCount())]
    told = {item.text(1): item.text(0) for item in items if item is not None}
    assert detail.tabs.tabText(detail.tabs.indexOf(page)) == f"Translation ({len(items)})"
    assert told["$.cdr_token.uid"] == "Lost"
    assert told["$.location"] == "Invented"
    place = list(told).index("$.location")
    page.list.setCurrentItem(items[place])
    assert page.onward.textCursor().selectedText() == '"location"'


def test_a_hop_between_equal_versions_is_called_no_translation(
    view: MessagesView, run: Run, cursor: Cursor, hub: Path
) -> None:
    run.open(hub)
    assert run.recording is not None
    legs = run.recording.messages(sender="NL-HUB", receiver="NL-VET", module="tokens")
    faithful = next(
        each for each in (*legs, *run.recording.messages(sender="NL-NEW", receiver="NL-HUB", module="locations"))
        if (hop := hop_of(run.recording, each)) and not run.recording.hints(exchange=hop.onward.exchange)
    )  # fmt: skip
    cursor.select(Selection("message", str(faithful.exchange)))
    tabs = view.detail.tabs
    assert tabs.tabText(tabs.indexOf(view.detail.translation)) == "Hub hop"


def test_what_no_hub_passes_on_has_no_hop(view: MessagesView, run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    cursor.select(Selection("message", "60"))
    detail = view.detail
    assert not detail.tabs.isTabVisible(detail.tabs.indexOf(detail.translation))


def test_fields_are_explained_in_the_version_that_was_spoken(run: Run, hub: Path) -> None:
    run.open(hub)
    assert run.recording is not None
    model = ObjectModel()
    model.show(run.recording.message(onward_leg(run).exchange))
    session = model.index(0, 0)
    helps = {node.name: node.help for node in model.node(session).nodes}
    assert helps["auth_id"] == sentence("Session", "auth_id", "2.1.1") != ""
    assert helps["location"] == sentence("Session", "location", "2.1.1") != ""
    assert sentence("Session", "auth_id") == ""
