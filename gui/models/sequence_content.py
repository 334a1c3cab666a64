"""Which rows a sequence chart shows: the story of what is selected, else the messages around an instant."""

from collections import Counter
from typing import Final

from gui.models.cursor import Selection
from gui.models.sequence_chart import EMPTY, Cast, Chart, draw_chart
from simulator.filters.instants import Origin
from simulator.filters.parse import parse, term
from simulator.filters.sql import Clause
from simulator.i18n import tr
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.web import Belonging, Row, Web, at_us_of, in_order, seq_at

AROUND: Final = 100
"""How many messages before an instant are shown, and how many after it."""

GLIMPSE: Final = 15
"""The same while time rushes past: as many as are in sight."""

_MOST_EVENTS: Final = 400

_NAMED: Final = "IN (SELECT id FROM name WHERE text = ?)"
_NEAR: Final = """{tables} SELECT m.exchange, m.seq FROM message m WHERE ({condition}) AND m.seq {side} {seq}
ORDER BY m.seq {direction} LIMIT {count}"""
_WITH_TOKEN: Final = f"""SELECT exchange FROM message WHERE token_uid {_NAMED} AND session_id <> 0
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

    def around(self, selection: Selection, at_us: int, filter_text: str = "", count: int = AROUND) -> Chart:
        """The messages around an instant that a filter takes; of a party or a link alone when that is selected.

        Whose choice is the messages alone sees no events. Raises FilterError for a filter that is not one.
        """
        chosen = " ".join(f"({text})" for text in (_of_parties(selection), filter_text) if text.strip())
        before, after = self._near(parse(chosen, self._origin).clause, seq_at(self.recording, at_us), count)
        found = [*reversed(before), *after]
        if not found:
            return EMPTY
        rows: list[Row] = []
        if chosen:
            rows += [self.recording.message(exchange) for exchange, _ in found]
        else:
            rows += self.recording.messages(after_seq=found[0][1] - 1, limit=len(found), contents=True)
            events = self.recording.events(after_seq=found[0][1] - 1, limit=_MOST_EVENTS)
            rows += [event for event in events if event.seq <= found[-1][1]]
        return self._draw(Belonging(in_order(rows), Counter()), _title(*selection), is_story=False)

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
            return self._draw(self.web.of_session(row.session_id), tr("A session"), is_story=True)
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


def _of_parties(selection: Selection) -> str:
    """The filter for messages of the selected party or link; "" when none is selected."""
    kind, name = selection
    if kind == "party":
        return term("party", name)
    if kind == "link":
        one, _, other = name.partition("|")
        return f"{term('party', one)} {term('party', other)}"
    return ""


def _title(kind: str, name: str) -> str:
    if kind == "party":
        return tr("Messages of {name} around the cursor").format(name=name)
    if kind == "link":
        return tr("Messages on {name} around the cursor").format(name=name.replace("|", " – "))
    return tr("Messages around the cursor")
