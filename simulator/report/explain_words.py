"""The clauses that explain.py joins into sentences: what a sender does, why, and what the receiver makes of it.

Each is a whole clause with named places, so that it can be translated as it stands. A deed and a reason are joined as
"{deed}, because {reason}."
"""

from collections.abc import Mapping
from typing import Final

DEEDS: Final = {
    "versions.get_list": "{sender} asks {receiver} which OCPI versions it speaks",
    "versions.get_details": "{sender} asks {receiver} where its modules are to be found",
    "credentials.get": "{sender} asks {receiver} which credentials it holds out to it",
    "credentials.post": "{sender} registers with {receiver} and hands over its credentials",
    "credentials.put": "{sender} renews its credentials at {receiver}",
    "credentials.delete": "{sender} ends the connection with {receiver}",
    "locations.sender.get_list": "{sender} fetches the list of locations from {receiver}",
    "locations.sender.get_location": "{sender} fetches location {object} from {receiver}",
    "locations.sender.get_evse": "{sender} fetches EVSE {object} from {receiver}",
    "locations.sender.get_connector": "{sender} fetches connector {object} from {receiver}",
    "locations.receiver.get_location": "{sender} checks what {receiver} has stored of location {object}",
    "locations.receiver.get_evse": "{sender} checks what {receiver} has stored of EVSE {object}",
    "locations.receiver.get_connector": "{sender} checks what {receiver} has stored of connector {object}",
    "locations.receiver.put_location": "{sender} sends {receiver} the whole location {object}",
    "locations.receiver.put_evse": "{sender} sends {receiver} the whole EVSE {object}",
    "locations.receiver.put_connector": "{sender} sends {receiver} the whole connector {object}",
    "locations.receiver.patch_location": "{sender} tells {receiver} what has changed at location {object}",
    "locations.receiver.patch_evse": "{sender} tells {receiver} what has changed at EVSE {object}",
    "locations.receiver.patch_connector": "{sender} tells {receiver} what has changed at connector {object}",
    "sessions.sender.get_list": "{sender} fetches the list of sessions from {receiver}",
    "sessions.sender.put_charging_preferences": "{sender} passes on to {receiver} how the driver wants to charge",
    "sessions.receiver.get_session": "{sender} checks what {receiver} has stored of {session}",
    "sessions.receiver.put_session": "{sender} sends {receiver} the whole of {session}",
    "sessions.receiver.patch_session": "{sender} tells {receiver} how {session} goes on",
    "cdrs.sender.get_list": "{sender} fetches the list of CDRs from {receiver}",
    "cdrs.receiver.get_cdr": "{sender} reads back a CDR from {receiver}",
    "cdrs.receiver.post_cdr": "{sender} bills {receiver} for {session}",
    "tariffs.sender.get_list": "{sender} fetches the list of tariffs from {receiver}",
    "tariffs.receiver.get_tariff": "{sender} checks what {receiver} has stored of tariff {object}",
    "tariffs.receiver.put_tariff": "{sender} sends {receiver} the whole tariff {object}",
    "tariffs.receiver.delete_tariff": "{sender} tells {receiver} that tariff {object} is withdrawn",
    "tokens.sender.get_list": "{sender} fetches the list of tokens from {receiver}",
    "tokens.sender.post_authorize": "{sender} asks {receiver} whether {token} may charge",
    "tokens.receiver.get_token": "{sender} checks what {receiver} has stored of {token}",
    "tokens.receiver.put_token": "{sender} sends {receiver} the whole of {token}",
    "tokens.receiver.patch_token": "{sender} tells {receiver} what has changed about {token}",
    "commands.receiver.post_cancel_reservation": "{sender} asks {receiver} to cancel a reservation",
    "commands.receiver.post_reserve_now": "{sender} asks {receiver} to reserve {place} for {token}",
    "commands.receiver.post_start_session": "{sender} asks {receiver} to start charging for {token} at {place}",
    "commands.receiver.post_stop_session": "{sender} asks {receiver} to stop {session}",
    "commands.receiver.post_unlock_connector": "{sender} asks {receiver} to unlock {place}",
    "commands.sender.post_result": "{sender} tells {receiver} how the charger took the command",
    "chargingprofiles.receiver.get_active_charging_profile": "{sender} asks {receiver} which limits apply to {session}",
    "chargingprofiles.receiver.put_charging_profile": "{sender} asks {receiver} to limit the power of {session}",
    "chargingprofiles.receiver.delete_charging_profile": "{sender} asks {receiver} to lift the limits of {session}",
    "chargingprofiles.sender.put_active_charging_profile": "{sender} tells {receiver} the new limits of {session}",
    "chargingprofiles.sender.post_active_charging_profile_result": "{sender} tells {receiver} which limits apply",
    "chargingprofiles.sender.post_charging_profile_result": "{sender} tells {receiver} how the EVSE took the limits",
    "chargingprofiles.sender.post_clear_profile_result": "{sender} tells {receiver} whether the limits are lifted",
    "hubclientinfo.sender.get_list": "{sender} asks {receiver} which parties can be reached",
    "hubclientinfo.receiver.get_client_info": "{sender} checks what {receiver} knows about {object}",
    "hubclientinfo.receiver.put_client_info": "{sender} tells {receiver} about the connection of {object}",
}
OTHER_DEED: Final = "{sender} sends {method} {path} to {receiver}"

