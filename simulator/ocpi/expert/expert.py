"""The expert: all that is looked for, in order, and what need not be looked at again.

Nearly all exchanges of a run have the same few sets of headers. What has been found sound of headers, codes and path is
remembered by the numbers that such sets have, and only bodies and handshakes are read each time.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Final, Protocol

from simulator.ocpi.expert.agreement import check_answered, check_asked
from simulator.ocpi.expert.answers import check_answer_form, check_envelope
from simulator.ocpi.expert.asking import Asking
from simulator.ocpi.expert.authors import Authors, Leg
from simulator.ocpi.expert.bodies import look_at_answered, look_at_asked
from simulator.ocpi.expert.connected import Connected
from simulator.ocpi.expert.creations import Creations
from simulator.ocpi.expert.credits import Credits
from simulator.ocpi.expert.encodings import Encodings
from simulator.ocpi.expert.handshakes import Handshakes
from simulator.ocpi.expert.hops import Hops
from simulator.ocpi.expert.pages import Pages
from simulator.ocpi.expert.paths import Paths
from simulator.ocpi.expert.places import Places
from simulator.ocpi.expert.plugs import Plugs
from simulator.ocpi.expert.reading_back import ReadingBack
from simulator.ocpi.expert.references import References
from simulator.ocpi.expert.requests import check_request_form
from simulator.ocpi.expert.results import Results
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.expert.sessions import Sessions
from simulator.ocpi.expert.through_hubs import check_way
from simulator.ocpi.expert.updates import Updates
from simulator.ocpi.expert.windows import check_page
from simulator.ocpi.findings import Finding
from simulator.ocpi.modules import uses_routing_headers

_REMEMBERED: Final = 10_000
Check = Callable[[Seen], Iterator[Finding]]


class Exchange(Leg, Protocol):
    """A row of a recording, as far as an expert looks at it; see `simulator.recording.rows.MessageRow`."""

    start_us: int
    end_us: int
    method: str
    host: str
    path: str
    module: str
    route: str
    version: str
    request_body: bytes
    http_status: int | None
    response_body: bytes


class Expert:
    """Looks at the exchanges of a run in the order of their final states; remembers handshakes, pages and tariffs."""

    def __init__(self) -> None:
        self._handshakes = Handshakes()
        self._reading_back = ReadingBack()
        self._connected = Connected()
        self._creations = Creations()
        self._paths = Paths()
        self._places = Places()
        self._encodings = Encodings()
        self._pages = Pages()
        self._plugs = Plugs()
        self._results = Results()
        self._references = References()
        self._asking = Asking()
        updates, sessions = Updates().check, Sessions().check
        results, references = self._results.check_request, self._references.check_request
        asking = self._asking.check_request
        self._courses: Mapping[str, tuple[Check, ...]] = {
            "cdrs": (references, Credits().check),
            "chargingprofiles": (results,),
            "commands": (results, references, asking),
            "hubclientinfo": (updates,),
            "invoicereconciliation": (updates,),
            "locations": (updates,),
            "sessions": (sessions, references, asking),
            "tariffs": (updates,),
            "tokens": (updates, asking),
        }
        """By module what is remembered of the requests before, which the next is held against."""
        self._authors = Authors()
        self._hops = Hops()
        self._sound: dict[Hashable, None] = {}

    @property
    def errors(self) -> Mapping[str, Mapping[str, int]]:
        """How many of the remarks are errors, by rule, after the party whose doing each is.

        Which party that is may turn out at a later exchange.
        """
        return self._authors.errors

    def look_at(
        self,
        row: Exchange,
        asked: int,
        request_headers: Mapping[str, str],
        answered: int,
        response_headers: Mapping[str, str],
    ) -> Iterator[Finding]:
        """What there is to remark on a recorded exchange.

        The names of headers are in lower case. For `asked` and `answered` see Seen.
        """
        seen = Seen(
            sender=row.sender,
            receiver=row.receiver,
            start_us=row.start_us,
            end_us=row.end_us,
            method=row.method,
            url=f"http://{row.host}{row.path}",
            module=row.module,
            route=row.route,
            version=row.version or self._handshakes.version(row.sender, row.receiver),
            request_headers=request_headers,
            request_body=row.request_body,
            http_status=row.http_status,
            response_headers=response_headers,
            response_body=row.response_body,
            asked=asked,
            answered=answered,
            follows=row.cause_kind == "message",
        )
        asked_for = self.look_at_request(seen)
        self._authors.of_request(row, seen.version, asked_for)
        yield from asked_for
        for hub, finding in self._hops.check(row, seen):
            self._authors.blame(hub, finding)
            yield finding
        given = self.look_at_answer(seen)
        self._authors.of_answer(row, seen.version, given)
        yield from given

    def look(self, seen: Seen) -> list[Finding]:
        """What there is to remark on one exchange."""
        return self.look_at_request(seen) + self.look_at_answer(seen)

    def look_at_request(self, seen: Seen) -> list[Finding]:
        """What there is to remark on what the sender did."""
        one_each = self._handshakes.one_party_each(seen)
        kind = ("request", seen.asked, seen.route, seen.module, seen.version, bool(seen.request_body))
        raw = self._encodings.wants_raw(seen)
        found = self._check_form((*kind, one_each, raw), seen.asked, check_request_form(seen, one_each, raw))
        found += self._paths.check_request(seen)
        found += self._places.check_request(seen)
        found += self._handshakes.check_request(seen)
        if self._handshakes.is_hub(seen.receiver) and seen.has_ids and uses_routing_headers(seen.module):
            found += check_way(seen)
        found += self._connected.check_request(seen)
        found += check_asked(seen)
        for check in self._courses.get(seen.module, ()):
            found += check(seen)
        objects, odd = look_at_asked(seen)
        odd += self._plugs.check(seen, objects)
        found += [each.in_version(seen.version) for each in odd]
        return found

    def look_at_answer(self, seen: Seen) -> list[Finding]:
        """What there is to remark on what the receiver did, if it did anything."""
        created = list(self._creations.check_answer(seen))
        if seen.http_status is None:
            return []
        kind = (seen.asked, seen.answered, seen.route, seen.module, seen.version, seen.http_status, seen.ok)
        one_each = self._handshakes.one_party_each(seen)
        form = check_answer_form(seen, one_each)
        found = self._check_form((*kind, bool(seen.response_body), one_each), seen.asked and seen.answered, form)
        found += created
        found += self._encodings.check_answer(seen)
        found += check_envelope(seen)
        found += check_answered(seen)
        found += self._results.check_answer(seen)
        self._references.remember_answer(seen)
        self._asking.remember_answer(seen)
        found += self._pages.check(seen)
        found += check_page(seen)
        found += self._handshakes.check_answer(seen)
        found += self._reading_back.check_answer(seen)
        self._paths.remember_answer(seen)
        self._places.remember_answer(seen)
        objects, odd = look_at_answered(seen)
        odd += self._plugs.check(seen, objects)
        found += [each.in_version(seen.version) for each in odd]
        return found

    def _check_form(self, kind: Hashable, numbered: int, check: Iterator[Finding]) -> list[Finding]:
        """What is found of a kind of headers and code; a kind that was found sound is not looked at again."""
        if kind in self._sound:
            return []
        found = list(check)
        if numbered and not found:
            if len(self._sound) >= _REMEMBERED:
                self._sound.clear()
            self._sound[kind] = None
        return found
