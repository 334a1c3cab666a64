"""The types that several modules of OCPI 2.3.0 share: open value lists, and amounts with their taxes.

A value outside an open list is a name that the reader does not know yet and is kept as it came. Fields that hold such
values are therefore texts, which compare equal to the members of the list's `StrEnum`.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import DisplayText, Number, Object, String255
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.typeinfo import OPEN_MARK
from simulator.ocpi.v2_2_1.types import ProfileType

__all__ = [
    "AnyTokenType",
    "DisplayText",
    "InterfaceRole",
    "ModuleID",
    "Price",
    "ProfileType",
    "Role",
    "TaxAmount",
    "TokenType",
    "open_enum",
]


def open_enum(known: type[StrEnum]) -> Meta:
    """The mark of a text that holds a member of `known` or a name from later on. OCPI 2.3.0, Types, OpenEnum."""
    first = ", ".join(list(known)[:3])
    return Meta(min_length=1, description=f"a name such as {first}", extra={OPEN_MARK: known})


class TokenType(StrEnum):
    """How a driver identifies. Tokens, TokenType."""

    AD_HOC_USER = "AD_HOC_USER"
    APP_USER = "APP_USER"
    EMAID = "EMAID"
    OTHER = "OTHER"
    RFID = "RFID"


AnyTokenType = Annotated[str, open_enum(TokenType)]


class Role(StrEnum):
    """What a party is in the market; a hub is no role any more but a platform of many parties. Types, Role."""

    CPO = "CPO"
    EMSP = "EMSP"
    NAP = "NAP"
    NSP = "NSP"
    OTHER = "OTHER"
    SCSP = "SCSP"


class TaxAmount(Object, frozen=True, kw_only=True):
    """One tax on an amount, `percentage` in percent. Types, TaxAmount.

    The specification gives its texts no length; that of a long text elsewhere is taken.
    """

    name: String255
    account_number: String255 | None = None
    percentage: Number | None = None
    amount: Number


class Price(Object, frozen=True, kw_only=True):
    """An amount in the currency of its surroundings; without `taxes` none are known. Types, Price."""

    before_taxes: Number
    taxes: tuple[TaxAmount, ...] = ()
