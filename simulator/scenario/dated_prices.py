"""Prices for certain days, which a dump often has for the day after it was taken: does the imported run reach them?"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from simulator.ocpi.v2_2_1.tariffs import Tariff


def dated_prices(tariffs: Sequence[Tariff], first: date, hours: int, zone: str, scenario: Path) -> tuple[str, ...]:
    """A sentence where tariffs have prices by date and the run that begins on `first` reaches none of those.

    Source: OCPI 2.2.1, Tariffs, TariffRestrictions: `start_date` is the first day, `end_date` the first one after.
    """
    begins, ends = first.isoformat(), (first + timedelta(hours=hours - 1, days=1)).isoformat()
    missed: list[str] = []
    last = ""
    count = 0
    for tariff in tariffs:
        spans = [
            (restrictions.start_date or "", restrictions.end_date or "9999-12-31")
            for element in tariff.elements
            if (restrictions := element.restrictions) is not None
            and (restrictions.start_date is not None or restrictions.end_date is not None)
        ]
        if spans and not any(start < ends and end > begins for start, end in spans):
            count += 1
            missed += [start for start, _ in spans if start]
            last = max(last, *(end for _, end in spans))
    if not count:
        return ()
    these = "1 tariff has prices by date, none" if count == 1 else f"{count:,} tariffs have prices by date, none"
    if not missed:
        return (f"{these} of which the run from {first} on reaches; the last end on {last}.",)
    play = f'{scenario} --set start="{min(missed)}T00:00 {zone}"'
    return (f"{these} of which the run from {first} on reaches. To play them: ocpi-sim run {play}",)
