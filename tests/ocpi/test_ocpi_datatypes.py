"""Instants to text and back, and that reading a message and reading an instant agree on what a DateTime is."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.ocpi import codec
from simulator.ocpi.datatypes import ci_key, format_datetime, later, parse_datetime
from simulator.ocpi.findings import Invalid
from simulator.ocpi.v2_2_1.locations import ExceptionalPeriod, GeoLocation

FIRST_US = -62_135_596_800_000_000
LAST_US = 253_402_300_799_999_999
instants_us = st.integers(FIRST_US, LAST_US)
near_datetimes = st.one_of(
    st.from_regex(r"\A[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,4})?(Z|)\Z"),
    st.from_regex(r"\A2[0-9]{3}-02-29T00:00:00([ Zz]|\+00:00|\+0000|)\Z"),
)


@given(instants_us)
@example(0)
@example(-1)
@example(LAST_US)
def test_an_instant_survives_to_the_millisecond(epoch_us: int) -> None:
    text = format_datetime(epoch_us)
    assert len(text) <= 25
    assert parse_datetime(text) == epoch_us // 1000 * 1000


@given(st.datetimes())
def test_every_day_of_the_calendar_is_read(moment: dt.datetime) -> None:
    seconds = moment.replace(microsecond=0)
    assert parse_datetime(seconds.isoformat()) == int(seconds.replace(tzinfo=dt.UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("epoch_us", "text"),
    [
        (1_777_874_400_000_000, "2026-05-04T06:00:00Z"),
        (1_777_874_400_000_999, "2026-05-04T06:00:00Z"),
        (1_777_874_400_120_999, "2026-05-04T06:00:00.120Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_milliseconds_are_written_only_when_there_are_any(epoch_us: int, text: str) -> None:
    assert format_datetime(epoch_us) == text


def test_no_designator_means_utc() -> None:
    assert parse_datetime("2026-05-04T06:00:00.5") == parse_datetime("2026-05-04T06:00:00.500Z")


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-01T00:00:00+00:00",
        "2024-01-01T02:00:00+02:00",
        "2024-01-01T00:00:00-0000",
        "2024-01-01 00:00:00Z",
        "2024-01-01t00:00:00z",
        "2024-01-01T00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00.1234Z",
        "2024-01-01T00:00:00Z\n",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0000-02-29T00:00:00Z",
        "2024-01-01",
        "",
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="expected UTC without an offset, such as"):
        parse_datetime(text)
    assert not is_accepted_in_a_message(text)


@given(near_datetimes)
def test_messages_and_instants_agree_on_what_a_datetime_is(text: str) -> None:
    try:
        parse_datetime(text)
    except ValueError:
        assert not is_accepted_in_a_message(text)
    else:
        assert is_accepted_in_a_message(text)


def is_accepted_in_a_message(text: str) -> bool:
    try:
        codec.decode(codec.encode({"period_begin": text, "period_end": text}), ExceptionalPeriod)
    except Invalid:
        return False
    return True


@given(instants_us, instants_us)
def test_later_is_the_later_instant(left_us: int, right_us: int) -> None:
    latest = later(format_datetime(left_us), format_datetime(right_us))
    assert latest == format_datetime(max(left_us, right_us))


def test_later_compares_instants_not_texts() -> None:
    assert later("2026-05-04T06:00:00.001Z", "2026-05-04T06:00:00Z") == "2026-05-04T06:00:00.001Z"
    assert later("2026-05-04T06:00:00", "2026-05-04T06:00:00Z") == "2026-05-04T06:00:00"


def test_ids_are_compared_without_letter_case() -> None:
    assert ci_key("Loc1") == ci_key("LOC1") != ci_key("LOC2")


@pytest.mark.parametrize("decimals", [5, 6, 7])
def test_coordinates_are_texts_of_five_to_seven_decimals(decimals: int) -> None:
    place = {"latitude": f"-5.{'1' * decimals}", "longitude": f"-179.{'1' * min(decimals, 6)}"}
    assert codec.decode(codec.encode(place), GeoLocation).latitude == place["latitude"]


@pytest.mark.parametrize("latitude", [51.04759, "51.0475", "51.04759901", "51,04759", "N51.04759"])
def test_other_coordinates_are_refused(latitude: object) -> None:
    with pytest.raises(Invalid) as caught:
        codec.decode(codec.encode({"latitude": latitude, "longitude": "4.48000"}), GeoLocation)
    assert [finding.path for finding in caught.value.findings] == ["$.latitude"]
    assert not caught.value.broken
