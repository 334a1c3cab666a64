"""Why something happened, so that every exchange and state can be traced back to the street, and circles be named."""

from collections.abc import Iterator

from msgspec import Struct


class Cause(Struct, eq=False, gc=False):
    """An event or a message that made something else happen.

    `depth` counts the exchanges on the way here; something that happens because time went by starts again at 0.
    `words` say what it was: few are ever asked for, so nobody joins them before.
    """

    kind: str
    id: int
    depth: int
    words: tuple[str, ...]
    parent: "Cause | None" = None

    @property
    def label(self) -> str:
        """What it was, in words."""
        return " ".join(self.words)

    def chain(self) -> Iterator["Cause"]:
        """This cause and what caused it, nearest first."""
        cause: Cause | None = self
        while cause is not None:
            yield cause
            cause = cause.parent


TIME = Cause("", 0, 0, ("time going by",))
"""The cause of what happens by itself."""
