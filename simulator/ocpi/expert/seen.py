"""One exchange as an expert has it before the eyes: what was sent, what came back, and what it was about."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from simulator.ocpi import codec, envelope
from simulator.ocpi.envelope import Envelope
from simulator.ocpi.findings import Finding, Invalid, Severity

OLDEST = "2.1.1"
"""The version without message ids, routing headers and Base64."""


class Seen(Struct, frozen=True, kw_only=True):
    """An exchange. Header names are in lower case; `http_status` is None when nothing came back.

    `route` is empty for a request that is none of OCPI's.
    """

    sender: str
    receiver: str
    start_us: int
    end_us: int
    method: str
    url: str
    module: str
    route: str
    version: str
    request_headers: Mapping[str, str]
    request_body: bytes
    http_status: int | None = None
    response_headers: Mapping[str, str] = {}
    response_body: bytes = b""

    @property
    def has_ids(self) -> bool:
        """Whether the version has message ids, routing headers and encoded tokens."""
        return self.version != OLDEST

    @property
    def ok(self) -> bool:
        """Whether the answer says that it worked."""
        answer = self.envelope()
        return answer is not None and answer.status_code < 2000 and (self.http_status or 999) < 300

    def envelope(self) -> Envelope | None:
        """The envelope of the answer; None when there is no readable one."""
        try:
            return envelope.decode_envelope(self.response_body)
        except Invalid:
            return None

    def data(self) -> bytes | None:
        """The JSON of the answer's data."""
        answer = self.envelope()
        return None if answer is None or answer.data is msgspec.UNSET else bytes(answer.data)

    def is_json(self) -> bool:
        """Whether the request's body can be read as JSON at all."""
        try:
            msgspec.json.decode(self.request_body)
            return True
        except codec.UNREADABLE:
            return False

    def remark(self, rule: str, path: str, found: str, expected: str, section: str, severity: Severity) -> Finding:
        """A finding on this exchange; a path begins with the name of the header, with `HTTP` or with `$`."""
        section = f"OCPI {self.version} {section}"
        return Finding(rule=rule, severity=severity, path=path, found=found, expected=expected, section=section)
