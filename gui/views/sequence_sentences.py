"""The sentences below the sequence chart: what the current arrow did and why, in as little height as they need.

In a small dock every line here is one that the arrows lose: with nothing chosen there is one line, with an arrow chosen
as many as its sentences have, up to what `set_room` allows; the rest scrolls.
"""

from html import escape
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from gui.models.run import Run
from gui.models.sequence_chart import Arrow
from gui.theme import Theme
from simulator.i18n import tr
from simulator.report.explain import Explanation

_MARGIN: Final = 4


class Sentences(QTextBrowser):
    """Text with links to what led to it (`message:12`, `event:7`)."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines = 2
        self._hint = ""
        self.setAccessibleName(tr("What the selected arrow means"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(_MARGIN)

    def set_theme(self, theme: Theme) -> None:
        """Other colours and fonts, for what is shown next."""
        self._theme = theme
        self.setFont(theme.body)
        self.document().setDefaultStyleSheet(f"a {{ color: {theme.accent.name()}; text-decoration: none; }}")

    def set_room(self, lines: int) -> None:
        """Grow up to so many lines."""
        self._lines = lines
        self._fit()

    def tell(self, explanation: Explanation, run: Run, arrow: Arrow | None) -> None:
        """What one did, when, why, what came of it, how long the answer took, and what led there."""
        self._hint = ""
        self.setToolTip("")
        self.setHtml(self._html(explanation, run, arrow))
        self._fit()

    def hint(self, text: str, tip: str = "") -> None:
        """One short line, elided where even that does not fit; more in the tip. Without a text there is no line."""
        self._hint = text
        self.clear()
        self.setToolTip(tip or text)
        self._show_hint()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the lines that the width asks for."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._show_hint()
            self._fit()

    def _show_hint(self) -> None:
        if self._hint:
            room = self.viewport().width() - 2 * _MARGIN - 2
            line = QFontMetrics(self.font()).elidedText(self._hint, Qt.TextElideMode.ElideRight, max(room, 0))
            self.setHtml(f'<span style="color: {self._theme.muted.name()}">{escape(line)}</span>')

    def _fit(self) -> None:
        if not self.toPlainText():
            self.setFixedHeight(0)
            return
        whole, line = round(self.document().size().height()), QFontMetrics(self.font()).lineSpacing()
        is_all = bool(self._hint) or whole <= self._lines * line + 3 * _MARGIN
        # Of what scrolls no line is cut in half at first sight.
        self.setFixedHeight(whole if is_all else self._lines * line + _MARGIN + 1)

    def _html(self, explanation: Explanation, run: Run, arrow: Arrow | None) -> str:
        muted = self._theme.muted.name()
        time = escape(run.clock(explanation.trail[-1].line.at_us, ms=True))
        verdict_colour = (self._theme.error if explanation.failed else self._theme.text).name()
        took = ""
        if arrow is not None and arrow.end_us is not None:
            text = tr("Given up after {ms} ms.") if arrow.broken else tr("Answered after {ms} ms.")
            ms = f"{(arrow.end_us - arrow.start_us) / 1e3:,.0f}"
            took = f' <span style="color: {muted}">{escape(text.format(ms=ms))}</span>'
        parts = [
            f'<p style="margin: 0"><span style="color: {muted}">{time}</span> {escape(explanation.deed)}'
            f' <span style="color: {verdict_colour}">{escape(explanation.verdict)}</span>{took}</p>'
        ]
        if len(explanation.trail) > 1:
            steps = [
                f'<a href="{step.key[0]}:{step.key[1]}">{escape(step.line.what)}</a>' for step in explanation.trail[:-1]
            ]
            text = escape(tr("What led here: {steps}")).replace("{steps}", ", ".join(steps))
            parts.append(f'<p style="margin: 2px 0 0 0; color: {muted}">{text}</p>')
        return "".join(parts)
