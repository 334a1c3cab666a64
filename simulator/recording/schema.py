"""The tables of an `*.ocpirun` file, its views for analysts and its indices, in one place to be read as documentation.

SQLite 3.31 or newer, `application_id` "OCPI", `user_version` = major * 1000 + minor. A reader opens any minor of its
own major. Times (`*_us`) are integer microseconds since the scenario's start, meta `start_epoch_us` the start in
microseconds since 1970 UTC.

A run has millions of rows, so a row holds little more than what is new in it. What rows have in common stands once in
`call`, `about`, `topic`, `subject` and `value`, and texts that repeat in `name`, whose row 0 is the empty text. One
text, and one set of what is in common, may have several ids (the writer forgets old ones to bound its memory), so look
them up with `IN (SELECT id FROM name WHERE text = ?)`. Columns after AS are computed when they are read.

`cause_ref` tells what brought a row about: 0 nothing, twice the number of an exchange, or one more than twice the
distance back to an event; read it as `cause_kind` and `cause`.
"""

import sqlite3
from collections.abc import Mapping
from typing import Final

APPLICATION_ID: Final = 0x4F435049
MAJOR: Final = 3
MINOR: Final = 0
USER_VERSION: Final = MAJOR * 1000 + MINOR
SUFFIX: Final = ".ocpirun"

ORDINARY_STATUSES: Final = 200 << 16 | 1000
"""HTTP and OCPI status of most messages; kept is how far a message's are from them, hence mostly 0."""

_CAUSE: Final = """cause_kind TEXT AS (
    CASE WHEN cause_ref = 0 THEN '' WHEN cause_ref & 1 THEN 'event' ELSE 'message' END
  ),
  cause INTEGER AS (CASE WHEN cause_ref & 1 THEN seq - (cause_ref >> 1) ELSE cause_ref / 2 END)"""

