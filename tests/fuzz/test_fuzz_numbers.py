"""A number that would keep exact arithmetic busy for ever, or that no column can hold, is refused by every reader."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ocpi import codec
from simulator.ocpi.datatypes import DisplayText, Price
from simulator.ocpi.findings import Invalid


def read(literal: str) -> Decimal:
    return codec.decode(f'{{"excl_vat":{literal}}}'.encode(), Price).excl_vat


@pytest.mark.parametrize(
    "literal",
    ["1e15", "-1e15", "1E308", "1e400", "1e99999999", "9" * 400, "1e-100", "-7.5e-9999", "1e-99999999", "1E-0100"],
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
