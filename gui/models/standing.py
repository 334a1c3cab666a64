"""From which message a step goes on: the cursor stands at an instant, and may have one of that instant's selected."""

from gui.models.cursor import Cursor, Selection
from gui.models.steps import Direction, Numbers, Step, last_started, neighbour
from simulator.recording.reader import Recording


def step_from(
    recording: Recording,
    cursor: Cursor,
    direction: Direction,
    selection: Selection | None = None,
    among: Numbers | None = None,
) -> Step | None:
    """The next (1) or previous (-1) message of all or of the selection, as far as it is `among` those that count.

    None at an end.
    """
    return neighbour(recording, _standing_at(recording, cursor, direction), direction, selection, among)


def _standing_at(recording: Recording, cursor: Cursor, direction: Direction) -> int:
    """The exchange to go on from: the selected one if it starts where the cursor stands; else those at the cursor's
    instant are still to come in either direction.
    """
    at_us = cursor.at_us
    kind, name = cursor.selection
    if kind == "message":
        chosen = neighbour(recording, int(name) - 1, 1)
        if chosen is not None and chosen.start_us == at_us:
            return int(name)
    return last_started(recording, at_us - 1) if direction > 0 else last_started(recording, at_us) + 1
