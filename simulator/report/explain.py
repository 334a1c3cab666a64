"""Why a message was sent and what came of it, in two sentences and a trail from the street to it.

Read from a recording alone: the route says what was asked, the causes say why, the bodies (when they were kept) say
what exactly and how it was taken.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec

from simulator.filters.facts import failed
from simulator.i18n import tr, trn
from simulator.ocpi.status import Status
from simulator.ocpi.status import meaning as status_meaning
from simulator.recording.reader import Recording
from simulator.recording.rows import Event, Message
from simulator.report import explain_words as words
from simulator.report.hops import is_hop
from simulator.report.remarks import Fields, Remarks, fields_of
from simulator.report.story import StoryLine, Teller, ends
from simulator.report.web import DRIVER, Key, Row, Web, key_of

_LONGEST_UID: Final = 10
_SHOWN_OF_A_UID: Final = 8
_LONGEST_ID: Final = 24
_SHOWN_OF_AN_ID: Final = 6
_SEEN_THROUGH: Final = ("Authorize", "StatusNotification")
"""What a charger merely passes on: the reason is what happened in the street, when that is known."""


class Step(NamedTuple):
    """One step of the trail; `key` is ("event", sequence) or ("message", exchange)."""

    key: Key
    line: StoryLine


class Explanation(msgspec.Struct, frozen=True):
    """`deed`: what was done and why. `verdict`: what the receiver made of it, "" for an event. `trail`: what led to it,
    the first cause first, itself last. `failed`: the sender did not get what it wanted.
    """

    deed: str
    verdict: str
    trail: tuple[Step, ...]
    failed: bool


def explain(recording: Recording, exchange: int, web: Web | None = None) -> Explanation:
    """The explanation of an exchange; KeyError if there is none. `web` saves reading again what it has read."""
    web = web or Web(recording)
    message = recording.message(exchange)
    facts = _Facts(recording, web, message)
    deed, reason = facts.deed(), facts.reason()
    text = tr("{deed}, because {reason}.") if reason else tr("{deed}.")
    return Explanation(
        deed=text.format(deed=deed, reason=reason),
        verdict=facts.verdict(),
        trail=_trail(recording, web, message),
        failed=failed(message),
    )


def explain_event(recording: Recording, seq: int, web: Web | None = None) -> Explanation:
    """The explanation of a step in the street, at a charge point or within a party; KeyError if there is none."""
    web = web or Web(recording)
    event = web.row(("event", seq))
    if event is None:
        raise KeyError(f"{recording.path}: has no event {seq}")
    assert isinstance(event, Event)
    trail = _trail(recording, web, event)
    line = trail[-1].line
    data = _data(event)
    text = _first(words.EVENTS, _names(event, data))
    if text is None:
        what = tr("{sender}: {what}").format(sender=line.sender, what=line.what)
        deed = tr("{what} ({remark}).").format(what=what, remark=line.remark) if line.remark else f"{what}."
    else:
        remark = line.remark or tr("nothing more is known")
        deed = tr(text).format(remark=remark, party=event.party, **_street(event, data))
    return Explanation(deed=deed, verdict="", trail=trail, failed=line.failed)


class _Facts:
    """What is known of one message, from which its sentences are made."""

    def __init__(self, recording: Recording, web: Web, message: Message) -> None:
        self._recording = recording
        self._web = web
        self._message = message
        self._request = fields_of(message.request_body)
        self._answer = fields_of(message.response_body)
        self._cause = web.row((message.cause_kind, message.cause))

    def deed(self) -> str:
        """What the sender does."""
        message = self._message
        if isinstance(self._cause, Message) and is_hop(self._cause, message):
            what = Remarks().what(message)
            text = tr(words.ONWARD)
            return text.format(sender=message.sender, receiver=message.receiver, origin=self._cause.sender, what=what)
        status = self._request.get("status") or self._request.get("result") or ""
        if self._request.get("credit") is True:
            status = "CREDIT"
        figures = self._figures()
        said = words.DEEDS_WITH.get((message.route, str(status)))
        if said is None or ("{figures}" in said and not figures):
            said = words.DEEDS.get(message.route, words.OTHER_DEED)
        return tr(said).format(
            sender=message.sender,
            receiver=message.receiver,
            method=message.method,
            path=message.path,
            object=_short(message.object_id) or tr("(no id)"),
            token=self._token(),
            session=self._session(said),
            place=self._place(),
            figures=figures,
        )

    def reason(self) -> str:
        """Why, as a clause; "" when only time going by made it happen, or when the deed says it."""
        cause = self._cause
        if isinstance(cause, Event) and _action(cause) in _SEEN_THROUGH:
            cause = self._web.row((cause.cause_kind, cause.cause)) or cause
        if cause is None or (isinstance(cause, Message) and is_hop(cause, self._message)):
            return ""
        if isinstance(cause, Message):
            text = words.REASONS_FROM_MESSAGES.get(cause.route)
            if text is not None:
                return tr(text).format(origin=cause.sender)
            return tr(words.OTHER_REASON).format(what=Remarks().what(cause))
        data = _data(cause)
        names = _names(cause, data)
        text = _first(words.REASONS, names)
        if text is None:
            return tr(words.OTHER_REASON).format(what=Teller(self._recording).line(cause).what)
        if names[0] == ("tap", "start") and self._message.route == "tokens.sender.post_authorize":
            text = words.HELD_IT
        return tr(text).format(receiver=self._message.receiver, **_street(cause, data))

    def verdict(self) -> str:
        """What the receiver made of it."""
        text = self._outcome()
        if self._message.duplicate_of:
            return tr("{text} The network had delivered it once already.").format(text=text)
        return text

    def _outcome(self) -> str:
        message = self._message
        receiver = message.receiver
        if message.final != "delivered":
            return _not_delivered(message)
        code, http_status = message.ocpi_status, message.http_status or 0
        if code is not None and code >= Status.CLIENT_ERROR:
            said = self._answer.get("status_message") or tr(status_meaning(code))
            return tr("{receiver} refuses with status {code}: {said}").format(receiver=receiver, code=code, said=said)
        if http_status >= 400:
            return tr("{receiver} refuses with HTTP {code}.").format(receiver=receiver, code=http_status)
        data = self._answer.get("data")
        if isinstance(data, list) and message.route.endswith(".sender.get_list"):
            text = trn("{receiver} sends {count} object.", "{receiver} sends {count} objects.", len(data))
            return text.format(receiver=receiver, count=len(data))
        fields = fields_of(data)
        answer = fields.get("allowed") or fields.get("result") or ""
        text = (
            words.VERDICTS_WITH.get((message.module, str(answer)))
            or words.VERDICTS.get(message.route)
            or words.VERDICTS_BY_METHOD.get(message.method, "{receiver} answers.")
        )
        return tr(text).format(receiver=receiver)

    def _token(self) -> str:
        uid = fields_of(self._request.get("token")).get("uid") or self._message.token_uid
        if not uid:
            return tr("a token")
        is_app = "APP_USER" in (fields_of(self._request.get("token")).get("type"), _query(self._message.path, "type"))
        return (tr("app account {uid}") if is_app else tr("card {uid}")).format(uid=_card(str(uid)))

    def _session(self, said: str) -> str:
        if "{session}" not in said:
            return ""
        message = self._message
        id = message.session_id or str(self._request.get("session_id") or "")
        about = next(iter(self._recording.messages(session_id=id, limit=1)), None) if id else None
        driver = self._web.driver_of(about or message)
        if driver:
            return tr("the session of {driver}").format(driver=driver)
        return tr("session {id}").format(id=_short(id)) if id else tr("a session")

    def _place(self) -> str:
        return str(self._request.get("evse_uid") or self._request.get("location_id") or tr("a charger"))

    def _figures(self) -> str:
        remarks = Remarks()
        message = self._message
        if message.session_id and "currency" not in self._request and "total_cost" in self._request:
            for first in self._recording.messages(session_id=message.session_id, limit=1, contents=True):
                remarks.figures(first)
        return remarks.figures(message)


def _trail(recording: Recording, web: Web, row: Row) -> tuple[Step, ...]:
    """The causes of a row, first cause first, and itself."""
    teller = Teller(recording)
    rows = [*reversed(list(web.causes(row))), row]
    return tuple(Step(key_of(each), teller.line(each)) for each in rows)


def _first(texts: Mapping[tuple[str, str], str], names: Iterable[tuple[str, str]]) -> str | None:
    return next((texts[name] for name in names if name in texts), None)


def _names(event: Event, data: Fields) -> list[tuple[str, str]]:
    """Under which names the tables above may know an event: the closest first, then by its kind alone."""
    kind = _action(event)
    details = ("kind", "status") if event.kind == "ocpp" else ("action", "reason")
    return [*((kind, str(data[detail])) for detail in details if detail in data), (kind, "")]


def _action(event: Event) -> str:
    """What happened: for what is said at the charge-point link OCPP's name of it."""
    return str(_data(event).get("action", "")) if event.kind == "ocpp" else event.kind


