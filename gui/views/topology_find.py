"""A field to reach any party, site or EVSE of the topology by typing a part of its name or id."""

from typing import Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QSizePolicy, QToolButton, QWidget

from gui.models.topology.network import Network
from gui.models.topology.placed import NO_HIT, Hit
from simulator.i18n import tr

_MOST_SHOWN: Final = 12
_WIDEST_PX: Final = 220
_LEAST_PX: Final = 90


class FindField(QLineEdit):
    """`found`: a Hit was chosen, by Return (the first that matches) or from the list; `left`: Escape was pressed."""

    found = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hits: dict[str, Hit] = {}
        self._texts = QStringListModel(self)
        completer = self._completer = QCompleter(self._texts, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(_MOST_SHOWN)
        completer.activated.connect(self._choose)
        self.setCompleter(completer)
        self.setPlaceholderText(tr("Find"))
        self.setAccessibleName(tr("Find a party, site or EVSE"))
        self.setToolTip(tr("Type a part of a name or id, then Return; in the picture just begin to type"))
        self.setClearButtonEnabled(True)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName(tr("Clear"))
        self.setMinimumWidth(_LEAST_PX)
        self.setMaximumWidth(_WIDEST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.returnPressed.connect(self._take_first)

    def set_network(self, network: Network) -> None:
        """Offer what is in a network: parties first, then sites, then EVSEs."""
        text = tr("{name} ({id})")
        self._hits = {
            text.format(name=party.name, id=party.id): Hit("party", index)
            for index, party in enumerate(network.parties)
        }
        for index, site in enumerate(network.sites):
            self._hits[text.format(name=site.name, id=site.key.partition("/")[2])] = Hit("site", index)
        for index, evse in enumerate(network.evses):
            self._hits[evse.key.partition("/")[2]] = Hit("evse", index)
        self._texts.setStringList(list(self._hits))

    def begin(self, text: str) -> None:
        """Somebody began to type elsewhere."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.clear()
        self.insert(text)
        self._completer.setCompletionPrefix(text)
        self._completer.complete()

    def matching(self, text: str) -> Hit:
        """What a text means: what is called so, else the first whose name or id begins with it, else has it."""
        if text in self._hits:
            return self._hits[text]
        wanted = text.strip().casefold()
        named = [(name.casefold(), hit) for name, hit in self._hits.items()] if wanted else []
        for name, hit in named:
            if name.startswith(wanted) or f"({wanted}" in name:
                return hit
        return next((hit for name, hit in named if wanted in name), NO_HIT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the picture."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _take_first(self) -> None:
        hit = self.matching(self.text())
        if hit.kind:
            if (popup := self._completer.popup()) is not None:
                popup.hide()
            self.found.emit(hit)

    def _choose(self, text: str) -> None:
        if text in self._hits:
            self.found.emit(self._hits[text])
