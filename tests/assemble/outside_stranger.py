"""A platform of another make, written with aiohttp alone: it knows OCPI from its specification and nothing of ours."""

import asyncio
import base64
import json
from typing import Any

import aiohttp
from aiohttp import web

TIMESTAMP = "2026-05-04T04:00:00Z"
PATIENCE_S = 120
"""How long to wait for what will surely come."""

IDS = ("X-Request-ID", "X-Correlation-ID")
Json = dict[str, Any]


class Stranger:
    """An eMSP or a CPO in one version; `heard` is all that it was asked, `authorizations` with which token.

    One who is sloppy writes tokens as they are and knows nothing of message ids. `nonsense` is its answer for lists.
    What is pushed to it waits for an answer until it `heeds_pushes`.
    `accepted` is the token that it asks for; any is good when it is empty, but for the module `closed`.
    """

    def __init__(
        self,
        version: str,
        *,
        role: str = "EMSP",
        party_id: str = "EXT",
        sloppy: bool = False,
    ) -> None:
        self.version = version
        self.role = role
        self.party_id = party_id
        self.heeds_pushes = asyncio.Event()
        self.heeds_pushes.set()
        self.sloppy = sloppy
        self.ours = f"token-b-of-{party_id}"
        self.theirs = ""
        self.heard: list[tuple[str, str, Any]] = []
        self.authorizations: list[str] = []
        self.objects: dict[str, list[Json]] = {}
        self.nonsense = b""
        self.accepted = ""
        self.closed = ""
        self.base = ""
        self.endpoints: dict[str, str] = {}
        self.configuration: list[str] = []
        self._runner: web.ServerRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Stranger":
        self._runner = web.ServerRunner(web.Server(self._serve))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *about: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Be gone, for good."""
        assert self._session is not None
        assert self._runner is not None
        await self._session.close()
        await self._runner.cleanup()

    # As a server

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else None
        self.heard.append((request.method, request.path, body))
        self.authorizations.append(request.headers["Authorization"])
        if request.method in ("PUT", "PATCH"):
            await self.heeds_pushes.wait()
        knocks_in_vain = self.accepted and self._presented(request) != self.accepted
        if knocks_in_vain or self.closed in request.path.split("/")[3:]:
            return web.json_response({"status_code": 2001, "timestamp": TIMESTAMP}, status=401)
        if self.nonsense and request.method == "GET" and len(request.path.split("/")) > 3:
            return web.Response(body=self.nonsense, content_type="application/json")
        data = self._answer(request, body)
        headers = {} if self.sloppy else {name: request.headers[name] for name in IDS if name in request.headers}
        if isinstance(data, list) and request.path != "/ocpi/versions":
            headers |= {"X-Total-Count": str(len(data)), "X-Limit": "100"}
        if request.path.endswith("/cdrs") and request.method == "POST":
            headers["Location"] = f"{self.base}/ocpi/{self.version}/cdrs/1"
        return web.json_response(self._envelope(data), headers=headers)

    def _presented(self, request: web.BaseRequest) -> str:
        token = request.headers["Authorization"].removeprefix("Token ")
        return token if self.version == "2.1.1" else base64.b64decode(token + "===").decode("utf-8", "replace")

    def _envelope(self, data: object) -> Json:
        said: Json = {"status_code": 1000, "timestamp": TIMESTAMP}
        return said if data is None else {**said, "data": data}

    def _answer(self, request: web.BaseRequest, body: Any) -> object:
        module = request.path.split("/")[3] if request.path.count("/") > 2 else ""
        if request.path == "/ocpi/versions":
            return [{"version": self.version, "url": f"{self.base}/ocpi/{self.version}"}]
        if request.path == f"/ocpi/{self.version}":
            return {"version": self.version, "endpoints": self._endpoints()}
        if module == "credentials":
            if request.method == "GET":
                return self.credentials(self.accepted or self.ours)
            if request.method == "DELETE":
                return None
            self.theirs = body["token"]
            if self.accepted:
                self.accepted = f"token-c-{len(self.heard)}"
            return self.credentials(self.accepted or "token-c-of-ours")
        if request.method == "GET":
            return self.objects.get(module, [])
        if request.path.endswith("/authorize"):
            uid = request.path.split("/")[-2]
            (card,) = [card for card in self.objects["tokens"] if card["uid"] == uid]
            return {"allowed": "ALLOWED", **({} if self.version == "2.1.1" else {"token": card})}
        if module == "commands" and self.role == "CPO":
            return {"result": "ACCEPTED", **({} if self.version == "2.1.1" else {"timeout": 30})}
        return None

    def _endpoints(self) -> list[Json]:
        receives = ("locations", "tariffs", "sessions", "cdrs")
        sides = dict.fromkeys(receives, "RECEIVER" if self.role == "EMSP" else "SENDER")
        sides["tokens"] = "SENDER" if self.role == "EMSP" else "RECEIVER"
        sides["commands"] = "SENDER" if self.role == "EMSP" else "RECEIVER"
        sides["credentials"] = "SENDER"
        return [
            {
                "identifier": module,
                **({} if self.version == "2.1.1" else {"role": side}),
                "url": f"{self.base}/ocpi/{self.version}/{module}",
            }
            for module, side in sides.items()
            if (self.version, module, side) != ("2.1.1", "commands", "SENDER")
        ]

    def credentials(self, token: str) -> Json:
        details = {"business_details": {"name": "External"}, "party_id": self.party_id, "country_code": "DE"}
        said = {"token": token, "url": f"{self.base}/ocpi/versions"}
        return {**said, **details} if self.version == "2.1.1" else {**said, "roles": [{"role": self.role, **details}]}

    # As a client

    async def ask(
        self, method: str, url: str, body: object = None, token: str | None = None, to: str = ""
    ) -> tuple[int, Json, Any]:
        """HTTP status, envelope and headers of the answer; `to` is the party that a hub shall pass it on to."""
        assert self._session is not None
        if method == "PUT" and isinstance(body, dict) and "evses" in body:
            # A Location that no list of its owner's shows would be taken for gone.
            self.objects.setdefault("locations", []).append(body)
        held = self.theirs if token is None else token
        raw = self.version == "2.1.1" or self.sloppy
        headers = {"Authorization": f"Token {held if raw else base64.b64encode(held.encode()).decode()}"}
        if not self.sloppy:
            headers |= {"X-Request-ID": f"r{len(self.heard)}", "X-Correlation-ID": f"c{len(self.heard)}"}
        if self.version != "2.1.1" and not self.sloppy and url not in self.configuration:
            headers |= {"OCPI-from-country-code": "DE", "OCPI-from-party-id": self.party_id}
        if to:
            headers |= {"OCPI-to-country-code": to[:2], "OCPI-to-party-id": to[3:]}
        async with self._session.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json(), answer.headers

    async def register(self, versions_url: str, token_a: str) -> None:
        """The handshake as its Sender."""
        await self.look_around(versions_url, token_a)
        http, told, _ = await self.ask("POST", self.endpoints["credentials"], self.credentials(self.ours), token_a)
        assert (http, told["status_code"]) == (200, 1000), told
        self.theirs = told["data"]["token"]

    async def look_around(self, versions_url: str, token: str | None = None) -> None:
        """Learn a peer's endpoints."""
        self.configuration = [versions_url]
        _, versions, _ = await self.ask("GET", versions_url, token=token)
        (details_url,) = [each["url"] for each in versions["data"] if each["version"] == self.version]
        self.configuration.append(details_url)
        _, details, _ = await self.ask("GET", details_url, token=token)
        sides = [(each["identifier"], each.get("role")) for each in self._endpoints()]
        ours = [side for side in sides if side[0] != "credentials"]
        for endpoint in details["data"]["endpoints"]:
            if self.version == "2.1.1" or (endpoint["identifier"], endpoint["role"]) not in ours:
                self.endpoints[endpoint["identifier"]] = endpoint["url"]
        self.configuration.append(self.endpoints["credentials"])

    def bodies(self, method: str, module: str) -> list[Any]:
        """What was sent to it so far."""
        return [body for verb, path, body in self.heard if verb == method and f"/{module}" in path]

    async def until(self, method: str, module: str, count: int = 1) -> list[Any]:
        """The same, when there are so many."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := self.bodies(method, module)) < count:
                await asyncio.sleep(0.02)
        return found
