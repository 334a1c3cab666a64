"""What is asked of a number by itself: no quantity below nothing, no share below nothing or above the whole.

Nothing in OCPI refuses such numbers, and receivers take them; they are warnings.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.remark import remark

_WHOLE: Final = 100
_ROUNDED: Final = 1
"""How far the shares of a mix together may lie above the whole, for they are often told in whole percents."""


def check_not_negative(obj: Any, names: Iterable[str], section: str, path: str = "$") -> Iterator[Finding]:
    """Amounts of energy, time, power and the like."""
    for name in names:
        value = getattr(obj, name, None)
        if value is not None and value < 0:
            yield remark("negative", f"{path}.{name}", str(value), "0 or more", section, "warning")


def is_percentage(value: Decimal | None) -> bool:
    """Whether a share in percent is one, if it is told."""
    return value is None or 0 <= value <= _WHOLE


def check_percentage(value: Decimal | None, path: str, section: str) -> Iterator[Finding]:
    """A share in percent: a rate of VAT, of another tax, a part of a mix, a state of charge."""
    if not is_percentage(value):
        yield remark("percentage", path, str(value), f"a percentage from 0 to {_WHOLE}", section, "warning")


def check_energy_mix(mix: Any, path: str = "$") -> Iterator[Finding]:
    """An EnergyMix of any version, if there is one."""
    if mix is None:
        return
    for index, source in enumerate(mix.energy_sources):
        yield from check_energy_source(source, f"{path}.energy_sources[{index}]")
    together = sum(source.percentage for source in mix.energy_sources)
    if together > _WHOLE + _ROUNDED:
        where, expected = f"{path}.energy_sources", f"sources of {_WHOLE} percent together"
        yield remark("percentage", where, f"{together} percent together", expected, "locations, EnergyMix", "warning")
    for index, impact in enumerate(mix.environ_impact):
        yield from check_impact(impact, f"{path}.environ_impact[{index}]")


def check_energy_source(source: Any, path: str = "$") -> Iterator[Finding]:
    """An EnergySource of any version."""
    yield from check_percentage(source.percentage, f"{path}.percentage", "locations, EnergySource")


def check_impact(impact: Any, path: str = "$") -> Iterator[Finding]:
    """An EnvironmentalImpact of any version."""
    yield from check_not_negative(impact, ("amount",), "locations, EnvironmentalImpact", path)
