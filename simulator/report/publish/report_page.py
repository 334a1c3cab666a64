"""The page of one run: figures with their definitions, curves over local time, tables."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulator.i18n import tr
from simulator.report.kpi.definitions import KPIS, cost_kpi
from simulator.report.kpi.measure import Measured
from simulator.report.kpi.tables import Table
from simulator.report.publish.figures import number
from simulator.report.publish.page import Plot, missing, page_table, plot, render
from simulator.report.publish.plots import Curve, over_time
from simulator.report.summary import Course


def report_page(measured: Measured, course: Course) -> bytes:
    """The page as UTF-8. Raises NotWritten when the packages that it needs are not installed."""
    figures = [(kpi.name, number(measured.values[kpi.id]), kpi.unit, kpi.meaning, kpi.source) for kpi in KPIS]
    for currency, amount in measured.cost.items():
        kpi = cost_kpi(currency)
        figures.append((kpi.name, f"{amount:,.2f}", kpi.unit, kpi.meaning, kpi.source))
    played = tr("{begin} to {end}, {zone}; seed {seed}").format(
        begin=course.begin, end=course.end, zone=course.zone, seed=measured.seed
    )
    words = {
        "digest": tr("Digest"),
        "figures": tr("Figures"),
        "figure": tr("Figure"),
        "value": tr("Value"),
        "unit": tr("Unit"),
        "meaning": tr("What it means"),
        "source": tr("Measured on"),
        "over_time": tr("Over time"),
    }
    return render(
        "report.html.j2",
        title=measured.scenario,
        played=played,
        rule=measured.window.rule,
        digest=measured.digest or "–",
        notes=_notes(measured, course),
        load=measured.load and measured.load.sentence,
        words=words,
        figures=figures,
        plots=curves(measured.table("quarter_hours"), course.zone),
        tables=[
            page_table(measured.table("parties"), tr("Parties")),
            page_table(measured.table("costs"), tr("Cost of CDRs, without VAT")),
            page_table(measured.table("sites"), tr("Sites, most energy first"), by="energy_kwh"),
            page_table(measured.table("modules"), tr("OCPI modules")),
            page_table(measured.table("links"), tr("Links, most messages first"), by="exchanges"),
            page_table(measured.table("quarter_hours"), tr("Quarters of an hour")),
        ],
    )


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
