"""Which curves the load view shows of its model, in which colours, and what they are called."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PySide6.QtGui import QColor

from gui.models.load import FEW_SITES, LoadModel
from gui.paint.lines import Line, Panel
from gui.paint.pyramid import Pyramid
from gui.theme import Theme
from simulator.i18n import tr, trn
from simulator.recording.series import Times, Values
from simulator.report.load import EVSE, SITE, Curve

TOTAL: Final = "total"
"""The name of the line of all sites together; the others are named by their entity."""

_HUES: Final = (
    *("commands", "locations", "credentials", "cdrs", "tokens", "tariffs", "chargingprofiles", "hubclientinfo"),
    "versions",
)
"""The theme's qualitative colours, in an order in which neighbours differ; without the blue of what is selected."""


_LIMITS_LABELLED: Final = 3
_NEAR: Final = 1.6
_FEWEST_PLACES: Final = 4.0


def lines_of(model: LoadModel, theme: Theme, *, with_total: bool) -> list[Line]:
    """Everything that is to be drawn."""
    total = _total_lines(model, theme) if with_total else ()
    return [*_site_lines(model, theme), *_limit_lines(model, theme), *total, *_focus_lines(model, theme)]


def heights_of(lines: Sequence[Line]) -> dict[Panel, float]:
    """The highest value of each panel.

    A limit far above all power would press the curves to the ground, so it does not count.
    """
    tops: dict[Panel, float] = {"power": 0.0, "places": _FEWEST_PLACES, "charge": 100.0}
    for line in lines:
        if line.panel != "charge" and not line.is_dashed:
            tops[line.panel] = max(tops[line.panel], line.pyramid.highest)
    limits = [line.pyramid.highest for line in lines if line.is_dashed]
    highest = _NEAR * tops["power"] or max(limits, default=0.0)
    tops["power"] = max([tops["power"], *(limit for limit in limits if limit <= highest)])
    return tops


def colour_of(model: LoadModel, site: str, theme: Theme) -> QColor:
    """The colour of a site."""
    index = next((number for number, each in enumerate(model.sites) if each.key == site), 0)
    return theme.module(_HUES[index % len(_HUES)])


def kilowatts(power_w: float) -> str:
    """Power for reading: `60 kW`, `7.4 kW`."""
    return f"{power_w / 1_000:,.1f}".removesuffix(".0") + " kW"


def local_name(evse: str) -> str:
    """An EVSE's uid without its CPO."""
    return evse.partition("/")[2] or evse


def _line(
    name: str,
    title: str,
    panel: Panel,
    steps: tuple[Times, Values] | Curve | None,
    colour: QColor,
    width: int = 1,
    *,
    end_us: int | None = None,
) -> Iterator[Line]:
    if steps is not None:
        times_us, values = (steps.times_us, steps.values) if isinstance(steps, Curve) else steps
        pyramid = Pyramid(times_us, values / 1_000 if panel == "power" else values)
        yield Line(name, title, panel, pyramid, colour, _in_words(panel), width, end_us=end_us)


def _limit(name: str, text: str, steps: tuple[Times, Values] | Curve | None, colour: QColor) -> Iterator[Line]:
    above = tr("{limit}, above the picture").format(limit=text)
    for line in _line(name, text, "power", steps, colour):
        yield line._replace(is_dashed=True, label=text, label_above=above)


def _site_lines(model: LoadModel, theme: Theme) -> Iterator[Line]:
    few = len(model.shown) <= FEW_SITES
    for key in model.shown:
        site = model.site(key)
        if site is not None:
            colour, width = colour_of(model, key, theme), 2 if few or key == model.focus.site else 1
            yield from _line(SITE + key, site.name, "power", model.power(key), colour, width)
            yield from _line(SITE + key, site.name, "places", model.occupancy(key), colour, width)


def _limit_lines(model: LoadModel, theme: Theme) -> Iterator[Line]:
    """One line for each limit that differs; of many only that of the selected site, or none could be read."""
    of_limit: dict[float, list[str]] = {}
    for key in model.shown:
        curve = model.limit(key)
        if curve is not None and len(curve.values):
            of_limit.setdefault(float(curve.values[-1]), []).append(key)
    for limit_w, keys in of_limit.items():
        if len(of_limit) > _LIMITS_LABELLED and model.focus.site not in keys:
            continue
        site = model.site(keys[0]) if len(keys) == 1 else None
        name = tr("each of {count} sites").format(count=len(keys)) if site is None else site.name
        colour = theme.muted if site is None else colour_of(model, site.key, theme)
        text = tr("limit of {name}: {limit}").format(name=name, limit=kilowatts(limit_w))
        yield from _limit(SITE + keys[0], text, model.limit(keys[0]), colour)


def _total_lines(model: LoadModel, theme: Theme) -> Iterator[Line]:
    limit = model.total_limit
    if len(model.sites) > 1 and limit is not None and len(limit[1]):
        text = tr("limit of all: {limit}").format(limit=kilowatts(float(limit[1][-1])))
        yield from _limit(TOTAL, text, limit, theme.text)
    title = tr("All sites together")
    yield from _line(TOTAL, title, "power", model.total_power, theme.text, 3)
    yield from _line(TOTAL, title, "places", model.total_occupancy, theme.text, 2)


def _focus_lines(model: LoadModel, theme: Theme) -> Iterator[Line]:
    for evse in model.focus.evses:
        title = tr("EVSE {name}").format(name=local_name(evse))
        yield from _line(EVSE + evse, title, "power", model.evse_power(evse), theme.accent, 3)
    for stay in model.stays:
        title = tr("battery at EVSE {name}").format(name=local_name(stay.evse))
        steps = (stay.times_us, stay.values)
        yield from _line(EVSE + stay.evse, title, "charge", steps, theme.accent, 2, end_us=stay.to_us)


def _in_words(panel: Panel) -> Callable[[float], str]:
    if panel == "power":
        return lambda value: f"{value:,.1f} kW"
    if panel == "charge":
        return lambda value: f"{value:.0f} %"
    return lambda value: trn("{count} EVSE occupied", "{count} EVSEs occupied", round(value)).format(count=round(value))
