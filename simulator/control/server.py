"""The door through which a window, a test or a tool steers a running engine: JSON over HTTP, on loopback only.

Every order goes through the governor, which obeys it between two steps with nothing on the wire; the reply comes when
it was obeyed and carries the sequence that was committed, so what was stepped can be read at once.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from aiohttp import hdrs, web

from simulator.control.orders import (
    BadOrder,
    NoBody,
    RunUntil,
    Speed,
    Step,
    factor_of,
    instant_us,
    read,
)
from simulator.engine.governor import MAX_SPEED, Governor, Report
from simulator.engine.journal import Journal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MAX_BODY_BYTES: Final = 64 * 1024
_SHUTDOWN_S: Final = 1.0


class ControlServer:
    """The control API of one run: GET /state; POST /pause, /resume, /step, /run_until, /speed.

    Life: made -> `start` (listens on a free port of 127.0.0.1) -> `close`. Every request must bear `token`. Replies are
    the governor's Report; refusals are `{"error": sentence}` with HTTP 400, 401, 404, 405, 409 (ended or past) or 413.
    """

    def __init__(self, governor: Governor, journal: Journal, start_epoch_us: int, zone: str) -> None:
        self.url = ""
        # Of this world, not of the simulated one: it must be secret, so it comes from no stream.
        self.token = secrets.token_urlsafe(24)
        self._governor = governor
        self._journal = journal
        self._start_epoch_us = start_epoch_us
        self._zone = zone
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen; returns the URL, such as `http://127.0.0.1:40123`. Raises OSError when no port can be had."""
        app = web.Application(middlewares=[self._guard], client_max_size=_MAX_BODY_BYTES)
        app.router.add_get("/state", self._state, allow_head=False)
        for path, handler in (
            ("/pause", self._pause),
            ("/resume", self._resume),
            ("/step", self._step),
            ("/run_until", self._run_until),
            ("/speed", self._speed),
        ):
            app.router.add_post(path, handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self.url

    async def close(self) -> None:
        """Stop listening; harmless when done twice."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # The six paths

    async def _state(self, request: web.Request) -> web.Response:
        del request
        return await self._order("state")

    async def _pause(self, request: web.Request) -> web.Response:
        read(await request.read(), NoBody)
        return await self._order("pause")

    async def _resume(self, request: web.Request) -> web.Response:
        read(await request.read(), NoBody)
        return await self._order("resume")

    async def _step(self, request: web.Request) -> web.Response:
        order = read(await request.read(), Step)
        self._refuse_if_ended()
        if not self._governor.paused:
            await self._governor.order("pause")
        journal = self._journal
        target = journal.rows + order.rows
        while True:
            before = journal.rows
            report = await self._governor.order("step")
            # A step that brought no row was overtaken by another order, or by the end.
            if journal.rows >= target or journal.rows == before or report.state != "paused":
                return _json(report)

    async def _run_until(self, request: web.Request) -> web.Response:
        at_us = instant_us(read(await request.read(), RunUntil), self._start_epoch_us, self._zone)
        now_us = self._journal.now_us
        if at_us < now_us:
            return _refusal(
                409, f"The run is already {(now_us - at_us) / 1e6:,.3f} s further; a run cannot go back in time."
            )
        return await self._order("run_until", at_us)

    async def _speed(self, request: web.Request) -> web.Response:
        factor = factor_of(read(await request.read(), Speed))
        return await self._order("speed", MAX_SPEED if factor is None else factor)

    async def _order(self, command: str, value: float = 0.0) -> web.Response:
        if command != "state":
            self._refuse_if_ended()
        elif self._governor.stopped:
            return _json(self._governor.report(self._journal.rows - 1))
        return _json(await self._governor.order(command, value))

    def _refuse_if_ended(self) -> None:
        if self._governor.stopped:
            raise _Ended(f"The run has ended ({self._governor.stopped}); it takes no more orders.")

    # What holds for every path

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        shown = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, f"Bearer {self.token}".encode()):
            refusal = _refusal(401, "The Authorization header does not bear this run's token; see meta control_token.")
            refusal.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
            return refusal
        try:
            return await handler(request)
        except BadOrder as error:
            return _refusal(400, str(error))
        except _Ended as error:
            return _refusal(409, str(error))
        except web.HTTPMethodNotAllowed as error:
            allowed = ", ".join(sorted(error.allowed_methods))
            refusal = _refusal(405, f"{request.path} does not know {request.method}; expected {allowed}.")
            refusal.headers[hdrs.ALLOW] = allowed
            return refusal
        except web.HTTPNotFound:
            known = "/state, /pause, /resume, /step, /run_until, /speed"
            return _refusal(404, f"There is no path {request.path}; expected one of {known}.")
        except web.HTTPRequestEntityTooLarge:
            return _refusal(413, f"The body is too large; expected at most {_MAX_BODY_BYTES:,} bytes.")


class _Ended(Exception):
    """An order came after the end."""


def _json(report: Report) -> web.Response:
    return web.Response(body=msgspec.json.encode(report), content_type="application/json")


def _refusal(status: int, sentence: str) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode({"error": sentence}), content_type="application/json")
