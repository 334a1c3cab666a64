"""Times as typed become simulated microseconds, right across the change from summer time."""

import pytest

from simulator.filters.instants import Origin

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("text", "begin_us", "length_us"),
    [
        ("07:40", 100 * MINUTE, MINUTE),
        ("7:40:03", 100 * MINUTE + 3 * SECOND, SECOND),
        ("07:40:03.5", 100 * MINUTE + 3_500_000, 100_000),
        ("07:40:03.412", 100 * MINUTE + 3_412_000, 1_000),
        ("05:59", -MINUTE, MINUTE),
        ("00:15+1", 18 * HOUR + 15 * MINUTE, MINUTE),
        ("23:59 -1", -6 * HOUR - MINUTE, MINUTE),
        ("00:15:00 +1", 18 * HOUR + 15 * MINUTE, SECOND),
        ("2026-05-04T07:40", 100 * MINUTE, MINUTE),
        ("2026-05-04T05:40:00Z", 100 * MINUTE, SECOND),
        ("2026-05-04T07:40:00.250+02:00", 100 * MINUTE + 250_000, 1_000),
    ],
)
def test_spans(text: str, begin_us: int, length_us: int) -> None:
    origin = Origin.of({"start_epoch_us": "1777867200000000", "zone": "Europe/Amsterdam"})
    assert origin.span(text) == (begin_us, begin_us + length_us)


def test_an_hour_that_comes_twice_is_its_first() -> None:
    origin = Origin(1_792_879_200_000_000, "Europe/Amsterdam")  # 2026-10-25T00:00, clocks go back at 03:00
    assert origin.span("02:30")[0] == 150 * MINUTE
    assert origin.span("03:30")[0] == 270 * MINUTE


@pytest.mark.parametrize("text", ["", "7", "24:00", "07:60", "07:40:61", "noon", "2026-05-04", "2026-13-04T07:40"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Origin().span(text)
