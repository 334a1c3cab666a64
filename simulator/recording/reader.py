"""Recording: what the window, the reports and the command line see of a run, while it grows and when it is done.

Each method is one or a few short queries; no read transaction is kept open, so a reader never stops the writer from
emptying its log. Rows come back as the structs of rows.py with their sequence. Time ranges are half-open: from_us
<= t < to_us.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec
import numpy as np
from msgspec import Raw

from simulator.recording.bodies import NO_CONTENT, ChunkCache
from simulator.recording.converters import CONVERTERS, Converter
from simulator.recording.keyframes import apply, decode_keyframe, without_forgotten
from simulator.recording.liveness import is_written
from simulator.recording.opening import OpenFile, damage_refused, damaged
from simulator.recording.queries import (
    CHANGES,
    CHUNK,
    CHUNKS,
    COMMANDS,
    EVENTS,
    FAULTS,
    HINTS,
    HOLDINGS,
    KEYFRAMES,
    LAST_INSTANTS,
    LAST_RECORDED,
    LAST_STATE,
    MESSAGES,
    MONEY,
    NAMED,
    NEW_EXCHANGES,
    STATES,
    TELLS,
    Where,
)
from simulator.recording.rows import Command, Event, Fault, Hint, Message, Money, State
from simulator.recording.schema import CORRELATION_ID
from simulator.recording.series import Times, Values, unfold

_TAIL_ROWS: Final = 5_000
_CHUNKS_AT_ONCE: Final = 64
_END: Final = 1 << 62


class Batch:
    """Rows that are new since a sequence, `after_seq`, up to `last_seq`; ask again from there.

    `exchanges` are the numbers of the new messages, `modules` those that they belong to, `last_us` is the instant of
    the last row (None without rows). Rows themselves are read when they are first asked for, messages without headers
    and bodies, events without what crossed the charge-point link.
    """

    def __init__(self, recording: "Recording", after_seq: int, last_seq: int) -> None:
        """Not for callers: use `Recording.tail`."""
        self.after_seq = after_seq
        self.last_seq = last_seq
        self._recording = recording
        self._span = span = (after_seq, last_seq)
        found = recording.query(NEW_EXCHANGES, span) if last_seq > after_seq else []
        self.exchanges: list[int] = [exchange for exchange, _ in found]
        self.modules = recording.modules({call for _, call in found})
        instants = recording.query(LAST_INSTANTS, span) + recording.query(LAST_STATE, span)
        self.last_us = max((at_us for (at_us,) in instants if at_us is not None), default=None)

    def tells(self, *, holder: str | None = None, kind: str | None = None) -> bool:
        """Whether a holder, or anybody, knows something new, of a kind or of any."""
        return bool(self._recording.query(TELLS, (holder, holder, kind, kind, *self._span)))

    @cached_property
    def messages(self) -> list[Message]:
        return self._recording.messages(after_seq=self.after_seq, up_to_seq=self.last_seq)

    @cached_property
    def events(self) -> list[Event]:
        return self._recording.events(after_seq=self.after_seq, up_to_seq=self.last_seq, link_data=False)

    @cached_property
    def states(self) -> list[State]:
        return self._recording.states(after_seq=self.after_seq, up_to_seq=self.last_seq)

    @cached_property
    def money(self) -> list[Money]:
        return self._recording.money(after_seq=self.after_seq, up_to_seq=self.last_seq)

    @cached_property
    def faults(self) -> list[Fault]:
        return self._recording.faults(after_seq=self.after_seq, up_to_seq=self.last_seq)


class Recording:
    """A recording opened for reading; close it, or use it as a context manager.

    Raises NotARecording, NewerRecording or OlderRecording from `open`, and NotARecording later if the file turns
    out damaged. The first reader of a killed run finishes its file (indices, state "killed").
    """

    def __init__(self, file: OpenFile) -> None:
        """Not for callers: use `open`."""
        self.path = file.path
        self._file = file
        self._chunks = ChunkCache(self._load_chunk, self._load_dictionary, self._load_headers)
        self._modules: dict[int, str] = {}

    @classmethod
    def open(cls, path: Path, *, converters: Mapping[int, Converter] = CONVERTERS) -> "Recording":
        """Open a finished or growing recording."""
        return cls(OpenFile(path, converters))

    def close(self) -> None:
        """Let go of the file; harmless when done twice."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of any SELECT over the tables and views that schema.py documents; for reports, filters and analysts."""
        with damage_refused(self.path):
            return self._file.connection.execute(sql, parameters).fetchall()

    @property
    def meta(self) -> dict[str, str]:
        """What the run says of itself, as of now: scenario_text, seed, start_epoch_us, state, digest, ..."""
        return dict(self.query("SELECT key, value FROM meta"))

    @property
    def last_seq(self) -> int:
        """The last sequence committed."""
        return int(self._value("SELECT value FROM meta WHERE key = 'last_seq'"))

    @property
    def last_us(self) -> int:
        """The last instant that anything recorded tells of; 0 of an empty recording."""
        return int(self._value(LAST_RECORDED) or 0)

    @property
    def is_live(self) -> bool:
        """True while a run is writing this file."""
        return self.query("SELECT value FROM meta WHERE key = 'state'") == [("live",)] and is_written(self.path)

    def messages(
        self,
        *,
        exchange: int | None = None,
        session_id: str | None = None,
        object_id: str | None = None,
        sender: str | None = None,
        receiver: str | None = None,
        module: str | None = None,
        correlation_id: str | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        after_seq: int | None = None,
        up_to_seq: int | None = None,
        limit: int | None = None,
        offset: int = 0,
        contents: bool = False,
    ) -> list[Message]:
        """Messages in order of sequence, chosen by the time of their start; headers and bodies only with `contents`.

        For a long list go on from the last sequence (`after_seq`, `limit`), which is faster than a large `offset`.
        """
        where = Where().compare("m.exchange = ?", exchange)
        where.of("m.about", "about", session_id=session_id, object_id=object_id)
        where.compare(f"({CORRELATION_ID}) = ?", correlation_id)
        for column, value in (("sender", sender), ("receiver", receiver), ("module", module)):
            where.compare(f"m.call IN (SELECT id FROM call WHERE {column} = ?)", value)
        where.between("m.start_us", from_us, to_us).compare("m.seq > ?", after_seq).compare("m.seq <= ?", up_to_seq)
        return self._messages(where, limit, offset, contents)

    def message(self, exchange: int) -> Message:
        """One message with its headers and bodies, as far as the level kept them; KeyError if there is none."""
        found = self.messages(exchange=exchange, contents=True)
        if not found:
            raise KeyError(f"{self.path}: has no exchange {exchange}")
        return found[0]

    def packed_contents(self, from_seq: int = 0) -> Iterator[list[tuple[int, Raw]]]:
        """What is kept of messages and events of the charge-point link, by sequence, some at a time (level full only).

        Equal ones of messages have equal bodies, see `bodies_of`; unequal ones may differ in headers alone.
        """
        begin = self.query(CHUNK, (from_seq,))
        after = begin[0][0] - 1 if begin else 0
        while chunks := self.query(CHUNKS, (after, _CHUNKS_AT_ONCE)):
            for chunk in chunks:
                with damage_refused(self.path):
                    contents = list(self._chunks.contents(*chunk))
                yield contents if chunk[0] >= from_seq else [each for each in contents if each[0] >= from_seq]
            after = chunks[-1][0]

    @contextlib.contextmanager
    def beside(self, other: "Recording") -> Iterator[None]:
        """While this lasts, the SQL of `query` finds the tables of another recording too, in the schema `other`."""
        ((_, _, path),) = other.query("SELECT * FROM pragma_database_list WHERE name = 'main'")
        self.query("ATTACH ? AS other", (f"{Path(path).as_uri()}?mode=ro",))
        try:
            yield
        finally:
            self.query("DETACH other")

    def events(
        self,
        *,
        source: str | None = None,
        kind: str | None = None,
        party: str | None = None,
        subject: str | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        after_seq: int | None = None,
        up_to_seq: int | None = None,
        limit: int | None = None,
        link_data: bool = True,
    ) -> list[Event]:
        """Events in order of sequence; without `link_data` those of kind LINK_EVENT have none, which is faster."""
        where = Where().of("e.topic", "topic", source=source, kind=kind, party=party, subject=subject)
        where.between("e.at_us", from_us, to_us).compare("e.seq > ?", after_seq).compare("e.seq <= ?", up_to_seq)
        events = []
        rows = self.query(where.sql(EVENTS, "e.seq", limit), where.parameters)
        with damage_refused(self.path):
            for at_us, of, what, by, about, data, *rest in rows:
                if data is None:
                    data = self._chunks.data(rest[-1]) if link_data else b"{}"
                events.append(Event(at_us, of, what, by, about, data, *rest))
        return events

    def states(
        self,
        *,
        holder: str | None = None,
        kind: str | None = None,
        entity: str | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        after_seq: int | None = None,
        up_to_seq: int | None = None,
        limit: int | None = None,
    ) -> list[State]:
        """Changes of what holders know, in order of sequence."""
        # Rows lie in the order of their holdings: naming these lets SQLite go straight to the sequences wanted.
        holdings = [id for who, what, id in self.query(HOLDINGS) if holder in (None, who) and kind in (None, what)]
        where = Where().compare("s.holding IN (SELECT value FROM json_each(?))", msgspec.json.encode(holdings).decode())
        if entity is not None:
            where.compare(f"s.holding IN (SELECT holding FROM subject WHERE entity {NAMED})", entity)
            where.of("s.subject", "subject", entity=entity)
            # No row is older than its subject.
            where.compare(f"s.seq >= (SELECT min(id) FROM subject WHERE entity {NAMED})", entity)
        where.between("s.at_us", from_us, to_us).compare("s.seq > ?", after_seq).compare("s.seq <= ?", up_to_seq)
        return [State(*row) for row in self.query(where.sql(STATES, "s.seq", limit), where.parameters)]

    def money(self, *, after_seq: int | None = None, up_to_seq: int | None = None) -> list[Money]:
        """All amounts owed, in order of sequence."""
        where = Where().compare("y.seq > ?", after_seq).compare("y.seq <= ?", up_to_seq)
        return [
            Money(*(*row[:7], Decimal(row[7]), bool(row[8]), *row[9:]))
            for row in self.query(where.sql(MONEY, "y.seq"), where.parameters)
        ]

    def faults(self, *, after_seq: int | None = None, up_to_seq: int | None = None) -> list[Fault]:
        """Begins and ends of faults, in order of sequence."""
        where = Where().compare("seq > ?", after_seq).compare("seq <= ?", up_to_seq)
        return [Fault(*row) for row in self.query(where.sql(FAULTS, "seq"), where.parameters)]

    def commands(self) -> list[Command]:
        """What people told the run, in the order given."""
        return [Command(*row) for row in self.query(f"{COMMANDS} ORDER BY id")]

    def hints(self, *, exchange: int | None = None, after_id: int | None = None) -> list[Hint]:
        """Remarks on exchanges, in the order made."""
        where = Where().compare("exchange = ?", exchange).compare("id > ?", after_id)
        return [Hint(*row) for row in self.query(where.sql(HINTS, "id"), where.parameters)]

    def tail(self, after_seq: int, limit: int = _TAIL_ROWS) -> Batch:
        """The next rows after a sequence, at most `limit`, and none left out up to the batch's `last_seq`."""
        return Batch(self, after_seq, max(after_seq, min(self.last_seq, after_seq + limit)))

    def modules(self, calls: Iterable[int]) -> set[str]:
        """The modules of rows of `call`, which never change and are therefore remembered."""
        known = self._modules
        if not known.keys() >= set(calls):
            known.update(self.query("SELECT id, module FROM call WHERE id > ?", (len(known),)))
        return {known[call] for call in calls}

    def holders(self) -> dict[str, list[str]]:
        """Who knows something ("street" and parties), and of which kinds; both in alphabetical order."""
        holders: dict[str, list[str]] = {}
        for holder, kind, *_ in self.query(HOLDINGS):
            holders.setdefault(holder, []).append(kind)
        return holders

    def state_at(self, holder: str, at_us: int, kind: str, *, up_to_seq: int | None = None) -> dict[str, bytes]:
        """What the holder knew of one kind after all that happened at `at_us`: from entity to value (JSON).

        `up_to_seq` stops earlier, within that instant: what was known just after that row.
        """
        last = _END if up_to_seq is None else up_to_seq
        values: dict[str, bytes] = {}
        for *who, holding in self.query(HOLDINGS):
            if who == [holder, kind]:
                with damage_refused(self.path):
                    seq = 0
                    for number, base, data in self.query(KEYFRAMES, (holding, at_us, last)):
                        if base not in (seq, number):
                            raise damaged(self.path, "a keyframe is missing")
                        values.update(decode_keyframe(data))
                        seq = number
                    values = without_forgotten(values)
                    self._replay(values, (holding, seq), at_us, last)
        return values

    def states_at(self, holder: str, at_us: int, *, up_to_seq: int | None = None) -> dict[str, dict[str, bytes]]:
        """All that the holder knew: from kind to what `state_at` says."""
        kinds = self.holders().get(holder, [])
        return {kind: self.state_at(holder, at_us, kind, up_to_seq=up_to_seq) for kind in kinds}

    def series_keys(self) -> list[tuple[str, str, str]]:
        """The series there are: (entity, quantity, unit), in the order in which they began."""
        return self.query("SELECT entity, quantity, unit FROM series ORDER BY id")

    def series(
        self, entity: str, quantity: str, from_us: int | None = None, to_us: int | None = None
    ) -> tuple[Times, Values]:
        """Times (microseconds) and values of a series within a range of time; empty if there is no such series."""
        chosen = "series = (SELECT id FROM series WHERE entity = ? AND quantity = ?)"
        where = Where().compare("to_us >= ?", from_us).compare("from_us < ?", to_us)
        connection = self._file.connection
        connection.execute("BEGIN")
        try:
            chunks = self.query(
                where.sql(f"SELECT data FROM (SELECT * FROM series_chunk WHERE {chosen})", "n"),
                (entity, quantity, *where.parameters),
            )
            rows = self.query(
                f"SELECT at_us, value FROM sample WHERE {chosen} ORDER BY n",
                (entity, quantity),
            )
        finally:
            connection.execute("ROLLBACK")
        with damage_refused(self.path):
            parts = [unfold(data) for (data,) in chunks]
        parts.append((np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64)))
        times, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        begin = 0 if from_us is None else int(np.searchsorted(times, from_us))
        end = len(times) if to_us is None else int(np.searchsorted(times, to_us))
        return times[begin:end], values[begin:end]

    def _messages(
        self, where: Where, limit: int | None = None, offset: int = 0, contents: bool = False
    ) -> list[Message]:
        messages = []
        rows = self.query(where.sql(MESSAGES, "m.seq", limit, offset), where.parameters)
        with damage_refused(self.path):
            for row in rows:
                content = self._chunks.content(row[29], *row[25:27]) if contents else NO_CONTENT
                messages.append(Message(*(row[:27] + content + row[27:])))
        return messages

    def _replay(self, values: dict[str, bytes], after: tuple[int, int], at_us: int, last_seq: int) -> None:
        with contextlib.closing(self._file.connection.execute(CHANGES, after)) as changes:
            for changed_us, seq, entity, value in changes:
                if changed_us > at_us or seq > last_seq:
                    break
                apply(values, entity, value)

    def _load_chunk(self, seq: int) -> tuple[int, int, bytes]:
        rows = self.query(CHUNK, (seq,))
        if not rows:
            raise damaged(self.path, "a row is missing")
        number, dictionary, data = rows[0]
        return number, dictionary, data

    def _load_dictionary(self, number: int) -> bytes:
        data: bytes = self._value("SELECT data FROM dictionary WHERE id = ?", (number,))
        return data

    def _load_headers(self, number: int) -> str:
        data: str = self._value("SELECT data FROM header WHERE id = ?", (number,))
        return data

    def _value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        rows = self.query(sql, parameters)
        if not rows:
            raise damaged(self.path, "a row is missing")
        return rows[0][0]
