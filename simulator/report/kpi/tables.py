"""A table as it is written to CSV, Parquet, JSON and HTML: named columns of equal length, units in their names."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct

Cell: TypeAlias = str | int | float | Decimal | None


class Table(Struct, frozen=True):
    """`name` is that of its file. Columns are in the order in which people read them."""

    name: str
    columns: dict[str, list[Cell]]

    @property
    def rows(self) -> Iterable[tuple[Cell, ...]]:
        """Line by line."""
        return zip(*self.columns.values(), strict=True)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """A table of lines."""
    lists: list[list[Cell]] = [[] for _ in columns]
    for row in rows:
        for cells, cell in zip(lists, row, strict=True):
            cells.append(cell)
    return Table(name, dict(zip(columns, lists, strict=True)))
