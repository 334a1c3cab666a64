"""The ways to spoil a request, each a small function of a random source and a request that is in order.

An attack that has nothing to bite on (no body, no owner in the path) returns None. None of them breaks HTTP itself:
that is between the sockets and tested in tests/wire.
"""

import base64
import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from fuzz_targets import LATER, Json, Target, leaves, written
from msgspec import Struct
from msgspec.structs import replace

from simulator.wire.carrier import MAX_BODY_BYTES

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE")


class Spoilt(Struct, frozen=True):
    """A request on its way to being wrong; `headers` may hold a name twice."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


Attack = Callable[[Random, Target, Spoilt], Spoilt | None]


def in_order(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """Nothing is wrong with it."""
    return good


def broken_json(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """A body that is cut off, has something too much, or is no JSON at all."""
    if target.body is None:
        return None
    body = good.body
    place = random.randrange(len(body))
    choices = (
        body[:place],
        body[:place] + random.choice((b"}", b"{", b",", b'"', b"\x00", b"\\", b"NaN", b"'")) + body[place:],
        b"",
        b" ",
        b"{",
        b"[" * random.randrange(1, 100),
        body + body,
        body.replace(b'"', b"'"),
        b"<xml/>",
        bytes(random.randrange(256) for _ in range(random.randrange(1, 60))),
    )
    return replace(good, body=random.choice(choices))


WRONG_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1.5, 2**63, 10**30, "", " ", "x", "7", [], {}, [[]], {"a": {}}, ["x", 1, None]),
    *("x" * 65, "x" * 6_000, "é", "\u0000", "\x7f", "\u202e", "💡", "#NA", "null", "NaN", "0000-00-00T00:00:00Z"),
    *("2026-02-30T00:00:00Z", "2026-05-04T09:00:00+02:00", "2026-05-04T09:00:00.123456Z", "9999-12-31T23:59:59Z"),
    *("../..", "%2e%2e", "http://evil.example/", "javascript:alert(1)", "' OR 1=1 --", "-9.99999", "52.1", "ALLOWED"),
)


def wrong_value(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """One value, somewhere in the body, becomes one of another type, length, form or meaning."""
    return _changed(random, target, good, lambda holder, key: holder.__setitem__(key, random.choice(WRONG_VALUES)))


RAW_VALUES: Final = (
    *(
        b"1e400",
        b"-1e400",
        b"1e-400",
        b"1e-99999999",
        b"1e14",
        b"-0",
        b"1E9999999999",
        b"0.1000000000000000055511151231257827021181583",
    ),
    *(b"9" * 400, b'"\\ud800"', b'"\\u0000"', b'"\\udfff\\ud800"', b'"\\/"', b"NaN", b"Infinity", b"0x10", b"01"),
)


def strange_literal(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """A literal that is legal JSON and still a trap, or nearly legal."""
    mark = "RAW-VALUE-HERE"
    spoilt = _changed(random, target, good, lambda holder, key: holder.__setitem__(key, mark))
    if spoilt is None:
        return None
    return replace(spoilt, body=spoilt.body.replace(f'"{mark}"'.encode(), random.choice(RAW_VALUES)))


def missing_field(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """One field or list item is not there."""
    return _changed(random, target, good, lambda holder, key: holder.__delitem__(key))


def wrong_root(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """The body is JSON, but no object of this kind."""
    if target.body is None:
        return None
    root = random.choice(([target.body], {"data": target.body}, {}, [], None, 7, "text", [[]], True))
    return replace(good, body=json.dumps(root).encode())


def deep_nesting(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """Lists in lists, or objects in objects, deeper than any stack, as the body or as a field in it."""
    depth = random.choice((50, 500, 1_100, 5_000, 100_000))
    opened, closed = random.choice(((b"[", b"]"), (b'{"a":', b"}")))
    nested = opened * depth + (b"1" + closed * depth if random.random() < 0.8 else b"")
    if target.body is None or random.random() < 0.3:
        return replace(good, body=nested)
    return replace(good, body=good.body[:-1] + b',"extra":' + nested + b"}")


def huge_body(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """As much as may be sent, or one byte more: blanks, one long text, or very many fields."""
    size = MAX_BODY_BYTES + random.choice((0, 1))
    filling = random.choice((b" ", b"x", b"["))
    if target.body is not None and filling == b" ":
        return replace(good, body=good.body + b" " * (size - len(good.body)))
    if target.body is not None and filling == b"x":
        start = good.body[:-1] + b',"extra":"'
        return replace(good, body=start + b"x" * (size - len(start) - 2) + b'"}')
    return replace(good, body=filling * size)


def wrong_method(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """Another method than the route's."""
    return replace(good, method=random.choice([method for method in METHODS if method != good.method]))


