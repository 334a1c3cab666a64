"""A message as text: headers and bodies to read, the exchange as JSON, the request as a curl command.

Tokens are left out unless asked for: what is copied here ends up in tickets and chats.
"""

import shlex
from typing import Any, Final

import msgspec

from simulator.ocpi import codec
from simulator.recording.rows import Headers, Message

HIDDEN: Final = "(hidden)"
_SECRET_HEADER: Final = "authorization"
_SECRET_MODULE: Final = "credentials"
_SECRET_FIELD: Final = "token"
_LONGEST_BODY: Final = 400_000
_indent = msgspec.json.format


def headers_text(headers: Headers, *, with_tokens: bool = False) -> str:
    """One header a line."""
    return "\n".join(f"{name}: {value}" for name, value in _headers(headers, with_tokens))


def body_text(message: Message, body: bytes, *, with_tokens: bool = False) -> tuple[str, bool]:
    """A body laid out for reading, numbers as they came over the wire; and whether it had to be shortened."""
    text = readable(_body(message, body, with_tokens))
    return text[:_LONGEST_BODY], len(text) > _LONGEST_BODY


def as_json(message: Message, *, with_tokens: bool = False) -> str:
    """The whole exchange as one JSON object; times are simulated microseconds."""
    request = _content(message, message.request_headers, message.request_body, with_tokens)
    response = _content(message, message.response_headers, message.response_body, with_tokens)
    whole = {
        "exchange": message.exchange,
        "from": message.sender,
        "to": message.receiver,
        "start_us": message.start_us,
        "end_us": message.end_us,
        "final": message.final,
        "failure": message.failure or None,
        "request": {"method": message.method, "url": _url(message), **request},
        "response": {"http_status": message.http_status, "ocpi_status": message.ocpi_status, **response},
    }
    return readable(msgspec.json.encode(whole))


def as_curl(message: Message, *, with_tokens: bool = False) -> str:
    """The request as a command for a POSIX shell, to the logical host; a hidden token reads `$TOKEN`."""
    lines = [f"curl -X {message.method} {shlex.quote(_url(message))}"]
    for name, value in message.request_headers:
        if name.lower() == _SECRET_HEADER and not with_tokens:
            lines.append(f'-H "{name}: Token $TOKEN"')
        else:
            lines.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if message.request_body:
        body = _body(message, message.request_body, with_tokens)
        lines.append(f"--data-raw {shlex.quote(body.decode('utf-8', 'replace'))}")
    return " \\\n  ".join(lines)


def has_secrets(message: Message) -> bool:
    """Whether anything is hidden unless asked for."""
    names = (name.lower() for name, _ in (*message.request_headers, *message.response_headers))
    return message.module == _SECRET_MODULE or _SECRET_HEADER in names


def visible_body(message: Message, body: bytes) -> bytes:
    """A body as JSON without its token."""
    return _body(message, body, with_tokens=False)


def _url(message: Message) -> str:
    return f"http://{message.host}{message.path}"


def _headers(headers: Headers, with_tokens: bool) -> list[tuple[str, str]]:
    return [
        (name, f"Token {HIDDEN}" if name.lower() == _SECRET_HEADER and not with_tokens else value)
        for name, value in headers
    ]


def _content(message: Message, headers: Headers, body: bytes, with_tokens: bool) -> dict[str, Any]:
    raw = _body(message, body, with_tokens)
    try:
        msgspec.json.decode(raw)
        shown: object = msgspec.Raw(raw)
    except codec.UNREADABLE:
        shown = raw.decode("utf-8", "replace") or None
    return {"headers": _headers(headers, with_tokens), "body": shown}


def _body(message: Message, body: bytes, with_tokens: bool) -> bytes:
    """The body; of credentials without the token that lets a party in."""
    if with_tokens or message.module != _SECRET_MODULE or not body:
        return body
    try:
        tree = msgspec.json.decode(body)
    except codec.UNREADABLE:
        return body
    for holder in (tree, tree.get("data") if isinstance(tree, dict) else None):
        if isinstance(holder, dict) and _SECRET_FIELD in holder:
            holder[_SECRET_FIELD] = HIDDEN
    return msgspec.json.encode(tree)


def readable(body: bytes) -> str:
    """JSON laid out; anything else as it is."""
    try:
        return _indent(body, indent=2).decode()
    except codec.UNREADABLE:
        return body.decode("utf-8", "replace")
