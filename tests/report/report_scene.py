"""A small recording written row by row as the engine would, for the tests of simulator/report."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.recording.rows import EventRow, FaultRow, HintRow, Level, MessageRow, MoneyRow
from simulator.recording.writer import Recorder

S = 1_000_000
MIN = 60 * S
START_EPOCH_US = 1_777_870_800_000_000
"""2026-05-04T05:00Z, 07:00 in Amsterdam."""

SUMMARY: dict[str, Any] = {
    "digest": "d16e57",
    "exchanges": 16,
    "exchanges_per_s": 2345.6,
    "sessions": 5,
    "cdrs": 1,
    "energy_wh": {"plug": 21_000, "cdrs": 20_500, "open": 0, "held_back": 500},
    "cost": {"EUR": "8.00"},
    "wall_s": 1.5,
    "peak_memory_mb": 99.5,
    "checks": {"energy": True, "money": True},
}


class Scene:
    """Writes rows; each method returns how a later row names this one as its cause."""

    def __init__(self, path: Path, level: Level = "full", **meta: str) -> None:
        self.path = path
        about = {
            "scenario_name": "Monday morning",
            "seed": "7",
            "zone": "Europe/Amsterdam",
            "start_epoch_us": str(START_EPOCH_US),
            "wire": "memory",
        }
        self.recorder = Recorder.create(path, level, {**about, **meta})
        self.exchanges = 0

    def event(
        self, at_us: int, source: str, kind: str, party: str, subject: str = "", cause: Any = ("", 0), /, **data: Any
    ) -> tuple[str, int]:
        row = EventRow(at_us, source, kind, party, subject, json.dumps(data).encode(), cause[0], cause[1])
        return "event", self.recorder.event(row)

    def ocpp(self, at_us: int, evse: str, cause: Any, subject: str = "", up: bool = True, **data: Any) -> Any:
        direction = "to_cpo" if up else "to_charge_point"
        return self.event(
            at_us, f"ocpp/NL-ABC/{evse}", "ocpp", "NL-ABC", subject or evse, cause, direction=direction, **data
        )

    def transaction(self, at_us: int, evse: str, subject: str, cause: Any, kind: str, register_wh: int) -> Any:
        return self.ocpp(
            at_us, evse, cause, subject, action="TransactionEvent", kind=kind, transaction_id=subject,
            charging_state="Charging", power_w=11_000, register_wh=register_wh, state_of_charge_permille=351,
        )  # fmt: skip

    def message(
        self,
        at_us: int,
        sender: str,
        receiver: str,
        route: str,
        cause: Any,
        request: Any = None,
        answer: Any = None,
        **fields: Any,
    ) -> tuple[str, int]:
        self.exchanges += 1
        module, _, rest = route.partition(".")
        row: dict[str, Any] = {
            "exchange": self.exchanges,
            "cause_kind": cause[0],
            "cause": cause[1],
            "depth": 1,
            "start_us": at_us,
            "arrive_us": at_us,
            "end_us": at_us,
            "final": "delivered",
            "failure": "",
            "sender": sender,
            "receiver": receiver,
            "module": module,
            "interface": rest.partition(".")[0].upper(),
            "route": route,
            "method": "PATCH",
            "path": "/some/path",
            "host": "nl-ema.ocpi.test",
            "version": "2.2.1",
            "http_status": 200,
            "ocpi_status": 1000,
            "object_kind": "",
            "object_id": "",
            "session_id": "",
            "token_uid": "",
            "location_id": "",
            "correlation_id": "c",
            "request_id": "r",
            "request_headers": (),
            "request_body": b"" if request is None else json.dumps(request).encode(),
            "response_headers": (),
            "response_body": json.dumps({"data": answer, "status_code": 1000}).encode(),
        }
        self.recorder.message(MessageRow(**{**row, **fields}))
        return "message", self.exchanges

    def hint(self, exchange: int, severity: Any) -> None:
        self.recorder.hint(HintRow(0, exchange, "some-rule", severity, "A remark."))

    def fault(self, kind: str, phase: Any) -> None:
        self.recorder.fault(FaultRow(0, kind, "NL-ABC", phase))

    def money(self, kind: Any, cdr_id: str, session_id: str, amount: str, creditor: str = "NL-ABC") -> None:
        self.recorder.money(
            MoneyRow(0, kind, cdr_id, session_id, creditor, "NL-EMA", "EUR", Decimal(amount), energy_wh=1)
        )

    def close(self, **meta: str) -> Path:
        self.recorder.close(meta)
        return self.path


def visit(scene: Scene) -> None:
    """Ada charges by app beside Bram, whose session she slows down; her CPO tells two eMSPs about the EVSE."""
    bram = "bram-session"
    plugged = scene.event(-30 * MIN, "driver/Bram", "tap", "NL-NOM", "NL-ABC/E2", action="start")
    began = scene.transaction(-30 * MIN, "E2", "E2-1", plugged, "Started", 0)
    scene.message(
        -30 * MIN, "NL-ABC", "NL-NOM", "sessions.receiver.put_session", began, {"kwh": 0, "status": "ACTIVE"},
        session_id=bram,
    )  # fmt: skip

    scene.event(
        40 * MIN, "driver/Ada", "arrive", "NL-EMA", vehicle="compact", start_soc_permille=350, target_soc_permille=800
    )
    plug = scene.event(42 * MIN, "driver/Ada", "plug", "NL-EMA", "NL-ABC/E1", tries=1, waited_s=0)
    # The site's connection is full now: the charger beside tells that its car gets less.
    slowed = scene.transaction(42 * MIN, "E2", "E2-1", plug, "Updated", 4_000)
    scene.message(42 * MIN, "NL-ABC", "NL-NOM", "sessions.receiver.patch_session", slowed, {"kwh": 4}, session_id=bram)
    occupied = scene.ocpp(42 * MIN, "E1", plug, action="StatusNotification", status="Occupied")
    for emsp in ("NL-EMA", "NL-NOM"):
        scene.message(
            42 * MIN, "NL-ABC", emsp, "locations.receiver.patch_evse", occupied,
            {"status": "CHARGING", "last_updated": "2026-05-04T05:42:00Z"}, object_kind="EVSE", object_id="E1",
        )  # fmt: skip

    app = scene.event(42 * MIN + 20 * S, "driver/Ada", "app", "NL-EMA", "NL-ABC/E1", action="start")
    # Hers, and it happens a moment later: Bram's app shows the EVSE as taken.
    scene.event(42 * MIN + 30 * S, "driver/Cleo", "taken", "NL-NOM", "NL-ABC/E1", age_s=700, shown="AVAILABLE")
    start = scene.message(
        42 * MIN + 20 * S, "NL-EMA", "NL-ABC", "commands.receiver.post_start_session", app,
        {"response_url": "https://x.test", "token": {"uid": "APP-1"}, "location_id": "L1", "evse_uid": "E1"},
        {"result": "ACCEPTED", "timeout": 30}, token_uid="APP-1",
    )  # fmt: skip
    request = scene.ocpp(
        42 * MIN + 21 * S, "E1", start, up=False, action="RequestStartTransaction", token={"uid": "APP-1"}
    )
    answered = scene.ocpp(42 * MIN + 21 * S, "E1", request, action="RequestStartTransactionResponse", status="Accepted")
    started = scene.transaction(42 * MIN + 21 * S, "E1", "E1-1", request, "Started", 1_000)
    scene.message(
        42 * MIN + 21 * S, "NL-ABC", "NL-EMA", "commands.sender.post_result", answered, {"result": "ACCEPTED"}
    )
    scene.message(
        42 * MIN + 21 * S, "NL-ABC", "NL-EMA", "sessions.receiver.put_session", started,
        {"kwh": 0, "currency": "EUR", "status": "ACTIVE", "total_cost": {"excl_vat": 0.0}}, session_id="ada-session",
    )  # fmt: skip
    for update in (1, 2):
        at_us = (42 + 10 * update) * MIN
        told = scene.transaction(at_us, "E1", "E1-1", ("", 0), "Updated", 1_000 + 1_833 * update)
        lost = {"final": "lost", "failure": "the network lost the request", "http_status": None, "ocpi_status": None}
        scene.message(
            at_us, "NL-ABC", "NL-EMA", "sessions.receiver.patch_session", told,
            {"kwh": 1.833 * update, "total_cost": {"excl_vat": 0.71487}}, session_id="ada-session",
            **(lost if update == 2 else {}),
        )  # fmt: skip
    leave = scene.event(
        72 * MIN, "driver/Ada", "leave", "NL-EMA", "E1-1", energy_wh=5_500, evse="NL-ABC/E1", stay_s=1_800, waited_s=0
    )
    ended = scene.transaction(72 * MIN, "E1", "E1-1", leave, "Ended", 6_500)
    scene.message(
        72 * MIN, "NL-ABC", "NL-EMA", "sessions.receiver.patch_session", ended,
        {"kwh": 5.5, "status": "COMPLETED", "total_cost": {"excl_vat": 2.145}}, session_id="ada-session",
    )  # fmt: skip
    # The bill comes much later than the visit; the session's id ties it to it.
    scene.message(
        300 * MIN, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", ("", 0),
        {"total_energy": 5.5, "currency": "EUR", "total_cost": {"excl_vat": 2.15}}, session_id="ada-session",
    )  # fmt: skip
    # Others live on.
    scene.event(80 * MIN, "driver/Bram", "leave", "NL-NOM", "E2-1", energy_wh=15_500, evse="NL-ABC/E2", waited_s=60)
