"""How much power a charging profile allows and until when, in few words: `4.2 kW until 10:00`.

Source: OCPI 2.2.1, ChargingProfiles module, ChargingProfile; OCPP 2.0.1, SetChargingProfile.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from simulator.i18n import tr

Fields = Mapping[str, Any]
_MOST_STEPS: Final = 3
_US_PER_S: Final = 1_000_000


def power(limit_w: Decimal | int) -> str:
    """A limit in kW, without zeros at its end."""
    kilowatts = (Decimal(limit_w) / 1000).quantize(Decimal("0.001")).normalize()
    return f"{kilowatts:f} kW"


def ocpi_limits(body: Fields, clock: Callable[[int], str], start_epoch_us: int) -> str:
    """The limits in the body of a PUT or a result; "" when it has none that can be read. `clock` tells `at_us`."""
    try:
        return _ocpi_limits(body, clock, start_epoch_us)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # A party from outside may send anything.
        return ""


def ocpp_limits(data: Fields, clock: Callable[[int], str]) -> str:
    """The limits in a SetChargingProfile."""
    steps = [(each["start_s"], power(each["limit_w"])) for each in data["periods"]]
    return _told(steps, data.get("start_us"), data.get("duration_s"), clock)


def _ocpi_limits(body: Fields, clock: Callable[[int], str], start_epoch_us: int) -> str:
    active = body.get("profile")
    outer = active if isinstance(active, Mapping) else body
    profile = outer.get("charging_profile")
    if not isinstance(profile, Mapping):
        return ""
    start = profile.get("start_date_time")
    start_us = None if start is None else _epoch_us(str(start)) - start_epoch_us
    format_limit = _amperes if profile.get("charging_rate_unit") == "A" else power
    steps = [(each["start_period"], format_limit(each["limit"])) for each in profile["charging_profile_period"]]
    # The limits that apply are told for a while ahead: that this while ends lifts no limit.
    ends_after_s = profile.get("duration") if outer is body and "response_url" in body else None
    return _told(steps, start_us, ends_after_s, clock)


def _told(
    steps: Sequence[tuple[int, str]], start_us: int | None, ends_after_s: int | None, clock: Callable[[int], str]
) -> str:
    """Each limit with its end; without a start the ends are not known."""
    ends_s = [*(start_s for start_s, _ in steps[1:]), ends_after_s]
    parts = []
    for (_, limit), end_s in list(zip(steps, ends_s, strict=True))[:_MOST_STEPS]:
        if start_us is None or end_s is None:
            parts.append(limit)
        else:
            time = clock(start_us + end_s * _US_PER_S).removesuffix(":00")
            parts.append(tr("{limit} until {time}").format(limit=limit, time=time))
    if len(steps) > _MOST_STEPS:
        parts.append("…")
    return tr(", then ").join(parts)


def _amperes(limit_a: Decimal | int) -> str:
    return f"{Decimal(limit_a).normalize():f} A"


def _epoch_us(text: str) -> int:
    """An OCPI DateTime, which without a zone is UTC."""
    instant = datetime.fromisoformat(text if text.endswith("Z") else f"{text}Z")
    return round(instant.timestamp() * _US_PER_S)
