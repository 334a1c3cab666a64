"""Colours for headers and JSON, so that an eye finds a field in a long body."""

import re
from typing import Final

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextDocument

from gui.theme import Theme

_LINE: Final = re.compile(
    r'^(?P<header>[A-Za-z][A-Za-z0-9-]*:)(?= )|(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<text>"(?:[^"\\]|\\.)*")'
    r"|(?<=[\s:\[,])(?:(?P<number>-?[0-9][0-9.eE+-]*)|(?P<word>true|false|null))(?=[\s,\]}]|$)"
)


class JsonHighlighter(QSyntaxHighlighter):
    """Names in the accent's colour, texts and numbers apart."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self._theme = theme
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        colours: dict[str | None, QColor] = {
            "header": self._theme.accent,
            "key": self._theme.accent,
            "text": self._theme.text,
            "number": self._theme.module("commands"),
            "word": self._theme.module("credentials"),
        }
        for match in _LINE.finditer(text):
            self.setFormat(match.start(), match.end() - match.start(), colours[match.lastgroup])
