"""An SCSP behind a hub that also leads to a network of 2.1.1, where there are no SCSPs."""

import json
from pathlib import Path

from run_town import holds, played

from simulator.recording.reader import Recording
from simulator.scenario.load import load

SCENARIO = """
name: A network that knows no SCSPs
start: 2026-05-05T08:00 Europe/Amsterdam
duration: 4 h
seed: 3
poll: 1 h
session_updates: 10 min
parties:
  NL-ABC: {role: cpo, name: Alpha, ocpi: 2.2.1}
  NL-OLD: {role: cpo, name: Old, ocpi: 2.1.1}
  NL-EMA: {role: emsp, name: Emma, ocpi: 2.2.1}
  NL-SMA: {role: scsp, name: Smart, ocpi: 2.2.1}
  NL-HUB: {role: hub, name: Hub, ocpi: [2.1.1, 2.2.1, 2.3.0]}
tariffs:
  day: {energy: 0.40 EUR/kWh, vat: 21 %}
sites:
  - {cpo: NL-ABC, name: A, at: [52.10, 4.40], city: Leiden, evses: {count: 1, power: 11 kW, tariff: day}}
  - {cpo: NL-OLD, name: O, at: [52.20, 4.50], city: Leiden, evses: {count: 1, power: 11 kW, tariff: day}}
drivers:
  - {name: Anna, emsp: NL-EMA, arrives: "08:20", at: [52.10, 4.40], battery: 20 %, target: 80 %, stay: 2 h}
  - {name: Olga, emsp: NL-EMA, arrives: "08:20", at: [52.20, 4.50], battery: 20 %, target: 80 %, stay: 2 h}
changes:
  - {at: "09:00", kind: charging_limited, driver: Anna, limit: 4.2 kW, for: 1 h, by: NL-SMA}
"""


def test_an_scsp_asks_a_network_that_knows_none_once_and_hears_why_not(tmp_path: Path) -> None:
    path, recording = tmp_path / "scsp.yaml", tmp_path / "scsp.ocpirun"
    path.write_text(SCENARIO, encoding="utf-8")
    holds(played(load(path), recording))
    with Recording.open(recording) as open_recording:
        asked = open_recording.messages(sender="NL-SMA", module="sessions", contents=True)
    answers: dict[str, list[tuple[int | None, str]]] = {}
    for message in asked:
        to = dict(message.request_headers)["OCPI-to-party-id"]
        said = json.loads(message.response_body).get("status_message", "")
        answers.setdefault(to, []).append((message.ocpi_status, said))
    assert answers["OLD"] == [(2000, "NL-OLD speaks OCPI 2.1.1, which has no SCSPs.")]
    assert len(answers["ABC"]) > 3
    assert {status for status, _ in answers["ABC"]} == {1000}
