"""The message view as a person uses it: clicks, keys, filters, follows and copies, on real recordings."""

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QTabBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.models.cursor import NOTHING, Cursor, Selection
from gui.models.message_rows import DURATION, FROM, HINTS, MEANING, METHOD, PATH, STATUS, TIME, TO
from gui.models.run import Run
from gui.theme import Theme
from gui.views.detail_hints import HintsPage
from gui.views.messages import MessagesView, threads
from simulator.recording.reader import Recording
from simulator.recording.rows import HintRow, Message, MessageRow
from simulator.recording.writer import Recorder

Key = Qt.Key

# What Qt says of every window on a display that is none.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> MessagesView:
    view = MessagesView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1280, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.activateWindow()
    return view


def message_of(run: Run, route: str) -> Message:
    assert run.recording is not None
    return next(message for message in run.recording.messages() if message.route == route)


def place(view: MessagesView, row: int, column: int = MEANING) -> QPoint:
    return view.table.visualRect(view.model.index(row, column)).center()


def test_says_what_to_do_when_nothing_is_open(view: MessagesView) -> None:
    assert view.pages.currentIndex() == 1
    assert "Open a recording" in view.nothing.text()
    assert not view.clear_filter.isVisible()
    assert not view.follow.isEnabled()


def test_a_click_selects_the_message_everywhere(
    qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    assert view.count.text() == "209 messages"
    view.table.scrollToTop()
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place(view, 3))
    row = view.model.row(3)
    assert row is not None
    assert cursor.selection == Selection("message", str(row.exchange))
    assert cursor.at_us == row.start_us
    assert view.detail.message is not None
    assert view.detail.message.exchange == row.exchange


