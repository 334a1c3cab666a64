"""What a driver makes of the list in the app."""

from field_town import AC, DC, known
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from simulator.field.prospects import AVAILABLE, prospects
from simulator.world.app import KnownEvse
from simulator.world.choice import USUAL_TASTE
from simulator.world.vehicle import VEHICLES

shown = st.lists(
    st.builds(
        lambda uid, status, rating: known(f"NL-ABC/{uid}", rating=rating, status=status),
        st.text("abcdef", min_size=1, max_size=3),
        st.sampled_from((AVAILABLE, "CHARGING")),
        st.sampled_from((AC, DC)),
    ),
    max_size=30,
    unique_by=lambda each: each.key,
)


def ranked(offered: list[KnownEvse], vehicle: str = "compact") -> list[str]:
    best_first = prospects(offered, VEHICLES[vehicle], 20_000, 52.0, 4.0, USUAL_TASTE)
    return [each.key for each in best_first]


@given(shown)
def test_free_before_occupied_once_each_and_whatever_the_order_given(offered: list[KnownEvse]) -> None:
    keys = ranked(offered)
    assert ranked(offered[::-1]) == keys
    assert sorted(keys) == sorted(each.key for each in offered)
    free = {each.key: each.status == AVAILABLE for each in offered}
    assert [free[key] for key in keys] == sorted((free[key] for key in keys), reverse=True)


@given(shown)
def test_a_car_goes_only_where_it_can_be_connected(offered: list[KnownEvse]) -> None:
    can = sorted(each.key for each in offered if each.rating is AC)
    assert sorted(ranked(offered, "plug_in_hybrid")) == can


def test_equal_costs_go_by_key() -> None:
    assert ranked([known(f"NL-ABC/{uid}") for uid in "cab"]) == ["NL-ABC/a", "NL-ABC/b", "NL-ABC/c"]


def test_each_place_has_its_own_way_and_price() -> None:
    first, dear, far = known("NL-ABC/a"), known("NL-ABC/b"), known("NL-ABC/c")
    assert first.price_per_kwh is not None
    dear = structs.replace(dear, price_per_kwh=first.price_per_kwh * 2)
    far = structs.replace(far, latitude=first.latitude + 0.01)
    assert ranked([dear, far, first]) == ["NL-ABC/a", "NL-ABC/c", "NL-ABC/b"]
