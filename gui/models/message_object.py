"""The OCPI objects of one exchange as a tree of fields, each with its value and the sentence that explains it.

Branches are made when they are opened, so that a list of ten thousand EVSEs opens as fast as a token.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.models.message_text import readable, visible_body
from simulator.i18n import tr, trn
from simulator.ocpi import codec
from simulator.ocpi.fields import field_type, object_type, sentence
from simulator.recording.rows import Message

FIELD, VALUE, MEANING = range(3)
_TITLES: Final = (tr("Field"), tr("Value"), tr("What it says"))
Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class Node:
    """A field, an item of a list or a whole body; `raw` is its JSON as it was written, `version` that of OCPI."""

    def __init__(
        self, name: str, raw: bytes, type_name: str, help: str, parent: "Node | None", row: int, version: str = ""
    ) -> None:
        self.name = name
        self.raw = raw
        self.help = help
        self.parent = parent
        self.row = row
        self._type_name = type_name
        self._version = version
        self._nodes: list[Node] | None = None

    @property
    def is_branch(self) -> bool:
        """Whether there is anything within."""
        return self.raw[:1] in (b"{", b"[")

    @property
    def nodes(self) -> "list[Node]":
        """What is within."""
        if self._nodes is None:
            try:
                self._nodes = list(self._open()) if self.is_branch else []
            except codec.UNREADABLE:
                self._nodes = []
        return self._nodes

    def add(self, node: "Node") -> None:
        """Put another within."""
        self._nodes = [*(self._nodes or []), node]

    @property
    def text(self) -> str:
        """The value, or what a branch holds."""
        if self.raw[:1] == b"{":
            return self._object_text()
        if self.raw[:1] == b"[":
            return trn("{count} item", "{count} items", len(self.nodes)).format(count=f"{len(self.nodes):,}")
        if self.raw[:1] == b'"':
            return str(msgspec.json.decode(self.raw))
        return self.raw.decode("utf-8", "replace")

    def _object_text(self) -> str:
        """Its type; of an item of a list which one it is, too."""
        if not self.name.startswith("["):
            return self._type_name if self.parent is not None and self.parent.raw else ""
        id = next((node.text for node in self.nodes if node.name in ("id", "uid", "identifier")), "")
        return " ".join(filter(None, (self._type_name, id)))

    def _open(self) -> Iterator["Node"]:
        if self.raw[:1] == b"[":
            for row, raw in enumerate(msgspec.json.decode(self.raw, type=list[msgspec.Raw])):
                yield Node(f"[{row}]", bytes(raw), self._type_name, "", self, row, self._version)
            return
        for row, (name, raw) in enumerate(msgspec.json.decode(self.raw, type=dict[str, msgspec.Raw]).items()):
            help = sentence(self._type_name, name, self._version)
            type_name = field_type(self._type_name, name, self._version) or ""
            yield Node(name, bytes(raw), type_name, tr(help) if help else "", self, row, self._version)


class ObjectModel(QAbstractItemModel):
    """The objects that the request and the answer of one message carry; empty when they carry none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = Node("", b"", "", "", None, 0)

    def show(self, message: Message | None) -> None:
        """Take the objects of another message."""
        self.beginResetModel()
        self._root = Node("", b"", "", "", None, 0)
        if message is not None:
            for title, raw, type_name in _objects(message):
                row = len(self._root.nodes)
                self._root.add(Node(title, raw, type_name, "", self._root, row, message.version))
        self.endResetModel()

    def node(self, index: Index) -> Node:
        """The node at a place of the tree."""
        node = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, Node) else self._root

    def json(self, index: Index) -> str:
        """The JSON at a place of the tree, laid out."""
        return readable(self.node(index).raw)

    # What Qt asks

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        nodes = self.node(parent).nodes
        return self.createIndex(row, column, nodes[row]) if 0 <= row < len(nodes) else QModelIndex()

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        above = self.node(index).parent
        return QModelIndex() if above is None or above is self._root else self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return len(self.node(parent).nodes) if parent.column() <= 0 else 0

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        node = self.node(parent)
        return parent.column() <= 0 and (bool(node.nodes) if node is self._root else node.is_branch)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        del parent
        return len(_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        is_title = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return _TITLES[section] if is_title else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        node = self.node(index)
        text = (node.name, node.text, node.help)[index.column()]
        return text or None


def _objects(message: Message) -> Iterator[tuple[str, bytes, str]]:
    """Title, JSON and type of what the request and the answer carry."""
    body = _json(visible_body(message, message.request_body))
    if body:
        yield _title(tr("Request"), message, "request"), body, _type(message, "request")
    envelope = visible_body(message, message.response_body)
    whole = _json(envelope)
    answer = msgspec.json.decode(whole, type=dict[str, msgspec.Raw]) if whole[:1] == b"{" else {}
    data = bytes(answer.get("data", b""))
    if data and data != b"null":
        yield _title(tr("Answer"), message, "response"), data, _type(message, "response")
    elif whole and not body:
        yield tr("Answer (envelope)"), whole, "Envelope"


def _json(body: bytes) -> bytes:
    """The body if it is a JSON object or list."""
    try:
        msgspec.json.decode(body)
    except codec.UNREADABLE:
        return b""
    stripped = body.strip()
    return stripped if stripped[:1] in (b"{", b"[") else b""


def _type(message: Message, direction: Literal["request", "response"]) -> str:
    found = object_type(message.route, direction, message.version)
    return found[0] if found else ""


def _title(word: str, message: Message, direction: Literal["request", "response"]) -> str:
    type_name = _type(message, direction)
    return f"{word}: {type_name}" if type_name else word
