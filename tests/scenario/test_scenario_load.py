"""Loading: what a scenario means, and where and how each mistake in it is told."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.scenario.errors import ScenarioError, ScenarioErrors
from simulator.scenario.load import load
from simulator.scenario.model import Connection, Driver, DriverGroup, EvseGroup, Fault, Latency

GOOD = """\
name: Two networks, one city
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 24 h
seed: 7
session_updates: 5 min
poll: never
tell: Ada
parties:
  NL-ABC: {role: cpo, name: Alpha Charging, ocpi: 2.2.1}
  NL-EMA: {role: emsp, name: Emma Mobility, ocpi: [2.2.1], whitelist: ALLOWED, port: 9001}
connections:
  - {between: [NL-EMA, NL-ABC], latency: {median: 80 ms, p95: 300 ms}, timeout: 20 s, loss: 1 %}
sites:
  - cpo: NL-ABC
    name: Station square
    at: [52.16, 4.48]
    grid: {limit: 120 kW}
    evses: {count: 12, power: 22 kW, tariff: day}
tariffs:
  day: {energy: 0.45 EUR/kWh, time: 1.20 EUR/h, vat: 21 %}
drivers:
  - {emsp: NL-EMA, name: commuters, sessions_per_day: 120, vehicles: compact, authorise: {rfid: 0.6, app: 0.2}}
  - {name: Ada, emsp: NL-EMA, arrives: "07:40", at: [52.16, 4.48], battery: 30 %, authorise: app, stay: 90 min}
faults:
  - {at: "10:00", kind: party_offline, party: NL-ABC, for: 20 min}
  - {at: 3 h, kind: loss, between: [NL-EMA, NL-ABC], probability: 5 %}
  - {at: 4 h, kind: charger_offline, site: Station square, for: 10 min}
