"""Plots as SVG that takes its colours from the page around it, so that one file is right in light and in dark.

matplotlib draws with stand-in colours, which are then replaced by CSS variables; curves differ in their line too.
"""

import io
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Final

from msgspec import Struct

from simulator.i18n import tr

_INK: Final = "#010203"
_GRID: Final = "#040506"
_CURVES: Final = ("#070809", "#0a0b0c", "#0d0e0f", "#101112", "#131415", "#161718")
_VARIABLES: Final[Mapping[str, str]] = {
    _INK: "var(--ink)",
    _GRID: "var(--grid)",
    **{stand_in: f"var(--curve-{number})" for number, stand_in in enumerate(_CURVES, start=1)},
}
_LINES: Final = ("-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)), (0, (1, 3)))
_INCHES: Final = (9.0, 2.4)
_LINE_INCHES: Final = 0.2
_NAMES_WIDE: Final = 120
_LINE_WIDE: Final = 8
"""Before a name stands a piece of its line; both are in characters of the legend."""
_QUARTER: Final = timedelta(minutes=15)
_HOUR: Final = timedelta(hours=1)
_TICKS_H: Final = (0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 168)
_MOST_TICKS: Final = 12


class Curve(Struct, frozen=True):
    """Values over the quarter hours of a plot; `band` are the lower and upper edge of an interval around them."""

    name: str
    values: Sequence[float]
    band: tuple[Sequence[float], Sequence[float]] | None = None


def over_time(times: Sequence[datetime], curves: Sequence[Curve], unit: str, title: str) -> str:
    """Step curves over local time, with a legend, as the text of an `<svg>` element that names itself `title`."""
    dates: Any = import_module("matplotlib.dates")
    # The last quarter of an hour has an end too; in UTC, since adding to local time goes by the clock on the wall.
    figure, axes = _drawn([*times, times[-1].astimezone(UTC) + _QUARTER], curves, unit)
    locator = dates.AutoDateLocator(tz=times[0].tzinfo)
    axes.xaxis.set_major_locator(locator)
    # The formatter's own date is that of the last tick, which may be on another day.
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=times[0].tzinfo, show_offset=False))
    label = tr("local time from {date} on, {zone}").format(date=times[0].date(), zone=times[0].tzinfo)
    axes.set_xlabel(label, color=_INK)
    return _svg(figure, title)


def over_hours(hours: Sequence[float], curves: Sequence[Curve], unit: str, title: str, *, of_day: bool) -> str:
    """The same over hours since the start of each run, or, `of_day`, since the midnight before, told as by a clock."""
    ticker: Any = import_module("matplotlib.ticker")
    figure, axes = _drawn([*hours, hours[-1] + _QUARTER / _HOUR], curves, unit)
    least_h = (hours[-1] - hours[0]) / _MOST_TICKS
    apart_h = next((each for each in _TICKS_H if each > least_h), _TICKS_H[-1])
    axes.xaxis.set_major_locator(ticker.MultipleLocator(apart_h))
    if of_day:
        axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda hour, _: _clock(hour)))
    axes.set_xlabel(tr("local time of day") if of_day else tr("hours since the start of each run"), color=_INK)
    return _svg(figure, title)


def _clock(hour: float) -> str:
    """`07:30`, and at midnight the day, counted from that of the start."""
    days, minutes = divmod(round(hour * 60), 24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" if minutes else tr("day {number}").format(number=days + 1)


def _drawn(edges: Sequence[Any], curves: Sequence[Curve], unit: str) -> tuple[Any, Any]:
    """A figure with step curves between edges, of which there is one more than values."""
    figure, axes = _figure(unit, curves)
    for number, curve in enumerate(curves):
        look: dict[str, Any] = {"color": _CURVES[number % len(_CURVES)]}
        axes.step(
            edges,
            _held(curve.values),
            where="post",
            linestyle=_LINES[number % len(_LINES)],
            label=_label(curve),
            **look,
        )
        if curve.band is not None:
            axes.fill_between(edges, *map(_held, curve.band), step="post", alpha=0.2, linewidth=0, **look)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)
    if all(float(value).is_integer() for curve in curves for value in curve.values):
        axes.yaxis.get_major_locator().set_params(integer=True)
    if len(curves) > 1:
        figure.legend(loc="outside upper left", frameon=False, labelcolor=_INK, ncols=_abreast(curves), fontsize=9)
    return figure, axes


def _held(values: Sequence[float]) -> list[float]:
    return [*values, values[-1]]


def _label(curve: Curve) -> str:
    """The whole name, on as many lines as it takes: two that differ at their ends are not to look alike."""
    return "\n".join(textwrap.wrap(curve.name, _NAMES_WIDE - _LINE_WIDE))


def _abreast(curves: Sequence[Curve]) -> int:
    """How many names of curves there is room for side by side above a plot."""
    return max(1, min(4, _NAMES_WIDE // (max(len(curve.name) for curve in curves) + _LINE_WIDE)))


def _figure(unit: str, curves: Sequence[Curve]) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    wide, high = _INCHES
    names = sum(_label(curve).count("\n") + 1 for curve in curves) if len(curves) > 1 else 0
    lines = -(-names // _abreast(curves))
    figure = Figure(figsize=(wide, high + _LINE_INCHES * lines), layout="constrained")
    axes = figure.add_subplot()
    axes.set_ylabel(unit, color=_INK)
    axes.tick_params(colors=_INK, labelcolor=_INK)
    axes.grid(True, color=_GRID, linewidth=0.6)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    for edge in ("left", "bottom"):
        axes.spines[edge].set_color(_INK)
    axes.patch.set_alpha(0)
    figure.patch.set_alpha(0)
    return figure, axes


def _svg(figure: Any, title: str) -> str:
    from matplotlib import rc_context

    text = io.StringIO()
    # Text stays text, so that it can be searched and read aloud; ids are the same at every making.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": title, "font.family": "sans-serif"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Title": title})
    drawn = text.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    for stand_in, variable in _VARIABLES.items():
        drawn = drawn.replace(stand_in, variable)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{_attribute(title)}" ', 1)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
