"""The writer thread's half of the recorder: turns a batch of rows into one transaction.

sqlite3 lets go of the interpreter's lock at each step of a statement, and gets it back from a busy engine only after
up to one switch interval (sys.setswitchinterval, 5 ms by default). Rows are therefore inserted by the hundred, one step
for up to 512 of them, never by executemany.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from simulator.recording.bodies import ChunkBuilder
from simulator.recording.digest import Digest, HeaderOrder
from simulator.recording.finish import finish
from simulator.recording.keyframes import Keyframes
from simulator.recording.names import NameBook
from simulator.recording.rows import (
    CommandRow,
    EventRow,
    HintRow,
    Level,
    MessageRow,
    MoneyRow,
    SequencedRow,
    StateRow,
)
from simulator.recording.series import SeriesFolder

ROWS_A_STATEMENT: Final = 512
_MINUTE_US: Final = 60_000_000

Sample = tuple[str, str, str, int, float]
Values = tuple[Any, ...]
TrafficKey = tuple[int, str, str, str, str, int, int]


@dataclass(slots=True)
class Batch:
    """What the engine's thread hands over at once; `first_seq` is the sequence of the first of `rows`."""

    first_seq: int
    rows: list[SequencedRow] = field(default_factory=list)
    commands: list[tuple[int, CommandRow]] = field(default_factory=list)
    hints: list[tuple[int, HintRow]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    last_meta: Mapping[str, str] | None = None
    done: threading.Event | None = None


class Inserter:
    """Inserts rows into one table with as few statements as powers of two allow."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self._width = sum("?" in column for column in columns)
        row = f"({', '.join(columns)})"
        self._statements = {
            1 << power: f"INSERT INTO {table} VALUES {', '.join([row] * (1 << power))}"
            for power in range(ROWS_A_STATEMENT.bit_length())
        }

    def insert(self, connection: sqlite3.Connection, flat: list[Any]) -> None:
        """Insert rows whose values lie one after another in `flat`, and empty it."""
        width, begin, left = self._width, 0, len(flat) // self._width
        while left:
            size = min(ROWS_A_STATEMENT, 1 << (left.bit_length() - 1))
            connection.execute(self._statements[size], flat[begin : begin + size * width])
            begin += size * width
            left -= size
        flat.clear()


_TEXT: Final = "CAST(? AS TEXT)"
_TRAFFIC: Final = """INSERT INTO traffic VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET
    count = count + excluded.count, request_bytes = request_bytes + excluded.request_bytes,
    response_bytes = response_bytes + excluded.response_bytes"""


class Committer:
    """Owns the connection; `commit` takes batches in order, `close` finishes the file and returns the digest."""

    def __init__(self, connection: sqlite3.Connection, level: Level, names: NameBook, keyframes: Keyframes) -> None:
        self._connection = connection
        self._messages_kept = level != "aggregates"
        self._bodies_kept = level == "full"
        self._names = names
        self._digest = Digest()
        self._header_order = HeaderOrder()
        self._chunks = ChunkBuilder()
        self._keyframes = keyframes
        self._series = SeriesFolder()
        self._traffic: dict[TrafficKey, list[int]] = {}
        self._holdings: list[tuple[int, int]] = []
        self._flat: dict[str, list[Any]] = {table: [] for table in _COLUMNS}
        self._folded: list[int] = []

    def commit(self, batches: Sequence[Batch]) -> int:
        """One transaction of all that the batches hold; returns the last sequence. Raises sqlite3.Error."""
        connection, flat = self._connection, self._flat
        last_seq = 0
        meta: dict[str, str] = {}
        for batch in batches:
            last_seq = self._take_rows(batch)
            for seq, command in batch.commands:
                flat["command"] += (seq, command.at_us, command.command, command.data)
            for seq, hint in batch.hints:
                flat["hint"] += (seq, hint.at_us, hint.exchange, hint.rule, hint.severity)
                flat["hint"] += (hint.sentence, hint.path, hint.section)
            self._series.add(batch.samples)
            meta |= batch.meta
        meta["last_seq"] = str(last_seq)
        self._chunks.finish()
        self._collect()
        connection.execute("BEGIN IMMEDIATE")
        if self._folded:
            connection.execute(f"DELETE FROM sample WHERE series IN ({', '.join(map(str, self._folded))})")
        for table, values in flat.items():
            if values:
                _INSERTERS[table].insert(connection, values)
        if self._traffic:
            connection.executemany(_TRAFFIC, [(*key, *counts) for key, counts in self._traffic.items()])
            self._traffic.clear()
        for item in meta.items():
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", item)
        connection.execute("COMMIT")
        self._names.trim()
        return last_seq

    def close(self, meta: Mapping[str, str]) -> str:
        """Make the last keyframes and finish the file; returns the digest."""
        self._keyframes.make_last()
        self._collect()
        self._connection.execute("BEGIN IMMEDIATE")
        _INSERTERS["keyframe"].insert(self._connection, self._flat["keyframe"])
        self._connection.execute("COMMIT")
        digest = self._digest.hex()
        finish(self._connection, {"state": "closed", **meta, "digest": digest})
        return digest

    def _take_rows(self, batch: Batch) -> int:
        """Hash the rows and lay out their values for the tables; returns the sequence of the last one."""
        canonical = self._header_order.canonical
        rows = [canonical(row) if isinstance(row, MessageRow) else row for row in batch.rows]
        self._digest.add(rows)
        for seq, row in enumerate(rows, batch.first_seq):
            if isinstance(row, MessageRow):
                if self._messages_kept:
                    self._take_message(seq, row)
                else:
                    self._count_traffic(row)
            elif isinstance(row, EventRow):
                self._take_event(seq, row)
            elif isinstance(row, StateRow):
                if self._messages_kept:
                    self._take_state(seq, row)
            elif isinstance(row, MoneyRow):
                self._take_money(seq, row)
            else:
                self._flat["fault"] += (seq, row.at_us, row.kind, row.target, row.phase, row.data)
        return batch.first_seq + len(rows) - 1

    def _take_message(self, seq: int, row: MessageRow) -> None:
        request_body, response_body = row.request_body, row.response_body
        words, ids = self._names.words, self._names.ids
        call = self._names.calls[
            row.sender,
            row.receiver,
            row.module,
            row.interface,
            row.route,
            row.method,
            row.host,
            row.version,
            row.object_kind,
        ]
        if self._bodies_kept:
            place = self._chunks.add((row.request_headers, request_body, row.response_headers, response_body))
        else:
            place = self._chunks.add((row.request_headers, b"", row.response_headers, b""))
        self._flat["message"] += (
            seq,
            row.exchange,
            call,
            words[row.cause_kind],
            row.cause,
            row.depth,
            row.start_us,
            row.arrive_us,
            row.end_us,
            row.handled_us,
            words[row.final],
            ids[row.failure],
            row.http_status,
            row.ocpi_status,
            ids[row.path],
            ids[row.object_id],
            ids[row.session_id],
            ids[row.token_uid],
            ids[row.location_id],
            row.correlation_id,
            row.request_id,
            row.duplicate_of,
            *place,
            len(request_body),
            len(response_body),
        )

    def _count_traffic(self, row: MessageRow) -> None:
        statuses = row.http_status or 0, row.ocpi_status or 0
        minute = row.start_us // _MINUTE_US
        counts = self._traffic.setdefault(
            (minute, row.sender, row.receiver, row.module, row.final, *statuses), [0, 0, 0]
        )
        counts[0] += 1
        counts[1] += len(row.request_body)
        counts[2] += len(row.response_body)

    def _take_event(self, seq: int, row: EventRow) -> None:
        words, ids = self._names.words, self._names.ids
        self._flat["event"] += (
            seq,
            row.at_us,
            ids[row.source],
            words[row.kind],
            words[row.party],
            ids[row.subject],
            row.data,
            words[row.cause_kind],
            row.cause,
        )

    def _take_state(self, seq: int, row: StateRow) -> None:
        words = self._names.words
        holder, kind = words[row.holder], words[row.kind]
        if self._keyframes.add(seq, row):
            self._flat["holding"] += (holder, kind)
        self._flat["state"] += (
            seq,
            row.at_us,
            holder,
            kind,
            self._names.ids[row.entity],
            row.value,
            words[row.cause_kind],
            row.cause,
        )

    def _take_money(self, seq: int, row: MoneyRow) -> None:
        self._flat["money"] += (
            seq,
            row.at_us,
            row.kind,
            row.cdr_id,
            row.session_id,
            row.creditor,
            row.debtor,
            row.currency,
            str(row.amount),
            row.approximate,
            row.reason,
            row.energy_wh,
            row.tariff_id,
        )

    def _collect(self) -> None:
        """Lay out what the helpers have made of the rows: chunks, keyframes, series, new names."""
        flat, words, series = self._flat, self._names.words, self._series
        for frame in self._keyframes.finished:
            flat["keyframe"] += (words[frame.holder], words[frame.kind], frame.seq, frame.at_us, frame.data)
        for table, rows in (
            ("chunk", self._chunks.finished),
            ("series", series.new_series),
            ("sample", series.rows),
            ("series_chunk", series.chunks),
            ("name", self._names.new),
            ("call", self._names.calls.new),
        ):
            flat[table].extend(chain.from_iterable(rows))
        self._folded = sorted({chunk.series for chunk in series.chunks})
        for made in (self._keyframes.finished, self._chunks.finished, series.new_series):
            made.clear()
        for noted in (series.rows, series.chunks, self._names.new, self._names.calls.new):
            noted.clear()


_COLUMNS: Final[dict[str, Sequence[str]]] = {
    "name": "??",
    "call": "?" * 10,
    "chunk": "??",
    "message": "?" * 27,
    "event": (*"??????", _TEXT, *"??"),
    "holding": "??",
    "state": (*"?????", _TEXT, *"??"),
    "keyframe": "?????",
    "money": "?" * 13,
    "fault": (*"?????", _TEXT),
    "command": ("NULL", *"???", _TEXT),
    "hint": ("NULL", *"????????"),
    "series": "????",
    "sample": "????",
    "series_chunk": "????????",
}
_INSERTERS: Final = {table: Inserter(table, columns) for table, columns in _COLUMNS.items()}
