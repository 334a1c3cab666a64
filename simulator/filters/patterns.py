"""Text to compare with, which SQL's LIKE and a regular expression must understand alike.

Both ignore the case of ASCII letters only: OCPI's identifiers are CiStrings, and SQLite folds no other letters.
"""

import re
from collections.abc import Callable, Sequence

_LIKE_SPECIAL = re.compile(r"([\\%_])")


class Pattern:
    """`pieces` with anything between them; as a whole, or `anywhere` in a text.

    `like` is the pattern for `LIKE ... ESCAPE '\\'`. `end` is what every text that matches ends with, in any case of
    letters.
    """

    __slots__ = ("end", "like", "matches")

    def __init__(self, pieces: Sequence[str], *, anywhere: bool = False) -> None:
        ends = "%" if anywhere else ""
        self.end = "" if anywhere else pieces[-1]
        self.like = ends + "%".join(_LIKE_SPECIAL.sub(r"\\\1", piece) for piece in pieces) + ends
        expression = re.compile(".*".join(map(re.escape, pieces)), re.IGNORECASE | re.ASCII | re.DOTALL)
        find: Callable[[str], object] = expression.search if anywhere else expression.fullmatch
        self.matches: Callable[[str], bool] = lambda text: find(text) is not None
