"""Two hubs in a row with a party of 2.1.1 behind one of them, which knows neither hub: drivers charge all the same."""

from pathlib import Path

import pytest
from run_town import holds, played

from simulator.recording.reader import Recording
from simulator.scenario.load import load

SCENARIO = """
name: Two hubs in a row
start: 2026-05-05T08:00 Europe/Amsterdam
duration: 6 h
seed: 3
poll: 1 h
parties:
  NL-GRD: {{role: cpo, name: Grid, ocpi: {grid}}}
  NL-EMA: {{role: emsp, name: Emma Mobility, ocpi: {emma}}}
  NL-HUB: {{role: hub, name: Near Hub, ocpi: [2.1.1, 2.2.1, 2.3.0]}}
  NL-HU2: {{role: hub, name: Far Hub, ocpi: [2.1.1, 2.2.1, 2.3.0]}}
connections:
  - {{between: [NL-EMA, NL-HU2]}}
  - {{between: [NL-HUB, NL-HU2]}}
  - {{between: [NL-GRD, NL-HUB]}}
tariffs:
  day: {{energy: 0.40 EUR/kWh, vat: 21 %}}
sites:
  - {{cpo: NL-GRD, name: Square, at: [52.20, 4.50], city: Leiden, evses: {{count: 3, power: 11 kW, tariff: day}}}}
drivers:
  - {{name: Olga, emsp: NL-EMA, arrives: "08:20", at: [52.20, 4.50], battery: 20 %, target: 80 %, stay: 3 h}}
"""


@pytest.mark.parametrize(("grid", "emma"), [("2.1.1", "2.2.1"), ("2.2.1", "2.1.1"), ("2.1.1", "2.1.1")])
def test_a_driver_charges_and_is_billed_though_one_end_knows_no_hubs(tmp_path: Path, grid: str, emma: str) -> None:
    path = tmp_path / "two_hubs.yaml"
    path.write_text(SCENARIO.format(grid=grid, emma=emma), encoding="utf-8")
    digests = []
    for wire in ("memory", "http"):
        recording = tmp_path / f"{wire}.ocpirun"
        result = played(load(path), recording, wire=wire)  # type: ignore[arg-type]
        holds(result)
        digests.append(result.summary["digest"])
        with Recording.open(recording) as open_recording:
            seen = open_recording.messages()
        bills = [(m.sender, m.receiver) for m in seen if m.route == "cdrs.receiver.post_cdr"]
        assert sorted(bills) == [("NL-GRD", "NL-HUB"), ("NL-HU2", "NL-EMA"), ("NL-HUB", "NL-HU2")]
        assert not [m.exchange for m in seen if m.ocpi_status == 4003]
    assert digests[0] == digests[1]
