"""The dialog for what went wrong: a sentence, the places where to look, and what can be done."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.theme import Theme
from simulator.i18n import tr, trn

_WIDTH: Final = 640
_LIST_HEIGHT: Final = 260
_ICON: Final = 32


class Place(NamedTuple):
    """Where a mistake is: the line as a number, what it reads, and the sentence about it."""

    line: int
    text: str
    sentence: str


class Problem(NamedTuple):
    """What to tell: a headline, a sentence, and for a scenario each mistake with its line."""

    headline: str
    sentence: str
    places: Sequence[Place] = ()


class ProblemDialog(QDialog):
    """Shows one problem; does not hold up the window. `another_wanted`: the person wants to open something else."""

    another_wanted = Signal()

    def __init__(self, problem: Problem, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(problem.headline)
        self._problem = problem
        picture = QLabel()
        picture.setPixmap(theme.icon("error").pixmap(_ICON))
        headline = QLabel(problem.headline, wordWrap=True)
        font = headline.font()
        font.setBold(True)
        headline.setFont(font)
        self.sentence = QLabel(problem.sentence, wordWrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.addWidget(headline)
        words.addWidget(self.sentence)
        top = QHBoxLayout()
        top.setSpacing(2 * theme.space)
        top.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * theme.space)
        layout.addLayout(top)
        self.places = self._list(problem.places, theme)
        if problem.places:
            layout.addWidget(self.places, 1)
        else:
            layout.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        another = buttons.addButton(tr("Open another…"), QDialogButtonBox.ButtonRole.ActionRole)
        another.clicked.connect(self._another)
        copy = buttons.addButton(tr("Copy the text"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.close)
        layout.addWidget(buttons)
        self.setMinimumWidth(min(_WIDTH, parent.width()))

    def _list(self, places: Sequence[Place], theme: Theme) -> QTreeWidget:
        rows = QTreeWidget(self, columnCount=2)
        rows.setRootIsDecorated(False)
        rows.setHeaderLabels([tr("Line"), tr("What is wrong, and the line as it stands")])
        rows.setAccessibleName(tr("Mistakes and their lines"))
        rows.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        rows.setWordWrap(True)
        rows.setMinimumHeight(min(_LIST_HEIGHT, 60 + 44 * len(places)))
        rows.setVisible(bool(places))
        for place in places:
            item = QTreeWidgetItem([str(place.line), place.sentence])
            item.setTextAlignment(0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            item.setToolTip(1, place.sentence)
            rows.addTopLevelItem(item)
            if place.text:
                line = QTreeWidgetItem(["", place.text])
                line.setFont(1, theme.mono)
                line.setForeground(1, theme.muted)
                rows.addTopLevelItem(line)
        rows.resizeColumnToContents(0)
        return rows

    def text(self) -> str:
        """All that is shown, as plain text."""
        lines = [self._problem.headline, self._problem.sentence]
        lines += [f"{place.line}: {place.sentence}\n    {place.text}" for place in self._problem.places]
        return "\n".join(line for line in lines if line)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())

    def _another(self) -> None:
        self.close()
        self.another_wanted.emit()


def of_scenario(path: Path, said: str) -> Problem:
    """Why the engine refused a scenario: each mistake with its line; `said` is what the engine wrote of it."""
    # Not imported before it is needed, for the window's sake, which opens without knowing how scenarios are written.
    from simulator.scenario.errors import ScenarioErrors
    from simulator.scenario.load import load

    headline = tr("{name} cannot be played").format(name=path.name)
    try:
        load(path)
    except ScenarioErrors as errors:
        places = [Place(error.line, _line(Path(error.file), error.line), error.sentence) for error in errors.errors]
        sentence = trn(
            "The scenario has a mistake; mend it and open it again.",
            "The scenario has {count} mistakes; mend them and open it again.",
            len(places),
        ).format(count=len(places))
        return Problem(headline, f"{sentence}\n{path}", places)
    return Problem(headline, said.removeprefix("ocpi-sim: "))


def of_file(path: Path, error: object) -> Problem:
    """Why a file cannot be opened: an error or a sentence."""
    sentence = str(error).removeprefix(f"{path.absolute()}: ")
    return Problem(
        tr("{name} cannot be opened").format(name=path.name), f"{sentence[:1].upper()}{sentence[1:]}.\n{path}"
    )


def _line(path: Path, number: int) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
