"""The sequence view: click, keys, links and tips, and what is painted where."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from gui_sequence_scene import S, Scene
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.models.cursor import NOTHING, Cursor, Selection
from gui.models.run import Run
from gui.paint.sequence_place import FOLDED, row_rects
from gui.theme import Theme
from gui.views.sequence import SequenceView

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
QUESTION = "Ask the eMSP: may this token charge? Yes"


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> SequenceView:
    view = SequenceView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(900, 700)
    with qtbot.waitExposed(view):
        view.show()
    return view


@pytest.fixture
def adas(view: SequenceView, run: Run, cursor: Cursor, quickstart: Path) -> SequenceView:
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"), 2_400 * S)
    return view


def place_of(view: SequenceView, text: str) -> int:
    return [arrow.text for arrow in view.model.chart.arrows].index(text)


def middle(view: SequenceView, number: int) -> QPoint:
    return row_rects(view.chart.picture(), number)[0].center().toPoint()


def painted(view: SequenceView) -> QImage:
    return view.chart.viewport().grab().toImage()


def count(image: QImage, colour: QColor, left: float, top: float, right: float, bottom: float) -> int:
    """How many pixels of a part are nearly of a colour."""
    wanted = (colour.red(), colour.green(), colour.blue())
    found = 0
    for x in range(round(left), round(right)):
        for y in range(round(top), round(bottom)):
            pixel = image.pixelColor(x, y)
            near = zip(wanted, (pixel.red(), pixel.green(), pixel.blue()), strict=True)
            found += all(abs(a - b) <= 12 for a, b in near)
    return found


def test_without_a_recording_a_sentence_says_what_to_do(view: SequenceView) -> None:
    assert "No recording is open" in view.chart.nothing
    assert view.sentences.toPlainText() == ""
    image = painted(view)
    inks = {image.pixel(x, y) for x in range(200, image.width() - 200) for y in range(250, image.height() - 200)}
    assert len(inks) > 2, "it is painted"


def test_a_run_in_which_nothing_happened_shows_how_the_parties_met(view: SequenceView, run: Run, empty: Path) -> None:
    run.open(empty)
    assert {"versions", "credentials"} <= set(view.model.chart.modules)
    assert view.legend.height() > 0


def test_a_click_selects_the_message_and_moves_the_time(qtbot: QtBot, adas: SequenceView, cursor: Cursor) -> None:
    number = place_of(adas, QUESTION)
    qtbot.mouseClick(adas.chart.viewport(), LEFT, pos=middle(adas, number))
    arrow = adas.model.chart.arrows[number]
    assert (cursor.selection, cursor.at_us) == (Selection("message", str(arrow.key[1])), arrow.start_us)
    text = adas.sentences.toPlainText()
    assert "may charge, because Ada held it to the reader at NL-ABC-E0001." in text
    assert "NL-EMA allows it." in text
    assert "What led here: Holds the card to the reader to start, Authorize" in text
    assert adas.chart.accessibleDescription() == text


def test_a_click_beside_everything_selects_nothing(qtbot: QtBot, adas: SequenceView, cursor: Cursor) -> None:
    before = cursor.selection
    qtbot.mouseClick(adas.chart.viewport(), LEFT, pos=QPoint(300, 20))
    assert cursor.selection == before


def test_keys_go_along_the_arrows_and_to_their_causes(qtbot: QtBot, adas: SequenceView, cursor: Cursor) -> None:
    adas.chart.setFocus()
    qtbot.keyClick(adas.chart, Qt.Key.Key_Home)
    assert adas.model.place == 0
    for _ in range(3):
        qtbot.keyClick(adas.chart, Qt.Key.Key_Down)
    assert adas.model.place == 3
    qtbot.keyClick(adas.chart, Qt.Key.Key_Up)
    assert adas.model.place == 2
    qtbot.keyClick(adas.chart, Qt.Key.Key_Right)
    assert adas.model.chart.arrows[adas.model.place].text == "Authorize"
    qtbot.keyClick(adas.chart, Qt.Key.Key_Left)
    assert adas.model.place == 2
    qtbot.keyClick(adas.chart, Qt.Key.Key_End)
    last = len(adas.model.chart.arrows) - 1
    assert adas.model.place == last
    rect = row_rects(adas.chart.picture(), last)[0]
    assert rect.top() >= adas.chart.header.height, "the current arrow is in view"
    assert rect.bottom() <= adas.chart.viewport().height()
    qtbot.keyClick(adas.chart, Qt.Key.Key_PageUp)
    assert 0 < adas.model.place < last
    qtbot.keyClick(adas.chart, Qt.Key.Key_Escape)
    assert (cursor.selection, adas.model.place) == (NOTHING, -1)


def test_a_link_in_the_trail_leads_to_the_cause(adas: SequenceView) -> None:
    adas.model.choose(place_of(adas, QUESTION))
    cause = adas.model.chart.arrows[adas.model.place].cause
    adas.sentences.anchorClicked.emit(QUrl(f"{cause[0]}:{cause[1]}"))
    assert adas.model.current == cause
    assert "asks NL-ABC whether a token may charge" in adas.sentences.toPlainText()


def test_a_double_click_around_the_cursor_opens_the_whole_story(
    qtbot: QtBot, adas: SequenceView, cursor: Cursor
) -> None:
    cursor.select(NOTHING)
    qtbot.mouseClick(adas.around, LEFT)
    number = place_of(adas, "Session update")
    adas.model.choose(number)
    assert not adas.model.chart.is_story
    qtbot.mouseDClick(adas.chart.viewport(), LEFT, pos=middle(adas, number))
    assert adas.model.chart.is_story
    assert adas.story.isChecked()


def test_order_and_time(qtbot: QtBot, adas: SequenceView) -> None:
    assert adas.chart.axis.mode == "order"
    qtbot.mouseClick(adas.by_time, LEFT)
    assert adas.chart.axis.mode == "time"
    assert not adas.by_order.isChecked()
    qtbot.keyClick(adas.by_order, Qt.Key.Key_Space)
    assert adas.chart.axis.mode == "order"


def test_tips_say_who_whom_when_and_how_long(adas: SequenceView) -> None:
    number = place_of(adas, QUESTION)
    tip = adas.chart.tip_at(middle(adas, number))
    assert "NL-ABC to NL-EMA" in tip
    assert QUESTION in tip
    assert "ms from request to answer" in tip
    x = round(adas.chart.picture().place.lanes[2])
    assert adas.chart.tip_at(QPoint(x, 20)) == "NL-ABC\nCPO · Alpha Charging"
    assert "Europe/Amsterdam" in adas.chart.tip_at(QPoint(5, 20))


def test_the_time_cursor_is_followed(adas: SequenceView, cursor: Cursor, theme: Theme) -> None:
    assert adas.chart.verticalScrollBar().value() == 0
    cursor.set_time(8_000 * S)
    assert adas.chart.verticalScrollBar().value() > 0
    place = adas.chart.picture().place
    y = place.y(adas.chart.axis.height_of(cursor.at_us))
    assert place.header.height < y < place.height
    image = painted(adas)
    assert count(image, theme.accent, place.lanes[0] + 5, y - 2, place.lanes[1] - 5, y + 2) > 50


@pytest.mark.parametrize("mode", ["by_order", "by_time"])
def test_lifelines_keep_their_names_while_scrolling(qtbot: QtBot, adas: SequenceView, mode: str) -> None:
    button = getattr(adas, mode)
    assert isinstance(button, QToolButton)
    qtbot.mouseClick(button, LEFT)
    header = adas.chart.viewport().rect()
    header.setHeight(round(adas.chart.header.height))
    before = painted(adas).copy(header)
    adas.chart.verticalScrollBar().setValue(adas.chart.verticalScrollBar().maximum())
    assert adas.chart.verticalScrollBar().value() > 200
    assert painted(adas).copy(header) == before


def test_the_border_between_ocpp_and_ocpi_is_painted_at_the_cpo(adas: SequenceView, theme: Theme) -> None:
    place = adas.chart.picture().place
    image = painted(adas)
    y = round(place.header.height) + 6
    charger, cpo, emsp = (round(place.lanes[number]) for number in (1, 2, 3))
    ocpp, ocpi = image.pixelColor(cpo - 3, y), image.pixelColor(cpo + 3, y)
    ground, other = image.pixelColor((charger + cpo) // 2, y), image.pixelColor((cpo + emsp) // 2, y)
    assert len({colour.name() for colour in (ocpp, ocpi, ground, other)}) == 4
    assert other.name() == theme.panel.name()


def test_an_arrow_has_its_modules_colour_and_the_others_step_back(adas: SequenceView, theme: Theme) -> None:
    number = place_of(adas, QUESTION)
    place = adas.chart.picture().place
    rect = row_rects(adas.chart.picture(), number)[0]
    part = (place.lanes[2] + 10, rect.top() + 16, place.lanes[3] - 10, rect.bottom() - 8)
    assert count(painted(adas), theme.module("tokens"), *part) > 100
    adas.model.choose(number)
    assert count(painted(adas), theme.module("tokens"), *part) > 100
    assert count(painted(adas), theme.selection, *part) > 100
    adas.model.choose(0)
    assert count(painted(adas), theme.module("tokens"), *part) < 20


def test_a_lost_message_ends_in_a_cross_and_says_so(
    view: SequenceView, run: Run, cursor: Cursor, theme: Theme, tmp_path: Path
) -> None:
    scene = Scene(tmp_path / "lost.ocpirun")
    scene.message(0, "NL-ABC", "NL-EMA", session_id="s")
    gone = {"final": "lost", "arrive_us": None, "handled_us": None, "http_status": None, "ocpi_status": None}
    scene.message(S, "NL-ABC", "NL-EMA", session_id="s", failure="the network lost the request", **gone)
    run.open(scene.close())
    cursor.select(Selection("session", "s"))
    image, picture = painted(view), view.chart.picture()
    near, far = picture.place.lanes
    crosses = [
        count(image, theme.error, near + (far - near) * 0.5, rect.top() + 12, near + (far - near) * 0.6, rect.bottom())
        for rect in (row_rects(picture, 0)[0], row_rects(picture, 1)[0])
    ]
    assert crosses[0] == 0
    assert crosses[1] > 8
    head = row_rects(picture, 1)[0]
    colour = theme.module("sessions")
    assert count(image, colour, far - 20, head.top() + 14, far, head.bottom()) == 0, "it never arrives"
    assert "lost" in view.chart.tip_at(middle(view, 1))
    assert "lost" in view.legend.accessibleDescription()
    view.model.choose(1)
    assert "It was lost on the way; NL-EMA knows nothing of it." in view.sentences.toPlainText()


def test_hovering_outlines_and_leaving_does_not(qtbot: QtBot, adas: SequenceView) -> None:
    plain = painted(adas)
    qtbot.mouseMove(adas.chart.viewport(), middle(adas, 4))
    qtbot.waitUntil(lambda: painted(adas) != plain)
    qtbot.mouseMove(adas.chart.viewport(), QPoint(200, 5))
    qtbot.waitUntil(lambda: painted(adas) == plain)


def test_ten_thousand_rows_are_painted_as_fast_as_forty(view: SequenceView, run: Run, tmp_path: Path) -> None:
    """Only what is in view is painted: the painter is asked for few arrows."""
    scene = Scene(tmp_path / "long.ocpirun")
    scene.message(0, "NL-ABC", "NL-EMA")
    run.open(scene.close())
    only = view.model.chart.arrows[0]
    many = tuple(only._replace(key=("message", number), start_us=number * S) for number in range(10_000))
    view.model.show(view.model.chart._replace(arrows=many))
    assert view.chart.verticalScrollBar().maximum() > 300_000
    view.chart.verticalScrollBar().setValue(150_000)
    place = view.chart.picture().place
    assert len(view.chart.axis.visible(place.top, place.top + place.height)) < 40


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [(330, 300), (1024, 640)])
def test_it_fits_small_docks_in_both_themes(
    adas: SequenceView, dark: bool, size: tuple[int, int], theme: Theme
) -> None:
    adas.set_theme(Theme(dark))
    adas.resize(*size)
    adas.model.choose(place_of(adas, QUESTION))
    assert adas.width() == size[0], "nothing asks for more"
    rect = row_rects(adas.chart.picture(), adas.model.place)[0]
    assert adas.chart.header.height <= rect.center().y() <= adas.chart.viewport().height()
    panel = Theme(dark).panel.name()
    assert (
        painted(adas).pixelColor(adas.chart.viewport().width() - 6, adas.chart.viewport().height() - 4).name() == panel
    )
    style = Qt.ToolButtonStyle.ToolButtonIconOnly if size[0] < 720 else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert adas.story.toolButtonStyle() == style


def test_everything_has_a_name_for_those_who_do_not_see_it(adas: SequenceView) -> None:
    for widget in (adas, adas.chart, adas.sentences, adas.legend, adas.story, adas.around, adas.by_order, adas.by_time):
        assert widget.accessibleName()


def test_in_a_small_dock_the_arrows_have_the_room(qtbot: QtBot, adas: SequenceView) -> None:
    adas.resize(410, 241)
    assert not adas.legend.isVisible()
    qtbot.waitUntil(lambda: adas.chart.viewport().height() >= 170)
    adas.model.choose(place_of(adas, QUESTION))
    qtbot.waitUntil(lambda: adas.sentences.height() > 30)
    assert adas.chart.viewport().height() - adas.chart.header.height >= 110, "three rows and more"
    assert not adas.chart.horizontalScrollBar().isVisible()
    assert max(adas.chart.picture().place.lanes) < adas.chart.viewport().width() - 20


def test_the_legend_comes_with_height_until_somebody_chooses(qtbot: QtBot, adas: SequenceView) -> None:
    assert adas.legend.isVisible()
    adas.resize(900, 300)
    assert not adas.legend.isVisible()
    qtbot.mouseClick(adas.show_legend, LEFT)
    assert adas.legend.isVisible()
    adas.resize(900, 700)
    qtbot.keyClick(adas.show_legend, Qt.Key.Key_Space)
    assert not adas.legend.isVisible()
    adas.resize(900, 800)
    assert not adas.legend.isVisible(), "what a person has hidden stays hidden"


def test_the_sentences_take_only_the_lines_that_they_need(qtbot: QtBot, adas: SequenceView) -> None:
    line = adas.sentences.fontMetrics().lineSpacing()
    assert adas.sentences.height() < 2 * line, "a hint has one line"
    assert "left: cause" in adas.sentences.toolTip()
    heights = []
    for text in ("Plugs in", QUESTION):
        adas.model.choose(place_of(adas, text))
        heights.append(adas.sentences.height())
        assert adas.sentences.verticalScrollBar().maximum() == 0, "all of it is in view"
    assert heights[0] < heights[1]
    adas.resize(330, 280)
    assert adas.sentences.height() <= 3 * line + 8, "in a low dock the rest scrolls"
    assert adas.sentences.verticalScrollBar().maximum() > 0


def test_the_sentences_say_how_long_an_answer_took(adas: SequenceView) -> None:
    number = place_of(adas, QUESTION)
    adas.model.choose(number)
    arrow = adas.model.chart.arrows[number]
    assert arrow.end_us is not None
    assert f"Answered after {(arrow.end_us - arrow.start_us) / 1e3:,.0f} ms." in adas.sentences.toPlainText()


def test_ctrl_and_arrow_keys_go_along_what_came_of_one_cause(qtbot: QtBot, adas: SequenceView) -> None:
    chart = adas.model.chart
    causes = [arrow.cause for arrow in chart.arrows if arrow.cause[0]]
    cause = next(each for each in causes if causes.count(each) > 1)
    siblings = [number for number, arrow in enumerate(chart.arrows) if arrow.cause == cause]
    adas.model.choose(siblings[0])
    seen = [adas.model.place]
    for _ in siblings:
        qtbot.keyClick(adas.chart, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
        seen.append(adas.model.place)
    assert seen == [*siblings, siblings[-1]]
    qtbot.keyClick(adas.chart, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert adas.model.place == siblings[-2]


def test_of_many_lifelines_those_in_view_have_names_and_a_chosen_arrow_both_its_ends(
    view: SequenceView, run: Run, cursor: Cursor, crowded: Path
) -> None:
    view.resize(410, 241)
    run.open(crowded)
    cursor.set_time(2 * 3_600 * S)
    chart = view.model.chart
    assert len(chart.lanes) == 9
    assert view.chart.horizontalScrollBar().maximum() == 0
    place = view.chart.picture().place
    assert all(place.gutter <= x <= place.width for x in place.lanes), "no arrow without its receiver"
    assert any(column.width <= FOLDED for column in place.columns)
    for number in range(0, len(chart.arrows), 7):
        view.model.choose(number)
        arrow, columns = view.model.chart.arrows[number], view.chart.picture().place.columns
        assert all(columns[end].width > FOLDED for end in (arrow.source, arrow.to) if end >= 0)
        x = round(columns[arrow.source].x)
        assert view.chart.tip_at(QPoint(x, 10)).startswith(view.model.chart.lanes[arrow.source].title)


def test_the_time_of_what_is_in_view_stands_at_the_left_even_when_its_first_arrow_does_not(
    adas: SequenceView, theme: Theme
) -> None:
    starts = [arrow.start_us // S for arrow in adas.model.chart.arrows]
    first = next(
        number for number in range(2, len(starts)) if starts[number - 1] == starts[number] == starts[number + 1]
    )
    adas.chart.verticalScrollBar().setValue(round(float(adas.chart.axis.start[first])) - 20)
    place = adas.chart.picture().place
    y = place.y(float(adas.chart.axis.start[first]))
    assert place.header.height < y < place.header.height + 40
    assert count(painted(adas), theme.muted, 4, y - 8, place.gutter - 12, y + 8) > 5


def test_the_view_hands_the_keyboard_to_the_chart(adas: SequenceView) -> None:
    adas.setFocus()
    assert adas.chart.hasFocus()


def test_damage_found_while_explaining_is_told_in_a_sentence(
    qtbot: QtBot, view: SequenceView, run: Run, cursor: Cursor, quickstart: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(quickstart, tmp_path / "bad.ocpirun"))
    run.open(path)
    cursor.select(Selection("driver", "Ada"))
    number = place_of(view, QUESTION)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE message")
    connection.close()
    with qtbot.waitSignal(run.closed):
        view.model.choose(number)
    assert "could not be read" in run.problem
    assert view.chart.nothing == run.problem


def test_a_moved_cursor_shows_what_is_in_sight_at_once_and_the_rest_when_it_rests(
    qtbot: QtBot, view: SequenceView, run: Run, cursor: Cursor, crowded: Path
) -> None:
    run.open(crowded)
    cursor.set_time(run.begin_us)
    qtbot.waitUntil(lambda: view.model.chart.messages >= 100)
    cursor.set_time((run.begin_us + run.end_us) // 2)
    assert 0 < view.model.chart.messages <= 30
    qtbot.waitUntil(lambda: view.model.chart.messages > 100)


def test_the_sign_of_another_day_stands_in_the_legend_and_in_the_tips(
    view: SequenceView, run: Run, cursor: Cursor, crowded: Path
) -> None:
    run.open(crowded)
    assert "day after" not in view.legend.accessibleDescription()
    cursor.set_time(run.end_us)
    view.chart.viewport().repaint()
    assert view.chart.other_days() == [("+1", "day after")]
    assert "day after" in view.legend.accessibleDescription()
    assert "+1: day after" in view.chart.tip_at(QPoint(5, view.chart.height() - 40))