TABLES: Final = f"""
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO name VALUES (0, '');

-- What the exchanges of one kind between two parties have in common. Ids of requests that end in twelve hexadecimal
-- digits begin with request_prefix and correlation_prefix.
CREATE TABLE call(
  id INTEGER PRIMARY KEY, sender TEXT, receiver TEXT, module TEXT, interface TEXT, route TEXT, method TEXT, host TEXT,
  version TEXT, object_kind TEXT, request_prefix TEXT, correlation_prefix TEXT
);

-- What exchanges are about. All but path are names.
CREATE TABLE about(
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, object_id INTEGER NOT NULL, session_id INTEGER NOT NULL,
  token_uid INTEGER NOT NULL, location_id INTEGER NOT NULL
);

-- One HTTP request with its response; its headers and bodies are found by seq (see bodies.py). final and failure are
-- names, transit_us is counted from start_us and handling_us from there on. request is the number at the end of the
-- request id, correlation how much larger that of the correlation id is; an id that does not end in twelve hexadecimal
-- digits stands there whole, as text.
CREATE TABLE message(
  seq INTEGER PRIMARY KEY, exchange INTEGER NOT NULL, call INTEGER NOT NULL, about INTEGER NOT NULL,
  cause_ref INTEGER NOT NULL, depth INTEGER NOT NULL, start_us INTEGER NOT NULL, transit_us INTEGER,
  handling_us INTEGER, duration_us INTEGER NOT NULL, final INTEGER NOT NULL, failure INTEGER NOT NULL,
  statuses INTEGER NOT NULL, request NOT NULL, correlation NOT NULL, duplicate_of INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
  http_status INTEGER AS (nullif(statuses + {ORDINARY_STATUSES} >> 16, 0)),
  ocpi_status INTEGER AS (nullif(statuses + {ORDINARY_STATUSES} & 65535, 0)),
  arrive_us INTEGER AS (start_us + transit_us),
  handled_us INTEGER AS (start_us + ifnull(transit_us, 0) + handling_us),
  end_us INTEGER AS (start_us + duration_us),
  {_CAUSE}
);
CREATE INDEX message_exchange ON message(exchange);
CREATE INDEX message_about ON message(about);

-- Headers and bodies, and the data of some events, of the rows from seq id on; compressed with a dictionary (0: none).
CREATE TABLE chunk(id INTEGER PRIMARY KEY, dictionary INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE dictionary(id INTEGER PRIMARY KEY, data BLOB NOT NULL);

-- Headers that many messages begin with, as a JSON list of pairs (see bodies.py).
CREATE TABLE header(id INTEGER PRIMARY KEY, data TEXT NOT NULL);

-- Instead of messages at level "aggregates"; read it through v_traffic. 0 stands for "no status".
CREATE TABLE traffic(
  minute INTEGER, sender TEXT, receiver TEXT, module TEXT, final TEXT, http_status INTEGER, ocpi_status INTEGER,
  count INTEGER, request_bytes INTEGER, response_bytes INTEGER,
  PRIMARY KEY (minute, sender, receiver, module, final, http_status, ocpi_status)
) WITHOUT ROWID;

-- What events have in common. All are names.
CREATE TABLE topic(
  id INTEGER PRIMARY KEY, source INTEGER NOT NULL, kind INTEGER NOT NULL, party INTEGER NOT NULL,
  subject INTEGER NOT NULL
);

-- Something that happened in the street or at a link; data is JSON. What crossed the charge-point link (kind "ocpp") is
-- found by seq with the bodies of messages (see bodies.py), and data is NULL.
CREATE TABLE event(
  seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, topic INTEGER NOT NULL, cause_ref INTEGER NOT NULL, data TEXT,
  {_CAUSE}
);

-- Who knows something ("street" or a party), and of which kind of entity.
CREATE TABLE holding(id INTEGER PRIMARY KEY, holder TEXT NOT NULL, kind TEXT NOT NULL);

-- An entity as it is known to a holder, with the beginning of what is known that does not change. id is the sequence of
-- the first row of `state` that is about it, entity is a name.
CREATE TABLE subject(
  id INTEGER PRIMARY KEY, holding INTEGER NOT NULL, entity INTEGER NOT NULL, fixed TEXT NOT NULL
);
CREATE TABLE value(id INTEGER PRIMARY KEY, text TEXT NOT NULL);

-- What a holder knows of an entity from at_us on is JSON, its subject's fixed followed by the text of value; null when
-- it knows it no longer. Of a session: status, kwh and cost (decimal numbers as text, cost without VAT), currency, evse
-- ("CPO/uid"), token (uid); its CPO adds emsp, location, start and end (OCPI DateTimes, no end until then). An SCSP
-- has emsp, too, which is the party in evse where that told it of the session.
CREATE TABLE state(
  holding INTEGER NOT NULL, seq INTEGER NOT NULL, at_us INTEGER NOT NULL, subject INTEGER NOT NULL,
  value INTEGER NOT NULL, cause_ref INTEGER NOT NULL,
  {_CAUSE},
  PRIMARY KEY (holding, seq)
) WITHOUT ROWID;

-- What a holder knew of one kind just after row seq: everything, or if base is the seq of another keyframe what has
-- changed since that (see keyframes.py).
CREATE TABLE keyframe(
  holding INTEGER NOT NULL, seq INTEGER NOT NULL, at_us INTEGER NOT NULL, base INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE INDEX keyframe_holding ON keyframe(holding, seq);

-- A CDR as its CPO issued it (kind "receivable") or its eMSP accepted it ("payable"). amount is a decimal number as
-- text, without VAT; cdr_id, session_id, creditor, debtor, reason and tariff_id are names. A credit that was refused
-- has a second receivable, which takes the first back; it is no line of v_cdr.
CREATE TABLE money(
  seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL, cdr_id INTEGER NOT NULL,
  session_id INTEGER NOT NULL, creditor INTEGER NOT NULL, debtor INTEGER NOT NULL, currency TEXT NOT NULL,
  amount TEXT NOT NULL, approximate INTEGER NOT NULL, reason INTEGER NOT NULL, energy_wh INTEGER NOT NULL,
  tariff_id INTEGER NOT NULL
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
CREATE INDEX hint_exchange ON hint(exchange);

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
CREATE INDEX IF NOT EXISTS about_session ON about(session_id);
CREATE INDEX IF NOT EXISTS topic_subject ON topic(subject);
CREATE INDEX IF NOT EXISTS event_topic ON event(topic);
CREATE INDEX IF NOT EXISTS subject_entity ON subject(entity);
"""

MESSAGE_FROM: Final = """message m
  JOIN call c ON c.id = m.call
  JOIN about a ON a.id = m.about
  LEFT JOIN name final ON final.id = m.final
  LEFT JOIN name failure ON failure.id = m.failure
  LEFT JOIN name object ON object.id = a.object_id
  LEFT JOIN name session ON session.id = a.session_id
  LEFT JOIN name token ON token.id = a.token_uid
  LEFT JOIN name location ON location.id = a.location_id"""

