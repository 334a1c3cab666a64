"""The connections at the time cursor: who is registered with whom, by which tokens, and who is behind a hub."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from gui.models.connection_rows import rows
from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.theme import Theme
from gui.views.connections import ConnectionsView
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder
from simulator.report.connections import ClientState, ConnectionEnd, Connections


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, hub: Path) -> ConnectionsView:
    view = ConnectionsView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(700, 600)
    view.show()
    run.open(hub)
    return view


def settle(view: ConnectionsView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not view.is_busy and not view.now.is_stale)


def row(view: ConnectionsView, *names: str) -> list[str]:
    """What a row says, by the beginnings of the titles that lead to it."""
    item: QTreeWidgetItem | None = view.tree.invisibleRootItem()
    for name in names:
        assert item is not None
        item = next(each for each in map(item.child, range(item.childCount())) if each.text(0).startswith(name))
    assert item is not None
    return [item.text(column) for column in range(view.tree.columnCount())]


def test_each_end_tells_how_it_stands(view: ConnectionsView, run: Run, qtbot: QtBot) -> None:
    run.seek(0)
    settle(view, qtbot)
    assert row(view, "NL-HUB")[:2] == ["NL-HUB Babel Hub", "10 of 10 registered"]
    title, state, version, since, tokens, modules = row(view, "NL-HUB", "NL-NEW")
    assert (title, state, version) == ("NL-NEW Newest Power", "registered, CONNECTED", "2.3.0")
    assert (tokens, row(view, "NL-HUB", "NL-ABC")[4]) == ("issued B, holds C, 05:58:08", "issued C, holds B")
    assert since.startswith("05:58:0")
    assert "sessions" in modules.split(", ")
    assert row(view, "NL-HUB", "NL-VET Veteran Card, as NL-NEW")[2] == "2.1.1"


def test_who_is_behind_a_hub_stands_below_it(view: ConnectionsView, run: Run, qtbot: QtBot) -> None:
    run.seek(0)
    settle(view, qtbot)
    assert row(view, "NL-EMA", "NL-HUB", "behind it: NL-OLD")[1] == "CONNECTED"


def test_it_goes_along_with_the_cursor(view: ConnectionsView, run: Run, qtbot: QtBot) -> None:
    run.seek(-120_000_000)
    settle(view, qtbot)
    assert row(view, "NL-ABC", "NL-HUB")[1:5] == ["token A held", "", "05:58:00", "holds A"]
    assert row(view, "NL-HUB", "NL-ABC")[1] == "token A issued"
    run.seek(0)
    settle(view, qtbot)
    assert row(view, "NL-ABC", "NL-HUB")[1] == "registered"


def test_no_token_is_ever_shown(view: ConnectionsView, run: Run, qtbot: QtBot, hub: Path) -> None:
    run.seek(0)
    settle(view, qtbot)
    with Recording.open(hub) as recording:
        bodies = [each.request_body for each in recording.messages(module="credentials", contents=True)]
    tokens = {body.partition(b'"token":"')[2].partition(b'"')[0].decode() for body in bodies} - {""}
    assert tokens
    everything = "\n".join(text for item in view._items.values() for text in (item.toolTip(0), item.text(4)))
    assert not [token for token in tokens if token in everything]


def test_a_row_selects_its_link_and_a_party_its_row(
    view: ConnectionsView, run: Run, cursor: Cursor, qtbot: QtBot
) -> None:
    run.seek(0)
    settle(view, qtbot)
    view.tree.setCurrentItem(view._items["NL-NEW", "NL-HUB", ""])
    assert cursor.selection == Selection("link", "NL-NEW|NL-HUB")
    cursor.select(Selection("party", "NL-EMA"))
    assert view.tree.currentItem() is view._items[("NL-EMA",)]


def test_a_row_is_told_in_sentences_to_who_has_no_mouse(view: ConnectionsView, run: Run, qtbot: QtBot) -> None:
    run.seek(0)
    settle(view, qtbot)
    assert view.sentences.text().startswith("↑ ↓ or a click")
    view.tree.setCurrentItem(view._items[("NL-ABC",)])
    qtbot.keyClick(view.tree, Qt.Key.Key_Down)
    said = view.sentences.text()
    assert said.startswith(
        "NL-ABC with NL-HUB: registered since 05:58:01, OCPI 2.2.1.\nNL-HUB presents CREDENTIALS_TOKEN_"
    )
    assert "commands (receiver and sender)" in said
    qtbot.keyClick(view.tree, Qt.Key.Key_Up)
    assert view.sentences.text() == "NL-ABC Alpha Charging: 1 of 1 registered"


def test_the_day_is_told_in_words(view: ConnectionsView, qtbot: QtBot, run: Run) -> None:
    end = ConnectionEnd("NL-HUB", "NL-EMA", "", "REGISTERED", "2.2.1", -12 * 3_600_000_000, (), "B", "C", 0)
    _, told = rows(Connections(30, (end,), ()), {}, run.clock_in_words)
    assert told.texts[3:5] == ("18:00:00 day before", "issued B, holds C, 06:00:00")


def test_what_is_open_stays_open_while_rows_come(view: ConnectionsView, run: Run, qtbot: QtBot) -> None:
    run.seek(-120_000_000)
    settle(view, qtbot)
    view._items[("NL-ABC",)].setExpanded(False)
    run.seek(0)
    settle(view, qtbot)
    assert not view._items[("NL-ABC",)].isExpanded()
    assert view._items[("NL-HUB",)].isExpanded()


def test_without_connections_it_says_so(view: ConnectionsView, run: Run, qtbot: QtBot, tmp_path: Path) -> None:
    Recorder.create(tmp_path / "bare.ocpirun", "full", {"start_epoch_us": "0"}).close({})
    run.open(tmp_path / "bare.ocpirun")
    settle(view, qtbot)
    assert view.nothing.isVisible()
    assert view.nothing.text() == "No party has begun to connect by this time."
    run.close()
    assert view.nothing.text().startswith("Nothing is open.")


@pytest.mark.parametrize(
    ("state", "client", "icon", "since"),
    [
        ("REGISTERED", "OFFLINE", "lost", "20"),
        ("REGISTERED", "SUSPENDED", "refused", "20"),
        ("REGISTERED", "CONNECTED", "good", "10"),
        ("UNREGISTERED", "PLANNED", "refused", "10"),
        ("UNREGISTERED", "CONNECTED", "refused", "10"),
    ],
)
def test_the_worse_of_two_states_is_the_mark_and_tells_since_when(
    state: str, client: str, icon: str, since: str
) -> None:
    end = ConnectionEnd("NL-HUB", "NL-EMA", "", state, "2.2.1", 10, (), "", "", 0)
    info = ClientState("NL-HUB", "NL-HUB", "NL-EMA", "EMSP", client, 20)
    _, row = rows(Connections(30, (end,), (info,)), {}, str)
    assert (row.icon, row.texts[3]) == (icon, since)
    assert row.texts[1].endswith(f", {client}")


def test_the_longest_name_is_not_cut(view: ConnectionsView, run: Run, qtbot: QtBot) -> None:
    run.seek(-120_000_000)
    settle(view, qtbot)
    run.seek(0)
    settle(view, qtbot)
    assert view.tree.sizeHintForColumn(0) <= view.tree.columnWidth(0)


def test_how_a_client_stands_is_told_at_the_ends_where_it_is_reached() -> None:
    stands = {"NL-VET": "CONNECTED", "NL-XYZ": "SUSPENDED"}
    states = [("", "A_ISSUED"), ("NL-ABC", "A_ISSUED"), ("NL-NEW", "REGISTERED")]
    ends = tuple(
        ConnectionEnd("NL-HUB", peer, facade, state, "2.1.1", 10, (), "A", "", 0)
        for peer in stands
        for facade, state in (states if peer == "NL-VET" else states[:2])
    )
    infos = tuple(ClientState("NL-HUB", "NL-HUB", peer, "EMSP", status, 20) for peer, status in stands.items())
    _, *told = rows(Connections(30, ends, infos), {}, str)
    assert [each.texts[:2] for each in told] == [
        ("NL-VET", "token A issued"),
        ("NL-VET, as NL-ABC", "token A issued"),
        ("NL-VET, as NL-NEW", "registered, CONNECTED"),
        ("NL-XYZ", "token A issued, SUSPENDED"),
        ("NL-XYZ, as NL-ABC", "token A issued, SUSPENDED"),
    ]
