"""What a scenario may say of defects, and of parties from outside."""

from pathlib import Path

import pytest

from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.load import load

TEXT = """
name: Town
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 2 h
parties:
  NL-ABC: {role: cpo, quirks: [raw_token, no_ids_echoed]}
  NL-EMA: {role: emsp}
tariffs: {day: {energy: 0.35 EUR/kWh}}
sites:
  - {cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {count: 1, power: 22 kW, tariff: day}}
"""
DRIVER = '{emsp: DE-EXT, name: Otto, arrives: "06:30", at: [52.16, 4.48]'


def read(folder: Path, more: str, change: tuple[str, str] = ("", "")):  # type: ignore[no-untyped-def]
    path = folder / "town.yaml"
    path.write_text(TEXT.replace(*change) + more)
    return load(path)


def sentences(folder: Path, more: str, change: tuple[str, str] = ("", "")) -> list[str]:
    with pytest.raises(ScenarioErrors) as refused:
        read(folder, more, change)
    return [error.sentence for error in refused.value.errors]


def test_quirks_are_those_that_there_are_each_once(tmp_path: Path) -> None:
    assert read(tmp_path, "").parties[0].quirks == ("raw_token", "no_ids_echoed")
    (unknown,) = sentences(tmp_path, "", ("raw_token", "raw_tokens"))
    assert "(did you mean “raw_token”?)" in unknown
    assert sentences(tmp_path, "", ("raw_token", "no_ids_echoed")) == ["“quirks” names each defect once."]


def test_an_outsider_joins_by_default_with_all_of_the_other_role(tmp_path: Path) -> None:
    (outsider,) = read(tmp_path, "outside: {DE-EXT: {role: emsp}}").outsiders
    assert outsider.partners == ("NL-ABC",)
    assert outsider.versions == ("2.1.1", "2.2.1", "2.3.0")
    assert outsider.versions_url is outsider.token is outsider.encoding is None


def test_ours_can_register_with_one_of_whom_people_gave_a_url_and_a_token(tmp_path: Path) -> None:
    about = '{role: cpo, ocpi: 2.1.1, versions_url: "https://cpo.example/versions", token: abc, encoding: raw}'
    (outsider,) = read(tmp_path, f"outside: {{DE-EXT: {about}}}").outsiders
    assert outsider.partners == ("NL-EMA",)
    assert (outsider.versions_url, outsider.token) == ("https://cpo.example/versions", "abc")
    assert (outsider.versions, outsider.encoding) == (("2.1.1",), "raw")


GROUP = "{emsp: DE-EXT, name: crowd, sessions_per_day: 30"


def test_a_group_may_have_an_outsiders_tokens_or_those_that_are_named(tmp_path: Path) -> None:
    more = f"outside: {{DE-EXT: {{role: emsp}}}}\ndrivers:\n  - {GROUP}}}\n"
    scenario = read(tmp_path, more)
    assert [(group.name, group.tokens) for group in scenario.visitors] == [("crowd", ())]  # type: ignore[union-attr]
    assert scenario.drivers == ()
    named = read(tmp_path, more.replace("30", "30, near: NL-ABC, tokens: [04AB, APP-1]"))
    assert [group.tokens for group in named.visitors] == [("04AB", "APP-1")]  # type: ignore[union-attr]