def wrong_token(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """No token, a malformed one, or somebody else's."""
    value = dict(good.headers)["Authorization"]
    values = (
        *("", "Token", "Token ", "Bearer abc", "Token a b", "Token abc", "Basic dXNlcjpwYXNz", "Token " + "A" * 8_000),
        *(value[:-3], value + "x", value.replace("Token ", "Token  "), value.swapcase(), f"Token {'=' * 9}"),
        f"Token {base64.b64encode(bytes(random.randrange(256) for _ in range(30))).decode()}",
    )
    return _header(good, "Authorization", random.choice(values))


def foreign_party(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """Somebody else's objects: another owner in the path, and sometimes in the body as well."""
    if "{country_code}" not in target.route.template:
        return None
    country_code, party_id = random.choice((("NL", "DUN"), ("NL", "NOM"), ("DE", target.attacker[3:]), ("XX", "XXX")))
    ours = f"/{target.attacker[:2]}/{target.attacker[3:]}"
    body = target.body
    if body is not None and random.random() < 0.5:
        body = {**body, "country_code": country_code, "party_id": party_id}
    return replace(good, url=good.url.replace(ours, f"/{country_code}/{party_id}", 1), body=written(body))


def other_id(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """The path names another object than the body."""
    if not target.route.template or not target.route.template[-1].startswith("{"):
        return None
    base, _, query = good.url.partition("?")
    id = random.choice(("other", "X" * 37, "a b", "ä", "%2F", "%00", "..%2F..", "~"))
    url = f"{base.rpartition('/')[0]}/{_percent(id)}" + (f"?{query}" if query else "")
    return replace(good, url=url)


def headers_missing(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """Up to all of the headers are left out, but for the token."""
    kept = [pair for pair in good.headers if pair[0] == "Authorization" or random.random() < 0.5]
    return replace(good, headers=tuple(kept))


def headers_doubled(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """A header comes twice, with the same or with another value, in whatever letter case."""
    name, value = random.choice(good.headers)
    other = random.choice((value, "", "x", value[::-1], "é", "NL", "Token abc", "text/html"))
    twice = (random.choice((name, name.lower(), name.upper())), other)
    headers = list(good.headers)
    headers.insert(random.randrange(len(headers) + 1), twice)
    return replace(good, headers=tuple(headers))


def headers_odd(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """A header other than the token has a value that makes no sense."""
    others = [name for name, _ in good.headers if name != "Authorization"]
    if not others:
        return None
    odd = ("", "x" * 4_000, "é", "\u00ff", "XX", "ZZZ", "0", "-1", "a,b", '"', "text/html; charset=latin-1", "null")
    return _header(good, random.choice(others), random.choice(odd))


def to_somebody_else(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """For another party, for the hub itself, for nobody, or from somebody else."""
    side = random.choice(("to", "from"))
    party = random.choice(("NL-DUN", "NL-NOM", "NL-HUB", "XX-XXX", target.attacker, "nl-ema", "-", "N-"))
    country_code, _, party_id = party.partition("-")
    spoilt = _header(good, f"OCPI-{side}-country-code", country_code)
    return _header(spoilt, f"OCPI-{side}-party-id", party_id)


def not_utf8(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """Bytes that are no UTF-8, in the body or, percent-encoded, in the path."""
    if target.body is None or random.random() < 0.2:
        return replace(good, url=good.url + random.choice(("/%ff", "/%c3%28", "/%ed%a0%80", "%80")))
    body = good.body
    place = random.randrange(len(body))
    choices = (
        body[:place] + bytes((random.randrange(0x80, 0x100),)) + body[place:],
        body[:place] + b"\xed\xa0\x80" + body[place:],
        body.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + body,
        body[:place] + b"\xc0\xaf" + body[place:],
    )
    return replace(good, body=random.choice(choices))


TRICKS: Final = (
    *("/..", "/.", "/%2e%2e", "/%2e", "//", "/%2f", "/%00", "/%", "/%zz", ";a=b", "/*", "/~root", "/%252e%252e"),
    *("/" + "x" * 3_000, "/" + "a/" * 200, "/%0d%0aX-Evil:%201", "/..%5c..%5c", "/%F0%9F%92%A1", "?", "?&&=&", "??"),
)


def path_trick(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """Dots, slashes, zeros and endless segments at the end or in the middle of the path."""
    base, _, query = good.url.partition("?")
    trick = random.choice(TRICKS)
    if random.random() < 0.5:
        host, _, path = base.removeprefix("http://").partition("/")
        segments = path.split("/")
        place = random.randrange(len(segments))
        segments[place] = random.choice((trick.lstrip("/?"), segments[place].upper(), segments[place] + trick, ""))
        url = f"http://{host}/{'/'.join(segments)}"
    else:
        url = base + trick
    return replace(good, url=url + (f"?{query}" if query and "?" not in url else ""))


def bad_query(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """Parameters that cannot be read, come twice, or mean nothing here."""
    names = ("date_from", "date_to", "offset", "limit", "type", "duration", "response_url", "x")
    values = ("", "-1", "0", "1e3", "9" * 30, "²", "yesterday", LATER, "2026-05-04", "%00", "%ff", "APP_USER", "a%26b")
    pairs = [f"{random.choice(names)}={_percent(random.choice(values))}" for _ in range(random.randrange(1, 5))]
    return replace(good, url=good.url.partition("?")[0] + "?" + "&".join(pairs))


def other_version(random: Random, target: Target, good: Spoilt) -> Spoilt:
    """The same request where another version, or none at all, would be served."""
    others = [version for version in ("2.0", "2.1.1", "2.2.1", "2.3.0", "3.0", "") if version != target.version]
    return replace(good, url=good.url.replace(f"/{target.version}", f"/{random.choice(others)}", 1))


def several(random: Random, target: Target, good: Spoilt) -> Spoilt | None:
    """Two or three of the others at once."""
    spoilt = good
    for attack in random.sample(MIXABLE, random.randrange(2, 4)):
        spoilt = attack(random, target, spoilt) or spoilt
    return spoilt


MIXABLE: Final[tuple[Attack, ...]] = (
    *(wrong_method, wrong_token, headers_missing, headers_odd, path_trick, bad_query, other_version, deep_nesting),
)
ATTACKS: Final[tuple[tuple[Attack, int], ...]] = (
    *((in_order, 4), (broken_json, 10), (wrong_value, 24), (strange_literal, 8), (missing_field, 10), (wrong_root, 4)),
    *((deep_nesting, 3), (wrong_method, 5), (wrong_token, 5), (foreign_party, 5), (other_id, 5), (headers_missing, 3)),
    *(
        (headers_doubled, 3),
        (headers_odd, 4),
        (to_somebody_else, 4),
        (not_utf8, 6),
        (path_trick, 8),
        (bad_query, 5),
        (other_version, 3),
    ),
    *((several, 6),),
)
"""Each with its weight. `huge_body` stands aside: it costs a hundred times as much as any other."""


def _changed(random: Random, target: Target, good: Spoilt, change: Callable[[Any, Any], None]) -> Spoilt | None:
    if not target.body:
        return None
    tree: Json = copy.deepcopy(target.body)
    path = random.choice(list(leaves(tree)))
    holder: Any = tree
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return replace(good, body=json.dumps(tree, ensure_ascii=random.random() < 0.5).encode())


def _header(good: Spoilt, name: str, value: str) -> Spoilt:
    return replace(good, headers=tuple((each, value if each == name else old) for each, old in good.headers))


def _percent(text: str) -> str:
    """Fit to stand in a URL; what is percent-encoded already stays."""
    return "".join(
        char if char.isascii() and (char.isalnum() or char in "%.-_~:") else "".join(f"%{b:02X}" for b in char.encode())
        for char in text
    )
