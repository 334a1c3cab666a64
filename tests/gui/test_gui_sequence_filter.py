"""The window's filter in the sequence view: of a story what it takes and what led there, around the cursor no more."""

from pathlib import Path

import numpy as np
import pytest
from gui_sequence_scene import S, Scene
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.models.sequence_chart import Arrow
from gui.theme import Theme
from gui.views.sequence import SequenceView

HOUR = 3_600 * S


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> SequenceView:
    view = SequenceView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(900, 700)
    with qtbot.waitExposed(view):
        view.show()
    return view


def words(view: SequenceView, *, context: bool) -> list[str]:
    return [arrow.text for arrow in view.model.chart.arrows if arrow.is_context is context]


def test_a_story_keeps_what_is_taken_and_what_led_to_it(
    view: SequenceView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"))
    whole = view.model.chart
    cursor.set_filter("module:cdrs")
    assert words(view, context=False) == ["Bill for a session (CDR)"]
    assert words(view, context=True) == ["Asks the app to stop", "RequestStopTransaction", "TransactionEvent Ended"]
    assert (view.model.chart.messages, view.model.chart.hidden) == (1, whole.messages - 1)
    assert view._title.toolTip() == f"The visit of Ada: 1 of {whole.messages} (filter)"
    assert "led to it, not of the filter" in view.legend.accessibleDescription()
    cursor.set_filter("")
    assert view.model.chart == whole
    assert view._title.toolTip() == f"The visit of Ada: {whole.messages} OCPI messages"
    assert "filter" not in view.legend.accessibleDescription()


def test_the_keys_lead_along_causes_past_what_is_hidden(
    view: SequenceView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"))
    cursor.set_filter("module:cdrs")
    view.model.choose(len(view.model.chart.arrows) - 1)
    trail = []
    for _ in view.model.chart.arrows:
        trail.append(view.model.chart.arrows[view.model.place].text)
        view.model.to_cause()
    assert trail == [
        "Bill for a session (CDR)", "TransactionEvent Ended", "RequestStopTransaction", "Asks the app to stop",
    ]  # fmt: skip


def test_lifelines_without_an_arrow_make_room(view: SequenceView, run: Run, cursor: Cursor, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "three.ocpirun")
    scene.message(0, "NL-ABC", "NL-EMA", session_id="s")
    scene.message(S, "NL-ABC", "NL-NOM", session_id="s")
    run.open(scene.close())
    cursor.select(Selection("session", "s"))
    assert [lane.title for lane in view.model.chart.lanes] == ["NL-ABC", "NL-EMA", "NL-NOM"]
    cursor.set_filter("to:NL-NOM")
    assert [lane.title for lane in view.model.chart.lanes] == ["NL-ABC", "NL-NOM"]
    assert [(arrow.source, arrow.to) for arrow in view.model.chart.arrows] == [(0, 1)]


def test_a_story_of_which_nothing_is_taken_says_so(
    view: SequenceView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"))
    cursor.set_filter("status>=400")
    assert view.model.chart.arrows == ()
    assert "The filter takes no message here" in view.chart.nothing
    assert "0 of 17 (filter)" in view._title.toolTip()
    assert (view.sentences.toPlainText(), view.sentences.height()) == ("", 0)


@pytest.mark.parametrize("selection", [Selection(), Selection("party", "NL-E01"), Selection("link", "NL-E01|NL-C02")])
def test_around_the_cursor_are_the_nearest_that_are_taken(
    view: SequenceView, run: Run, cursor: Cursor, crowded: Path, selection: Selection
) -> None:
    run.open(crowded)
    cursor.set_time(4 * HOUR)
    cursor.select(selection)
    cursor.set_filter("module:sessions from:NL-C02")
    taken = run.filtered.exchanges
    assert taken is not None
    assert run.recording is not None
    wanted = [run.recording.message(int(exchange)) for exchange in taken]
    if selection.kind:
        wanted = [message for message in wanted if message.receiver == "NL-E01"]
    before = [message.exchange for message in wanted if message.start_us <= cursor.at_us][-100:]
    after = [message.exchange for message in wanted if message.start_us > cursor.at_us][:100]
    shown = [arrow.key[1] for arrow in view.model.chart.arrows]
    assert before
    assert after
    assert sorted(shown) == [*before, *after]


def test_a_growing_run_brings_what_the_filter_takes(
    qtbot: QtBot, view: SequenceView, run: Run, cursor: Cursor, tmp_path: Path
) -> None:
    scene = Scene(tmp_path / "live.ocpirun")
    scene.recorder.set_meta("state", "live")
    scene.message(0, "NL-ABC", "NL-EMA", session_id="s")
    scene.recorder.flush()
    run.open(scene.path)
    cursor.select(Selection("session", "s"))
    cursor.set_filter("module:cdrs")
    assert view.model.chart.arrows == ()
    scene.message(S, "NL-ABC", "NL-EMA", session_id="s")
    scene.message(S, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", session_id="s")
    scene.recorder.flush()
    qtbot.waitUntil(lambda: modules(view.model.chart.arrows) == ["cdrs"])
    assert np.array_equal(run.filtered.exchanges, [3])
    scene.close()


def modules(arrows: tuple[Arrow, ...]) -> list[str]:
    return [arrow.module for arrow in arrows]
