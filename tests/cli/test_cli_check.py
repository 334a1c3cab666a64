"""`ocpi-sim check` from the command line: what it prints, and how it ends."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from simulator.cli import main
from simulator.ocpi import catalogue

TOKEN: dict[str, Any] = {
    "country_code": "NL",
    "party_id": "EMA",
    "uid": "1",
    "type": "RFID",
    "contract_id": "C1",
    "issuer": "Emma",
    "valid": True,
    "whitelist": "NEVER",
    "last_updated": "2026-05-04T06:00:00Z",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "objects.json"


def write(file: Path, tree: Any) -> str:
    file.write_text(json.dumps(tree))
    return str(file)


def test_a_good_file_ends_with_0_and_says_what_was_checked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(file, [TOKEN, TOKEN]), "--type", "token"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{file}: 2 checked as Token of OCPI 2.2.1.",
        "Errors: 0, warnings: 0, notes: 0.",
    ]


def test_a_finding_says_what_where_and_by_which_rule(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        file, {"status_code": 1000, "timestamp": "2026-05-04T06:00:00Z", "data": [TOKEN, {**TOKEN, "valid": 1}]}
    )
    assert main(["check", path, "--type", "Token", "--version", "2.3.0"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "error: $.data[1].valid: found 1, expected true or false (OCPI 2.3.0 tokens, Token). [wrong-type]",
        f"{file}: 2 checked as Token of OCPI 2.3.0.",
        "Errors: 1, warnings: 0, notes: 0.",
    ]


def test_connectors_are_checked_together_with_the_tariffs_that_they_name(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Digest, case 53."""
    at = {"last_updated": "2026-05-04T06:00:00Z"}
    element = {"price_components": [{"type": "FLAT", "price": 1, "step_size": 1}]}
    owner = {"country_code": "NL", "party_id": "ABC"}
    day, night = ({**owner, "id": id, "currency": "EUR", "elements": [element], **at} for id in ("DAY", "NIGHT"))
    place = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_1_PHASE", **at}
    place |= {"max_voltage": 230, "max_amperage": 16, "tariff_ids": ["DAY", "NIGHT"]}
    evse = write(file, [{"uid": "E1", "status": "AVAILABLE", "connectors": [place], **at}])
    tariffs = write(tmp_path / "tariffs.json", [day, {}, night])
    assert main(["check", evse, "--type", "EVSE"]) == 0
    capsys.readouterr()
    assert main(["check", evse, "--type", "EVSE", "--tariffs", tariffs]) == 1
    said = capsys.readouterr().out.splitlines()[0]
    assert said.startswith("error: $[0].connectors[0].tariff_ids[1]: found 'NIGHT', expected no other REGULAR tariff")
    write(tmp_path / "tariffs.json", [day, {**night, "type": "PROFILE_GREEN"}])
    assert main(["check", evse, "--type", "EVSE", "--tariffs", tariffs]) == 0
    write(tmp_path / "tariffs.json", [TOKEN])
    assert main(["check", evse, "--type", "EVSE", "--tariffs", tariffs]) == 2


