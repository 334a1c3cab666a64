"""The tables of an `*.ocpirun` file, its views for analysts and its indices, in one place to be read as documentation.

SQLite 3, `application_id` "OCPI", `user_version` = major * 1000 + minor. A reader opens any minor of its own major.
Times (`*_us`) are integer microseconds since the scenario's start, meta `start_epoch_us` the start in microseconds
since 1970 UTC. Columns that repeat hold the `id` of a row of `name`; name 0 is the empty text. One text may have
several ids (the writer forgets old ones to bound its memory), so look a text up with `IN (SELECT id FROM name WHERE
text = ?)`.
"""

import sqlite3
from collections.abc import Mapping
from typing import Final

APPLICATION_ID: Final = 0x4F435049
MAJOR: Final = 1
MINOR: Final = 0
USER_VERSION: Final = MAJOR * 1000 + MINOR
SUFFIX: Final = ".ocpirun"

TABLES: Final = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO name VALUES (0, '');

-- What the exchanges of one kind between two parties have in common.
CREATE TABLE call(
  id INTEGER PRIMARY KEY, sender TEXT, receiver TEXT, module TEXT, interface TEXT, route TEXT, method TEXT, host TEXT,
  version TEXT, object_kind TEXT
);

-- One HTTP request with its response. cause_kind, final, failure, path, object_id, session_id, token_uid and
-- location_id are names. body_offset and body_length lie in the decompressed chunk (see bodies.py); chunk 0 means
-- that nothing was kept.
CREATE TABLE message(
  seq INTEGER PRIMARY KEY, exchange INTEGER NOT NULL, call INTEGER NOT NULL, cause_kind INTEGER NOT NULL,
  cause INTEGER NOT NULL, depth INTEGER NOT NULL, start_us INTEGER NOT NULL, arrive_us INTEGER, end_us INTEGER NOT NULL,
  handled_us INTEGER, final INTEGER NOT NULL, failure INTEGER NOT NULL, http_status INTEGER, ocpi_status INTEGER,
  path INTEGER NOT NULL, object_id INTEGER NOT NULL, session_id INTEGER NOT NULL, token_uid INTEGER NOT NULL,
  location_id INTEGER NOT NULL, correlation_id TEXT NOT NULL, request_id TEXT NOT NULL, duplicate_of INTEGER NOT NULL,
  chunk INTEGER NOT NULL, body_offset INTEGER NOT NULL, body_length INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL
);
CREATE INDEX message_exchange ON message(exchange);
CREATE INDEX message_object ON message(object_id);

CREATE TABLE chunk(id INTEGER PRIMARY KEY, data BLOB NOT NULL);

-- Instead of messages at level "aggregates"; read it through v_traffic. 0 stands for "no status".
CREATE TABLE traffic(
  minute INTEGER, sender TEXT, receiver TEXT, module TEXT, final TEXT, http_status INTEGER, ocpi_status INTEGER,
  count INTEGER, request_bytes INTEGER, response_bytes INTEGER,
  PRIMARY KEY (minute, sender, receiver, module, final, http_status, ocpi_status)
) WITHOUT ROWID;

-- source, kind, party, subject and cause_kind are names.
CREATE TABLE event(
  seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, source INTEGER NOT NULL, kind INTEGER NOT NULL,
  party INTEGER NOT NULL,
  subject INTEGER NOT NULL, data TEXT NOT NULL, cause_kind INTEGER NOT NULL, cause INTEGER NOT NULL
);

-- What a holder knows of an entity from at_us on; value is JSON, null when it knows it no longer. holder, kind, entity
-- and cause_kind are names. Values are small, as there are many. Of a session: status, kwh and cost (decimal numbers as
-- text, cost without VAT), currency, evse ("CPO/uid"), token (uid); its CPO adds emsp, location, start and end (OCPI
-- DateTimes, end null until then).
CREATE TABLE state(
  seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, holder INTEGER NOT NULL, kind INTEGER NOT NULL,
  entity INTEGER NOT NULL, value TEXT NOT NULL, cause_kind INTEGER NOT NULL, cause INTEGER NOT NULL
);
CREATE INDEX state_holder ON state(holder, kind, seq);

