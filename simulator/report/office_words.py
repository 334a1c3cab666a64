"""What a party decides or notices by itself, in the words of the story, and what it goes by.

Each text is a whole phrase, so that it can be translated as it stands. An event of a kind not known here is still told,
by its own name.
"""

from collections.abc import Mapping
from typing import Any, Final

from simulator.i18n import tr
from simulator.report.limit_words import power

Data = Mapping[str, Any]

_WORDS: Final = {
    "authorised": "Lets the token charge",
    "refused": "Does not let the token charge",
    "cdr_not_delivered": "Could not deliver the CDR",
    "cdr_missing": "Misses the bill of a session that has ended, and asks for it",
    "cdr_corrected": "Takes a bill back and sends a better one",
    "cdr_not_corrected": "Could not correct a bill",
    "charging_limited": "Limits the power of a session",
    "charging_limit_lifted": "Lifts the limits of a session",
    "charging_limit_asked": "Asks for the limits of a session",
    "charging_profile_result": "Hears what came of limiting",
    "not_limited": "Has no session to limit",
    "charging_preferences": "Passes on what the driver prefers",
    "charging_preferences_result": "Hears what came of the preferences",
    "contract_ended": "Ends a driver's contract",
    "contract_restored": "Restores a driver's contract",
    "copies_checked": "Compares its objects with the other party's copies",
    "copies_compared": "Has compared its objects with the copies",
    "copies_not_compared": "Could not compare its objects with the copies",
    "credentials_renewal": "Renews its credentials",
    "credentials_renewal_failed": "Could not renew its credentials",
    "invoice": "Sends an invoice",
    "invoice_corrected": "Corrects an invoice",
    "invoice_withdrawn": "Withdraws an invoice",
    "invoice_agreed": "Agrees to an invoice",
    "invoice_disputed": "Disputes an invoice",
    "invoice_not_delivered": "Could not deliver the invoice",
    "invoice_not_told": "Could not send the invoice",
    "late_answer": "Gets an answer that comes too late",
    "registration_failed": "Could not register",
    "site_changed": "Changes a location",
    "synchronise": "Fetches what it may have missed",
    "synchronised": "Is up to date",
    "tariff_changed": "Changes a tariff",
    "tariff_withdrawn": "Withdraws a tariff",
    "token_a_handed_over": "Is given the other party's registration token",
    "reservation_withdrawn": "Withdraws a reservation",
    "not_withdrawn": "Has no reservation to withdraw",
    "connector_unlocked": "Helps a driver whose plug is stuck",
    "not_unlocked": "Has no session to unlock the connector of",
    "unlock_result": "Hears what came of unlocking",
    "unreachable": "Could not be reached",
    "unregistration": "Ends the connection",
    "unregistration_failed": "Could not end the connection",
    "unusable_url": "Cannot use the URL that it was given",
    "unauthorised_transaction": "Learns of a transaction that it did not authorise",
    "withheld": "Keeps back what the other party's version cannot say",
}
_BY_METHOD: Final = {
    "AUTH_REQUEST": "asked the eMSP",
    "WHITELIST": "by its own list of tokens",
    "COMMAND": "by the eMSP's command",
}


def office_words(kind: str, data: Data) -> str:
    """What a party decides or notices by itself."""
    if kind == "synchronised" and data.get("problems"):
        return tr("Could not fetch everything")
    text = _WORDS.get(kind)
    return tr(text) if text else kind.replace("_", " ").capitalize()


def office_remark(kind: str, data: Data) -> str:
    """What it goes by."""
    if kind in ("authorised", "refused"):
        method = str(data.get("method", ""))
        text = _BY_METHOD.get(method)
        words = (
            str(data.get("status", "")) if kind == "refused" else "",
            str(data.get("why") or (tr(text) if text else method)),
        )
        return ", ".join(filter(None, words))
    if kind == "invoice_disputed":
        return ", ".join(_disputed(data))
    if data.get("problems"):
        return "; ".join(map(str, data["problems"]))
    limit_w, profile = data.get("limit_w"), data.get("profile_type")
    parts = (data.get("why") or data.get("problem") or data.get("result"), data.get("invoice"), profile)
    return ", ".join([str(part) for part in parts if part] + ([] if limit_w is None else [power(limit_w)]))


def _disputed(data: Data) -> list[str]:
    parts = [str(data.get("invoice", ""))]
    if data.get("missing"):
        parts.append(tr("missing CDRs: {ids}").format(ids=", ".join(data["missing"])))
    if data.get("invoiced_twice"):
        parts.append(tr("invoiced twice: {ids}").format(ids=", ".join(data["invoiced_twice"])))
    return parts
