"""What tests of imports share."""

import json
from pathlib import Path
from typing import Any

import pytest
from scenario_dumps import Import, tariff

from simulator.scenario.importer import ImportReport, import_network


@pytest.fixture
def do_import(tmp_path: Path) -> Import:
    def run(locations: Any, tariffs: Any = None, sessions_per_day: int = 100, emsps: int = 3) -> ImportReport:
        (tmp_path / "dump_locations.json").write_text(json.dumps(locations))
        (tmp_path / "dump_tariffs.json").write_text(json.dumps([tariff()] if tariffs is None else tariffs))
        report = import_network(
            tmp_path / "dump_locations.json",
            tmp_path / "dump_tariffs.json",
            sessions_per_day,
            emsps,
            tmp_path / "net.yaml",
        )
        for count in (report.locations, report.evses, report.connectors, report.tariffs):
            assert count.read == count.kept + count.mended + count.left_out
        return report

    return run
