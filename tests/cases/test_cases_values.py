"""Single values, in the classes of every version. Numbers are those of the digest, section 4."""

import json
from typing import Any

import pytest

from simulator.ocpi import catalogue, codec
from simulator.ocpi.findings import Invalid

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
