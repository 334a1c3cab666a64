"""Whether a request goes where it was led: by the versions, their endpoints, a Link, a Location or a response_url.

Paths are taken as they are published, whatever they look like, and never built by convention. Source: OCPI 2.2.1,
Versions module; Transport and format, Interface endpoints; digest, sections 1 and 2.7.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import part_of, parts_of
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.pagination import absolute, next_url

_VERSIONS: Final = "versions.get_list"
_DETAILS: Final = "versions.get_details"
_OPEN_TO_ALL: Final = ("versions", "credentials")
_CHOSEN_BY_THE_RECEIVER: Final = (_VERSIONS, "commands.sender.post_", "chargingprofiles.sender.post_")
"""People tell where the versions are; where a result is to go stands in the request for it."""


class _Place(Struct, frozen=True):
    url: str = ""


class _Details(Struct, frozen=True):
    endpoints: tuple[_Place, ...] = ()


class Paths:
    """Remembers by platforms, who asks and who is asked, the endpoints that were published and all other URLs."""

    def __init__(self) -> None:
        self._published: dict[tuple[str, str], dict[str, None]] = {}
        self._handed_out: Memory[tuple[str, str, str], None] = Memory()

    def check_request(self, seen: Seen) -> Iterator[Finding]:
        """A path that nobody published, and a slash at the end that nobody has put there."""
        path, _, _ = seen.url.partition("?")
        has_slash = path.endswith("/")
        is_nowhere = seen.http_status in (404, 405) and seen.module not in _OPEN_TO_ALL
        if not (has_slash or is_nowhere) or self._was_handed_out(seen):
            return
        published = self._published.get((seen.sender, seen.receiver), {})
        if has_slash and path not in published:
            expected = "the path as the endpoint's URL makes it"
            yield seen.remark("trailing-slash", "path", "a slash at its end", expected, "transport_and_format", "note")
        if is_nowhere and published and not any(seen.url.startswith(url) for url in published):
            expected = "a URL below an endpoint of the version details; paths are never built by convention"
            section = "transport_and_format, Interface endpoints"
            yield seen.remark("hard-wired-path", "path", seen.url, expected, section, "error")

    def remember_answer(self, seen: Seen) -> None:
        """An answer that leads on."""
        if not seen.ok:
            return
        if seen.route == _DETAILS:
            urls = dict.fromkeys(place.url for place in part_of(seen.data, _Details).endpoints)
            self._published.setdefault((seen.sender, seen.receiver), {}).update(urls)
        elif seen.route == _VERSIONS:
            for place in parts_of(seen.data, _Place):
                self._handed_out[seen.sender, seen.receiver, place.url] = None
        else:
            told = seen.response_headers.get("location") or next_url(seen.response_headers.get("link"))
            if told:
                self._handed_out[seen.sender, seen.receiver, absolute(told, seen.url)] = None

    def _was_handed_out(self, seen: Seen) -> bool:
        """Whether the URL as it is was the receiver's own choice."""
        if seen.route.startswith(_CHOSEN_BY_THE_RECEIVER):
            return True
        return (seen.sender, seen.receiver, seen.url) in self._handed_out
