"""What the filter language means, and what it says to what it does not understand."""

import pytest
from filters_patch import PATCH
from msgspec.structs import replace

from simulator.filters.errors import FilterError
from simulator.filters.instants import Origin
from simulator.filters.parse import MOST_CHARACTERS, MOST_DEPTH, MOST_FACTS, parse, term
from simulator.filters.words import WORDS

ORIGIN = Origin(1_777_867_200_000_000, "Europe/Amsterdam")  # 2026-05-04T06:00 in Amsterdam


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "s1",
        "/sessions/",
        "NL-*MA",
        '"Session update"',
        "update l1 t1",
        "from:nl-abc to:NL-EMA party:NL-ABC party:NL-EMA",
        "module:sessions method:patch version:2.2.1 kind:session route:*.patch_*",
        "session:S1 token:T1 location:L1 object:s1 path:*/S1 correlation:c-7 request:r-7",
        "status:404 status=404 status!=200 status>=404 status<=404 status>403 status<405 status:4xx status>3xx",
        "ocpi:2003 ocpi:2xxx ocpi!=1000 exchange:7 final:delivered is:failed is!=duplicate",
        "duration:250 duration:250ms duration>0.2s duration<1min",
        "at:07:40 at:07:40:00 at>=07:40 at<=07:40 at<07:41 at>07:39 at:2026-05-04T05:40Z at>=2026-05-04T07:40:00.000",
        'at<00:00+1 at:"07:40:00 +0"',
        "not from:NL-EMA",
        "from:X or to:NL-EMA",
        "(from:X or to:NL-EMA) and not status:200",
        "from:X and to:NL-EMA or s1",
        "NOT (from:X) AND S1",
    ],
)
def test_takes(text: str) -> None:
    assert parse(text, ORIGIN).matches(PATCH)


@pytest.mark.parametrize(
    "text",
    [
        "nowhere",
        "from:NL",
        "session:S",
        "session:S1x",
        "status:200",
        "status>4xx",
        "status<404",
        "evse:S1",
        "duration>250",
        "at>07:40",
        "at<07:40",
        "at:07:40+1",
        "is:duplicate",
        "s1 nowhere",
        "not s1",
        "not not nowhere",
        "(s1 or t1) and nowhere",
        'path:"*/S1"',
    ],
)
def test_leaves_out(text: str) -> None:
    assert not parse(text, ORIGIN).matches(PATCH)


def test_what_never_got_an_answer_has_no_status_to_compare() -> None:
    unanswered = replace(PATCH, final="timed_out", http_status=None, ocpi_status=None)
    assert not parse("status>=0").matches(unanswered)
    assert parse("not status>=0").matches(unanswered)
    assert parse("is:failed").matches(unanswered)


@pytest.mark.parametrize(
    ("text", "position", "end", "words"),
    [
        ("modul:sessions", 0, 14, "did you mean “module”"),
        ("http://nl-ema", 0, 13, "put it in quotes"),
        ("s1 session<S1", 3, 13, "session:ID"),
        ("s1 session:", 3, 11, "value is missing"),
        ("status:ok", 0, 9, "whole number"),
        ("status:4xxxx", 0, 12, "whole number"),
        ("final:late", 0, 10, "timed_out"),
        ("is:good", 0, 7, "failed, duplicate"),
        ("duration:soon", 0, 13, "1.5s"),
        ("at:25:00", 0, 8, "07:40"),
        ("at:2026-02-30T10:00", 0, 19, "07:40"),
        ("(s1", 0, 1, "never closed"),
        ("s1)", 2, 3, "closes nothing"),
        ("s1 or", 5, 5, "condition is missing"),
        ("or s1", 0, 2, "condition is missing"),
        ("s1 and and t1", 7, 10, "condition is missing"),
        ("()", 1, 2, "condition is missing"),
        ("not", 3, 3, "condition is missing"),
        ('s1 "abc', 3, 7, "quote"),
        ('session:"abc', 8, 12, "quote"),
        ("ab\x00c", 2, 3, "control character"),
        ("ab\ud800c", 2, 3, "control character"),
        ("x" * (MOST_CHARACTERS + 1), MOST_CHARACTERS, MOST_CHARACTERS + 1, "characters"),
        ("a " * (MOST_FACTS + 1), 2 * MOST_FACTS, 2 * MOST_FACTS + 1, "conditions"),
        ("(" * (MOST_DEPTH + 1), MOST_DEPTH, MOST_DEPTH + 1, "nested"),
    ],
)
def test_an_error_says_what_and_where(text: str, position: int, end: int, words: str) -> None:
    with pytest.raises(FilterError, match=r".") as refused:
        parse(text, ORIGIN)
    assert (refused.value.position, refused.value.end) == (position, end)
    assert words in refused.value.sentence
    assert str(refused.value) == refused.value.sentence


def test_times_of_day_need_a_run() -> None:
    with pytest.raises(FilterError, match="when a recording is open"):
        parse("at>=07:40")


def test_every_word_explains_itself_with_an_example_that_works() -> None:
    for word in WORDS.values():
        assert word.help
        assert parse(word.example, ORIGIN).text == word.example


def test_a_term_is_quoted_only_where_it_must_be() -> None:
    assert term("session", "S-1") == "session:S-1"
    assert term("session", "a b") == 'session:"a b"'
    assert term("token", 'x*"\\') == 'token:"x*\\"\\\\"'
    assert term("session", "") == 'session:""'
