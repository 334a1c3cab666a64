"""Defects of servers: codes, envelopes and headers of answers that are not what OCPI asks for."""

from typing import Any

from msgspec.structs import replace

from simulator.ocpi import codec, envelope
from simulator.ocpi import headers as h
from simulator.ocpi.findings import Invalid
from simulator.ocpi.status import Status
from simulator.parties.quirks.json import changed
from simulator.parties.quirks.quirk import Quirk, value_of
from simulator.wire.carrier import Request, Response


class NoIdsEchoed(Quirk):
    """Does not give back the message ids of a request. Its peers know the answer by its connection."""

    breaks = "OCPI 2.2.1 transport_and_format, Unique message IDs"
    hints = ("ids-echoed",)
    unanswered = (h.X_REQUEST_ID, h.X_CORRELATION_ID)


class Http403(Quirk):
    """Answers 403 to a token that it does not know. A peer that tries the other way of writing it upon 401 does not."""

    breaks = "OCPI 2.2.1 transport_and_format, Authorization header"
    hints = ("http-status",)

    def answer(self, request: Request, response: Response) -> Response:
        """See Quirk."""
        del request
        return replace(response, status=403) if response.status == 401 else response


class Http422(Quirk):
    """Answers 422 to JSON that says something wrong. Its peers take it for the refusal that it is."""

    breaks = "OCPI 2.2.1 status_codes"
    hints = ("http-status",)
    code = 422

    def answer(self, request: Request, response: Response) -> Response:
        """See Quirk."""
        del request
        refused = envelope.status_of(response.body) == Status.INVALID_PARAMETERS
        return replace(response, status=self.code) if response.status == 200 and refused else response


class Http400(Http422):
    """Answers 400, which is for what is no JSON, to JSON that says something wrong. Its peers take it for a refusal."""

    code = 400


class BareErrors(Quirk):
    """Tells of errors as its web framework does, outside the envelope. Its peers know that it failed, and not why."""

    breaks = "OCPI 2.2.1 transport_and_format, Response format"
    hints = ("no-envelope",)

    def answer(self, request: Request, response: Response) -> Response:
        """See Quirk."""
        del request
        try:
            told = envelope.decode_envelope(response.body)
        except Invalid:
            return response
        if response.status < 400 and told.status_code < 2000:
            return response
        status = response.status if response.status >= 400 else 400
        return replace(response, status=status, body=codec.encode({"detail": told.status_message or "Error"}))


class EmptyLink(Quirk):
    """Puts an empty Link header on the last page of a list. Its peers take it for none."""

    breaks = "OCPI 2.2.1 transport_and_format, Pagination"
    hints = ("link-header",)

    def answer(self, request: Request, response: Response) -> Response:
        """See Quirk."""
        del request
        headers = response.headers
        if not value_of(headers, h.X_TOTAL_COUNT) or value_of(headers, h.LINK):
            return response
        return replace(response, headers=(*headers, (h.LINK, "")))


class NoPageHeaders(Quirk):
    """Gives pages without X-Total-Count and X-Limit. Its peers follow Link and need neither."""

    breaks = "OCPI 2.2.1 transport_and_format, Pagination"
    hints = ("page-headers",)
    unanswered = (h.X_TOTAL_COUNT, h.X_LIMIT)


class NullForEmptyList(Quirk):
    """Answers with null where a list is empty. Its peers cannot tell that from no answer, and ask again."""

    breaks = "OCPI 2.2.1 transport_and_format, Response format"
    hints = ("list-data",)

    def answer(self, request: Request, response: Response) -> Response:
        """See Quirk."""
        del request
        return replace(response, body=response.body.replace(b'{"data":[],', b'{"data":null,', 1))


class NoCommandTimeout(Quirk):
    """Leaves the time-out of a command's result out of its answer. Its peers do not know how long to wait."""

    breaks = "OCPI 2.2.1 commands, CommandResponse"
    hints = ("missing-field",)

    def answer(self, request: Request, response: Response) -> Response:
        """See Quirk."""
        if "/commands/" not in request.url:
            return response

        def silent(tree: dict[str, Any]) -> dict[str, Any]:
            data = tree.get("data")
            if isinstance(data, dict):
                tree["data"] = {key: value for key, value in data.items() if key != "timeout"}
            return tree

        return replace(response, body=changed(response.body, silent))


class NoCdrLocation(Quirk):
    """Takes a CDR without saying where it can be read back. Its peers lack the URL."""

    breaks = "OCPI 2.2.1 cdrs, POST"
    hints = ("location-header",)
    unanswered = (h.LOCATION,)
