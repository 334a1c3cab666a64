"""How a CPO decides whether a token may charge: the truth table of whitelist, validity and reachability.

Source: OCPI 2.2.1, Tokens module, WhitelistType and real-time authorisation; digest, section 3.2.
"""

from collections.abc import Generator
from typing import Any

import msgspec
from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.cdrs import AuthMethod, CdrToken
from simulator.ocpi.v2_2_1.tokens import AllowedType, AuthorizationInfo, LocationReferences, Token, WhitelistType
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.parties.client import Answer
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.tokens import TokensReceiver
from simulator.parties.office import Office

_IN_OCPP = {
    AllowedType.ALLOWED: "Accepted",
    AllowedType.BLOCKED: "Blocked",
    AllowedType.EXPIRED: "Expired",
    AllowedType.NO_CREDIT: "NoCredit",
    AllowedType.NOT_ALLOWED: "NotAtThisLocation",
}


class Authorisation(Struct, frozen=True):
    """A decision: `status` in OCPP's word; who pays and how it was decided when it is Accepted.

    `unreachable` is why its eMSP could not be asked, where that alone would have let it charge.
    """

    status: str
    token: CdrToken | None = None
    method: AuthMethod = AuthMethod.AUTH_REQUEST
    reference: str | None = None
    unreachable: str = ""


def cdr_token(token: Token) -> CdrToken:
    """The token as sessions and CDRs carry it."""
    return CdrToken(
        country_code=token.country_code,
        party_id=token.party_id,
        uid=token.uid,
        type=token.type,
        contract_id=token.contract_id,
    )


class Authoriser:
    """Decides for one CPO, from its copies of tokens and by asking eMSPs."""

    def __init__(self, office: Office, tokens: TokensReceiver) -> None:
        self._office = office
        self._tokens = tokens

    def from_copy(self, uid: str, type: TokenType) -> Authorisation | None:
        """The decision where the whitelist lets the CPO decide alone; None when an eMSP must be asked."""
        known = list(self._tokens.find(uid, type))
        if len(known) != 1:
            return None
        token = known[0]
        if token.whitelist in (WhitelistType.ALWAYS, WhitelistType.ALLOWED):
            return self._cached(token)
        return None

    def ask(
        self, uid: str, type: TokenType, where: LocationReferences, cause: Cause
    ) -> Generator[Event, Any, Authorisation]:
        """Ask the token's eMSP, or for a token that nobody sent us every partner in turn; hubs find out whose it is."""
        known = list(self._tokens.find(uid, type))
        if len(known) == 1:
            token = known[0]
            emsp, why = f"{token.country_code}-{token.party_id}", "it is not connected"
            connection = self._office.peer_of(token.country_code, token.party_id)
            if connection is not None:
                answer, info = yield from self._request(connection, uid, type, where, cause, token)
                if info is not None:
                    return self._decision(info, where)
                if answer.refused:
                    return Authorisation("Invalid")
                why = answer.problem or "its answer cannot be used"
            if token.whitelist is WhitelistType.ALLOWED_OFFLINE:
                return self._cached(token)
            return Authorisation("Unknown", unreachable=f"{emsp} could not be asked: {why}")
        for connection in tuple(self._office.registered()):
            if connection.version == OLDEST:
                continue  # its answer would not say whose contract it is
            asked = connection.open_routed() if connection.to_hub else connection
            answer, info = yield from self._request(asked, uid, type, where, cause)
            if info is not None:
                return self._decision(info, where)
        return Authorisation("Unknown")

    def _cached(self, token: Token) -> Authorisation:
        # The gap in the specification (ALWAYS with valid=false) is read the safe way: refuse.
        if not token.valid:
            return Authorisation("Invalid", method=AuthMethod.WHITELIST)
        return Authorisation("Accepted", cdr_token(token), AuthMethod.WHITELIST)

    def _decision(self, info: AuthorizationInfo, where: LocationReferences) -> Authorisation:
        status = _IN_OCPP[info.allowed]
        if info.location is not None and info.allowed is AllowedType.ALLOWED:
            permitted = [uid.lower() for uid in info.location.evse_uids]
            if permitted and where.evse_uids and where.evse_uids[0].lower() not in permitted:
                status = "NotAtThisLocation"
        return Authorisation(status, cdr_token(info.token), AuthMethod.AUTH_REQUEST, info.authorization_reference)

    def _request(
        self,
        connection: Connection,
        uid: str,
        type: TokenType,
        where: LocationReferences,
        cause: Cause,
        token: Token | None = None,
    ) -> Generator[Event, Any, tuple[Answer, AuthorizationInfo | None]]:
        office = self._office
        url = connection.endpoint(ModuleID.TOKENS, InterfaceRole.SENDER)
        if url is None:
            return Answer("There is no Tokens endpoint.", 0, Status.SERVER_ERROR, None, {}), None
        subject = Subject(
            module=ModuleID.TOKENS.value,
            interface="SENDER",
            route="tokens.sender.post_authorize",
            version=connection.version,
            object_kind="Token",
            object_id=uid,
            token_uid=uid,
            location_id=where.location_id,
        )
        exchange = office.client.send(
            connection,
            "POST",
            f"{join_url(url, uid, 'authorize')}?type={type.value}",
            subject,
            cause,
            connection.dialect.encode(where),
        )
        if exchange is not None:
            yield exchange
        answer = office.client.read(exchange)

        def read(data: msgspec.Raw) -> AuthorizationInfo:
            return connection.dialect.decode_authorisation(data, token)

        info = office.client.decode(exchange, answer, read) if answer.ok else None
        # Nobody can let in, or make pay, the customer of another.
        mine = info is not None and connection.owns(info.token.country_code, info.token.party_id)
        return answer, info if mine else None
