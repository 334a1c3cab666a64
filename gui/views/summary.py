"""The run in numbers: what it has come to at the cursor, what the whole of it came to, its checks and hints.

All figures are made by simulator.report, in threads, as a long run takes a moment to count: the whole of a finished run
once, what it has come to by the cursor whenever that has come to rest.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QUrl
from PySide6.QtGui import QFocusEvent, QHideEvent, QResizeEvent, QShowEvent, QTextDocument, QTextDocumentFragment
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from gui.models.counted import Counted
from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.numbers import money, number
from gui.theme import Theme
from simulator.filters.parse import term
from simulator.i18n import tr, trn
from simulator.recording.reader import Recording
from simulator.report.figures import BeforeStart
from simulator.report.hints import Apart, RuleCount, by_rule
from simulator.report.so_far import SoFar, so_far
from simulator.report.summary import Summary, by_final, summarise
from simulator.report.words import reason_words
from simulator.scenario.shortfall import Shortfall

_ICON: Final = 14
_COLUMN_PX: Final = 320
_MOST_COLUMNS: Final = 3
_HEADING_ROWS: Final = 2
_MOST_APART: Final = 10
"""How many hints on no message are told in full; hundreds would hide all else."""
"""A heading is as high as so many rows."""

_BY_KEYBOARD: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)

Cell = tuple[str, str]
Section = tuple[str, list[Cell]]


class Taken(NamedTuple):
    """What the window's filter takes: its words, how many messages of how many, and how those ended."""

    filter: str
    messages: int
    total: int
    finals: Mapping[str, int]


class Now(NamedTuple):
    """What the run had come to by an instant."""

    at_us: int
    so_far: SoFar


