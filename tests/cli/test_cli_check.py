"""`ocpi-sim check` from the command line: what it prints, and how it ends."""

import gzip
import io
import json
from collections.abc import Callable
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


OWNER = {"country_code": "NL", "party_id": "ABC"}
PLACE = {
    "coordinates": {"latitude": "52.10000", "longitude": "4.30000"},
    "time_zone": "Europe/Amsterdam",
    "last_updated": "2026-05-04T06:00:00Z",
}


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
    assert out.endswith(f"{file}: no objects in it to check.\nErrors: 1, warnings: 0, notes: 0.\n")


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
        (b"\xff\xfe[\0]\0", "found UTF-16 at line 1, column 1, expected JSON in UTF-8"),
        ("[]".encode("utf-16-be"), "found UTF-16 at line 1, column 1, expected JSON in UTF-8"),
        (b"hello, world", "found “h” at line 1, column 1, expected a JSON object or list"),
    ],
)
def test_what_is_no_json_is_an_error_with_its_place(
    file: Path, capsys: pytest.CaptureFixture[str], raw: bytes, place: str
) -> None:
    file.write_bytes(raw)
    assert main(["check", str(file), "--type", "Token"]) == 1
    assert "error: $" in (out := capsys.readouterr().out)
    assert place in out
    assert out.count("[not-json]") == 1


def test_an_empty_list_and_a_bare_envelope_are_in_order(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(file, [])]) == 0
    assert main(["check", write(file, {"status_code": 1000, "timestamp": "2026-05-04T06:00:00Z"})]) == 0
    assert main(["check", write(file, {"status_code": 1000})]) == 1
    assert capsys.readouterr().out.count("no objects in it to check") == 3


@pytest.mark.parametrize("data", [{}, {"data": []}, {"data": None}])
def test_an_answer_that_refuses_is_told_as_that(
    file: Path, capsys: pytest.CaptureFixture[str], data: dict[str, object]
) -> None:
    refusal = {"status_code": 2001, "status_message": "No such thing.", "timestamp": "2026-05-04T06:00:00Z", **data}
    assert main(["check", write(file, refusal)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "warning: $.status_code: found 2001 “No such thing.” and no data, expected an answer that has what was asked "
        "for (OCPI 2.2.1 status_codes). [refusal]"
    )
    told = {"status_code": 2003, "timestamp": "2026-05-04T06:00:00Z", "data": {"result": "REJECTED", "timeout": 0}}
    assert main(["check", write(file, told), "--type", "CommandResponse"]) == 0


def test_the_version_is_found_out_from_fields_at_whatever_depth(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evse = {"uid": "E1", "status": "AVAILABLE", "connectors": [], "last_updated": TOKEN["last_updated"]}
    location = {**OWNER, "id": "L1", "publish": True, "address": "A", "city": "B", "country": "NLD", **PLACE}
    parking = [{"parking_id": "P1"}]

    def version(tree: object, *options: str) -> str:
        main(["check", write(file, tree), "--json", *options])
        return str(json.loads(capsys.readouterr().out.splitlines()[-1])["version"])

    newer = {**location, "evses": [{**evse, "parking": parking}]}
    assert (
        version({**location, "evses": [evse]})
        == version({**location, "evses": [evse]}, "--type", "Location")
        == "2.2.1"
    )
    assert version(newer) == version(newer, "--type", "location") == version([newer, location]) == "2.3.0"
    assert version(newer, "--version", "2.2.1") == "2.2.1"
    assert version({**location, "nonsense": 1}) == "2.2.1"
    assert version([]) == "2.2.1"


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


@pytest.mark.parametrize("is_standard_input", [False, True], ids=["file", "standard input"])
def test_gzip_is_unpacked(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_standard_input: bool
) -> None:
    packed = gzip.compress(json.dumps([TOKEN, {**TOKEN, "valid": 1}]).encode())
    file.write_bytes(packed)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(packed)))
    assert main(["check", "-" if is_standard_input else str(file)]) == 1
    first, *_, counts = capsys.readouterr().out.splitlines()
    assert first.startswith("error: $[1].valid: found 1")
    assert counts == "Errors: 1, warnings: 0, notes: 0."


@pytest.mark.parametrize("harm", [lambda packed: packed[:-9], lambda packed: packed[:20] + b"\xff" * 9 + packed[29:]])
def test_gzip_that_is_cut_off_or_damaged_could_not_be_checked(
    file: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[bytes], bytes]
) -> None:
    file.write_bytes(harm(gzip.compress(json.dumps([TOKEN]).encode())))
    assert main(["check", str(file)]) == 2
    assert f"{file} is gzip, but cut off or damaged." in capsys.readouterr().err


def test_lines_with_an_object_each_are_checked_one_by_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.dumps(each) for each in (TOKEN, {**TOKEN, "valid": 1}, TOKEN)]
    file.write_text("\n".join([lines[0], "", lines[1], '{"uid": tru}', "7", lines[2]]))
    assert main(["check", str(file)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "error: line 3: $.valid: found 1, expected true or false (OCPI 2.2.1 tokens, Token). [wrong-type]",
        "error: line 4: $: found “t” at line 4, column 9, expected JSON in UTF-8 "
        "(OCPI 2.2.1 transport_and_format, JSON). [not-json]",
        "error: line 5: $: found 7, expected a JSON object: Token (OCPI 2.2.1 tokens, Token). [wrong-type]",
        f"{file}: 5 checked as Token of OCPI 2.2.1, guessed from the first one's fields.",
        "Errors: 3, warnings: 0, notes: 0.",
    ]


def test_a_name_that_an_object_has_twice_is_a_warning_with_its_path(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps({**TOKEN, "energy_contract": {"supplier_name": "A"}})
    twice = text.replace('"supplier_name"', '"supplier_name": "B", "supplier_name"').replace(
        '"uid"', '"uid": "0", "uid"'
    )
    file.write_text(f"[{text}, {twice}]")
    assert main(["check", str(file)]) == 1
    *said, _, counts = capsys.readouterr().out.splitlines()
    assert [each.partition(": found")[0] for each in said] == [
        "warning: $[1].uid",
        "warning: $[1].energy_contract.supplier_name",
    ]
    assert all(each.endswith("(RFC 8259, Objects). [duplicate-name]") for each in said)
    assert counts == "Errors: 0, warnings: 2, notes: 0."
    file.write_text('{"status_code": 1000, "status_code": 1000, "timestamp": "2026-05-04T06:00:00Z", "data": []}')
    assert main(["check", str(file)]) == 1
    assert "warning: $.status_code: found the same name again" in capsys.readouterr().out


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
