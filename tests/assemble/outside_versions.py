"""A platform of another make for each version of OCPI, all in one served run: what one meets with, the others may."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from types import MappingProxyType
from typing import Any, TypeVar

from outside_run import Served
from outside_stranger import Stranger

VERSIONS = ["2.2.1", "2.1.1", "2.3.0"]
IDS = {"2.2.1": "DE-E22", "2.1.1": "DE-E21", "2.3.0": "DE-E23"}
S = TypeVar("S", bound=Stranger)


def outside(role: str, partner: str, more: Mapping[str, str] = MappingProxyType({})) -> str:
    """They in a scenario, with `more` about each."""
    return "outside:\n" + "".join(
        f"  {IDS[version]}: {{role: {role}, with: [{partner}], ocpi: [{version}]{more.get(version, '')}}}\n"
        for version in VERSIONS
    )


def strangers(make: Callable[..., S], **about: Any) -> dict[str, S]:
    """They themselves, by version."""
    return {version: make(version, party_id=IDS[version][3:], **about) for version in VERSIONS}


@asynccontextmanager
async def present(of: dict[str, S]) -> AsyncIterator[None]:
    """They answer requests meanwhile."""
    async with AsyncExitStack() as stack:
        for stranger in of.values():
            await stack.enter_async_context(stranger)
        yield


async def each(of: dict[str, S], act: Callable[[S], Awaitable[Any]]) -> list[Any]:
    """All of them do this at the same time; what came of it."""
    return await asyncio.gather(*(act(stranger) for stranger in of.values()))


async def register(run: Served, stranger: Stranger, number: int = 1) -> None:
    """Take up the invitation of this number."""
    invitation = (await run.invited(number, f"DE-{stranger.party_id}"))[number - 1]
    await stranger.register(invitation.versions_url, invitation.token)
