"""What a receiver says of a translated object, in the fields of the version that it was written in."""

import pytest

from simulator.ocpi.translation.wording import as_written


@pytest.mark.parametrize(
    ("kind", "path", "written"),
    [
        ("session", "$.cdr_token", "$.auth_id"),
        ("session", "$.cdr_token.contract_id", "$.auth_id"),
        ("session", "$.start_date_time", "$.start_datetime"),
        ("session", "$.connector_id", "$.location"),
        ("session", "$.charging_periods[1].dimensions[0].volume", "$.charging_periods[1].dimensions[0].volume"),
        ("session", "$.total_cost.before_taxes", "$.total_cost"),
        ("session", "$.country_code", "$"),
        ("session", "$.x_unknown", "$.x_unknown"),
        ("cdr", "$.start_date_time", "$.start_date_time"),
        ("cdr", "$.end_date_time", "$.stop_date_time"),
        ("location", "$.evses[0].connectors[2].max_voltage", "$.evses[0].connectors[2].voltage"),
        ("location", "$.publish", "$"),
        ("start_session", "$.token.contract_id", "$.token.auth_id"),
        ("start_session", "$.token.country_code", "$.token"),
    ],
)
def test_who_wrote_2_1_1_is_told_of_fields_of_2_1_1(kind: str, path: str, written: str) -> None:
    assert as_written(f"Look: {path}: is wrong.", kind, "2.1.1", "2.3.0") == f"Look: {written}: is wrong."


def test_who_wrote_a_later_version_is_told_of_its_own_fields() -> None:
    sentence = "$.auth_id and $.location.evses[0].uid are wrong."
    assert as_written(sentence, "session", "2.3.0", "2.1.1") == "$.cdr_token and $ are wrong."
    assert as_written("$.max_price.excl_vat", "tariff", "2.3.0", "2.2.1") == "$.max_price.before_taxes"