class SummaryView(QWidget):
    """Sessions, energy, money, waiting, checks and hints, as a page of text that can be read aloud and copied."""

    view_id = "summary"

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._theme = theme
        self.whole = Counted(run, lambda: summarise, self)
        self.now = Counted(run, self._counting_now, self)
        self.taken = Counted(run, self._counting_taken, self)
        self.rules = Counted(run, lambda: by_rule, self)
        self._parts: tuple[Counted[Any], ...] = (self.whole, self.now, self.taken, self.rules)
        self.page = QTextBrowser()
        self.page.setAccessibleName(tr("Summary of the run"))
        # With a caret a screen reader goes line by line, and the keyboard selects and copies.
        self.page.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.page.setCursorWidth(0)
        self.page.installEventFilter(self)
        self.setFocusProxy(self.page)
        self.setAccessibleName(tr("Summary"))
        self._html = ""
        self.page.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.page.setOpenLinks(False)
        self.page.document().setDocumentMargin(2 * theme.space)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self.page.anchorClicked.connect(lambda link: cursor.set_filter(term("hint", link.path())))
        for part in self._parts:
            part.changed.connect(self._counted)
            part.failed.connect(self._not_counted)
        run.opened.connect(self._opened)
        run.closed.connect(self._opened)
        run.progressed.connect(self._grown)
        run.state_changed.connect(self._grown)
        run.played.connect(self._soon)
        cursor.time_changed.connect(self._moved)
        run.filtered.changed.connect(self._taken_changed)
        self.set_theme(theme)
        self._opened()

    def sizeHint(self) -> QSize:
        """Wide enough for a figure and its name in a line."""
        return QSize(300, 400)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.page.setFont(theme.body)
        ratio = self.devicePixelRatioF()
        for name in ("good", "error", "warning", "note"):
            picture = theme.icon(name, getattr(theme, name)).pixmap(QSize(_ICON, _ICON), ratio)
            self.page.document().addResource(QTextDocument.ResourceType.ImageResource, QUrl(f"icon:{name}"), picture)
        self._paint()

    def showEvent(self, event: QShowEvent) -> None:
        """What was missed while hidden is counted now."""
        super().showEvent(event)
        self._soon()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A wide page has its sections side by side."""
        super().resizeEvent(event)
        self._paint()

    @property
    def _columns(self) -> int:
        return max(1, min(self.width() // _COLUMN_PX, _MOST_COLUMNS))

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is counted while nobody looks."""
        super().hideEvent(event)
        for part in self._parts:
            part.pause()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The caret is for who goes along the page by keyboard; in anybody else's picture it is a stray line."""
        if event.type() == QEvent.Type.KeyPress:
            self.page.setCursorWidth(1)
        elif isinstance(event, QFocusEvent):
            self.page.setCursorWidth(1 if event.gotFocus() and event.reason() in _BY_KEYBOARD else 0)
        return super().eventFilter(watched, event)

    @property
    def is_busy(self) -> bool:
        """Whether newer figures are on their way."""
        return any(part.is_busy for part in self._parts)

    def _opened(self) -> None:
        for part in self._parts:
            part.forget()
        self._paint()
        self._soon()

    def _grown(self) -> None:
        """Rows have come, or the run goes on otherwise; what was before the cursor stays as it was."""
        self.whole.mark()
        self.rules.mark()
        if self._cursor.at_us >= self._run.end_us:
            self.now.mark()
        self._soon()

    def _moved(self) -> None:
        self.now.mark()
        self._soon()

    def _taken_changed(self) -> None:
        self.taken.mark()
        self._soon()

    def _soon(self) -> None:
        """Count what is no longer so, if somebody looks: what is nearest to the reader first."""
        if self.isVisible():
            self.now.want(moves=self._run.playing)
            self.whole.want(moves=self._run.is_live)
            self.taken.want(moves=self._run.is_live)
            self.rules.want(moves=self._run.is_live)

    def _counting_now(self) -> Callable[[Recording], Now]:
        at_us = self._cursor.at_us
        return lambda recording: Now(at_us, so_far(recording, at_us))

    def _counting_taken(self) -> Callable[[Recording], Taken | None]:
        filtered = self._run.filtered
        words, exchanges, total = filtered.filter.text, filtered.exchanges, filtered.total
        if exchanges is None:
            return lambda _: None
        return lambda recording: Taken(words, len(exchanges), total, by_final(recording, exchanges.tolist()))

    def _counted(self) -> None:
        self._paint()
        self._soon()

    def _not_counted(self, error: Exception) -> None:
        self._show(_sentence(str(error)))

    def _paint(self) -> None:
        if self._run.recording is None:
            nothing = tr("Nothing is open. Open a scenario to play it, or a recording to look at it.")
            body = _sentence(self._run.problem or nothing)
        elif self.now.value is None:
            body = _sentence(tr("Counting…"))
        else:
            body = self._body(self.now.value, self.whole.value, self.taken.value)
        self._show(body)

    def _show(self, body: str) -> None:
        """Where somebody is reading, and what is marked, stays as it is."""
        styled = self._styled(body)
        if styled == self._html:
            return
        self._html = styled
        bar, caret = self.page.verticalScrollBar(), self.page.textCursor().position()
        place = bar.value()
        self.page.setHtml(styled)
        cursor = self.page.textCursor()
        cursor.setPosition(min(caret, self.page.document().characterCount() - 1))
        self.page.setTextCursor(cursor)
        bar.setValue(place)

    def _styled(self, body: str) -> str:
        theme = self._theme
        # A page with room for columns has room between its lines as well.
        line_px = 3 if self._columns == _MOST_COLUMNS else 1
        return (
            f"<style>body {{ color: {theme.text.name()} }} h3 {{ margin: 12px 0 3px 0 }}"
            f" td {{ padding: {line_px}px 10px {line_px}px 0 }} .name, .muted {{ color: {theme.muted.name()} }}"
            f" a {{ color: {theme.accent.name()}; text-decoration: none }}"
            f" .error {{ color: {theme.error.name()} }} .columns {{ margin-top: 12px }}</style>{body}"
        )

    def _body(self, now: Now, whole: Summary | None, taken: Taken | None) -> str:
        head = "" if whole is None else _head(whole)
        if taken is not None:
            head += f"<p>{html.escape(_filter_words(taken))}</p>"
        until = tr("Until {time}").format(time=self._run.clock(now.at_us))
        if now.at_us != self._cursor.at_us and not self._run.playing:
            until = tr("{until} – counting anew…").format(until=until)
        sections: list[Section] = [(until, _so_far(now.so_far))]
        if whole is None:
            sections.append((tr("Whole run"), [("", tr("Counting…"))]))
        else:
            sections += [
                (tr("Whole run") if whole.run is not None else tr("Recorded until now"), _whole(whole)),
                (tr("Messages"), _messages(whole, taken)),
                (tr("Checks"), _checks(whole)),
                (tr("Hints"), _hints(whole.hints, self.rules.value or [], self._run.clock)),
                (tr("Faults and what they brought about"), _faults(whole)),
            ]
        self.page.setAccessibleDescription(
            " ".join(
                tr("{section}: {rows}.").format(section=name, rows=_read_out(rows)) for name, rows in sections if rows
            )
        )
        columns = in_columns([section for section in sections if section[1]], self._columns)
        parts = ["".join(map(_section, column)) for column in columns]
        if len(parts) == 1:
            return head + parts[0]
        cells = "".join(f"<td width='{100 // len(parts)}%'>{part}</td>" for part in parts)
        return f"{head}<table class='columns' width='100%'><tr>{cells}</tr></table>"


