"""Tokens: the eMSP's own tokens and its answer to real-time authorisation, and a CPO's copies.

Source: OCPI 2.2.1, Tokens module. A token is unique by uid and type for each eMSP.
"""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any
from urllib.parse import parse_qsl

from simulator.engine.cause import Cause
from simulator.ocpi.datatypes import NOT_AVAILABLE, ci_key
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.patch import apply_patch
from simulator.ocpi.status import Status
from simulator.ocpi.v2_1_1 import tokens as v2_1_1
from simulator.ocpi.v2_2_1.cdrs import CdrToken
from simulator.ocpi.v2_2_1.tokens import AuthorizationInfo, LocationReferences, Token
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.parties.call import CREATED, DONE, Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.dialect import HOME, OLDEST
from simulator.parties.modules.order import overtaken
from simulator.parties.modules.ownership import must_match, must_stay, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.pull import Crawl
from simulator.parties.store import Store, join_key, listed
from simulator.parties.taking import Receiver, Taken

PAGE_LIMIT = 500

_owner_of = attrgetter("country_code", "party_id")


def token_type(call: Call) -> TokenType:
    """The `type` of a query, RFID when there is none. From 2.3.0 on the list is open; what 2.2.1 lacks is OTHER."""
    text = dict(parse_qsl(call.query)).get("type", TokenType.RFID.value)
    try:
        return TokenType(text)
    except ValueError:
        if call.version not in (OLDEST, HOME):
            return TokenType.OTHER
        known = ", ".join(v2_1_1.TokenType if call.version == OLDEST else TokenType)
        raise Refusal(Status.INVALID_PARAMETERS, f"Token type {text!r} is not one of {known}.") from None


class TokensSender:
    """Serves the party's own tokens and decides, by `decide`, whether one may charge where a peer asks about."""

    def __init__(
        self,
        office: Office,
        decide: Callable[[Connection, Token, LocationReferences | None], AuthorizationInfo],
    ) -> None:
        self.store: Store[Token] = Store()
        self._us = (office.identity.country_code.upper(), office.identity.party_id.upper())
        self._decide = decide
        office.platform.offer(
            ModuleID.TOKENS,
            InterfaceRole.SENDER,
            {"get_list": self._get_list, "post_authorize": self._post_authorize},
        )

    def named(self, uid_or_contract: str) -> list[Token]:
        """The tokens of this contract or, if there are none, those with this uid."""
        return _named(self.store, uid_or_contract)

    def has_issued(self, named: CdrToken) -> bool:
        """Whether the token that a Session or CDR names is one of ours; of which type is not said alike everywhere.

        Which of a contract's tokens it was, 2.1.1 does not say.
        """
        if (named.country_code.upper(), named.party_id.upper()) != self._us:
            return False
        uid = named.uid
        if self.store.get(uid, named.type) is not None:
            return True
        if uid == NOT_AVAILABLE:
            return any(ci_key(token.contract_id) == ci_key(named.contract_id) for token in self.store)
        return any(self.store.get(uid, type) is not None for type in TokenType)

    def _get_list(self, call: Call) -> Reply:
        return listed(list(self.store), lambda token: token.last_updated, call, PAGE_LIMIT)

    def _post_authorize(self, call: Call) -> Reply:
        uid = call.params["token_uid"]
        named = token_type(call)
        # 2.1.1 was told of what it has no word for by another, and need not name any.
        types = (named, *TokenType) if call.version == OLDEST else (named,)
        token = next(filter(None, (self.store.get(uid, type) for type in types)), None)
        where = call.read(LocationReferences) if call.body.strip() else None
        if token is None:
            raise Refusal(Status.UNKNOWN_TOKEN, f"Token {uid!r} is not known here.", 404)
        return call.reply(self._decide(call.connection, token, where))


