"""Steers a running engine through its control API, by QtNetwork: the window's process has no asyncio and never waits.

Speaks the words of simulator/control: GET /state; POST /pause, /resume, /step, /speed; a bearer token.
"""

from collections.abc import Callable
from typing import Final

import msgspec
from PySide6.QtCore import QByteArray, QObject, QTimer, QUrl, Signal
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkProxy, QNetworkReply, QNetworkRequest

from simulator.control.client import ControlReport
from simulator.i18n import tr

Done = Callable[[ControlReport], None]

POLL_MS: Final = 250
SILENT_MS: Final = 3_000
_NO_ANSWER: Final = (QNetworkReply.NetworkError.TimeoutError, QNetworkReply.NetworkError.OperationCanceledError)


class _Refusal(msgspec.Struct):
    error: str


class Steering(QObject):
    """Orders for one engine, each answered later by `reported` (and its own `done`) or by `refused` with a sentence.

    Asks for the state four times a second. `silent` says once that the engine does not answer any more (it hangs, or
    is stopped), `answers`, with the same sentence, that it does again; orders that were under way are never answered,
    and new ones are refused until then. A connection that breaks is not told: the end of a run does that, and its
    recording says how it ended.
    """

    is_silent: bool
    """Whether it does not answer."""

    reported = Signal(object)
    refused = Signal(str)
    silent = Signal(str)
    answers = Signal(str)

    silent_ms = SILENT_MS

    def __init__(self, url: str, token: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.url = url
        self._token = token
        self.is_silent = False
        self._asking = False
        self._network = QNetworkAccessManager(self)
        self._network.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
        self._poll = QTimer(self)
        self._poll.timeout.connect(self._ask_state)
        self._poll.start(POLL_MS)
        self._ask_state()

    def pause(self, done: Done | None = None) -> None:
        """Stop before the next step."""
        self._order("/pause", {}, done)

    def resume(self, done: Done | None = None) -> None:
        """Go on."""
        self._order("/resume", {}, done)

    def step(self, done: Done | None = None) -> None:
        """Go on to the next row of the recording, then pause."""
        self._order("/step", {}, done)

    def speed(self, factor: float, done: Done | None = None) -> None:
        """Simulated seconds a wall second; 0: as fast as it goes."""
        self._order("/speed", {"factor": factor or "max"}, done)

    def close(self) -> None:
        """Ask nothing more; answers still under way are dropped."""
        self._poll.stop()
        self.blockSignals(True)
        self.deleteLater()

    def _ask_state(self) -> None:
        if not self._asking:
            self._asking = True
            reply = self._network.get(self._request("/state"))
            reply.finished.connect(lambda: self._state_answered(reply))

    def _state_answered(self, reply: QNetworkReply) -> None:
        self._asking = False
        self._answered(reply, None)

    def _order(self, path: str, order: dict[str, object], done: Done | None) -> None:
        if self.is_silent:
            self.refused.emit(_silence())
            return
        reply = self._network.post(self._request(path), QByteArray(msgspec.json.encode(order)))
        reply.finished.connect(lambda: self._answered(reply, done))

    def _request(self, path: str) -> QNetworkRequest:
        request = QNetworkRequest(QUrl(self.url + path))
        request.setRawHeader(QByteArray(b"Authorization"), QByteArray(f"Bearer {self._token}".encode()))
        request.setHeader(QNetworkRequest.KnownHeaders.ContentTypeHeader, "application/json")
        request.setTransferTimeout(self.silent_ms)
        return request

    def _answered(self, reply: QNetworkReply, done: Done | None) -> None:
        reply.deleteLater()
        # An answer that has begun has a status, even if no more of it comes.
        if reply.error() in _NO_ANSWER:
            if not self.is_silent:
                self._fall_silent()
            return
        status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        if status is None:
            return
        if self.is_silent:
            self.is_silent = False
            self.answers.emit(_silence())
        body = reply.readAll().data()
        try:
            if status == 200:
                report = msgspec.json.decode(body, type=ControlReport)
                self.reported.emit(report)
                if done is not None:
                    done(report)
            else:
                self.refused.emit(msgspec.json.decode(body, type=_Refusal).error)
        except msgspec.DecodeError:
            self.refused.emit(
                tr("What answers at {url} is not the control API of a run (HTTP {status}).").format(
                    url=self.url, status=status
                )
            )

    def _fall_silent(self) -> None:
        """What is still under way would make it silent a second time, after the engine has answered again."""
        self.is_silent = True
        for reply in self._network.findChildren(QNetworkReply):
            reply.abort()
        self.silent.emit(_silence())


def _silence() -> str:
    return tr("The engine does not answer; what it has recorded is shown, and more as soon as it does.")