def test_a_driver_may_hold_an_outsiders_card(tmp_path: Path) -> None:
    more = f"outside: {{DE-EXT: {{role: emsp}}}}\ndrivers:\n  - {DRIVER}, token: 04AB}}\n"
    scenario = read(tmp_path, more)
    assert [(driver.name, driver.token) for driver in scenario.visitors] == [("Otto", "04AB")]
    assert scenario.drivers == ()
    scenario = read(tmp_path, more.replace("04AB", "04AB, authorise: app"))
    assert [(driver.authorise, driver.token) for driver in scenario.visitors] == [("app", "04AB")]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("outside: {NL-ABC: {role: emsp}}", "NL-ABC is one of our parties already"),
        ("outside: {EXT: {role: emsp}}", "is not a party id like NL-ABC"),
        ("outside: {DE-EXT: {role: hub}}", "“hub” is not one of cpo, emsp"),
        ("outside: {DE-EXT: {role: emsp, with: [NL-EMA]}}", "There is no party of another role “NL-EMA”"),
        (
            "outside: {DE-EXT: {role: emsp, ocpi: 2.1.1, with: [NL-HUB], versions_url: http://a.example, token: a}}",
            "each party behind NL-HUB is a platform of its own, with a token of its own",
        ),
        ("outside: {DE-EXT: {role: emsp, token: abc}}", "write both, or neither"),
        ("outside: {DE-EXT: {role: emsp, versions_url: nowhere, token: a}}", "a URL such as"),
        ("outside: {DE-EXT: {role: emsp, ocpi: 3.0}}", "is not one of 2.1.1, 2.2.1, 2.3.0"),
        (f"outside: {{DE-EXT: {{role: emsp}}}}\ndrivers:\n  - {DRIVER}}}\n", "Otto is an outsider's customer"),
        (
            f"outside: {{DE-EXT: {{role: emsp}}}}\ndrivers:\n  - {DRIVER}, token: x, reserve: 5 min}}\n",
            "with the outsider itself",
        ),
        (
            f"outside: {{DE-EXT: {{role: emsp}}}}\ndrivers:\n  - {DRIVER.replace('DE-EXT', 'NL-EMA')}, token: x}}\n",
            "only one of an outsider's is written here",
        ),
        (
            f"drivers:\n  - {GROUP.replace('DE-EXT', 'NL-EMA')}, tokens: [x]}}\n",
            "crowd gets a token from one of our parties; only one of an outsider's is written here",
        ),
        (
            f"outside: {{DE-EXT: {{role: emsp}}}}\ndrivers:\n  - {GROUP}, tokens: [04AB, 04ab]}}\n",
            "“tokens” is a list of different uids",
        ),
        (
            f"outside: {{DE-EXT: {{role: emsp}}}}\ndrivers:\n  - {GROUP}, tokens: []}}\n",
            "“tokens” is a list of different uids",
        ),
        (
            f"outside: {{DE-EXT: {{role: emsp}}}}\ndrivers:\n  - {GROUP}, only_at: Square}}\n",
            "which also says where its contract is good",
        ),
        (
            f"outside: {{DE-EXT: {{role: emsp}}, DE-CPO: {{role: cpo}}}}\ndrivers:\n  - {GROUP}, near: DE-CPO}}\n",
            "crowd would want to be near DE-CPO, with which DE-EXT is not connected",
        ),
        (
            "outside: {DE-EXT: {role: emsp}}\ndrivers:\n  - {sessions: day.csv.gz, name: day, emsps: [DE-EXT]}\n",
            "Recorded drivers have contracts with parties of ours, and DE-EXT is outside",
        ),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, more: str, said: str) -> None:
    with_hub = ("  NL-EMA: {role: emsp}", "  NL-EMA: {role: emsp}\n  NL-HUB: {role: hub}")
    assert said in " ".join(sentences(tmp_path, more, with_hub))


def test_what_ours_change_may_be_between_them_and_an_outsider(tmp_path: Path) -> None:
    outside = "outside: {DE-EXT: {role: emsp, ocpi: [2.2.1, 2.3.0]}, DE-CPO: {role: cpo}}\nchanges:\n"
    change = '  - {at: "06:10", kind: %s, party: NL-ABC, with: %s}\n'
    kinds = ("credentials_renewed", "unregistered", "copies_checked", "invoice", "invoice_withdrawn")
    scenario = read(tmp_path, outside + "".join(change % (kind, "DE-EXT") for kind in kinds))
    assert [(each.party, each.peer) for each in scenario.changes] == [("NL-ABC", "DE-EXT")] * len(kinds)
    (no_partner,) = sentences(tmp_path, outside + change % ("unregistered", "DE-CPO"))
    assert "There is no party connected with NL-ABC “DE-CPO”" in no_partner
    (no_emsp,) = sentences(tmp_path, outside + change % ("invoice", "DE-CPO"))
    assert "There is no emsp “DE-CPO”" in no_emsp
    other = change.replace("with: %s", "with: %s, version: 2.1.1") % ("credentials_renewed", "DE-EXT")
    assert "DE-EXT does not offer OCPI 2.1.1; it has 2.2.1, 2.3.0." in sentences(tmp_path, outside + other)


@pytest.mark.parametrize(("role", "why"), [("cpo", "nobody owns an EVSE"), ("emsp", "no driver has a contract")])
def test_somebody_has_each_role_be_it_outside(tmp_path: Path, role: str, why: str) -> None:
    party = "  NL-ABC: {role: cpo, quirks: [raw_token, no_ids_echoed]}" if role == "cpo" else "  NL-EMA: {role: emsp}"
    text = TEXT.replace(f"{party}\n", "")
    text = text[: text.index("sites:")] if role == "cpo" else text
    (tmp_path / "town.yaml").write_text(f"{text}outside: {{DE-EXT: {{role: {role}}}}}\n")
    assert [each.role for each in load(tmp_path / "town.yaml").outsiders] == [role]
    (tmp_path / "town.yaml").write_text(text)
    with pytest.raises(ScenarioErrors) as refused:
        load(tmp_path / "town.yaml")
    assert any(why in error.sentence for error in refused.value.errors)
