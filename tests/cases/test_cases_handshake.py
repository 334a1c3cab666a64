"""How two platforms come to know each other, in every version, as a stranger would do it.

Numbers are those of the digest, section 4.
"""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from case_town import CPO, EMSP, Json
from msgspec.structs import replace
from run_town import MIN, OpenTown, Told, json_answer, named, town

from simulator.engine.cause import TIME
from simulator.engine.node import Handling, Inbound
from simulator.ocpp.messages import Authorize, IdToken
from simulator.parties.connection import Connection, ConnectionState
from simulator.recording.reader import Recording
from simulator.wire.carrier import Response

OLDEST = "2.1.1"
HOST = "http://nl-abc.ocpi.test/ocpi"
OURS = "http://nl-ema.ocpi.test/of/another/make"
MODULES = ("locations", "sessions", "cdrs", "tariffs", "tokens", "commands", "credentials")


class Stranger:
    """A platform of another make in the place of NL-EMA, which speaks one version after the other with NL-ABC."""

    def __init__(self, open_town: OpenTown, version: str, slash: str = "") -> None:
        self.town, self.version, self.slash = open_town, version, slash
        self.refuses = False
        self.asked: list[tuple[str, str]] = []
        """Path and token of each request that it got."""
        self.token_a = open_town.world.cpos[CPO].registration.issue_token_a(self.seen_by_the_cpo)
        open_town.server(EMSP, self.answer)

    @property
    def seen_by_the_cpo(self) -> Connection:
        return self.town.connection(CPO, EMSP)

    def answer(self, inbound: Inbound) -> Response | Handling:
        request = inbound.request
        self.asked.append((request.url, dict(request.headers)["Authorization"].removeprefix("Token ")))
        if self.refuses:
            return json_answer(None, 2000, 401)
        if request.url == OURS:
            return json_answer([{"version": self.version, "url": f"{OURS}/details"}])
        return json_answer({"version": self.version, "endpoints": self.endpoints()})

    def endpoints(self) -> list[Json]:
        if self.version == OLDEST:
            return [{"identifier": module, "url": f"{OURS}/{self.version}/{module}{self.slash}"} for module in MODULES]
        sides = ("SENDER", "RECEIVER")
        return [
            {"identifier": module, "role": side, "url": f"{OURS}/{self.version}/{side}/{module}{self.slash}"}
            for module in MODULES
            for side in sides
        ]

    def credentials(self, token: str) -> Json:
        about = {"business_details": {"name": "Emma"}, "party_id": "EMA", "country_code": "NL"}
        if self.version == OLDEST:
            return {"token": token, "url": OURS, **about}
        return {"token": token, "url": OURS, "roles": [{"role": "EMSP", **about}]}

    def ask(self, method: str, path: str, token: str, body: object = None) -> Told:
        raw = token if self.version == OLDEST else base64.b64encode(token.encode()).decode()
        headers = {"Authorization": f"Token {raw}"}
        return self.town.ask(EMSP, CPO, method, f"{HOST}/{path}", body, headers=headers)

    def register(self) -> str:
        """The whole handshake; returns the token with which to go on."""
        told = self.ask("POST", f"{self.version}/credentials", self.token_a, self.credentials("TOKEN-B"))
        assert (told.http, told.status) == (200, 1000), told.body
        token: str = told.data["token"]
        return token


def unregistered(folder: Path, *versions: str) -> OpenTown:
    scenario = town(folder, drivers=(named("Vera"),), link="latency: 50 ms", duration="3 h")
    parties = tuple(replace(party, versions=versions) for party in scenario.parties)
    return OpenTown(replace(scenario, parties=parties), folder / "run.ocpirun", registered=False)


@pytest.fixture(params=["2.1.1", "2.2.1", "2.3.0"])
def stranger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stranger]:
    """In a town that has not met it yet; a message takes 50 ms each way."""
    version: str = request.param
    with unregistered(tmp_path, version) as open_town:
        yield Stranger(open_town, version)


def test_case_2_a_peer_that_refuses_base64_gets_the_token_raw(tmp_path: Path) -> None:
    """One more try, and the way that worked is remembered."""
    with unregistered(tmp_path, "2.2.1") as open_town:
        cpo, emsp = open_town.world.cpos[CPO], open_town.world.emsps[EMSP]
        token_a = cpo.registration.issue_token_a(open_town.connection(CPO, EMSP))
        emsp.registration.take_token_a(open_town.connection(EMSP, CPO), token_a, f"{HOST}/versions")
        strict = knows_raw_tokens_only(open_town, cpo.office.platform.receive)
        open_town.server(CPO, strict)
        emsp.office.spawn(emsp.registration.register(open_town.connection(EMSP, CPO), TIME), "the test's handshake")
        open_town.run_until(lambda: open_town.connection(EMSP, CPO).registered)
        open_town.run_for(10_000_000)
        open_town.recorder.flush()
        with Recording.open(open_town.path) as recording:
            rows = recording.messages(sender=EMSP, receiver=CPO, contents=True)
    assert [row.http_status for row in rows][:2] == [401, 200]
    assert [row.http_status for row in rows].count(401) == 1
    assert {row.module for row in rows} > {"versions", "credentials", "locations", "tariffs"}
    assert open_town.connection(EMSP, CPO).encoding == "raw"


