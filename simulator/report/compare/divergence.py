"""The first message that two runs do not have in common, and what differs in it.

Messages are compared in the order of the digest (in which they ended): by time, sender, receiver, method, path, outcome
and bodies. Ids of requests and headers are left out, for they differ as soon as seeds do.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Raw, Struct

from simulator.i18n import tr
from simulator.ocpi import codec
from simulator.recording.bodies import bodies_of, is_of_message
from simulator.recording.opening import damage_refused, damaged
from simulator.recording.outlines import Outlines, Row
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.clock import LocalClock
from simulator.report.watch import Watch, unwatched

_PAGE: Final = 2_000
_END: Final = 1 << 62
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
    """`equal` messages are the same from the beginning on, in their bodies too only where `bodies_compared`.

    A side is None where its run has no further message.
    """

    equal: int
    sentence: str
    left: Side | None = None
    right: Side | None = None
    changes: tuple[Change, ...] = ()
    bodies_compared: bool = True


def diverge(left: Recording, right: Recording, watch: Watch = unwatched) -> Divergence:
    """Compare two recordings message by message; `watch` hears of them. Raises RecordingError for a damaged one."""
    metas = left.meta, right.meta
    counts = [int(recording.query("SELECT count(*) FROM message")[0][0]) for recording in (left, right)]
    if metas[0].get("digest") and metas[0].get("digest") == metas[1].get("digest"):
        return Divergence(counts[0], tr("Their digests are equal: they are the same run."))
    levels = [meta.get("level") for meta in metas]
    if "aggregates" in levels:
        return Divergence(
            0, tr("A recording of level aggregates has no messages that could be compared."), bodies_compared=False
        )
    with_bodies = levels == ["full", "full"]
    outlines = Outlines(left), Outlines(right)
    # Runs with one seed are the same to the number for long, which is soon told; what follows is read row by row.
    apart = outlines[0].apart_from(outlines[1])
    if with_bodies:
        apart = _contents_apart(left, right, apart, lambda done: watch(done, min(counts)))
    equal = counts[0] if apart is None else _messages(left, 0, apart)
    nothing: Page = ([], [])
    pages = (
        _pages(recording, each.pages(_PAGE, apart), apart, with_bodies)
        for recording, each in zip((left, right), outlines, strict=True)
        if apart is not None
    )
    for ours, theirs in zip_longest(*pages, fillvalue=nothing):
        with damage_refused(left.path):
            number = _first_apart(outlines, ours, theirs)
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
    return Divergence(equal, sentence.format(equal=equal), bodies_compared=with_bodies)


def _sentence(equal: int, changes: Sequence[Change], metas: Sequence[dict[str, str]], with_bodies: bool) -> str:
    if not equal:
        sentence = tr("The very first message differs in: {what}.")
    elif with_bodies:
        sentence = tr("The first {equal:,} messages are equal; message {number:,} differs in: {what}.")
    else:
        sentence = tr(
            "The first {equal:,} messages are equal but for their bodies, which were not recorded in both runs; "
            "message {number:,} differs in: {what}."
        )
    told = sentence.format(equal=equal, number=equal + 1, what=", ".join(change.what for change in changes))
    seeds = [meta.get("seed") for meta in metas]
    if seeds[0] != seeds[1]:
        told += " " + tr("Runs with different seeds part soon; of runs with one seed this tells what a change does.")
    return told


def _contents_apart(left: Recording, right: Recording, until: int | None, watch: Callable[[int], None]) -> int | None:
    """The first sequence before `until` at which not the same is kept; else `until`."""
    packed = [recording.packed_contents() for recording in (left, right)]
    ours, theirs = (next(chunks, []) for chunks in packed)
    from_seq, equal = 0, 0
    while (ours or theirs) and (until is None or from_seq < until):
        # Where a chunk ends is up to the clock of the wall.
        count = min(len(ours), len(theirs)) or 1
        if ours[:count] != theirs[:count]:
            pairs = zip_longest(ours[:count], theirs[:count], fillvalue=(_END, Raw()))
            seq = next(min(one[0], other[0]) for one, other in pairs if one != other)
            return seq if until is None else min(seq, until)
        seq = ours[count - 1][0] + 1
        if seq - from_seq >= _PAGE and (until is None or seq <= until):
            equal += _messages(left, from_seq, seq)
            from_seq = seq
            watch(equal)
        ours, theirs = (rest[count:] or next(chunks, []) for rest, chunks in zip((ours, theirs), packed, strict=True))
    return until


def _messages(recording: Recording, from_seq: int, to_seq: int) -> int:
    """How many there are from a sequence on and before another."""
    return int(recording.query("SELECT count(*) FROM message WHERE seq >= ? AND seq < ?", (from_seq, to_seq))[0][0])


def _pages(recording: Recording, pages: Iterable[list[Row]], from_seq: int, with_bodies: bool) -> Iterator[Page]:
    packed = chain.from_iterable(recording.packed_contents(from_seq) if with_bodies else ())
    contents = (content for _, content in packed if is_of_message(content))
    for rows in pages:
        kept = list(islice(contents, len(rows)))
        if with_bodies and len(kept) < len(rows):
            raise damaged(recording.path, "a row is missing")
        yield rows, kept


def _first_apart(outlines: tuple[Outlines, Outlines], ours: Page, theirs: Page) -> int | None:
    """The number of the first message in which they differ, or which one has more; None: only headers differ."""
    for number, (row, other) in enumerate(zip_longest(ours[0], theirs[0])):
        if row is None or other is None or outlines[0].outline(row) != outlines[1].outline(other):
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
        return _ended(equal, metas, ours, theirs, with_bodies)
    changes = _changes(ours, theirs, with_bodies)
    sentence = _sentence(equal, changes, metas, with_bodies)
    return Divergence(equal, sentence, _side(ours, metas[0]), _side(theirs, metas[1]), changes, with_bodies)


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
                place, left, right = _within(_parsed(a), _parsed(b))
                what = tr("{body} at {place}").format(body=words, place=place) if place else words
                found.append(Change(what, _text(left), _text(right)))
    return tuple(found)


def _within(a: Any, b: Any) -> tuple[str, Any, Any]:
    """The first place in JSON at which two bodies differ, and what each has there."""
    place: list[str] = []
    while differing := next((each for each in _members(a, b) if each[1] != each[2]), None):
        name, a, b = differing
        place.append(name)
    return ".".join(place), a, b


def _members(a: Any, b: Any) -> Iterator[tuple[str, Any, Any]]:
    """What two objects, or two lists, have at each place; nothing when they are not alike."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys([*a, *b]):
            yield key, a.get(key), b.get(key)
    elif isinstance(a, list) and isinstance(b, list):
        for number, (one, other) in enumerate(zip_longest(a, b)):
            yield str(number), one, other


def _parsed(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except codec.UNREADABLE:
        return body.decode(errors="replace")


def _text(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _seconds(at_us: int | None) -> str:
    return "–" if at_us is None else f"{at_us / 1e6:.6f}"


def _ended(
    equal: int, metas: tuple[dict[str, str], ...], ours: Message | None, theirs: Message | None, with_bodies: bool
) -> Divergence:
    if with_bodies:
        sentence = tr("All {equal:,} messages of the shorter run are equal to the first of the longer one.")
    else:
        sentence = tr(
            "All {equal:,} messages of the shorter run are equal to the first of the longer one but for their bodies, "
            "which were not recorded in both runs."
        )
    return Divergence(
        equal,
        sentence.format(equal=equal),
        None if ours is None else _side(ours, metas[0]),
        None if theirs is None else _side(theirs, metas[1]),
        bodies_compared=with_bodies,
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
