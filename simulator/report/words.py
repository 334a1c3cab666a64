"""What happens in the street and between charge point and CPO, in the words of the story.

Each text is a whole phrase with named places, so that it can be translated as it stands. An event of a kind not known
here is still told, by its own name.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from simulator.i18n import tr

Data = Mapping[str, Any]

_MOST_READINGS: Final = 3
_TURNED_AWAY: Final = {
    "nothing_shown": "the app shows no charge point near",
    "none_compatible": "no charge point fits the car",
    "app_needed": "the charge points left are an outside party's, which only an app can start",
    "card_needed": "the charge points left cannot be started by an app",
    "all_taken": "all places are taken",
    "refused": "charging was refused",
    "no_answer": "nobody answered",
}
_STREET: Final = {
    "arrive": "Arrives and looks for a charge point",
    "taken": "Finds the place taken",
    "wait": "Waits for a place",
    "plug": "Plugs in",
    "refused": "Is refused",
    "leave": "Unplugs and leaves",
    "turned_away": "Drives on without charging",
    "reserved": "Has a place reserved",
    "not_reserved": "Gets no reservation",
    "reservation_withdrawn": "Hears that the reservation is withdrawn",
    "stays_away": "Does not come",
}
_STREET_ACTIONS: Final = {
    ("app", "reserve"): "Asks the app to reserve a place",
    ("app", "cancel"): "Asks the app to cancel the reservation",
    ("app", "start"): "Asks the app to start",
    ("app", "stop"): "Asks the app to stop",
    ("tap", "start"): "Holds the card to the reader to start",
    ("tap", "stop"): "Holds the card to the reader to stop",
}


def street_words(kind: str, data: Data) -> str:
    """What the driver does."""
    text = _STREET_ACTIONS.get((kind, str(data.get("action", "")))) or _STREET.get(kind)
    return tr(text) if text else kind.replace("_", " ").capitalize()


def street_remark(kind: str, data: Data) -> str:
    """The numbers that go with it; "" when there are none."""
    if kind == "arrive" and "target_soc_permille" in data:
        return tr("{vehicle}, battery {now} %, wants {wanted} %").format(
            vehicle=data.get("vehicle", ""),
            now=_percent(data.get("start_soc_permille", 0)),
            wanted=_percent(data["target_soc_permille"]),
        )
    if kind == "taken" and "age_s" in data:
        return tr("the app shows {shown}, as of {age} ago").format(shown=data.get("shown", ""), age=span(data["age_s"]))
    if kind == "refused":
        return str(data.get("status") or tr("nothing started"))
    if kind == "leave" and "energy_wh" in data:
        return tr("{energy} after {stay}").format(energy=energy(data["energy_wh"]), stay=span(data.get("stay_s", 0)))
    if kind == "reserved" and "for_s" in data:
        return tr("for {span}").format(span=span(data["for_s"]))
    if kind == "not_reserved":
        return str(data.get("status", ""))
    if kind == "turned_away":
        return reason_words(str(data.get("reason", "")))
    return ""


def reason_words(reason: str) -> str:
    """Why a driver went away without charging."""
    text = _TURNED_AWAY.get(reason)
    return tr(text) if text else reason.replace("_", " ")


def ocpp_words(data: Data) -> str:
    """The message in OCPP's own words: its action, and for a transaction event which one."""
    return " ".join(str(data[key]) for key in ("action", "kind") if key in data)


def ocpp_remark(data: Data) -> str:
    """The message's payload, as far as it tells a person something."""
    parts = []
    if "status" in data:
        parts.append(str(data["status"]))
    token = data.get("token")
    if isinstance(token, Mapping):
        parts.append(tr("token {uid}").format(uid=token.get("uid", "")))
    if data.get("reservation_id") is not None:
        parts.append(tr("reservation {number}").format(number=data["reservation_id"]))
    if data.get("charging_state") not in (None, "Charging"):
        parts.append(str(data["charging_state"]))
    if "power_w" in data:
        parts.append(f"{Decimal(data['power_w']) / 1000:.1f} kW")
    if "register_wh" in data:
        parts.append(tr("meter {energy}").format(energy=energy(data["register_wh"])))
    if "state_of_charge_permille" in data:
        parts.append(tr("battery {percent} %").format(percent=_percent(data["state_of_charge_permille"])))
    if data.get("offline"):
        parts.append(tr("kept while offline"))
    return ", ".join(parts)


def asked_readings(data: Data, clock: Callable[[int], str]) -> str:
    """When the meter values of a TriggerMeterValue are wanted; `clock` tells `at_us`."""
    wanted = [clock(at_us) for at_us in data["instants_us"]]
    wanted += [tr("meter {energy}").format(energy=energy(each_wh)) for each_wh in data["registers_wh"]]
    wanted += [f"{Decimal(each_w) / 1000:.1f} kW" for each_w in data["powers_w"]]
    return ", ".join(wanted if len(wanted) <= _MOST_READINGS else [*wanted[:_MOST_READINGS], "…"])


def energy(energy_wh: int) -> str:
    """Whole watt-hours as kWh."""
    return f"{Decimal(energy_wh) / 1000:,.3f} kWh"


def span(duration_s: float) -> str:
    """A duration for reading: seconds below two minutes, then minutes."""
    if duration_s < 120:
        return tr("{seconds} s").format(seconds=round(duration_s))
    return tr("{minutes} min").format(minutes=round(duration_s / 60))


def _percent(permille: int) -> str:
    return f"{Decimal(permille) / 10:.0f}"
