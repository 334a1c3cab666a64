"""What a field's type annotation says, taken apart once: the one place that knows how our annotations are built."""

import enum
import types
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin

from msgspec import Meta, Struct, UnsetType

from simulator.ocpi.datatypes import CI_MARK, DATE_TIME, FORMAT, URL_MARK, Number

OPEN_MARK: Final = "open_enum"
"""The key in a `Meta`'s extra that leads to the known values of an open list."""


class Shape(Struct, frozen=True):
    """A type without its wrappings.

    `base` is the bare class (of a Number Decimal), `item` the type of a list's members (None when it is no list),
    `metas` the constraints.
    """

    base: Any
    item: Any
    metas: tuple[Meta, ...]
    nullable: bool

    @property
    def is_ci(self) -> bool:
        """Whether the text is a CiString."""
        return any(meta.extra == CI_MARK for meta in self.metas)

    @property
    def is_url(self) -> bool:
        """Whether the text is a URL."""
        return any(meta.extra == URL_MARK for meta in self.metas)

    @property
    def format(self) -> str:
        """The pattern of a text that is looked up after decoding; empty for every other type."""
        return next((meta.extra[FORMAT] for meta in self.metas if meta.extra and FORMAT in meta.extra), "")

    @property
    def is_datetime(self) -> bool:
        """Whether the text is a DateTime."""
        return self.format == DATE_TIME

    @property
    def patterns(self) -> frozenset[str]:
        """The patterns of a text, wherever they are checked."""
        return frozenset(filter(None, (self.format, *(meta.pattern for meta in self.metas))))

    @property
    def known(self) -> type[enum.StrEnum] | None:
        """The known values of an open list; None for every other type."""
        return next((meta.extra[OPEN_MARK] for meta in self.metas if meta.extra and OPEN_MARK in meta.extra), None)


@cache
def shape(type_: Any) -> Shape:
    """The shape of an annotation made of Annotated, one alternative with None or UNSET, and tuple or list."""
    metas: tuple[Meta, ...] = ()
    nullable = False
    while True:
        origin = get_origin(type_)
        if origin is Annotated:
            metas += tuple(meta for meta in type_.__metadata__ if isinstance(meta, Meta))
            type_ = type_.__origin__
        elif origin in (Union, types.UnionType):
            members = get_args(type_)
            nullable = nullable or types.NoneType in members
            (type_,) = (member for member in members if member not in (types.NoneType, UnsetType))
        elif origin in (tuple, list):
            return Shape(origin, get_args(type_)[0], metas, nullable)
        else:
            return Shape(Decimal if type_ is Number else type_, None, metas, nullable)