def test_a_program_gets_a_line_for_each_finding_and_one_with_the_counts(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", write(file, [{**TOKEN, "vendor": 1}]), "--json"]) == 0
    finding, counts = map(json.loads, capsys.readouterr().out.splitlines())
    assert (finding["rule"], finding["severity"], finding["path"]) == ("unknown-field", "note", "$[0].vendor")
    assert (finding["section"], finding["line"]) == ("OCPI 2.2.1 tokens, Token", 1)
    assert counts == {
        "file": str(file),
        "version": "2.2.1",
        "type": "Token",
        "guessed": True,
        "objects": 1,
        "errors": 0,
        "warnings": 0,
        "notes": 1,
    }


def test_a_type_that_nobody_told_is_guessed_and_said(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(file, TOKEN)]) == 0
    assert "1 checked as Token of OCPI 2.2.1, guessed from the first one's fields." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        ({"latitude": "1.00000", "longitude": "1.00000"}, "several types (GeoLocation, AdditionalGeoLocation)"),
        ({"what": "ever"}, "looks like no type of OCPI 2.2.1"),
        ([7], "looks like no type of OCPI 2.2.1"),
    ],
)
def test_a_guess_that_is_not_safe_is_not_made(
    file: Path, capsys: pytest.CaptureFixture[str], tree: Any, sentence: str
) -> None:
    assert main(["check", write(file, tree)]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("raw", [b'[{"uid": tru}, 7]', b'[{"uid": "\xff"}, 7]'])
def test_nothing_is_guessed_from_broken_json(file: Path, capsys: pytest.CaptureFixture[str], raw: bytes) -> None:
    file.write_bytes(raw)
    assert main(["check", str(file)]) == 1
    assert "[not-json]" in (out := capsys.readouterr().out)
    assert "Errors: 1, warnings: 0, notes: 0." in out


@pytest.mark.parametrize("version", catalogue.VERSIONS)
def test_every_version_can_be_asked_for(file: Path, version: str) -> None:
    version_list = [{"version": "2.2.1", "url": "https://a.test/ocpi/2.2.1"}]
    assert main(["check", write(file, version_list), "--version", version]) == 0


def test_a_body_of_patch_is_checked_as_one(file: Path) -> None:
    path = write(file, {"valid": False, "last_updated": "2026-05-04T06:00:00Z"})
    assert main(["check", path, "--type", "Token"]) == 1
    assert main(["check", path, "--type", "Token", "--patch"]) == 0


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"", "nothing at line 1, column 1"),
        (b"[\n{,}]", "“,” at line 2, column 2"),
        (b"[\n{}\n", "the end of the file at line 3, column 1"),
        (b'[\n{"a":"\xe9"}]', "the byte 0xE9, which is not UTF-8, at line 2, column 7"),
        (b"\xff\xfe[\0]\0", "the byte 0xFF, which is not UTF-8, at line 1, column 1"),
    ],
)
def test_what_is_no_json_is_an_error_with_its_place(
    file: Path, capsys: pytest.CaptureFixture[str], raw: bytes, place: str
) -> None:
    file.write_bytes(raw)
    assert main(["check", str(file), "--type", "Token"]) == 1
    assert "error: $" in (out := capsys.readouterr().out)
    assert place in out


def test_an_empty_list_and_a_bare_envelope_are_in_order(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(file, [])]) == 0
    assert main(["check", write(file, {"status_code": 2001, "timestamp": "2026-05-04T06:00:00Z"})]) == 0
    assert main(["check", write(file, {"status_code": 2001})]) == 1
    assert capsys.readouterr().out.count("no objects in it to check") == 3


def test_thousands_of_a_kind_are_counted_and_not_shown(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(file, [{**TOKEN, "valid": 1}] * 1_500), "--type", "Token"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 23
    assert lines[20] == "Not shown: 1,480 more like $[*].valid [wrong-type]."
    assert lines[22] == "Errors: 1,500, warnings: 0, notes: 0."


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps([TOKEN]).encode())))
    assert main(["check", "-"]) == 0
    assert capsys.readouterr().out.startswith("-: 1 checked as Token")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.json"], "missing.json cannot be read: No such file or directory."),
        (
            ["x", "--type", "Locatoin"],
            "OCPI 2.2.1 has no type “Locatoin” (did you mean “Location”?); known are: Active",
        ),
        (["x", "--version", "3.0"], "invalid choice: '3.0'"),
    ],
)
def test_the_users_mistakes_end_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str) -> None:
    assert main(["check", *arguments]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.shared
@pytest.mark.parametrize("name", ["ameland", "breda", "haarlemmermeer"])
def test_real_networks_are_read_liberally(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = Path(__file__).resolve().parents[3] / "shared" / "data" / "ndw"
    for kind, type_name in (("locations", "Location"), ("tariffs", "Tariff")):
        main(["check", str(data / f"{name}.{kind}.json"), "--json"])
        *findings, counts = map(json.loads, capsys.readouterr().out.splitlines())
        assert counts["type"] == type_name
        assert counts["objects"] == len(json.loads((data / f"{name}.{kind}.json").read_bytes()))
        assert counts["notes"] > 100, "explicit nulls count as absent and are only noted"
        errors = {each["rule"] for each in findings if each["severity"] == "error"}
        assert errors <= {"unknown-value", "text-length", "text-characters"}, "these are really in there"
