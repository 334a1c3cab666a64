"""Defects of clients: what some platforms leave out of their requests, or write in another way than OCPI asks."""

import re

from msgspec.structs import replace

from simulator.engine.exchange import Subject
from simulator.ocpi import headers as h
from simulator.ocpi.expert.bodies import classes
from simulator.ocpi.modules import uses_routing_headers
from simulator.parties.dialect import OLDEST
from simulator.parties.quirks.json import with_field, with_nulls, with_nulls_in_data, without_field
from simulator.parties.quirks.quirk import Party, Quirk, value_of, without
from simulator.wire.carrier import Request, Response

_ROUTING = (h.OCPI_FROM_COUNTRY_CODE, h.OCPI_FROM_PARTY_ID, h.OCPI_TO_COUNTRY_CODE, h.OCPI_TO_PARTY_ID)
_OUR_PATH = re.compile(r"/ocpi/(sender|receiver)/")
_COORDINATE = re.compile(rb'("(?:latitude|longitude)":)"(-?\d+\.\d+)"')
_UTC = re.compile(rb'(T\d\d:\d\d:\d\d(?:\.\d+)?)Z"')
_NUMBER = re.compile(rb'("(?:kwh|total_energy|total_time|volume|price)":)(-?\d+(?:\.\d+)?)')


class RawToken(Quirk):
    """Sends the credentials token as it is, where Base64 is due. Its peers try both readings."""

    breaks = "OCPI 2.2.1 transport_and_format, Authorization header"
    hints = ("token-encoding",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        del subject
        tokens = h.tokens_in(value_of(request.headers, h.AUTHORIZATION))
        return _authorised(request, h.authorization_value(tokens[0], "raw")) if tokens else request


class NewlineInToken(Quirk):
    """Encodes a newline with the credentials token, as the samples of OCPI do. Its peers take it off again."""

    breaks = "OCPI 2.2.1 transport_and_format, Authorization header"
    hints = ("token-encoding",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        tokens = h.tokens_in(value_of(request.headers, h.AUTHORIZATION))
        if not tokens or subject.version == OLDEST:
            return request
        return _authorised(request, h.authorization_value(f"{tokens[0]}\n", "base64"))


class NoMessageIds(Quirk):
    """Sends neither X-Request-ID nor X-Correlation-ID. Its peers have nothing to echo."""

    breaks = "OCPI 2.2.1 transport_and_format, Unique message IDs"
    hints = ("message-ids",)
    unsent = (h.X_REQUEST_ID, h.X_CORRELATION_ID)


class NoRoutingHeaders(Quirk):
    """Leaves out the routing headers. A peer with one party on each side does without, a hub cannot."""

    breaks = "OCPI 2.2.1 transport_and_format, Message routing"
    hints = ("routing-headers",)
    unsent = _ROUTING


class NoContentType(Quirk):
    """Does not say that its bodies are JSON. Its peers read them all the same."""

    breaks = "OCPI 2.2.1 transport_and_format, JSON"
    hints = ("content-type",)
    unsent = (h.CONTENT_TYPE,)


class TrailingSlashes(Quirk):
    """Ends every path with a slash, as the samples of 2.1.1 do. Its peers take it for the same path."""

    breaks = "OCPI 2.2.1 transport_and_format, Interface endpoints"
    hints = ("trailing-slash",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        del subject
        path, mark, query = request.url.partition("?")
        return replace(request, url=f"{path.rstrip('/')}/{mark}{query}")


class HardWiredPaths(Quirk):
    """Builds paths by a convention of its own instead of those discovered. Nothing is found there; pulls mend it."""

    breaks = "OCPI 2.2.1 transport_and_format, Interface endpoints"
    hints = ("hard-wired-path",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        del subject
        convention = {"sender": "cpo", "receiver": "emsp"}
        url = _OUR_PATH.sub(lambda found: f"/ocpi/{convention[found[1]]}/", request.url, count=1)
        return replace(request, url=url)


class KeepsFirstToken(Quirk):
    """Goes on with the first token that a peer took, whatever it got since. A strict peer lets it in no more."""

    breaks = "OCPI 2.2.1 credentials, Registration"
    hints = ("stale-token",)

    def __init__(self, party: Party) -> None:
        super().__init__(party)
        self._first: dict[str, str] = {}

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        del subject
        host = request.url.split("/")[2]
        return _authorised(request, self._first.setdefault(host, value_of(request.headers, h.AUTHORIZATION)))


class ExplicitNulls(Quirk):
    """Writes null for every optional field that has no value. For its peers null is the same as nothing."""

    breaks = "OCPI 2.3.0 transport_and_format, JSON"
    hints = ("null-field",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        asked, _ = classes(subject.route, subject.version)
        return request if asked is None else replace(request, body=with_nulls(request.body, asked))

    def answer(self, request: Request, response: Response) -> Response:
        """See Quirk."""
        about = self.office.platform.asked(request.method, request.url)
        _, answered = classes(about[1].name, about[0]) if about is not None else (None, None)
        return response if answered is None else replace(response, body=with_nulls_in_data(response.body, answered))


class VendorFields(Quirk):
    """Adds fields of its own to its objects. Its peers pass over them."""

    breaks = "OCPI 2.3.0 transport_and_format, Non-specified JSON fields"
    hints = ("unknown-field",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        if not uses_routing_headers(subject.module):
            return request
        return replace(request, body=with_field(request.body, "x_vendor_reference", "4711"))


class PatchWithoutLastUpdated(Quirk):
    """Leaves last_updated out of a PATCH. It is refused with 2001; the next PUT or pull mends the copy."""

    breaks = "OCPI 2.2.1 locations, PATCH"
    hints = ("missing-field",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        if request.method != "PATCH" or subject.version == OLDEST:
            return request
        return replace(request, body=without_field(request.body, "last_updated"))


class OffsetTimestamps(Quirk):
    """Writes +00:00 for Z in what it pushes. It is refused with 2001, as OCPI knows no offsets; pulls mend it."""

    breaks = "OCPI 2.2.1 types, DateTime"
    hints = ("text-format",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        del subject
        return replace(request, body=_UTC.sub(rb'\1+00:00"', request.body))


class NumbersAsText(Quirk):
    """Writes numbers as JSON strings in what it pushes. It is refused with 2001; pulls mend it."""

    breaks = "OCPI 2.2.1 types, number"
    hints = ("wrong-type",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        del subject
        return replace(request, body=_NUMBER.sub(rb'\1"\2"', request.body))


class CoordinatesAsNumbers(Quirk):
    """Writes coordinates as numbers in what it pushes. It is refused with 2001, as they are text; pulls mend it."""

    breaks = "OCPI 2.2.1 locations, GeoLocation"
    hints = ("wrong-type",)

    def ask(self, request: Request, subject: Subject) -> Request:
        """See Quirk."""
        del subject
        return replace(request, body=_COORDINATE.sub(rb"\1\2", request.body))


def _authorised(request: Request, value: str) -> Request:
    headers = without(request.headers, h.AUTHORIZATION)
    return replace(request, headers=((h.AUTHORIZATION, value), *headers))
