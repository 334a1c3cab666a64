"""The sequence view: a visit, a session or a moment as a sequence chart, with a sentence for what each did and why."""

from html import escape
from typing import Final

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.models.sequence import Scope, SequenceModel
from gui.paint.sequence_axis import Mode
from gui.paint.sequence_legend import ROW, Entry, legend_entries, legend_rows, paint_legend
from gui.theme import Theme
from gui.views.sequence_canvas import SequenceCanvas
from simulator.i18n import tr, trn
from simulator.report.explain import Explanation

_SENTENCES: Final = 5
"""How many lines of text the sentences below the chart have; more scroll."""

_NARROW: Final = 520
_LEGEND_MARGIN: Final = 3


class SequenceView(QWidget):
    """Title and choices, the chart, what the current arrow means, and the legend."""

    view_id = "sequence"

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._theme = theme
        self.model = SequenceModel(run, cursor, self)
        self.chart = SequenceCanvas(run, cursor, self.model, theme, self)
        self.sentences = QTextBrowser(self)
        self.legend = Legend(theme, self)
        self._title = QLabel(self)
        self._build()
        self.set_theme(theme)
        self.model.changed.connect(self._chart_changed)
        self.model.current_changed.connect(self._explain)
        run.opened.connect(self._chart_changed)
        run.closed.connect(self._chart_changed)
        self._chart_changed()

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme."""
        self._theme = theme
        self.setPalette(theme.palette())
        self._title.setFont(theme.body)
        self.sentences.setFont(theme.body)
        self.sentences.document().setDefaultStyleSheet(f"a {{ color: {theme.accent.name()}; text-decoration: none; }}")
        height = self.sentences.fontMetrics().lineSpacing() * _SENTENCES + 2 * theme.space
        self.sentences.setFixedHeight(height)
        self.sentences.document().setDocumentMargin(theme.space)
        for button, icon in self._icons.items():
            button.setIcon(theme.icon(icon))
        self.chart.set_theme(theme)
        self._chart_changed()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while nobody looked."""
        super().showEvent(event)
        with self._run.reading():
            self.model.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Read nothing while nobody looks."""
        super().hideEvent(event)
        self.model.set_active(False)

    # Widgets

    def _build(self) -> None:
        self.setAccessibleName(tr("Sequence chart"))
        self._icons: dict[QToolButton, str] = {}
        self.story = self._choice(tr("Story"), tr("The whole visit or session of what is selected"), "follow")
        self.around = self._choice(tr("Around"), tr("All messages around the time cursor"), "centre")
        self.by_order = self._choice(tr("Order"), tr("One row for each message, in order"), "order")
        self.by_time = self._choice(tr("Time"), tr("By time: long waits are drawn short, moments wide"), "time")
        self._pair(self.story, self.around).idToggled.connect(self._scope_chosen)
        self._pair(self.by_order, self.by_time).idToggled.connect(self._mode_chosen)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self.sentences.setAccessibleName(tr("What the selected arrow means"))
        self.sentences.setFrameShape(QFrame.Shape.NoFrame)
        self.sentences.setOpenLinks(False)
        self.sentences.anchorClicked.connect(self._link_followed)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 4, 4)
        bar.setSpacing(2)
        bar.addWidget(self._title, 1)
        for button in (self.story, self.around, None, self.by_order, self.by_time):
            if button is None:
                bar.addSpacing(8)
            else:
                bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.chart, 1)
        layout.addWidget(self.sentences)
        layout.addWidget(self.legend)

    def _choice(self, text: str, tip: str, icon: str) -> QToolButton:
        button = QToolButton(self)
        self._icons[button] = icon
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _pair(self, one: QToolButton, other: QToolButton) -> QButtonGroup:
        group = QButtonGroup(self)
        group.addButton(one, 0)
        group.addButton(other, 1)
        one.setChecked(True)
        return group

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow dock the choices are icons alone; their names stay in their tips."""
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if self.width() < _NARROW:
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self._icons:
            button.setToolButtonStyle(style)

    # What happens

    def _scope_chosen(self, number: int, is_on: bool) -> None:
        if is_on:
            scopes: tuple[Scope, ...] = ("story", "around")
            self.model.set_scope(scopes[number])

    def _mode_chosen(self, number: int, is_on: bool) -> None:
        if is_on:
            modes: tuple[Mode, ...] = ("order", "time")
            self.chart.set_mode(modes[number])

    def _link_followed(self, link: QUrl) -> None:
        kind, _, number = link.toString().partition(":")
        self.model.go_to((kind, int(number)))
        self.chart.setFocus()

    def _chart_changed(self) -> None:
        chart = self.model.chart
        count = sum(1 for arrow in chart.arrows if arrow.layer == "OCPI")
        messages = trn("{count} OCPI message", "{count} OCPI messages", count).format(count=count)
        title = tr("{title}: {messages}").format(title=chart.title, messages=messages) if chart.arrows else ""
        self._title.setText(title)
        self._title.setToolTip(title)
        (self.around if self.model.scope == "around" else self.story).setChecked(True)
        self.chart.show_chart()
        self.legend.show_entries(legend_entries(chart, self._theme), self._theme)
        self._explain()

    def _explain(self) -> None:
        explanation = self.model.explanation()
        if explanation is not None:
            self.sentences.setHtml(self._html(explanation))
        elif self.model.chart.arrows:
            self.sentences.setPlainText(
                tr("Click an arrow, or go along them with the up and down keys, to read what each one did and why.")
            )
        else:
            self.sentences.clear()
        self.chart.setAccessibleDescription(self.sentences.toPlainText())

    def _html(self, explanation: Explanation) -> str:
        last = explanation.trail[-1].line
        time = escape(self._run.clock(last.at_us, ms=True))
        verdict_colour = (self._theme.error if explanation.failed else self._theme.text).name()
        parts = [
            f'<p style="margin: 0"><span style="color: {self._theme.muted.name()}">{time}</span> '
            f"{escape(explanation.deed)}"
            f' <span style="color: {verdict_colour}">{escape(explanation.verdict)}</span></p>'
        ]
        if len(explanation.trail) > 1:
            steps = [
                f'<a href="{step.key[0]}:{step.key[1]}">{escape(step.line.what)}</a>' for step in explanation.trail[:-1]
            ]
            text = escape(tr("What led here: {steps}")).replace("{steps}", ", ".join(steps))
            parts.append(f'<p style="margin: 4px 0 0 0; color: {self._theme.muted.name()}">{text}</p>')
        return "".join(parts)


class Legend(QWidget):
    """What the marks of the chart mean."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: list[Entry] = []
        self.setAccessibleName(tr("Legend"))

    def show_entries(self, entries: list[Entry], theme: Theme) -> None:
        """Explain these marks."""
        self._entries, self._theme = entries, theme
        self.setAccessibleDescription(", ".join(entry.text for entry in entries))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many rows as the width asks for."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The entries."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.window)
        painter.translate(0, _LEGEND_MARGIN)
        paint_legend(painter, self._entries, self.width(), self._theme)

    def _fit(self) -> None:
        rows = legend_rows(self._entries, self.width(), self._theme)
        self.setFixedHeight(round(rows * ROW + 2 * _LEGEND_MARGIN) if rows else 0)
