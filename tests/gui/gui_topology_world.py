"""A made-up recording of any size for the topology: parties, sites, EVSEs, statuses and messages, no engine."""

import json
from collections.abc import Sequence
from pathlib import Path

from simulator.recording.rows import EventRow, FaultRow, MessageRow, StateRow
from simulator.recording.writer import Recorder

SECOND_US = 1_000_000
_META = {
    "start_epoch_us": "1777867200000000",
    "zone": "Europe/Amsterdam",
    "scenario_name": "A made-up world",
    "duration_us": str(3_600 * SECOND_US),
    "seed": "1",
}
_STATUSES = ("AVAILABLE", "AVAILABLE", "CHARGING", "BLOCKED", "RESERVED", "OUTOFORDER")


class World:
    """Writes a recording row by row; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recorder = Recorder.create(path, "full", _META)
        self._exchanges = 0

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        self.recorder.close({"ended_at_us": str(3_600 * SECOND_US)})

    def know(self, at_us: int, holder: str, kind: str, entity: str, **value: object) -> None:
        """Record that a holder knows something."""
        self.recorder.state(StateRow(at_us, holder, kind, entity, json.dumps(value).encode()))

    def party(self, id: str, role: str) -> None:
        """A party takes part."""
        self.know(-100 * SECOND_US, "run", "party", id, role=role, name=f"{role} {id}", host=f"{id.lower()}.ocpi.test")

    def link(self, a: str, b: str) -> None:
        """Two parties speak with each other."""
        self.know(-100 * SECOND_US, "run", "link", f"{a}|{b}", median_ms=80.0, p95_ms=300.0)

    def site(self, cpo: str, id: str, evses: int, latitude: float, longitude: float) -> None:
        """A site with EVSEs of 22 kW, whose first statuses the CPO knows."""
        at_us, key = -100 * SECOND_US, f"{cpo}/{id}"
        power_w = 22_000 * evses
        self.know(
            at_us,
            "run",
            "site",
            key,
            cpo=cpo,
            name=f"Site {id}",
            latitude=latitude,
            longitude=longitude,
            limit_w=power_w / 2,
            evses=evses,
            power_w=power_w,
        )
        for number in range(evses):
            evse = f"{key}-E{number:03}"
            self.know(at_us, "run", "evse", evse, site=key, power_w=22_000, power_type="AC_3_PHASE")
            self.status(at_us, cpo, evse, _STATUSES[number % len(_STATUSES)])

    def status(self, at_us: int, holder: str, evse: str, status: str) -> None:
        """A holder learns of a status."""
        self.know(at_us, holder, "evse", evse, status=status, last_updated="2026-05-04T04:00:00Z")

    def message(
        self,
        sender: str,
        receiver: str,
        start_us: int,
        arrive_us: int | None,
        end_us: int,
        *,
        module: str = "sessions",
        final: str = "delivered",
    ) -> int:
        """An exchange; returns its number."""
        self._exchanges += 1
        self.recorder.message(
            MessageRow(
                exchange=self._exchanges,
                cause_kind="",
                cause=0,
                depth=1,
                start_us=start_us,
                arrive_us=arrive_us,
                end_us=end_us,
                final=final,
                failure="" if final == "delivered" else final,
                sender=sender,
                receiver=receiver,
                module=module,
                interface="RECEIVER",
                route="sessions.receiver.patch_session",
                method="PATCH",
                path="/ocpi/receiver/2.2.1/sessions/1",
                host=f"{receiver.lower()}.ocpi.test",
                version="2.2.1",
                http_status=200,
                ocpi_status=1000,
                object_kind="Session",
                object_id="1",
                session_id="1",
                token_uid="",
                location_id="",
                correlation_id="",
                request_id="",
                request_headers=(),
                request_body=b"",
                response_headers=(),
                response_body=b"",
            )
        )
        return self._exchanges

    def event(self, at_us: int, kind: str) -> None:
        """Something happens, as something does before anybody learns of it."""
        self.recorder.event(EventRow(at_us, "run", kind))

    def fault(self, at_us: int, kind: str, target: str, phase: str) -> None:
        """A fault begins or ends."""
        self.recorder.fault(FaultRow(at_us, kind, target, phase))


def many(
    path: Path,
    *,
    cpos: int,
    emsps: int,
    sites: int,
    evses_a_site: int,
    messages: int = 0,
    links: int | None = None,
    countries: Sequence[str] = ("NL",),
) -> Path:
    """Sites spread over a country; `messages` are all on their way at 1,000 s; each party has at most `links` links.

    Parties are of these countries in turn. From 1,300 s to 1,400 s the first CPO is offline and its first link down.
    """
    with World(path) as world:
        cpo_ids = [f"{countries[number % len(countries)]}-C{number:04}" for number in range(cpos)]
        emsp_ids = [f"{countries[number % len(countries)]}-E{number:04}" for number in range(emsps)]
        for id in cpo_ids:
            world.party(id, "cpo")
        for id in emsp_ids:
            world.party(id, "emsp")
        pairs = [
            (emsp_ids[(row + step) % emsps], cpo)
            for row, cpo in enumerate(cpo_ids)
            for step in range(min(emsps, links or emsps))
        ]
        for pair in pairs:
            world.link(*pair)
        for number in range(sites):
            cpo = cpo_ids[number % cpos]
            latitude, longitude = 51.0 + number * 7_919 % 2_000 / 1_000, 4.0 + number * 104_729 % 2_500 / 1_000
            world.site(cpo, f"L{number:04}", evses_a_site, latitude, longitude)
        world.event(-99 * SECOND_US, "begin")
        modules = ("sessions", "locations", "cdrs", "tokens", "commands", "tariffs")
        for number in range(messages):
            emsp, cpo = pairs[number % len(pairs)]
            sender, receiver = (cpo, emsp) if number % 3 else (emsp, cpo)
            start_us = 990 * SECOND_US + number * 7_000
            world.message(
                sender,
                receiver,
                start_us,
                start_us + 6 * SECOND_US,
                1_005 * SECOND_US + number,
                module=modules[number % len(modules)],
            )
        for number in range(2_000):
            site = number * 31 % sites
            cpo = cpo_ids[site % cpos]
            evse = f"{cpo}/L{site:04}-E{number % evses_a_site:03}"
            at_us = (1_010 + number // 10) * SECOND_US
            world.event(at_us, "ocpp")
            world.status(at_us, cpo, evse, _STATUSES[number % 5 + 1])
        for at_s, phase in ((1_300, "begin"), (1_400, "end")):
            world.fault(at_s * SECOND_US, "party_offline", cpo_ids[0], phase)
            world.fault(at_s * SECOND_US, "link_down", " - ".join(pairs[0]), phase)
    return path
