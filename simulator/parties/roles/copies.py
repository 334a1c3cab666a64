"""What a party can read back from a peer: its own objects as the peer keeps them, and the peer's as the peer has them.

Locations are asked for at each of their three levels, as a Receiver may keep one and forget another.
"""

from collections.abc import Iterator
from typing import Any

from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.v2_2_1.location_tree import find_connector, find_evse
from simulator.ocpi.v2_2_1.locations import Location
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.readback import Item
from simulator.parties.roles.cpo import Cpo
from simulator.parties.roles.emsp import Emsp
from simulator.parties.roles.hub import Hub
from simulator.parties.roles.scsp import Scsp

_SENDER, _RECEIVER = InterfaceRole.SENDER, InterfaceRole.RECEIVER


def copies(party: Cpo | Emsp | Scsp | Hub, connection: Connection) -> Iterator[Item]:
    """All that a party can compare with what a peer shows; an SCSP owns nothing, and Senders show no single session."""
    if isinstance(party, Cpo):
        return _of_cpo(party, connection)
    if isinstance(party, Emsp):
        return _of_emsp(party, connection)
    if isinstance(party, Scsp):
        return iter(())
    return (
        Item(ModuleID.HUB_CLIENT_INFO, _RECEIVER, "client_info", (info.country_code, info.party_id), info)
        for info in party.standing.shown(connection)
    )


def _of_cpo(cpo: Cpo, connection: Connection) -> Iterator[Item]:
    peer, us = connection.peer_id, (cpo.office.identity.country_code, cpo.office.identity.party_id)
    for location in cpo.locations.store:
        yield from _levels(_RECEIVER, us, location)
    for tariff in cpo.tariffs.store:
        yield Item(ModuleID.TARIFFS, _RECEIVER, "tariff", (*us, tariff.id), tariff)
    for session in cpo.sessions.by_peer.get(peer, ()):
        yield Item(ModuleID.SESSIONS, _RECEIVER, "session", (*us, session.id), session.whole())
    for cdr in cpo.billing.cdrs.by_peer.get(peer, ()):
        yield Item(ModuleID.CDRS, _RECEIVER, "cdr", (*us, cdr.id), cdr)
    for record in cpo.invoices.sender.of(peer):
        segments = (*us, record.id)
        yield Item(ModuleID.INVOICE_RECONCILIATION, _RECEIVER, "record", segments, record, original=record)


def _of_emsp(emsp: Emsp, connection: Connection) -> Iterator[Item]:
    us = (emsp.office.identity.country_code, emsp.office.identity.party_id)
    for token in emsp.tokens.store:
        query = "" if connection.version == OLDEST else f"?type={token.type.value}"
        yield Item(ModuleID.TOKENS, _RECEIVER, "token", (*us, token.uid), token, query)
    cls = connection.dialect.class_of(Location)
    for each in emsp.locations.store:
        if connection.owns(each.country_code, each.party_id):
            original = emsp.locations.store.original(cls, each.country_code, each.party_id, each.id)
            yield from _levels(_SENDER, (), each, original)


def _levels(side: InterfaceRole, owner: tuple[str, ...], location: Location, original: Any = None) -> Iterator[Item]:
    """A location at all its levels; `original` is it as its owner told us, if that was in the connection's version."""
    segments = (*owner, location.id)
    yield Item(ModuleID.LOCATIONS, side, "location", segments, location, original=original)
    for evse in location.evses:
        within: Any = find_evse(original, evse.uid) if original is not None else None
        segments = (*owner, location.id, evse.uid)
        yield Item(ModuleID.LOCATIONS, side, "evse", segments, evse, original=within)
        for connector in evse.connectors:
            kept = find_connector(within, connector.id) if within is not None else None
            yield Item(ModuleID.LOCATIONS, side, "connector", (*segments, connector.id), connector, original=kept)