def knows_raw_tokens_only(
    open_town: OpenTown, receive: Callable[[Inbound], Response | Handling]
) -> Callable[[Inbound], Response | Handling]:
    """A server that takes the header's value for the token, as it stood in 2.1.1."""

    def answer(inbound: Inbound) -> Response | Handling:
        value = dict(inbound.request.headers)["Authorization"].removeprefix("Token ")
        if value != open_town.connection(CPO, EMSP).issued:
            return json_answer(None, 2000, 401)
        return receive(inbound)

    return answer


def test_case_3_token_a_opens_versions_and_credentials_only(stranger: Stranger) -> None:
    """It is for making acquaintance, not for data."""
    token_a = stranger.token_a
    assert stranger.ask("GET", "versions", token_a).http == 200
    details = stranger.ask("GET", stranger.version, token_a)
    assert details.http == 200
    for endpoint in details.data["endpoints"]:
        told = stranger.ask("GET", endpoint["url"].removeprefix(f"{HOST}/"), token_a)
        assert told.http == (200 if endpoint["identifier"] == "credentials" else 401), endpoint


def test_case_4_token_a_is_dead_once_it_has_served(stranger: Stranger) -> None:
    """The token of the answer is the one that counts."""
    token_c = stranger.register()
    assert stranger.ask("GET", "versions", stranger.token_a).http == 401
    assert stranger.ask("GET", f"{stranger.version}/credentials", stranger.token_a).http == 401
    assert stranger.ask("GET", f"sender/{stranger.version}/tariffs", token_c).http == 200


def test_case_5_who_is_registered_cannot_post_and_who_is_not_cannot_put_or_delete(stranger: Stranger) -> None:
    """405 says that the method makes no sense where the registration stands."""
    path = f"{stranger.version}/credentials"
    for method in ("PUT", "DELETE"):
        assert stranger.ask(method, path, stranger.token_a, stranger.credentials("B")).http == 405
    token_c = stranger.register()
    assert stranger.ask("POST", path, token_c, stranger.credentials("B2")).http == 405
    assert stranger.seen_by_the_cpo.held == "TOKEN-B"
    assert stranger.ask("DELETE", path, token_c).http == 200
    assert stranger.ask("DELETE", path, token_c).http == 401


def test_case_6_the_receiver_calls_back_before_it_answers(stranger: Stranger) -> None:
    """With the token that it has just been given, in the version that was asked for; if that fails nobody registers."""
    stranger.refuses = True
    told = stranger.ask("POST", f"{stranger.version}/credentials", stranger.token_a, stranger.credentials("TOKEN-B"))
    assert (told.http, told.status) == (200, 3001)
    assert stranger.seen_by_the_cpo.state is ConnectionState.A_ISSUED
    stranger.refuses = False
    stranger.asked.clear()
    stranger.register()
    token_b = "TOKEN-B" if stranger.version == OLDEST else base64.b64encode(b"TOKEN-B").decode()
    assert stranger.asked == [(OURS, token_b), (f"{OURS}/details", token_b)]
    assert stranger.seen_by_the_cpo.registered


@pytest.mark.parametrize(("before", "after"), [("2.2.1", "2.3.0"), ("2.1.1", "2.2.1"), ("2.3.0", "2.2.1")])
def test_case_7_a_put_at_another_versions_url_changes_the_version(tmp_path: Path, before: str, after: str) -> None:
    """The endpoints are read anew, the token is a new one, and the old one dies as soon as that is used."""
    with unregistered(tmp_path, before, after) as open_town:
        stranger = Stranger(open_town, before)
        old = stranger.register()
        assert stranger.seen_by_the_cpo.version == before
        stranger.version = after
        told = stranger.ask("PUT", f"{after}/credentials", old, stranger.credentials("TOKEN-B2"))
        assert (told.http, told.status) == (200, 1000), told.body
        new, connection = told.data["token"], stranger.seen_by_the_cpo
        assert new != old
        assert (connection.version, connection.held) == (after, "TOKEN-B2")
        assert all(url.startswith(f"{OURS}/{after}/") for url in connection.endpoints.values())
        assert stranger.ask("GET", f"sender/{after}/tariffs", new).http == 200
        assert stranger.ask("GET", f"sender/{after}/tariffs", old).http == 401


def test_case_55_paths_are_the_same_whether_a_discovered_url_ends_in_a_slash_or_not(tmp_path: Path) -> None:
    """What belongs behind it is joined by exactly one; the URL alone is called just as it was discovered."""
    paths = []
    for slash in ("", "/"):
        with unregistered(tmp_path, "2.2.1") as open_town:
            stranger = Stranger(open_town, "2.2.1", slash)
            stranger.register()
            stranger.asked.clear()
            card = Authorize(IdToken("CARD-55", "ISO14443"))
            open_town.world.cpos[CPO].on_call("NL-ABC-E0001", card, lambda _: None, TIME)
            open_town.run_for(2 * MIN)
            paths.append([url.removeprefix(OURS) for url, _ in stranger.asked])
        (tmp_path / "run.ocpirun").unlink()
    alone = "/2.2.1/SENDER/tokens"
    assert alone in paths[0]
    assert f"{alone}/" in paths[1]
    assert paths[0] == [alone if path == f"{alone}/" else path for path in paths[1]]
    assert f"{alone}/CARD-55/authorize?type=RFID" in paths[0]
