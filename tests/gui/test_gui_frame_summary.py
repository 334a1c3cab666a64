"""The summary: the figures of the report, at the cursor and of the whole run, in words."""

import shutil
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.theme import Theme
from gui.views.summary import SummaryView, in_columns
from simulator.recording.reader import Recording
from simulator.recording.rows import EventRow, HintRow
from simulator.recording.writer import Recorder
from simulator.report.summary import summarise


@pytest.fixture
def view(run: Run, cursor: Cursor, theme: Theme, qtbot: QtBot) -> SummaryView:
    view = SummaryView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(360, 700)
    view.show()
    return view


def lines(view: SummaryView, qtbot: QtBot) -> list[str]:
    qtbot.waitUntil(lambda: not view.is_busy)
    return [line.strip("\ufffc\xa0 ") for line in view.page.toPlainText().splitlines()]


def value(view: SummaryView, qtbot: QtBot, name: str, nth: int = 0) -> str:
    shown = lines(view, qtbot)
    places = [place for place, line in enumerate(shown) if line == name]
    return shown[places[nth] + 1]


def test_without_a_run_it_says_what_to_do(view: SummaryView, qtbot: QtBot) -> None:
    assert lines(view, qtbot)[-1].startswith("Nothing is open.")


def test_the_whole_run_reads_as_the_report_says(view: SummaryView, run: Run, quickstart: Path, qtbot: QtBot) -> None:
    run.open(quickstart)
    with Recording.open(quickstart) as recording:
        figures = summarise(recording).run
    assert figures is not None
    assert lines(view, qtbot)[0] == "Monday morning in Leiden, seed 7"
    assert value(view, qtbot, "Energy at the plug") == f"{figures.energy_wh.plug / 1000:,.3f} kWh"
    assert value(view, qtbot, "Cost, without VAT") == f"EUR {Decimal(figures.cost['EUR']):,.2f}"
    assert value(view, qtbot, "turned away") == "2 (all places are taken: 2)"
    assert value(view, qtbot, "Energy conserved") == "holds"
    assert lines(view, qtbot)[-1] == "none"


