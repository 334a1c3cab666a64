"""Turns batches of rows into transactions; runs in a thread of the engine or in a process of its own."""

import contextlib
import sqlite3
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

from msgspec import Raw

from simulator.recording.batch import EncodedBatch, WriterSettings, decode, decode_rows, encode
from simulator.recording.bodies import ChunkBuilder
from simulator.recording.digest import Digest, in_order
from simulator.recording.file import connect
from simulator.recording.finish import finish
from simulator.recording.folding import SeriesFolder
from simulator.recording.headers import HeaderBook
from simulator.recording.keyframes import Keyframes
from simulator.recording.names import NameBook
from simulator.recording.onlooker import Onlooker
from simulator.recording.rows import (
    CAST,
    LINK_EVENT,
    CauseKind,
    EncodedMessage,
    EventRow,
    MoneyRow,
    StateRow,
)
from simulator.recording.schema import ORDINARY_STATUSES
from simulator.recording.tables import COLUMNS, INSERTERS

_MINUTE_US: Final = 60_000_000

TrafficKey = tuple[int, str, str, str, str, int, int]

_TRAFFIC: Final = """INSERT INTO traffic VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET
    count = count + excluded.count, request_bytes = request_bytes + excluded.request_bytes,
    response_bytes = response_bytes + excluded.response_bytes"""


