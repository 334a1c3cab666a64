"""Instruments: observers of what happens in a run. They see it as it is recorded and change nothing."""

from collections.abc import Callable, Iterable

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


class Instruments:
    """Those of a run: by kind of row the functions that want to see it, as most of what happens nobody looks at."""

    def __init__(self) -> None:
        self.exchange: list[Callable[[Exchange], None]] = []
        self.event: list[Callable[[EventRow], None]] = []
        self.state: list[Callable[[StateRow], None]] = []
        self.money: list[Callable[[MoneyRow], None]] = []

    def append(self, instrument: Instrument) -> None:
        """Let one more see what happens, after those that are here."""
        kind = type(instrument)
        if kind.exchange is not Instrument.exchange:
            self.exchange.append(instrument.exchange)
        if kind.event is not Instrument.event:
            self.event.append(instrument.event)
        if kind.state is not Instrument.state:
            self.state.append(instrument.state)
        if kind.money is not Instrument.money:
            self.money.append(instrument.money)

    def extend(self, instruments: Iterable[Instrument]) -> None:
        """Let more see what happens."""
        for instrument in instruments:
            self.append(instrument)