REQUEST_ID: Final = """CASE typeof(m.request) WHEN 'text' THEN m.request
  ELSE c.request_prefix || printf('%012x', m.request) END"""
CORRELATION_ID: Final = """CASE typeof(m.correlation) WHEN 'text' THEN m.correlation
  ELSE c.correlation_prefix || printf('%012x', m.request + m.correlation) END"""

EVENT_FROM: Final = """event e
  JOIN topic t ON t.id = e.topic
  LEFT JOIN name source ON source.id = t.source
  LEFT JOIN name kind ON kind.id = t.kind
  LEFT JOIN name party ON party.id = t.party
  LEFT JOIN name subject ON subject.id = t.subject"""

STATE_FROM: Final = """state s
  JOIN holding h ON h.id = s.holding
  JOIN subject b ON b.id = s.subject
  LEFT JOIN name entity ON entity.id = b.entity
  LEFT JOIN value v ON v.id = s.value"""

STATE_VALUE: Final = "b.fixed || v.text"

MONEY_FROM: Final = """money y
  LEFT JOIN name cdr ON cdr.id = y.cdr_id
  LEFT JOIN name session ON session.id = y.session_id
  LEFT JOIN name creditor ON creditor.id = y.creditor
  LEFT JOIN name debtor ON debtor.id = y.debtor
  LEFT JOIN name reason ON reason.id = y.reason
  LEFT JOIN name tariff ON tariff.id = y.tariff_id"""

BILLS: Final = f"""SELECT min(y.seq) FROM {MONEY_FROM} GROUP BY cdr.text, creditor.text, debtor.text
  HAVING sum(y.kind = 'receivable') < 2"""
"""The row of each CDR that makes it one: as its CPO issued it, or accepted from a CPO outside, who issues it unseen.

A second receivable takes the first back: a credit that was refused, and is none.
"""


def _iso(column: str) -> str:
    """SQL for the UTC instant of a `*_us` column, to the millisecond."""
    start = "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'start_epoch_us')"
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', ({start} + {column}) / 1000000.0, 'unixepoch')"


def _of(name: str, sql: str = "{}") -> str:
    """SQL over a member of a state value; not with `->>`, for which an SQLite before 3.38 refuses the whole file."""
    return sql.replace("{}", f"json_extract({STATE_VALUE}, '$.{name}')")


_EMSP: Final = f"coalesce({_of('emsp')}, g.holder)"
_TOLD_BY: Final = _of("evse", "substr({}, 1, instr({}, '/') - 1)")
_OWNER: Final = f"max(CASE {_TOLD_BY} WHEN g.holder THEN g.holder END) OVER (PARTITION BY g.session_id, {_EMSP})"