def in_columns(sections: Sequence[Section], count: int) -> list[Sequence[Section]]:
    """Sections in their order in so many columns, if there are as many, of which the longest is as short as can be."""
    count = min(count, len(sections))

    def parted(breaks: tuple[int, ...]) -> list[Sequence[Section]]:
        return [sections[begin:end] for begin, end in pairwise((0, *breaks, len(sections)))]

    def longest(columns: list[Sequence[Section]]) -> int:
        return max(sum(_HEADING_ROWS + len(rows) for _, rows in column) for column in columns)

    return min(map(parted, combinations(range(1, len(sections)), count - 1)), key=longest)


def _section(section: Section) -> str:
    name, rows = section
    return f"<h3>{html.escape(name)}</h3>{_table(rows)}"


def _head(whole: Summary) -> str:
    title = tr("{scenario}, seed {seed}").format(scenario=whole.scenario, seed=whole.seed)
    played = tr("{begin} to {end}, {zone}").format(begin=whole.begin, end=whole.end, zone=whole.zone)
    head = f"<h3>{html.escape(title)}</h3><div class='muted'>{html.escape(played)}</div>"
    return head + (f"<p class='error'>{html.escape(whole.failure)}</p>" if whole.state == "failed" else "")


def _filter_words(taken: Taken) -> str:
    return tr(
        "Filter “{filter}” takes {count} of {total} messages. The messages below are those; sessions, energy, money "
        "and checks are the whole run's."
    ).format(filter=taken.filter, count=number(taken.messages), total=number(taken.total))


def _so_far(now: SoFar) -> list[Cell]:
    owed = [(tr("CDRs"), number(now.cdrs)), (tr("Owed, without VAT"), money(now.cost))]
    if now.sessions is None:
        return [*owed]
    sessions = tr("{sessions}, {active} under way").format(
        sessions=number(now.sessions.begun), active=number(now.sessions.active)
    )
    return [(tr("Sessions"), sessions), (tr("Energy told"), _energy(now.sessions.energy_wh)), *owed]


def _whole(whole: Summary) -> list[Cell]:
    rows: list[Cell] = []
    run = whole.run
    if run is not None:
        parts = run.energy_wh
        sessions = tr("{sessions}, {billed} with a CDR").format(
            sessions=number(run.sessions), billed=number(whole.billed)
        )
        rows += [
            (tr("Sessions"), sessions),
            *_before_start(run.before_start),
            (tr("Energy at the plug"), _energy(parts.plug)),
            (_under(tr("in CDRs")), _energy(parts.cdrs)),
            (_under(tr("in open sessions")), _energy(parts.open)),
            (_under(tr("held back by faults")), _energy(parts.held_back)),
            (tr("Cost, without VAT"), money({currency: Decimal(amount) for currency, amount in run.cost.items()})),
            *_recorded(run.shortfall),
        ]
    drivers = whole.drivers
    away = sum(drivers.turned_away.values())
    wait_min = drivers.mean_wait_min
    rows += [
        (tr("Drivers arrived"), number(drivers.arrived)),
        (_under(tr("served")), number(drivers.served)),
        (_under(tr("turned away")), _with_reasons(away, drivers.turned_away)),
        (tr("Mean wait"), "–" if wait_min is None else tr("{wait} min").format(wait=number(wait_min, 1))),
    ]
    synchronisation = whole.synchronisation
    if synchronisation.stale_objects:
        text = tr("{count}, by up to {longest} min").format(
            count=number(synchronisation.stale_objects), longest=number(synchronisation.stalest_min, 1)
        )
        rows.append((tr("Stale until pulled"), text))
    return rows


def _before_start(before: BeforeStart) -> list[Cell]:
    """Who charged already when the run began never arrived, but is in its sessions, energy and cost."""
    if not before.sessions:
        return []
    told = tr("{sessions}, with {energy} by then").format(
        sessions=number(before.sessions), energy=_energy(before.energy_wh)
    )
    return [(_under(tr("begun before the start")), told)]


def _recorded(real: Shortfall) -> list[Cell]:
    """What real sessions that were played came to, beside what they had really been."""
    if not real.sessions:
        return []
    return [
        (tr("Recorded sessions"), tr("{sessions} whose time was over").format(sessions=number(real.sessions))),
        (_under(tr("got less than recorded")), number(real.short)),
        (_under(tr("energy they lack")), _energy(real.short_wh)),
        (_under(tr("never began")), number(real.never_began)),
    ]


