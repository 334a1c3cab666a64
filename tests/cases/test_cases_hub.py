"""What a hub does with what it is given. Numbers are those of the digest, section 4.

All parties know the hub and nobody else; a message takes no time.
"""

import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from case_town import CPO, EMSP, HUB, LATER, Json, line, played_town, sample
from run_town import MIN, OpenTown, S, Told, json_answer
from simpy import Event

from simulator.engine.node import Handling, Inbound
from simulator.ocpi.routes import join_url
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.wire.carrier import Response

NOMAD = "NL-NOM"


@pytest.fixture(params=["2.2.1", "2.3.0"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenTown]:
    """A town behind a hub, in which nobody comes any more."""
    version: str = request.param
    with played_town(tmp_path, (version,), hub=True) as town:
        yield town


def send(town: OpenTown, method: str, path: str, body: object = None, to: str = EMSP, sender: str = CPO) -> Told:
    """A request of the CPO by way of the hub; `path` begins with the module, of the Receiver's side."""
    connection = line(town, sender, to)
    place, mark, query = path.partition("?")
    module, *ids = place.split("/")
    url = join_url(connection.endpoints[module, "RECEIVER"], *ids) + mark + query
    headers = {"OCPI-to-country-code": to[:2], "OCPI-to-party-id": to[3:]}
    return town.ask(sender, HUB, method, url, body, token=connection.held, headers=headers)


def location(town: OpenTown, id: str) -> Json:
    version = line(town, EMSP, CPO).version
    return {**sample(town, version, "location"), "id": id, "last_updated": LATER}


def routing(headers: Any) -> tuple[str, str]:
    """From whom and to whom."""
    found = {name.lower(): value for name, value in dict(headers).items()}
    return tuple(f"{found[f'ocpi-{end}-country-code']}-{found[f'ocpi-{end}-party-id']}" for end in ("from", "to"))  # type: ignore[return-value]


def onward(town: OpenTown, cause: Told, to: str) -> Message:
    """What the hub made of a request for one of its parties."""
    town.recorder.flush()
    with Recording.open(town.path) as recording:
        (row,) = (
            row
            for row in recording.messages(sender=HUB, receiver=to, contents=True)
            if (row.cause_kind, row.cause) == ("message", cause.exchange) and row.method != "GET"
        )
    return row


def test_case_19_the_way_on_has_an_own_request_id_and_the_same_correlation_id(hub: OpenTown) -> None:
    """The answer carries those of the one who asked."""
    told = send(hub, "PUT", "locations/NL/ABC/L19", location(hub, "L19"))
    sent = {name.lower(): value for name, value in onward(hub, told, EMSP).request_headers}
    assert sent["x-correlation-id"] == told.headers["x-correlation-id"]
    assert sent["x-request-id"] != told.headers["x-request-id"]
    assert told.headers["x-request-id"].startswith("request-")


def test_case_21_from_and_to_stay_those_of_the_ends(hub: OpenTown) -> None:
    """On both legs; the answer turns them around."""
    told = send(hub, "PUT", "locations/NL/ABC/L21", location(hub, "L21"))
    row = onward(hub, told, EMSP)
    assert routing(row.request_headers) == (CPO, EMSP)
    assert routing(row.response_headers) == routing(told.headers) == (EMSP, CPO)


def test_case_22_a_broadcast_comes_from_the_hub_about_its_owners_object(hub: OpenTown) -> None:
    """The sender has the hub's own answer, also when a receiver fails; a GET cannot be broadcast."""
    nomad = hub.world.emsps[NOMAD].office.platform

    def failing(inbound: Inbound) -> Response | Handling:
        """The party is there, and yet out of order."""
        return nomad.receive(inbound) if inbound.request.method == "GET" else json_answer(None, 3000, 500)

    hub.server(NOMAD, failing)
    told = send(hub, "PUT", "locations/NL/ABC/L22", location(hub, "L22"), to=HUB)
    assert (told.http, told.status) == (201, 1000)
    assert routing(told.headers) == (HUB, CPO)
    hub.run_for(S)
    for receiver in (EMSP, NOMAD):
        row = onward(hub, told, receiver)
        assert routing(row.request_headers) == (HUB, receiver)
        assert "/locations/NL/ABC/L22" in row.path
    assert hub.world.emsps[EMSP].locations.store.get("NL", "ABC", "L22") is not None
    assert send(hub, "GET", "locations/NL/ABC/L22", to=HUB).status >= 2000


def test_case_23_an_unknown_receiver_is_4001(hub: OpenTown) -> None:
    """Nobody of that name is behind this hub."""
    told = send(hub, "PUT", "locations/NL/ABC/L23", location(hub, "L23"), to="XX-XXX")
    assert told.status == 4001


def test_case_23_a_receiver_that_is_out_of_reach_is_4003(hub: OpenTown) -> None:
    """The hub finds out at the first try, or knows already."""
    hub.kernel.take_down(hub.world.emsps[EMSP].office.node)
    for _ in range(2):
        assert send(hub, "PUT", "sessions/NL/ABC/S23", {"id": "S23"}).status == 4003


def test_case_23_a_receiver_that_is_slow_is_4002(hub: OpenTown) -> None:
    """The hub gives up before the sender does."""

    def slow(inbound: Inbound) -> Handling:
        return dawdle()

    def dawdle() -> Generator[Event, Any, Response]:
        yield hub.kernel.env.timeout(10 * MIN)
        return json_answer(None)

    hub.server(EMSP, slow)
    assert send(hub, "PUT", "sessions/NL/ABC/S23", {"id": "S23"}).status == 4002


def test_case_24_what_is_passed_on_is_the_same_to_the_byte(hub: OpenTown) -> None:
    """A hub between two parties of one version reads, and changes nothing; least of all `last_updated`."""
    body = json.dumps({**location(hub, "L24"), "last_updated": "2026-05-04T18:00:00.1Z"}, indent=1).encode()
    told = send(hub, "PUT", "locations/NL/ABC/L24", body)
    assert (told.http, told.status) == (201, 1000)
    assert onward(hub, told, EMSP).request_body == body


def test_case_46_a_hub_passes_on_what_it_does_not_know(hub: OpenTown) -> None:
    """An unknown field and, where the list is open, an unknown value go through it and come out again."""
    version = line(hub, CPO, EMSP).version
    colour = {"colour": {"name": "green", "shades": [1, None]}}
    body = {**location(hub, "L46"), **colour}
    assert send(hub, "PUT", "locations/NL/ABC/L46", body).status == 1000
    (kept,) = [row for row in listed(hub, "locations") if row["id"] == "L46"]
    assert kept == body
    card = {**sample(hub, version, "token"), "uid": "T46", "type": "OF_TOMORROW", "last_updated": LATER}
    told = send(hub, "PUT", "tokens/NL/EMA/T46?type=OF_TOMORROW", card, to=CPO, sender=EMSP)
    if version == "2.2.1":
        assert told.status == 2001
    else:
        assert told.status == 1000
        assert json.loads(onward(hub, told, CPO).request_body) == card
        assert card in listed(hub, "tokens", CPO)


def listed(town: OpenTown, module: str, asker: str = EMSP) -> list[Json]:
    """What the hub shows of what it keeps (GET ALL)."""
    connection = line(town, asker, HUB)
    to = {"OCPI-to-country-code": HUB[:2], "OCPI-to-party-id": HUB[3:]}
    told = town.ask(asker, HUB, "GET", connection.endpoints[module, "SENDER"], token=connection.held, headers=to)
    assert told.status == 1000
    found: list[Json] = told.data
    return found


def test_case_49_a_hub_of_2_2_1_shows_itself_and_one_of_2_3_0_its_parties(hub: OpenTown) -> None:
    """Before 2.3.0 a hub is a role and tells of its parties by HubClientInfo; in it the parties are its roles."""
    connection = line(hub, EMSP, CPO)
    shown = hub.ask(EMSP, HUB, "GET", connection.endpoints["credentials", "SENDER"], token=connection.held).data
    roles = [(role["role"], f"{role['country_code']}-{role['party_id']}") for role in shown["roles"]]
    if connection.version == "2.2.1":
        assert roles == [("HUB", HUB)]
        assert "hub_party_id" not in shown
    else:
        assert shown["hub_party_id"] == "NLHUB"
        assert sorted(roles) == [("CPO", CPO), ("CPO", "NL-DUN"), ("EMSP", NOMAD)]
