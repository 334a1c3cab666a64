"""How far behind their owners the copies of sessions and bills are: from when a CPO knows until a receiver does.

A session goes on in one direction: its energy grows, and once it has ended it stays so. So a copy has a change when it
has come as far, whichever message brought it, and one that was lost is made up for by the next one or by a pull.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from simulator.recording.reader import Recording
from simulator.recording.rows import MoneyRow
from simulator.recording.schema import STATE_VALUE

_SESSIONS: Final = "(SELECT id FROM holding WHERE kind = 'session')"
# Only an owner tells whose session it is; that does not change, so any of its values will do.
_SUBJECTS: Final = f"""SELECT b.id, entity.text, h.holder, json_extract({STATE_VALUE}, '$.emsp')
FROM (SELECT subject, min(value) AS value FROM state WHERE holding IN {_SESSIONS} GROUP BY subject) s
JOIN subject b ON b.id = s.subject JOIN holding h ON h.id = b.holding JOIN value v ON v.id = s.value
JOIN name entity ON entity.id = b.entity ORDER BY b.id"""
# What is told is told again by others: each value is read once.
_VALUES: Final = f"""SELECT s.value, json_extract({STATE_VALUE}, '$.status'),
  CAST(round(1000 * json_extract({STATE_VALUE}, '$.kwh')) AS INTEGER)
FROM (SELECT value, min(subject) AS subject FROM state WHERE holding IN {_SESSIONS} GROUP BY value) s
JOIN subject b ON b.id = s.subject JOIN value v ON v.id = s.value ORDER BY s.value"""
_ROWS: Final = f"SELECT subject, value, at_us FROM state WHERE holding IN {_SESSIONS} AND at_us < ?"
_BEFORE: Final = ("PENDING", "RESERVATION")
_STAGE: Final = 1 << 29
"""More Wh than any session has."""

_FARTHEST: Final = 3 * _STAGE

Course = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Session and how far it has come, in one number; and when. In order of the first, then of time."""


class Lag(Struct, frozen=True):
    """Of so many changes, how late the copies of one receiver had them, summed up; and how many more it never had."""

    receiver: str
    changes: int
    lag_s: float
    missed: int


def session_lags(
    recording: Recording, cpos: Collection[str], emsps: Collection[str], from_us: int, to_us: int
) -> list[Lag]:
    """How late each receiver had the changes of a session's status or energy within a range of time.

    `cpos` own the sessions, and `emsps` keep what they are told. A receiver is to have the sessions of which it has a
    copy, and as an eMSP all of its own.
    """
    values, subjects = recording.query(_VALUES), recording.query(_SUBJECTS)
    far_of = _column(_how_far(status, energy_wh) for _, status, energy_wh in values)
    told = {holder for _, _, holder, _ in subjects if holder not in cpos}
    holders = sorted(told | {emsp for *_, emsp in subjects if emsp in emsps})
    rows = np.array(recording.query(_ROWS, (to_us,)), np.int64).reshape(-1, 3)
    subject, value, at_us = rows.T
    of_subject = np.searchsorted(_column(id for id, *_ in subjects), subject)
    of_value = np.searchsorted(_column(id for id, *_ in values), value)
    # By its text: one that the writer had forgotten has several ids (see schema.py).
    numbers: dict[str, int] = {}
    sessions = [numbers.setdefault(entity, len(numbers)) for _, entity, *_ in subjects]
    session = _column(sessions)[of_subject]
    far = session * _FARTHEST + far_of[of_value]
    # A number a holder: the owners of sessions have none.
    number = {holder: number for number, holder in enumerate(holders)}
    by = _column(number.get(holder, -1) for _, _, holder, _ in subjects)[of_subject]
    owners = _course(far[by == -1], at_us[by == -1])
    theirs: list[list[int]] = [[] for _ in holders]
    for known, (*_, holder, emsp) in zip(sessions, subjects, strict=True):
        for each in dict.fromkeys((holder, emsp)):
            if each in number:
                theirs[number[each]].append(known)
    return [
        _lag(holder, owners, _course(far[by == number], at_us[by == number]), _column(theirs[number]), from_us)
        for number, holder in enumerate(holders)
    ]


def cdr_lags(money: Iterable[MoneyRow], emsps: Collection[str], from_us: int, to_us: int) -> list[Lag]:
    """How late each of the eMSPs accepted the CDRs issued to it within a range of time, and how many it never did."""
    issued: dict[tuple[str, str, str], int] = {}
    lags_us: dict[str, list[int]] = {}
    for row in money:
        key = (row.creditor, row.debtor, row.cdr_id)
        if row.kind == "receivable" and key in issued:
            # A credit that was refused is taken back.
            del issued[key]
        elif row.kind == "receivable" and row.debtor in emsps and from_us <= row.at_us < to_us:
            issued[key] = row.at_us
            lags_us.setdefault(row.debtor, [])
        elif row.kind == "payable" and key in issued:
            lags_us[row.debtor].append(row.at_us - issued.pop(key))
    missed = Counter(debtor for _, debtor, _ in issued)
    return [Lag(debtor, len(each), sum(each) / 1e6, missed[debtor]) for debtor, each in sorted(lags_us.items())]


def mean_s(lags: Sequence[Lag]) -> float | None:
    """The mean over all changes; None of none."""
    changes = sum(lag.changes for lag in lags)
    return sum(lag.lag_s for lag in lags) / changes if changes else None


def missed_percent(lags: Sequence[Lag]) -> float | None:
    """The part of all changes that a receiver never had; None of none."""
    missed = sum(lag.missed for lag in lags)
    changes = missed + sum(lag.changes for lag in lags)
    return 100 * missed / changes if changes else None


def _how_far(status: str | None, energy_wh: int | None) -> int:
    """A number that grows as a session goes on: whether it has begun or ended, then its energy."""
    stage = 0 if status is None or status in _BEFORE else 1 if status == "ACTIVE" else 2
    return stage * _STAGE + min(max(energy_wh or 0, 0), _STAGE - 1)


def _column(numbers: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, np.int64)


def _course(far: NDArray[np.int64], at_us: NDArray[np.int64]) -> Course:
    """Only what is farther than all before: to tell the same again is no change."""
    order = np.lexsort((at_us, far // _FARTHEST))
    far, at_us = far[order], at_us[order]
    # All of a later session is farther anyhow.
    is_new = np.append(True, far[1:] > np.maximum.accumulate(far)[:-1])[: len(far)]
    return far[is_new], at_us[is_new]


def _lag(receiver: str, owners: Course, copies: Course, sessions: NDArray[np.int64], from_us: int) -> Lag:
    """Of changes of these sessions."""
    far, changed_us = owners
    reached, had_us = copies
    counted = (changed_us >= from_us) & np.isin(far // _FARTHEST, sessions)
    far, changed_us = far[counted], changed_us[counted]
    first = np.searchsorted(reached, far)
    is_had = first < len(reached)
    is_had[is_had] = reached[first[is_had]] // _FARTHEST == far[is_had] // _FARTHEST
    lag_us = had_us[first[is_had]] - changed_us[is_had]
    return Lag(receiver, len(lag_us), float(lag_us.sum()) / 1e6, int((~is_had).sum()))
