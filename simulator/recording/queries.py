"""The reader's SQL: what to select for each struct of rows.py, and how keyword filters become conditions."""

from typing import Any, Final

from simulator.recording.schema import (
    CORRELATION_ID,
    EVENT_FROM,
    MESSAGE_FROM,
    MONEY_FROM,
    REQUEST_ID,
    STATE_FROM,
    STATE_VALUE,
)

MESSAGES: Final = f"""SELECT m.exchange, m.cause_kind, m.cause, m.depth, m.start_us, m.arrive_us, m.end_us, final.text,
  failure.text, c.sender, c.receiver, c.module, c.interface, c.route, c.method, a.path, c.host, c.version,
  m.http_status, m.ocpi_status, c.object_kind, object.text, session.text, token.text, location.text, {CORRELATION_ID},
  {REQUEST_ID}, m.duplicate_of, m.handled_us, m.seq, m.request_bytes, m.response_bytes
FROM {MESSAGE_FROM}"""

EVENTS: Final = f"""SELECT e.at_us, source.text, kind.text, party.text, subject.text, CAST(e.data AS BLOB),
  e.cause_kind, e.cause, e.seq FROM {EVENT_FROM}"""

STATES: Final = f"""SELECT s.at_us, h.holder, h.kind, entity.text, CAST({STATE_VALUE} AS BLOB), s.cause_kind, s.cause,
  length(CAST(b.fixed AS BLOB)), s.seq FROM {STATE_FROM}"""

MONEY: Final = f"""SELECT y.at_us, y.kind, cdr.text, session.text, creditor.text, debtor.text, y.currency, y.amount,
  y.approximate, reason.text, y.energy_wh, tariff.text, y.seq FROM {MONEY_FROM}"""

FAULTS: Final = "SELECT at_us, kind, target, phase, CAST(data AS BLOB), seq FROM fault"
COMMANDS: Final = "SELECT at_us, command, CAST(data AS BLOB), id, seq FROM command"
HINTS: Final = "SELECT at_us, exchange, rule, severity, sentence, path, section, id, seq FROM hint"

HOLDINGS: Final = "SELECT holder, kind, id FROM holding ORDER BY holder, kind"

KEYFRAMES: Final = """WITH RECURSIVE needed(seq, base, data) AS (
  SELECT * FROM (
    SELECT seq, base, data FROM keyframe WHERE holding = ?1 AND at_us <= ?2 AND seq <= ?3 ORDER BY seq DESC LIMIT 1
  )
  UNION ALL
  SELECT k.seq, k.base, k.data FROM needed n JOIN keyframe k ON k.holding = ?1 AND k.seq = n.base AND n.base < n.seq
)
SELECT seq, base, data FROM needed ORDER BY seq"""
"""The last keyframe before an instant with those under it, the whole one first."""

CHANGES: Final = f"""SELECT s.at_us, s.seq, entity.text, CAST({STATE_VALUE} AS BLOB)
FROM state s JOIN subject b ON b.id = s.subject JOIN name entity ON entity.id = b.entity JOIN value v ON v.id = s.value
WHERE s.holding = ? AND s.seq > ? ORDER BY s.seq"""

CHUNKS: Final = "SELECT id, dictionary, data FROM chunk WHERE id > ? ORDER BY id LIMIT ?"
CHUNK: Final = "SELECT id, dictionary, data FROM chunk WHERE id <= ? ORDER BY id DESC LIMIT 1"

TELLS: Final = """SELECT 1 FROM state
WHERE holding IN (SELECT id FROM holding WHERE (? IS NULL OR holder = ?) AND (? IS NULL OR kind = ?))
AND seq > ? AND seq <= ? LIMIT 1"""

LAST_INSTANTS: Final = " UNION ALL ".join(
    f"SELECT * FROM (SELECT {column} FROM {table} WHERE seq > ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1)"
    for table, column in (
        ("message", "end_us"),
        ("event", "at_us"),
        ("money", "at_us"),
        ("fault", "at_us"),
    )
)
LAST_STATE: Final = """SELECT max(at_us) FROM state
WHERE holding IN (SELECT id FROM holding) AND seq > ? AND seq <= ?"""
LAST_RECORDED: Final = """SELECT max(at_us) FROM (
  SELECT at_us FROM (SELECT end_us AS at_us FROM message ORDER BY seq DESC LIMIT 1) UNION ALL
  SELECT at_us FROM (SELECT at_us FROM event ORDER BY seq DESC LIMIT 1) UNION ALL
  SELECT (SELECT at_us FROM state WHERE holding = h.id ORDER BY seq DESC LIMIT 1) FROM holding h UNION ALL
  SELECT max(at_us) FROM sample UNION ALL SELECT max(to_us) FROM series_chunk UNION ALL
  SELECT max(minute) * 60000000 FROM traffic
)"""
NEW_EXCHANGES: Final = "SELECT exchange, call FROM message WHERE seq > ? AND seq <= ? ORDER BY seq"

NAMED: Final = "IN (SELECT id FROM name WHERE text = ?)"


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

    def of(self, column: str, table: str, **texts: str | None) -> "Where":
        """A column that holds the id of a row of `table`, whose columns hold ids of names: these texts."""
        given = {name: text for name, text in texts.items() if text is not None}
        if given:
            conditions = " AND ".join(f"{name} {NAMED}" for name in given)
            self._conditions.append(f"{column} IN (SELECT id FROM {table} WHERE {conditions})")
            self.parameters += given.values()
        return self

    def between(self, column: str, from_us: int | None, to_us: int | None) -> "Where":
        """A half-open range of time."""
        return self.compare(f"{column} >= ?", from_us).compare(f"{column} < ?", to_us)

    def sql(self, select: str, order: str, limit: int | None = None, offset: int = 0) -> str:
        """The whole statement."""
        where = f" WHERE {' AND '.join(self._conditions)}" if self._conditions else ""
        page = "" if limit is None and not offset else f" LIMIT {-1 if limit is None else limit} OFFSET {offset}"
        return f"{select}{where} ORDER BY {order}{page}"
