"""Open Routing where ids coincide: parties choose their own, so the hub must find out whose is meant, or say 4001."""

from collections.abc import Iterator
from typing import Any

import pytest
from parties_hub import RECEIVER, SENDER, card_of, hub_town, onward, say, square
from parties_objects import cdr_token, session, token
from run_town import OpenTown, Told

RESPONSE_URL = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/X/1"


def with_a_second_network(text: str) -> str:
    text = text.replace("  NL-EMA: {", "  NL-DUN: {role: cpo, name: Dune Power}\n  NL-EMA: {")
    return text.replace("connections:\n", "connections:\n  - {between: [NL-DUN, NL-HUB], latency: 50 ms}\n")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("open"), "memory", with_a_second_network) as town:
        for name in ("ABC", "DUN"):
            told = say(town, f"NL-{name}", "PUT", f"{RECEIVER}/locations/NL/{name}/L1", place(town, name))
            assert told.status == 1000
        yield town


def place(town: OpenTown, name: str) -> dict[str, Any]:
    """Each network has a location L1, with an EVSE of its own and one that both call EX."""
    theirs = square(town, id="L1", party_id=name)
    first, second = theirs["evses"]
    return {**theirs, "evses": [{**first, "uid": f"E-{name}"}, {**second, "uid": "EX"}]}


def asked(town: OpenTown, told: Told) -> list[str]:
    """The parties to whom the hub has passed a request on."""
    return [leg.receiver for leg in onward(town, told)]


def start(town: OpenTown, **at: object) -> Told:
    (token,) = town.world.emsps["NL-EMA"].tokens.store
    card = {name: getattr(token, name) for name in ("country_code", "party_id", "uid", "contract_id", "issuer")}
    card |= {"type": "RFID", "valid": True, "whitelist": "NEVER", "last_updated": token.last_updated}
    body = {"response_url": RESPONSE_URL, "token": card, "location_id": "L1", **at}
    return say(town, "NL-EMA", "POST", f"{RECEIVER}/commands/START_SESSION", body, to=None)


def stop(town: OpenTown, asker: str, id: str) -> Told:
    body = {"response_url": f"http://{asker.lower()}.ocpi.test/x/1", "session_id": id}
    return say(town, asker, "POST", f"{RECEIVER}/commands/STOP_SESSION", body, to=None)


@pytest.mark.parametrize("name", ["ABC", "DUN"])
def test_a_location_that_two_have_is_meant_of_the_one_with_the_evse(desk: OpenTown, name: str) -> None:
    assert asked(desk, start(desk, evse_uid=f"e-{name}".lower())) == [f"NL-{name}"]
    told = say(desk, "NL-EMA", "GET", f"{SENDER}/locations/L1/E-{name}", to=None)
    assert asked(desk, told) == [f"NL-{name}"]


@pytest.mark.parametrize("at", [{}, {"evse_uid": "EX"}, {"evse_uid": "NOWHERE"}], ids=["none", "both", "neither"])
def test_a_location_that_two_have_and_no_evse_tells_apart_is_nobody_s(desk: OpenTown, at: dict[str, str]) -> None:
    told = start(desk, **at)
    assert (told.status, asked(desk, told)) == (4001, [])


def test_a_session_of_an_id_that_two_have_is_that_which_the_asker_was_told_of(desk: OpenTown) -> None:
    for name, to in (("ABC", "NL-EMA"), ("DUN", "NL-NXT")):
        body = session("S1") | {"party_id": name}
        say(desk, f"NL-{name}", "PUT", f"{RECEIVER}/sessions/NL/{name}/S1", body, to=to)
    assert asked(desk, stop(desk, "NL-EMA", "s1")) == ["NL-ABC"]
    assert asked(desk, stop(desk, "NL-NXT", "s1")) == ["NL-DUN"]
    told = stop(desk, "NL-ABC", "s1")
    assert (told.status, asked(desk, told)) == (4001, []), "neither has told it"