-- Everything a holder knew of one kind just after row seq (see keyframes.py). holder and kind are names.
CREATE TABLE keyframe(
  holder INTEGER NOT NULL, kind INTEGER NOT NULL, seq INTEGER NOT NULL, at_us INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE INDEX keyframe_holder ON keyframe(holder, kind, seq);
CREATE TABLE holding(holder INTEGER NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY (holder, kind)) WITHOUT ROWID;

-- A CDR as its CPO issued it (kind "receivable") or its eMSP accepted it ("payable"). amount is a decimal number as
-- text, without VAT.
CREATE TABLE money(
  seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL, cdr_id TEXT NOT NULL, session_id TEXT NOT NULL,
  creditor TEXT NOT NULL, debtor TEXT NOT NULL, currency TEXT NOT NULL, amount TEXT NOT NULL,
  approximate INTEGER NOT NULL,
  reason TEXT NOT NULL, energy_wh INTEGER NOT NULL, tariff_id TEXT NOT NULL
);

CREATE TABLE fault(
  seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, phase TEXT NOT NULL,
  data TEXT NOT NULL
);

-- Beside the sequence; seq is the sequence that had been reached.
CREATE TABLE command(
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, at_us INTEGER NOT NULL, command TEXT NOT NULL, data TEXT NOT NULL
);

CREATE TABLE hint(
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, at_us INTEGER NOT NULL, exchange INTEGER NOT NULL, rule TEXT NOT NULL,
  severity TEXT NOT NULL, sentence TEXT NOT NULL, path TEXT NOT NULL, section TEXT NOT NULL
);

-- Samples of one quantity of one entity; every 1,024 are folded from sample into a series_chunk (see series.py).
CREATE TABLE series(id INTEGER PRIMARY KEY, entity TEXT NOT NULL, quantity TEXT NOT NULL, unit TEXT NOT NULL);
CREATE TABLE sample(
  series INTEGER NOT NULL, n INTEGER NOT NULL, at_us INTEGER NOT NULL, value REAL, PRIMARY KEY (series, n)
) WITHOUT ROWID;
CREATE TABLE series_chunk(
  series INTEGER NOT NULL, n INTEGER NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER NOT NULL,
  minimum REAL, maximum REAL, count INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE INDEX series_chunk_series ON series_chunk(series, n);
"""

# Built at close, or by the first reader of a killed file: a growing file pays for few indices.
INDICES: Final = """
CREATE INDEX IF NOT EXISTS name_text ON name(text);
CREATE INDEX IF NOT EXISTS message_session ON message(session_id);
CREATE INDEX IF NOT EXISTS message_call ON message(call);
CREATE INDEX IF NOT EXISTS message_start ON message(start_us);
CREATE INDEX IF NOT EXISTS message_cause ON message(cause);
CREATE INDEX IF NOT EXISTS event_at ON event(at_us);
CREATE INDEX IF NOT EXISTS event_subject ON event(subject);
CREATE INDEX IF NOT EXISTS event_source ON event(source);
CREATE INDEX IF NOT EXISTS state_entity ON state(entity);
CREATE INDEX IF NOT EXISTS state_cause ON state(cause);
CREATE INDEX IF NOT EXISTS hint_exchange ON hint(exchange);
"""

MESSAGE_FROM: Final = """message m
  LEFT JOIN call c ON c.id = m.call
  LEFT JOIN name cause_kind ON cause_kind.id = m.cause_kind
  LEFT JOIN name final ON final.id = m.final
  LEFT JOIN name failure ON failure.id = m.failure
  LEFT JOIN name path ON path.id = m.path
  LEFT JOIN name object ON object.id = m.object_id
  LEFT JOIN name session ON session.id = m.session_id
  LEFT JOIN name token ON token.id = m.token_uid
  LEFT JOIN name location ON location.id = m.location_id"""

EVENT_FROM: Final = """event e
  LEFT JOIN name source ON source.id = e.source
  LEFT JOIN name kind ON kind.id = e.kind
  LEFT JOIN name party ON party.id = e.party
  LEFT JOIN name subject ON subject.id = e.subject
  LEFT JOIN name cause_kind ON cause_kind.id = e.cause_kind"""

STATE_FROM: Final = """state s
  LEFT JOIN name holder ON holder.id = s.holder
  LEFT JOIN name kind ON kind.id = s.kind
  LEFT JOIN name entity ON entity.id = s.entity
  LEFT JOIN name cause_kind ON cause_kind.id = s.cause_kind"""


def _iso(column: str) -> str:
    """SQL for the UTC instant of a `*_us` column, to the millisecond."""
    start = "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'start_epoch_us')"
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', ({start} + {column}) / 1000000.0, 'unixepoch')"


def _of(name: str, sql: str = "{}") -> str:
    """SQL over a member of a state value; not with `->>`, for which an SQLite before 3.38 refuses the whole file."""
    return sql.replace("{}", f"json_extract(s.value, '$.{name}')")


VIEWS: Final = f"""
-- One line an exchange, names resolved; time is the UTC instant of its start, *_s are seconds since the scenario's
-- start.
CREATE VIEW v_message AS SELECT
  m.seq, m.exchange, {_iso("m.start_us")} AS time, m.start_us / 1e6 AS start_s, m.arrive_us / 1e6 AS arrive_s,
  m.end_us / 1e6 AS end_s, m.handled_us / 1e6 AS handled_s, (m.end_us - m.start_us) / 1e6 AS duration_s,
  c.sender, c.receiver, c.module, c.interface, c.route, c.method, path.text AS path, c.host, c.version,
  final.text AS final, failure.text AS failure, m.http_status, m.ocpi_status, c.object_kind, object.text AS object_id,
  session.text AS session_id, token.text AS token_uid, location.text AS location_id, m.correlation_id, m.request_id,
  cause_kind.text AS cause_kind, m.cause, m.depth, m.duplicate_of, m.request_bytes, m.response_bytes
FROM {MESSAGE_FROM};

-- One line an event.
CREATE VIEW v_event AS SELECT
  e.seq, {_iso("e.at_us")} AS time, e.at_us / 1e6 AS at_s, source.text AS source, kind.text AS kind,
  party.text AS party, subject.text AS subject, e.data, cause_kind.text AS cause_kind, e.cause
FROM {EVENT_FROM};

-- One line a change of what a holder knows; value is JSON.
CREATE VIEW v_state AS SELECT
  s.seq, {_iso("s.at_us")} AS time, s.at_us / 1e6 AS at_s, holder.text AS holder, kind.text AS kind,
  entity.text AS entity, s.value, cause_kind.text AS cause_kind, s.cause
FROM {STATE_FROM};

-- One line a session and holder: the last that its CPO, or the eMSP of its token, knew of it; value is that as JSON
-- (see `state`). cpo and emsp are party ids; kwh is a number, total_cost_excl_vat decimal text. Only the CPO's line has
-- location_id and start_date_time, and once the session has ended its end_date_time (OCPI DateTimes).
CREATE VIEW v_session AS SELECT
  g.session_id, g.holder, {_of("evse", "substr({}, 1, instr({}, '/') - 1)")} AS cpo,
  coalesce({_of("emsp")}, g.holder) AS emsp, g.first_us / 1e6 AS first_s, s.at_us / 1e6 AS last_s, g.changes, s.seq,
  {_of("status")} AS status, {_of("kwh", "CAST({} AS REAL)")} AS kwh, {_of("currency")} AS currency,
  {_of("cost")} AS total_cost_excl_vat, {_of("start")} AS start_date_time, {_of("end")} AS end_date_time,
  {_of("location")} AS location_id, {_of("evse", "substr({}, instr({}, '/') + 1)")} AS evse_uid,
  {_of("token")} AS token_uid, s.value
FROM (
  SELECT entity.text AS session_id, holder.text AS holder, min(s.at_us) AS first_us, max(s.seq) AS seq,
    count(*) AS changes
  FROM {STATE_FROM} WHERE kind.text = 'session' GROUP BY entity.text, holder.text
) g JOIN state s ON s.seq = g.seq;

-- One line a CDR: what its CPO (creditor) issued, and whether its eMSP (debtor) accepted it. amount is what the CPO
-- asks and accepted_amount what the eMSP admits (decimal text, without VAT); issued_at and accepted_at are the UTC
-- instants of that. The accepted_* are NULL when the CDR was not accepted. reason says why an amount is approximate
-- and is empty when it is not.
CREATE VIEW v_cdr AS SELECT
  r.cdr_id, r.session_id, r.creditor, r.debtor, r.currency, r.amount, p.amount AS accepted_amount, r.approximate,
  r.reason, r.energy_wh, r.tariff_id, {_iso("r.at_us")} AS issued_at, {_iso("p.at_us")} AS accepted_at
FROM money r LEFT JOIN (
  SELECT cdr_id, creditor, debtor, amount, min(at_us) AS at_us FROM money WHERE kind = 'payable'
  GROUP BY cdr_id, creditor, debtor
) p ON p.cdr_id = r.cdr_id AND p.creditor = r.creditor AND p.debtor = r.debtor
WHERE r.kind = 'receivable';

-- Messages counted per simulated minute of their start; the same at every level.
CREATE VIEW v_traffic AS
SELECT minute, sender, receiver, module, final, nullif(http_status, 0) AS http_status,
  nullif(ocpi_status, 0) AS ocpi_status, count, request_bytes, response_bytes
FROM traffic
UNION ALL
SELECT (m.start_us - (m.start_us % 60000000 + 60000000) % 60000000) / 60000000 AS minute, c.sender, c.receiver,
  c.module, final.text AS final, m.http_status, m.ocpi_status, count(*), sum(m.request_bytes), sum(m.response_bytes)
FROM {MESSAGE_FROM} GROUP BY minute, c.sender, c.receiver, c.module, final.text, m.http_status, m.ocpi_status;

-- One line a folded chunk of a series: enough to draw a long curve from afar.
CREATE VIEW v_series AS SELECT
  series.entity, series.quantity, series.unit, k.from_us / 1e6 AS from_s, k.to_us / 1e6 AS to_s, k.minimum,
  k.maximum, k.count
FROM series_chunk k JOIN series ON series.id = k.series;
"""


def create_schema(connection: sqlite3.Connection, meta: Mapping[str, str]) -> None:
    """Make an empty database a recording, in one transaction, so that a reader sees all of it or nothing."""
    connection.executescript(f"""
        BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {USER_VERSION}; {TABLES} {VIEWS}
    """)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    connection.execute("COMMIT")
