from decimal import Decimal

from simulator.billing.tariff import Restrictions


def test_restrictions_name_only_what_is_given() -> None:
    assert Restrictions().names() == ()
    assert Restrictions(start_time="09:00", min_power_kw=Decimal(0), day_of_week=("MONDAY",)).names() == (
        "start_time",
        "min_power_kw",
        "day_of_week",
    )
