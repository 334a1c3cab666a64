"""A blocking client of the control API, for tests and tools; it knows the API's words and nothing of the engine."""

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import msgspec


class ControlReport(msgspec.Struct, frozen=True):
    """What the engine is doing: `state` is running, paused or ended; `speed` 0.0 means as fast as it goes.

    `seq` is the last row committed to the recording.
    """

    state: str
    at_us: int
    next_us: int | None
    seq: int
    speed: float


class ControlRefused(Exception):
    """The engine refused the order, or is not there: a sentence, and HTTP's `status` (0 without an answer)."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


class _Refusal(msgspec.Struct):
    error: str


class ControlClient:
    """Orders for one run, by its `control_url` and `control_token` of the recording. Each waits until it was obeyed.

    `timeout_s` limits that wait (None: as long as it takes; `run_until` may take long).
    """

    def __init__(self, url: str, token: str, timeout_s: float | None = None) -> None:
        self._address = urlsplit(url).netloc
        self._token = token
        self._timeout_s = timeout_s

    def state(self) -> ControlReport:
        """What the engine is doing now."""
        return self._ask("GET", "/state", None)

    def pause(self) -> ControlReport:
        """Stop before the next step."""
        return self._ask("POST", "/pause", {})

    def resume(self) -> ControlReport:
        """Go on."""
        return self._ask("POST", "/resume", {})

    def step(self, rows: int = 1) -> ControlReport:
        """Go on by so many rows of the recording (a step may write a few at once), then pause."""
        return self._ask("POST", "/step", {"rows": rows})

    def run_until(self, at: float | str) -> ControlReport:
        """Go on to an instant, then pause: seconds from the start, ISO 8601, or "10:00" local on the first day."""
        return self._ask("POST", "/run_until", {"at": at})

    def speed(self, factor: float | None) -> ControlReport:
        """Simulated seconds a wall second; None: as fast as it goes."""
        return self._ask("POST", "/speed", {"factor": "max" if factor is None else factor})

    def _ask(self, method: str, path: str, order: object) -> ControlReport:
        """Raises ControlRefused."""
        connection = HTTPConnection(self._address, timeout=self._timeout_s)
        try:
            body = None if order is None else msgspec.json.encode(order)
            headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            raise ControlRefused(0, f"No engine answers at {self._address}: {error}.") from error
        finally:
            connection.close()
        try:
            if answer.status == 200:
                return msgspec.json.decode(content, type=ControlReport)
            raise ControlRefused(answer.status, msgspec.json.decode(content, type=_Refusal).error)
        except msgspec.DecodeError as error:
            sentence = f"What answers at {self._address} is not the control API of a run (HTTP {answer.status})."
            raise ControlRefused(answer.status, sentence) from error
