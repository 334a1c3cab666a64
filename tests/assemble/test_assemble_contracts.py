"""Contracts that are good at some sites only: the eMSP is asked each time, and refuses elsewhere, by card and app."""

import json
from pathlib import Path

from run_town import CROWD, OpenTown, WireName, holds, named, played, town

from simulator.recording.reader import Recording

DRIVERS = (
    CROWD[0].replace("radius: 1 km", "radius: 1 km, only_at: Square"),
    named("Ada", only_at="Market"),
    named("Bob", only_at="[Market, Square]", arrives='"06:40"'),
    named("Cyd", only_at="Market", authorise="app", arrives='"06:50"'),
    named("Dan", only_at="Market", authorise="app", arrives='"06:55"', reserve="20 min"),
)


def test_a_contract_is_good_where_it_says_and_nowhere_else(tmp_path: Path) -> None:
    scenario = town(tmp_path, drivers=DRIVERS, duration="3 h")
    digests = []
    wires: tuple[WireName, ...] = ("memory", "http")
    for wire in wires:
        result = played(scenario, tmp_path / f"{wire}.ocpirun", wire=wire)
        holds(result)
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
    with Recording.open(tmp_path / "memory.ocpirun") as recording:
        events = recording.events()
        asked = [row for row in recording.messages(contents=True) if row.route == "tokens.sender.post_authorize"]
    refused = {row.source: json.loads(row.data)["status"] for row in events if row.kind == "refused"}
    assert refused["driver/Ada"] == "NotAtThisLocation"
    assert refused["driver/Cyd"] == "NOT_ALLOWED"
    booked = [(row.kind, row.subject[:6]) for row in events if row.source == "driver/Dan" and "reserved" in row.kind]
    assert ("not_reserved", "NL-ABC") in booked
    assert booked[-1] == ("reserved", "NL-DUN")
    at_market = {row.source for row in events if row.kind == "plug" and "NL-DUN" in row.subject}
    commuters = {source for source in refused if source.startswith("driver/commuters")}
    assert commuters
    assert commuters == {source for source in at_market if source.startswith("driver/commuters")}
    assert "driver/Bob" in {row.source for row in events if row.kind == "leave"}
    said = [json.loads(row.response_body)["data"] for row in asked]
    assert {answer["allowed"] for answer in said} == {"ALLOWED", "NOT_ALLOWED"}
    assert all(("location" in answer) == (answer["allowed"] == "ALLOWED") for answer in said)


def test_nobody_stands_before_the_run_where_the_contract_is_not_good(tmp_path: Path) -> None:
    anywhere = CROWD[1]
    occupied = []
    for crowd in (anywhere, anywhere.replace("radius: 1 km", "radius: 1 km, only_at: Square")):
        with OpenTown(town(tmp_path, drivers=(crowd,)), tmp_path / "open.ocpirun") as place:
            occupied.append({key[:6] for key, charger in place.world.street.chargers.items() if not charger.free})
        (tmp_path / "open.ocpirun").unlink()
    assert occupied == [{"NL-ABC", "NL-DUN"}, {"NL-ABC"}]
