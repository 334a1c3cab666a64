"""What CPOs of an imported network are called, whatever their operators' names hold."""

import pytest
from scenario_dumps import Import, evse, imported, location

from simulator.scenario.load import load


@pytest.mark.parametrize(
    ("name", "called", "rule"),
    [
        ("Alpha  Energy ", "Alpha  Energy ", ""),
        ("Allego\u00a0BV", "Allego BV", "operator-name-unseen"),
        ("Shell\u200b", "Shell", "operator-name-unseen"),
        ("E\u00adFlux", "EFlux", "operator-name-unseen"),
        ("\ufeffEneco", "Eneco", "operator-name-unseen"),
        ("\u202dVatten\u2003 \u2028fall", "Vatten fall", "operator-name-unseen"),
        ("  ", "NL-ABC", "operator-name-blank"),
        ("\u200b\u00a0", "NL-ABC", "operator-name-blank"),
    ],
)
def test_a_network_is_played_whatever_its_operator_is_called(
    do_import: Import, name: str, called: str, rule: str
) -> None:
    report = do_import([location(operator={"name": name})])
    assert load(report.scenario).parties[0].name == called
    assert [each for each in report.rules if each.startswith("operator-name")] == [rule] * bool(rule)
    (place,) = imported(report)
    assert place.operator is not None
    assert place.operator.name == name


def test_names_are_told_with_count_and_place_and_counted_as_they_are_read(do_import: Import) -> None:
    names = ("Alpha\u00a0BV", "Beta", "Alpha BV", " ")
    places = [location(evse(uid=f"{n}"), id=f"L{n}", operator={"name": name}) for n, name in enumerate(names)]
    report = do_import(places)
    assert load(report.scenario).parties[0].name == "Alpha BV"
    unseen, blank = (each for each in report.sentences if "operator's name" in each)
    assert unseen.startswith("1 × an operator's name has characters that cannot be seen")
    assert unseen.endswith("(first: Location L0 of NL-ABC, found “Alpha\\u00a0BV”).")
    assert blank.endswith("(first: Location L3 of NL-ABC, found “ ”).")
