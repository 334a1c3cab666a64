"""What a sequence chart shows, without Qt: lifelines, and the arrows and notes between and on them.

A chart is of one story (a driver's visit, a session, a registration) with a lifeline for each charger, or of the
messages around an instant, where all drivers share a lifeline and all chargers another.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from simulator.filters.facts import failed
from simulator.i18n import tr
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.story import StoryLine, Teller
from simulator.report.web import DRIVER, Belonging, Key, Row, key_of

OCPP: Final = "ocpp/"
"""What the source of an event at the charge-point link begins with."""

LaneKind = Literal["driver", "charger", "CPO", "HUB", "EMSP", "OTHER"]
Break = Literal["", "request", "response"]
Fate = Literal["", "lost", "dead", "timed_out", "refused", "copy"]

_KINDS: Final[Mapping[str, LaneKind]] = {"cpo": "CPO", "hub": "HUB", "emsp": "EMSP"}
_ORDER: Final[tuple[LaneKind, ...]] = ("driver", "charger", "CPO", "HUB", "OTHER", "EMSP")
_END: Final = 1 << 62


class Lane(NamedTuple):
    """A lifeline: `title` is who (an id), `role` what it is, `name` what people call it ("" where it has none)."""

    key: str
    title: str
    role: str
    name: str
    kind: LaneKind

    @property
    def subtitle(self) -> str:
        """Role and name."""
        return f"{self.role} · {self.name}" if self.name else self.role


class Arrow(NamedTuple):
    """A message, a word between charge point and CPO, or (`to` is -1) a note on a lifeline.

    `source` and `to` are places in the chart's lanes. Instants are simulated microseconds: the request leaves at
    `start_us` and is there at `arrive_us`, the answer leaves at `reply_us` and is there at `end_us`; what is not known
    or never was is None. `broken` says which of the two did not come through, `fate` what became of it ("" when all
    went well; "copy" for one that the network delivered a second time), and `outcome` says the same in words. Of what
    only led to what a filter takes, `is_context` is True. Of a message whose hubs are not shown, `via` are these hubs
    and `legs` all the messages that it was on its way.
    """

    key: Key
    cause: Key
    layer: str
    module: str
    source: int
    to: int
    start_us: int
    arrive_us: int | None
    reply_us: int | None
    end_us: int | None
    text: str
    remark: str
    broken: Break
    outcome: str
    fate: Fate
    failed: bool
    session_id: str
    is_context: bool = False
    via: tuple[str, ...] = ()
    legs: tuple[Key, ...] = ()


class Chart(NamedTuple):
    """Lanes from left to right and arrows from top to bottom. `is_story` is False for what is around an instant.
    `hidden`: how many messages of the story a filter leaves out.
    """

    title: str
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]
    is_story: bool
    hidden: int = 0

    @property
    def messages(self) -> int:
        """How many OCPI messages are shown."""
        return len({leg for arrow in self.arrows if arrow.layer == "OCPI" for leg in arrow.legs or (arrow.key,)})

    @property
    def modules(self) -> list[str]:
        """The OCPI modules that occur, in the order in which they do."""
        return list(dict.fromkeys(arrow.module for arrow in self.arrows if arrow.layer == "OCPI"))


def without_idle_lanes(chart: Chart, arrows: Sequence[Arrow]) -> Chart:
    """The chart with these of its arrows; lifelines that nothing starts from or leads to any more make room."""
    places = sorted({end for arrow in arrows for end in (arrow.source, arrow.to) if end >= 0})
    new = {place: number for number, place in enumerate(places)} | {-1: -1}
    moved = tuple(arrow._replace(source=new[arrow.source], to=new[arrow.to]) for arrow in arrows)
    left = chart._replace(lanes=tuple(chart.lanes[place] for place in places), arrows=moved)
    return left._replace(hidden=chart.hidden + chart.messages - left.messages)


EMPTY: Final = Chart("", (), (), is_story=False)


class Cast:
    """Who plays in a recording: name and role of each party."""

    def __init__(self, recording: Recording) -> None:
        parties = recording.state_at("run", _END, "party")
        self._parties = {id: msgspec.json.decode(value, type=dict[str, Any]) for id, value in parties.items()}

    def lane(self, party: str) -> Lane:
        """The lifeline of a party; one that the recording does not introduce is of another role."""
        about = self._parties.get(party, {})
        role = str(about.get("role", "")).lower()
        name = str(about.get("name", ""))
        kind = _KINDS.get(role, "OTHER")
        word = {"CPO": tr("CPO"), "HUB": tr("Hub"), "EMSP": tr("eMSP")}.get(kind, role.upper() or tr("party"))
        return Lane(party, party, word, name, kind)


def draw_chart(recording: Recording, belonging: Belonging, cast: Cast, title: str, *, is_story: bool) -> Chart:
    """The chart of rows in their order. Messages with bodies are put into fuller words."""
    teller = Teller(recording, belonging.told_to_others)
    told = [(row, teller.line(row)) for row in belonging.rows if _is_shown(row)]
    lanes = _lanes(told, cast, is_story)
    places = {lane.key: place for place, lane in enumerate(lanes)}
    arrows = tuple(_arrow(row, line, places, is_story) for row, line in told)
    return Chart(title, lanes, arrows, is_story)


def _is_shown(row: Row) -> bool:
    """What happens to the run itself has no lifeline."""
    return isinstance(row, Message) or row.kind == "ocpp" or row.source.startswith(DRIVER) or bool(row.party)


def _lanes(told: Iterable[tuple[Row, StoryLine]], cast: Cast, is_story: bool) -> tuple[Lane, ...]:
    lanes: dict[str, Lane] = {}
    for row, _ in told:
        for key in _lane_keys(row, is_story):
            if key not in lanes:
                lanes[key] = _lane(key, cast, is_story)
    return tuple(sorted(lanes.values(), key=lambda lane: (_ORDER.index(lane.kind), lane.key)))


def _lane_keys(row: Row, is_story: bool) -> tuple[str, ...]:
    """Where a row starts and where it leads, as keys of lanes."""
    if isinstance(row, Message):
        return row.sender, row.receiver
    if row.kind == "ocpp":
        charger = row.source if is_story else OCPP
        return (row.party, charger) if b'"to_charge_point"' in row.data else (charger, row.party)
    if row.source.startswith(DRIVER):
        return (row.source if is_story else DRIVER,)
    return (row.party,)


def _lane(key: str, cast: Cast, is_story: bool) -> Lane:
    if key.startswith(DRIVER):
        title = key.removeprefix(DRIVER) if is_story else tr("Drivers")
        return Lane(key, title, tr("driver") if is_story else tr("all"), "", "driver")
    if key.startswith(OCPP):
        title = key.rpartition("/")[2] if is_story else tr("Chargers")
        return Lane(key, title, tr("charger") if is_story else tr("all"), "", "charger")
    return cast.lane(key)


def _arrow(row: Row, line: StoryLine, places: Mapping[str, int], is_story: bool) -> Arrow:
    ends = [places[key] for key in _lane_keys(row, is_story)]
    message = row if isinstance(row, Message) else None
    text, remark = _words(row, line, is_story)
    return Arrow(
        key=key_of(row),
        cause=(row.cause_kind, row.cause),
        layer=line.layer,
        module=message.module if message else "ocpp" if line.layer == "OCPP" else "street",
        source=ends[0],
        to=ends[1] if len(ends) > 1 else -1,
        start_us=line.at_us,
        arrive_us=line.at_us if message is None else message.arrive_us,
        reply_us=None if message is None else message.handled_us,
        end_us=None if message is None else message.end_us,
        text=text,
        remark=remark,
        broken=_broken(message),
        outcome="" if message is None else _outcome(message),
        fate="" if message is None else _fate(message),
        failed=line.failed,
        session_id=message.session_id if message else "",
    )


def _words(row: Row, line: StoryLine, is_story: bool) -> tuple[str, str]:
    """What an arrow says and the remark beside it; where several share a lifeline, whose it is."""
    if is_story or isinstance(row, Message) or line.layer == "office":
        return line.what, line.remark
    name = row.source.rpartition("/")[2]
    if line.layer == "OCPP":
        return line.what, ", ".join(filter(None, (name, line.remark)))
    return tr("{name}: {what}").format(name=name, what=line.what), line.remark


def _broken(message: Message | None) -> Break:
    if message is None or message.final == "delivered":
        return ""
    return "request" if message.handled_us is None else "response"


def _fate(message: Message) -> Fate:
    if message.final == "delivered":
        return "refused" if failed(message) else "copy" if message.duplicate_of else ""
    fates: dict[str, Fate] = {"timed_out": "timed_out", "dead": "dead"}
    return fates.get(message.final, "lost")


def _outcome(message: Message) -> str:
    if message.final != "delivered":
        words = {
            ("timed_out", "request"): tr("no answer in time"),
            ("timed_out", "response"): tr("answered too late"),
            ("lost", "request"): tr("lost"),
            ("lost", "response"): tr("answer lost"),
            ("dead", "request"): tr("not connected"),
            ("dead", "response"): tr("connection broke"),
        }
        return words.get((message.final, _broken(message)), message.final)
    if not failed(message):
        return tr("delivered a second time") if message.duplicate_of else ""
    if message.ocpi_status is not None and message.ocpi_status >= 2000:
        return tr("refused: {code}").format(code=message.ocpi_status)
    return tr("refused: HTTP {code}").format(code=message.http_status)
