"""Which messages the window's filter takes: one search for all views, and from then on one test a new message.

What is remarked on a message may be written after it: a filter that asks for hints searches a growing run anew, now and
then. Views hear of the filter here and not from the cursor, so that they all show the same result at the same time.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from gui.models.cursor import Cursor
from gui.models.facts import Facts
from gui.models.message_search import NONE, Numbers, Search, Wanted, is_quick, search
from simulator.filters.errors import FilterError
from simulator.filters.instants import Origin
from simulator.filters.parse import Filter, parse
from simulator.recording.reader import Batch, Recording

REFRESH_MS: Final = 100
RUSH_MS: Final = 500
"""Where time rushes past, nobody reads a row before it is gone."""
_EVERYTHING: Final = parse("")


class Filtered(QObject):
    """The exchanges that the cursor's filter takes, of the rows of the run that were seen so far.

    `changed`: the result is another one. Before it comes `replaced` (a whole new result) or `added` (Numbers, sorted:
    what a growing run brought). Neither comes when a run is opened or closed: who hears that, starts afresh with what
    is here by then. `searching`: `is_busy` has changed; views keep showing the former result until `changed`.
    `failed`: a sentence why a filter cannot be read or searched with, also in `problem`; the former result stays.
    """

    changed = Signal()
    replaced = Signal()
    added = Signal(object)
    searching = Signal()
    failed = Signal(str)

    def __init__(self, facts: Facts, cursor: Cursor) -> None:
        """For Run, which tells it of `opened`, `grown` and `closed` before anybody else hears of that."""
        super().__init__(facts)
        self._facts = facts
        self._filter = self._wanted = _EVERYTHING
        self._text = self._problem = ""
        self._exchanges: Numbers | None = None
        self._total = 0
        self._seen_seq = 0
        self._waiting: list[int] = []
        self._is_stale = False
        self._search: Search | None = None
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.timeout.connect(self.take_in)
        cursor.filter_changed.connect(self._look)

    @property
    def exchanges(self) -> Numbers | None:
        """The sorted numbers of the exchanges that are taken; None: no filter is set, and all are."""
        return self._exchanges

    @property
    def active(self) -> bool:
        """Whether a filter is in force."""
        return self._exchanges is not None

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filter

    @property
    def count(self) -> int:
        """How many messages are taken."""
        return self._total if self._exchanges is None else len(self._exchanges)

    @property
    def total(self) -> int:
        """How many messages were seen, taken or not."""
        return self._total

    @property
    def is_busy(self) -> bool:
        """Whether a search goes on; the result is still the one before."""
        return self._search is not None

    @property
    def problem(self) -> str:
        """Why the cursor's filter is not the one in force: a sentence, or empty."""
        return self._problem

    def takes(self, exchange: int) -> bool:
        """Whether an exchange is taken."""
        if self._exchanges is None:
            return True
        place = int(np.searchsorted(self._exchanges, exchange))
        return place < len(self._exchanges) and int(self._exchanges[place]) == exchange

    def mask(self, exchanges: Numbers) -> NDArray[np.bool_]:
        """For each of these exchanges whether it is taken."""
        if self._exchanges is None:
            return np.ones(len(exchanges), np.bool_)
        if not len(self._exchanges):
            return np.zeros(len(exchanges), np.bool_)
        places = np.minimum(np.searchsorted(self._exchanges, exchanges), len(self._exchanges) - 1)
        taken: NDArray[np.bool_] = self._exchanges[places] == exchanges
        return taken

    # What the run tells

    def opened(self, recording: Recording, seen_seq: int) -> None:
        """A recording was opened or read anew, of which `seen_seq` rows will not come through `grown`."""
        self._seen_seq = seen_seq
        self._total = 0
        with self._facts.reading():
            self._total = recording.query("SELECT count(*) FROM message")[0][0]
        # A time of day in the filter means another instant now.
        self._look(self._text, quietly=True)

    def closed(self) -> None:
        """There is no recording, or there will soon be another."""
        self._seen_seq = self._total = 0
        self._give_up()
        self._replace(_EVERYTHING, None, quietly=True)

    def grown(self, batch: Batch, *, rushes: bool) -> None:
        """New rows came; their messages are in the result within a moment."""
        self._seen_seq = batch.last_seq
        self._total += len(batch.exchanges)
        if self._wanted is _EVERYTHING:
            return
        matches = self._wanted.matches
        if matches is None:
            # Hints come before, with and after their messages: only a search of all can tell.
            self._is_stale = True
            rushes = True
        else:
            with self._facts.reading():
                self._waiting += [message.exchange for message in batch.messages if matches(message)]
        if (self._waiting or self._is_stale) and self._search is None and not self._refresh.isActive():
            self._refresh.start(RUSH_MS if rushes else REFRESH_MS)

    def take_in(self) -> None:
        """Put into the result what waits to be put there, for somebody who cannot wait."""
        self._refresh.stop()
        if self._search is not None or self._exchanges is None:
            return
        if self._is_stale:
            self._search_for(self._wanted)
        if not self._waiting:
            return
        new = np.array(sorted(self._waiting), np.int64)
        self._waiting.clear()
        # What comes has started lately: only the end of the result has to be put in order again.
        place = int(np.searchsorted(self._exchanges, new[0]))
        end = np.sort(np.concatenate((self._exchanges[place:], new)), kind="stable")
        self._exchanges = np.concatenate((self._exchanges[:place], end))
        self.added.emit(new)
        self.changed.emit()

    # Searching

    def _look(self, text: str, *, quietly: bool = False) -> None:
        """Search anew; a search that goes on is given up."""
        recording = self._facts.recording
        try:
            wanted = parse(text, None if recording is None else Origin(self._facts.start_epoch_us, self._facts.zone))
        except FilterError as error:
            self._fail(error.sentence)
            return
        self._text, self._problem = text, ""
        self._give_up()
        if recording is None or wanted.clause == _EVERYTHING.clause:
            self._replace(_EVERYTHING, None, quietly=quietly)
            return
        self._search_for(wanted, quietly=quietly)

    def _search_for(self, wanted: Filter, *, quietly: bool = False) -> None:
        recording = self._facts.recording
        if recording is None:
            return
        self._wanted = wanted
        self._is_stale = False
        task = Wanted(wanted.clause, "time", self._seen_seq)
        if is_quick(task):
            found = NONE
            with self._facts.reading():
                found = search(recording, task)
            self._replace(wanted, found, quietly=quietly)
            return
        self._search = Search(recording.path, task, self)
        self._search.found.connect(self._found)
        self._search.failed.connect(self._not_found)
        self.searching.emit()

    def _give_up(self) -> None:
        self._refresh.stop()
        self._waiting.clear()
        self._is_stale = False
        if self._search is not None:
            self._search.cancel()
            self._search = None
            self.searching.emit()

    def _found(self, exchanges: Numbers) -> None:
        self._search = None
        self.searching.emit()
        self._replace(self._wanted, exchanges)
        if self._is_stale:
            self._refresh.start(RUSH_MS)
        else:
            self.take_in()

    def _not_found(self, sentence: str) -> None:
        self._give_up()
        self._wanted = self._filter
        self._fail(sentence)

    def _fail(self, sentence: str) -> None:
        self._problem = sentence
        self.failed.emit(sentence)

    def _replace(self, wanted: Filter, exchanges: Numbers | None, *, quietly: bool = False) -> None:
        was_active, before = self.active, self._exchanges
        is_same = wanted is self._filter
        self._filter = self._wanted = wanted
        self._exchanges = exchanges
        # Searched anew while the run grew: mostly there is more, and nothing is gone.
        if is_same and before is not None and exchanges is not None:
            new = np.setdiff1d(exchanges, before, assume_unique=True)
            if len(before) + len(new) == len(exchanges):
                if len(new):
                    self.added.emit(new)
                    self.changed.emit()
                return
        if not quietly and (was_active or exchanges is not None):
            self.replaced.emit()
            self.changed.emit()
