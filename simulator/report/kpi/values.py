"""The figures of a run, each as `definitions` says it."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from simulator.recording.rows import MoneyRow
from simulator.report.kpi.copies import mean_s, missed_percent
from simulator.report.kpi.facts import Facts


def values(facts: Facts) -> dict[str, float | None]:
    """Every figure by its id; None where there is nothing to measure it on."""
    came, window = facts.visits, facts.window
    served = [visit for visit in came if visit.is_served]
    away = [visit for visit in came if visit.turned_away]
    waits_min = [visit.waited_s / 60 for visit in served]
    detours_m = [visit.detour_m for visit in served if visit.detour_m is not None]
    decided = [*served, *away]
    taken = sum(len(visit.taken) for visit in came)
    free = sum(visit.found_free(facts.site_of) for visit in came)
    places = facts.places.places
    evses = sum(place.site.evses for place in places)
    occupied_h = sum(float(place.occupied_h.sum()) for place in places)
    charging_h = sum(float(place.charging_h.sum()) for place in places)
    limited = [place for place in places if place.site.limit_w is not None]
    energy_wh = sum(float(place.energy_wh.sum()) for place in places)
    wrong_h = sum(picture.wrong_hours for picture in facts.pictures)
    seen = sum(picture.changes_seen for picture in facts.pictures)
    missed = sum(picture.changes_missed for picture in facts.pictures)
    total = facts.traffic.total
    missing = facts.shortfall
    return {
        "arrived": float(len(came)),
        "turned_away_percent": percent(len(away), len(came)),
        "waited_percent": percent(sum(visit.waited_s > 0 for visit in decided), len(decided)),
        "wait_mean_min": mean(waits_min),
        "wait_p95_min": float(np.percentile(waits_min, 95, method="inverted_cdf")) if waits_min else None,
        "turned_away_wait_mean_min": mean([visit.waited_s / 60 for visit in away]),
        "detour_mean_m": mean(detours_m),
        "found_taken_percent": percent(taken, taken + free),
        "taken_for_mean_min": mean([taken_min for _, taken_min in facts.taken_for_min]),
        "picture_wrong_percent": percent(wrong_h, sum(picture.evse_hours for picture in facts.pictures)),
        "picture_lag_mean_s": _ratio(sum(picture.lag_s for picture in facts.pictures), seen),
        "picture_missed_percent": percent(missed, missed + seen),
        "session_lag_mean_s": mean_s(facts.session_lags),
        "session_missed_percent": missed_percent(facts.session_lags),
        "cdr_lag_mean_s": mean_s(facts.cdr_lags),
        "cdr_missed_percent": missed_percent(facts.cdr_lags),
        "evses": float(evses),
        "occupancy_percent": percent(occupied_h, evses * window.hours),
        "blocked_percent": percent(max(occupied_h - charging_h, 0.0), occupied_h),
        "energy_kwh": energy_wh / 1000,
        "recorded_short": float(missing.short) if missing.sessions else None,
        "recorded_short_kwh": missing.short_wh / 1000 if missing.sessions else None,
        "peak_kw": facts.places.peak_w / 1000,
        "load_factor_percent": percent(energy_wh, facts.places.peak_w * window.hours),
        "capped_percent": percent(sum(place.capped_h for place in limited), len(limited) * window.hours),
        "sessions_per_evse_day": _ratio(len(served), evses * window.hours / 24),
        "cdrs": float(len(facts.money)),
        "exchanges": float(total.exchanges),
        "failed_percent": percent(total.failed, total.exchanges),
        "megabytes": total.bytes / 1e6,
        "exchanges_per_visit": _ratio(total.exchanges, len(served)),
        "kilobytes_per_visit": _ratio(total.bytes / 1e3, len(served)),
    }


def cost(money: Sequence[MoneyRow]) -> dict[str, Decimal]:
    """The sum of amounts by currency."""
    total: dict[str, Decimal] = {}
    for row in money:
        total[row.currency] = total.get(row.currency, Decimal(0)) + row.amount
    return dict(sorted(total.items()))


def percent(part: float, whole: float) -> float | None:
    """A part in percent; None of nothing."""
    return 100.0 * part / whole if whole else None


def mean(numbers: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return sum(numbers) / len(numbers) if numbers else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
