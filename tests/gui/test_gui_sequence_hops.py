"""A chart with its hubs left out: both legs are one arrow that says through whom it went."""

from collections.abc import Callable
from pathlib import Path

import pytest
from gui_sequence_scene import S, Scene, arrow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.models.sequence_chart import Arrow, Chart, Lane, LaneKind
from gui.models.sequence_hops import without_hubs
from gui.paint import sequence
from gui.paint.sequence_legend import legend_entries
from gui.theme import Theme
from gui.views.sequence import SequenceView


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "hops.ocpirun")


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> SequenceView:
    view = SequenceView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    return view


def through_hub(scene: Scene, at_us: int, receiver: str = "NL-EMA", **fields: object) -> tuple[int, int]:
    """Both legs of a message of NL-ABC."""
    inbound = scene.message(at_us, "NL-ABC", "NL-HUB", end_us=at_us + 90_000, session_id="S1")
    onward = scene.message(
        at_us + 20_000, "NL-HUB", receiver, cause_kind="message", cause=inbound, session_id="S1", **fields
    )
    return inbound, onward


def ends(chart: Chart) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(chart.lanes[each.source].title, chart.lanes[each.to].title, each.via) for each in chart.arrows]


def open_story(view: SequenceView, run: Run, cursor: Cursor, scene: Scene) -> None:
    run.open(scene.close())
    cursor.select(Selection("session", "S1"))


def arrow_of(view: SequenceView) -> Arrow:
    (only,) = view.model.chart.arrows
    return only


def test_two_legs_are_one_arrow(view: SequenceView, run: Run, cursor: Cursor, scene: Scene) -> None:
    legs = through_hub(scene, S)
    open_story(view, run, cursor, scene)
    assert ends(view.model.chart) == [("NL-ABC", "NL-HUB", ()), ("NL-HUB", "NL-EMA", ())]
    view.hubs.setChecked(False)
    way = arrow_of(view)
    assert ends(view.model.chart) == [("NL-ABC", "NL-EMA", ("NL-HUB",))]
    assert way.legs == tuple(("message", leg) for leg in legs)
    assert way.remark == "via NL-HUB"
    assert (way.start_us, way.end_us) == (S, S + 90_000)
    assert view.model.chart.messages == 2
    view.hubs.setChecked(True)
    assert len(view.model.chart.arrows) == 2


@pytest.mark.parametrize("leg", [0, 1])
def test_either_leg_leads_to_the_arrow(view: SequenceView, run: Run, cursor: Cursor, scene: Scene, leg: int) -> None:
    legs = through_hub(scene, S)
    open_story(view, run, cursor, scene)
    view.hubs.setChecked(False)
    cursor.select(Selection("message", str(legs[leg])))
    assert view.model.place == 0
    assert arrow_of(view).via


def test_a_push_to_many_is_an_arrow_to_each(view: SequenceView, run: Run, cursor: Cursor, scene: Scene) -> None:
    inbound, _ = through_hub(scene, S)
    scene.message(S + 30_000, "NL-HUB", "NL-NOM", cause_kind="message", cause=inbound, session_id="S1")
    open_story(view, run, cursor, scene)
    view.hubs.setChecked(False)
    assert ends(view.model.chart) == [("NL-ABC", "NL-EMA", ("NL-HUB",)), ("NL-ABC", "NL-NOM", ("NL-HUB",))]
    assert view.model.chart.messages == 3


def test_a_leg_that_went_no_further_stays(view: SequenceView, run: Run, cursor: Cursor, scene: Scene) -> None:
    scene.message(S, "NL-ABC", "NL-HUB", session_id="S1", ocpi_status=2000)
    open_story(view, run, cursor, scene)
    view.hubs.setChecked(False)
    assert ends(view.model.chart) == [("NL-ABC", "NL-HUB", ())]


def test_what_failed_behind_the_hub_is_seen(view: SequenceView, run: Run, cursor: Cursor, scene: Scene) -> None:
    through_hub(scene, S, final="lost", http_status=None, ocpi_status=None, arrive_us=None, handled_us=None)
    open_story(view, run, cursor, scene)
    view.hubs.setChecked(False)
    way = arrow_of(view)
    assert (way.fate, way.broken, way.failed) == ("lost", "request", True)


@pytest.mark.parametrize(("text", "shown"), [("to:NL-HUB", 1), ("from:NL-HUB", 1), ("to:NL-NOM", 0)])
def test_a_filter_that_takes_one_leg_takes_the_way(
    view: SequenceView, run: Run, cursor: Cursor, scene: Scene, text: str, shown: int
) -> None:
    through_hub(scene, S)
    open_story(view, run, cursor, scene)
    view.hubs.setChecked(False)
    cursor.set_filter(text)
    assert sum(bool(each.via) for each in view.model.chart.arrows) == shown


def test_two_hubs_in_a_row_are_one_way() -> None:
    kinds: tuple[LaneKind, ...] = ("CPO", "HUB", "HUB", "EMSP")
    lanes = tuple(Lane(f"P{place}", f"P{place}", "", "", kind) for place, kind in enumerate(kinds))
    legs = [
        arrow(number, number * S, source=number, to=number + 1, cause=("message", number - 1)) for number in range(3)
    ]
    chart = without_hubs(Chart("", lanes, tuple(legs), is_story=True))
    assert ends(chart) == [("P0", "P3", ("P1", "P2"))]
    assert chart.arrows[0].legs == tuple(("message", number) for number in range(3))