@pytest.mark.parametrize("method", ["PATCH", "GET"])
def test_what_becomes_of_a_session_goes_to_whom_it_was_told(desk: OpenTown, method: str) -> None:
    id = f"GOES-{method}"
    url, card = f"{RECEIVER}/sessions/NL/ABC", cdr_token(card_of(desk, "NL-NXT"), party_id="NXT")
    for each in (id, "OTHER"):
        told = say(desk, "NL-ABC", "PUT", f"{url}/{each}", session(each, cdr_token=card), to=None)
        assert asked(desk, told) == ["NL-NXT"]
    patch = {"kwh": 4.5, "last_updated": "2026-05-04T09:10:00Z"} if method == "PATCH" else None
    told = say(desk, "NL-ABC", method, f"{url}/{id.lower()}", patch, to=None)
    assert (told.status, asked(desk, told)) == (1000, ["NL-NXT"])
    unknown = say(desk, "NL-ABC", method, f"{url}/NONE", patch, to=None)
    assert (unknown.status, asked(desk, unknown)) == (4001, [])


def test_a_session_that_two_were_told_of_is_nobody_s(desk: OpenTown) -> None:
    url = f"{RECEIVER}/sessions/NL/ABC/TWO"
    for to in ("NL-EMA", "NL-NXT"):
        say(desk, "NL-ABC", "PUT", url, session("TWO"), to=to)
    told = say(desk, "NL-ABC", "GET", url, to=None)
    assert (told.status, asked(desk, told)) == (4001, [])


def reserve(town: OpenTown, asker: str, id: str, to: str | None) -> Told:
    body = {"response_url": f"http://{asker.lower()}.ocpi.test/x/1", "token": token(card_of(town, asker))}
    body |= {"expiry_date": "2026-05-04T19:00:00Z", "reservation_id": id, "location_id": "L1", "evse_uid": "E-DUN"}
    body["token"]["party_id"] = asker[3:]
    return say(town, asker, "POST", f"{RECEIVER}/commands/RESERVE_NOW", body, to=to)


def cancel(town: OpenTown, asker: str, id: str) -> Told:
    body = {"response_url": f"http://{asker.lower()}.ocpi.test/x/2", "reservation_id": id}
    return say(town, asker, "POST", f"{RECEIVER}/commands/CANCEL_RESERVATION", body, to=None)


@pytest.mark.parametrize("to", [None, "NL-DUN"])
def test_a_reservation_is_cancelled_where_it_was_made(desk: OpenTown, to: str | None) -> None:
    id = f"R-{to}"
    assert asked(desk, reserve(desk, "NL-EMA", id, to)) == ["NL-DUN"]
    assert asked(desk, cancel(desk, "NL-EMA", id.lower())) == ["NL-DUN"]
    told = cancel(desk, "NL-NXT", id)
    assert (told.status, asked(desk, told)) == (4001, []), "that of another"


def test_a_card_of_a_uid_that_two_have_given_out_is_nobody_s(desk: OpenTown) -> None:
    uid = card_of(desk, "NL-EMA")
    url = f"{SENDER}/tokens/{uid}/authorize"
    assert asked(desk, say(desk, "NL-ABC", "POST", url, to=None)) == ["NL-EMA"]
    card: dict[str, Any] = {"country_code": "NL", "party_id": "NXT", "uid": uid, "type": "RFID"}
    card |= {"contract_id": "NL-NXT-C9", "issuer": "Next", "valid": True}
    card |= {"whitelist": "NEVER", "last_updated": "2026-05-04T04:00:00Z"}
    put = f"{RECEIVER.replace('2.2.1', '2.3.0')}/tokens/NL/NXT/{uid}"
    assert say(desk, "NL-NXT", "PUT", put, card).status == 1000
    told = say(desk, "NL-ABC", "POST", url, to=None)
    assert (told.status, asked(desk, told)) == (4001, [])
