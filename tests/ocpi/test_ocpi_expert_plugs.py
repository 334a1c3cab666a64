"""What tariffs and Connectors say of one another, in whichever order they come."""

from collections.abc import Callable

import pytest
from expert_objects import CONNECTOR, EVSE, LOCATION, SESSION, put, tariff
from expert_seen import A_LIST, NOT_TAKEN, body, rules
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

DAY = put("tariff", tariff("DAY"), "NL/ABC/DAY")
NIGHT = put("tariff", tariff("NIGHT"), "NL/ABC/NIGHT")


@pytest.mark.parametrize(
    ("told", "path"),
    [
        (put("location", LOCATION, "NL/ABC/L1"), "$.evses[0].connectors[0].tariff_ids[1]"),
        (put("evse", EVSE, "nl/abc/L1/E1"), "$.connectors[0].tariff_ids[1]"),
        (put("connector", CONNECTOR, "NL/ABC/L1/E1/1"), "$.tariff_ids[1]"),
    ],
    ids=["location", "evse", "connector"],
)
def test_two_tariffs_of_a_type_at_a_connector_are_seen_once_they_are_known(told: Seen, path: str) -> None:
    expert = Expert()
    assert [finding for each in (told, DAY, told) for finding in expert.look(each)] == []
    (finding,) = expert.look(NIGHT)
    assert (finding.rule, finding.severity, finding.path) == ("one-tariff-a-type", "error", "$.id")
    assert finding.sentence() == (
        "$.id: found 'NIGHT', which Connector L1/E1/1 names, expected no other REGULAR tariff that is valid while "
        "'DAY' is (OCPI 2.2.1 locations, Connector)."
    )
    (finding,) = expert.look(told)
    assert (finding.rule, finding.severity, finding.path) == ("one-tariff-a-type", "error", path)
    # Another has not heard of them, and another's tariffs may have the same ids.
    assert expert.look(replace(told, receiver="NL-EMB")) == []
    assert rules(DAY, put("tariff", tariff("NIGHT", party_id="XYZ"), "NL/XYZ/NIGHT"), told) == []
    delete = replace(NIGHT, method="DELETE", route="tariffs.receiver.delete_tariff", request_body=b"")
    assert rules(DAY, NIGHT, delete, told) == []


def until(instant: str, **changes: object) -> Seen:
    return put("tariff", tariff("NIGHT", end_date_time=instant, **changes), "NL/ABC/NIGHT")


def test_a_connector_is_looked_at_again_when_its_tariffs_come_and_each_pair_told_once() -> None:
    told = put("location", LOCATION, "NL/ABC/L1")
    late_day = put("tariff", tariff("day", start_date_time="2030-01-01T00:00:00Z"), "NL/ABC/day")
    assert rules(told, NIGHT, DAY, NIGHT, DAY) == ["one-tariff-a-type"], "whichever comes last, and not again"
    assert rules(DAY, NIGHT, told, NIGHT, DAY, until("2040-01-01T00:00:00Z")) == ["one-tariff-a-type"]
    assert rules(told, late_day, until("2030-01-01T00:00:00Z")) == []
    apart_and_together = (told, DAY, NIGHT, late_day, until("2030-01-01T00:00:00Z"), until("2030-01-02T00:00:00Z"))
    assert rules(*apart_and_together) == ["one-tariff-a-type"] * 2, "as they clash anew"
    delete = replace(NIGHT, method="DELETE", route="tariffs.receiver.delete_tariff", request_body=b"")
    assert rules(told, DAY, NIGHT, delete, NIGHT) == ["one-tariff-a-type", "tariff-in-use", "one-tariff-a-type"]
    assert rules(told, DAY, put("tariff", tariff("NIGHT", party_id="XYZ"), "NL/XYZ/NIGHT")) == []


@pytest.mark.parametrize(
    "told",
    [
        put("location", {**LOCATION, "evses": []}, "NL/ABC/L1"),
        put("evse", {**EVSE, "connectors": [{**CONNECTOR, "tariff_ids": ["day"]}]}, "nl/abc/l1/e1"),
        put("connector", {**CONNECTOR, "tariff_ids": ["day"]}, "NL/ABC/L1/E1/1"),
    ],
    ids=["location", "evse", "connector"],
)
def test_a_connector_that_no_longer_names_them_is_not_looked_at_again(told: Seen) -> None:
    other = {**EVSE, "uid": "E2"}
    both = put("location", {**LOCATION, "evses": [EVSE, other]}, "NL/ABC/L1")
    assert rules(both, DAY, NIGHT) == ["one-tariff-a-type"] * 2
    mended = [] if told.route.endswith("put_location") else ["one-tariff-a-type"]
    assert rules(both, told, DAY, NIGHT) == mended


