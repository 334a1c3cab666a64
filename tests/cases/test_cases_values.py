"""Single values, in the classes of every version. Numbers are those of the digest, section 4."""

import json
from typing import Any

import pytest

from simulator.ocpi import catalogue, codec
from simulator.ocpi.findings import Invalid
from simulator.ocpi.rules import check_connector_tariffs

LATER = "2026-05-04T18:00:00Z"

TOKEN: dict[str, Any] = {
    "country_code": "NL",
    "party_id": "EMA",
    "uid": "CARD-46",
    "type": "RFID",
    "contract_id": "NL-EMA-C46",
    "issuer": "Emma Mobility",
    "valid": True,
    "whitelist": "ALLOWED",
    "last_updated": LATER,
}
CONNECTOR: dict[str, Any] = {
    "id": "1",
    "standard": "IEC_62196_T2",
    "format": "SOCKET",
    "power_type": "AC_3_PHASE",
    "max_voltage": 230,
    "max_amperage": 16,
    "last_updated": LATER,
}


def read(version: str, kind: str, tree: dict[str, Any]) -> Any:
    return codec.decode(json.dumps(tree).encode(), catalogue.types(version)[kind])


@pytest.mark.parametrize(
    ("kind", "tree", "field"),
    [("Token", TOKEN, "type"), ("Connector", CONNECTOR, "standard")],
    ids=["token", "connector"],
)
def test_case_46_an_open_list_takes_a_value_of_tomorrow_and_gives_it_back(
    kind: str, tree: dict[str, Any], field: str
) -> None:
    """Open lists are new in 2.3.0; before it the same value is refused."""
    tomorrow = {**tree, field: "OF_TOMORROW"}
    assert json.loads(codec.encode(read("2.3.0", kind, tomorrow))) == tomorrow
    with pytest.raises(Invalid) as refused:
        read("2.2.1", kind, tomorrow)
    assert [finding.rule for finding in refused.value.findings] == ["unknown-value"]


@pytest.mark.parametrize("version", catalogue.VERSIONS)
@pytest.mark.parametrize(("kind", "field"), [("Token", "whitelist"), ("Connector", "format")])
def test_case_46_a_closed_list_takes_no_other_value(version: str, kind: str, field: str) -> None:
    """Its values are all that there are, and in capital letters."""
    tree = {**(TOKEN if kind == "Token" else CONNECTOR)}
    if version == "2.1.1":
        tree |= {"auth_id": "C46", "voltage": 230, "amperage": 16}
    read(version, kind, tree)
    for value in ("OF_TOMORROW", tree[field].lower()):
        with pytest.raises(Invalid) as refused:
            read(version, kind, {**tree, field: value})
        assert [(each.rule, each.path) for each in refused.value.findings] == [("unknown-value", f"$.{field}")]


YEAR: dict[str, Any] = {"start_date_time": "2026-01-01T00:00:00Z", "end_date_time": "2027-01-01T00:00:00Z"}
NEXT: dict[str, Any] = {"start_date_time": "2027-01-01T00:00:00Z"}


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize(
    ("first", "second", "flagged"),
    [
        ({"type": "REGULAR"}, {"type": "REGULAR"}, True),
        ({"type": "REGULAR"}, {}, True),
        ({"type": "REGULAR", **YEAR}, {"type": "REGULAR", "start_date_time": "2026-12-31T23:59:59Z"}, True),
        ({"type": "REGULAR", **NEXT}, {"type": "REGULAR", **YEAR}, False),
        ({"type": "REGULAR", **YEAR}, {"type": "REGULAR", **NEXT}, False),
        ({"type": "REGULAR"}, {"type": "AD_HOC_PAYMENT"}, False),
    ],
)
def test_case_53_tariffs_of_one_type_must_not_overlap_at_a_connector(
    version: str, first: dict[str, Any], second: dict[str, Any], flagged: bool
) -> None:
    """Else nobody could say which of them a session is to pay; only 2.1.1 has no more than one at a connector."""

    def tariff(id: str, **changes: Any) -> Any:
        element = {"price_components": [{"type": "FLAT", "price": 1, "step_size": 1}]}
        tree = {"country_code": "NL", "party_id": "ABC", "id": id, "currency": "EUR", "elements": [element]}
        taxes = {"tax_included": "NO"} if version == "2.3.0" else {}
        return read(version, "Tariff", {**tree, "last_updated": LATER, **taxes, **changes})

    tariffs = tariff("A", **first), tariff("B", **second), tariff("C")
    connector = read(version, "Connector", {**CONNECTOR, "tariff_ids": ["a", "UNKNOWN", "B"]})
    found = [(each.severity, each.path, each.section) for each in check_connector_tariffs(connector, tariffs)]
    assert found == ([("error", "$.tariff_ids[2]", f"OCPI {version} locations, Connector")] if flagged else [])
    one = read(version, "Connector", {**CONNECTOR, "tariff_ids": ["A"]})
    assert check_connector_tariffs(one, tariffs) == ()
