"""The envelope around every OCPI answer, written by joining bytes: `data` is already JSON and is never parsed again.

Source: OCPI 2.2.1, Transport and format, Response format.
"""

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from simulator.ocpi import codec
from simulator.ocpi.datatypes import DateTime, is_datetime

StatusCode = Annotated[int, Meta(ge=1000, le=9999)]


class Content(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What an answer says; `data` is the raw JSON, `UNSET` when there is none."""

    data: msgspec.Raw | UnsetType = UNSET
    status_code: StatusCode
    status_message: str | None = None


class Envelope(Content, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An answer as received."""

    timestamp: DateTime


class _StatusOnly(Struct, gc=False):
    status_code: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    """As far as a recording can hold it; what is beyond is none."""


_SUCCESS: Final = 1000
_ACKNOWLEDGED: Final = f'{{"status_code":{_SUCCESS},"timestamp":"'
_T = TypeVar("_T", bound=Content)
_decoder: Final = msgspec.json.Decoder(Envelope)
_content_decoder: Final = msgspec.json.Decoder(Content)
_decode_status: Final = msgspec.json.Decoder(_StatusOnly).decode


def success(data: bytes | None, timestamp: str, status_code: int = 1000, status_message: str | None = None) -> bytes:
    """The body of an answer that worked; `data` is encoded JSON, or None for an acknowledgement without content."""
    if data is None and status_message is None:
        if status_code == _SUCCESS:
            return (_ACKNOWLEDGED + timestamp + '"}').encode()
        return f'{{"status_code":{status_code:d},"timestamp":"{timestamp}"}}'.encode()
    start = b'{"status_code":%d' % status_code if data is None else b'{"data":%b,"status_code":%d' % (data, status_code)
    return start + _ending(status_message, timestamp)


def failure(status_code: int, status_message: str, timestamp: str) -> bytes:
    """The body of an answer that tells of an error; it carries no data."""
    return b'{"status_code":%d' % status_code + _ending(status_message, timestamp)


def decode_envelope(body: bytes) -> Envelope:
    """The envelope of an answer; `data: null` counts as none. Raises Invalid."""
    try:
        envelope = _decoder.decode(body)
    except codec.UNREADABLE:
        raise codec.invalid(body, Envelope) from None
    if not is_datetime(envelope.timestamp):
        raise codec.invalid(body, Envelope)
    return _without_null(envelope)


def decode_content(body: bytes) -> Content | None:
    """What an answer says, whatever its timestamp, without which it is none the worse; None for what says nothing."""
    try:
        return _without_null(_content_decoder.decode(body))
    except codec.UNREADABLE:
        return None


def status_of(body: bytes) -> int | None:
    """The status code of an answer, be it one that OCPI does not have; None when it has no readable envelope."""
    try:
        return _decode_status(body).status_code
    except codec.UNREADABLE:
        return None


def _without_null(content: _T) -> _T:
    if content.data is not UNSET and bytes(content.data) == b"null":
        return msgspec.structs.replace(content, data=UNSET)
    return content


def _ending(status_message: str | None, timestamp: str) -> bytes:
    if status_message is None:
        return b',"timestamp":"%b"}' % timestamp.encode()
    return b',"status_message":%b,"timestamp":"%b"}' % (codec.encode(status_message), timestamp.encode())
