"""The sequence view: a visit, a session or a moment as a sequence chart, with a sentence for what each did and why.

The arrows come first: in a small dock the legend waits behind its button, and the sentences take few lines.
"""

from typing import Final

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.models.sequence import Scope, SequenceModel
from gui.models.sequence_chart import Chart
from gui.paint.sequence_axis import Mode
from gui.paint.sequence_legend import legend_entries
from gui.theme import Theme
from gui.views.sequence_canvas import SequenceCanvas
from gui.views.sequence_legend import Legend
from gui.views.sequence_sentences import Sentences
from simulator.i18n import tr, trn

_WIDE_PX: Final = 720
"""From this width on the choices have words beside their icons."""

_LEAST_PX: Final = 180
_LEGEND_FROM_PX: Final = 420
"""From this height on the legend is shown unless somebody hides it."""

_LINES: Final = ((300, 3), (420, 4))
"""Below these heights of the view so many lines of sentences at most."""
_MOST_LINES: Final = 6


class SequenceView(QWidget):
    """Title and choices, the chart, what the current arrow means, and the legend."""

    view_id = "sequence"

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._theme = theme
        self.model = SequenceModel(run, cursor, self)
        self.chart = SequenceCanvas(run, cursor, self.model, theme, self)
        self.sentences = Sentences(theme, self)
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
        self.sentences.set_theme(theme)
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
        # The words beside the icons, which a narrow dock does without, must not keep it from getting narrow.
        self.setMinimumWidth(_LEAST_PX)
        self._icons: dict[QToolButton, str] = {}
        self.story = self._choice(tr("Story"), tr("The whole visit or session of what is selected"), "follow")
        self.around = self._choice(tr("Around"), tr("All messages around the time cursor"), "centre")
        self.by_order = self._choice(tr("Order"), tr("One row for each message, in order"), "order")
        self.by_time = self._choice(tr("Time"), tr("By time: long waits are drawn short, moments wide"), "time")
        self.hubs = self._choice(tr("Hubs"), tr("Show hubs, or one zigzag arrow for what passes through them"), "hub")
        self.hubs.setChecked(True)
        self.hubs.toggled.connect(self.model.set_hubs)
        self.show_legend = self._choice(tr("Legend"), tr("Show or hide the legend"), "help")
        self.show_legend.setAccessibleName(tr("Legend"))
        # Only a person's choice counts from then on, not what a dock's height has chosen.
        self.show_legend.clicked.connect(self._legend_chosen)
        self.show_legend.toggled.connect(self.legend.setVisible)
        self._is_legend_chosen = False
        self.legend.hide()
        self._pair(self.story, self.around).idToggled.connect(self._scope_chosen)
        self._pair(self.by_order, self.by_time).idToggled.connect(self._mode_chosen)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self.sentences.anchorClicked.connect(self._link_followed)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 2, 4, 2)
        bar.setSpacing(2)
        bar.addWidget(self._title, 1)
        groups = ((self.story, self.around), (self.by_order, self.by_time), (self.hubs,), (self.show_legend,))
        for button in (each for group in groups for each in (*group, None)):
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
        self.setFocusProxy(self.chart)

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
        """In a narrow dock the choices are icons alone, named in their tips; in a low one the arrows come first."""
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if self.width() < _WIDE_PX:
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self._icons:
            button.setToolButtonStyle(style)
        self._show_title()
        height = self.height()
        self.sentences.set_room(next((lines for below, lines in _LINES if height < below), _MOST_LINES))
        if not self._is_legend_chosen:
            self.show_legend.setChecked(height >= _LEGEND_FROM_PX)

    # What happens

    def _legend_chosen(self) -> None:
        self._is_legend_chosen = True

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
        title = self._title_of(chart)
        self._title.setToolTip(title)
        self._title.setAccessibleName(title)
        self._show_title()
        (self.around if self.model.scope == "around" else self.story).setChecked(True)
        self.chart.show_chart()
        self.legend.show_entries(legend_entries(chart, self._theme, self.chart.other_days()), self._theme)
        self._explain()

    def _title_of(self, chart: Chart) -> str:
        """What the chart is of and how many messages it has; with a filter of how many, and that there is one."""
        if not chart.title:
            return ""
        shown, all_of_them = chart.messages, chart.messages + chart.hidden
        count = trn("{count} OCPI message", "{count} OCPI messages", shown).format(count=shown)
        if self._run.filtered.active:
            text = tr("{count} of {total} (filter)") if chart.is_story else tr("{count} (filter)")
            count = text.format(count=shown, total=all_of_them)
        return tr("{title}: {messages}").format(title=chart.title, messages=count)

    def _show_title(self) -> None:
        """As much of it as fits; all of it is in the tip."""
        metrics, text = self._title.fontMetrics(), self._title.toolTip()
        self._title.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, self._title.width()))

    def _explain(self) -> None:
        explanation, place = self.model.explanation(), self.model.place
        if explanation is not None:
            arrow = self.model.chart.arrows[place] if place >= 0 else None
            self.sentences.tell(explanation, self._run, arrow)
        elif self.model.chart.arrows:
            self.sentences.hint(
                tr("Click or ↑ ↓: what and why; ← cause, → effect"),
                tr("Arrow keys or a click: what each one did and why (up, down: in order; left: cause; right: effect)"),
            )
        else:
            self.sentences.hint("")
        self.chart.setAccessibleDescription(self.sentences.toPlainText())
