"""What translations cost, as remarks on the exchanges that carry what was translated."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from simulator.engine.journal import Journal

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss
    from simulator.ocpi.translation.account import What

_anywhere = re.compile(r"\[[0-9]+\]").sub
BOOKS: Final = "Books of OCPI 2.2.1 (no part of OCPI)"
TRANSLATION: Final = "Translation between versions (no part of OCPI)"
_SEVERITY: Final[dict[str, Literal["note", "warning"]]] = {
    "lost": "warning",
    "invented": "note",
    "changed": "note",
    "alias": "note",
}


class Said(Struct, frozen=True, gc=False):
    """The JSON of something in a version, and what of it reads otherwise there than where it was written."""

    body: bytes
    losses: "tuple[Loss, ...]" = ()


def tell_translation(journal: Journal, exchange: int, losses: "Iterable[Loss]") -> None:
    """Remark on the exchange that carries something translated; what is alike in a list once."""
    for what, path, sentence in merged(losses):
        journal.hint(exchange, f"translation-{what}", _SEVERITY[what], sentence, path, TRANSLATION)


def merged(losses: "Iterable[Loss]") -> Iterator[tuple["What", str, str]]:
    """What, path and sentence of losses; those that are alike but for their place in a list are one."""
    places: dict[tuple[What, str, str], list[str]] = {}
    for loss in losses:
        places.setdefault((loss.what, _anywhere("[*]", loss.path), loss.sentence), []).append(loss.path)
    for (what, path, sentence), paths in places.items():
        if len(paths) == 1:
            yield what, paths[0], sentence
        else:
            yield what, path, f"{sentence} ({len(paths)} times)"


class Losses:
    """What a party's own books do not hold of what it hears from one peer, for which only the original does.

    Each such lack is told on the first exchange that shows it: that all the peer's objects have it is one fact.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._told: dict[tuple[str, str, str, str], None] = {}

    def invented(self, exchange: int, losses: "Iterable[Loss]") -> None:
        """Remark on an exchange that carries what is done as it is understood: each time, what was added to it."""
        tell_translation(self._journal, exchange, [loss for loss in losses if loss.what == "invented"])

    def tell(self, exchange: int, kind: str, losses: "Iterable[Loss]") -> None:
        """Remark on an exchange that carries objects of a kind. What was added is no loss."""
        new: list[Loss] = []
        known: dict[tuple[str, str, str, str], None] = {}
        for loss in losses:
            key = (kind, loss.what, _anywhere("[*]", loss.path), _anywhere("[*]", loss.sentence))
            if loss.what != "invented" and key not in self._told:
                new.append(loss)
                known[key] = None
        self._told |= known
        for what, path, sentence in merged(new):
            self._journal.hint(exchange, f"books-{what}", "note", sentence, path, BOOKS)
