"""A scenario as flat lines by path, as `compare` lays two of them side by side."""

from collections.abc import Sequence

from simulator.report.compare.paths import scenario_lines

TOWN = """\
name: A town
seed: 1
drivers:
  - {name: Ada, patience: 5 min}
  - {name: Bram, patience: 10 min}
between: [NL-ABC, NL-EMA]
"""


def scenario_paths(text: str, overrides: Sequence[str]) -> dict[str, str]:
    return {line.path: line.text for line in scenario_lines(text, overrides)}


def test_a_scenario_is_told_by_paths_as_set_takes_them() -> None:
    assert scenario_paths(TOWN, ()) == {
        "name": "A town",
        "drivers.Ada.name": "Ada",
        "drivers.Ada.patience": "5 min",
        "drivers.Bram.name": "Bram",
        "drivers.Bram.patience": "10 min",
        "between": "[NL-ABC, NL-EMA]",
    }


def test_overrides_are_laid_over_it_and_comments_are_no_part_of_it() -> None:
    changed = TOWN.replace("name: A town", "# The same.\nname:   A town")
    assert scenario_paths(changed, ["drivers.Bram.patience=1 h"]) == {
        **scenario_paths(TOWN, ()),
        "drivers.Bram.patience": "1 h",
    }


def test_a_seed_makes_no_other_variant_but_another_generated_world() -> None:
    assert scenario_paths(TOWN, ["seed=2"]) == scenario_paths(TOWN, ())
    generated = TOWN + "generate: {cpos: 3}\nsites: []\n"
    assert scenario_paths(generated, ["seed=2"])["seed"] == "2"
    assert scenario_paths(generated, ())["sites"] == "[]"


def test_items_without_names_of_their_own_are_numbered() -> None:
    text = "drivers: [{name: Ada}, {name: Ada}]\n"
    assert scenario_paths(text, ()) == {"drivers.0.name": "Ada", "drivers.1.name": "Ada"}


def test_a_list_of_plain_values_is_one_value_by_the_path_that_varies_it() -> None:
    text = "drivers:\n  - {name: Ada, around: [52.16, 4.48]}\n"
    assert scenario_paths(text, ())["drivers.Ada.around"] == "[52.16, 4.48]"
    assert scenario_paths(text, ["drivers.Ada.around=[52, 5]"])["drivers.Ada.around"] == "[52, 5]"
    mixed = scenario_paths("curve: [[0, 1], [2, 3]]", ())
    assert mixed == {"curve.0": "[0, 1]", "curve.1": "[2, 3]"}
