"""CDRs: taken once, read back where their Location header says, never changed.

Numbers of cases are those of the protocol digest, section 4.
"""

import pytest
from parties_objects import cdr, cdr_token
from run_town import OpenTown, Told

CPO, EMSP = "NL-ABC", "NL-EMA"


def post(desk: OpenTown, body: object) -> Told:
    return desk.ask(CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body)


def booked(desk: OpenTown, id: str) -> int:
    return sum(row.cdr_id == id for row in desk.ledger.payables)


def test_case_36_a_new_cdr_is_201_and_its_location_leads_to_it(desk: OpenTown) -> None:
    told = post(desk, cdr("C1"))
    assert (told.http, told.status) == (201, 1000)
    where = told.headers["location"]
    assert where == "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/cdrs/NL/ABC/C1"
    assert desk.ask(CPO, EMSP, "GET", where).data == cdr("C1")
    assert booked(desk, "C1") == 1


def test_case_36_a_cdr_is_not_put_patched_or_deleted(desk: OpenTown) -> None:
    where = post(desk, cdr("C36")).headers["location"]
    for method in ("PUT", "PATCH", "DELETE"):
        for url in (where, desk.url(CPO, EMSP, "cdrs", "RECEIVER")):
            told = desk.ask(CPO, EMSP, method, url, cdr("C36", total_energy=1))
            assert told.http == 405
            assert [hint.rule for hint in desk.hints(told.exchange)] == ["method-not-allowed"]
    assert desk.ask(CPO, EMSP, "GET", where).data == cdr("C36")


def test_the_same_cdr_again_is_acknowledged_and_booked_once(desk: OpenTown) -> None:
    first, second = post(desk, cdr("C2")), post(desk, cdr("C2"))
    assert (second.http, second.status) == (200, 1000)
    assert second.headers["location"] == first.headers["location"]
    assert booked(desk, "C2") == 1


@pytest.mark.parametrize("changes", [{"total_energy": 11}, {"total_cost": {"excl_vat": 4.51}}, {"id": "c3"}])
def test_another_content_under_a_known_id_is_2001(desk: OpenTown, changes: dict[str, object]) -> None:
    post(desk, cdr("C3"))
    told = post(desk, {**cdr("C3"), **changes})
    assert (told.http, told.status) == (200, 2001)
    assert "never change" in told.envelope["status_message"]
    assert "location" not in told.headers
    where = desk.url(CPO, EMSP, "cdrs", "RECEIVER", "NL/ABC/C3")
    assert desk.ask(CPO, EMSP, "GET", where).data == cdr("C3")
    assert booked(desk, "C3") == 1


FOREIGN = [cdr_token("CARD-1", party_id="NOM"), cdr_token("CARD-1", country_code="BE"), cdr_token("NEVER-ISSUED")]


@pytest.mark.parametrize("token", FOREIGN, ids=["of another", "of another country", "never issued"])
def test_a_bill_for_somebody_elses_customer_is_2001_and_not_owed(desk: OpenTown, token: dict[str, str]) -> None:
    told = post(desk, cdr("C7", cdr_token=token))
    assert (told.http, told.status) == (200, 2001)
    assert "no token of ours" in told.envelope["status_message"]
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["refused"]
    assert desk.ask(CPO, EMSP, "GET", desk.url(CPO, EMSP, "cdrs", "RECEIVER", "NL/ABC/C7")).http == 404
    assert booked(desk, "C7") == 0


def test_a_bill_may_write_the_ids_of_its_token_in_another_case(desk: OpenTown) -> None:
    assert post(desk, cdr("C8", cdr_token=cdr_token("card-1", country_code="nl"))).http == 201


def test_a_bill_in_another_partys_name_is_2001(desk: OpenTown) -> None:
    told = post(desk, cdr("C4", party_id="DUN"))
    assert (told.http, told.status) == (200, 2001)
    assert desk.ask("NL-DUN", EMSP, "GET", desk.url("NL-DUN", EMSP, "cdrs", "RECEIVER", "NL/DUN/C4")).http == 404
    assert booked(desk, "C4") == 0


@pytest.mark.parametrize("id", [".", ".."])
def test_an_id_that_no_url_can_carry_is_2001(desk: OpenTown, id: str) -> None:
    told = post(desk, cdr(id))
    assert (told.http, told.status) == (200, 2001)
    assert booked(desk, id) == 0


@pytest.mark.parametrize("id", ["a b/c", "%41", "x?y#z", "~'!"])
def test_an_id_with_signs_of_its_own_is_read_back(desk: OpenTown, id: str) -> None:
    told = post(desk, cdr(id))
    assert told.http == 201
    assert desk.ask(CPO, EMSP, "GET", told.headers["location"]).data == cdr(id)


def test_case_15_a_cdr_is_found_in_another_letter_case(desk: OpenTown) -> None:
    post(desk, cdr("Case-C"))
    assert desk.ask(CPO, EMSP, "GET", desk.url(CPO, EMSP, "cdrs", "RECEIVER", "nl/abc/CASE-c")).data == cdr("Case-C")


def test_an_unknown_or_foreign_cdr_is_404(desk: OpenTown) -> None:
    post(desk, cdr("C5"))
    assert desk.ask(CPO, EMSP, "GET", desk.url(CPO, EMSP, "cdrs", "RECEIVER", "NL/ABC/other")).http == 404
    assert desk.ask("NL-DUN", EMSP, "GET", desk.url("NL-DUN", EMSP, "cdrs", "RECEIVER", "NL/ABC/C5")).http == 404


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"total_energy": "10"}, "$.total_energy"),
        ({"charging_periods": []}, "$.charging_periods"),
        ({"end_date_time": None}, "$.end_date_time"),
        ({"currency": "EURO"}, "$.currency"),
        ({"id": "x" * 40}, "$.id"),
        ({"cdr_location": {}}, "$.cdr_location.address"),
    ],
)
def test_a_wrong_cdr_is_2001_and_not_kept(desk: OpenTown, changes: dict[str, object], path: str) -> None:
    count = len(desk.world.emsps[EMSP].cdrs.store)
    told = post(desk, {**cdr("C6"), **changes})
    assert (told.http, told.status) == (200, 2001)
    assert path in [hint.path for hint in desk.hints(told.exchange)]
    assert len(desk.world.emsps[EMSP].cdrs.store) == count