def patch(kind: str, path: str, **changes: object) -> Seen:
    told = put(kind, {**changes, "last_updated": SESSION["last_updated"]}, path)
    return replace(told, method="PATCH", route=f"locations.receiver.patch_{kind}")


NAMES_ONE = {**CONNECTOR, "tariff_ids": ["day"]}
PATCHES = [
    (patch("location", "NL/ABC/L1", evses=[EVSE]), "$.evses[0].connectors[0].tariff_ids[1]"),
    (patch("evse", "NL/abc/L1/E1", connectors=[CONNECTOR]), "$.connectors[0].tariff_ids[1]"),
    (patch("connector", "NL/ABC/L1/E1/1", tariff_ids=["day", "night"]), "$.tariff_ids[1]"),
]


@pytest.mark.parametrize(("told", "path"), PATCHES, ids=["location", "evse", "connector"])
def test_a_patch_that_names_two_tariffs_of_a_type_is_seen(told: Seen, path: str) -> None:
    first = put("evse", {**EVSE, "connectors": [NAMES_ONE]}, "NL/ABC/L1/E1")
    expert = Expert()
    assert [finding for each in (first, DAY, NIGHT) for finding in expert.look(each)] == []
    (finding,) = expert.look(told)
    assert (finding.rule, finding.severity, finding.path) == ("one-tariff-a-type", "error", path)
    assert rules(first, told, DAY, NIGHT) == ["one-tariff-a-type"], "whichever comes last"


@pytest.mark.parametrize(
    ("told", "count"),
    [
        (patch("location", "NL/ABC/L1", evses=[]), 0),
        (patch("evse", "NL/ABC/L1/E1", connectors=[NAMES_ONE]), 0),
        (patch("connector", "NL/ABC/L1/E1/1", tariff_ids=["night"]), 0),
        (patch("connector", "NL/ABC/L1/E1/1", max_amperage=32, format=None), 1),
        (patch("location", "NL/ABC/L1", name="Square", evses=None), 1),
        (patch("connector", "NL/ABC/L1/E1/1", tariff_ids="night"), 1),
    ],
)
def test_a_patch_that_takes_a_tariff_away_or_says_nothing_of_any(told: Seen, count: int) -> None:
    told_rules = rules(put("location", LOCATION, "NL/ABC/L1"), told, DAY, NIGHT)
    assert told_rules.count("one-tariff-a-type") == count


DELETE_DAY = replace(DAY, method="DELETE", route="tariffs.receiver.delete_tariff", request_body=b"")
ONE = {**CONNECTOR, "tariff_ids": ["day"]}
OTHER = {**CONNECTOR, "tariff_ids": ["night"]}
GONE = {**EVSE, "status": "REMOVED"}
AT_E1 = put("connector", ONE, "NL/ABC/L1/E1/1")


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([AT_E1, DAY], "the end of 'DAY', which Connector L1/E1/1 still names"),
        ([DAY, put("evse", EVSE, "nl/abc/L1/E1")], "the end of 'DAY', which Connector L1/E1/1 still names"),
        (
            [DAY, AT_E1, put("connector", ONE, "NL/ABC/L1/E2/1")],
            "the end of 'DAY', which Connector L1/E1/1 and 1 more still names",
        ),
        ([AT_E1], ""),
        ([DAY, AT_E1, put("connector", OTHER, "NL/ABC/L1/E1/1")], ""),
        ([DAY, AT_E1, patch("connector", "NL/ABC/L1/E1/1", tariff_ids=["night"])], ""),
        ([DAY, AT_E1, DELETE_DAY], ""),
        ([DAY, put("connector", OTHER, "NL/ABC/L1/E1/1")], ""),
        ([DAY, replace(AT_E1, receiver="NL-EMB")], ""),
        ([DAY, AT_E1, patch("evse", "NL/ABC/L1/E1", status="REMOVED")], ""),
        ([DAY, AT_E1, put("evse", GONE, "NL/ABC/L1/E1")], ""),
        ([DAY, AT_E1, put("location", {**LOCATION, "evses": [GONE]}, "NL/ABC/L1")], ""),
        ([DAY, AT_E1, patch("location", "NL/ABC/L1", evses=[GONE])], ""),
        (
            [DAY, AT_E1, patch("evse", "NL/ABC/L1/E1", status="BLOCKED", physical_reference="REMOVED")],
            "the end of 'DAY', which Connector L1/E1/1 still names",
        ),
    ],
)
def test_a_tariff_is_not_deleted_while_a_connector_names_it(told: list[Seen], found: str) -> None:
    expert = Expert()
    for each in told:
        expert.look(each)
    findings = expert.look(DELETE_DAY)
    assert [(each.rule, each.found) for each in findings] == ([("tariff-in-use", found)] if found else [])