# With the status or result that the request carries, the sentence says more.
DEEDS_WITH: Final[Mapping[tuple[str, str], str]] = {
    ("locations.receiver.patch_evse", "AVAILABLE"): "{sender} tells {receiver} that {object} is free",
    ("locations.receiver.patch_evse", "BLOCKED"): "{sender} tells {receiver} that {object} is blocked by an obstacle",
    ("locations.receiver.patch_evse", "CHARGING"): "{sender} tells {receiver} that {object} is in use",
    ("locations.receiver.patch_evse", "INOPERATIVE"): "{sender} tells {receiver} that {object} is not in operation",
    ("locations.receiver.patch_evse", "OUTOFORDER"): "{sender} tells {receiver} that {object} is out of order",
    ("locations.receiver.patch_evse", "REMOVED"): "{sender} tells {receiver} that {object} is no longer there",
    ("locations.receiver.patch_evse", "RESERVED"): "{sender} tells {receiver} that {object} is reserved",
    ("locations.receiver.patch_evse", "UNKNOWN"): "{sender} tells {receiver} that it has lost touch with {object}",
    ("sessions.receiver.put_session", "ACTIVE"): "{sender} tells {receiver} that {session} is running ({figures})",
    ("sessions.receiver.put_session", "COMPLETED"): "{sender} tells {receiver} that {session} has ended ({figures})",
    ("sessions.receiver.put_session", "PENDING"): "{sender} announces {session} to {receiver}",
    ("sessions.receiver.patch_session", ""): "{sender} tells {receiver} how far {session} has come ({figures})",
    ("sessions.receiver.patch_session", "ACTIVE"): "{sender} tells {receiver} how far {session} has come ({figures})",
    ("sessions.receiver.patch_session", "COMPLETED"): "{sender} tells {receiver} that {session} has ended ({figures})",
    ("cdrs.receiver.post_cdr", ""): "{sender} bills {receiver} for {session} ({figures})",
    ("commands.sender.post_result", "ACCEPTED"): "{sender} tells {receiver} that the charger carried out the command",
    ("commands.sender.post_result", "REJECTED"): "{sender} tells {receiver} that the charger rejected the command",
    ("commands.sender.post_result", "FAILED"): "{sender} tells {receiver} that the charger failed at the command",
    ("commands.sender.post_result", "TIMEOUT"): "{sender} tells {receiver} that the charger did not answer in time",
}
ONWARD: Final = "{sender} passes on to {receiver} what {origin} sent: {what}"

VERDICTS: Final = {
    "versions.get_list": "{receiver} names its versions.",
    "versions.get_details": "{receiver} names its endpoints.",
    "credentials.post": "{receiver} accepts, and answers with its own credentials.",
    "credentials.put": "{receiver} accepts, and answers with its own credentials.",
    "credentials.delete": "{receiver} forgets the credentials.",
    "cdrs.receiver.post_cdr": "{receiver} takes the CDR into its books.",
    "commands.sender.post_result": "{receiver} takes note of it.",
    "tariffs.receiver.delete_tariff": "{receiver} removes the tariff.",
    "tokens.sender.post_authorize": "{receiver} answers.",
}
VERDICTS_BY_METHOD: Final = {
    "GET": "{receiver} sends what it has.",
    "POST": "{receiver} takes it on.",
    "PUT": "{receiver} stores it.",
    "PATCH": "{receiver} brings its copy up to date.",
    "DELETE": "{receiver} removes it.",
}
VERDICTS_WITH: Final[Mapping[tuple[str, str], str]] = {
    ("tokens", "ALLOWED"): "{receiver} allows it.",
    ("tokens", "BLOCKED"): "{receiver} does not allow it: the token is blocked.",
    ("tokens", "EXPIRED"): "{receiver} does not allow it: the token has expired.",
    ("tokens", "NO_CREDIT"): "{receiver} does not allow it: the account lacks credit.",
    ("tokens", "NOT_ALLOWED"): "{receiver} does not allow it here.",
    ("commands", "ACCEPTED"): "{receiver} takes the command on and will report what came of it.",
    ("commands", "NOT_SUPPORTED"): "{receiver} does not support the command.",
    ("commands", "REJECTED"): "{receiver} rejects the command.",
    ("commands", "UNKNOWN_SESSION"): "{receiver} does not know the session.",
    ("chargingprofiles", "ACCEPTED"): "{receiver} takes it on and will report what came of it.",
    ("chargingprofiles", "NOT_SUPPORTED"): "{receiver} does not support charging profiles.",
    ("chargingprofiles", "REJECTED"): "{receiver} rejects it.",
    ("chargingprofiles", "TOO_OFTEN"): "{receiver} refuses to be asked so often.",
    ("chargingprofiles", "UNKNOWN_SESSION"): "{receiver} does not know the session.",
}

