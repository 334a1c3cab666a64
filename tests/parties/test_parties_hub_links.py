"""Link and Location are a party's own business: wherever they lead, who asks through a hub can follow them."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from parties_hub import HOST, RECEIVER, SENDER, hub_town, onward, say
from parties_objects import cdr, token
from run_town import OpenTown

from simulator.engine.node import Inbound
from simulator.parties.roles.hub.links import _KEPT, Links, Place
from simulator.wire.carrier import Response

EMA = "http://nl-ema.ocpi.test"
PAGES = {
    "elsewhere": f"{EMA}/next/1",
    "below the endpoint": f"{EMA}/ocpi/sender/2.2.1/tokens/next/1",
    "a path": "/next/1?a=b",
    "a query": "?offset=1&limit=1",
    "with a slash": f"{EMA}/ocpi/sender/2.2.1/tokens/?offset=1",
    "beside the endpoint": f"{EMA}/ocpi/sender/2.2.1/tokens2?offset=1",
    "another hub's": f"{EMA}/ocpi/sender/2.2.1/tokens?hub_url=NL-HUB-1",
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OpenTown]:
    with hub_town(tmp_path, "memory") as town:
        yield town


def answer(data: object, *headers: tuple[str, str], http: int = 200) -> Response:
    body = {"data": data, "status_code": 1000, "timestamp": "2026-05-04T04:00:00Z"}
    return Response(http, (("Content-Type", "application/json"), *headers), json.dumps(body).encode())


def two_pages(town: OpenTown, link: str) -> list[str]:
    """NL-EMA lists one card, and one more where its Link leads; returns the URLs that it is asked for."""
    asked: list[str] = []

    def serve(inbound: Inbound) -> Response:
        asked.append(inbound.request.url)
        counts = (("X-Total-Count", "2"), ("X-Limit", "1"))
        if len(asked) == 1:
            return answer([token("ONE")], ("Link", f'<{link}>; rel="next"'), *counts)
        return answer([token("TWO")], *counts)

    town.server("NL-EMA", serve)
    return asked


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize("link", PAGES.values(), ids=PAGES)
def test_a_crawl_through_the_hub_loses_nothing_wherever_the_next_page_is(
    own: OpenTown, link: str, version: str
) -> None:
    asked = two_pages(own, link)
    first = f"{HOST}/ocpi/sender/{version}/tokens"
    told = say(own, "NL-ABC", "GET", first, to="NL-EMA")
    url = told.headers["link"][1:].partition(">")[0]
    assert url.startswith(first + "?")
    following = say(own, "NL-ABC", "GET", url, to="NL-EMA")
    assert [each["uid"] for each in (*told.data, *following.data)] == ["ONE", "TWO"]
    assert "link" not in following.headers
    wanted = link if link.startswith("http") else f"{EMA}{'' if link[0] == '/' else '/ocpi/sender/2.2.1/tokens'}{link}"
    assert asked[1] == wanted
    assert not [hint.rule for hint in own.hints(following.exchange) if hint.rule in ("link-header", "unknown-object")]


def test_a_page_is_for_the_party_that_it_was_lent_to_and_for_what_it_asked_for(own: OpenTown) -> None:
    asked = two_pages(own, PAGES["elsewhere"])
    told = say(own, "NL-ABC", "GET", f"{SENDER}/tokens", to="NL-EMA")
    url = told.headers["link"][1:].partition(">")[0]
    stranger = say(own, "NL-NXT", "GET", url, to="NL-EMA")
    other_list = say(own, "NL-ABC", "GET", url.replace("/tokens", "/sessions"), to="NL-EMA")
    never = say(own, "NL-ABC", "GET", f"{url}9", to="NL-EMA")
    assert [each.http for each in (stranger, never)] == [404, 404]
    assert (other_list.http, other_list.status) != (200, 1000)
    assert len(asked) == 1, "nobody is asked for it"


def test_a_page_that_leads_to_somebody_else_is_a_hub_error_and_not_lost(own: OpenTown) -> None:
    two_pages(own, "http://nl-nxt.ocpi.test/next/1")
    told = say(own, "NL-ABC", "GET", f"{SENDER}/tokens", to="NL-EMA")
    url = told.headers["link"][1:].partition(">")[0]
    assert say(own, "NL-ABC", "GET", url, to="NL-EMA").status == 4000


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize(
    "location", [f"{EMA}/x/cdr/C36", "/x/cdr/C36", f"{EMA}/ocpi/receiver/2.2.1/cdrs/C36"], ids=["away", "path", "below"]
)
def test_case_36_a_cdr_is_read_back_through_the_hub_wherever_it_was_put(
    own: OpenTown, location: str, version: str
) -> None:
    taken: dict[str, object] = {}

    def serve(inbound: Inbound) -> Response:
        request = inbound.request
        if request.method == "POST":
            taken[urlsplit(location).path] = json.loads(request.body)
            return answer(None, ("Location", location), http=201)
        return answer(taken[urlsplit(request.url).path])

    own.server("NL-EMA", serve)
    bill = cdr("C36")
    if version == "2.3.0":
        bill |= {name: {"before_taxes": 1.0} for name in bill if name.endswith("_cost")}
    told = say(own, "NL-ABC", "POST", f"{HOST}/ocpi/receiver/{version}/cdrs", bill, to="NL-EMA")
    assert (told.http, told.status) == (201, 1000)
    where = told.headers["location"]
    assert where.startswith(f"{HOST}/ocpi/receiver/{version}/cdrs/NL/ABC/C36?")
    found = say(own, "NL-ABC", "GET", where, to="NL-EMA")
    assert found.data["id"] == "C36"
    (leg,) = onward(own, found)
    assert (leg.route, leg.object_id) == ("cdrs.receiver.get_cdr", "C36")
    assert say(own, "NL-NXT", "GET", where, to="NL-EMA").http == 404


def test_a_cdr_whose_id_no_path_can_carry_has_a_location_as_well(own: OpenTown) -> None:
    own.server("NL-EMA", lambda inbound: answer(None, ("Location", f"{EMA}/x/1"), http=201))
    told = say(own, "NL-ABC", "POST", f"{RECEIVER}/cdrs", cdr(".."), to="NL-EMA")
    assert (told.http, say(own, "NL-ABC", "GET", told.headers["location"], to="NL-EMA").http) == (201, 201)


def test_the_urls_that_are_lent_do_not_grow_without_end() -> None:
    links, route = Links("NL-HUB"), "tokens.sender.get_list"
    place = Place(f"{EMA}/tokens", f"{HOST}/tokens", f"{EMA}/tokens", ("NL", "ABC"), ("NL", "EMA"))
    first = links.page(route, place, f"{EMA}/next/0")
    assert links.page(route, place, f"{EMA}/next/0") == first, "one URL is lent once"
    for number in range(1, _KEPT + 1):
        links.page(route, place, f"{EMA}/next/{number}")
    assert len(links._lent) == len(links._ids) == _KEPT
