"""Instruments: observers of what happens in a run. They see it as it is recorded and change nothing."""

from simulator.engine.exchange import Exchange
from simulator.recording.rows import EventRow, MoneyRow, StateRow


class Instrument:
    """Base of observers: override what you want to see. Called in the order of the recording, within the step."""

    def exchange(self, exchange: Exchange) -> None:
        """An exchange reached its final state."""

    def event(self, row: EventRow) -> None:
        """Something happened in the street or at a link."""

    def state(self, row: StateRow) -> None:
        """A holder learned a new state of an entity."""

    def money(self, row: MoneyRow) -> None:
        """An amount came to be owed or admitted."""
