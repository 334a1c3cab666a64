"""Which exchanges a filter takes, in order: numbers only, so that a million are found before a person looks up.

SQLite does the whole search and hands each part over as one text; with a connection a part, parts run side by side.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from simulator.filters.parse import parse
from simulator.filters.sql import Clause
from simulator.i18n import tr
from simulator.ocpi.describe import meaning
from simulator.recording.reader import Recording

Numbers: TypeAlias = NDArray[np.int64]
Order: TypeAlias = Literal["time", "from", "to", "meaning", "method", "path", "status", "hints", "duration"]

NONE: Final[Numbers] = np.empty(0, np.int64)
NONE.setflags(write=False)

IN_PLACE_SEQ: Final = 60_000
"""Up to this many rows are searched at once instead of in a thread: it takes less than a frame or two."""

_PART_ROWS: Final = 250_000
_MAPPED_BYTES: Final = 1 << 31
_LOOK_MS: Final = 10
_EVERYTHING: Final = parse("").clause
_EXPRESSIONS: Final[dict[Order, str]] = {
    "from": "m.call",
    "to": "m.call",
    "meaning": "m.call",
    "method": "m.call",
    "path": "m.about",
    "status": "ifnull(m.http_status, 0) * 100000 + ifnull(m.ocpi_status, 0)",
    "hints": "m.exchange",
    "duration": "m.duration_us",
}


_GRAVITY: Final = {"error": 10**12, "warning": 10**6, "note": 1}


class Wanted(Struct, frozen=True):
    """What to search: the messages that a clause takes, of the rows up to a sequence, smallest first by `order`.

    Exchanges are numbered in the order of their start, so their numbers alone are in order of time.
    """

    clause: Clause
    order: Order
    up_to_seq: int


def is_quick(wanted: Wanted) -> bool:
    """Whether a search takes too little time to do it in a thread."""
    return wanted.up_to_seq <= IN_PLACE_SEQ


def search(recording: Recording, wanted: Wanted) -> Numbers:
    """The numbers of the exchanges, in order, over a recording's own connection."""
    return _in_order(recording, wanted, [_part(recording, wanted, 0, wanted.up_to_seq)])


def search_file(path: Path, wanted: Wanted) -> Numbers:
    """The same, over connections of its own: as many parts as there are cores, for a long recording."""
    parts = 1 if _takes_all(wanted) else max(1, min(os.cpu_count() or 1, 4, wanted.up_to_seq // _PART_ROWS))
    edges = [wanted.up_to_seq * part // parts for part in range(parts + 1)]

    def work(from_seq: int, to_seq: int) -> Numbers:
        with Recording.open(path) as recording:
            recording.query(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
            return _part(recording, wanted, from_seq, to_seq)

    with ThreadPoolExecutor(parts) as pool:
        found = list(pool.map(work, edges, edges[1:]))
    with Recording.open(path) as recording:
        return _in_order(recording, wanted, found)


def _part(recording: Recording, wanted: Wanted, after_seq: int, to_seq: int) -> Numbers:
    """Exchange numbers, and under them what to order by, of the rows of a range of sequences."""
    clause, expression = wanted.clause, _EXPRESSIONS.get(wanted.order)
    columns = ["m.exchange"] if expression is None else ["m.exchange", expression]
    select = ", ".join(f"group_concat({column})" for column in columns)
    # The plus keeps SQLite from walking the wide table where the narrow index on exchanges has all that is wanted.
    seq = "+m.seq" if _takes_all(wanted) else "m.seq"
    ((*texts,),) = recording.query(
        f"{clause.tables} SELECT {select} FROM message m "
        f"WHERE {seq} > {after_seq} AND {seq} <= {to_seq} AND {clause.condition}",
        clause.parameters,
    )
    return np.stack([np.fromstring(text or "", np.int64, sep=",") for text in texts])


def _takes_all(wanted: Wanted) -> bool:
    """Whether the numbers of all exchanges are wanted, and nothing else."""
    return wanted.order == "time" and wanted.clause == _EVERYTHING


def _in_order(recording: Recording, wanted: Wanted, parts: list[Numbers]) -> Numbers:
    exchanges, *values = np.concatenate(parts, axis=1)
    if not values:
        return np.sort(exchanges, kind="stable")
    ranks = _ranks(recording, wanted.order)
    by = values[0] if ranks is None else ranks[np.minimum(values[0], len(ranks) - 1)]
    in_order: Numbers = exchanges[np.lexsort((exchanges, by))]
    return in_order


def _ranks(recording: Recording, order: Order) -> Numbers | None:
    """Places in their order by the id of a call, of what messages are about or of an exchange; None: values are in
    order. A number beyond the last has the rank of the last.
    """
    match order:
        case "path":
            rows = recording.query("SELECT id, path FROM about")
        case "from" | "to" | "method":
            column = {"from": "sender", "to": "receiver", "method": "method"}[order]
            rows = recording.query(f"SELECT id, {column} FROM call")
        case "meaning":
            rows = [
                (id, (module, words(route)))
                for id, module, route in recording.query("SELECT id, module, route FROM call")
            ]
        case "hints":
            return _gravity(recording)
        case _:
            return None
    places = {text: place for place, text in enumerate(sorted({text for _, text in rows}))}
    ranks = np.zeros(max((id for id, _ in rows), default=0) + 1, np.int64)
    for id, text in rows:
        ranks[id] = places[text]
    return ranks


def _gravity(recording: Recording) -> Numbers:
    """How grave the hints on each exchange are, by its number: more errors first of all, then warnings, then notes."""
    rows = recording.query("SELECT exchange, severity, count(*) FROM hint GROUP BY exchange, severity")
    gravity = np.zeros(max((exchange for exchange, *_ in rows), default=0) + 2, np.int64)
    for exchange, severity, count in rows:
        gravity[exchange] += min(count, 999_999) * _GRAVITY[severity]
    return gravity


def words(route: str) -> str:
    """What an exchange of a route means to a person, as far as that can be told without its body."""
    try:
        return tr(meaning(route))
    except ValueError:
        return route


class Search(QObject):
    """One search in a thread, so that the window stays quick; ends with `found` (Numbers) or `failed` (a sentence).

    `cancel` lets it end in silence; the thread then finishes by itself.
    """

    found = Signal(object)
    failed = Signal(str)

    def __init__(self, path: Path, wanted: Wanted, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wanted = wanted
        outcome: list[Numbers | Exception] = []

        # Not a method: the thread of a cancelled search must not hold on to this object.
        def work() -> None:
            try:
                outcome.append(search_file(path, wanted))
            except Exception as error:
                outcome.append(error)

        self._outcome = outcome
        self._thread = threading.Thread(target=work, name=f"searching {path.name}")
        self._look = QTimer(self)
        self._look.timeout.connect(self._tell)
        self._thread.start()
        self._look.start(_LOOK_MS)

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self._look.stop()
        self.deleteLater()

    def _tell(self) -> None:
        if not self._outcome:
            return
        self._look.stop()
        self._thread.join()
        (outcome,) = self._outcome
        self.deleteLater()
        if isinstance(outcome, Exception):
            self.failed.emit(tr("The messages could not be searched: {error}").format(error=outcome))
        else:
            self.found.emit(outcome)
