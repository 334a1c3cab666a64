"""The status bar: how the run stands, where its time is, how much there is, and whether the window is at work."""

from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QWidget

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.theme import Theme
from simulator.i18n import tr, trn
from simulator.recording.reader import Batch

SENTENCE_MS: Final = 15_000
_ICON: Final = 16


class Status(QStatusBar):
    """Left a sentence that goes away, right what stays: state, local time, exchanges."""

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._theme = theme
        self._exchanges = 0
        self.setSizeGripEnabled(False)
        self._busy_words = QLabel()
        self._busy = QProgressBar(maximum=0, textVisible=False)
        self._busy.setFixedSize(80, 10)
        self._busy.setAccessibleName(tr("The window is at work"))
        self._state_icon = QLabel()
        self.state = QLabel()
        self.time = QLabel()
        self.exchanges = QLabel()
        for label, name in (
            (self.state, tr("State of the run")),
            (self.time, tr("Date and time at the cursor")),
            (self.exchanges, tr("Number of exchanges")),
        ):
            label.setAccessibleName(name)
        for widget in (self._busy_words, self._busy, _pair(self._state_icon, self.state), self.time, self.exchanges):
            self.addPermanentWidget(widget)
        run.opened.connect(self._opened)
        run.closed.connect(self._opened)
        run.grew.connect(self._grew)
        run.state_changed.connect(self._show_state)
        run.played.connect(self._show_state)
        run.progressed.connect(self._show_exchanges)
        run.said.connect(self.say)
        run.unsaid.connect(self.unsay)
        cursor.time_changed.connect(self._show_time)
        self.work("")
        self._opened()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self._show_state()

    def say(self, sentence: str) -> None:
        """A sentence for a while."""
        self.showMessage(sentence, SENTENCE_MS)
        self.setToolTip(sentence)

    def unsay(self, sentence: str) -> None:
        """It holds no longer; another sentence stays."""
        if self.currentMessage() == sentence:
            self.clearMessage()
            self.setToolTip("")

    def work(self, words: str) -> None:
        """Show that the window is at work, and with what; nothing: it is not."""
        self._busy_words.setText(words)
        self._busy_words.setVisible(bool(words))
        self._busy.setVisible(bool(words))

    def _opened(self) -> None:
        self._exchanges = 0
        if self._run.recording is not None:
            with self._run.reading():
                ((self._exchanges,),) = self._run.recording.query(
                    "SELECT (SELECT count(*) FROM message WHERE seq <= ?)"
                    " + (SELECT coalesce(sum(count), 0) FROM traffic)",
                    (self._run.seen_seq,),
                )
        self._show_state()
        self._show_time()
        self._show_exchanges()

    def _grew(self, batch: Batch) -> None:
        self._exchanges += len(batch.exchanges)

    def _show_state(self) -> None:
        theme = self._theme
        words, icon, ink = {
            "empty": (tr("Nothing open"), "", theme.text),
            "live": (tr("Live"), "live", theme.good),
            "paused": (tr("Live, paused"), "pause", theme.text),
            "ended": (tr("Recorded"), "good", theme.text),
            "killed": (tr("Killed before its end"), "warning", theme.warning),
            "failed": (tr("Failed"), "error", theme.error),
            "silent": (tr("Not answering"), "silent", theme.warning),
        }["silent" if self._run.is_silent else self._run.state]
        self.state.setText(words)
        is_bad = ink in (theme.warning, theme.error)
        self.state.setStyleSheet(f"color: {ink.name()}; font-weight: bold" if is_bad else "")
        self._state_icon.setVisible(bool(icon))
        if icon:
            self._state_icon.setPixmap(theme.icon(icon, ink).pixmap(_ICON))

    def _show_time(self) -> None:
        if self._run.recording is None:
            self.time.setText("")
            return
        local = self._run.local(self._cursor.at_us)
        self.time.setText(f"{local:%Y-%m-%d %H:%M:%S}  {self._run.zone}")

    def _show_exchanges(self) -> None:
        count = self._exchanges
        is_open = self._run.recording is not None
        self.exchanges.setText(
            trn("{count:,} exchange", "{count:,} exchanges", count).format(count=count) if is_open else ""
        )


def _pair(left: QWidget, right: QWidget) -> QWidget:
    pair = QWidget()
    layout = QHBoxLayout(pair)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(left)
    layout.addWidget(right)
    return pair
