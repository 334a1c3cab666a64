"""The first message that two runs do not have in common, and what differs in it.

Messages are compared in the order of the digest (in which they ended): by time, sender, receiver, method, path, outcome
and bodies. Ids of requests and headers are left out, for they differ as soon as seeds do.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Raw, Struct

from simulator.i18n import tr
from simulator.recording.bodies import bodies_of
from simulator.recording.opening import damage_refused, damaged
from simulator.recording.outlines import Outlines, Row
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.clock import LocalClock
from simulator.report.watch import Watch, unwatched

_PAGE: Final = 2_000
_TIMES: Final = (
    ("start_us", tr("begin (s)")),
    ("arrive_us", tr("arrival (s)")),
    ("end_us", tr("end (s)")),
)
_PLAIN: Final = (
    ("sender", tr("sender")),
    ("receiver", tr("receiver")),
    ("method", tr("method")),
    ("path", tr("path")),
    ("final", tr("outcome")),
    ("http_status", tr("HTTP status")),
    ("ocpi_status", tr("OCPI status")),
)
_BODIES: Final = (("request_body", tr("request")), ("response_body", tr("answer")))
_SHOWN: Final = 80

Page: TypeAlias = tuple[list[Row], list[Raw]]
"""Rows of messages, and what is kept of their bodies."""


class Side(Struct, frozen=True):
    """The message as one of the runs has it; `at_s` is simulated, `time` local to the scenario."""

    exchange: int
    at_s: float
    time: str
    sender: str
    receiver: str
    method: str
    path: str
    outcome: str


class Change(Struct, frozen=True):
    """What differs, as each run has it, as text."""

    what: str
    left: str
    right: str


class Divergence(Struct, frozen=True):
    """`equal` messages are the same from the beginning on. A side is None where its run has no further message."""

    equal: int
    sentence: str
    left: Side | None = None
    right: Side | None = None
    changes: tuple[Change, ...] = ()


def diverge(left: Recording, right: Recording, watch: Watch = unwatched) -> Divergence:
    """Compare two recordings message by message; `watch` hears of them. Raises RecordingError for a damaged one."""
    metas = left.meta, right.meta
    counts = [int(recording.query("SELECT count(*) FROM message")[0][0]) for recording in (left, right)]
    if metas[0].get("digest") and metas[0].get("digest") == metas[1].get("digest"):
        return Divergence(counts[0], tr("Their digests are equal: they are the same run."))
    levels = [meta.get("level") for meta in metas]
    if "aggregates" in levels:
        return Divergence(0, tr("A recording of level aggregates has no messages that could be compared."))
    with_bodies = levels == ["full", "full"]
    equal = 0
    outlines = Outlines(left), Outlines(right)
    are_alike = _Likeness(*outlines)
    nothing: Page = ([], [])
    pages = (_pages(recording, each, with_bodies) for recording, each in zip((left, right), outlines, strict=True))
    for ours, theirs in zip_longest(*pages, fillvalue=nothing):
        if not are_alike.at_once(ours, theirs):
            with damage_refused(left.path):
                number = are_alike.until(ours, theirs)
            if number is not None:
                found = (_message(left, ours, number, with_bodies), _message(right, theirs, number, with_bodies))
                return _told(equal + number, metas, found, with_bodies)
        equal += len(ours[0])
        if len(ours[0]) == _PAGE:
            watch(equal, min(counts))
    if with_bodies:
        sentence = tr(
            "All {equal:,} messages are equal in time, parties, path and bodies; the runs differ in headers and ids, "
            "or in what happened in the street."
        )
    else:
        sentence = tr("All {equal:,} messages are equal but for their bodies, which were not recorded in both runs.")
    return Divergence(equal, sentence.format(equal=equal))


def _sentence(equal: int, changes: Sequence[Change], metas: Sequence[dict[str, str]]) -> str:
    if equal:
        sentence = tr("The first {equal:,} messages are equal; message {number:,} differs in: {what}.")
    else:
        sentence = tr("The very first message differs in: {what}.")
    told = sentence.format(equal=equal, number=equal + 1, what=", ".join(change.what for change in changes))
    seeds = [meta.get("seed") for meta in metas]
    if seeds[0] != seeds[1]:
        told += " " + tr("Runs with different seeds part soon; of runs with one seed this tells what a change does.")
    return told


def _pages(recording: Recording, outlines: Outlines, with_bodies: bool) -> Iterator[Page]:
    contents = recording.packed_contents() if with_bodies else iter(())
    for rows in outlines.pages(_PAGE):
        kept = list(islice(contents, len(rows)))
        if with_bodies and len(kept) < len(rows):
            raise damaged(recording.path, "a row is missing")
        yield rows, kept


class _Likeness:
    """Whether pages of two recordings are alike; nearly all are, to the number, which is told at once."""

    def __init__(self, left: Outlines, right: Outlines) -> None:
        self._left, self._right = left, right
        self._calls, self._abouts, self._finals = left.unlike(right)

    def at_once(self, ours: Page, theirs: Page) -> bool:
        """Whether the same numbers stand there, which say the same in both."""
        return ours == theirs and not any(
            row[1] in self._calls or row[2] in self._abouts or row[3] in self._finals for row in ours[0]
        )

    def until(self, ours: Page, theirs: Page) -> int | None:
        """The number of the first message in which they differ, or which one has more; None: only headers differ."""
        for number, (row, other) in enumerate(zip_longest(ours[0], theirs[0])):
            if row is None or other is None or self._left.outline(row) != self._right.outline(other):
                return number
            if ours[1] and _bodies_differ(ours[1][number], theirs[1][number]):
                return number
        return None


def _bodies_differ(ours: Raw, theirs: Raw) -> bool:
    return ours != theirs and bodies_of(ours) != bodies_of(theirs)


def _message(recording: Recording, page: Page, number: int, with_bodies: bool) -> Message | None:
    if number >= len(page[0]):
        return None
    seq = page[0][number][0]
    return recording.messages(after_seq=seq - 1, up_to_seq=seq, contents=with_bodies)[0]


def _told(
    equal: int, metas: tuple[dict[str, str], ...], found: tuple[Message | None, Message | None], with_bodies: bool
) -> Divergence:
    ours, theirs = found
    if ours is None or theirs is None:
        return _ended(equal, metas, ours, theirs)
    changes = _changes(ours, theirs, with_bodies)
    sentence = _sentence(equal, changes, metas)
    return Divergence(equal, sentence, _side(ours, metas[0]), _side(theirs, metas[1]), changes)


def _changes(ours: Message, theirs: Message, with_bodies: bool) -> tuple[Change, ...]:
    found = [
        Change(words, told(getattr(ours, field)), told(getattr(theirs, field)))
        for fields, told in ((_PLAIN, _text), (_TIMES, _seconds))
        for field, words in fields
        if getattr(ours, field) != getattr(theirs, field)
    ]
    if with_bodies:
        for field, words in _BODIES:
            a, b = getattr(ours, field), getattr(theirs, field)
            if a != b:
                place, left, right = _within(_parsed(a), _parsed(b), ())
                what = tr("{body} at {place}").format(body=words, place=place) if place else words
                found.append(Change(what, _text(left), _text(right)))
    return tuple(found)


def _within(a: Any, b: Any, place: tuple[str, ...]) -> tuple[str, Any, Any]:
    """The first place in JSON at which two bodies differ, and what each has there."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys([*a, *b]):
            if a.get(key) != b.get(key):
                return _within(a.get(key), b.get(key), (*place, key))
    if isinstance(a, list) and isinstance(b, list):
        for number, (one, other) in enumerate(zip_longest(a, b)):
            if one != other:
                return _within(one, other, (*place, str(number)))
    return ".".join(place), a, b


def _parsed(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode(errors="replace")


def _text(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _seconds(at_us: int | None) -> str:
    return "–" if at_us is None else f"{at_us / 1e6:.6f}"


def _ended(equal: int, metas: tuple[dict[str, str], ...], ours: Message | None, theirs: Message | None) -> Divergence:
    sentence = tr("All {equal:,} messages of the shorter run are equal to the first of the longer one.")
    return Divergence(
        equal,
        sentence.format(equal=equal),
        None if ours is None else _side(ours, metas[0]),
        None if theirs is None else _side(theirs, metas[1]),
    )


def _side(message: Message, meta: dict[str, str]) -> Side:
    status = f"{message.http_status or '–'}/{message.ocpi_status or '–'}"
    return Side(
        message.exchange,
        message.start_us / 1e6,
        LocalClock(meta).time(message.start_us),
        message.sender,
        message.receiver,
        message.method,
        message.path,
        f"{message.final} {status}",
    )
