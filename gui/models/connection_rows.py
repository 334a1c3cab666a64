"""What the view of connections lists: each party, its ends of connections, and behind a hub who is reached through it.

The rows say in words what the report knows, each with an icon for its state; so that they can be told apart while time
goes by, each has a key that stays.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from simulator.i18n import tr
from simulator.report.connections import REGISTERED, ClientState, ConnectionEnd, Connections

Key = tuple[str, ...]

_STATES: Final = {
    "NONE": (tr("none"), "clear"),
    "A_ISSUED": (tr("token A issued"), "time"),
    "A_HELD": (tr("token A held"), "time"),
    REGISTERED: (tr("registered"), "good"),
    "UNREGISTERED": (tr("unregistered"), "refused"),
}
_CLIENTS: Final = {"CONNECTED": "good", "OFFLINE": "lost", "PLANNED": "time", "SUSPENDED": "refused"}
_GRAVITY: Final = ("good", "time", "clear", "help", "refused", "lost")
"""The icons from good to bad."""

TITLES: Final = (tr("Connection"), tr("State"), tr("OCPI"), tr("Since"), tr("Tokens"), tr("Modules"))


class ConnectionRow(NamedTuple):
    """`key` begins with that of the row above. `texts` are as `TITLES`; `tip` says it all in sentences."""

    key: Key
    texts: tuple[str, ...]
    icon: str
    tip: str
    party: str
    peer: str


def rows(known: Connections, names: dict[str, str], clock: Callable[[int], str]) -> Iterator[ConnectionRow]:
    """All rows, each after the one above it. `names` are what people call the parties."""
    clients = {(each.holder, each.hub, each.party): each for each in known.clients}
    for holder in sorted({end.holder for end in known.ends}):
        ends = [end for end in known.ends if end.holder == holder]
        ready = sum(end.state == REGISTERED for end in ends)
        counted = tr("{ready} of {all} registered").format(ready=ready, all=len(ends))
        title = _called(holder, names)
        yield ConnectionRow((holder,), (title, counted, "", "", "", ""), "", f"{title}: {counted}", holder, "")
        reached = {end.peer for end in ends if end.state == REGISTERED}
        for end in sorted(ends, key=lambda each: (each.peer, each.facade)):
            # A client that is reached at another end says nothing of one that nobody has registered over.
            is_told_here = end.state == REGISTERED or end.peer not in reached
            client = clients.get((holder, holder, end.peer)) if is_told_here else None
            yield _of_end(end, client, names, clock)
            for each in known.clients:
                if (each.holder, each.hub) == (holder, end.peer):
                    yield _of_client(each, end, clock)


def _of_end(
    end: ConnectionEnd, client: ClientState | None, names: dict[str, str], clock: Callable[[int], str]
) -> ConnectionRow:
    title = _called(end.peer, names)
    if end.facade:
        title = tr("{peer}, as {facade}").format(peer=title, facade=end.facade)
    state, icon = _STATES.get(end.state, (end.state, "help"))
    since_us = end.since_us
    if client:
        state = tr("{state}, {client_info}").format(state=state, client_info=client.status)
        reached = _CLIENTS.get(client.status, "help")
        if _GRAVITY.index(reached) > _GRAVITY.index(icon):
            icon, since_us = reached, client.since_us
    key = (end.holder, end.peer, end.facade)
    texts = (title, state, end.version, clock(since_us), _tokens(end, clock), ", ".join(end.modules))
    return ConnectionRow(key, texts, icon, _tip(end, client, clock), end.holder, end.peer)


def _of_client(client: ClientState, end: ConnectionEnd, clock: Callable[[int], str]) -> ConnectionRow:
    key = (end.holder, end.peer, end.facade, client.party)
    title = tr("behind it: {party}").format(party=client.party)
    since = clock(client.since_us)
    tip = tr("{holder} knows from {hub} since {time} that {party} is {status}.").format(
        holder=client.holder, hub=client.hub, time=since, party=client.party, status=client.status
    )
    texts = (title, client.status, "", since, "", "")
    return ConnectionRow(key, texts, _CLIENTS.get(client.status, "help"), tip, client.holder, client.party)


def _tokens(end: ConnectionEnd, clock: Callable[[int], str]) -> str:
    """Both tokens by their letters, never what they read; and since when, if not since the state."""
    if end.issued and end.held:
        letters = tr("issued {issued}, holds {held}").format(issued=end.issued, held=end.held)
    elif end.issued:
        letters = tr("issued {issued}").format(issued=end.issued)
    else:
        letters = tr("holds {held}").format(held=end.held) if end.held else ""
    time = clock(end.tokens_us)
    if not letters or time == clock(end.since_us):
        return letters
    return tr("{letters}, {time}").format(letters=letters, time=time)


def _tip(end: ConnectionEnd, client: ClientState | None, clock: Callable[[int], str]) -> str:
    said = {"holder": end.holder, "peer": end.peer, "time": clock(end.tokens_us)}
    state, since = _STATES.get(end.state, (end.state, "help"))[0], clock(end.since_us)
    line = (
        tr("{holder} with {peer}: {state} since {since}, OCPI {version}.")
        if end.version
        else tr("{holder} with {peer}: {state} since {since}.")
    )
    lines = [line.format(state=state, since=since, version=end.version, **said)]
    if end.facade:
        text = tr("{holder} stands here in the place of {facade}, as OCPI 2.1.1 knows no hubs.")
        lines.append(text.format(holder=end.holder, facade=end.facade))
    if end.issued:
        lines.append(tr("{peer} presents CREDENTIALS_TOKEN_{letter}, issued {time}.").format(letter=end.issued, **said))
    if end.held:
        lines.append(tr("{holder} presents CREDENTIALS_TOKEN_{letter}, since {time}.").format(letter=end.held, **said))
    if client:
        lines.append(tr("{holder} tells others that {peer} is {status}.").format(status=client.status, **said))
    sides: dict[str, list[str]] = {}
    for module, side in end.endpoints:
        sides.setdefault(module, []).append(side.lower())
    if sides:
        modules = ", ".join(f"{module} ({' and '.join(each)})" for module, each in sides.items())
        lines.append(tr("{peer} offers: {modules}.").format(modules=modules, **said))
    return "\n".join(lines)


def _called(party: str, names: dict[str, str]) -> str:
    name = names.get(party, "")
    return tr("{party} {name}").format(party=party, name=name) if name else party
