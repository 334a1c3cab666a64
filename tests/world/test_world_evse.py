import json
from pathlib import Path

import pytest

from simulator.world.evse import EvseRating, charging_power_w, rating_from_connector
from simulator.world.vehicle import VEHICLES

NDW = Path(__file__).parents[3] / "shared" / "data" / "ndw"


@pytest.mark.parametrize(
    ("connector", "rating"),
    [
        (("AC_3_PHASE", 230, 16, None), (230, 16, 11_040)),  # line to neutral
        (("AC_3_PHASE", 400, 32, None), (231, 32, 22_170)),  # line to line: sqrt(3) * 400 * 32
        (("AC_3_PHASE", 400, 32, 22_000), (231, 32, 22_000)),
        (("AC_3_PHASE", 230, 32, 11), (230, 32, 11_000)),  # kW
        (("AC_3_PHASE", 400, 32, 22), (231, 32, 22_000)),
        (("DC", 920, 500, 150), (920, 500, 150_000)),
        (("AC_3_PHASE", 230, 20, 17_300), (230, 25, 17_300)),  # the stated power raises the current
        (("AC_3_PHASE", 230, 16, 22_000_000), (230, 16, 11_040)),  # implausible: mW
        (("AC_1_PHASE", 230, 32, 0), (230, 32, 7_360)),
        (("AC_2_PHASE", 400, 16, None), (231, 16, 7_390)),
        (("AC_2_PHASE", 230, 16, None), (230, 16, 7_360)),
        (("AC_2_PHASE_SPLIT", 120, 32, None), (240, 32, 7_680)),
        (("AC_2_PHASE_SPLIT", 240, 32, None), (240, 32, 7_680)),
        (("DC", 500, 60, None), (500, 60, 30_000)),
        (("DC", 400, 80, 50_000), (400, 80, 50_000)),
        (("DC", 0, 0, 50_000), (0, 0, 50_000)),
    ],
)
def test_ratings_from_the_figures_of_real_connectors(connector, rating) -> None:
    assert rating_from_connector(*connector) == EvseRating(connector[0], *rating)


def test_a_connector_without_power_or_of_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="has no power"):
        rating_from_connector("AC_3_PHASE", 230, 0, None)
    with pytest.raises(ValueError, match="'AC' is not known"):
        rating_from_connector("AC", 230, 16, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("connector", "vehicle", "power_w"),
    [
        (("AC_3_PHASE", 230, 16, 11_000), "compact", 11_000),
        (("AC_3_PHASE", 400, 32, 22_000), "compact", 11_000),
        (("AC_3_PHASE", 400, 32, 22_000), "city", 7_392),  # one phase of 231 V at 32 A
        (("AC_3_PHASE", 230, 16, 11_040), "city", 3_680),
        (("AC_1_PHASE", 230, 32, None), "compact", 3_680),  # 16 A on the one phase there is
        (("AC_1_PHASE", 230, 32, None), "city", 7_360),
        (("AC_2_PHASE", 230, 16, None), "sedan", 7_360),
        (("AC_3_PHASE", 230, 32, 7_360), "compact", 7_360),
        (("AC_3_PHASE", 0, 0, 22_000), "plug_in_hybrid", 3_700),
        (("DC", 920, 500, 400_000), "suv", 135_000),
        (("DC", 500, 125, 50_000), "suv", 50_000),
        (("DC", 500, 125, 50_000), "plug_in_hybrid", 0),
    ],
)
def test_charging_power_is_what_both_sides_can(connector, vehicle: str, power_w: int) -> None:
    assert charging_power_w(rating_from_connector(*connector), VEHICLES[vehicle]) == power_w


@pytest.mark.shared
def test_every_connector_of_the_published_networks_has_a_sensible_rating() -> None:
    assert NDW.is_dir(), f"Expected the published networks of the shared data at {NDW}."
    count = 0
    for path in sorted(NDW.glob("*.locations.json")):
        for location in json.loads(path.read_text()):
            for connector in (connector for evse in location["evses"] for connector in evse["connectors"]):
                rating = rating_from_connector(
                    connector["power_type"],
                    connector["max_voltage"],
                    connector["max_amperage"],
                    connector.get("max_electric_power"),
                )
                assert 1_380 <= rating.power_w <= 400_500
                if rating.power_type != "DC":
                    assert 220 <= rating.voltage_v <= 260
                    assert rating.power_w <= rating.phases * rating.voltage_v * (rating.current_a + 1)
                count += 1
    assert count > 4_000
