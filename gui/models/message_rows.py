"""What the list of messages knows of each of them, and how its columns say it."""

from typing import Final, NamedTuple

from msgspec import Struct

from gui.models.message_search import Order
from simulator.i18n import tr
from simulator.ocpi.status import meaning as status_meaning
from simulator.recording.rows import Message
from simulator.report.hints import Tally


class Row(NamedTuple):
    """What the list knows of one message."""

    exchange: int
    start_us: int
    duration_us: int
    sender: str
    receiver: str
    module: str
    route: str
    method: str
    path: str
    final: str
    failure: str
    http_status: int | None
    ocpi_status: int | None
    object_kind: str
    object_id: str
    hints: Tally


class Column(Struct, frozen=True):
    """A column: what to order by, its title, what the title means, and whether it holds numbers."""

    order: Order
    title: str
    help: str
    is_number: bool = False


COLUMNS: Final = (
    Column("time", tr("Time"), tr("When the request left, in local time; -1 is the day before the run's first")),
    Column("from", tr("From"), tr("The party that sent the request")),
    Column("to", tr("To"), tr("The party that received it")),
    Column("meaning", tr("What it means"), tr("What the exchange is for; the colour is its OCPI module's")),
    Column("status", tr("HTTP / OCPI"), tr("The status of the answer: HTTP, then OCPI; or how it failed")),
    Column("hints", tr("Hints"), tr("What an expert of OCPI remarks on the exchange: how much, and how grave")),
    Column("duration", tr("Duration"), tr("Simulated milliseconds until the sender knew the outcome"), True),
    Column("method", tr("Method"), tr("The HTTP method")),
    Column("path", tr("Path"), tr("The path of the URL")),
)
"""What is needed most stands first: a narrow list shows the others when it is scrolled."""
TIME, FROM, TO, MEANING, STATUS, HINTS, DURATION, METHOD, PATH = range(len(COLUMNS))

_FINALS: Final = {"timed_out": tr("timed out"), "lost": tr("lost"), "dead": tr("not connected")}


def outcome_text(row: Row | Message) -> str:
    """The outcome in a word or two: `200 / 1000`, or how it failed."""
    if row.final != "delivered":
        return _FINALS.get(row.final, row.final)
    return " / ".join(str(code) for code in (row.http_status, row.ocpi_status) if code is not None)


def outcome_sentence(row: Row | Message) -> str:
    """The outcome in a sentence."""
    if row.final != "delivered":
        return row.failure or _FINALS.get(row.final, row.final)
    if row.ocpi_status is None:
        return tr("HTTP {status}, without an OCPI status.").format(status=row.http_status)
    return tr(status_meaning(row.ocpi_status))


def outcome_icon(row: Row | Message) -> str:
    """The icon that goes with it."""
    if row.final != "delivered":
        return {"timed_out": "timed_out", "lost": "lost"}.get(row.final, "error")
    if (row.http_status or 0) >= 500 or (row.ocpi_status or 0) >= 3000:
        return "error"
    return "refused" if (row.http_status or 0) >= 400 or (row.ocpi_status or 0) >= 2000 else "good"


def duration_text(duration_us: int) -> str:
    """Milliseconds; a decimal where whole ones would say little."""
    duration_ms = duration_us / 1_000
    return tr("{duration} ms").format(duration=f"{duration_ms:,.1f}" if duration_ms < 10 else f"{duration_ms:,.0f}")
