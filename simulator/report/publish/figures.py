"""A figure as people read it: as many digits as mean something, thousands apart."""

_DASH = "–"


def number(value: float | None, digits: int | None = None) -> str:
    """`12,345.7`, or a dash where there is nothing; whole numbers without a point."""
    if value is None:
        return _DASH
    if digits is None:
        size = abs(value)
        digits = 0 if value == int(value) or size >= 1000 else 1 if size >= 10 else 2 if size >= 0.1 else 4
    return f"{value:z,.{digits}f}"
