"""Exchanges as OCPI wants them, for the tests of the expert to spoil."""

import base64
import json
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

URL = "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/sessions/NL/ABC/1"
IDS = {"x-request-id": "r1", "x-correlation-id": "c1"}
ROUTING = {
    "ocpi-from-country-code": "NL",
    "ocpi-from-party-id": "ABC",
    "ocpi-to-country-code": "NL",
    "ocpi-to-party-id": "EMA",
}
BACK = {
    "ocpi-from-country-code": "NL",
    "ocpi-from-party-id": "EMA",
    "ocpi-to-country-code": "NL",
    "ocpi-to-party-id": "ABC",
}
JSON = {"content-type": "application/json"}


def token(text: str) -> dict[str, str]:
    return {"authorization": f"Token {base64.b64encode(text.encode()).decode()}"}


def body(data: object = None, status: int = 1000) -> bytes:
    said = {"status_code": status, "timestamp": "2026-05-04T06:00:00Z"}
    return json.dumps(said if data is None else {"data": data, **said}).encode()


SOUND = Seen(
    sender="NL-ABC",
    receiver="NL-EMA",
    start_us=0,
    end_us=1,
    method="PUT",
    url=URL,
    module="sessions",
    route="sessions.receiver.put_session",
    version="2.2.1",
    request_headers={**token("a-token-of-ours"), **IDS, **ROUTING, **JSON},
    request_body=b"{}",
    http_status=200,
    response_headers={**IDS, **BACK, **JSON},
    response_body=body(),
)
PAGE = {**JSON, **IDS, **BACK, "x-total-count": "0", "x-limit": "100"}
A_LIST = replace(
    SOUND,
    method="GET",
    route="sessions.sender.get_list",
    request_body=b"",
    response_headers=PAGE,
    response_body=body([]),
)
A_HUB_230 = {"token": "token-c", "hub_party_id": "NLHUB", "roles": [{"country_code": "NL", "party_id": "EMA"}]}


def rules(*seen: Seen) -> list[str]:
    """What is remarked on; who answers a registration has read first what it has to."""
    expert = Expert()
    found: list[str] = []
    for each in seen:
        if each.route in ("credentials.post", "credentials.put"):
            expert.look(read_back(each))
        found += [finding.rule for finding in expert.look(each)]
    return found


def read_back(registration: Seen) -> Seen:
    """How its receiver reads the version details of its sender, with the token that it offers."""
    return replace(
        registration,
        sender=registration.receiver,
        receiver=registration.sender,
        method="GET",
        url="http://nl-abc.ocpi.test/ocpi/2.2.1",
        module="versions",
        route="versions.get_details",
        request_headers={**token(json.loads(registration.request_body)["token"]), **IDS},
        request_body=b"",
        response_body=body({"version": "2.2.1", "endpoints": []}),
        follows=True,
    )


def refused(seen: Seen) -> Seen:
    return replace(seen, response_body=body(status=2001))


def lost(seen: Seen) -> Seen:
    return replace(seen, http_status=None, response_headers={}, response_body=b"")


NOT_TAKEN = pytest.mark.parametrize("not_taken", [refused, lost])


def less(headers: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in names}