def test_it_goes_along_with_the_cursor(
    view: SummaryView, run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    assert value(view, qtbot, "Sessions") == "0, 0 under way"
    cursor.set_time(6_000_000_000)
    assert value(view, qtbot, "Sessions") == "8, 8 under way"
    assert "Until 08:40:00" in lines(view, qtbot)
    cursor.set_time(run.end_us)
    assert value(view, qtbot, "Sessions") == "10, 0 under way"


def test_faults_are_told_and_checks_marked(view: SummaryView, run: Run, crowded: Path, qtbot: QtBot) -> None:
    run.open(crowded)
    assert value(view, qtbot, "Party offline") == "1 time"
    assert "Checks" in lines(view, qtbot)


def test_a_check_that_does_not_hold_is_told_by_word_and_icon(
    view: SummaryView, run: Run, quickstart: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "false.ocpirun"
    shutil.copy(quickstart, path)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE meta SET value = replace(value, '\"energy_conserved\":true', '\"energy_conserved\":false')"
        )
    connection.close()
    run.open(path)
    assert value(view, qtbot, "Energy conserved") == "DOES NOT HOLD"
    assert "icon:error" in view.page.toHtml()


def test_what_recorded_sessions_lack_is_told_in_kwh(
    view: SummaryView, run: Run, quickstart: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "real.ocpirun"
    shutil.copy(quickstart, path)
    with sqlite3.connect(path) as connection:
        real = '{"sessions":1032,"short":5,"short_wh":60437,"never_began":3}'
        connection.execute(
            "UPDATE meta SET value = json_set(value, '$.shortfall', json(?)) WHERE key='summary'", (real,)
        )
    connection.close()
    run.open(path)
    names = ("Recorded sessions", "got less than recorded", "energy they lack", "never began")
    told = ["1,032 whose time was over", "5", "60.437 kWh", "3"]
    assert [value(view, qtbot, name) for name in names] == told


def test_who_charged_before_the_start_is_told_apart(
    view: SummaryView, run: Run, quickstart: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "before.ocpirun"
    shutil.copy(quickstart, path)
    with sqlite3.connect(path) as connection:
        before = '{"sessions":1419,"energy_wh":10083437}'
        connection.execute(
            "UPDATE meta SET value = json_set(value, '$.before_start', json(?)) WHERE key='summary'", (before,)
        )
    connection.close()
    run.open(path)
    assert value(view, qtbot, "begun before the start") == "1,419, with 10,083.437 kWh by then"


def test_nobody_charged_before_the_start_of_a_run_without_groups(
    view: SummaryView, run: Run, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    assert "Drivers arrived" in lines(view, qtbot)
    assert "begun before the start" not in lines(view, qtbot)


def test_a_run_without_recorded_sessions_tells_nothing_of_them(
    view: SummaryView, run: Run, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    assert "Drivers arrived" in lines(view, qtbot)
    assert "Recorded sessions" not in lines(view, qtbot)


def test_an_empty_run_has_its_zeros(view: SummaryView, run: Run, empty: Path, qtbot: QtBot) -> None:
    run.open(empty)
    assert value(view, qtbot, "Mean wait") == "–"
    assert value(view, qtbot, "Owed, without VAT") == "nothing"


def test_nothing_is_counted_while_nobody_looks(view: SummaryView, run: Run, quickstart: Path, qtbot: QtBot) -> None:
    view.hide()
    run.open(quickstart)
    assert not view.is_busy
    view.show()
    assert value(view, qtbot, "Drivers arrived") == "12"


def test_it_changes_colours(view: SummaryView, run: Run, quickstart: Path, qtbot: QtBot) -> None:
    run.open(quickstart)
    shown = lines(view, qtbot)
    view.set_theme(Theme(dark=True))
    assert lines(view, qtbot) == shown
    assert Theme(dark=True).muted.name() in view.page.toHtml()


def test_a_filter_is_told_at_the_head_and_counts_only_messages(
    view: SummaryView, run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    energy = value(view, qtbot, "Energy at the plug")
    whole = int(value(view, qtbot, "Exchanges"))
    with qtbot.waitSignal(run.filtered.changed):
        cursor.set_filter("module:sessions")
    taken = run.filtered.count
    assert 0 < taken < whole
    assert value(view, qtbot, "Exchanges taken") == str(taken)
    assert value(view, qtbot, "delivered") == str(taken)
    assert any(
        line.startswith(f"Filter “module:sessions” takes {taken} of {whole} messages.") for line in lines(view, qtbot)
    )
    assert value(view, qtbot, "Energy at the plug") == energy
    cursor.set_filter("")
    assert value(view, qtbot, "Exchanges") == str(whole)
    assert not any("takes" in line for line in lines(view, qtbot))


def test_a_screen_reader_and_the_keyboard_reach_every_row(
    view: SummaryView, run: Run, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    lines(view, qtbot)
    assert view.accessibleName()
    assert view.page.accessibleName()
    words = view.page.accessibleDescription()
    assert "Whole run: Sessions 10, 10 with a CDR; Energy at the plug" in words
    assert "Checks: Energy conserved holds; CDRs billed once holds" in words
    view.setFocus()
    assert view.page.hasFocus() or view.focusProxy() is view.page
    flags = view.page.textInteractionFlags()
    assert flags & Qt.TextInteractionFlag.TextSelectableByKeyboard
    qtbot.keyClick(view.page, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert "Hints" in view.page.textCursor().selectedText()


def test_where_somebody_reads_stays_when_figures_change(
    view: SummaryView, run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    lines(view, qtbot)
    caret = view.page.textCursor()
    caret.setPosition(200)
    view.page.setTextCursor(caret)
    cursor.set_time(6_000_000_000)
    assert "Until 08:40:00" in lines(view, qtbot)
    assert view.page.textCursor().position() == 200


def test_after_a_move_only_what_depends_on_the_cursor_is_counted_and_at_once(
    view: SummaryView, run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    lines(view, qtbot)
    whole = view.whole.value
    # A run so long that while playing nobody would count it again for half an hour.
    view.whole._took_ms = view.now._took_ms = 60_000
    cursor.set_time(6_000_000_000)
    assert "Until 07:00:00 – counting anew…" in view.page.toPlainText()
    assert "Until 08:40:00" in lines(view, qtbot)
    assert value(view, qtbot, "Sessions") == "8, 8 under way"
    assert view.whole.value is whole


def test_while_time_goes_by_counting_takes_a_bounded_share(
    view: SummaryView, run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    lines(view, qtbot)
    view.now._took_ms = 60_000
    run.set_speed(1.0)
    run.play()
    qtbot.waitUntil(lambda: view.now.is_busy)
    assert view.now._wait.remainingTime() > 600_000
    assert "counting" not in view.page.toPlainText()
    run.pause()
    qtbot.waitUntil(lambda: not view.is_busy)
    assert view.now.value is not None
    assert view.now.value.at_us == cursor.at_us


def test_the_caret_is_there_only_for_the_keyboard(view: SummaryView, run: Run, quickstart: Path, qtbot: QtBot) -> None:
    run.open(quickstart)
    lines(view, qtbot)
    view.page.setFocus(Qt.FocusReason.OtherFocusReason)
    assert view.page.cursorWidth() == 0
    qtbot.keyClick(view.page, Qt.Key.Key_Down)
    assert view.page.cursorWidth() == 1


def test_a_wide_page_has_its_sections_side_by_side(view: SummaryView, run: Run, quickstart: Path, qtbot: QtBot) -> None:
    run.open(quickstart)
    narrow, high = lines(view, qtbot), view.page.document().size().height()
    view.resize(1280, 800)
    assert [line for line in lines(view, qtbot) if line] == [line for line in narrow if line]
    assert view.page.document().size().height() < 0.7 * high
    assert view.page.horizontalScrollBar().maximum() == 0


def test_columns_keep_the_order_and_the_longest_is_as_short_as_can_be() -> None:
    sections = [(name, [("", "")] * rows) for name, rows in (("a", 4), ("b", 10), ("c", 2), ("d", 7), ("e", 1))]
    names = [["".join(name for name, _ in column) for column in in_columns(sections, count)] for count in (1, 2, 3, 9)]
    assert names == [["abcde"], ["ab", "cde"], ["a", "b", "cde"], ["a", "b", "c", "d", "e"]]


def test_what_was_about_to_be_counted_is_not_while_nobody_looks(
    view: SummaryView, run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    lines(view, qtbot)
    cursor.set_time(6_000_000_000)
    assert view.is_busy
    view.hide()
    assert not view.is_busy
    view.show()
    assert "Until 08:40:00" in lines(view, qtbot)


def test_hints_are_told_by_rule_and_a_rule_filters(
    view: SummaryView, run: Run, cursor: Cursor, hub: Path, qtbot: QtBot
) -> None:
    run.open(hub)
    assert run.recording is not None
    ((count,),) = run.recording.query("SELECT count(*) FROM hint WHERE rule = 'translation-lost'")
    assert value(view, qtbot, "translation-lost") == f"{count:,}"
    view.page.anchorClicked.emit(QUrl("hint:translation-lost"))
    assert cursor.filter == "hint:translation-lost"


def test_what_no_message_shows_is_told_in_full_and_does_not_filter(
    view: SummaryView, run: Run, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "strangers.ocpirun"
    recorder = Recorder.create(path, "full", {"start_epoch_us": "0", "level": "full"})
    for minute in range(12):
        sentence = f"GET /{minute}?<b> reached NL-ABC from outside the run and was refused."
        recorder.hint(HintRow(minute * 60_000_000, 0, "stranger", "warning", sentence))
    recorder.event(EventRow(60 * 60_000_000, "run", "end"))
    recorder.close({"state": "closed"})
    run.open(path)
    shown = lines(view, qtbot)
    place = shown.index("stranger")
    assert shown[place + 1] == "12"
    assert shown[place + 2].endswith("00:00:00: GET /0?<b> reached NL-ABC from outside the run and was refused.")
    assert shown[place + 11].endswith("00:09:00: GET /9?<b> reached NL-ABC from outside the run and was refused.")
    assert shown[place + 12] == "2 more, which the timeline shows"
    assert "hint:stranger" not in view.page.toHtml()
