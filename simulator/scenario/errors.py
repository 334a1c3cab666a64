"""What is wrong with a scenario, told to its writer: where, what was found, what was expected."""

from collections.abc import Iterable

from msgspec import Struct


class ScenarioError(Struct, frozen=True):
    """One mistake. `line` and `column` count from 1; for an option of the command line `file` is `--set`."""

    file: str
    line: int
    column: int
    found: str
    expected: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.sentence}"


class ScenarioErrors(ValueError):
    """All mistakes of one scenario at once, in the order of the text."""

    def __init__(self, errors: Iterable[ScenarioError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))
