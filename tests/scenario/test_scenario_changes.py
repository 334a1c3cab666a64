"""Changes of a scenario: read, referred to what exists, refused otherwise with their place."""

from pathlib import Path

import pytest

from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.load import load

SHIPPED = Path(__file__).parents[2] / "scenarios" / "money" / "prices_and_contracts.yaml"


def test_the_shipped_changes_are_read() -> None:
    tariff, contract = load(SHIPPED).changes
    assert (tariff.kind, tariff.at_us, tariff.tariff, tariff.to) == ("tariff", 3 * 3_600_000_000, "day", "noon")
    assert (contract.kind, contract.at_us, contract.driver) == ("token_blocked", 3_600_000_000, "Carla")


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("tariff: day, to: noon", "tariff: day, to: night", "night"),
        ("driver: Carla}", "driver: Karla}", "Karla"),
        ("kind: token_blocked", "kind: token_lost", "token_lost"),
        ('at: "10:00", kind: token', 'at: "16:00", kind: token', "16:00"),
        ("driver: Carla}", "who: Carla}", "who"),
    ],
)
def test_a_wrong_change_is_told_with_its_place(tmp_path: Path, before: str, after: str, found: str) -> None:
    text = SHIPPED.read_text()
    assert before in text
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace(before, after))
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    error = next(error for error in caught.value.errors if found in error.found)
    lines = text.replace(before, after).splitlines()
    assert found in lines[error.line - 1]
    assert error.sentence


OFFICE = Path(__file__).parents[2] / "scenarios" / "roaming" / "every_request.yaml"


def test_preferences_and_changes_of_places_are_read_with_their_units() -> None:
    changes = load(OFFICE).changes
    wanted = next(change for change in changes if change.kind == "charging_preferences")
    assert (wanted.driver, wanted.profile) == ("Emma", "CHEAP")
    assert (wanted.departs_in_us, wanted.energy_need_wh) == (3 * 3_600_000_000, 20_000)
    places = [(change.site, change.what, change.to) for change in changes if change.kind == "site_changed"]
    assert places[:2] == [("Garage", "tariff", "day"), ("Office", "published", None)]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("profile: CHEAP", "profile: SLOW", "SLOW"),
        ("energy_need: 20 kWh", "energy_need: 20 kW", "kW"),
        ("site: Office, what: published", "site: Ofice, what: published", "Ofice"),
        ("what: published", "what: painted", "painted"),
        ("what: tariff, to: day", "what: tariff, to: dusk", "dusk"),
        ('what: evse, to: "7"', f'what: evse, to: "{"7" * 17}"', "7" * 17),
        ("tariff_withdrawn, tariff: noon", "tariff_withdrawn, tariff: none", "none"),
        ("copies_checked, party: NL-ABC, with: NL-OLD", "copies_checked, party: NL-ABC, with: NL-HUB", "NL-HUB"),
        ("copies_checked, party: NL-OLD, with: NL-ABC", "invoice, party: NL-OLD, with: NL-ABC", "NL-OLD"),
    ],
)
def test_what_cannot_be_changed_so_is_told_with_its_place(tmp_path: Path, before: str, after: str, found: str) -> None:
    text = OFFICE.read_text()
    assert before in text
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace(before, after))
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    error = next(error for error in caught.value.errors if found in error.found)
    assert found in path.read_text().splitlines()[error.line - 1]
