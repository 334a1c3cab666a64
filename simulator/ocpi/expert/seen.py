"""One exchange as an expert has it before the eyes: what was sent, what came back, and what it was about."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

from simulator.ocpi import codec, envelope
from simulator.ocpi import headers as h
from simulator.ocpi.envelope import Content
from simulator.ocpi.findings import Finding, Invalid, Severity, section_in

OLDEST = "2.1.1"
"""The version without message ids, routing headers and Base64."""

_tokens_in: Final = lru_cache(4096)(h.tokens_in)


class Seen(Struct, frozen=True, kw_only=True):
    """An exchange. Header names are in lower case; `http_status` is None when nothing came back.

    `module` and `route` are empty for a request that is none of OCPI's, `version` when nobody knows it. `asked` and
    `answered` are numbers by which its headers are known, but for the message ids that they end with; 0 for headers
    without a number. `follows` says that another message made its sender send it, as a handshake does.
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
    asked: int = 0
    answered: int = 0
    follows: bool = False
    envelope: Content | None = None
    """That of the answer, read from its body; None when there is no readable one."""
    faults: tuple[Finding, ...] = ()
    """What is wrong with an envelope that can be told for one."""

    def __post_init__(self) -> None:
        read: Content | None
        faults: tuple[Finding, ...] = ()
        try:
            read = envelope.decode_envelope(self.response_body) if self.response_body else None
        except Invalid as invalid:
            read = envelope.decode_content(self.response_body)
            faults = invalid.findings if envelope.status_of(self.response_body) is not None else ()
        msgspec.structs.force_setattr(self, "envelope", read)
        msgspec.structs.force_setattr(self, "faults", faults)

    @property
    def has_ids(self) -> bool:
        """Whether the version has message ids, routing headers and encoded tokens; not if nobody knows it."""
        return self.version not in ("", OLDEST)

    @property
    def is_encoded(self) -> bool:
        """Whether its token should be in Base64: who asks which versions there are may write as the oldest does."""
        return self.has_ids and self.route != "versions.get_list"

    @property
    def ok(self) -> bool:
        """Whether the answer says that it worked."""
        answer = self.envelope
        return answer is not None and answer.status_code < 2000 and (self.http_status or 999) < 300

    @property
    def tokens(self) -> tuple[str, ...]:
        """The credentials tokens that the request may present."""
        return _tokens_in(self.request_headers.get("authorization", ""))

    @property
    def data(self) -> bytes | None:
        """The JSON of the answer's data."""
        answer = self.envelope
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
        section = section_in(f"OCPI {section}", self.version)
        return Finding(rule=rule, severity=severity, path=path, found=found, expected=expected, section=section)
