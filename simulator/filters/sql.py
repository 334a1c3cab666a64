"""What a tree writes its SQL with: parameters that are numbered, and texts that are looked up once for all columns.

A message row holds numbers of texts (see recording/schema.py). A text is therefore looked up in `name` first, once per
statement, and the rows are then compared by number; what exchanges have in common is looked up in `call` and `about`.
"""

from typing import Any

from msgspec import Struct

from simulator.filters.patterns import Pattern


class Clause(Struct, frozen=True):
    """A condition on `message m`, to be put into `{tables} SELECT ... FROM message m ... WHERE {condition}`.

    `tables` is a WITH clause or "". The parameters are numbered (`?1`), so the statement around has none of its own.
    """

    tables: str
    condition: str
    parameters: tuple[Any, ...]


class Writer:
    """Collects the parameters and the looked-up texts of one statement."""

    def __init__(self) -> None:
        self._parameters: dict[tuple[type, Any], str] = {}
        self._tables: dict[str, str] = {}

    def parameter(self, value: str | int) -> str:
        """A place for a value; the same value has the same place."""
        return self._parameters.setdefault((type(value), value), f"?{len(self._parameters) + 1}")

    def like(self, column: str, pattern: Pattern) -> str:
        """A column of text that matches."""
        return f"{column} LIKE {self.parameter(pattern.like)} ESCAPE '\\'"

    def names(self, pattern: Pattern) -> str:
        """The table of the numbers of all texts that match."""
        return self.table(f"SELECT id FROM name WHERE {self.like('text', pattern)}")

    def table(self, select: str) -> str:
        """A table of what a SELECT finds, which may name tables made before; the same SELECT has the same table."""
        return self._tables.setdefault(select, f"found_{len(self._tables) + 1}")

    def clause(self, condition: str) -> Clause:
        """The finished clause."""
        tables = ", ".join(f"{name} AS MATERIALIZED ({select})" for select, name in self._tables.items())
        parameters = tuple(value for _, value in self._parameters)
        return Clause(f"WITH {tables}" if tables else "", condition, parameters)
