"""Summaries and stories as plain text for a terminal: aligned columns, units, colour only where it is wanted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TextIO

import msgspec

from simulator.i18n import tr, trn
from simulator.report.figures import RunFigures
from simulator.report.story import Layer, StoryLine
from simulator.report.summary import DriverCounts, Summary, Synchronisation
from simulator.report.words import energy, reason_words
from simulator.scenario.loads import Load

_GAP: Final = "  "
_BOLD, _RED, _DIM = "1", "31", "2"
_LAYER_COLOURS: Final[Mapping[Layer, str]] = {"street": "33", "OCPP": "35", "OCPI": "36", "office": "2"}
_STORY_RIGHT: Final = (0,)
_DATE: Final = len("2026-05-04")


class Style(msgspec.Struct, frozen=True):
    """Whether colour is wanted. State is never shown by colour alone."""

    colour: bool = False

    def paint(self, text: str, code: str) -> str:
        """The text in a colour or weight (an SGR code of ECMA-48)."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def style_for(stream: TextIO, environment: Mapping[str, str]) -> Style:
    """Colour on a terminal, unless NO_COLOR is set (no-color.org) or the terminal is dumb."""
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return Style(colour=stream.isatty() and not plain)


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Rows as lines with aligned columns; `right` names the columns that are flush right. Rows are of equal length."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        _GAP.join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def summary_text(summary: Summary, style: Style) -> str:
    """The summary as a titled list."""
    run = summary.run
    same_day = summary.begin[:_DATE] == summary.end[:_DATE]
    end = summary.end[_DATE:].strip() if same_day else summary.end
    played = tr("{begin} to {end}, {zone}").format(begin=summary.begin, end=end, zone=summary.zone)
    rows: list[tuple[str, str]] = [(tr("Played"), played)]
    if summary.state != "complete":
        rows.append((tr("State"), summary.ended))
    if run is not None:
        rows += _figures(run, summary.billed)
        if run.load is not None and run.load.is_stress:
            rows.append((tr("Load"), run.load.sentence))
        if run.shortfall.short:
            rows.append((tr("Recorded"), run.shortfall.sentence))
    total = sum(summary.exchanges.values())
    rows.append((tr("Exchanges"), f"{total:,}{_in_brackets(_counts(summary.exchanges, _final_words))}"))
    rows.append((tr("Drivers"), _drivers(summary.drivers)))
    if summary.faults:
        rows.append((tr("Faults"), _counts(summary.faults)))
    if summary.mishaps:
        rows.append((tr("Mishaps"), _counts(summary.mishaps, _mishap_words)))
    if summary.synchronisation.stale_objects:
        rows.append((tr("Stale"), _stale(summary.synchronisation)))
    rows.append((tr("Hints"), _counts(summary.hints) or tr("none")))
    if run is not None:
        rows.append((tr("Speed"), _speed(run)))
        rows.append((tr("Checks"), _checks(run.checks, style)))
        rows.append((tr("Digest"), run.digest or tr("none, as a served run keeps to the clock and cannot be repeated")))
    title = tr("{scenario}, seed {seed}").format(scenario=summary.scenario, seed=summary.seed)
    return "\n".join([style.paint(title, _BOLD), *(f"{_GAP}{line}" for line in table(rows))])


def story_text(lines: Sequence[StoryLine], driver: str, style: Style) -> str:
    """The story as a table; numbers count the OCPI messages."""
    if not lines:
        return tr("The recording knows no driver {driver}.").format(driver=driver)
    head = ("#", tr("time"), tr("layer"), tr("from"), "", tr("to"), tr("what"), tr("remark"))
    rows = [head]
    for line in lines:
        number = str(line.number) if line.number else ""
        arrow = "->" if line.receiver else ""
        rows.append((number, line.time, line.layer, line.sender, arrow, line.receiver, line.what, line.remark))
    first, *rest = table(rows, _STORY_RIGHT)
    painted = [
        style.paint(text, _RED if line.failed else _LAYER_COLOURS[line.layer])
        for line, text in zip(lines, rest, strict=True)
    ]
    messages = sum(1 for line in lines if line.number)
    title = trn(
        "The story of {driver}: {count} OCPI message", "The story of {driver}: {count} OCPI messages", messages
    ).format(driver=driver, count=messages)
    return "\n".join([style.paint(title, _BOLD), *(f"{_GAP}{text}" for text in (style.paint(first, _DIM), *painted))])


def run_line(run: RunFigures, title: str) -> str:
    """One run of many, in a line."""
    failed = [name for name, holds in run.checks.items() if not holds]
    return tr(
        "{title}: exchanges {exchanges:,}, sessions {sessions:,}, CDRs {cdrs:,}, {plug}, {cost}, {checks}"
    ).format(
        title=title,
        exchanges=run.exchanges,
        sessions=run.sessions,
        cdrs=run.cdrs,
        plug=energy(run.energy_wh.plug),
        cost=_cost(run),
        checks=tr("NOT HELD: {names}").format(names=", ".join(failed)) if failed else tr("all checks hold"),
    )


