"""What our parties speak, and who may come, when a scenario is served."""

from msgspec.structs import replace
from run_town import SCENARIOS

from simulator.assemble.guests import with_guests, without_ports
from simulator.scenario.load import load

QUICKSTART = load(SCENARIOS / "quickstart.yaml")
AT_A_HUB = load(SCENARIOS / "roaming" / "three_versions_one_hub.yaml")


def test_our_parties_speak_every_version_of_their_outsiders() -> None:
    assert {party.versions for party in with_guests(QUICKSTART).parties} == {("2.1.1", "2.2.1", "2.3.0")}


def test_at_a_hub_they_keep_to_their_own_unless_that_leaves_an_outsider_without_one() -> None:
    served = with_guests(AT_A_HUB)
    assert served.parties == AT_A_HUB.parties
    (emsp, _) = served.outsiders
    oldest = with_guests(replace(AT_A_HUB, outsiders=(replace(emsp, versions=("2.1.1",)),)))
    (cpo,) = [party for party in oldest.parties if party.id == "NL-ABC"]
    assert cpo.versions == ("2.1.1", "2.2.1")


def test_a_hub_speaks_for_each_outsider_a_version_that_it_has() -> None:
    modern = tuple(replace(party, versions=("2.2.1",)) for party in AT_A_HUB.parties if party.role == "hub")
    (emsp, cpo) = (replace(each, partners=("NL-HUB",)) for each in with_guests(AT_A_HUB).outsiders)
    outsiders = (replace(emsp, versions=("2.2.1",)), replace(cpo, versions=("2.1.1",)))
    (hub,) = with_guests(replace(AT_A_HUB, parties=modern, outsiders=outsiders)).parties
    assert hub.versions == ("2.1.1", "2.2.1")


def test_a_guest_takes_nobodys_id() -> None:
    (emsp, cpo) = with_guests(QUICKSTART).outsiders
    taken = replace(QUICKSTART, parties=(*QUICKSTART.parties, replace(QUICKSTART.parties[0], id="ZZ-EX0")))
    assert [each.id for each in with_guests(taken).outsiders] == ["ZZ-EX1", cpo.id]
    assert emsp.id == "ZZ-EX0"


def test_the_ports_are_those_of_the_doors() -> None:
    parties = tuple(replace(party, port=8_100) for party in QUICKSTART.parties)
    assert {party.port for party in without_ports(replace(QUICKSTART, parties=parties)).parties} == {None}
