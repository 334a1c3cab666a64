"""The Authorization header in both readings, as senders of all ages write it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ocpi.headers import authorization_value, token_matches, tokens_in

tokens = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64)


def test_the_value_is_base64_or_raw() -> None:
    assert authorization_value("example-token", "base64") == "Token ZXhhbXBsZS10b2tlbg=="
    assert authorization_value("example-token", "raw") == "Token example-token"


@given(tokens)
def test_what_one_side_writes_the_other_finds(token: str) -> None:
    assert tokens_in(authorization_value(token, "base64"))[0] == token
    assert tokens_in(authorization_value(token, "raw"))[-1] == token


def test_the_newline_of_the_specifications_sample_is_stripped() -> None:
    assert tokens_in("Token ZXhhbXBsZS10b2tlbgo=") == ("example-token", "ZXhhbXBsZS10b2tlbgo=")
    twice = base64.b64encode(b"example-token\n\n").decode()
    assert tokens_in(f"Token {twice}") == (twice,)


def test_base64_of_something_unprintable_is_a_raw_token() -> None:
    for content in (b"\xff\xfe\xfd", b"\x01\x02\x03", b"two words", b""):
        raw = base64.b64encode(content).decode() or "===="
        assert tokens_in(f"Token {raw}") == (raw,)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Token",
        "Token ",
        "Token  abc",
        "Tokenabc",
        "Bearer abc",
        " Token abc",
        "Token a b",
        "Token abc\n",
        "Token é",
    ],
)
def test_a_malformed_value_names_no_token(value: str) -> None:
    assert tokens_in(value) == ()


def test_the_scheme_is_read_in_any_letter_case() -> None:
    assert tokens_in("token abc") == ("abc",)


@given(st.text(), st.text())
def test_tokens_match_only_when_equal(left: str, right: str) -> None:
    assert token_matches(left, left)
    assert token_matches(left, right) == (left == right)
