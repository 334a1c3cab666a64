"""What a client of the control API may write in a body, read strictly, with a sentence when it is wrong."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec

T = TypeVar("T")

SLOWEST: Final = 0.001
FASTEST: Final = 1_000_000.0
MAX_ROWS: Final = 10_000

_CLOCK: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT: Final = (
    'expected {"at": 36000} (seconds from the start), {"at": "2026-05-04T10:00:00Z"} or {"at": "10:00"} '
    "(local time on the first day)"
)


class BadOrder(ValueError):
    """The body is not what was asked for; the text is a sentence for who sent it."""


class NoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of an order that needs no more than its name."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many rows of the recording to go on."""

    rows: Annotated[int, msgspec.Meta(ge=1, le=MAX_ROWS)] = 1


class RunUntil(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds from the start, an ISO 8601 instant (without an offset: local), or a time of the first day."""

    at: float | str


class Speed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Simulated seconds a wall second, or "max"."""

    factor: float | str


def read(body: bytes, kind: type[T]) -> T:
    """The body as `kind`; an empty one counts as `{}`. Raises BadOrder."""
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadOrder(f"The body is not what this path expects: {error}.") from error


def factor_of(order: Speed) -> float | None:
    """The factor asked for; None stands for "max". Raises BadOrder."""
    if order.factor == "max":
        return None
    if isinstance(order.factor, str) or not SLOWEST <= order.factor <= FASTEST:
        raise BadOrder(
            f'The factor is {order.factor!r}; expected {{"factor": 60}}, a number from {SLOWEST:g} to {FASTEST:,.0f}, '
            'or {"factor": "max"}.'
        )
    return order.factor


def instant_us(order: RunUntil, start_epoch_us: int, zone: str) -> int:
    """Microseconds from the scenario's start to the instant asked for. Raises BadOrder.

    A clock time that comes twice on the day summer time ends is its first occurrence.
    """
    at = order.at
    try:
        if isinstance(at, str):
            return (_utc(at, start_epoch_us, ZoneInfo(zone)) - _EPOCH) // timedelta(microseconds=1) - start_epoch_us
        if abs(at) < 1e12 and math.isfinite(at):
            return round(at * 1_000_000)
    except (ValueError, OverflowError):
        pass
    raise BadOrder(f"The instant is {at!r}; {_INSTANT}.")


def _utc(text: str, start_epoch_us: int, zone: ZoneInfo) -> datetime:
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hour, minute, second = (int(part or 0) for part in clock.groups())
        first_day = (_EPOCH + timedelta(microseconds=start_epoch_us)).astimezone(zone)
        local = first_day.replace(hour=hour, minute=minute, second=second, microsecond=0, fold=0)
    else:
        local = datetime.fromisoformat(text)
        if local.tzinfo is None:
            local = local.replace(tzinfo=zone)
    return local.astimezone(UTC)
