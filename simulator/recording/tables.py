"""The tables of a recording as its writer sees them: what their columns are filled with, and how rows get in.

sqlite3 lets go of the interpreter's lock at each step of a statement, and gets it back from a busy engine only after
up to one switch interval (sys.setswitchinterval, 5 ms by default). Rows are therefore inserted by the hundred, one step
for up to 512 of them, never by executemany.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

ROWS_A_STATEMENT: Final = 512


class Inserter:
    """Inserts rows into one table with as few statements as powers of two allow."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self._width = sum("?" in column for column in columns)
        row = f"({', '.join(columns)})"
        # A sample may be replaced by a later one of its instant; all else is new.
        verb = "REPLACE" if table == "sample" else "INSERT"
        self._statements = {
            1 << power: f"{verb} INTO {table} VALUES {', '.join([row] * (1 << power))}"
            for power in range(ROWS_A_STATEMENT.bit_length())
        }

    def insert(self, connection: sqlite3.Connection, flat: list[Any]) -> None:
        """Insert rows whose values lie one after another in `flat`, and empty it."""
        width, begin, left = self._width, 0, len(flat) // self._width
        while left:
            size = min(ROWS_A_STATEMENT, 1 << (left.bit_length() - 1))
            connection.execute(self._statements[size], flat[begin : begin + size * width])
            begin += size * width
            left -= size
        flat.clear()


_TEXT: Final = "CAST(? AS TEXT)"
COLUMNS: Final[dict[str, Sequence[str]]] = {
    "name": "??",
    "call": "?" * 12,
    "about": "?" * 6,
    "message": "?" * 18,
    "header": ("?", _TEXT),
    "dictionary": "??",
    "chunk": "???",
    "topic": "?" * 5,
    "event": (*"????", _TEXT),
    "holding": "???",
    "subject": (*"???", _TEXT),
    "value": ("?", _TEXT),
    "state": "?" * 6,
    "keyframe": "?????",
    "money": "?" * 13,
    "fault": (*"?????", _TEXT),
    "command": ("NULL", *"???", _TEXT),
    "hint": ("NULL", *"????????"),
    "series": "????",
    "sample": "????",
    "series_chunk": "????????",
}
INSERTERS: Final = {table: Inserter(table, columns) for table, columns in COLUMNS.items()}