def test_what_another_view_selects_is_brought_into_sight(
    view: MessagesView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    bill = message_of(run, "cdrs.receiver.post_cdr")
    cursor.select(Selection("message", str(bill.exchange)), bill.start_us)
    row = view.table.currentIndex().row()
    assert view.model.exchange(row) == bill.exchange
    assert view.table.viewport().rect().contains(place(view, row))
    assert view.follow.isEnabled()
    cursor.select(Selection("party", "NL-ABC"))
    assert not view.table.selectionModel().hasSelection()
    assert view.detail.message is None


def test_keys_move_enter_shows_escape_returns(
    qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    view.table.setFocus()
    view.table.selectRow(20)
    qtbot.keyClick(view.table, Key.Key_Down)
    assert cursor.selection == Selection("message", str(view.model.exchange(21)))
    qtbot.keyClick(view.table, Key.Key_Up)
    assert cursor.selection == Selection("message", str(view.model.exchange(20)))
    view.show_detail.setChecked(False)
    assert not view.detail.isVisible()
    qtbot.keyClick(view.table, Key.Key_Return)
    assert view.detail.isVisible()
    assert view.detail.tree.hasFocus()
    qtbot.keyClick(view.detail.tree, Key.Key_Escape)
    assert view.table.hasFocus()


def test_the_filter_of_the_cursor_is_the_filter_of_the_list(
    view: MessagesView, run: Run, cursor: Cursor, theme: Theme, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.set_filter("module:cdrs method:POST")
    assert view.count.text() == "10 of 209 messages"
    cursor.set_filter("modul:cdrs")
    assert view.count.text() == "There is no word “modul”; did you mean “module”?"
    assert view.count.palette().windowText().color() == theme.error
    assert view.model.rowCount() == 10
    cursor.set_filter("session:none-like-this")
    assert view.nothing.text() == "The filter takes none of the messages."
    assert view.clear_filter.isVisible()
    view.clear_filter.click()
    assert cursor.filter == ""
    assert view.model.rowCount() == 209


def test_a_selected_message_that_is_filtered_away_stays_in_full(
    view: MessagesView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    bill = message_of(run, "cdrs.receiver.post_cdr")
    cursor.select(Selection("message", str(bill.exchange)), bill.start_us)
    cursor.set_filter("module:tokens")
    assert view.detail.message is not None
    assert "is hidden" in view.count.text()
    assert not view.table.selectionModel().hasSelection()
    cursor.set_filter("")
    assert view.model.exchange(view.table.currentIndex().row()) == bill.exchange


def test_follow_shows_all_that_belongs_together(view: MessagesView, run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    assert run.recording is not None
    patch = message_of(run, "sessions.receiver.patch_session")
    cursor.select(Selection("message", str(patch.exchange)), patch.start_us)
    view.follow_menu.aboutToShow.emit()
    actions = {action.text(): action for action in view.follow_menu.actions()}
    actions["All messages of this session"].trigger()
    expected = {message.exchange for message in run.recording.messages(session_id=patch.session_id)}
    assert {view.model.exchange(row) for row in range(view.model.rowCount())} == expected
    actions[f"All messages between {patch.sender} and {patch.receiver}"].trigger()
    ends = {(view.model.row(row).sender, view.model.row(row).receiver) for row in range(view.model.rowCount())}  # type: ignore[union-attr]
    assert ends == {(patch.sender, patch.receiver), (patch.receiver, patch.sender)}


def test_every_thread_of_every_message_holds_the_message_itself(
    view: MessagesView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    assert run.recording is not None
    for message in {message.route: message for message in run.recording.messages()}.values():
        assert threads(message)
        for thread in threads(message):
            cursor.set_filter(thread.filter)
            assert view.model.row_of(message.exchange) >= 0, thread


def test_the_curl_line_is_the_request_for_a_shell(
    view: MessagesView, run: Run, cursor: Cursor, quickstart: Path, tmp_path: Path
) -> None:
    """As Python splits it, and as a POSIX shell does, with every kind of request of the run."""
    run.open(quickstart)
    assert run.recording is not None
    routes = {message.route: message.exchange for message in run.recording.messages() if message.http_status}
    for exchange in routes.values():
        message = run.recording.message(exchange)
        cursor.select(Selection("message", str(exchange)), message.start_us)
        view.copy_as_curl.trigger()
        line = QGuiApplication.clipboard().text()
        words = shlex.split(line.replace(" \\\n", " "))
        assert words[:4] == ["curl", "-X", message.method, f"http://{message.host}{message.path}"]
        options = dict(zip(words[5::2], words[4::2], strict=True))
        names = [name for name, _ in message.request_headers]
        headers = [f"{name}: {value}" for name, value in message.request_headers if name.lower() != "authorization"]
        assert [word for word, option in options.items() if option == "-H" and "$TOKEN" not in word] == headers
        assert "Authorization: Token $TOKEN" in options or "authorization" not in map(str.lower, names)
        bodies = [word for word, option in options.items() if option == "--data-raw"]
        if message.module != "credentials":
            assert bodies == ([message.request_body.decode()] if message.request_body else [])
        script = "curl() { for word; do printf '%s\\0' \"$word\"; done; }\n" + line
        heard = subprocess.run(["sh", "-c", script], env={"TOKEN": "secret"}, capture_output=True, check=True).stdout
        assert heard.decode().split("\0")[:-1] == [word.replace("$TOKEN", "secret") for word in words[1:]]


def test_copies(qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    put = message_of(run, "sessions.receiver.put_session")
    cursor.select(Selection("message", str(put.exchange)), put.start_us)
    clipboard = QGuiApplication.clipboard()
    view.table.setFocus()
    qtbot.keyClick(view.table, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert json.loads(clipboard.text())["request"]["method"] == "PUT"
    view.copy_as_curl.trigger()
    assert clipboard.text().startswith("curl -X PUT http://nl-ema.ocpi.test/")
    assert "$TOKEN" in clipboard.text()
    view.detail.with_tokens.setChecked(True)
    view.copy_as_curl.trigger()
    assert "$TOKEN" not in clipboard.text()
    tree, objects = view.detail.tree, view.detail.objects
    tree.setFocus()
    tree.setCurrentIndex(objects.index(5, 0, objects.index(0, 0)))
    qtbot.keyClick(tree, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert json.loads(clipboard.text())["contract_id"].startswith("NL-EMA")


def test_the_detail_tells_all_of_a_message(view: MessagesView, run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    ask = message_of(run, "tokens.sender.post_authorize")
    cursor.select(Selection("message", str(ask.exchange)), ask.start_us)
    detail = view.detail
    assert detail.title.text() == "Ask the eMSP: may this token charge? Yes"
    assert f"{ask.sender} to {ask.receiver}" in detail.facts.text()
    assert "Authorization: Token (hidden)" in detail.request.toPlainText()
    detail.with_tokens.setChecked(True)
    assert "(hidden)" not in detail.request.toPlainText()
    assert detail.response.toPlainText().startswith("HTTP 200")
    assert '"allowed": "ALLOWED"' in detail.response.toPlainText()
    assert "because" in detail.deed.text()
    assert detail.verdict.text() == "NL-EMA allows it."
    assert [detail.trail.topLevelItem(row).text(1) for row in range(detail.trail.topLevelItemCount())][
        -1
    ] == "NL-DUN to NL-EMA"  # type: ignore[union-attr]
    index = detail.objects.index(0, 0, detail.objects.index(0, 0))
    detail.tree.setCurrentIndex(index)
    assert detail.sentence.text()
    assert detail.hints.topLevelItem(0).text(0) == "Nothing to remark on this message."  # type: ignore[union-attr]


def test_a_step_of_the_trail_leads_to_its_message(
    view: MessagesView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    assert run.recording is not None
    result = message_of(run, "commands.sender.post_result")
    cursor.select(Selection("message", str(result.exchange)), result.start_us)
    trail = view.detail.trail
    command = next(
        item
        for row in range(trail.topLevelItemCount())
        if (item := trail.topLevelItem(row)) and "Ask the CPO" in item.text(2)
    )
    trail.itemActivated.emit(command, 0)
    assert view.detail.message is not None
    assert view.detail.message.route == "commands.receiver.post_start_session"


def test_every_message_of_a_run_with_faults_can_be_shown(view: MessagesView, run: Run, crowded: Path) -> None:
    run.open(crowded)
    assert run.recording is not None
    kinds = {(m.route, m.final, m.http_status, m.ocpi_status): m for m in run.recording.messages()}
    assert len({final for _, final, *_ in kinds}) >= 3
    for message in kinds.values():
        view.detail.show_message(message.exchange)
        assert view.detail.title.text()
        assert view.detail.request.toPlainText()
        assert view.detail.response.toPlainText()


def test_remarks_are_counted_and_told(
    view: MessagesView, run: Run, cursor: Cursor, quickstart: Path, tmp_path: Path
) -> None:
    with Recording.open(quickstart) as recording:
        message = recording.message(60)
    recorder = Recorder.create(tmp_path / "remarked.ocpirun", "full", {"start_epoch_us": "0"})
    recorder.message(MessageRow(*(getattr(message, name) for name in MessageRow.__struct_fields__)))
    recorder.hint(HintRow(0, 60, "kwh-falls", "warning", "The energy has become less.", "$.kwh", "OCPI 2.2.1 sessions"))
    recorder.close({})
    run.open(tmp_path / "remarked.ocpirun")
    cursor.select(Selection("message", "60"))
    assert view.detail.tabs.tabText(4) == "Hints (1)"
    item = view.detail.hints.topLevelItem(0)
    assert item is not None
    texts = [item.text(column) for column in range(5)]
    assert texts == ["Warning", "kwh-falls", "$.kwh", "The energy has become less.", "OCPI 2.2.1 sessions"]
    page = view.detail.hints.parentWidget()
    assert isinstance(page, HintsPage)
    assert page.sentence.text() == "The energy has become less.\nRule kwh-falls: OCPI 2.2.1 sessions"
    view.detail.hints.itemActivated.emit(item, 0)
    assert cursor.filter == "hint:kwh-falls"


def test_a_click_on_a_title_sorts(qtbot: QtBot, view: MessagesView, run: Run, quickstart: Path) -> None:
    run.open(quickstart)
    header = view.table.horizontalHeader()
    x = header.sectionViewportPosition(DURATION) + 20
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, header.height() // 2))
    first, last = view.model.row(0), view.model.row(208)
    assert first is not None
    assert last is not None
    assert first.duration_us < last.duration_us


def columns_in_sight(view: MessagesView) -> list[int]:
    """The columns that are there whole without scrolling sideways."""
    header, room = view.table.horizontalHeader(), view.table.viewport().width()
    edges = {
        column: header.sectionViewportPosition(column) + header.sectionSize(column)
        for column in range(view.model.columnCount())
        if not header.isSectionHidden(column)
    }
    return [column for column, edge in edges.items() if edge <= room]


@pytest.mark.parametrize(
    ("width", "height", "at_least", "is_beside"),
    [
        (1900, 400, 8, True),
        (1280, 300, 8, True),
        (1024, 260, 5, True),
        (520, 640, 5, False),
    ],
)
def test_a_narrow_list_shows_what_is_needed_most_and_scrolls_to_the_rest(
    view: MessagesView,
    run: Run,
    cursor: Cursor,
    quickstart: Path,
    width: int,
    height: int,
    at_least: int,
    is_beside: bool,
) -> None:
    run.open(quickstart)
    ask = message_of(run, "tokens.sender.post_authorize")
    cursor.select(Selection("message", str(ask.exchange)), ask.start_us)
    view.resize(width, height)
    assert (view.splitter.orientation() == Qt.Orientation.Horizontal) == is_beside
    assert columns_in_sight(view)[:at_least] == [TIME, FROM, TO, MEANING, STATUS, DURATION, METHOD, PATH][:at_least]
    columns = range(view.model.columnCount())
    assert [column for column in columns if view.table.isColumnHidden(column)] == [HINTS]
    bar = view.table.horizontalScrollBar()
    if not bar.maximum():
        assert view.table.horizontalHeader().length() == view.table.viewport().width()
    bar.setValue(bar.maximum())
    assert PATH in columns_in_sight(view)
    assert view.table.columnWidth(PATH) >= (200 if bar.maximum() else 120)
    # What time and other views bring into sight is brought there up and down only.
    stood = bar.value()
    cursor.select(Selection("message", "200"))
    assert bar.value() == stood
    assert view.table.viewport().rect().contains(QPoint(5, place(view, view.model.row_of(200)).y()))


def test_paths_give_way_to_meanings(view: MessagesView, run: Run, quickstart: Path) -> None:
    run.open(quickstart)
    view.resize(1_900, 400)
    wide = view.table.columnWidth(MEANING)
    needed = sum(view.table.columnWidth(column) for column in range(PATH))
    view.resize(needed + 180, 400)
    assert view.table.columnWidth(MEANING) == wide
    assert view.table.columnWidth(PATH) <= 180
    view.resize(needed + 80, 400)
    assert view.table.columnWidth(MEANING) < wide


def test_a_column_stays_as_wide_as_a_person_has_made_it(
    qtbot: QtBot, view: MessagesView, run: Run, quickstart: Path
) -> None:
    run.open(quickstart)
    view.resize(1200, 400)
    header = view.table.horizontalHeader()
    edge = QPoint(header.sectionViewportPosition(MEANING) + header.sectionSize(MEANING) - 1, 8)
    before = header.sectionSize(MEANING)
    qtbot.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=edge)
    qtbot.mouseMove(header.viewport(), edge + QPoint(60, 0))
    qtbot.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=edge + QPoint(60, 0))
    assert header.sectionSize(MEANING) == before + 60
    view.resize(700, 400)
    assert header.sectionSize(MEANING) == before + 60


def test_the_detail_takes_no_room_while_it_has_nothing_to_say(
    qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    assert not view.detail.isVisible()
    assert view.table.width() == view.width()
    ask = message_of(run, "tokens.sender.post_authorize")
    cursor.select(Selection("message", str(ask.exchange)), ask.start_us)
    assert view.detail.isVisible()
    assert view.table.width() > view.detail.width() > view.width() // 4
    view.detail.tree.setFocus()
    cursor.select(NOTHING)
    assert not view.detail.isVisible()
    assert view.table.hasFocus()
    view.show_detail.setChecked(False)
    cursor.select(Selection("message", str(ask.exchange)), ask.start_us)
    assert not view.detail.isVisible()


@pytest.mark.parametrize("key", [Key.Key_Tab, Key.Key_Backtab])
def test_tab_leaves_the_view_in_both_directions(
    qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, quickstart: Path, key: Qt.Key
) -> None:
    """Whatever stands around it, a window of Qt's making."""
    window = QWidget()
    qtbot.addWidget(window)
    before, view, after = QLineEdit(), MessagesView(run, cursor, theme), QLineEdit()
    column = QVBoxLayout(window)
    for each in (before, view, after):
        column.addWidget(each)
    window.resize(1000, 600)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    run.open(quickstart)
    view.table.selectRow(30)
    view.setFocus()
    assert view.table.hasFocus()
    visited = []
    while not (before.hasFocus() or after.hasFocus()) and len(visited) < 20:
        focused = QApplication.focusWidget()
        assert focused is not None
        visited.append(focused)
        qtbot.keyClick(focused, key)
    assert (after if key == Key.Key_Tab else before).hasFocus()
    assert all(widget.accessibleName() for widget in visited if not isinstance(widget, QTabBar))


def test_to_come_by_with_the_keyboard_chooses_nothing(
    qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.set_time(run.end_us)
    view.table.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.table.hasFocus)
    assert cursor.selection == NOTHING
    assert cursor.at_us == run.end_us
    qtbot.keyClick(view.table, Key.Key_Down)
    assert cursor.selection.kind == "message"


def test_a_run_without_single_messages_says_so(qtbot: QtBot, view: MessagesView, run: Run, tmp_path: Path) -> None:
    Recorder.create(tmp_path / "few.ocpirun", "aggregates", {"start_epoch_us": "0"}).close({})
    run.open(tmp_path / "few.ocpirun")
    assert "aggregates" in view.nothing.text()
    Recorder.create(tmp_path / "none.ocpirun", "full", {"start_epoch_us": "0"}).close({})
    run.open(tmp_path / "none.ocpirun")
    assert view.nothing.text() == "No message has been sent yet."


def test_another_recording_starts_afresh(
    view: MessagesView, run: Run, cursor: Cursor, quickstart: Path, empty: Path
) -> None:
    run.open(quickstart)
    view.table.selectRow(30)
    run.open(empty)
    assert cursor.selection == NOTHING
    assert view.detail.message is None
    assert view.model.total < 209
    run.close()
    assert view.pages.currentIndex() == 1


@pytest.mark.parametrize("dark", [False, True])
def test_pixels(qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, quickstart: Path, dark: bool) -> None:
    run.open(quickstart)
    theme = Theme(dark)
    view.set_theme(theme)
    ask = message_of(run, "tokens.sender.post_authorize")
    cursor.select(Selection("message", str(ask.exchange)), ask.start_us)
    row = view.table.currentIndex().row()
    image = view.table.viewport().grab().toImage()
    colours: Callable[[int, int], QColor] = lambda x, y: image.pixelColor(x, y)  # noqa: E731
    cell = view.table.visualRect(view.model.index(row, MEANING))
    assert colours(cell.left() + 9, cell.center().y()) == theme.module("tokens")
    assert colours(cell.right() - 1, cell.center().y()) == theme.selection
    now = view.table.visualRect(view.model.index(view.delegate.now_row, TIME))
    assert colours(now.left() + 2, now.bottom()) == theme.accent
    other = view.table.visualRect(view.model.index(row - 1, STATUS))
    assert colours(other.right() - 1, other.top() + 2) == theme.panel