@pytest.mark.parametrize("text", ["to:NL-HUB", "from:NL-HUB"])
def test_around_the_cursor_the_other_leg_is_found(
    view: SequenceView, run: Run, cursor: Cursor, scene: Scene, text: str
) -> None:
    through_hub(scene, S)
    scene.message(2 * S, "NL-EMA", "NL-ABC", "commands.sender.post_result")
    run.open(scene.close())
    view.around.click()
    view.hubs.setChecked(False)
    cursor.set_filter(text)
    assert ends(view.model.chart) == [("NL-ABC", "NL-EMA", ("NL-HUB",))]


def test_the_way_past_a_hub_is_drawn_otherwise(
    view: SequenceView, run: Run, cursor: Cursor, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_hub(scene, S)
    open_story(view, run, cursor, scene)
    view.hubs.setChecked(False)
    with_zigzag = painted(view)
    plain = arrow_of(view)._replace(via=())
    view.model.show(view.model.chart._replace(arrows=(plain,)))
    assert painted(view) != with_zigzag


def painted(view: SequenceView) -> QImage:
    return view.chart.grab().toImage()


def test_a_label_that_reaches_over_the_zigzag_is_not_painted_over(
    view: SequenceView, run: Run, cursor: Cursor, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_hub(scene, S)
    open_story(view, run, cursor, scene)
    view.hubs.setChecked(False)
    painted_in_order: list[str] = []
    for name in ("paint_way", "paint_label"):
        paint = getattr(sequence, name)

        def noted(*args: object, name: str = name, paint: Callable[..., None] = paint) -> None:
            painted_in_order.append(name)
            paint(*args)

        monkeypatch.setattr(sequence, name, noted)
    painted(view)
    assert painted_in_order == ["paint_way", "paint_label"]


def test_the_legend_tells_of_the_bar_that_joins_two_legs(
    view: SequenceView, run: Run, cursor: Cursor, scene: Scene
) -> None:
    through_hub(scene, S)
    open_story(view, run, cursor, scene)
    assert "passed on by the hub" in view.legend.accessibleDescription()
    view.hubs.setChecked(False)
    assert "passed on by the hub" not in view.legend.accessibleDescription()
    assert "through a hub that is not shown" in view.legend.accessibleDescription()


@pytest.mark.parametrize(("kind", "is_told"), [("charger", True), ("driver", False)])
def test_the_legend_tells_of_the_border_where_there_is_one(theme: Theme, kind: LaneKind, is_told: bool) -> None:
    lanes = (Lane("E1", "E1", "", "", kind), Lane("NL-ABC", "NL-ABC", "", "", "CPO"))
    entries = legend_entries(Chart("", lanes, (arrow(1, S),), is_story=True), theme)
    assert ("border of OCPP and OCPI" in [entry.text for entry in entries]) is is_told


def routed(scene: Scene, at_us: int) -> tuple[int, int]:
    """Both legs of a message whose first leg is answered when the second is."""
    inbound = scene.message(
        at_us, "NL-ABC", "NL-HUB", handled_us=at_us + 60_000, end_us=at_us + 90_000, session_id="S1"
    )
    onward = scene.message(at_us + 10_000, "NL-HUB", "NL-EMA", cause_kind="message", cause=inbound, session_id="S1")
    return inbound, onward


def answer_of(view: SequenceView, number: int) -> QPoint:
    """The middle of an answer, in the viewport."""
    picture = view.chart.picture()
    arrow = picture.chart.arrows[number]
    x = (picture.place.lanes[arrow.source] + picture.place.lanes[arrow.to]) / 2
    return QPoint(round(x), round(picture.place.y(float(picture.axis.end[number]))))


def test_a_click_on_an_answer_below_the_leg_onward_chooses_its_request(
    qtbot: QtBot, view: SequenceView, run: Run, cursor: Cursor, scene: Scene
) -> None:
    inbound, onward = routed(scene, S)
    open_story(view, run, cursor, scene)
    assert answer_of(view, 1).y() < answer_of(view, 0).y(), "a hub answers when it is answered"
    for number, leg in ((0, inbound), (1, onward)):
        qtbot.mouseClick(view.chart.viewport(), Qt.MouseButton.LeftButton, pos=answer_of(view, number))
        assert cursor.selection == Selection("message", str(leg))


def test_the_keys_go_along_requests_wherever_their_answers_lie(
    qtbot: QtBot, view: SequenceView, run: Run, cursor: Cursor, scene: Scene
) -> None:
    legs = [*routed(scene, S), *routed(scene, 2 * S)]
    open_story(view, run, cursor, scene)
    view.model.choose(0)
    met = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(view.chart, key)
        met.append(cursor.selection.id)
    assert met == [str(legs[place]) for place in (1, 0, 1, 2, 3)]


def test_the_bar_at_a_hub_reaches_to_its_answer(
    view: SequenceView, run: Run, cursor: Cursor, scene: Scene, theme: Theme
) -> None:
    """But only to the last leg onward where the hub has answered before it asked."""
    routed(scene, S)
    through_hub(scene, 2 * S)
    open_story(view, run, cursor, scene)
    picture, image = view.chart.picture(), view.chart.viewport().grab().toImage()
    hub = next(number for number, lane in enumerate(picture.chart.lanes) if lane.kind == "HUB")
    beside = round(picture.place.lanes[hub]) + 1

    def is_bar(height: float) -> bool:
        return image.pixelColor(beside, round(picture.place.y(height))) == theme.module("sessions")

    axis = picture.axis
    assert is_bar(float(axis.end[0]) - 2)
    assert not is_bar(float(axis.end[0]) + 4)
    assert is_bar(float(axis.start[3]) - 2)
    assert not is_bar(float(axis.start[3]) + 5)
