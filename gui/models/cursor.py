"""One time, one selection, one filter for every view: views meet here and nowhere else."""

from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Signal

Kind = Literal["", "message", "session", "token", "party", "link", "site", "evse", "driver"]


class Selection(NamedTuple):
    """What is selected. `id` is an exchange number for a message, `NL-ABC|NL-EMA` for a link, else its name."""

    kind: Kind = ""
    id: str = ""


NOTHING = Selection()


class Cursor(QObject):
    """The shared state of all views. Setting what is set already says nothing.

    `at_us` is simulated microseconds since the scenario's start. A selection may carry a time; then both change.
    """

    time_changed = Signal(object)
    selection_changed = Signal(object)
    filter_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._at_us = 0
        self._selection = NOTHING
        self._filter = ""

    @property
    def at_us(self) -> int:
        """Where the time cursor stands."""
        return self._at_us

    @property
    def selection(self) -> Selection:
        """What is selected."""
        return self._selection

    @property
    def filter(self) -> str:
        """The filter in the words of simulator.filters; empty shows all."""
        return self._filter

    def set_time(self, at_us: int) -> None:
        """Move the time cursor."""
        if at_us != self._at_us:
            self._at_us = at_us
            self.time_changed.emit(at_us)

    def select(self, selection: Selection, at_us: int | None = None) -> None:
        """Select, and move to where the selected thing is in time if that is given."""
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit(selection)
        if at_us is not None:
            self.set_time(at_us)

    def set_filter(self, text: str) -> None:
        """Filter all views."""
        if text != self._filter:
            self._filter = text
            self.filter_changed.emit(text)
