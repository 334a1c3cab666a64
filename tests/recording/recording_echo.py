"""An onlooker that says what it was shown."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from simulator.recording.rows import EncodedMessage, Severity


class Said(Struct, frozen=True):
    """What it says."""

    rule: str
    severity: Severity
    path: str = "$"
    section: str = "OCPI"

    def sentence(self) -> str:
        return f"{self.rule}."


class Echo:
    """Repeats the headers of each message, and finds an error in those that failed."""

    def __init__(self) -> None:
        self.errors: dict[str, dict[str, int]] = {}
        self._seen: dict[int, Mapping[str, str]] = {}

    def look_at(
        self,
        row: EncodedMessage,
        asked: int,
        request_headers: Mapping[str, str],
        answered: int,
        response_headers: Mapping[str, str],
    ) -> Iterator[Said]:
        if row.http_status == 599:
            raise ValueError("no such status")
        bare = {name: value for name, value in request_headers.items() if not name.startswith("x-")}
        if asked and self._seen.setdefault(asked, bare) != bare:
            yield Said("number-of-others", "error")
        yield Said(" ".join(map(":".join, request_headers.items())), "note")
        if row.http_status == 500:
            error = Said(" ".join(map(":".join, response_headers.items())), "error")
            by_rule = self.errors.setdefault(row.receiver, {})
            by_rule[error.rule] = by_rule.get(error.rule, 0) + 1
            yield error
