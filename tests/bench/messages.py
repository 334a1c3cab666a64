"""What the list of messages costs on a recording of a million: to open, to filter, to sort, to show a page."""

import time
from collections.abc import Iterator
from pathlib import Path

from simulator.recording.rows import MessageRow
from simulator.recording.writer import Recorder

MESSAGES = 1_000_000
_A_SESSION = 25
_META = {"start_epoch_us": "1777867200000000", "zone": "Europe/Amsterdam", "seed": "1"}


def rows(count: int) -> Iterator[MessageRow]:
    """Sessions of 25 exchanges each between four CPOs and four eMSPs; every hundredth exchange fails somehow."""
    for exchange in range(1, count + 1):
        session = exchange // _A_SESSION
        id = f"d4d34cc5-e0f2-40cd-a12c-{session:012x}"
        cpo, emsp = f"C{session % 4:02}", f"M{session % 3:02}"
        step = exchange % _A_SESSION
        module, route, method, path, kind = (
            ("tokens", "tokens.sender.post_authorize", "POST", f"/ocpi/sender/2.2.1/tokens/T{session % 20_000:07}/authorize", "Token")
            if step == 0
            else ("cdrs", "cdrs.receiver.post_cdr", "POST", "/ocpi/receiver/2.2.1/cdrs", "CDR")
            if step == _A_SESSION - 1
            else ("sessions", "sessions.receiver.patch_session", "PATCH", f"/ocpi/receiver/2.2.1/sessions/NL/{cpo}/{id}", "Session")
        )
        failed = exchange % 100 == 0
        start_us = exchange * 80_000
        yield MessageRow(
            exchange=exchange,
            cause_kind="event",
            cause=exchange,
            depth=1,
            start_us=start_us,
            arrive_us=start_us + 40_000,
            end_us=start_us + 60_000 + exchange * 7919 % 90_000,
            final="timed_out" if exchange % 1_000 == 0 else "delivered",
            failure="",
            sender=f"NL-{cpo}",
            receiver=f"NL-{emsp}",
            module=module,
            interface="RECEIVER",
            route=route,
            method=method,
            path=path,
            host=f"nl-{emsp.lower()}.ocpi.test",
            version="2.2.1",
            http_status=(404 if exchange % 500 else 500) if failed else 200,
            ocpi_status=2003 if failed else 1000,
            object_kind=kind,
            object_id=id if kind == "Session" else f"T{session % 20_000:07}",
            session_id=id if kind != "Token" else "",
            token_uid=f"T{session % 20_000:07}",
            location_id=f"NL-{cpo}-L{session % 500:03}",
            correlation_id=f"1f0d2c9a-7c61-4f43-a1b2-{exchange:012x}",
            request_id=f"1f0d2c9a-7c61-4f43-a1b2-{exchange:012x}",
            request_headers=(),
            request_body=b"",
            response_headers=(),
            response_body=b"",
            handled_us=start_us + 41_000,
        )


def record(path: Path, count: int = MESSAGES) -> None:
    """A finished recording of so many messages."""
    recorder = Recorder.create(path, "headers", _META)
    for row in rows(count):
        recorder.message(row)
        recorder.offer()
    recorder.close({"duration_us": str(count * 80_000)})
