"""The reader's SQL: what to select for each struct of rows.py, and how keyword filters become conditions."""

from typing import Any, Final

from simulator.recording.schema import EVENT_FROM, MESSAGE_FROM, STATE_FROM

MESSAGES: Final = f"""SELECT m.exchange, cause_kind.text, m.cause, m.depth, m.start_us, m.arrive_us, m.end_us,
final.text,
  failure.text, c.sender, c.receiver, c.module, c.interface, c.route, c.method, path.text, c.host, c.version,
  m.http_status, m.ocpi_status, c.object_kind, object.text, session.text, token.text, location.text,
  m.correlation_id, m.request_id, m.duplicate_of, m.handled_us, m.seq, m.request_bytes, m.response_bytes, m.chunk,
  m.body_offset, m.body_length
FROM {MESSAGE_FROM}"""

EVENTS: Final = f"""SELECT e.at_us, source.text, kind.text, party.text, subject.text, CAST(e.data AS BLOB),
cause_kind.text,
  e.cause, e.seq FROM {EVENT_FROM}"""

STATES: Final = f"""SELECT s.at_us, holder.text, kind.text, entity.text, CAST(s.value AS BLOB), cause_kind.text,
s.cause,
  s.seq FROM {STATE_FROM}"""

MONEY: Final = """SELECT at_us, kind, cdr_id, session_id, creditor, debtor, currency, amount, approximate, reason,
energy_wh,
  tariff_id, seq FROM money"""

FAULTS: Final = "SELECT at_us, kind, target, phase, CAST(data AS BLOB), seq FROM fault"
COMMANDS: Final = "SELECT at_us, command, CAST(data AS BLOB), id, seq FROM command"
HINTS: Final = "SELECT at_us, exchange, rule, severity, sentence, path, section, id, seq FROM hint"

HOLDINGS: Final = """SELECT holder.text, kind.text, h.holder, h.kind FROM holding h
  JOIN name holder ON holder.id = h.holder JOIN name kind ON kind.id = h.kind ORDER BY 1, 2"""

KEYFRAME: Final = """SELECT seq, data FROM keyframe WHERE holder = ? AND kind = ? AND at_us <= ? AND seq <= ?
ORDER BY seq DESC LIMIT 1"""

CHANGES: Final = """SELECT s.at_us, s.seq, entity.text, CAST(s.value AS BLOB)
FROM state s LEFT JOIN name entity ON entity.id = s.entity
WHERE s.holder = ? AND s.kind = ? AND s.seq > ? ORDER BY s.seq"""


class Where:
    """Conditions joined by AND, built from keyword filters; None means: no condition."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.parameters: list[Any] = []

    def compare(self, expression: str, value: object) -> "Where":
        """A condition such as `m.seq > ?`."""
        if value is not None:
            self._conditions.append(expression)
            self.parameters.append(value)
        return self

    def named(self, column: str, text: str | None) -> "Where":
        """A column that holds the id of a name."""
        return self.compare(f"{column} IN (SELECT id FROM name WHERE text = ?)", text)

    def between(self, column: str, from_us: int | None, to_us: int | None) -> "Where":
        """A half-open range of time."""
        return self.compare(f"{column} >= ?", from_us).compare(f"{column} < ?", to_us)

    def sql(self, select: str, order: str, limit: int | None = None, offset: int = 0) -> str:
        """The whole statement."""
        where = f" WHERE {' AND '.join(self._conditions)}" if self._conditions else ""
        page = "" if limit is None and not offset else f" LIMIT {-1 if limit is None else limit} OFFSET {offset}"
        return f"{select}{where} ORDER BY {order}{page}"