def _messages(whole: Summary, taken: Taken | None) -> list[Cell]:
    """How exchanges ended, all or those that the filter takes."""
    finals = whole.exchanges if taken is None else taken.finals
    name = tr("Exchanges") if taken is None else tr("Exchanges taken")
    return [
        (name, number(sum(finals.values()))),
        *((_under(_final_words(final)), number(count)) for final, count in finals.items()),
    ]


def _checks(whole: Summary) -> list[Cell]:
    if whole.run is None:
        ended = whole.state in ("killed", "failed")
        return [("", tr("not made: the run did not end") if ended else tr("made when the run ends"))]
    words = {True: tr("holds"), False: tr("DOES NOT HOLD")}
    return [
        (_icon("good" if holds else "error") + _plain(name), words[holds]) for name, holds in whole.run.checks.items()
    ]


def _hints(hints: Mapping[str, int], rules: Sequence[RuleCount], clock: Callable[[int], str]) -> list[Cell]:
    """Each severity, and under it its rules: a link filters for one. Hints on no message are told here in full."""
    names = {"error": tr("errors"), "warning": tr("warnings"), "note": tr("notes")}
    found: list[Cell] = []
    for severity, name in names.items():
        if hints.get(severity):
            found.append((_icon(severity) + name, number(hints[severity])))
        for each in rules:
            if each.severity == severity:
                on_messages = len(each.apart) < each.times
                found.append((_under(_link(each.rule) if on_messages else html.escape(each.rule)), number(each.times)))
                found += _apart(each.apart, clock)
    return found or [("", tr("none"))]


def _apart(hints: Sequence[Apart], clock: Callable[[int], str]) -> list[Cell]:
    text = tr("{time}: {sentence}")
    found = [("", text.format(time=clock(hint.at_us), sentence=hint.sentence)) for hint in hints[:_MOST_APART]]
    if more := len(hints[_MOST_APART:]):
        text = trn("{count} more, which the timeline shows", "{count} more, which the timeline shows", more)
        found.append(("", text.format(count=number(more))))
    return found


def _link(rule: str) -> str:
    rule = html.escape(rule)
    return f"<a href='hint:{rule}'>{rule}</a>"


def _faults(whole: Summary) -> list[Cell]:
    faults = [(_icon("warning") + _plain(kind), _times(count)) for kind, count in whole.faults.items()]
    return faults + [(_plain(kind), _times(count)) for kind, count in whole.mishaps.items()]


def _times(count: int) -> str:
    return trn("{count} time", "{count} times", count).format(count=number(count))


def _with_reasons(total: int, reasons: Mapping[str, int]) -> str:
    words = ", ".join(f"{reason_words(reason)}: {number(count)}" for reason, count in reasons.items())
    return f"{number(total)} ({words})" if words else number(total)


def _energy(energy_wh: int) -> str:
    """Whole watt-hours as kWh."""
    return tr("{energy} kWh").format(energy=number(Decimal(energy_wh) / 1_000, 3))


def _final_words(final: str) -> str:
    words = {
        "delivered": tr("delivered"),
        "timed_out": tr("timed out"),
        "lost": tr("lost"),
        "dead": tr("not connected"),
    }
    return words.get(final, html.escape(final))


def _plain(name: str) -> str:
    return html.escape(name.replace("_", " ").capitalize().replace("Cdr", "CDR"))


def _under(name: str) -> str:
    """A figure that is a part of the one above."""
    return f"&nbsp;&nbsp;&nbsp;{name}"


def _icon(name: str) -> str:
    # Any other way Qt makes the line higher than those without an icon.
    return f"<img src='icon:{name}' style='vertical-align: top'>&nbsp;"


def _sentence(text: str) -> str:
    return f"<p class='muted'>{html.escape(text)}</p>"


def _read_out(rows: list[Cell]) -> str:
    """Rows as a sentence for a screen reader."""
    pairs = ((QTextDocumentFragment.fromHtml(name).toPlainText().strip("\ufffc\xa0 "), value) for name, value in rows)
    return "; ".join(f"{name} {value}".strip() for name, value in pairs)


def _table(rows: list[Cell]) -> str:
    """Names are ours and may hold an icon; values come from the recording."""
    lines = "".join(
        f"<tr><td class='name'>{name}</td><td>{html.escape(value)}</td></tr>"
        if name
        else f"<tr><td colspan='2'>{html.escape(value)}</td></tr>"
        for name, value in rows
    )
    return f"<table cellspacing='0'>{lines}</table>"
