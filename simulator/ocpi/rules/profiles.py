"""What is asked of a ChargingProfile as a whole. Source: OCPI 2.2.1, ChargingProfiles, ChargingProfilePeriod."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.measures import check_not_negative
from simulator.ocpi.rules.remark import remark

_SECTION: Final = "chargingprofiles, ChargingProfilePeriod"
_TENTH: Final = Decimal("0.1")


def check_request(request: Any) -> Iterator[Finding]:
    """What a SetChargingProfile or an ActiveChargingProfile holds."""
    yield from check_profile(request.charging_profile, "$.charging_profile")


def check_result(result: Any) -> Iterator[Finding]:
    """What an ActiveChargingProfileResult holds, if there was a profile."""
    if result.profile is not None:
        yield from check_profile(result.profile.charging_profile, "$.profile.charging_profile")


def check_profile(profile: Any, path: str = "$") -> Iterator[Finding]:
    """A ChargingProfile."""
    yield from check_not_negative(profile, ("min_charging_rate",), _SECTION, path)
    last_s = None
    for index, period in enumerate(profile.charging_profile_period):
        where = f"{path}.charging_profile_period[{index}]"
        if last_s is not None and period.start_period <= last_s:
            expected = f"more than {last_s}, when the period before it starts"
            yield remark(
                "profile-order", f"{where}.start_period", str(period.start_period), expected, _SECTION, "warning"
            )
        last_s = period.start_period
        yield from check_profile_period(period, where)


def check_profile_period(period: Any, path: str = "$") -> Iterator[Finding]:
    """A ChargingProfilePeriod, by itself."""
    yield from check_not_negative(period, ("limit",), _SECTION, path)
    if period.limit % _TENTH:
        expected = "a limit with one decimal at most"
        yield remark("profile-limit", f"{path}.limit", str(period.limit), expected, _SECTION, "warning")
