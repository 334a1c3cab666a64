"""What is looked up in texts once read: the same answer whoever else looks, and however much was forgotten."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from ocpi_shared import sample

from simulator.ocpi import codec, formats
from simulator.ocpi.datatypes import DATE_TIME, format_datetime
from simulator.ocpi.v2_2_1.sessions import Session


def test_two_threads_may_look_up_texts_while_known_ones_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "_MOST_KNOWN", 1)
    session = sample("session_example_1_simple_start")
    assert "end_date_time" not in session

    def decode(first: int) -> None:
        for second in range(first, first + 15_000):
            body = codec.encode({**session, "last_updated": format_datetime(second * 1_000_000)})
            assert codec.decode(body, Session).end_date_time is None

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(decode, (0, 1_000_000)))
    finally:
        sys.setswitchinterval(usual)


def test_forgetting_takes_nothing_from_the_set_that_another_thread_looks_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "_MOST_KNOWN", 10)
    form = formats.Format(DATE_TIME)
    for second in range(100):
        before, held = form.known, set(form.known)
        assert form.takes(format_datetime(second * 1_000_000))
        assert held <= before
        assert None in form.known
        assert len(form.known) <= 12
    assert not form.takes("2026-02-30T00:00:00Z")
