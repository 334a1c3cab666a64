"""A number that would keep exact arithmetic busy for ever, or that no column can hold, is refused by every reader."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ocpi import codec
from simulator.ocpi.datatypes import DisplayText, Price
from simulator.ocpi.examine import BEYOND
from simulator.ocpi.findings import Invalid
from simulator.ocpi.v2_2_1.locations import Connector

PLUG = (
    '{"id":"1","standard":"IEC_62196_T2","format":"SOCKET","power_type":"AC_3_PHASE","max_amperage":16,'
    '"last_updated":"2026-05-04T06:00:00Z",%s}'
)


def read(literal: str) -> Decimal:
    return codec.decode(f'{{"excl_vat":{literal}}}'.encode(), Price).excl_vat


@pytest.mark.parametrize(
    "literal",
    [
        *("1e15", "-1e15", "1E308", "1e400", "1e99999999", "9" * 400, "1e-100", "-7.5e-9999", "1e-99999999", "1E-0100"),
        *(
            "9" * 9_000,
            "-" + "9" * 9_000,
            "0." + "1" * 9_000,
            "9" * 9_000 + ".5",
            "1e" + "9" * 9_000,
            "0." + "0" * 9_000,
        ),
    ],
    ids=lambda literal: f"{literal[:12]} of {len(literal)}",
)
def test_a_number_without_measure_is_refused(literal: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(literal)
    assert [(each.rule, each.path) for each in refused.value.findings] == [("out-of-range", "$.excl_vat")]


@pytest.mark.parametrize(
    "literal", ["0", "-0.0", "999999999999999", "-1e14", "1e-99", "1.5E-0007", "0.35000000000000003"]
)
def test_an_ordinary_one_is_read_exactly(literal: str) -> None:
    assert read(literal) == Decimal(literal)


@given(st.decimals(-(10**14), 10**14, places=6))
def test_whatever_has_decimals_is_read_exactly(number: Decimal) -> None:
    assert read(str(number)) == number


def test_a_text_that_looks_like_a_small_number_is_a_text() -> None:
    tree = b'{"language":"en","text":"from 4e-123, to: 5E-999"}'
    assert codec.decode(tree, DisplayText).text == "from 4e-123, to: 5E-999"


@pytest.mark.parametrize("literal", ["1" * 9_000, "0." + "1" * 9_000, "1e" + "9" * 9_000])
def test_of_digits_without_end_no_number_is_made(literal: str) -> None:
    """Ten million of them would keep a receiver busy; they are counted, and the rest is read as it is."""
    text = "1" * 9_000
    tree = codec.parse(f'{{"long":[{literal}],"text":"{text}","escaped":"\\"{literal}","price":-1.5e1}}'.encode())
    assert tree["long"][0] is BEYOND
    assert (tree["text"], tree["escaped"], tree["price"]) == (text, f'"{literal}', Decimal("-15"))


def test_too_many_digits_are_named_in_a_sentence() -> None:
    with pytest.raises(Invalid) as refused:
        codec.decode((PLUG % f'"max_voltage":{"2" * 9_000}').encode(), Connector)
    assert not refused.value.broken, "it is JSON, which an endpoint refuses with 2001"
    assert str(refused.value) == (
        "$.max_voltage: found a number that is too long to be read, expected a whole number "
        "(OCPI 2.2.1 locations, Connector)."
    )


@pytest.mark.parametrize("literal", ["1" * 9_000, "0." + "1" * 9_000])
@pytest.mark.parametrize("more", ["", ',"tariff_ids":null'])
def test_a_field_that_nobody_knows_may_hold_what_it_likes(literal: str, more: str) -> None:
    plug = codec.decode((PLUG % f'"max_voltage":230,"digits":{literal}{more}').encode(), Connector)
    assert plug.max_voltage == 230


@pytest.mark.parametrize("broken", ["[1..%s]", "[%s", "{%s}", "[%s,]"])
def test_broken_json_is_broken_with_many_digits_too(broken: str) -> None:
    with pytest.raises(Invalid) as refused:
        codec.parse((broken % ("1" * 9_000)).encode())
    assert refused.value.broken
