"""The page of one run: figures with their definitions, curves over local time, tables."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulator.i18n import tr
from simulator.report.kpi.definitions import KPIS, cost_kpi
from simulator.report.kpi.measure import Measured
from simulator.report.kpi.tables import Table
from simulator.report.publish.figures import number
from simulator.report.publish.page import PageTable, Plot, missing, page_table, plot, render
from simulator.report.publish.plots import Curve, over_time
from simulator.report.summary import Course


def report_page(measured: Measured, course: Course) -> bytes:
    """The page as UTF-8. Raises NotWritten when the packages that it needs are not installed."""
    played = tr("{begin} to {end}, {zone}; seed {seed}").format(
        begin=course.begin, end=course.end, zone=course.zone, seed=measured.seed
    )
    words = {"digest": tr("Digest"), "over_time": tr("Over time")}
    return render(
        "report.html.j2",
        title=measured.scenario,
        played=played,
        rule=f"{measured.window.rule} {measured.window.span}",
        digest=measured.digest or "–",
        notes=_notes(measured, course),
        load=measured.load and measured.load.sentence,
        words=words,
        figures=_figures(measured),
        plots=curves(measured.table("quarter_hours"), course.zone),
        tables=[
            *_parties(measured.table("parties")),
            page_table(measured.table("costs"), tr("Cost of CDRs, without VAT")),
            page_table(measured.table("sites"), tr("Sites, most energy first"), by="energy_kwh"),
            page_table(measured.table("modules"), tr("OCPI modules")),
            page_table(measured.table("links"), tr("Links, most messages first"), by="exchanges"),
            page_table(_quarters(measured.table("quarter_hours")), tr("Quarters of an hour")),
        ],
    )


def _figures(measured: Measured) -> PageTable:
    rows = [(kpi.name, number(measured.values[kpi.id]), kpi.unit, kpi.meaning, kpi.source) for kpi in KPIS]
    for currency, amount in measured.cost.items():
        kpi = cost_kpi(currency)
        rows.append((kpi.name, f"{amount:,.2f}", kpi.unit, kpi.meaning, kpi.source))
    columns = (tr("Figure"), tr("Value"), tr("Unit"), tr("What it means"), tr("Measured on"))
    return PageTable(tr("Figures"), "", columns, (False, True, False, False, False), rows)


def _parties(parties: Table) -> Iterator[PageTable]:
    """A table a role, each with the columns that say something of it."""
    titles = {"cpo": tr("CPOs"), "emsp": tr("eMSPs"), "hub": tr("Hubs"), "scsp": tr("SCSPs")}
    roles = parties.columns["role"]
    for role, title in titles.items():
        lines = [place for place, each in enumerate(roles) if each == role]
        columns = {name: [cells[place] for place in lines] for name, cells in parties.columns.items() if name != "role"}
        told = {name: cells for name, cells in columns.items() if any(cell is not None for cell in cells)}
        if lines:
            yield page_table(Table(parties.name, told), title)


def _quarters(quarters: Table) -> Table:
    """The quarters by the time that a clock shows, `2026-05-04 06:00`; the page names the zone above."""
    times = [str(text)[:16].replace("T", " ") for text in quarters.columns["local_time"]]
    others = {name: cells for name, cells in quarters.columns.items() if name not in ("from_s", "local_time")}
    return Table(quarters.name, {"local_time": [*times], **others})


def _notes(measured: Measured, course: Course) -> list[str]:
    notes = [*measured.notes]
    wrong = [name for name, holds in (course.run.checks if course.run else {}).items() if not holds]
    if wrong:
        notes.append(tr("Checks that do not hold: {checks}.").format(checks=", ".join(wrong)))
    return notes


def curves(quarters: Table, zone: str) -> list[Plot]:
    """Power, places, drivers and messages over the zone's time; nothing for a run shorter than a quarter of an hour."""
    if not len(quarters):
        return []
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise missing(error) from error
    columns: dict[str, list[Any]] = dict(quarters.columns)
    # The zone itself and not the offset of one time: all are drawn on one axis, which may go on into winter time.
    times = [datetime.fromisoformat(text).astimezone(ZoneInfo(zone)) for text in columns["local_time"]]

    def drawn(title: str, unit: str, **named: str) -> Plot:
        chosen = [Curve(name, columns[column]) for column, name in named.items()]
        return plot(title, over_time(times, chosen, unit, title))

    return [
        drawn(tr("Power of all sites"), "kW", mean_kw=tr("mean"), peak_kw=tr("peak")),
        drawn(tr("EVSEs"), tr("EVSEs"), occupied_evses=tr("occupied"), charging_evses=tr("drawing power")),
        drawn(
            tr("Drivers a quarter of an hour"), tr("drivers"), arrived=tr("came"), turned_away=tr("were turned away")
        ),
        drawn(
            tr("Messages a quarter of an hour"), tr("messages"), exchanges=tr("all"), failed=tr("without a good answer")
        ),
    ]
