"""Rows as the engine writes them, for charts of what the shipped scenarios do not show."""

import json
from pathlib import Path
from typing import Any

from gui.models.sequence_chart import Arrow
from simulator.recording.rows import EventRow, MessageRow, StateRow
from simulator.recording.writer import Recorder

S = 1_000_000
ROLES = {"NL-ABC": "cpo", "NL-HUB": "hub", "NL-EMA": "emsp", "NL-NOM": "emsp"}


class Scene:
    """A recording of a CPO, a hub and two eMSPs, written row by row."""

    def __init__(self, path: Path, level: Any = "full") -> None:
        self.path = path
        meta = {"start_epoch_us": "1777870800000000", "zone": "Europe/Amsterdam", "level": level}
        self.recorder = Recorder.create(path, level, meta)
        self.exchanges = 0
        for party, role in ROLES.items():
            about = json.dumps({"role": role, "name": f"Name of {party}"}).encode()
            self.recorder.state(StateRow(0, "run", "party", party, about))

    def event(self, at_us: int, source: str, kind: str, party: str, subject: str = "", **data: Any) -> int:
        return self.recorder.event(EventRow(at_us, source, kind, party, subject, json.dumps(data).encode()))

    def message(
        self, at_us: int, sender: str, receiver: str, route: str = "sessions.receiver.patch_session", **fields: Any
    ) -> int:
        self.exchanges += 1
        row: dict[str, Any] = {
            "exchange": self.exchanges, "cause_kind": "", "cause": 0, "depth": 1, "start_us": at_us,
            "arrive_us": at_us + 10_000, "handled_us": at_us + 10_000, "end_us": at_us + 25_000, "final": "delivered",
            "failure": "", "sender": sender, "receiver": receiver, "module": route.partition(".")[0],
            "interface": "RECEIVER", "route": route, "method": "PATCH", "path": "/p", "host": "h", "version": "2.2.1",
            "http_status": 200, "ocpi_status": 1000, "object_kind": "", "object_id": "", "session_id": "",
            "token_uid": "", "location_id": "", "correlation_id": "c", "request_id": "r",
            "request_headers": (("Host", "h"),), "request_body": b"{}", "response_headers": (),
            "response_body": b"{}",
        }  # fmt: skip
        self.recorder.message(MessageRow(**{**row, **fields}))
        return self.exchanges

    def close(self) -> Path:
        self.recorder.close({"state": "closed"})
        return self.path


def arrow(number: int, start_us: int, latency_us: int | None = 10_000, **fields: Any) -> Arrow:
    """An arrow between two lifelines; without a latency its request never arrives."""
    later = None if latency_us is None else start_us + latency_us
    end_us = start_us + 2 * (latency_us or 5 * S)
    row: dict[str, Any] = {
        "key": ("message", number), "cause": ("", 0), "layer": "OCPI", "module": "sessions", "source": 0, "to": 1,
        "start_us": start_us, "arrive_us": later, "reply_us": later, "end_us": end_us, "text": "", "remark": "",
        "broken": "" if later else "request", "outcome": "", "fate": "", "failed": False, "session_id": "",
    }  # fmt: skip
    return Arrow(**{**row, **fields})
