from pathlib import Path

import pytest
from report_scene import MIN, S, Scene, visit

from simulator.ocpi.catalogue import VERSIONS
from simulator.ocpi.routes import routes
from simulator.recording.reader import Recording
from simulator.recording.rows import Level
from simulator.report.explain import Explanation, explain, explain_event
from simulator.report.explain_words import DEEDS, DEEDS_WITH


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "explained.ocpirun")


def explained(scene: Scene, key: tuple[str, int]) -> Explanation:
    with Recording.open(scene.close()) as recording:
        return explain(recording, key[1]) if key[0] == "message" else explain_event(recording, key[1])


def of_visit(path: Path, level: Level = "full") -> list[tuple[str, str]]:
    scene = Scene(path, level)
    visit(scene)
    with Recording.open(scene.close()) as recording:
        found = [explain(recording, message.exchange) for message in recording.messages()]
    return [(each.deed, each.verdict) for each in found]


def test_a_question_names_the_card_and_who_held_it_to_which_reader(scene: Scene) -> None:
    tap = scene.event(MIN, "driver/Ada", "tap", "NL-EMA", "NL-ABC/E1", action="start")
    asked = scene.ocpp(MIN, "E1", tap, action="Authorize", token={"uid": "C33994332E2ED3"})
    question = scene.message(
        MIN, "NL-ABC", "NL-EMA", "tokens.sender.post_authorize", asked, None, {"allowed": "ALLOWED"},
        token_uid="C33994332E2ED3", method="POST",
    )  # fmt: skip
    explanation = explained(scene, question)
    assert explanation.deed == (
        "NL-ABC asks NL-EMA whether card C3399433… may charge, because Ada held it to the reader at E1."
    )
    assert explanation.verdict == "NL-EMA allows it."
    assert [(step.key, step.line.what) for step in explanation.trail] == [
        (tap, "Holds the card to the reader to start"),
        (asked, "Authorize"),
        (question, "Ask the eMSP: may this token charge? Yes"),
    ]


@pytest.mark.parametrize(
    ("allowed", "verdict"),
    [
        ("BLOCKED", "NL-EMA does not allow it: the token is blocked."),
        ("NOT_ALLOWED", "NL-EMA does not allow it here."),
        ("SOMETHING_NEW", "NL-EMA answers."),
    ],
)
def test_what_the_emsp_made_of_it(scene: Scene, allowed: str, verdict: str) -> None:
    question = scene.message(
        MIN, "NL-ABC", "NL-EMA", "tokens.sender.post_authorize", ("", 0), None, {"allowed": allowed}, method="POST"
    )
    assert explained(scene, question).verdict == verdict


def test_a_visit_in_sentences(tmp_path: Path) -> None:
    assert of_visit(tmp_path / "visit.ocpirun")[2:] == [
        ("NL-ABC tells NL-EMA that E1 is in use, because Ada plugged in at E1.", "NL-EMA brings its copy up to date."),
        ("NL-ABC tells NL-NOM that E1 is in use, because Ada plugged in at E1.", "NL-NOM brings its copy up to date."),
        (
            "NL-EMA asks NL-ABC to start charging for card APP-1 at E1, because Ada asked the app to start at E1.",
            "NL-ABC takes the command on and will report what came of it.",
        ),
        (
            "NL-ABC tells NL-EMA that the charger carried out the command, because charger E1 answered.",
            "NL-EMA takes note of it.",
        ),
        (
            "NL-ABC tells NL-EMA that the session of Ada is running (0.000 kWh, EUR 0.00), because charger E1 reported "
            "that charging has begun.",
            "NL-EMA brings its copy up to date.",
        ),
        # A PATCH names no currency; it is the session's.
        (
            "NL-ABC tells NL-EMA how far the session of Ada has come (1.833 kWh, EUR 0.71487), because charger E1 "
            "reported how it goes on.",
            "NL-EMA brings its copy up to date.",
        ),
        (
            "NL-ABC tells NL-EMA how far the session of Ada has come (3.666 kWh, EUR 0.71487), because charger E1 "
            "reported how it goes on.",
            "It was lost on the way; NL-EMA knows nothing of it.",
        ),
        (
            "NL-ABC tells NL-EMA that the session of Ada has ended (5.500 kWh, EUR 2.145), because charger E1 reported "
            "that charging has ended.",
            "NL-EMA brings its copy up to date.",
        ),
        ("NL-ABC bills NL-EMA for the session of Ada (5.500 kWh, EUR 2.15).", "NL-EMA takes the CDR into its books."),
    ]


