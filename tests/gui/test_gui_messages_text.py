"""A message as text and as a tree: complete, exact, and without tokens unless asked for."""

import json
import shlex
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from gui.models.message_object import FIELD, MEANING, VALUE, ObjectModel
from gui.models.message_text import as_curl, as_json, body_text, has_secrets, headers_text
from simulator.recording.reader import Recording
from simulator.recording.rows import Message


@pytest.fixture(scope="module")
def messages(quickstart: Path) -> dict[str, Message]:
    """One message of each route."""
    with Recording.open(quickstart) as recording:
        return {message.route: message for message in recording.messages(contents=True)}


def secrets(message: Message) -> list[str]:
    found = [value.removeprefix("Token ") for name, value in message.request_headers if name == "Authorization"]
    for body in (message.request_body, message.response_body):
        tree = json.loads(body) if body else {}
        for holder in (tree, tree.get("data")):
            if isinstance(holder, dict) and message.module == "credentials":
                found.append(holder["token"]) if "token" in holder else None
    return found


def test_no_token_leaves_unless_asked_for(messages: dict[str, Message]) -> None:
    assert len(secrets(messages["credentials.post"])) == 3
    for message in messages.values():
        assert has_secrets(message)
        bodies = [body_text(message, body)[0] for body in (message.request_body, message.response_body)]
        hidden = (as_json(message), as_curl(message), headers_text(message.request_headers), *bodies)
        for secret in secrets(message):
            assert all(secret not in text for text in hidden)
            assert secret in as_json(message, with_tokens=True)


def test_curl_says_what_was_sent(messages: dict[str, Message]) -> None:
    message = messages["sessions.receiver.put_session"]
    words = shlex.split(as_curl(message, with_tokens=True).replace("\\\n", " "))
    assert words[:4] == ["curl", "-X", "PUT", f"http://{message.host}{message.path}"]
    assert [f"{name}: {value}" for name, value in message.request_headers] == words[5:-2:2]
    assert words[-2:] == ["--data-raw", message.request_body.decode()]
    assert '"Authorization: Token $TOKEN"' in as_curl(message)


def test_curl_survives_any_shell_character(messages: dict[str, Message]) -> None:
    message = replace(
        messages["cdrs.receiver.post_cdr"], request_body=b'it\'s $HOME `x` \\ "q"\n!', path="/a?b=c&d='e'"
    )
    words = shlex.split(as_curl(message).replace(" \\\n  ", " "))
    assert words[3] == f"http://{message.host}/a?b=c&d='e'"
    assert words[-1] == message.request_body.decode()


def test_json_is_the_whole_exchange_with_numbers_as_they_were_written(messages: dict[str, Message]) -> None:
    message = messages["sessions.receiver.put_session"]
    text = as_json(message)
    whole = json.loads(text)
    assert whole["request"]["body"] == json.loads(message.request_body)
    assert whole["response"]["http_status"] == 201
    assert '"kwh": 0.000' in text


def test_what_is_no_json_is_shown_as_it_is(messages: dict[str, Message]) -> None:
    message = replace(messages["cdrs.receiver.post_cdr"], request_body=b"<html>\xff", response_body=b"")
    assert body_text(message, message.request_body) == ("<html>\ufffd", False)
    assert json.loads(as_json(message))["request"]["body"] == "<html>\ufffd"
    objects = ObjectModel()
    objects.show(message)
    assert objects.rowCount() == 0
    assert body_text(message, b'"' + b"x" * 1_000_000 + b'"')[1]


def test_the_tree_holds_every_field_with_value_and_sentence(messages: dict[str, Message]) -> None:
    objects = ObjectModel()
    QAbstractItemModelTester(objects, QAbstractItemModelTester.FailureReportingMode.Fatal)
    message = messages["sessions.receiver.put_session"]
    objects.show(message)
    root = objects.index(0, 0)
    assert root.data() == "Request: Session"
    fields = {objects.index(row, FIELD, root).data(): row for row in range(objects.rowCount(root))}
    assert list(fields) == list(json.loads(message.request_body))
    kwh = fields["kwh"]
    assert objects.index(kwh, VALUE, root).data() == "0.000"
    assert "energy" in objects.index(kwh, MEANING, root).data().lower()
    token = objects.index(fields["cdr_token"], FIELD, root)
    assert objects.index(fields["cdr_token"], VALUE, root).data() == "CdrToken"
    assert [objects.index(row, FIELD, token).data() for row in range(objects.rowCount(token))][-1] == "contract_id"
    assert all(objects.index(row, MEANING, token).data() for row in range(objects.rowCount(token)))
    assert json.loads(objects.json(token)) == json.loads(message.request_body)["cdr_token"]
    assert objects.parent(objects.index(0, 0, token)) == token
    assert objects.parent(root) == QModelIndex()


def test_an_answer_with_a_list_says_how_many_and_which(messages: dict[str, Message]) -> None:
    objects = ObjectModel()
    objects.show(messages["locations.sender.get_list"])
    root = objects.index(0, 0)
    data = json.loads(messages["locations.sender.get_list"].response_body)["data"]
    assert root.data() == "Answer: Location"
    assert objects.index(0, VALUE).data() == f"{len(data)} items"
    assert objects.index(0, VALUE, root).data() == f"Location {data[0]['id']}"


def test_the_token_of_credentials_is_hidden_in_the_tree(messages: dict[str, Message]) -> None:
    objects = ObjectModel()
    objects.show(messages["credentials.post"])
    for body in range(objects.rowCount()):
        root = objects.index(body, 0)
        shown = {
            objects.index(row, FIELD, root).data(): objects.index(row, VALUE, root).data()
            for row in range(objects.rowCount(root))
        }
        assert shown["token"] == "(hidden)"


def test_every_route_has_a_tree_or_nothing_to_show(messages: dict[str, Message]) -> None:
    objects = ObjectModel()
    for message in messages.values():
        objects.show(message)
        envelope = msgspec.json.decode(message.response_body)
        assert bool(objects.rowCount()) == bool(message.request_body or envelope.get("data") or message.response_body)


@pytest.mark.parametrize("depth", [900, 5_000])
def test_a_body_nested_without_end_is_shown_as_it_came(messages: dict[str, Message], depth: int) -> None:
    deep = b'{"status_code":1000,"data":%b}' % (b"[" * depth + b"]" * depth)
    message = replace(messages["credentials.post"], request_body=deep, response_body=deep)
    assert "[[[[" in body_text(message, deep)[0].replace("\n", "").replace(" ", "")
    assert "[[[[" in as_json(message).replace("\\n", "").replace("\n", "").replace(" ", "")
    assert "[[[[" in as_curl(message)
    model = ObjectModel()
    model.show(message)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    parent = QModelIndex()
    for _ in range(100):
        model.json(parent)
        parent = model.index(0, 0, parent)


def test_an_answer_that_is_no_utf_8_is_no_object(messages: dict[str, Message]) -> None:
    body = b'{"status_code":1000,"data":{"id":"\xff"}}'
    model = ObjectModel()
    model.show(replace(messages["cdrs.receiver.post_cdr"], request_body=b"", response_body=body))
    assert model.rowCount() == 0