class Committer:
    """Writes the recording made at `path`: batches in order, at last `finish`; `close` without it as if killed."""

    def __init__(self, path: Path, settings: WriterSettings) -> None:
        """Raises sqlite3.Error."""
        self._connection = connect(path, settings.max_pages)
        self._all_kept = settings.level != "aggregates"
        self._bodies_kept = settings.level == "full"
        self._book = NameBook(settings.remembered_ids)
        self._digest = Digest()
        self._headers = HeaderBook()
        self._chunks = ChunkBuilder()
        self._keyframes = Keyframes(settings.keyframe_interval)
        self._series = SeriesFolder()
        self._traffic: dict[TrafficKey, list[int]] = {}
        self._flat: dict[str, list[Any]] = {table: [] for table in COLUMNS}
        self._folded: list[int] = []
        self._onlooker = Onlooker(settings.onlooker) if settings.onlooker else None

    @property
    def errors(self) -> Mapping[str, dict[str, int]]:
        """How many remarks of severity error the onlooker has made so far, by party and rule."""
        return self._onlooker.errors if self._onlooker is not None else {}

    def commit(self, batches: bytes | memoryview) -> int:
        """One transaction of all that the batches hold; returns the last sequence.

        Raises sqlite3.Error, and msgspec.DecodeError for what are no batches.
        """
        connection, flat = self._connection, self._flat
        last_seq = 0
        meta: dict[str, str] = {}
        for batch in decode(batches):
            last_seq = self._take_rows(batch)
            for seq, command in batch.commands:
                flat["command"] += (seq, command.at_us, command.command, command.data)
            for seq, hint in batch.hints if self._onlooker is None else self._onlooker.among(batch.hints):
                flat["hint"] += (seq, hint.at_us, hint.exchange, hint.rule, hint.severity)
                flat["hint"] += (hint.sentence, hint.path, hint.section)
            self._series.add(batch.samples)
            meta |= batch.meta
        meta["last_seq"] = str(last_seq)
        self._chunks.finish()
        self._collect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._insert(meta)
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        self._book.trim()
        return last_seq

    def _insert(self, meta: Mapping[str, str]) -> None:
        connection = self._connection
        if self._folded:
            connection.execute(f"DELETE FROM sample WHERE series IN ({', '.join(map(str, self._folded))})")
        for table, values in self._flat.items():
            if values:
                INSERTERS[table].insert(connection, values)
        if self._traffic:
            connection.executemany(_TRAFFIC, [(*key, *counts) for key, counts in self._traffic.items()])
            self._traffic.clear()
        for item in meta.items():
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", item)

    def finish(self, meta: Mapping[str, str]) -> str:
        """Finish the file; returns the digest. Raises sqlite3.Error."""
        digest = self._digest.hex()
        finish(self._connection, {"state": "closed", **meta, "digest": digest})
        return digest

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _take_rows(self, batch: EncodedBatch) -> int:
        """Lay out the values of the rows for the tables, and hash the rows; returns the sequence of the last one."""
        rows, kept, is_reordered = decode_rows(batch.rows), self._all_kept, False
        for seq, row in enumerate(rows, batch.first_seq):
            # The two kinds that come most often are asked for first, and by their class, which is quicker.
            kind = row.__class__
            if kind is StateRow:
                if kept or row.holder == CAST:  # type: ignore[union-attr]
                    self._take_state(seq, row)  # type: ignore[arg-type]
            elif kind is EventRow:
                self._take_event(seq, row)  # type: ignore[arg-type]
            elif isinstance(row, EncodedMessage):
                request, response = self._headers.pack(row)
                if not (request and response):
                    ordered = in_order(row)
                    if ordered is not row:
                        row = rows[seq - batch.first_seq] = ordered
                        request, response = self._headers.pack(row)
                        is_reordered = True
                if self._onlooker is not None:
                    self._onlooker.look(seq, row, request, response)
                if kept:
                    self._take_message(seq, row, request or row.request_headers, response or row.response_headers)
                else:
                    self._count_traffic(row)
            elif isinstance(row, MoneyRow):
                self._take_money(seq, row)
            else:
                self._flat["fault"] += (seq, row.at_us, row.kind, row.target, row.phase, row.data)  # type: ignore[union-attr]
        self._digest.add(encode(rows) if is_reordered else batch.rows)
        return batch.first_seq + len(rows) - 1

    def _take_message(self, seq: int, row: EncodedMessage, request: int | Raw, response: int | Raw) -> None:
        book, start_us, arrive_us, handled_us = self._book, row.start_us, row.arrive_us, row.handled_us
        names, request_body, response_body = book.names, row.request_body, row.response_body
        request_prefix, request_number, correlation_prefix, correlation_number = _parted(
            row.request_id, row.correlation_id
        )
        call = (
            row.sender,
            row.receiver,
            row.module,
            row.interface,
            row.route,
            row.method,
            row.host,
            row.version,
            row.object_kind,
            request_prefix,
            correlation_prefix,
        )
        self._flat["message"] += (
            seq,
            row.exchange,
            book.calls[call],
            book.about[row.path, row.object_id, row.session_id, row.token_uid, row.location_id],
            _cause_ref(seq, row.cause_kind, row.cause),
            row.depth,
            start_us,
            None if arrive_us is None else arrive_us - start_us,
            None if handled_us is None else handled_us - (start_us if arrive_us is None else arrive_us),
            row.end_us - start_us,
            names[row.final],
            names[row.failure],
            ((row.http_status or 0) << 16 | (row.ocpi_status or 0)) - ORDINARY_STATUSES,
            request_number,
            correlation_number,
            row.duplicate_of,
            len(request_body),
            len(response_body),
        )
        if not self._bodies_kept:
            request_body = response_body = b""
        self._chunks.add(
            seq, (request, request_body, response, response_body), len(request_body) + len(response_body) + 64
        )

    def _count_traffic(self, row: EncodedMessage) -> None:
        statuses = row.http_status or 0, row.ocpi_status or 0
        minute = row.start_us // _MINUTE_US
        counts = self._traffic.setdefault(
            (minute, row.sender, row.receiver, row.module, row.final, *statuses), [0, 0, 0]
        )
        counts[0] += 1
        counts[1] += len(row.request_body)
        counts[2] += len(row.response_body)

    def _take_event(self, seq: int, row: EventRow) -> None:
        kind = row.kind
        data: bytes | None = row.data
        if kind == LINK_EVENT:
            self._chunks.add(seq, row.data, len(row.data))
            data = None
        topic = self._book.topics[row.source, kind, row.party, row.subject]
        self._flat["event"] += (seq, row.at_us, topic, _cause_ref(seq, row.cause_kind, row.cause), data)

    def _take_state(self, seq: int, row: StateRow) -> None:
        value, fixed = row.value, row.fixed
        holding = self._keyframes.add(seq, row)
        subject = self._book.subject(seq, holding, row.entity, value[:fixed])
        number = self._book.values[value[fixed:]]
        cause = _cause_ref(seq, row.cause_kind, row.cause)
        self._flat["state"] += (holding, seq, row.at_us, subject, number, cause)

    def _take_money(self, seq: int, row: MoneyRow) -> None:
        names = self._book.names
        self._flat["money"] += (
            seq,
            row.at_us,
            row.kind,
            names[row.cdr_id],
            names[row.session_id],
            names[row.creditor],
            names[row.debtor],
            row.currency,
            str(row.amount),
            row.approximate,
            names[row.reason],
            row.energy_wh,
            names[row.tariff_id],
        )

    def _collect(self) -> None:
        """Lay out what the helpers have made of the rows: chunks, keyframes, series, new names."""
        flat, book, series, chunks = self._flat, self._book, self._series, self._chunks
        flat["sample"].extend(chain.from_iterable([(*key, *row) for key, row in series.rows.items()]))
        self._folded = sorted({chunk.series for chunk in series.chunks})
        made: dict[str, list[Any]] = {
            "name": book.names.new,
            "call": book.calls.new,
            "about": book.about.new,
            "topic": book.topics.new,
            "subject": book.new_subjects,
            "value": book.values.new,
            "holding": self._keyframes.holdings,
            "keyframe": self._keyframes.finished,
            "header": self._headers.new,
            "dictionary": chunks.dictionaries,
            "chunk": chunks.finished,
            "series": series.new_series,
            "series_chunk": series.chunks,
        }
        for table, rows in made.items():
            flat[table].extend(chain.from_iterable(rows))
            rows.clear()
        series.rows.clear()


def _cause_ref(seq: int, kind: CauseKind, cause: int) -> int:
    """See schema.py."""
    return (seq - cause) * 2 + 1 if kind == "event" else cause * 2 if kind else 0


def _parted(request_id: str, correlation_id: str) -> tuple[str, int | str, str, int | str]:
    """What a request id begins with and the number at its end, then those of the correlation id: see schema.py."""
    request, correlation = _number_of(request_id), _number_of(correlation_id)
    if request is None:
        return "", request_id, "", correlation_id
    if correlation is None:
        return request_id[:-12], request, "", correlation_id
    return request_id[:-12], request, correlation_id[:-12], correlation - request


def _number_of(id: str) -> int | None:
    digits = id[-12:]
    try:
        number = int(digits, 16)
    except ValueError:
        return None
    return number if f"{number:012x}" == digits else None
