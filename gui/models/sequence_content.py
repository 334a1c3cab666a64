"""Which rows a sequence chart shows: the story of what is selected, else the messages around an instant."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from gui.models.cursor import Selection
from gui.models.sequence_chart import EMPTY, Cast, Chart, draw_chart
from gui.models.steps import last_started
from simulator.filters.instants import Origin
from simulator.filters.parse import parse, term
from simulator.filters.sql import Clause
from simulator.i18n import tr
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.hops import other_legs
from simulator.report.web import Belonging, Row, Web, at_us_of, in_order, seq_at

AROUND: Final = 100
"""How many messages before an instant are shown, and how many after it."""

GLIMPSE: Final = 15
"""The same while time rushes past: as many as are in sight."""

_MOST_EVENTS: Final = 400
_LONGEST_ID: Final = 20
_SHOWN_OF_AN_ID: Final = 8

_EVERYTHING: Final = parse("").clause.condition
_NAMED: Final = "IN (SELECT id FROM name WHERE text = ?)"
_NEAR: Final = """{tables} SELECT m.exchange, m.seq FROM message m WHERE ({condition}) AND m.seq {side} {seq}
ORDER BY m.seq {direction} LIMIT {count}"""
_OF_THESE: Final = """{tables} SELECT m.exchange FROM message m WHERE ({condition})
AND m.exchange IN (SELECT value FROM json_each(?)) ORDER BY m.exchange"""
_WITH_TOKEN: Final = f"""SELECT exchange FROM message
WHERE about IN (SELECT id FROM about WHERE token_uid {_NAMED} AND session_id <> 0)
ORDER BY start_us > ?, abs(start_us - ?) LIMIT 1"""


class Content:
    """Makes the charts of one recording; it remembers causes and who plays."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.web = Web(recording)
        self._origin = Origin.of(recording.meta)
        self._cast: Cast | None = None

    def story_of(self, selection: Selection, at_us: int) -> Chart:
        """The story of a message, session, driver, token or EVSE (of the last two: the one nearest before `at_us`);
        EMPTY when there is none.
        """
        kind, name = selection
        row: Row | None = None
        if kind == "driver":
            return self._driver(name)
        if kind == "message":
            row = self.web.row(("message", int(name)))
        elif kind == "session":
            row = next(iter(self.recording.messages(session_id=name, limit=1)), None)
        elif kind == "token":
            found = self.recording.query(_WITH_TOKEN, (name, at_us, at_us))
            row = self.web.row(("message", found[0][0])) if found else None
        elif kind == "evse":
            row = self._last_visit(name, at_us)
        return EMPTY if row is None else self._row(row)

    def around(
        self,
        selection: Selection,
        at_us: int,
        count: int = AROUND,
        taken: NDArray[np.int64] | None = None,
        *,
        whole_ways: bool = False,
    ) -> Chart:
        """The messages around an instant; of a party or a link alone when that is selected, and when a filter is on
        those alone that it has `taken` (their sorted numbers).

        Whose choice is the messages alone sees no events; with `whole_ways` also the legs that were not chosen of what
        went through hubs.
        """
        clause = parse(_of_parties(selection), self._origin).clause
        rows: list[Row] = []
        chosen: list[Message] = []
        if taken is not None:
            chosen += map(self.recording.message, self._taken_near(taken, clause, at_us, count))
        else:
            before, after = self._near(clause, seq_at(self.recording, at_us), count)
            found = [*reversed(before), *after]
            if _of_parties(selection):
                chosen += [self.recording.message(exchange) for exchange, _ in found]
            elif found:
                rows += self.recording.messages(after_seq=found[0][1] - 1, limit=len(found), contents=True)
                events = self.recording.events(after_seq=found[0][1] - 1, limit=_MOST_EVENTS)
                rows += [event for event in events if event.seq <= found[-1][1]]
        rows += [*chosen, *(other_legs(self.recording, chosen) if whole_ways else ())]
        if not rows:
            return EMPTY
        return self._draw(Belonging(in_order(rows), Counter()), _title(*selection), is_story=False)

    def _taken_near(self, taken: NDArray[np.int64], clause: Clause, at_us: int, count: int) -> list[int]:
        """The exchanges nearest to an instant, up to a count on each side, that are taken and that a clause admits."""
        middle = int(np.searchsorted(taken, last_started(self.recording, at_us), "right"))
        before = self._admitted(taken[:middle][::-1], clause, count)
        return [*reversed(before), *self._admitted(taken[middle:], clause, count)]

    def _admitted(self, exchanges: NDArray[np.int64], clause: Clause, count: int) -> list[int]:
        """The first of these that a clause admits; it is asked of more and more of them until there are enough."""
        found: list[int] = []
        for part in _growing_parts(exchanges, count):
            numbers = part.tolist()
            if clause.condition != _EVERYTHING:
                sql = _OF_THESE.format(tables=clause.tables, condition=clause.condition)
                admitted = self.recording.query(sql, (*clause.parameters, msgspec.json.encode(numbers).decode()))
                numbers = part[np.isin(part, [row[0] for row in admitted])].tolist()
            found += numbers
            if len(found) >= count:
                break
        return found[:count]

    def _near(self, clause: Clause, seq: int, count: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Exchanges and sequences of messages up to a sequence, the nearest first, and of those after it."""
        sides = (("<=", "DESC"), (">", "ASC"))
        before, after = (
            self.recording.query(
                _NEAR.format(
                    tables=clause.tables,
                    condition=clause.condition,
                    side=side,
                    seq=seq,
                    direction=direction,
                    count=count,
                ),
                clause.parameters,
            )
            for side, direction in sides
        )
        return before, after

    def _row(self, row: Row) -> Chart:
        driver = self.web.driver_of(row)
        if driver:
            return self._driver(driver)
        if isinstance(row, Message) and row.session_id:
            title = tr("Session {id}").format(id=_short(row.session_id))
            return self._draw(self.web.of_session(row.session_id), title, is_story=True)
        title = tr("What came of one cause")
        return self._draw(self.web.of_cause(row), title, is_story=True)

    def _driver(self, driver: str) -> Chart:
        belonging = self.web.of_driver(driver)
        return self._draw(belonging, tr("The visit of {driver}").format(driver=driver), is_story=True)

    def _last_visit(self, key: str, at_us: int) -> Row | None:
        """The last time before an instant that somebody plugged in at an EVSE, else the first time."""
        plugs = self.recording.events(subject=key, kind="plug")
        return max((plug for plug in plugs if plug.at_us <= at_us), key=at_us_of, default=next(iter(plugs), None))

    def _draw(self, belonging: Belonging, title: str, *, is_story: bool) -> Chart:
        if self._cast is None:
            self._cast = Cast(self.recording)
        return draw_chart(self.recording, belonging, self._cast, title, is_story=is_story)


def _growing_parts(exchanges: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    start = 0
    while start < len(exchanges):
        yield exchanges[start : start + size]
        start, size = start + size, 2 * size


def _of_parties(selection: Selection) -> str:
    """The filter for messages of the selected party or link; "" when none is selected."""
    kind, name = selection
    if kind == "party":
        return term("party", name)
    if kind == "link":
        one, _, other = name.partition("|")
        return f"{term('party', one)} {term('party', other)}"
    return ""


def _short(id: str) -> str:
    """Of a long id the end, which tells it from others."""
    return id if len(id) <= _LONGEST_ID else f"…{id[-_SHOWN_OF_AN_ID:]}"


def _title(kind: str, name: str) -> str:
    if kind == "party":
        return tr("Messages of {name} around the cursor").format(name=name)
    if kind == "link":
        return tr("Messages on {name} around the cursor").format(name=name.replace("|", " – "))
    return tr("Messages around the cursor")
