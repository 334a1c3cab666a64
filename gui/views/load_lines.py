"""Which curves the load view shows of its model, in which colours, and what they are called."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PySide6.QtGui import QColor

from gui.models.load import FEW_SITES, LoadModel
from gui.numbers import number
from gui.paint.lines import Line, Panel
from gui.paint.pyramid import Pyramid
from gui.theme import Theme
from simulator.i18n import tr, trn
from simulator.report.focus import Charge
from simulator.report.load import EVSE, SITE, Steps, value_at

TOTAL: Final = "total"
"""The name of the line of all sites together; the others are named by their entity."""

TOTAL_BADGE: Final = tr("all")

_HUES: Final = (
    *("commands", "locations", "credentials", "cdrs", "tokens", "tariffs", "chargingprofiles", "hubclientinfo"),
    "versions",
)
"""The theme's qualitative colours, in an order in which neighbours differ; without the blue of what is selected."""

_LIMITS_LABELLED: Final = 5
_LIMITS_NAMED: Final = 2
"""More labels are short, or they would hide the curves: the list tells whose number is whose."""
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
    tops: dict[Panel, float] = {"power": 0.0, "places": _FEWEST_PLACES, "one": 0.0, "charge": 100.0}
    for line in lines:
        if line.panel != "charge" and not line.is_dashed:
            tops[line.panel] = max(tops[line.panel], line.pyramid.highest)
    limits = [line.pyramid.highest for line in lines if line.is_dashed]
    highest = _NEAR * tops["power"] or max(limits, default=0.0)
    tops["power"] = max([tops["power"], *(limit for limit in limits if limit <= highest)])
    return tops


def colour_of(model: LoadModel, site: str, theme: Theme) -> QColor:
    """The colour of a site."""
    return theme.module(_HUES[model.place(site) % len(_HUES)])


def badge_of(model: LoadModel, site: str) -> str:
    """The number of a site, which stands on its curve and in the list: colours alone do not tell everybody."""
    return str(model.place(site) + 1)


def is_untold(model: LoadModel, site: str) -> bool:
    """Whether a filter is set that takes no message about a site."""
    return model.messages.are_known and not len(model.messages.times_us(site))


def labelled_limits(model: LoadModel) -> dict[float, list[str]]:
    """The limits that have a line, with the sites of each: each that differs; of many only the selected site's."""
    of_limit: dict[float, list[str]] = {}
    for key in model.shown:
        curve = model.limit(key)
        if curve is not None and len(curve[1]):
            of_limit.setdefault(float(curve[1][-1]), []).append(key)
    if len(of_limit) <= _LIMITS_LABELLED:
        return of_limit
    return {limit_w: keys for limit_w, keys in of_limit.items() if model.focus.site in keys}


def limit_colour(model: LoadModel, sites: Sequence[str], theme: Theme) -> QColor:
    """The colour of the line of a limit that these sites have."""
    return colour_of(model, sites[0], theme) if len(sites) == 1 else theme.muted


def kilowatts(power_w: float) -> str:
    """Power for reading: `60 kW`, `7.4 kW`."""
    places = 0 if round(power_w / 100) % 10 == 0 else 1
    return tr("{power} kW").format(power=number(power_w / 1_000, places))


def local_name(evse: str) -> str:
    """An EVSE's uid without its CPO."""
    return evse.partition("/")[2] or evse


def captions_of(model: LoadModel, at_us: int) -> list[str]:
    """Who charges where at an instant, of what is selected: power, energy told so far, battery.

    In full, and then ever shorter for where there is less room: first goes what the list and the detail say as well.
    """
    charge = next((each for each in reversed(model.focus.charges) if each.from_us <= at_us), None)
    if charge is None and model.focus.charges:
        return _who_where(model, model.focus.charges[0])
    if charge is None:
        names = ", ".join(map(local_name, model.focus.evses))
        return [tr("EVSE {names}, all that it draws").format(names=names), names] if names else [""]
    energy = number(charge.energy_wh(at_us) / 1_000, 3)
    if charge.to_us is not None and at_us >= charge.to_us:
        parts = [tr("ended with {energy} kWh").format(energy=energy)]
    else:
        power_w = value_at(model.charge_power(charge), at_us) or 0.0
        parts = [kilowatts(power_w), tr("{energy} kWh told so far").format(energy=energy)]
    level = value_at(model.battery(charge.evse, charge.from_us, charge.to_us), at_us)
    if level is not None:
        parts.append(tr("battery {percent} %").format(percent=number(level)))
    return [*(", ".join([who, *parts]) for who in _who_where(model, charge)), ", ".join(parts)]


def session_name(charge: Charge) -> str:
    """A session by who charges and where, for the list."""
    return tr("Session of {who}").format(who=charge.driver or charge.token or charge.session)