"""
TARIFF = (
    '{"country_code":"NL","party_id":"XXX","id":"x","currency":"EUR","elements":[{"price_components":'
    '[{"type":"ENERGY","price":0.25,"step_size":1}]}],"last_updated":"2026-01-01T00:00:00Z"}'
)
LINES = GOOD.splitlines()
MINUTE_US = 60_000_000


def write(folder: Path, text: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def errors_of(folder: Path, text: str, *overrides: str) -> tuple[ScenarioError, ...]:
    with pytest.raises(ScenarioErrors) as caught:
        load(write(folder, text), overrides)
    return caught.value.errors


def test_what_drivers_reckon_with_where_no_price_is_known(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert load(path).unknown_price_per_kwh == 0.60
    assert load(path, ["unknown_price_per_kwh=0.35"]).unknown_price_per_kwh == 0.35
    (error,) = errors_of(tmp_path, GOOD, "unknown_price_per_kwh=0.35 EUR")
    assert "a number from 0 to 1e+06" in error.expected


def test_everything_is_in_base_units(tmp_path: Path) -> None:
    scenario = load(write(tmp_path, GOOD))
    assert scenario.text == GOOD
    assert (scenario.duration_us, scenario.seed, scenario.poll_us, scenario.tell) == (86_400_000_000, 7, None, "Ada")
    assert scenario.session_updates_us == 5 * MINUTE_US
    cpo, emsp = scenario.parties
    assert (cpo.id, cpo.country_code, cpo.party_id, cpo.role, cpo.whitelist) == ("NL-ABC", "NL", "ABC", "cpo", None)
    assert (emsp.versions, emsp.port, emsp.whitelist) == (("2.2.1",), 9001, "ALLOWED")
    assert scenario.connections == (Connection("NL-EMA", "NL-ABC", Latency(80_000, 300_000), 20_000_000, 0.01, 0.0),)
    (site,) = scenario.sites
    assert (site.grid_limit_w, site.country) == (120_000, "NLD")
    assert site.evses == (EvseGroup(12, 22_000, "ac3", "day"),)
    (tariff,) = scenario.tariffs
    assert (tariff.energy_per_kwh, tariff.time_per_hour) == (Decimal("0.45"), Decimal("1.20"))
    assert (tariff.currency, tariff.vat_percent, tariff.flat) == ("EUR", Decimal(21), None)
    group, ada = scenario.drivers
    assert isinstance(group, DriverGroup)
    assert (group.sessions_per_day, group.vehicles, group.radius_m) == (120, "compact", None)
    assert group.rfid_share == pytest.approx(0.75)
    assert isinstance(ada, Driver)
    assert (ada.arrives_at_us, ada.stay_us) == (100 * MINUTE_US, 90 * MINUTE_US)
    assert (ada.battery_percent, ada.target_percent, ada.authorise) == (30, 80, "app")
    assert scenario.faults == (
        Fault("party_offline", 240 * MINUTE_US, 20 * MINUTE_US, party="NL-ABC"),
        Fault("loss", 180 * MINUTE_US, between=("NL-EMA", "NL-ABC"), probability=0.05),
        Fault("charger_offline", 240 * MINUTE_US, 10 * MINUTE_US, site="Station square"),
    )


def test_without_connections_every_cpo_meets_every_emsp(tmp_path: Path) -> None:
    text = GOOD.replace("connections:\n" + LINES[11] + "\n", "").replace(
        "parties:\n", "parties:\n  NL-DUN: {role: cpo}\n"
    )
    pairs = [(each.a, each.b, each.timeout_us) for each in load(write(tmp_path, text)).connections]
    assert pairs == [("NL-DUN", "NL-EMA", 30_000_000), ("NL-ABC", "NL-EMA", 30_000_000)]


# What is replaced, by what (» marks where the mistake must be told), what is found there, and part of the sentence.
MISTAKES = [
    ("seed: 7", "»sed: 7", "sed", "A scenario has no key “sed” (did you mean “seed”?)."),
    ("seed: 7", "seed: »many", "many", "a whole number"),
    ("seed: 7", "seed: »[7]", "a list", "A list stands where a single value is expected."),
    ("seed: 7", "seed: 7\n»seed: 8", "seed", "twice; the first is in line 4"),
    ("name: Two", "»nane: Two", "nane", "did you mean “name”?"),
    ("name: Two networks, one city\n", "»", "nothing", "needs the key “name”"),
    ("duration: 24 h", "duration: »24", "24", "has no unit"),
    ("duration: 24 h", "duration: »400 d", "400 d", "out of range"),
    ("start: 2026-05-04T06:00 Europe/Amsterdam", "start: »2026-05-04T06:00", "2026-05-04T06:00", "with its zone"),
    ("start: 2026-05-04T06:00 Europe/Amsterdam", "start: »2026-05-04T06:00 Mars/City", "Mars/City", "no time zone"),
    ("tell: Ada", "tell: »Adda", "Adda", "no single driver “Adda” (did you mean “Ada”?)"),
    ("tell: Ada", "tell: »commuters", "commuters", "no single driver"),
    ("role: cpo", "role: »cop", "cop", "not one of cpo, emsp, hub, scsp (did you mean “cpo”?)"),
    ("ocpi: 2.2.1}", "ocpi: »3.0}", "3.0", "“3.0” is not one of 2.1.1, 2.2.1, 2.3.0"),
    ("ocpi: [2.2.1]", "ocpi: »[2.2.1, 2.2.1]", "repeating", "different versions"),
    ("ocpi: 2.2.1}", "ocpi: 2.2.1, whitelist: »NEVER}", "NEVER", "only an emsp has tokens"),
    ("whitelist: ALLOWED,", "whitelist: »MAYBE,", "MAYBE", "ALWAYS, ALLOWED, ALLOWED_OFFLINE, NEVER"),
    ("port: 9001", "port: »80", "80", "from 1024 to 65535"),
    ("[NL-EMA, NL-ABC], lat", "[NL-EMA, »NL-ABD], lat", "NL-ABD", "no party “NL-ABD” (did you mean “NL-ABC”?)"),
    ("[NL-EMA, NL-ABC], lat", "»[NL-EMA, NL-EMA], lat", "NL-EMA", "between one cpo and one emsp"),
    ("p95: 300 ms", "p95: »30 ms", "p95", "cannot be below its median"),
    ("loss: 1 %", "loss: »0.01", "0.01", "has no unit"),
    ("timeout: 20 s", "timeout: »2 h", "2 h", "a time-out from 1 ms to 1 h"),
    ("at: [52.16, 4.48]\n", "at: [»152.16, 4.48]\n", "152.16", "from -90 to 90"),
    ("at: [52.16, 4.48]\n", "at: »[52.16]\n", "1 numbers", "[latitude, longitude]"),
    ("at: [52.16, 4.48]\n", "at: [52.16, 4.48]\n    country: »Atlantis\n", "Atlantis", "not a country"),
    ("limit: 120 kW", "limit: »120", "120", "has no unit; write a power in W, kW or MW"),
    ("limit: 120 kW", "»limt: 120 kW", "limt", "did you mean “limit”?"),
    ("count: 12", "count: »0", "0", "out of range"),
    ("count: 12", "count: 12, capabilities: [»RESERVEABLE]", "RESERVEABLE", "did you mean “RESERVABLE”?"),
    ("power: 22 kW", "power: 22 kW, type: »ac2", "ac2", "not one of ac1, ac3, dc"),
    ("stay: 90 min", "only_at: »Station sqare", "Station sqare", "no site “Station sqare” (did you mean “Station"),
    ("stay: 90 min", "only_at: [Station square, »Mars]", "Mars", "no site “Mars”; known: Station square."),
    ("tariff: day", "tariff: »dya", "dya", "no tariff “dya” (did you mean “day”?); known: day."),
    ("cpo: NL-ABC\n", "cpo: »NL-EMA\n", "NL-EMA", "no cpo “NL-EMA”"),
    ("energy: 0.45 EUR/kWh", "energy: »0.45", "0.45", "0.45 EUR/kWh"),
    ("time: 1.20 EUR/h", "time: »1.20 USD/h", "USD", "a tariff has one currency"),
    ("time: 1.20 EUR/h", "min_price: 3 EUR, max_price: »2 EUR", "max_price below", "cannot ask more at least"),
    ("{energy: 0.45 EUR/kWh, time: 1.20 EUR/h, vat: 21 %}", "{file: »no.json}", "no.json", "no such file"),
    ("energy: 0.45 EUR/kWh, time: 1.20 EUR/h, vat: 21 %", "file: day.json, vat: »21 %", "vat", "has no meaning"),
    ("{energy: 0.45 EUR/kWh, time: 1.20 EUR/h,", "{file: day.json, ocpi: »2.0} # ", "2.0", "not one of 2.1.1"),
    ("energy: 0.45 EUR/kWh, time: 1.20 EUR/h, vat: 21 %", "file: »day.json, ocpi: 2.3.0", "nothing", "tax_included"),
    ("energy: 0.45 EUR/kWh,", "energy: 0.45 EUR/kWh, ocpi: »2.3.0,", "ocpi", "is not read from a file"),
    ("sessions_per_day: 120", "sessions_per_day: »-1", "-1", "out of range"),
    ("vehicles: compact", "vehicles: »tractors", "tractors", "not one of compact, mixed, fleet"),
    ("vehicles: compact", "radius: »1 km", "a radius alone", "A radius needs its centre"),
    ("emsp: NL-EMA, name: comm", "emsp: »NL-ABC, name: comm", "NL-ABC", "no emsp “NL-ABC”"),
    ("{rfid: 0.6, app: 0.2}", "»{rfid: 0, app: 0}", "weights of 0", "at least one must be above 0"),
    ('arrives: "07:40"', 'arrives: »"05:40"', "05:40", "before the scenario starts (06:00)"),
    ('arrives: "07:40"', "arrives: »25 h", "25 h", "before the scenario ends"),
    ("battery: 30 %", "battery: »90 %", "a target of 80 %", "the target must be above the battery"),
    ("battery: 30 %", "battery: »30.5 %", "30.5 %", "whole percents"),
    ("kind: party_offline", "kind: »party_ofline", "party_ofline", "did you mean “party_offline”?"),
    ("party: NL-ABC, for", "party: NL-ABC, »site: NL-ABC, for", "site", "kind party_offline has no key “site”"),
    ("party: NL-ABC, for", "party: »NL-XYZ, for", "NL-XYZ", "no party “NL-XYZ”"),
    ("site: Station square,", "site: »Station,", "Station", "no site “Station”"),
    ("probability: 5 %", "probability: »105 %", "105 %", "more than 100 %"),
    ('{at: "10:00", kind: party_offline', '»{at: "10:00"', "nothing", "A fault needs the key “kind”"),
]


@pytest.mark.parametrize(("old", "new", "found", "part"), MISTAKES)
def test_each_mistake_is_told_once_at_its_place(tmp_path: Path, old: str, new: str, found: str, part: str) -> None:
    assert GOOD.count(old) >= 1
    (tmp_path / "day.json").write_text(TARIFF)
    marked = GOOD.replace(old, new, 1)
    before = marked[: marked.index("»")]
    told = errors_of(tmp_path, marked.replace("»", ""))
    assert [(error.line, error.column) for error in told] == [
        (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    ], told
    assert found in told[0].found
    assert part in told[0].sentence
    assert told[0].expected
    assert told[0].file.endswith("scenario.yaml")


def test_things_that_may_be_there_only_once(tmp_path: Path) -> None:
    text = GOOD.replace("sites:", "sites:\n  - {cpo: NL-ABC, name: Station square, at: [1, 1], evses: {power: 9 kW}}")
    text = text.replace("connections:", "connections:\n  - {between: [NL-ABC, NL-EMA]}")
    text = text.replace("name: commuters", "name: Ada").replace("role: cpo,", "role: cpo, port: 9001,")
    told = [error.sentence for error in errors_of(tmp_path, text)]
    assert told == [
        "NL-EMA and NL-ABC both ask for port 9001.",
        "NL-EMA and NL-ABC are connected twice; keep one of the two.",
        "Two sites are called “Station square”; give each its own name.",
        "Two entries of “drivers” are called “Ada”; give each its own name.",
    ]


def test_a_party_id_must_have_its_form(tmp_path: Path) -> None:
    first = errors_of(tmp_path, GOOD.replace("  NL-ABC: {role", "  nl-ABC: {role"))[0]
    assert (first.line, first.column, first.found) == (9, 3, "nl-ABC")
    assert "is not a party id like NL-ABC" in first.sentence


def test_all_mistakes_are_told_at_once_in_the_order_of_the_text(tmp_path: Path) -> None:
    text = GOOD.replace("seed: 7", "sed: 7").replace("tariff: day", "tariff: night").replace("120 kW", "120 MWh")
    lines = [error.line for error in errors_of(tmp_path, text)]
    assert lines == [4, 17, 18]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "",
            ["Nothing stands where keys with values are expected", "No party has the role cpo", "no EVSE to charge at"],
        ),
        ("- a list", ["A list stands where keys with values are expected."]),
        ("name: [", ["This is not YAML"]),
        ("name: a\n  b: c", ["This is not YAML"]),
        ("name: \x07", ["must not hold the character U+0007"]),
        ("name: &x [*x]", ["This alias (*) stands for a part that contains the alias itself."]),
        ("? [a]\n: b", ["A key must be one word"]),
        ("name: " + "[" * 1200, ["This is not YAML"]),
    ],
)
def test_a_text_that_is_no_scenario(tmp_path: Path, text: str, parts: list[str]) -> None:
    told = " ".join(error.sentence for error in errors_of(tmp_path, text))
    for part in parts:
        assert part in told


def test_a_scenario_needs_both_roles_and_something_to_charge_at(tmp_path: Path) -> None:
    told = [error.sentence for error in errors_of(tmp_path, GOOD.replace("role: emsp", "role: cpo"))]
    assert any("No party has the role emsp" in sentence for sentence in told)
    told = [error.sentence for error in errors_of(tmp_path, "\n".join([*LINES[:12], *LINES[18:20]]))]
    assert told == [
        "There is no EVSE to charge at; add “sites” by hand, or “networks” with `ocpi-sim import`.",
        "There is no single driver “Ada”; known: there is none.",
    ]


def test_a_file_that_is_missing_or_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(ScenarioErrors, match="There is no file"):
        load(tmp_path / "none.yaml")
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: a\nname: Café".encode("latin-1"))
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    (error,) = caught.value.errors
    assert (error.line, error.column, error.found) == (2, 10, "byte 0xe9")


@pytest.mark.parametrize(
    ("override", "old", "new"),
    [
        ("seed=9", "seed: 7", "seed: 9"),
        ("parties.NL-EMA.whitelist=NEVER", "whitelist: ALLOWED", "whitelist: NEVER"),
        ("drivers.0.sessions_per_day=60", "sessions_per_day: 120", "sessions_per_day: 60"),
        ("drivers.commuters.sessions_per_day=60", "sessions_per_day: 120", "sessions_per_day: 60"),
        ("drivers.Ada.arrives=08:30", '"07:40"', '"08:30"'),
        ("sites.Station square.grid.limit=60 kW", "120 kW", "60 kW"),
        ("connections.0.latency={median: 1 s, p95: 2 s}", "80 ms, p95: 300 ms", "1 s, p95: 2 s"),
        ("faults=", "faults:", "faults: []\nfaults_were:"),
    ],
)
def test_an_override_is_the_same_as_the_edited_text(tmp_path: Path, override: str, old: str, new: str) -> None:
    overridden = load(write(tmp_path, GOOD), [override])
    edited = GOOD.replace(old, new).split("faults_were:")[0]
    other = load(write(tmp_path, edited))
    assert overridden.overrides == (override,)
    assert {**_fields(overridden)} == {**_fields(other)}


def _fields(scenario: object) -> dict[str, object]:
    names = [name for name in scenario.__struct_fields__ if name not in ("text", "overrides")]  # type: ignore[attr-defined]
    return {name: getattr(scenario, name) for name in names}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**63 - 1), st.integers(1, 300))
def test_a_number_goes_round_through_text_and_override(tmp_path: Path, seed: int, hours: int) -> None:
    text = GOOD.replace("seed: 7", f"seed: {seed}").replace("24 h", f"{hours + 24} h")
    by_text = load(write(tmp_path, text))
    by_option = load(write(tmp_path, GOOD), [f"seed={seed}", f"duration={hours + 24} h"])
    assert _fields(by_text) == _fields(by_option)
    assert (by_text.seed, by_text.duration_us) == (seed, (hours + 24) * 3_600_000_000)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.text(alphabet="{}[]:,-\"'#&*!? \n1kW%ä\0", max_size=4))
def test_a_damaged_text_is_loaded_or_refused_with_places(tmp_path: Path, at: int, cut: int, put: str) -> None:
    try:
        load(write(tmp_path, GOOD[:at] + put + GOOD[at + cut :]))
    except ScenarioErrors as caught:
        places = [(error.line, error.column) for error in caught.errors]
        refused = min(places) >= (1, 1) and places == sorted(places)
    else:
        refused = True
    assert refused


@pytest.mark.parametrize(
    ("override", "column", "part"),
    [
        ("seed", 1, "is not path=value"),
        ("sed=9", 1, "no key “sed”"),
        ("seed=soon", 6, "a whole number"),
        ("drivers.Bob.stay=1 h", 1, "not in the list; it holds: commuters, Ada"),
        ("parties.NL-EMQ.whitelist=NEVER", 1, "no party “NL-EMQ” (did you mean “NL-EMA”?); known: NL-"),
        ("tariffs.XYZ.energy=1 EUR/kWh", 1, "no tariff “XYZ”; known: "),
        ('tariffs."XYZ.energy=1 EUR/kWh', 9, '“"XYZ.energy=1 EUR/kWh” begins with a quote that is not closed'),
        ('tariffs."XYZ"a=1', 14, "“a=1” stands behind a name in quotes"),
        ('tariffs."a=b"', 1, "is not path=value"),
        ("name.first=x", 1, "a single value with nothing inside"),
        ("seed=[", 7, "not YAML"),
    ],
)
def test_a_wrong_override_names_the_option(tmp_path: Path, override: str, column: int, part: str) -> None:
    (error,) = errors_of(tmp_path, GOOD, "session_updates=1 min", override)
    assert (error.file, error.line, error.column) == ("--set", 2, column)
    assert part in error.sentence


def test_a_full_tariff_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "day.json").write_text(TARIFF)
    text = GOOD.replace(LINES[19], "  day: {file: day.json}")
    (spec,) = load(write(tmp_path, text)).tariffs
    assert spec.full is not None
    assert spec.full.elements[0].price_components[0].price == Decimal("0.25")
    (tmp_path / "day.json").write_text(TARIFF.replace('"EUR"', '"EURO"').replace("0.25", '"much"'))
    told = [error.sentence for error in errors_of(tmp_path, text)]
    assert len(told) == 2
    assert any("day.json at $.currency" in sentence for sentence in told)
