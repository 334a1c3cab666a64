"""Pure painting on a QPainter from plain values and numpy arrays: no widgets, no recording."""
