"""What the list of messages costs on a recording of a million: to open, to filter, to sort, to jump."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from simulator.recording.rows import MessageRow
from simulator.recording.writer import Recorder

MESSAGES = 1_000_000
ROUNDS = 5
FILTERS = (
    "module:cdrs from:NL-C01",
    "session:d4d34cc5-e0f2-40cd-a12c-0000000000a1",
    "status>=400",
    "is:failed not final:timed_out",
    "at>=12:00",
    "NL-C01",
    "update",
    "d4d34cc5-e0f2-40cd-a12c-0000000000a1",
    "0a1",
    "no message has this",
)
_A_SESSION = 25
_META = {"start_epoch_us": "1777867200000000", "zone": "Europe/Amsterdam", "seed": "1"}


def rows(count: int) -> Iterator[MessageRow]:
    """Sessions of 25 exchanges each between four CPOs and four eMSPs; every hundredth exchange fails somehow."""
    for exchange in range(1, count + 1):
        session = exchange // _A_SESSION
        id = f"d4d34cc5-e0f2-40cd-a12c-{session:012x}"
        cpo, emsp = f"C{session % 4:02}", f"M{session % 3:02}"
        step = exchange % _A_SESSION
        token = f"T{session % 20_000:07}"
        if step == 0:
            module, route, method, kind = "tokens", "tokens.sender.post_authorize", "POST", "Token"
            path = f"/ocpi/sender/2.2.1/tokens/{token}/authorize"
        elif step == _A_SESSION - 1:
            module, route, method, kind = "cdrs", "cdrs.receiver.post_cdr", "POST", "CDR"
            path = "/ocpi/receiver/2.2.1/cdrs"
        else:
            module, route, method, kind = "sessions", "sessions.receiver.patch_session", "PATCH", "Session"
            path = f"/ocpi/receiver/2.2.1/sessions/NL/{cpo}/{id}"
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
            object_id=token if kind == "Token" else id,
            session_id=id if kind != "Token" else "",
            token_uid=token,
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
    ended_us = str(count * 80_000)
    recorder.close({"duration_us": ended_us, "ended_at_us": ended_us})


def report(folder: Path) -> None:
    """Print medians over the rounds, of the window's view without a display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QEventLoop, Qt
    from PySide6.QtWidgets import QApplication

    from gui.models.cursor import Cursor
    from gui.models.message_rows import DURATION, FROM, TIME
    from gui.models.run import Run
    from gui.theme import Theme
    from gui.views.messages import MessagesView

    path = folder / "million.ocpirun"
    if not path.exists():
        record(path)
    app = QApplication.instance() or QApplication([])
    cursor = Cursor()
    run = Run(cursor)
    view = MessagesView(run, cursor, Theme(dark=False))
    view.resize(1280, 400)
    view.show()

    def settle() -> None:
        app.processEvents()
        while view.is_busy:
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        view.grab()

    def measure(act: Callable[[], object], undo: Callable[[], object]) -> float:
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            act()
            settle()
            took.append(time.perf_counter() - began)
            undo()
            settle()
        return 1e3 * statistics.median(took)

    opened_ms = measure(lambda: run.open(path), run.close)
    print(f"messages: a recording of {MESSAGES:,} open and painted after {opened_ms:,.0f} ms")
    run.open(path)
    settle()
    for text in FILTERS:
        took_ms = measure(lambda text=text: cursor.set_filter(text), lambda: cursor.set_filter(""))  # type: ignore[misc]
        cursor.set_filter(text)
        settle()
        print(f"messages: filter {text!r}: {took_ms:,.0f} ms for {view.model.rowCount():,}")
        cursor.set_filter("")
        settle()
    for name, column in (("from", FROM), ("duration", DURATION)):
        took_ms = measure(
            lambda column=column: view.table.sortByColumn(column, Qt.SortOrder.AscendingOrder),  # type: ignore[misc]
            lambda: view.table.sortByColumn(TIME, Qt.SortOrder.AscendingOrder),
        )
        print(f"messages: sort by {name}: {took_ms:,.0f} ms")
    places = iter(range(0, MESSAGES, MESSAGES // 20))
    jump_ms = measure(lambda: view.table.scrollTo(view.model.index(next(places), 0)), lambda: None)
    print(f"messages: jump to another place: {jump_ms:,.1f} ms", flush=True)
    run.close()
    view.close()