def test_without_bodies_the_route_and_the_cause_are_told(tmp_path: Path) -> None:
    told = [deed for deed, _ in of_visit(tmp_path / "visit.ocpirun", "headers")]
    assert "NL-ABC tells NL-EMA what has changed at EVSE E1, because Ada plugged in at E1." in told
    assert "NL-ABC bills NL-EMA for the session of Ada." in told


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"final": "lost"}, "It was lost on the way; NL-EMA knows nothing of it."),
        ({"final": "lost", "handled_us": 9}, "NL-EMA got it and answered, but the answer was lost on the way."),
        ({"final": "timed_out"}, "No answer came in time; NL-EMA had not got to it when NL-ABC gave up."),
        ({"final": "timed_out", "handled_us": 9}, "NL-EMA got it and answered, but too late: NL-ABC had given up."),
        ({"final": "dead", "arrive_us": None}, "It did not get through (refused); NL-EMA knows nothing of it."),
        ({"final": "dead"}, "NL-EMA got it, but the connection broke before its answer was there (refused)."),
    ],
)
def test_what_the_receiver_knows_of_a_message_that_failed(
    scene: Scene, fields: dict[str, object], verdict: str
) -> None:
    lost = {"failure": "refused", "http_status": None, "ocpi_status": None, **fields}
    message = scene.message(0, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", ("", 0), **lost)
    explanation = explained(scene, message)
    assert (explanation.verdict, explanation.failed) == (verdict, True)


def test_a_refusal_says_its_status_and_the_receivers_own_words_when_there_are(scene: Scene) -> None:
    message = scene.message(
        0, "NL-ABC", "NL-EMA", "tokens.receiver.put_token", ("", 0), http_status=200, ocpi_status=2004,
        response_body=b'{"status_code": 2004, "status_message": "No such token."}',
    )  # fmt: skip
    assert explained(scene, message).verdict == "NL-EMA refuses with status 2004: No such token."


def test_a_refusal_without_words_is_told_in_ours(scene: Scene) -> None:
    one = scene.message(0, "NL-ABC", "NL-EMA", "no.such.route", ("", 0), ocpi_status=3000, method="PUT", path="/x")
    scene.message(0, "NL-ABC", "NL-EMA", "no.such.route", ("", 0), http_status=405, ocpi_status=None)
    explanation = explained(scene, one)
    assert explanation.deed == "NL-ABC sends PUT /x to NL-EMA."
    assert explanation.verdict.startswith("NL-EMA refuses with status 3000: The server failed")
    with Recording.open(scene.path) as recording:
        assert explain(recording, 2).verdict == "NL-EMA refuses with HTTP 405."


def test_a_credit_is_no_bill(scene: Scene) -> None:
    cdr = {"id": "C1", "total_energy": 20.5, "currency": "EUR", "total_cost": {"excl_vat": 8.0}}
    scene.message(0, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", ("", 0), cdr)
    credit = {**cdr, "id": "C1-C", "credit": True, "credit_reference_id": "C1", "total_cost": {"excl_vat": -8.0}}
    scene.message(0, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", ("", 0), credit)
    with Recording.open(scene.close()) as recording:
        assert explain(recording, 1).deed.startswith("NL-ABC bills NL-EMA for ")
        assert explain(recording, 2).deed.startswith("NL-ABC takes back what it billed NL-EMA for ")


def test_a_second_delivery_is_named(scene: Scene) -> None:
    scene.message(0, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", ("", 0))
    copy = scene.message(0, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", ("", 0), duplicate_of=1)
    assert explained(scene, copy).verdict.endswith("The network had delivered it once already.")


def test_a_hub_passes_on_and_its_hop_is_in_the_trail(scene: Scene) -> None:
    asked = scene.event(0, "driver/Ada", "app", "NL-EMA", "NL-ABC/E1", action="stop")
    there = scene.message(0, "NL-EMA", "NL-HUB", "commands.receiver.post_stop_session", asked)
    onward = scene.message(S, "NL-HUB", "NL-ABC", "commands.receiver.post_stop_session", there)
    explanation = explained(scene, onward)
    assert explanation.deed == "NL-HUB passes on to NL-ABC what NL-EMA sent: Ask the CPO: stop the session."
    assert [step.key for step in explanation.trail] == [asked, there, onward]


def test_a_list_is_counted(scene: Scene) -> None:
    pulled = scene.event(0, "NL-EMA", "synchronise", "NL-EMA", "NL-ABC", peer="NL-ABC", reason="poll")
    get = scene.message(0, "NL-EMA", "NL-ABC", "tariffs.sender.get_list", pulled, None, [{}, {}], method="GET")
    explanation = explained(scene, get)
    assert explanation.deed == "NL-EMA fetches the list of tariffs from NL-ABC, because it polls NL-ABC every so often."
    assert explanation.verdict == "NL-ABC sends 2 objects."


@pytest.mark.parametrize(
    ("kind", "subject", "data", "deed"),
    [
        ("plug", "NL-ABC/E1", {}, "Ada plugs in at E1."),
        ("app", "NL-ABC/E1", {"action": "stop"}, "Ada asks the app of NL-EMA to stop."),
        ("turned_away", "", {"reason": "all_taken"}, "Ada drives on without charging: all places are taken."),
        ("arrive", "", {}, "Ada arrives and looks for a charge point: nothing more is known."),
        ("looks_puzzled", "", {}, "Ada: Looks puzzled."),
    ],
)
def test_steps_in_the_street_are_told(scene: Scene, kind: str, subject: str, data: dict[str, str], deed: str) -> None:
    explanation = explained(scene, scene.event(0, "driver/Ada", kind, "NL-EMA", subject, **data))
    assert (explanation.deed, explanation.verdict) == (deed, "")


def test_words_between_charge_point_and_cpo_are_told(scene: Scene) -> None:
    began = scene.transaction(0, "E1", "E1-1", ("", 0), "Started", 0)
    assert explained(scene, began).deed == (
        "E1 tells NL-ABC that charging has begun: 11.0 kW, meter 0.000 kWh, battery 35 %."
    )


def test_what_is_not_recorded_cannot_be_explained(scene: Scene) -> None:
    with Recording.open(scene.close()) as recording:
        with pytest.raises(KeyError, match="has no exchange 7"):
            explain(recording, 7)
        with pytest.raises(KeyError, match="has no event 7"):
            explain_event(recording, 7)


def test_every_route_has_its_sentence() -> None:
    names = {route.name for version in VERSIONS for route in routes(version)}
    assert set(DEEDS) == names
    assert {route for route, _ in DEEDS_WITH} <= names
