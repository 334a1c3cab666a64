"""Whole objects that a hub sends by itself, of what their owners have listed and nobody has pushed."""

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.translation.tokens import type_in
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.push import Done, Outbox
from simulator.parties.roles.hub.broadcast import lane_of
from simulator.parties.roles.hub.changes import Change
from simulator.parties.roles.hub.interpreter import Interpreter
from simulator.parties.roles.hub.kept import Kept
from simulator.parties.roles.hub.subjects import MODULES, subject_of_kept


class Wholes:
    """Sends them for one hub, each after all that its receiver has been sent of it."""

    def __init__(self, outbox: Outbox, interpreter: Interpreter) -> None:
        self._outbox = outbox
        self._interpreter = interpreter

    def push(self, line: Connection, kept: Kept, change: Change, cause: Cause, done: Done) -> None:
        """Send what becomes of an object to a receiver, which has to have an endpoint for it."""
        module, owner = MODULES[kept.kind], kept.owner
        named = {"token_uid" if kept.kind == "token" else f"{kept.kind}_id": kept.id}
        (id,) = self._interpreter.ids(named, kept.version, line.version).values()
        path = join_url("", *owner, id)
        if module is ModuleID.TOKENS and line.version != OLDEST:
            path += f"?type={type_in(kept.head.type, line.version)}"
        subject = subject_of_kept(kept.kind, change.method, id, line.version)

        def concluded(exchange: Exchange | None) -> None:
            if exchange is not None:
                self._interpreter.tell(exchange.id, change.said)
            done(exchange)

        body = change.said.body or b""
        self._outbox.push(lane_of(line, module, owner, id), line, change.method, path, subject, cause, body, concluded)