class TokensReceiver(Receiver[Token]):
    """Keeps copies of the peers' tokens; `on_change` hears of each that is pushed, or by a list other or gone."""

    removes = True

    def __init__(self, office: Office, on_change: Callable[[Token, Cause], None]) -> None:
        super().__init__(office)
        self._keys: dict[str, tuple[str, ...]] = {}
        """Under which keys the tokens with a uid and type are kept, for mostly it is one."""
        self._on_change = on_change
        office.platform.offer(
            ModuleID.TOKENS,
            InterfaceRole.RECEIVER,
            {"get_token": self._get, "put_token": self._put, "patch_token": self._patch},
        )

    def find(self, uid: str, type: TokenType) -> Iterator[Token]:
        """Every token known with this uid and type, of whichever eMSP."""
        return filter(None, map(self.store.at, self._keys.get(join_key((uid, type)), ())))

    def named(self, uid_or_contract: str) -> list[Token]:
        """The tokens of this contract or, if there are none, those with this uid."""
        return _named(self.store, uid_or_contract)

    def owners(self, uid: str, contract_id: str) -> list[tuple[str, str]]:
        """All, in upper case, who have a token with this uid and contract."""
        return [
            (token.country_code.upper(), token.party_id.upper())
            for type in TokenType
            for token in self.find(uid, type)
            if ci_key(token.contract_id) == ci_key(contract_id)
        ]

    def take_list(self, connection: Connection, found: Crawl[Token], since: int, cause: Cause) -> Taken:
        """See Receiver. What is all new, as thousands of tokens are when two parties meet, is kept in one go."""
        tokens, keys = found.objects, found.keys
        if not self._are_news(connection, found):
            return super().take_list(connection, found, since, cause)
        self.store.put_news(tokens, keys)
        for token, key in zip(tokens, keys, strict=True):
            self._index(token, key)
        gone = self._forget_gone(connection, found, since, cause)
        return Taken(len(tokens), tuple(tokens), len(tokens), gone)

    def _are_news(self, connection: Connection, found: Crawl[Token]) -> bool:
        """Whether each is new, without an original beside it, and the peer's to tell of."""
        if not self.store.are_news(found.keys) or any(each.original for each in found.listed):
            return False
        owners = dict.fromkeys(map(_owner_of, found.objects))
        return all(self.may_tell(connection, (country.upper(), party.upper())) for country, party in owners)

    def key(self, obj: Token) -> tuple[str, str, str, str]:
        """See Receiver."""
        return obj.country_code, obj.party_id, obj.uid, obj.type

    def keep(self, obj: Token, original: Any, cause: Cause) -> None:
        """See Receiver."""
        if not self._keep(obj, original):
            self._on_change(obj, cause)

    def forget(self, obj: Token, cause: Cause) -> None:
        """See Receiver."""
        self.store.drop(*self.key(obj))
        gone, at = join_key(self.key(obj)), join_key((obj.uid, obj.type))
        self._keys[at] = tuple([key for key in self._keys[at] if key != gone])
        self._on_change(obj, cause)

    def _keep(self, token: Token, original: Any) -> bool:
        """Whether it is new."""
        key = join_key(self.key(token))
        is_new = self.store.put_at(key, token, original)
        if is_new:
            self._index(token, key)
        return is_new

    def _index(self, token: Token, key: str) -> None:
        at = join_key((token.uid, token.type))
        self._keys[at] = (*self._keys.get(at, ()), key)

    def _original(self, call: Call, token: Token) -> Any:
        """A token as it came, None when it is of another version than is spoken."""
        return None if call.version == HOME else self.store.original(call.class_of(Token), *self.key(token))

    def _known(self, call: Call) -> Token:
        owner, uid = owner_of(call), call.params["token_uid"]
        # A URL of 2.1.1 does not say of which type the token is.
        types = tuple(TokenType) if call.version == OLDEST else (token_type(call),)
        for type in types:
            token = self.store.get(*owner, uid, type)
            if token is not None:
                return token
        raise unknown("Token", uid)

    def _get(self, call: Call) -> Reply:
        token = self._known(call)
        return call.reply(token, self._original(call, token))

    def _put(self, call: Call) -> Reply:
        country_code, party_id = owner_of(call)
        token = call.read(Token)
        must_match(call, token)
        if call.version != OLDEST and token.type is not token_type(call):
            raise Refusal(Status.INVALID_PARAMETERS, f"The URL says type {token_type(call)}, the body {token.type}.")
        known = self.store.told(country_code, party_id, token.uid, token.type)
        if known is None or not overtaken(self._journal, call, known.last_updated, token.last_updated):
            self._keep(token, call.original(Token))
            self._on_change(token, call.cause)
        return CREATED if known is None else DONE

    def _patch(self, call: Call) -> Reply:
        known = self._known(call)
        patch = call.read_patch(Token)
        must_stay(known, patch, "uid", "type", "country_code", "party_id")
        doubted = self.store.doubts(*self.key(known))
        if doubted or not overtaken(self._journal, call, known.last_updated, patch.last_updated):
            token, original = apply_patch(known, patch), self._original(call, known)
            if original is not None:
                original = apply_patch(original, call.original_patch(Token))
            self.store.amend(join_key(self.key(token)), token, original)
            self._on_change(token, call.cause)
        return DONE


def _named(store: Store[Token], uid_or_contract: str) -> list[Token]:
    key = ci_key(uid_or_contract)
    found = [token for token in store if key in (ci_key(token.uid), ci_key(token.contract_id))]
    return [token for token in found if ci_key(token.contract_id) == key] or found
