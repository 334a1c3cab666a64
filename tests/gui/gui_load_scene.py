"""The load view with a run open, for its tests."""

from pathlib import Path

from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from gui.paint.plots import Plots
from gui.views.load import LoadView


def shown(view: LoadView, qtbot: QtBot, path: Path) -> Plots:
    view._run.open(path)
    with qtbot.waitExposed(view):
        view.show()
    assert view.plots is not None
    return view.plots


def rows(view: LoadView) -> dict[str, QTreeWidgetItem]:
    items = (view.sites.topLevelItem(index) for index in range(view.sites.topLevelItemCount()))
    return {item.text(0): item for item in items if item is not None}


def curves(plots: Plots, panel: str = "power") -> dict[str, tuple[list[float], list[float]]]:
    drawn = {line.title: item.points for line, item in plots._lines if line.panel == panel}
    return {title: (x.tolist(), y.tolist()) for title, (x, y) in drawn.items()}
