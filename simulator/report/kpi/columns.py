"""What each column of a report's tables is: its kind, unit and meaning, so that a table explains itself.

A column that has the name of a figure means the same of its line as definitions.py says of the whole run.
"""

from typing import Final, Literal

from msgspec import Struct

from simulator.report.kpi.definitions import KPIS

Kind = Literal["text", "count", "number", "flag"]


class Column(Struct, frozen=True):
    """`kind`: text (amounts of money too, which are exact), count (a whole number), number or flag (true or false).

    `unit` may be empty.
    """

    kind: Kind
    unit: str
    meaning: str


_COUNTED: Final = ("drivers", "EVSEs", "CDRs", "messages")


def _text(meaning: str, unit: str = "") -> Column:
    return Column("text", unit, meaning)


def _count(unit: str, meaning: str) -> Column:
    return Column("count", unit, meaning)


def _number(unit: str, meaning: str) -> Column:
    return Column("number", unit, meaning)


def _figures() -> dict[str, Column]:
    return {
        kpi.id: Column("count" if kpi.unit in _COUNTED and "_" not in kpi.id else "number", kpi.unit, kpi.meaning)
        for kpi in KPIS
    }


COLUMNS: Final[dict[str, Column]] = {
    **_figures(),
    # What was run, and its figures
    "job": _text("id of the run in its sweep"),
    "start_epoch_us": _count("us", "when the scenario starts, since 1970, UTC"),
    "zone": _text("time zone of the scenario"),
    "scenario": _text("name of the scenario"),
    "seed": _count("", "seed of the run"),
    "digest": _text("digest of the recording; equal for equal runs"),
    "level": _text("what was recorded: full, headers or aggregates"),
    "state": _text("how the run ended: live (it has not), killed, failed, interrupted or complete"),
    "failure": _text("why the run failed; empty if it did not"),
    "from_s": _number("s", "begin of the quarter of an hour, or of what counts, since the scenario's start"),
    "to_s": _number("s", "end of what counts, since the scenario's start"),
    "rule": _text("how the warm-up was found that does not count"),
    "load": _text("the load that was asked for, in a sentence"),
    "kpi": _text("id of the figure"),
    "value": _number("that of the line", "value of the figure"),
    "unit": _text("unit of the figure"),
    "better": _text("which way is good: more, less, or empty for neither"),
    "meaning": _text("what the figure means"),
    # Who and where
    "party": _text("country and party id"),
    "role": _text("cpo, emsp, hub or scsp"),
    "name": _text("name of what the line is about"),
    "as": _text("creditor: what its CDRs ask for; debtor: what it is asked for"),
    "site": _text("the site's key in the scenario"),
    "cpo": _text("country and party id of the CPO"),
    "emsp": _text("country and party id of the eMSP"),
    "creditor": _text("who asks for the amount"),
    "debtor": _text("who is asked for the amount"),
    "module": _text("OCPI module"),
    "sender": _text("who sent the requests"),
    "receiver": _text("who answered them"),
    "session_id": _text("OCPI Session.id"),
    "cdr_id": _text("OCPI CDR.id"),
    "location_id": _text("OCPI Location.id"),
    "evse_uid": _text("OCPI EVSE.uid"),
    "token_uid": _text("OCPI Token.uid"),
    "tariff_id": _text("OCPI Tariff.id; empty where there is none"),
    "status": _text("OCPI SessionStatus as the CPO knew it last"),
    # Counts and quantities
    "sites": _count("sites", "sites of the party"),
    "drivers": _count("drivers", "drivers who came"),
    "turned_away": _count("drivers", "drivers who left without charging"),
    "plugged_in": _count("drivers", "drivers who plugged in"),
    "found_taken": _count("places", "places that drivers found taken although their app showed them free"),
    "sessions": _count("sessions", "sessions that began in what counts; empty where single sessions were not recorded"),
    "failed": _count("messages", "messages without a good answer"),
    "bytes": _count("bytes", "bytes of bodies, requests and answers together"),
    "mean_kw": _number("kW", "mean power of all sites"),
    "limit_kw": _number("kW", "what the grid connection gives; empty where it has no limit"),
    "occupied_evses": _number("EVSEs", "EVSEs with a car plugged in, mean over the time"),
    "charging_evses": _number("EVSEs", "EVSEs from which power is drawn, mean over the time"),
    "kwh": _number("kWh", "energy of the session as the CPO knew it last"),
    "energy_wh": _count("Wh", "energy of the CDR"),
    "approximate": _count("0 or 1", "1 where the price could not be known exactly; `reason` says why"),
    "reason": _text("why the price is approximate, or which CDR a credit is for; empty of any other"),
    # Money
    "currency": _text("ISO 4217 code"),
    "amount": _text("what the CDR asks for, without VAT; an exact decimal", "currency"),
    "accepted_amount": _text("what the debtor accepted, without VAT; an exact decimal", "currency"),
    "cost_excl_vat": _text("sum of the CDRs, without VAT; an exact decimal", "currency"),
    "total_cost_excl_vat": _text("cost of the session so far, without VAT; an exact decimal", "currency"),
    # Times
    "local_time": _text("begin of the quarter of an hour with its offset from UTC", "ISO 8601"),
    "start_date_time": _text("begin of the session, UTC", "ISO 8601"),
    "end_date_time": _text("end of the session, UTC; empty while it runs", "ISO 8601"),
    "issued_at": _text("when the CPO made the CDR, UTC", "ISO 8601"),
    "accepted_at": _text("when the eMSP accepted it, UTC; empty if it did not", "ISO 8601"),
}