# Why the sender did it. Street and OCPP events by (kind, action or status); "" stands for any.
REASONS: Final[Mapping[tuple[str, str], str]] = {
    ("tap", "start"): "{driver} held the card to the reader at {evse}",
    ("tap", "stop"): "{driver} held the card to the reader at {evse} again",
    ("app", "start"): "{driver} asked the app to start at {evse}",
    ("app", "stop"): "{driver} asked the app to stop",
    ("plug", ""): "{driver} plugged in at {evse}",
    ("leave", ""): "{driver} unplugged from {evse} and left",
    ("Authorize", ""): "somebody held a card to the reader at {evse}",
    ("BootNotification", ""): "charger {evse} has started up",
    ("StatusNotification", "Available"): "charger {evse} reported that nobody is connected",
    ("StatusNotification", "Occupied"): "charger {evse} reported that a car is connected",
    ("StatusNotification", "Unavailable"): "charger {evse} reported that it is not available",
    ("StatusNotification", "Faulted"): "charger {evse} reported a fault",
    ("TransactionEvent", "Started"): "charger {evse} reported that charging has begun",
    ("TransactionEvent", "Updated"): "charger {evse} reported how it goes on",
    ("TransactionEvent", "Ended"): "charger {evse} reported that charging has ended",
    ("RequestStartTransactionResponse", ""): "charger {evse} answered",
    ("RequestStopTransactionResponse", ""): "charger {evse} answered",
    ("token_a_handed_over", ""): "its people were given the registration token of {receiver}",
    ("synchronise", "registered"): "the two have just registered",
    ("synchronise", "poll"): "it polls {receiver} every so often",
    ("synchronise", "again"): "an earlier attempt to fetch was not complete",
    ("synchronise", ""): "it wants to be up to date after an outage",
}
HELD_IT: Final = "{driver} held it to the reader at {evse}"
"""In place of ("tap", "start") where the card has just been named."""

REASONS_FROM_MESSAGES: Final = {
    "credentials.post": "{origin} is registering with it",
    "commands.receiver.post_start_session": "{origin} asked it to start charging",
    "commands.receiver.post_stop_session": "{origin} asked it to stop charging",
    "commands.receiver.post_reserve_now": "{origin} asked it to reserve a place",
    "commands.receiver.post_cancel_reservation": "{origin} asked it to cancel a reservation",
    "commands.receiver.post_unlock_connector": "{origin} asked it to unlock a connector",
}
OTHER_REASON: Final = "of what went before: {what}"

EVENTS: Final[Mapping[tuple[str, str], str]] = {
    ("arrive", ""): "{driver} arrives and looks for a charge point: {remark}.",
    ("taken", ""): "{driver} finds the place taken, although {remark}.",
    ("wait", ""): "{driver} waits for a place.",
    ("plug", ""): "{driver} plugs in at {evse}.",
    ("tap", "start"): "{driver} holds the card to the reader at {evse} to start.",
    ("tap", "stop"): "{driver} holds the card to the reader at {evse} to stop.",
    ("app", "start"): "{driver} asks the app of {party} to start at {evse}.",
    ("app", "stop"): "{driver} asks the app of {party} to stop.",
    ("refused", ""): "{driver} is refused at {evse}: {remark}.",
    ("leave", ""): "{driver} unplugs from {evse} and leaves: {remark}.",
    ("turned_away", ""): "{driver} drives on without charging: {remark}.",
    ("Authorize", ""): "{evse} asks {party} whether a token may charge: {remark}.",
    ("AuthorizeResponse", ""): "{party} answers {evse}: {remark}.",
    ("BootNotification", ""): "{evse} tells {party} that it has started up.",
    ("StatusNotification", ""): "{evse} tells {party} what its connector is now: {remark}.",
    ("TransactionEvent", "Started"): "{evse} tells {party} that charging has begun: {remark}.",
    ("TransactionEvent", "Updated"): "{evse} tells {party} how charging goes on: {remark}.",
    ("TransactionEvent", "Ended"): "{evse} tells {party} that charging has ended: {remark}.",
    ("RequestStartTransaction", ""): "{party} tells {evse} to start charging: {remark}.",
    ("RequestStopTransaction", ""): "{party} tells {evse} to stop charging.",
    ("RequestStartTransactionResponse", ""): "{evse} answers {party}: {remark}.",
    ("RequestStopTransactionResponse", ""): "{evse} answers {party}: {remark}.",
}
