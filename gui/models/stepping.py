"""Step, step back and jump: from message to message, as far as the filter takes them.

At the edge of a live run the engine itself steps, one row after the other, until a message is there.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal

from gui.models.cursor import NOTHING, Cursor, Selection
from gui.models.facts import Facts
from gui.models.filtered import Filtered
from gui.models.standing import step_from
from gui.models.steering import Steering
from gui.models.steps import Direction, Step, next_row
from gui.models.tail import Tail
from simulator.control.client import ControlReport
from simulator.i18n import tr

MOST_STEPS: Final = 2_000
"""After so many steps of the engine without a message the person at the window is asked whether to go on."""


class Stepping(QObject):
    """Moves the cursor along the messages of the open recording.

    `said`: a sentence why a step led nowhere. `at_end`: the engine has stepped, and brought no message.
    """

    said = Signal(str)
    at_end = Signal()

    def __init__(self, facts: Facts, filtered: Filtered, cursor: Cursor) -> None:
        super().__init__(facts)
        self._facts = facts
        self._filtered = filtered
        self._cursor = cursor
        self._front: Step | None = None
        self._after_search: Callable[[], None] | None = None
        self._number = 0
        self._engine_steps = False
        # Queued, so that whatever the result brings to the views is there when the step is taken.
        filtered.searching.connect(self._searched, Qt.ConnectionType.QueuedConnection)

    def forget(self) -> None:
        """Another recording comes, or none."""
        self._front = self._after_search = None
        self.stop()

    def stop(self) -> None:
        """Let the engine step no further than it is stepping now; nothing is said of that."""
        self._engine_steps = False

    def step(self, tail: Tail | None, steering: Steering | None) -> None:
        """Go to the next message; where the recording has none and an engine steers, let it step."""
        recording = self._facts.recording
        if recording is None or self._engine_steps or self._waits(lambda: self.step(tail, steering)):
            return
        # A message that ends later may have started earlier, so what the engine brings is taken as it comes.
        front = self._front
        if front is not None and self._cursor.selection == Selection("message", str(front.exchange)):
            found = self._first_after(front.seq)
            if found is not None:
                self._show(found)
                return
        elif self._go(1):
            return
        if tail is not None and steering is not None:
            self._number += 1
            self._engine_steps = True
            self._step_engine(steering, tail, tail.seq, MOST_STEPS)
        else:
            self._say_end(tr("The filter takes no later message."), tr("There is no later message."))

    def step_back(self) -> None:
        """Go to the previous message."""
        if self._facts.recording is not None and not self._waits(self.step_back) and not self._go(-1):
            self._say_end(tr("The filter takes no earlier message."), tr("There is no earlier message."))

    def jump(self, direction: Direction) -> None:
        """Go to the next or previous message about what is selected."""
        selection = self._cursor.selection
        if selection == NOTHING:
            self.said.emit(
                tr("Select a message, session, party, link, site or EVSE first: jumps go along its messages.")
            )
        elif self._waits(lambda: self.jump(direction)) or self._go(direction, selection):
            return
        elif direction > 0:
            self._say_end(
                tr("The filter takes no later message of the selection."), tr("The selection has no later message.")
            )
        else:
            self._say_end(
                tr("The filter takes no earlier message of the selection."), tr("The selection has no earlier message.")
            )

    def _waits(self, step: Callable[[], None]) -> bool:
        """While the filter's messages are still searched, the last step asked for waits for them."""
        if self._filtered.is_busy:
            self._after_search = step
        return self._filtered.is_busy

    def _searched(self) -> None:
        if self._after_search is not None and not self._filtered.is_busy:
            step, self._after_search = self._after_search, None
            step()

    def _go(self, direction: Direction, selection: Selection | None = None) -> bool:
        """Select the neighbour of where the cursor stands; False if there is none."""
        recording = self._facts.recording
        if recording is None:
            return False
        self._filtered.take_in()
        found = None
        with self._facts.reading():
            found = step_from(recording, self._cursor, direction, selection, self._filtered.exchanges)
        if found is not None:
            self._cursor.select(Selection("message", str(found.exchange)), found.start_us)
        return found is not None

    def _show(self, step: Step) -> None:
        """Select what the engine has brought, and remember it as the front."""
        self._front = step
        self._cursor.select(Selection("message", str(step.exchange)), step.start_us)

    def _say_end(self, filtered: str, everything: str) -> None:
        if not self._facts.problem:
            self.said.emit(filtered if self._filtered.active else everything)

    # Steps of the engine

    def _first_after(self, seq: int) -> Step | None:
        recording = self._facts.recording
        self._filtered.take_in()
        found = None
        if recording is not None:
            with self._facts.reading():
                found = next_row(recording, seq, self._filtered.mask)
        return found

    def _step_engine(self, steering: Steering, tail: Tail, after_seq: int, left: int) -> None:
        number = self._number

        def stepped(report: ControlReport) -> None:
            # Who has stopped it may have started it again since.
            if not self._engine_steps or number != self._number:
                return
            tail.drain()
            found = self._first_after(after_seq)
            if found is None and report.state == "paused" and left > 1:
                self._step_engine(steering, tail, after_seq, left - 1)
                return
            self._engine_steps = False
            if found is not None:
                self._show(found)
                return
            self.at_end.emit()
            self._say_end(*_ends(report.state == "ended"))

        steering.step(stepped)


def _ends(has_ended: bool) -> tuple[str, str]:
    """Why the engine's steps brought no message, with a filter and without."""
    if has_ended:
        return (
            tr("The run has ended, and the filter takes no later message."),
            tr("The run has ended without another message."),
        )
    count = f"{MOST_STEPS:,}"
    return (
        tr("No message that the filter takes came in {count} steps of the run. Step again to go on.").format(
            count=count
        ),
        tr("No message came in {count} steps of the run. Step again to go on.").format(count=count),
    )