def _who_where(model: LoadModel, charge: Charge) -> list[str]:
    """The driver, the eMSP, the EVSE and its site; without the site; without the EVSE; the driver alone."""
    site = model.site(model.focus.site)
    who = short = charge.driver or tr("token {uid}").format(uid=charge.token)
    where = tr("EVSE {name}").format(name=local_name(charge.evse))
    if charge.emsp:
        who = tr("{who} ({emsp})").format(who=who, emsp=charge.emsp)
    at = tr("{who} at {where}")
    names = [at.format(who=who, where=where), who, short]
    if site is not None:
        full = tr("{evse}, {site}").format(evse=where, site=site.name)
        names.insert(0, at.format(who=who, where=full))
    return names


def _line(name: str, title: str, panel: Panel, steps: Steps, colour: QColor, width: int = 1) -> Line:
    times_us, values = steps
    pyramid = Pyramid(times_us, values / 1_000 if panel in ("power", "one") else values)
    return Line(name, title, panel, pyramid, colour, _in_words(panel), width)


def _limit(name: str, title: str, label: str, steps: Steps, colour: QColor) -> Line:
    above = tr("{limit}, above the picture").format(limit=label)
    return _line(name, title, "power", steps, colour)._replace(is_dashed=True, label=label, label_above=above)


def _site_lines(model: LoadModel, theme: Theme) -> Iterator[Line]:
    few = len(model.shown) <= FEW_SITES
    for key in model.shown:
        site = model.site(key)
        if site is not None:
            colour, width = colour_of(model, key, theme), 2 if few or key == model.focus.site else 1
            badge, is_faint = badge_of(model, key), is_untold(model, key)
            power = _line(SITE + key, site.name, "power", model.power(key), colour, width)
            yield power._replace(badge=badge, is_faint=is_faint, marks_us=model.messages.times_us(key))
            places = _line(SITE + key, site.name, "places", model.occupancy(key), colour, width)
            yield places._replace(badge=badge, is_faint=is_faint)


def _limit_lines(model: LoadModel, theme: Theme) -> Iterator[Line]:
    limits = labelled_limits(model)
    for limit_w, keys in limits.items():
        site, steps = model.site(keys[0]), model.limit(keys[0])
        if site is None or steps is None:
            continue
        badges, limit = ", ".join(badge_of(model, key) for key in keys), kilowatts(limit_w)
        title = tr("limit of each of {badges}: {limit}").format(badges=badges, limit=limit)
        if len(keys) == 1:
            title = tr("limit of {badge}, {name}: {limit}").format(badge=badges, name=site.name, limit=limit)
        short = tr("limit of {badges}: {limit}").format(badges=badges, limit=limit)
        label = title if len(limits) <= _LIMITS_NAMED else short
        yield _limit(SITE + keys[0], title, label, steps, limit_colour(model, keys, theme))


def _total_lines(model: LoadModel, theme: Theme) -> Iterator[Line]:
    limit = model.total_limit
    if len(model.sites) > 1 and limit is not None and len(limit[1]):
        text = tr("limit of all: {limit}").format(limit=kilowatts(float(limit[1][-1])))
        yield _limit(TOTAL, text, text, limit, theme.text)
    title = tr("All sites together")
    yield _line(TOTAL, title, "power", model.total_power, theme.text, 3)._replace(badge=TOTAL_BADGE)
    yield _line(TOTAL, title, "places", model.total_occupancy, theme.text, 2)._replace(badge=TOTAL_BADGE)


def _focus_lines(model: LoadModel, theme: Theme) -> Iterator[Line]:
    focus = model.focus
    if focus.charges:
        for charge in focus.charges:
            end_us = None if charge.to_us is None else charge.to_us + 1
            title = session_name(charge)
            line = _line(EVSE + charge.evse, title, "one", model.charge_power(charge), theme.accent, 2)
            yield line._replace(end_us=end_us)
            yield from _battery(model, charge.evse, charge.from_us, charge.to_us, theme)
        return
    for evse in focus.evses:
        title = tr("EVSE {name}").format(name=local_name(evse))
        yield _line(EVSE + evse, title, "one", model.evse_power(evse), theme.accent, 2)
        for from_us, to_us in model.stays(evse):
            yield from _battery(model, evse, from_us, to_us, theme)


def _battery(model: LoadModel, evse: str, from_us: int, to_us: int | None, theme: Theme) -> Iterator[Line]:
    steps = model.battery(evse, from_us, to_us)
    if steps is not None:
        title = tr("battery at EVSE {name}").format(name=local_name(evse))
        yield _line(EVSE + evse, title, "charge", steps, theme.accent, 2)._replace(end_us=to_us)


def _in_words(panel: Panel) -> Callable[[float], str]:
    if panel in ("power", "one"):
        return lambda value: tr("{power} kW").format(power=number(value, 1))
    if panel == "charge":
        return lambda value: tr("{percent} %").format(percent=number(value))
    return lambda value: trn("{count} EVSE occupied", "{count} EVSEs occupied", round(value)).format(
        count=number(round(value))
    )
