"""What waits for its turn goes to where its receiver is by then, and to nobody who wants no more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from parties_hub import HUB, RECEIVER, hub_town, messages, say, square
from run_town import OpenTown, S

from simulator.engine.cause import TIME
from simulator.engine.exchange import Subject
from simulator.engine.node import Handling, Inbound
from simulator.parties.push import Outbox
from simulator.recording.rows import Message

EVSE = "NL-ABC-E0001"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OpenTown]:
    with hub_town(tmp_path, "memory") as town:
        yield town


def slow(town: OpenTown, party: str = "NL-EMA") -> list[Inbound]:
    """What a party hears from now on; it answers pushes after ten seconds."""
    heard: list[Inbound] = []
    answer = town.world.party(party).office.node.server

    def late(inbound: Inbound) -> Handling:
        heard.append(inbound)
        yield town.kernel.env.timeout(10 * S)
        return answer(inbound)  # type: ignore[return-value]

    town.server(party, lambda inbound: late(inbound) if inbound.request.method == "PATCH" else answer(inbound))
    return heard


def patch(town: OpenTown, *statuses: str, start: int = 0) -> None:
    url = f"{RECEIVER}/locations/NL/ABC/{square(town)['id']}/{EVSE}"
    for minute, status in enumerate(statuses, start):
        body = {"status": status, "last_updated": f"2026-05-04T05:{minute:02}:00Z"}
        assert say(town, "NL-ABC", "PATCH", url, body).status == 1000


def is_whole(message: Message) -> bool:
    return message.method == "PUT" and message.module == "locations"


def test_letter_case_makes_no_object_another(own: OpenTown) -> None:
    heard = slow(own)
    location = square(own)["id"]
    for minute, id in enumerate((location.lower(), location.upper())):
        body = {"status": "CHARGING", "last_updated": f"2026-05-04T05:{minute:02}:00Z"}
        assert say(own, "NL-ABC", "PATCH", f"{RECEIVER}/locations/NL/ABC/{id}/{EVSE}", body).status == 1000
    assert len(heard) == 1
    own.run_for(20 * S)
    assert len(heard) == 2


def statuses(heard: list[Inbound]) -> list[str]:
    return [str(json.loads(inbound.request.body)["status"]) for inbound in heard]


def test_nothing_is_sent_any_more_to_one_that_unregisters_while_it_waits(own: OpenTown) -> None:
    heard = slow(own)
    patch(own, "CHARGING", "AVAILABLE", "BLOCKED")
    assert own.ask("NL-EMA", HUB, "DELETE", own.url("NL-EMA", HUB, "credentials", "SENDER")).status == 1000
    own.run_for(40 * S)
    assert statuses(heard) == ["CHARGING"]


def test_what_waits_goes_to_the_new_address_of_one_that_has_moved(own: OpenTown) -> None:
    heard, hub = slow(own), own.connection(HUB, "NL-EMA")
    patch(own, "CHARGING", "AVAILABLE", "BLOCKED")
    moved = {what: url.replace("/ocpi/", "/ocpi/moved/") + "/" for what, url in hub.endpoints.items()}
    hub.learn(hub.version, moved)
    own.run_for(40 * S)
    urls = [inbound.request.url for inbound in heard]
    assert ["/moved/" in url for url in urls] == [False, True, True]
    assert urls[1] == urls[2] == urls[0].replace("/ocpi/", "/ocpi/moved/")


def test_what_waits_in_the_words_of_a_version_is_not_sent_in_another(own: OpenTown) -> None:
    heard, hub = slow(own), own.connection(HUB, "NL-EMA")
    patch(own, "CHARGING", "AVAILABLE")
    hub.learn("2.3.0", dict(hub.endpoints))
    own.run_for(40 * S)
    assert statuses(heard) == ["CHARGING"]


def test_who_has_moved_to_another_version_is_told_once_of_all_that_waited(tmp_path: Path) -> None:
    both = "NL-EMA: {role: emsp, ocpi: [2.2.1, 2.3.0], "
    with hub_town(tmp_path, "memory", lambda text: text.replace("NL-EMA: {role: emsp, ", both)) as town:
        emsp, line = town.world.emsps["NL-EMA"], town.connection("NL-EMA", HUB)
        emsp.office.spawn(emsp.registration.renew(line, TIME, ("2.2.1",)), "change to it")
        town.run_for(5 * S)
        heard, since_us = slow(town), town.now_us
        patch(town, "CHARGING", "AVAILABLE", "BLOCKED")
        emsp.office.spawn(emsp.registration.renew(line, TIME, ("2.3.0",)), "change to it")
        town.run_for(5 * S)
        patch(town, "RESERVED", start=3)
        town.run_for(60 * S)
        assert statuses(heard) == ["CHARGING", "RESERVED"]
        (whole,) = [each for each in messages(town, sender=HUB, receiver="NL-EMA", from_us=since_us) if is_whole(each)]
        assert json.loads(whole.request_body)["evses"][0]["status"] == "RESERVED"
        assert (whole.version, whole.http_status) == ("2.3.0", 200)


def test_of_all_that_can_be_sent_no_more_its_sender_is_told(own: OpenTown) -> None:
    """However much it is: each is over when the one before is."""
    outbox, hub = Outbox(own.world.party(HUB).office), own.connection(HUB, "NL-EMA")
    slow(own)
    subject = Subject(module="locations", version=hub.version)
    over: list[Any] = []
    for number in range(2_000):
        outbox.push("lane", hub, "PATCH", f"/{number}", subject, TIME, b"{}", over.append)
    hub.learn(hub.version, {})
    own.run_for(20 * S)
    assert (len(over), over.count(None)) == (2_000, 1_999)
