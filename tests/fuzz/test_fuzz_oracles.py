"""The siege sees what it is there to see: each fault that a party might have, put into one, is a complaint."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from case_town import played_town
from fuzz_attacks import in_order, wrong_value
from fuzz_siege import Siege
from fuzz_targets import EMSP, Target
from run_town import OpenTown

from simulator.engine.node import Handling, Inbound
from simulator.wire.carrier import Request, Response

JSON = (("Content-Type", "application/json"),)
GOOD = {"status_code": 2001, "status_message": "no", "timestamp": "2026-05-04T04:00:00Z"}


def answering(status: int = 200, headers: tuple[tuple[str, str], ...] = JSON, **envelope: object) -> Response:
    return Response(status, headers, json.dumps({**GOOD, **envelope}).encode())


def echoing(response: Response, request: Request) -> Response:
    ids = tuple(pair for pair in request.headers if pair[0] in ("X-Request-ID", "X-Correlation-ID"))
    return Response(response.status, (*response.headers, *ids), response.body)


BAD: dict[str, tuple[Response, str]] = {
    "a server error": (answering(503), "HTTP 503"),
    "HTML": (Response(404, JSON, b"<html>"), "no envelope"),
    "no timestamp": (Response(200, JSON, b'{"status_code":2000}'), "no envelope"),
    "local time": (answering(timestamp="2026-05-04T04:00:00"), "timestamp 2026"),
    "success with an error's code": (answering(404, status_code=1000), "HTTP 404 with status 1000"),
    "a traceback": (answering(status_message='File "x.py", line 1'), "a traceback"),
    "another type": (answering(headers=(("Content-Type", "text/plain"),)), "Content-Type text/plain"),
}


@pytest.fixture
def siege(tmp_path: Path) -> Callable[[Callable[[OpenTown, Inbound], Response | Handling]], list[str]]:
    """One request to an eMSP in whose place something else answers; the complaints."""

    def strike(answer: Callable[[OpenTown, Inbound], Response | Handling]) -> list[str]:
        with played_town(tmp_path, ("2.2.1",)) as town:
            besieging = Siege(town, ("2.2.1",), 0)
            town.server(EMSP, lambda inbound: answer(town, inbound))
            besieging.strike(in_order, put_tariff(besieging))
            return besieging.tally.complaints

    return strike


def put_tariff(siege: Siege) -> Target:
    (target,) = (each for each in siege.targets if each.offered and each.route.name == "tariffs.receiver.put_tariff")
    return target


@pytest.mark.parametrize("name", BAD)
def test_an_answer_that_is_wrong_is_a_complaint(siege: Callable[..., list[str]], name: str) -> None:
    response, complaint = BAD[name]
    (found,) = siege(lambda _, inbound: echoing(response, inbound.request))
    assert complaint in found


def test_ids_that_are_not_echoed_are_a_complaint(siege: Callable[..., list[str]]) -> None:
    found = siege(lambda _, inbound: answering())
    assert [complaint.rpartition(": ")[2].split()[0] for complaint in found] == ["x-request-id", "x-correlation-id"]


def test_storing_what_is_refused_is_a_complaint(siege: Callable[..., list[str]]) -> None:
    def store_and_refuse(town: OpenTown, inbound: Inbound) -> Response:
        town.world.emsps[EMSP].office.platform.receive(inbound)
        return echoing(answering(), inbound.request)

    (found,) = siege(store_and_refuse)
    assert "refused, and yet stored" in found


def test_a_handler_that_fails_is_a_complaint(siege: Callable[..., list[str]]) -> None:
    def fail(town: OpenTown, inbound: Inbound) -> Response:
        raise RuntimeError("broken")

    found = siege(fail)
    assert any("HTTP 500" in complaint for complaint in found)
    assert any("a handler failed" in complaint for complaint in found)


def test_the_same_seed_sends_the_same_requests(tmp_path: Path) -> None:
    told = []
    for _ in range(2):
        with played_town(tmp_path, ("2.2.1",)) as town:
            siege = Siege(town, ("2.2.1",), 3)
            siege.run(200)
            told.append((siege.tally.by_attack, siege.tally.by_status))
        next(tmp_path.glob("*.ocpirun")).unlink()
    assert told[0] == told[1]
    assert wrong_value.__name__ in told[0][0]
