"""What an OCPI exchange says, in a phrase and a short remark, read from its bodies when the recording has them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from simulator.i18n import tr
from simulator.ocpi import codec
from simulator.ocpi.describe import meaning
from simulator.ocpi.status import Status
from simulator.ocpi.status import meaning as status_meaning
from simulator.recording.rows import Message

_CENT: Final = Decimal("0.01")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
Fields = Mapping[str, Any]


class Remarks:
    """Reads exchanges in order; it remembers each session's currency, which a Session PATCH does not repeat."""

    def __init__(self) -> None:
        self._currencies: dict[str, str] = {}

    def what(self, message: Message) -> str:
        """What the exchange is, in a trainer's words."""
        request, answer = fields_of(message.request_body), fields_of(fields_of(message.response_body).get("data"))
        status = request.get("status") or request.get("result") or answer.get("allowed")
        if message.route == "cdrs.receiver.post_cdr" and request.get("credit") is True:
            return tr("Credit for a bill (CDR)")
        try:
            return tr(meaning(message.route, status if isinstance(status, str) else None))
        except ValueError:
            return f"{message.method} {message.path}"

    def remark(self, message: Message) -> str:
        """What it says: how it failed, energy, cost, token, place, answer."""
        request, answer = fields_of(message.request_body), fields_of(fields_of(message.response_body).get("data"))
        parts = [*_failure(message), *self._figures(message, request), *_who_and_where(message, request)]
        for key in ("result", "allowed"):
            if isinstance(answer.get(key), str):
                parts.append(tr("answer {word}").format(word=answer[key]))
        if message.duplicate_of:
            parts.append(tr("delivered a second time by the network"))
        return ", ".join(parts)

    def figures(self, message: Message) -> str:
        """Its energy and cost alone; "" when it tells none."""
        return ", ".join(self._figures(message, fields_of(message.request_body)))

    def _figures(self, message: Message, request: Fields) -> list[str]:
        if isinstance(request.get("currency"), str):
            self._currencies[message.session_id] = request["currency"]
        cost = _cost(request.get("total_cost"))
        currency = self._currencies.get(message.session_id, "")
        # An amount says nothing without its currency, which is not known when the session's beginning was not read.
        return _energy(request) + ([f"{currency} {_money(cost)}"] if cost is not None and currency else [])


def _failure(message: Message) -> list[str]:
    if message.final != "delivered":
        words = {"timed_out": tr("timed out"), "lost": tr("lost"), "dead": tr("not connected")}
        return [f"{words.get(message.final, message.final)} ({message.failure})"]
    if message.ocpi_status is not None and message.ocpi_status >= Status.CLIENT_ERROR:
        return [f"{message.ocpi_status}: {status_meaning(message.ocpi_status)}"]
    if (message.http_status or 0) >= 400:
        return [f"HTTP {message.http_status}"]
    return []


def _energy(request: Fields) -> list[str]:
    kwh = _number(request.get("kwh", request.get("total_energy")))
    return [] if kwh is None else [f"{kwh:,.3f} kWh"]


def _who_and_where(message: Message, request: Fields) -> list[str]:
    parts = []
    token = fields_of(request.get("token")).get("uid") or (
        message.token_uid if message.route == "tokens.sender.post_authorize" else ""
    )
    if token:
        parts.append(tr("token {uid}").format(uid=token))
    if message.module == "commands" and request.get("evse_uid"):
        parts.append(tr("EVSE {uid}").format(uid=request["evse_uid"]))
    elif message.module == "locations" and message.object_id:
        parts.append(f"{message.object_kind or ''} {message.object_id}".strip())
    return parts


def fields_of(value: object) -> Fields:
    """A JSON object, from bytes or as decoded; anything else has no fields."""
    if isinstance(value, bytes):
        try:
            value = _decoder.decode(value)
        except codec.UNREADABLE:
            return {}
    return value if isinstance(value, Mapping) else {}


def _cost(total_cost: object) -> Decimal | None:
    """An amount before taxes: OCPI 2.1.1 has a number, 2.2.1 a Price with excl_vat, 2.3.0 one with before_taxes."""
    price = fields_of(total_cost)
    return _number(price.get("excl_vat", price.get("before_taxes")) if price else total_cost)


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None
    except InvalidOperation:
        return None


def _money(amount: Decimal) -> str:
    """At least cents; more places when they say something."""
    return str(amount.quantize(_CENT) if amount == amount.quantize(_CENT) else amount)
