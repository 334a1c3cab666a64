"""The HTTP headers of OCPI, and the one header whose value has its own rules: Authorization.

Source: OCPI 2.2.1, Transport and format.
"""

import base64
import binascii
import hmac
import re
from typing import Final, Literal

AUTHORIZATION: Final = "Authorization"
CONTENT_TYPE: Final = "Content-Type"
LINK: Final = "Link"
LOCATION: Final = "Location"
OCPI_FROM_COUNTRY_CODE: Final = "OCPI-from-country-code"
OCPI_FROM_PARTY_ID: Final = "OCPI-from-party-id"
OCPI_TO_COUNTRY_CODE: Final = "OCPI-to-country-code"
OCPI_TO_PARTY_ID: Final = "OCPI-to-party-id"
X_CORRELATION_ID: Final = "X-Correlation-ID"
X_LIMIT: Final = "X-Limit"
X_REQUEST_ID: Final = "X-Request-ID"
X_TOTAL_COUNT: Final = "X-Total-Count"

TokenEncoding = Literal["base64", "raw"]

_value_match = re.compile(r"(?i:Token) ([!-~]+)\Z").match
_token_match = re.compile(r"[!-~]+\Z").match


def authorization_value(token: str, encoding: TokenEncoding) -> str:
    """The Authorization header for a credentials token: Base64 from 2.2 on, raw for 2.1.1 and peers that lag behind."""
    if encoding == "base64":
        token = base64.b64encode(token.encode()).decode("ascii")
    return f"Token {token}"


def tokens_in(value: str) -> tuple[str, ...]:
    """The credentials tokens an Authorization header may mean, the likelier first; none when it is malformed.

    A peer may send the token raw though the version asks for Base64, and the specification's own sample encodes a
    trailing newline, so both readings are offered for the look-up.
    """
    match = _value_match(value)
    if match is None:
        return ()
    raw = match[1]
    try:
        decoded = base64.b64decode(raw, validate=True).decode("ascii").removesuffix("\n")
    except (binascii.Error, UnicodeDecodeError):
        return (raw,)
    return (decoded, raw) if _token_match(decoded) else (raw,)


def token_matches(candidate: str, stored: str) -> bool:
    """Whether two tokens are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(candidate.encode(), stored.encode())
