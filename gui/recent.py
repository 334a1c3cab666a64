"""The files that were opened last, kept in the settings and offered in a menu."""

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QMenu, QWidget

from simulator.i18n import tr

MOST_RECENT: Final = 10
_RECENT: Final = "files/recent"


class RecentFiles:
    """The last files, the latest first."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @property
    def paths(self) -> list[Path]:
        """Where they lie."""
        value = self._settings.value(_RECENT, [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [Path(str(name)) for name in names]

    def remember(self, path: Path) -> None:
        """It is the latest now."""
        self._keep([path, *self._others(path)])

    def forget(self, path: Path) -> None:
        """It cannot be opened."""
        self._keep(self._others(path))

    def _others(self, path: Path) -> list[Path]:
        return [each for each in self.paths if each != path]

    def _keep(self, paths: list[Path]) -> None:
        self._settings.setValue(_RECENT, [str(each) for each in paths[:MOST_RECENT]])


class RecentMenu(QMenu):
    """Offers the last files; `chosen`: one of them."""

    chosen = Signal(object)

    def __init__(self, recent: RecentFiles, parent: QWidget) -> None:
        super().__init__(tr("Open &recent"), parent)
        self._recent = recent
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        paths = self._recent.paths
        for number, path in enumerate(paths, start=1):
            action = self.addAction(f"&{number % 10}  {path.name}")
            action.setToolTip(str(path))
            action.setStatusTip(str(path))
            action.triggered.connect(partial(self.chosen.emit, path))
        if not paths:
            self.addAction(tr("No file was opened yet")).setEnabled(False)