def _figures(run: RunFigures, billed: int) -> list[tuple[str, str]]:
    parts, before = run.energy_wh, run.before_start
    sessions = tr("{sessions:,}, {billed:,} with a CDR")
    sums = tr("{plug} at the plug = {cdrs} in CDRs + {open} in open sessions + {held_back} held back by faults").format(
        plug=energy(parts.plug),
        cdrs=energy(parts.cdrs),
        open=energy(parts.open),
        held_back=energy(parts.held_back),
    )
    if before.sessions:
        sessions = tr("{sessions:,}, of which {before:,} had begun before the start, {billed:,} with a CDR")
        sums = tr("{sums}; {energy} were taken before the start").format(sums=sums, energy=energy(before.energy_wh))
    return [
        (tr("Sessions"), sessions.format(sessions=run.sessions, before=before.sessions, billed=billed)),
        (tr("Energy"), sums),
        (tr("Cost"), tr("{cost} without VAT").format(cost=_cost(run))),
    ]


def _cost(run: RunFigures) -> str:
    return " + ".join(f"{currency} {Decimal(amount):,.2f}" for currency, amount in run.cost.items()) or tr("nothing")


def _drivers(drivers: DriverCounts) -> str:
    away = sum(drivers.turned_away.values())
    text = tr("{arrived:,} arrived, {served:,} served, {away:,} turned away").format(
        arrived=drivers.arrived, served=drivers.served, away=away
    )
    text += _in_brackets(_counts(drivers.turned_away, reason_words))
    if drivers.found_taken:
        times = trn("{count} time a place was taken", "{count} times a place was taken", drivers.found_taken)
        text += "; " + times.format(count=drivers.found_taken)
    if drivers.mean_wait_min is not None:
        text += "; " + tr("mean wait {wait:.1f} min").format(wait=drivers.mean_wait_min)
    return text


def _speed(run: RunFigures) -> str:
    return tr("{wall:.2f} s in all, {rate:,.0f} exchanges a second, {memory:,.0f} MB at most").format(
        wall=run.wall_s, rate=run.exchanges_per_s, memory=run.peak_memory_mb
    )


def _checks(checks: Mapping[str, bool], style: Style) -> str:
    failed = [name for name, holds in checks.items() if not holds]
    if failed:
        return style.paint(tr("NOT HELD: {names}").format(names=", ".join(failed)), _RED)
    return trn("the one check holds", "all {count} checks hold", len(checks)).format(count=len(checks))


def _stale(synchronisation: Synchronisation) -> str:
    objects = synchronisation.stale_objects
    if not synchronisation.stalest_min:
        # Prices and cards are counted only: nobody relies on the newest of them as on a place.
        text = trn("{count} object was stale until pulled", "{count:,} objects were stale until pulled", objects)
        return text.format(count=objects)
    text = trn(
        "{count} object was stale until pulled, by up to {longest:,.1f} min",
        "{count:,} objects were stale until pulled, by up to {longest:,.1f} min",
        objects,
    )
    return text.format(count=objects, longest=synchronisation.stalest_min)


def _mishap_words(kind: str) -> str:
    words = {
        "cdr_not_delivered": tr("CDRs not delivered at first"),
        "late_answer": tr("answers too late"),
        "registration_failed": tr("attempts to register that failed"),
        "unauthorised_transaction": tr("transactions that no CPO authorised"),
    }
    return words.get(kind, _plain(kind))


def _final_words(state: str) -> str:
    words = {
        "delivered": tr("delivered"),
        "timed_out": tr("timed out"),
        "lost": tr("lost"),
        "dead": tr("not connected"),
    }
    return words.get(state, state)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _counts(counts: Mapping[str, int], words: Callable[[str], str] = _plain) -> str:
    return ", ".join(f"{words(name)}: {count:,}" for name, count in counts.items())


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def over_seeds_text(result: Mapping[str, Any], style: Style) -> str:
    """Mean and 95 % interval over seeds (`figures.over_seeds`) as a table."""
    rows = [("", tr("mean"), tr("95 % interval"))]
    for name, mean, interval in _leaves(result["mean"], result["interval_95"]):
        bounds = (
            "" if interval is None else tr("{low} to {high}").format(low=_short(interval[0]), high=_short(interval[1]))
        )
        rows.append((name, _short(mean), bounds))
    first, *rest = table(rows, right=(1, 2))
    title = trn("Over {count} seed", "Over {count} seeds", result["seeds"]).format(count=result["seeds"])
    lines = [style.paint(title, _BOLD), f"{_GAP}{style.paint(first, _DIM)}", *(_GAP + line for line in rest)]
    load = msgspec.convert(result["load"], Load | None)
    if load is not None and load.is_stress:
        lines.append(_GAP + load.sentence)
    return "\n".join(lines)


def _leaves(means: Mapping[str, Any], intervals: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name, mean in means.items():
        if isinstance(mean, Mapping):
            for inner, leaf, interval in _leaves(mean, intervals[name]):
                yield f"{name} {inner}", leaf, interval
        else:
            yield name, mean, intervals[name]


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,.1f}"
