"""Every action of the window, declared once: menus, toolbar, keys and the command palette all come from this list."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from gui.models.cursor import NOTHING
from simulator.i18n import tr

if TYPE_CHECKING:
    from gui.main_window import MainWindow

Colours = Literal["light", "dark", "system"]
COLOURS: Final[tuple[Colours, ...]] = ("light", "dark", "system")
_COLOUR_KEYS: Final = {"light": "Ctrl+Shift+L", "dark": "Ctrl+Shift+D", "system": "Ctrl+Shift+Y"}


class Situation(NamedTuple):
    """What decides whether an action can be taken now."""

    is_open: bool = False
    is_live: bool = False
    at_edge: bool = False
    can_steer: bool = False
    playing: bool = False
    has_selection: bool = False
    has_filter: bool = False
    is_silent: bool = False
    has_engine: bool = False


def _always(now: Situation) -> bool:
    del now
    return True


def _is_open(now: Situation) -> bool:
    return now.is_open


def _has_selection(now: Situation) -> bool:
    return now.has_selection


def _can_play(now: Situation) -> bool:
    return now.is_open and (not now.at_edge or now.can_steer or now.playing)


def _can_step(now: Situation) -> bool:
    return now.is_open and (not now.at_edge or now.can_steer)


def _can_set_speed(now: Situation) -> bool:
    return now.is_open and not now.is_silent


def _is_behind_edge(now: Situation) -> bool:
    return now.is_live and not now.at_edge


When = Callable[[Situation], bool]
Do = Callable[["MainWindow"], object]


class Action(NamedTuple):
    """One thing to do. `keys` are in Qt's portable words; `when` says in which situation it can be done.

    A `checkable` one shows whether it is on.
    """

    id: str
    menu: str
    text: str
    keys: tuple[str, ...]
    icon: str
    do: Do
    when: When = _always
    checkable: bool = False


FILE, RUN, GO, VIEW, HELP = tr("&File"), tr("&Run"), tr("&Go"), tr("&View"), tr("&Help")
MENUS: Final = (FILE, RUN, GO, VIEW, HELP)


def _file_actions() -> Iterator[Action]:
    yield Action("open", FILE, tr("&Open a scenario or recording…"), ("Ctrl+O",), "open", lambda w: w.open())
    yield Action("close_run", FILE, tr("&Close the run"), ("Ctrl+W",), "", lambda w: w.close_run(), _is_open)
    yield Action(
        "save_picture", FILE, tr("Save a &picture of the window…"), ("Ctrl+Shift+S",), "picture",
        lambda w: w.save_picture(),
    )  # fmt: skip
    yield Action("quit", FILE, tr("&Quit"), ("Ctrl+Q",), "quit", lambda w: w.close())


def _run_actions() -> Iterator[Action]:
    play, step, back = tr("&Play or pause"), tr("Step to the &next message"), tr("Step &back to the previous message")
    yield Action("play_or_pause", RUN, play, ("Space", "F5"), "play", lambda w: w.play_or_pause(), _can_play)
    yield Action("step", RUN, step, (".", "F8"), "step", lambda w: w.run.step(), _can_step)
    yield Action("step_back", RUN, back, (",", "Shift+F8"), "step_back", lambda w: w.run.step_back(), _is_open)
    yield Action(
        "go_live", RUN, tr("Go to the &live edge"), ("Ctrl+L",), "live", lambda w: w.run.go_live(), _is_behind_edge
    )
    yield Action(
        "stop_engine", RUN, tr("St&op the engine"), ("Shift+F5",), "stop", lambda w: w.opener.stop_engine(),
        lambda now: now.has_engine,
    )  # fmt: skip
    for number, (factor, text) in enumerate(
        (
            (1.0, tr("Speed: real time")),
            (10.0, tr("Speed: 10 times real time")),
            (60.0, tr("Speed: 60 times, a minute a second")),
            (600.0, tr("Speed: 600 times, ten minutes a second")),
            (0.0, tr("Speed: as fast as it goes")),
        ),
        start=1,
    ):
        yield Action(f"speed_{factor:g}", RUN, text, (f"Ctrl+{number}",), "", _speed(factor), _can_set_speed)


def _go_actions() -> Iterator[Action]:
    later, earlier = tr("Ne&xt message of the selection"), tr("Pre&vious message of the selection")
    yield Action("go_to_time", GO, tr("Go to a &time"), ("Ctrl+G",), "time", lambda w: w.go_to_time(), _is_open)
    yield Action("go_to_start", GO, tr("Go to the &start"), ("Ctrl+Home",), "", lambda w: w.run.seek(0), _is_open)
    yield Action("go_to_end", GO, tr("Go to the &end"), ("Ctrl+End",), "", lambda w: w.run.go_live(), _is_open)
    yield Action("jump_next", GO, later, ("Alt+Right",), "next", lambda w: w.run.jump(1), _has_selection)
    yield Action("jump_previous", GO, earlier, ("Alt+Left",), "previous", lambda w: w.run.jump(-1), _has_selection)
    yield Action("edit_filter", GO, tr("&Filter messages"), ("Ctrl+F",), "filter", lambda w: w.edit_filter(), _is_open)
    yield Action(
        "clear_filter", GO, tr("Show &all messages"), ("Ctrl+Shift+F",), "clear",
        lambda w: w.playhead.set_filter(""), lambda now: now.has_filter,
    )  # fmt: skip
    yield Action(
        "clear_selection", GO, tr("Select &nothing"), ("Escape",), "", lambda w: w.playhead.select(NOTHING),
        _has_selection,
    )  # fmt: skip
    yield Action("next_pane", GO, tr("Next &pane"), ("F6",), "", lambda w: w.panes.go(1))
    yield Action("previous_pane", GO, tr("P&revious pane"), ("Shift+F6",), "", lambda w: w.panes.go(-1))


def _view_actions() -> Iterator[Action]:
    for number, (view_id, text) in enumerate(
        (
            ("topology", tr("&Topology")),
            ("messages", tr("&Messages")),
            ("sequence", tr("&Sequence")),
            ("load", tr("&Load")),
            ("timeline", tr("T&imeline")),
            ("summary", tr("S&ummary")),
            ("connections", tr("&Connections")),
        ),
        start=1,
    ):
        yield Action(f"show_{view_id}", VIEW, text, (f"Alt+{number}",), view_id, _show(view_id))
    yield Action("float_view", VIEW, tr("&Float the view, or dock it again"), ("F9",), "", lambda w: w.float_view())
    yield Action("hide_view", VIEW, tr("&Hide the view"), ("Shift+F9",), "", lambda w: w.hide_view())
    texts = {"light": tr("Li&ght colours"), "dark": tr("&Dark colours"), "system": tr("Colours of the s&ystem")}
    for name in COLOURS:
        yield Action(f"theme_{name}", VIEW, texts[name], (_COLOUR_KEYS[name],), "", _colours(name), checkable=True)
    switch = tr("Switch between light and dark")
    yield Action("switch_theme", VIEW, switch, ("Ctrl+T",), "theme", lambda w: w.switch_colours())
    yield Action("reset_layout", VIEW, tr("&Reset the layout"), ("Ctrl+Shift+0",), "layout", lambda w: w.docks.reset())


def _help_actions() -> Iterator[Action]:
    commands = tr("All &commands and keys…")
    yield Action("show_palette", HELP, commands, ("Ctrl+K", "F1"), "palette", lambda w: w.show_palette())
    yield Action("about", HELP, tr("&About ocpi-sim"), ("Shift+F1",), "help", lambda w: w.about())


def _speed(factor: float) -> Do:
    return lambda w: w.run.set_speed(factor)


def _show(view_id: str) -> Do:
    return lambda w: w.docks.show(view_id)


def _colours(name: Colours) -> Do:
    return lambda w: w.set_colours(name)


ACTIONS: Final = (*_file_actions(), *_run_actions(), *_go_actions(), *_view_actions(), *_help_actions())
