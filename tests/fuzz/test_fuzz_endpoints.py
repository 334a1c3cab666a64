"""No endpoint of any role and version is shaken by what a peer may send: thousands of spoilt requests, all judged.

The fast slice runs always; 100,000 requests over the memory wire and some thousands over HTTP are marked slow. With
`pytest -s` the figures are printed.
"""

from pathlib import Path

import pytest
from case_town import CPO, SCSP, played_town
from fuzz_attacks import ATTACKS, huge_body, in_order
from fuzz_siege import Siege, Tally
from run_town import WireName

from simulator.ocpi import catalogue
from simulator.ocpi.envelope import status_of

EACH_ALONE = tuple((version,) for version in catalogue.VERSIONS)
WITH_SCSPS = (("2.2.1",), ("2.3.0",), ("2.2.1", "2.3.0"))
ALL_VERSIONS = (*EACH_ALONE, catalogue.VERSIONS)
A_TOWN_LASTS = 2_500
"""So many requests, and another town is attacked: what was taken of them has changed the one before."""

ORDER = ("PUT", "POST", "PATCH", "GET", "DELETE")
HAS_NOTHING_TO_TAKE = (
    "credentials.delete",  # would end the registration and with it the siege
    "credentials.post",  # both are registered already
    "chargingprofiles.sender.put_active_charging_profile",  # none was set
    "chargingprofiles.sender.post_active_charging_profile_result",  # nor asked for
    "chargingprofiles.sender.post_charging_profile_result",
    "chargingprofiles.sender.post_clear_profile_result",
    "hubclientinfo.receiver.get_client_info",  # no hub has told of anybody
    "hubclientinfo.receiver.put_client_info",  # nor is the attacker one
)


def besiege(
    folder: Path,
    versions: tuple[str, ...],
    requests: int,
    wire: WireName = "memory",
    huge: int = 0,
    *,
    hub: bool = False,
    scsp: bool = False,
) -> Tally:
    """Attack as many towns as it takes; with a `hub` it is the one attacked, and the parties behind it.

    With an `scsp` it is attacked, and attacks.
    """
    total = Tally()
    for number, first in enumerate(range(0, requests, A_TOWN_LASTS)):
        with played_town(folder, versions, wire, hub=hub, scsp=scsp) as town:
            siege = Siege(town, versions, number)
            siege.huge(huge)
            total.add(siege.run(min(A_TOWN_LASTS, requests - first)))
    print(f"\n{wire}, OCPI {', '.join(versions)}{', a hub' if hub else ', an SCSP' if scsp else ''}: {total.told()}")
    return total


@pytest.mark.parametrize("versions", EACH_ALONE, ids=" ".join)
def test_every_endpoint_takes_a_request_that_is_in_order(tmp_path: Path, versions: tuple[str, ...]) -> None:
    """Else the spoilt ones would all be refused at the door, and show nothing."""
    with played_town(tmp_path, versions) as town:
        siege = Siege(town, versions, 0)
        offered = [target for target in siege.targets if target.offered]
        offered.sort(key=lambda target: ORDER.index(target.route.method))
        not_taken = []
        for target in offered:
            if target.route.name in HAS_NOTHING_TO_TAKE:
                continue
            answer = siege.strike(in_order, target)
            assert answer is not None
            if (answer.status, status_of(answer.body)) not in ((200, 1000), (201, 1000)):
                not_taken.append((target.route.name, answer.body))
        siege.play_on()
    assert not_taken == []
    assert len(offered) > 40
    assert siege.tally.complaints == []


@pytest.mark.parametrize("versions", ALL_VERSIONS, ids=" ".join)
def test_spoilt_requests_are_answered_and_change_nothing(tmp_path: Path, versions: tuple[str, ...]) -> None:
    tally = besiege(tmp_path, versions, 1_200, huge=2)
    assert tally.complaints == []
    assert set(tally.by_attack) == {attack.__name__ for attack, _ in ATTACKS} | {huge_body.__name__}
    assert tally.refused > tally.requests / 2


@pytest.mark.parametrize("versions", EACH_ALONE, ids=" ".join)
def test_spoilt_requests_to_a_hub(tmp_path: Path, versions: tuple[str, ...]) -> None:
    tally = besiege(tmp_path, versions, 800, hub=True)
    assert tally.complaints == []


@pytest.mark.parametrize("versions", WITH_SCSPS, ids=" ".join)
def test_an_scsp_takes_what_is_in_order_and_spoilt_requests_change_nothing(
    tmp_path: Path, versions: tuple[str, ...]
) -> None:
    with played_town(tmp_path, versions, scsp=True) as town:
        siege = Siege(town, versions, 0)
        sessions = [each for each in siege.targets if each.offered and "sessions.receiver" in each.route.name]
        sessions = [each for each in sessions if (each.attacker, each.victim) == (CPO, SCSP)]
        sessions.sort(key=lambda target: ORDER.index(target.route.method))
        answers = [siege.strike(in_order, target) for target in sessions]
    assert [status_of(answer.body) for answer in answers if answer is not None] == [1000] * len(sessions)
    assert len(sessions) == 3 * len(versions)
    tally = besiege(tmp_path, versions, 500, huge=1, scsp=True)
    assert tally.complaints == []


def test_spoilt_requests_over_http(tmp_path: Path) -> None:
    tally = besiege(tmp_path, catalogue.VERSIONS, 400, "http", huge=2)
    assert tally.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("versions", ALL_VERSIONS, ids=" ".join)
def test_a_hundred_thousand_in_four_parts(tmp_path: Path, versions: tuple[str, ...]) -> None:
    tally = besiege(tmp_path, versions, 25_000, huge=1)
    assert tally.requests > 25_000
    assert tally.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("versions", EACH_ALONE, ids=" ".join)
def test_ten_thousand_to_a_hub_of_each_version(tmp_path: Path, versions: tuple[str, ...]) -> None:
    tally = besiege(tmp_path, versions, 10_000, huge=1, hub=True)
    assert tally.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("versions", WITH_SCSPS, ids=" ".join)
def test_ten_thousand_around_an_scsp(tmp_path: Path, versions: tuple[str, ...]) -> None:
    tally = besiege(tmp_path, versions, 10_000, huge=1, scsp=True)
    assert tally.complaints == []


@pytest.mark.slow
def test_some_thousands_over_http(tmp_path: Path) -> None:
    tally = besiege(tmp_path, catalogue.VERSIONS, 5_000, "http", huge=2)
    assert tally.complaints == []
