"""Why something happened, so that every exchange and state can be traced back to the street, and circles be named."""

from collections.abc import Iterator


class Cause:
    """An event or a message that made something else happen.

    `depth` counts the exchanges on the way here; something that happens because time went by starts again at 0.
    """

    __slots__ = ("depth", "id", "kind", "label", "parent")

    def __init__(self, kind: str, id: int, depth: int, label: str, parent: "Cause | None" = None) -> None:
        self.kind = kind
        self.id = id
        self.depth = depth
        self.label = label
        self.parent = parent

    def chain(self) -> Iterator["Cause"]:
        """This cause and what caused it, nearest first."""
        cause: Cause | None = self
        while cause is not None:
            yield cause
            cause = cause.parent


TIME = Cause("", 0, 0, "time going by")
"""The cause of what happens by itself."""