VIEWS: Final = f"""
-- One line an exchange, names resolved; time is the UTC instant of its start, *_s are seconds since the scenario's
-- start.
CREATE VIEW v_message AS SELECT
  m.seq, m.exchange, {_iso("m.start_us")} AS time, m.start_us / 1e6 AS start_s, m.arrive_us / 1e6 AS arrive_s,
  m.end_us / 1e6 AS end_s, m.handled_us / 1e6 AS handled_s, m.duration_us / 1e6 AS duration_s,
  c.sender, c.receiver, c.module, c.interface, c.route, c.method, a.path, c.host, c.version,
  final.text AS final, failure.text AS failure, m.http_status, m.ocpi_status, c.object_kind, object.text AS object_id,
  session.text AS session_id, token.text AS token_uid, location.text AS location_id,
  {CORRELATION_ID} AS correlation_id,
  {REQUEST_ID} AS request_id,
  m.cause_kind, m.cause, m.depth, m.duplicate_of, m.request_bytes, m.response_bytes
FROM {MESSAGE_FROM};

-- One line an event.
CREATE VIEW v_event AS SELECT
  e.seq, {_iso("e.at_us")} AS time, e.at_us / 1e6 AS at_s, source.text AS source, kind.text AS kind,
  party.text AS party, subject.text AS subject, e.data, e.cause_kind, e.cause
FROM {EVENT_FROM};

-- One line a change of what a holder knows; value is JSON.
CREATE VIEW v_state AS SELECT
  s.seq, {_iso("s.at_us")} AS time, s.at_us / 1e6 AS at_s, h.holder, h.kind, entity.text AS entity,
  {STATE_VALUE} AS value, s.cause_kind, s.cause
FROM {STATE_FROM};

-- One line a session and holder: the last that its CPO, the eMSP of its token, or an SCSP told by one of them, knew of
-- it; value is that as JSON (see `state`). cpo and emsp are party ids; where an eMSP tells an SCSP of a session as its
-- own, cpo is that of the CPO's line. kwh is a number, total_cost_excl_vat decimal text. Only the CPO's line has
-- location_id and start_date_time, and once the session has ended its end_date_time (OCPI DateTimes).
CREATE VIEW v_session AS SELECT
  g.session_id, g.holder, coalesce(nullif({_TOLD_BY}, {_EMSP}), {_OWNER}, {_TOLD_BY}) AS cpo, {_EMSP} AS emsp,
  g.first_us / 1e6 AS first_s, s.at_us / 1e6 AS last_s, g.changes, s.seq,
  {_of("status")} AS status, {_of("kwh", "CAST({} AS REAL)")} AS kwh, {_of("currency")} AS currency,
  {_of("cost")} AS total_cost_excl_vat, {_of("start")} AS start_date_time, {_of("end")} AS end_date_time,
  {_of("location")} AS location_id, {_of("evse", "substr({}, instr({}, '/') + 1)")} AS evse_uid,
  {_of("token")} AS token_uid, {STATE_VALUE} AS value
FROM (
  SELECT entity.text AS session_id, h.holder, b.holding, min(l.first_us) AS first_us, max(l.seq) AS seq,
    sum(l.changes) AS changes
  FROM (
    SELECT subject, min(at_us) AS first_us, max(seq) AS seq, count(*) AS changes FROM state
    WHERE holding IN (SELECT id FROM holding WHERE kind = 'session') GROUP BY subject
  ) l JOIN subject b ON b.id = l.subject JOIN holding h ON h.id = b.holding JOIN name entity ON entity.id = b.entity
  GROUP BY entity.text, h.holder
) g JOIN state s ON s.holding = g.holding AND s.seq = g.seq
  JOIN subject b ON b.id = s.subject JOIN value v ON v.id = s.value;

-- One line a CDR: what its CPO (creditor) issued, and whether its eMSP (debtor) accepted it. amount is what the CPO
-- asks and accepted_amount what the eMSP admits (decimal text, without VAT); issued_at and accepted_at are the UTC
-- instants of that. An eMSP from outside accepts by its answer to the POST, or by reading the list. The accepted_* are
-- NULL when the CDR was not accepted; amount and issued_at are when its CPO is from outside. reason says why an amount
-- is approximate and of a credit, whose amount is not, which CDR it is for; it is empty of any other.
CREATE VIEW v_cdr AS SELECT
  cdr.text AS cdr_id, session.text AS session_id, creditor.text AS creditor, debtor.text AS debtor, y.currency,
  CASE y.kind WHEN 'receivable' THEN y.amount END AS amount, p.amount AS accepted_amount, y.approximate,
  reason.text AS reason, y.energy_wh, tariff.text AS tariff_id,
  CASE y.kind WHEN 'receivable' THEN {_iso("y.at_us")} END AS issued_at, {_iso("p.at_us")} AS accepted_at
FROM {MONEY_FROM} LEFT JOIN (
  SELECT cdr.text AS cdr_id, creditor.text AS creditor, debtor.text AS debtor, y.amount, min(y.at_us) AS at_us
  FROM {MONEY_FROM} WHERE y.kind = 'payable' GROUP BY 1, 2, 3
) p ON p.cdr_id = cdr.text AND p.creditor = creditor.text AND p.debtor = debtor.text
WHERE y.seq IN ({BILLS});

-- Messages counted per simulated minute of their start; the same at every level.
CREATE VIEW v_traffic AS
SELECT minute, sender, receiver, module, final, nullif(http_status, 0) AS http_status,
  nullif(ocpi_status, 0) AS ocpi_status, count, request_bytes, response_bytes
FROM traffic
UNION ALL
SELECT (m.start_us - (m.start_us % 60000000 + 60000000) % 60000000) / 60000000 AS minute, c.sender, c.receiver,
  c.module, final.text AS final, m.http_status, m.ocpi_status, count(*), sum(m.request_bytes), sum(m.response_bytes)
FROM message m JOIN call c ON c.id = m.call JOIN name final ON final.id = m.final
GROUP BY minute, c.sender, c.receiver, c.module, final.text, m.http_status, m.ocpi_status;

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
