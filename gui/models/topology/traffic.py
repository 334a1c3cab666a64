"""Messages on their way at an instant, and how many each link carries.

Messages are read in chunks of neighbouring rows and kept for a while, so that playing reads each row once. A message
whose exchange was shorter than `shown_us` is drawn as if it had taken that long: what takes 80 ms is seen at any speed.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.models.filtered import Filtered
from gui.models.topology.cards import Floats
from gui.models.topology.network import Network
from gui.models.topology.rowtime import last_message_at
from simulator.recording.reader import Recording

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RATE_US: Final = 600_000_000
MOST_DOTS: Final = 2_000

_CHUNK: Final = 1_024
"""So few that going to any instant of a long run stays quick: there mostly two are read."""
_CHUNKS_KEPT: Final = 192
_LOOK_BACK: Final = 24 * _CHUNK
_LOOK_AHEAD: Final = 8 * _CHUNK
_LONGEST_US: Final = 60_000_000
_MOST_COUNTED: Final = 100_000
_MESSAGES: Final = """SELECT m.exchange, m.call, m.start_us, coalesce(m.arrive_us, -1), coalesce(m.handled_us, -1),
  m.end_us, final.text = 'delivered', m.arrive_us IS NOT NULL
  FROM message m JOIN name final ON final.id = m.final WHERE m.seq > ? AND m.seq <= ? ORDER BY m.seq"""
# Only the few failures are looked at one by one; where there is a filter, all messages are, as numbers in one text.
_COUNTS: Final = """SELECT call, count(*), sum(final <> ifnull((SELECT id FROM name
  WHERE text = 'delivered'), -1)) FROM message WHERE seq > ? AND seq <= ? GROUP BY call"""
_TAKEN: Final = """SELECT call, group_concat(exchange), group_concat(final <> ifnull((SELECT id FROM name
  WHERE text = 'delivered'), -1)) FROM message WHERE seq > ? AND seq <= ? GROUP BY call"""
_AGGREGATED: Final = """SELECT sender, receiver, sum(count), sum((final <> 'delivered') * count) FROM traffic
  WHERE minute > ? AND minute <= ? GROUP BY 1, 2"""


class Dots(NamedTuple):
    """Messages to be drawn: where on which link (0 at the link's end a, 1 at its end b), `forward` from a to b.

    `answer`: it is the response that is under way, in the other direction. `failed`: it ended there.
    """

    exchange: Ints
    link: Ints
    place: Floats
    forward: Flags
    answer: Flags
    failed: Flags
    module: Ints


class Rates(NamedTuple):
    """Of each link: messages a minute, and how many of the last ten minutes failed."""

    a_minute: Floats
    failed: Ints


_NO_ROWS: Final = np.empty((0, 10), np.int64)
_NONE: Final = np.empty(0, np.int64)
NO_DOTS: Final = Dots(_NONE, _NONE, np.empty(0), _NONE > 0, _NONE > 0, _NONE > 0, _NONE)


class Traffic:
    """The messages of a recording, as dots and as rates."""

    def __init__(self, recording: Recording, network: Network, filtered: Filtered | None = None) -> None:
        """Of all messages, or of those that a filter takes."""
        self.modules: list[str] = []
        self._recording = recording
        self._filtered = filtered
        self._network = network
        self._chunks: OrderedDict[int, tuple[int, Ints]] = OrderedDict()
        self._calls: Ints = np.full((1, 3), -1)
        self._last_seq = 0
        self._has_aggregates = bool(recording.query("SELECT 1 FROM traffic LIMIT 1"))

    def dots(self, at_us: int, shown_us: int) -> Dots:
        """Messages on their way at an instant; of very many the latest."""
        self._last_seq = self._recording.last_seq
        last = last_message_at(self._recording, at_us)
        first = max(last_message_at(self._recording, at_us - shown_us), last - _LOOK_BACK)
        following = self._recording.query("SELECT coalesce(min(seq), 0) FROM message WHERE seq > ?", (last,))[0][0]
        ahead = max(last, min(last_message_at(self._recording, at_us + _LONGEST_US), following + _LOOK_AHEAD))
        numbers = dict.fromkeys(range(first // _CHUNK, last // _CHUNK + 1))
        numbers.update(dict.fromkeys(range(following // _CHUNK, ahead // _CHUNK + 1)))
        chunks = [self._chunk(number) for number in numbers]
        shown = np.concatenate([_under_way(chunk, at_us, shown_us) for chunk in chunks])
        if self._filtered is not None and self._filtered.active:
            shown = shown[self._filtered.mask(shown[:, 0])]
        return _dots(shown, at_us, shown_us)

    def rates(self, at_us: int) -> Rates:
        """What each link carried in the ten minutes before an instant."""
        counts, failed = np.zeros(len(self._network.links)), np.zeros(len(self._network.links), np.int64)
        last = last_message_at(self._recording, at_us)
        first = last_message_at(self._recording, at_us - RATE_US)
        span_us = RATE_US
        if last - first > _MOST_COUNTED:
            first = last - _MOST_COUNTED
            (begin_us,) = self._recording.query("SELECT min(end_us) FROM message WHERE seq > ?", (first,))[0]
            span_us = max(1, at_us - begin_us)
        for call, count, failures in self._counted(first, last):
            link = self._resolved(call)[0]
            if link >= 0:
                counts[link] += count
                failed[link] += failures
        if self._has_aggregates:
            minute = at_us // 60_000_000
            rows = self._recording.query(_AGGREGATED, (minute - RATE_US // 60_000_000, minute))
            for sender, receiver, count, failures in rows:
                link = self._network.link_between(sender, receiver)
                if link >= 0:
                    counts[link] += count
                    failed[link] += failures
        return Rates(counts * (60e6 / span_us), failed)

    def _counted(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """Of each call in a range of rows how many messages there are, and how many of them failed."""
        filtered = self._filtered
        if filtered is None or not filtered.active:
            return self._recording.query(_COUNTS, (first, last))
        counted = []
        for call, exchanges, failures in self._recording.query(_TAKEN, (first, last)):
            taken = filtered.mask(np.fromstring(exchanges, np.int64, sep=","))
            failing = np.fromstring(failures, np.int64, sep=",")
            counted.append((call, int(taken.sum()), int(failing[taken].sum())))
        return counted

    def link_of(self, call: int) -> int:
        """The link of a call; -1: none that is drawn."""
        return self._resolved(call)[0]

    def _chunk(self, number: int) -> Ints:
        """The messages of neighbouring rows, in the columns that `_dots` names."""
        first = number * _CHUNK - 1
        there_is = min(self._last_seq, first + _CHUNK)
        read_to, chunk = self._chunks.get(number, (-1, _NO_ROWS))
        if read_to < there_is:
            new = self._recording.query(_MESSAGES, (max(first, read_to), there_is))
            if new:
                rows = np.array(new, np.int64)
                self._resolved(int(rows[:, 1].max()))
                rows = np.column_stack([rows[:, 0], self._calls[rows[:, 1]], rows[:, 2:]])
                chunk = np.concatenate([chunk, rows])
            self._chunks[number] = (there_is, chunk)
            if len(self._chunks) > _CHUNKS_KEPT:
                self._chunks.popitem(last=False)
        self._chunks.move_to_end(number)
        return chunk

    def _resolved(self, call: int) -> tuple[int, int, int]:
        """Link (-1: none that is drawn), direction (1: from its end a) and module of a call."""
        if call >= len(self._calls):
            known = len(self._calls)
            rows = self._recording.query(
                "SELECT id, sender, receiver, module FROM call WHERE id >= ? ORDER BY id", (known,)
            )
            grown = np.full((max(call, rows[-1][0] if rows else 0) + 1, 3), -1)
            grown[:known] = self._calls
            for id, sender, receiver, module in rows:
                link = self._network.link_between(sender, receiver)
                if module not in self.modules:
                    self.modules.append(module)
                from_a = link >= 0 and self._network.parties[self._network.links[link].a].id == sender
                grown[id] = link, int(from_a), self.modules.index(module)
            self._calls = grown
        link, from_a, module = self._calls[call].tolist()
        return link, from_a, module


def _under_way(chunk: Ints, at_us: int, shown_us: int) -> Ints:
    link, start, end = chunk[:, 1], chunk[:, 4], chunk[:, 7]
    lasting = np.maximum(end - start, shown_us)
    under_way: Ints = chunk[(start <= at_us) & (at_us < start + lasting) & (link >= 0)]
    return under_way


def _dots(rows: Ints, at_us: int, shown_us: int) -> Dots:
    """Where the messages are: the time since each began, stretched over its exchange's real phases."""
    if len(rows) > MOST_DOTS:
        rows = rows[np.sort(np.argsort(rows[:, 4], kind="stable")[-MOST_DOTS:])]
    exchange, link, from_a, module, start, arrive, handled, end, delivered, arrived = rows.T
    forward, has_arrived, failing = from_a == 1, arrived == 1, delivered != 1
    took = np.maximum(end - start, 2)
    passed = (at_us - start) * (took / np.maximum(took, shown_us))
    there = np.where(has_arrived, np.maximum(arrive - start, 1), took / 2)
    back_from = np.where(handled >= 0, np.clip(handled - start, there, np.maximum(took - 1, there)), there)
    answer = has_arrived & (passed >= back_from)
    going = np.clip(passed / there, 0.0, 1.0) * np.where(has_arrived, 1.0, 0.5)
    coming = 1.0 - np.clip((passed - back_from) / np.maximum(took - back_from, 1), 0.0, 1.0)
    place = np.where(answer, np.where(failing, np.maximum(coming, 0.5), coming), going)
    failed = failing & (passed >= took / 2)
    return Dots(exchange, link, np.where(forward, place, 1.0 - place), forward, answer, failed, module)
