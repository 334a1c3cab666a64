import pytest
from msgspec.structs import replace

from simulator.world.vehicle import MIXES, VEHICLES


def test_mixes_name_classes_of_the_catalogue() -> None:
    assert list(MIXES) == ["compact", "mixed", "fleet"]
    for mix in MIXES.values():
        assert all(name in VEHICLES and weight > 0 for name, weight in mix)


def test_every_class_tapers_on_dc_from_80_percent_and_a_plug_in_hybrid_has_no_dc() -> None:
    assert [vehicle.name for vehicle in VEHICLES.values() if vehicle.dc_power_w == 0] == ["plug_in_hybrid"]
    for vehicle in VEHICLES.values():
        assert vehicle.curve[1][0] == (800 if vehicle.dc_power_w else 950)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"battery_wh": 0}, "battery above 0 Wh"),
        ({"ac_phases": 4}, "expected 1, 2 or 3"),
        ({"curve": ((100, 1000),)}, "begin at 0"),
        ({"curve": ((0, 1000), (0, 500))}, "rise"),
        ({"curve": ((0, 500), (800, 600))}, "fall"),
        ({"curve": ((0, 1000), (800, 0))}, "above 0"),
        ({"ac_power_w": 0, "dc_power_w": 0}, "would never end"),
    ],
)
def test_impossible_vehicles_are_refused(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(VEHICLES["compact"], **change)