def _street(event: Event, data: Fields) -> dict[str, str]:
    """The driver and the charger of an event, as far as it names them."""
    sender, receiver = ends(event, dict(data))
    if event.kind == "ocpp":
        return {"driver": "", "evse": event.source.rpartition("/")[2]}
    if not event.source.startswith(DRIVER):
        return {"driver": "", "evse": str(data.get("evse", ""))}
    evse = str(data.get("evse") or event.subject).rpartition("/")[2]
    return {"driver": sender, "evse": evse or receiver or tr("a charger")}


def _data(event: Event) -> dict[str, Any]:
    return msgspec.json.decode(event.data, type=dict[str, Any])


def _not_delivered(message: Message) -> str:
    """What the receiver knows of a message whose sender got no answer; by whether it arrived and was handled."""
    if message.final == "dead":
        if message.arrive_us is None:
            text = tr("It did not get through ({why}); {receiver} knows nothing of it.")
        else:
            text = tr("{receiver} got it, but the connection broke before its answer was there ({why}).")
    elif message.handled_us is not None:
        if message.final == "timed_out":
            text = tr("{receiver} got it and answered, but too late: {sender} had given up.")
        else:
            text = tr("{receiver} got it and answered, but the answer was lost on the way.")
    elif message.final == "lost":
        text = tr("It was lost on the way; {receiver} knows nothing of it.")
    else:
        text = tr("No answer came in time; {receiver} had not got to it when {sender} gave up.")
    return text.format(receiver=message.receiver, sender=message.sender, why=message.failure)


def _query(path: str, name: str) -> str:
    return next(iter(parse_qs(urlsplit(path).query).get(name, ())), "")


def _card(uid: str) -> str:
    """A token's uid as a sentence names it, by its beginning."""
    return uid if len(uid) <= _LONGEST_UID else f"{uid[:_SHOWN_OF_A_UID]}…"


def _short(id: str) -> str:
    """An id as a sentence names it: of a long one (a UUID of a counter) the end tells it from others."""
    return id if len(id) <= _LONGEST_ID else f"…{id[-_SHOWN_OF_AN_ID:]}"
