"""A defect of a party behind a hub is told on the party's own leg, with its rule, and nobody blames the hub for it."""

from pathlib import Path

import pytest
from run_town import holds, played

from simulator.parties.quirks import QUIRKS
from simulator.recording.reader import Recording
from simulator.recording.rows import Hint, Message
from simulator.scenario.load import load

TOWN = """
name: A quirky party behind a hub
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 3 h
seed: 7
session_updates: 10 min
poll: 1 h
parties:
  NL-ABC: {role: cpo, name: Alpha Charging, quirks: []}
  NL-EMA: {role: emsp, name: Emma Mobility, quirks: [], whitelist: ALLOWED}
  NL-HUB: {role: hub, name: Lowland Hub}
tariffs:
  day: {energy: 0.45 EUR/kWh, vat: 21 %}
sites:
  - {cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {count: 2, power: 22 kW, tariff: day}}
drivers:
  - {name: Ada, emsp: NL-EMA, arrives: "06:10", at: [52.16, 4.48], vehicle: compact, authorise: rfid, stay: 1 h}
  - {name: Bob, emsp: NL-EMA, arrives: "06:20", at: [52.16, 4.48], vehicle: compact, authorise: app, stay: 1 h}
"""

SEEN = (
    ("NL-ABC", "coordinates_as_numbers", "cdrs.receiver.post_cdr"),
    ("NL-ABC", "offset_timestamps", "sessions.receiver.put_session"),
    ("NL-ABC", "numbers_as_text", "sessions.receiver.put_session"),
    ("NL-ABC", "patch_without_last_updated", "sessions.receiver.patch_session"),
    ("NL-ABC", "explicit_nulls", "sessions.receiver.put_session"),
    ("NL-ABC", "null_for_empty_list", "cdrs.sender.get_list"),
    ("NL-ABC", "no_command_timeout", "commands.receiver.post_start_session"),
    ("NL-EMA", "offset_timestamps", "commands.receiver.post_start_session"),
    ("NL-EMA", "no_cdr_location", "cdrs.receiver.post_cdr"),
)
"""Whose defect, and a message that has it and that the hub passes on to, or from, the party at the other end."""


def quirky(folder: Path, party: str, quirk: str) -> tuple[list[Message], list[Hint]]:
    """Play the town with one quirk, see that every check holds, and read what was recorded."""
    before, mark, after = TOWN.partition(f"  {party}: {{")
    path, recorded = folder / "town.yaml", folder / "town.ocpirun"
    path.write_text(before + mark + after.replace("quirks: []", f"quirks: [{quirk}]", 1), encoding="utf-8")
    holds(played(load(path), recorded))
    with Recording.open(recorded) as recording:
        return recording.messages(), recording.hints()


@pytest.mark.parametrize(("party", "quirk", "route"), SEEN)
def test_it_is_told_on_the_first_leg_and_on_the_one_behind_the_hub(
    tmp_path: Path, party: str, quirk: str, route: str
) -> None:
    messages, hints = quirky(tmp_path, party, quirk)
    other = "NL-EMA" if party == "NL-ABC" else "NL-ABC"
    for end in (party, other):
        legs = [row for row in messages if row.route == route and {row.sender, row.receiver} == {end, "NL-HUB"}]
        told = [hint for hint in hints if hint.exchange in [row.exchange for row in legs]]
        assert set(QUIRKS[quirk].hints) <= {hint.rule for hint in told}, f"between {end} and the hub"
        assert all(hint.section.startswith("OCPI 2.2.1") for hint in told)


def test_what_is_wrong_is_told_as_often_on_the_one_leg_as_on_the_other(tmp_path: Path) -> None:
    messages, hints = quirky(tmp_path, "NL-ABC", "patch_without_last_updated")
    by_leg = {
        sender: [
            row.exchange
            for row in messages
            if row.route == "sessions.receiver.patch_session" and row.sender == sender and row.ocpi_status == 2001
        ]
        for sender in ("NL-ABC", "NL-HUB")
    }
    told = {sender: [hint.exchange for hint in hints if hint.exchange in legs] for sender, legs in by_leg.items()}
    assert by_leg["NL-ABC"]
    assert sorted(told["NL-ABC"]) == sorted(by_leg["NL-ABC"])
    assert sorted(told["NL-HUB"]) == sorted(by_leg["NL-HUB"])
