"""The summary of a run: its own figures, and the counts that a person asks for next."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from simulator.recording.reader import Recording
from simulator.report.clock import LocalClock
from simulator.report.ending import State, ending_of
from simulator.report.figures import RunFigures

_SECONDS_A_MINUTE: Final = 60
# Grouped by numbers first: names are looked up for the few lines that come of it, not for every row.
_FINALS: Final = """SELECT final, sum(count) FROM (
  SELECT final, sum(count) AS count FROM traffic GROUP BY final UNION ALL
  SELECT name.text, m.count FROM (SELECT final, count(*) AS count FROM message GROUP BY final) m
  JOIN name ON name.id = m.final
) GROUP BY final ORDER BY 2 DESC, 1"""
_BY_TOPIC: Final = "SELECT topic, count(*) AS count FROM event GROUP BY topic"
_OF_KIND: Final = "e.topic IN (SELECT id FROM topic WHERE kind IN (SELECT id FROM name WHERE text = ?))"
# Who charges since before the start never arrives, and is not counted when leaving.
_ARRIVED: Final = """SELECT source.text FROM topic t
  JOIN name kind ON kind.id = t.kind JOIN name source ON source.id = t.source WHERE kind.text = 'arrive'"""
_OF_DRIVERS_AND_KIND: Final = f"""event e JOIN topic t ON t.id = e.topic JOIN name source ON source.id = t.source
  WHERE {_OF_KIND} AND source.text IN ({_ARRIVED})"""
# How long each waited, of those who plugged in and were not turned away; SQLite takes the columns of max()'s row.
_WAITS: Final = f"""SELECT avg(waited_s) FROM (
  SELECT json_extract(e.data, '$.waited_s') AS waited_s, max(e.seq), sum(kind.text = 'plug') AS plugged,
    sum(kind.text = 'turned_away') AS away
  FROM event e JOIN topic t ON t.id = e.topic
  JOIN name kind ON kind.id = t.kind JOIN name source ON source.id = t.source
  WHERE e.topic IN (SELECT id FROM topic WHERE kind IN (SELECT id FROM name WHERE text IN ('plug', 'turned_away')))
  AND source.text IN ({_ARRIVED}) GROUP BY source.text
) WHERE plugged AND NOT away"""
# Only a CPO knows of every CDR which session it bills: a CDR of 2.1.1 does not say it.
_BILLED: Final = """SELECT count(*) FROM (
  SELECT DISTINCT creditor, session_id FROM v_cdr WHERE amount IS NOT NULL AND accepted_amount IS NOT NULL
)"""
_MISHAPS: Final = ("cdr_not_delivered", "late_answer", "registration_failed", "unauthorised_transaction")


class DriverCounts(msgspec.Struct, frozen=True):
    """What became of the drivers who arrived during the run; arrived = served + turned away + still there at the end.

    `refused` were refused at the charge point and then turned away. `found_taken` counts places that the app showed as
    free and that were not; `mean_wait_min` is over those who plugged in and were not turned away, as in `report.kpi`.
    """

    arrived: int
    served: int
    turned_away: dict[str, int]
    refused: int
    found_taken: int
    mean_wait_min: float | None


class Synchronisation(msgspec.Struct, frozen=True):
    """Pulls during the run (polls, and after outages), the objects that they found stale, and the longest staleness."""

    rounds: int
    stale_objects: int
    stalest_min: float


class Course(msgspec.Struct, frozen=True):
    """What was played and how it ended, as the run itself says. `begin` and `end` are local to `zone`.

    `end` is how far the recording tells of the run; `state`, `failure` and the sentence `ended` are of its `Ending`.
    `run` is None until the run has ended, and for one that failed or was killed.
    """

    scenario: str
    seed: int | None
    begin: str
    end: str
    zone: str
    state: State
    failure: str
    ended: str
    run: RunFigures | None


class Summary(Course, frozen=True):
    """A run in numbers.

    `billed` are sessions with a CDR that their eMSP has taken; one that was corrected has several, and counts once.
    `exchanges` are by final state, `hints` by severity, `faults` and `mishaps` (what they brought about) by kind.
    """

    billed: int
    exchanges: dict[str, int]
    drivers: DriverCounts
    hints: dict[str, int]
    faults: dict[str, int]
    mishaps: dict[str, int]
    synchronisation: Synchronisation


def course_of(recording: Recording) -> Course:
    """The course of a run, for which no row has to be counted."""
    meta = recording.meta
    clock = LocalClock(meta)
    ending = ending_of(recording)
    return Course(
        scenario=meta.get("scenario_name", ""),
        seed=int(meta["seed"]) if meta.get("seed") else None,
        begin=clock.minute(0),
        end=clock.minute(ending.to_us),
        zone=clock.zone,
        state=ending.state,
        failure=ending.failure,
        ended=ending.sentence,
        run=_run(meta),
    )


def summarise(recording: Recording) -> Summary:
    """The summary of a recording of any level, finished, killed or still growing."""
    return Summary(
        **msgspec.structs.asdict(course_of(recording)),
        billed=recording.query(_BILLED)[0][0],
        exchanges=_counts(recording, _FINALS),
        drivers=_drivers(recording),
        hints=_counts(recording, "SELECT severity, count(*) FROM hint GROUP BY severity ORDER BY severity"),
        faults=_counts(recording, "SELECT kind, count(*) FROM fault WHERE phase = 'begin' GROUP BY kind ORDER BY kind"),
        mishaps=_mishaps(recording),
        synchronisation=_synchronisation(recording),
    )


def by_final(recording: Recording, exchanges: Collection[int]) -> dict[str, int]:
    """How some exchanges ended: the number of each final state, the most frequent first."""
    return _counts(
        recording,
        """SELECT final.text, count(*) FROM message m JOIN name final ON final.id = m.final
        WHERE m.exchange IN (SELECT value FROM json_each(?)) GROUP BY 1 ORDER BY 2 DESC, 1""",
        msgspec.json.encode(list(exchanges)).decode(),
    )


def _run(meta: Mapping[str, str]) -> RunFigures | None:
    """The figures that the run left; it knew all but its digest, which is there once the last row is.

    Nobody can repeat a live run, so that its digest says nothing.
    """
    if "summary" not in meta:
        return None
    run = msgspec.json.decode(meta["summary"], type=RunFigures)
    live = meta.get("live") == "true"
    return msgspec.structs.replace(run, digest="" if live else meta.get("digest", ""))


def _drivers(recording: Recording) -> DriverCounts:
    counts = _counts(
        recording,
        f"""SELECT kind.text, sum(e.count) FROM ({_BY_TOPIC}) e JOIN topic t ON t.id = e.topic
        JOIN name kind ON kind.id = t.kind JOIN name source ON source.id = t.source
        WHERE source.text IN ({_ARRIVED}) GROUP BY 1""",
    )
    reasons = _counts(
        recording,
        f"""SELECT coalesce(json_extract(e.data, '$.reason'), ''), count(*)
        FROM {_OF_DRIVERS_AND_KIND} GROUP BY 1 ORDER BY 2 DESC, 1""",
        "turned_away",
    )
    ((wait_s,),) = recording.query(_WAITS)
    return DriverCounts(
        arrived=counts.get("arrive", 0),
        served=counts.get("leave", 0),
        turned_away=reasons,
        refused=counts.get("refused", 0),
        found_taken=counts.get("taken", 0),
        mean_wait_min=None if wait_s is None else wait_s / _SECONDS_A_MINUTE,
    )


def _mishaps(recording: Recording) -> dict[str, int]:
    counts = _counts(
        recording,
        f"""SELECT kind.text, sum(e.count) FROM ({_BY_TOPIC}) e JOIN topic t ON t.id = e.topic
        JOIN name kind ON kind.id = t.kind GROUP BY 1""",
    )
    return {kind: counts[kind] for kind in _MISHAPS if kind in counts}


def _synchronisation(recording: Recording) -> Synchronisation:
    # Before 0 the parties meet: nobody is stale who knew nothing yet.
    rounds = f"event e WHERE {_OF_KIND} AND e.at_us >= 0"
    ((count, stalest_s),) = recording.query(
        f"SELECT count(*), max(json_extract(e.data, '$.stalest_s')) FROM {rounds}", ("synchronised",)
    )
    ((changed,),) = recording.query(
        f"SELECT sum(module.value) FROM json_each(data, '$.changed') module, (SELECT e.data AS data FROM {rounds})",
        ("synchronised",),
    )
    return Synchronisation(count, changed or 0, (stalest_s or 0) / _SECONDS_A_MINUTE)


def _counts(recording: Recording, sql: str, *parameters: str) -> dict[str, int]:
    return {name: int(count) for name, count in recording.query(sql, parameters)}