@pytest.mark.parametrize(
    ("id", "path"),
    [("day 1", "NL/ABC/DAY%201"), ("day/1", "NL/ABC/DAY%2F1"), ("day", "NL/ABC/DAY/"), ("50%", "NL/ABC/50%25?a=b/c")],
)
def test_a_tariff_in_use_is_known_however_its_id_is_written_in_a_path(id: str, path: str) -> None:
    told = put("tariff", tariff(id), path)
    plug = put("connector", {**CONNECTOR, "tariff_ids": [id]}, "NL/ABC/L%201/E1/1")
    delete = replace(told, method="DELETE", route="tariffs.receiver.delete_tariff", request_body=b"")
    expert = Expert()
    found = [each.found for seen in (told, plug, delete) for each in expert.look(seen) if each.rule == "tariff-in-use"]
    assert [each.endswith("which Connector L 1/E1/1 still names") for each in found] == [True]


@NOT_TAKEN
def test_what_was_not_taken_names_no_tariff_and_is_none(not_taken: Callable[[Seen], Seen]) -> None:
    assert rules(DAY, not_taken(AT_E1), DELETE_DAY) == []
    assert rules(not_taken(DAY), AT_E1, DELETE_DAY) == []
    moved = put("connector", OTHER, "NL/ABC/L1/E1/1")
    assert rules(DAY, AT_E1, not_taken(moved), DELETE_DAY) == ["tariff-in-use"], "it still names it"


def test_tariffs_that_are_pulled_later_are_told_with_their_place_in_the_list() -> None:
    pulled = replace(A_LIST, sender="NL-EMA", receiver="NL-ABC")
    locations = replace(pulled, module="locations", route="locations.sender.get_list", response_body=body([LOCATION]))
    tariffs = [tariff("OTHER"), tariff("DAY"), tariff("NIGHT")]
    page = replace(pulled, module="tariffs", route="tariffs.sender.get_list", response_body=body(tariffs))
    expert = Expert()
    assert expert.look(locations) == []
    (finding,) = expert.look(page)
    assert (finding.path, finding.found) == ("$[1].id", "'DAY', which Connector L1/E1/1 names")
    assert expert.look(page) == []


def test_tariffs_that_were_pulled_are_known_as_well() -> None:
    way = {"sender": "NL-EMA", "receiver": "NL-ABC"}
    pulled = replace(A_LIST, **way, module="tariffs", route="tariffs.sender.get_list")
    tariffs = replace(pulled, response_body=body([tariff("DAY"), tariff("NIGHT")]))
    locations = replace(pulled, module="locations", route="locations.sender.get_list", response_body=body([LOCATION]))
    expert = Expert()
    assert expert.look(tariffs) == []
    (finding,) = expert.look(locations)
    assert finding.path == "$[0].evses[0].connectors[0].tariff_ids[1]"


def by(sender: str, receiver: str, seen: Seen, **changes: object) -> Seen:
    return replace(seen, sender=sender, receiver=receiver, **changes)


PLACE = put("location", LOCATION, "NL/ABC/L1")
A_PAGE = replace(A_LIST, module="locations", route="locations.sender.get_list", response_body=body([LOCATION]))
TO_HUB = [by("NL-ABC", "NL-HUB", each) for each in (DAY, NIGHT, PLACE)]
TARIFFS_ON = [by("NL-HUB", "NL-EMA", each, follows=True) for each in (DAY, NIGHT)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([*TO_HUB, *TARIFFS_ON, by("NL-EMA", "NL-HUB", A_PAGE)], ["error", "warning"]),
        ([*TO_HUB, *TARIFFS_ON, by("NL-HUB", "NL-EMA", PLACE)], ["error", "warning"]),
        ([*TO_HUB, by("NL-HUB", "NL-EMA", PLACE), *TARIFFS_ON], ["error", "warning"]),
        ([*TARIFFS_ON, by("NL-HUB", "NL-EMA", PLACE, follows=True), *TO_HUB], ["error", "error"]),
        ([*TARIFFS_ON, *TO_HUB, by("NL-EMA", "NL-HUB", A_PAGE)], ["error", "warning"]),
        ([*TARIFFS_ON, by("NL-HUB", "NL-ABC", A_PAGE, follows=True), by("NL-EMA", "NL-HUB", A_PAGE)], ["warning"]),
        ([by("NL-HUB", "NL-EMA", each) for each in (DAY, NIGHT, PLACE)], ["error"]),
    ],
    ids=["list", "push", "tariffs later", "passed on", "a list later", "read through", "its own"],
)
def test_what_a_hub_repeats_is_the_doing_of_who_told_it_first(told: list[Seen], expected: list[str]) -> None:
    expert = Expert()
    found = [finding for each in told for finding in expert.look(each)]
    assert [each.severity for each in found if each.rule == "one-tariff-a-type"] == expected
