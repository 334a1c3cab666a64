"""What eMSPs of another make are billed, and what is told of it: by the run, in its views and in its report."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from outside_run import Served, scene
from outside_stranger import TIMESTAMP, Stranger
from outside_versions import IDS, each, register
from run_town import MIN
from test_assemble_outside import CARD, card, square

from simulator.recording.reader import Recording
from simulator.report.kpi.measure import measure
from simulator.report.so_far import so_far
from simulator.report.summary import summarise


class Refuses(Stranger):
    """Has something against each CDR."""

    says = (400, 2001)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = await super()._serve(request)
        if request.method == "POST" and request.path.endswith("/cdrs"):
            http, code = self.says
            return web.json_response({"status_code": code, "timestamp": TIMESTAMP}, status=http)
        return answer


class Stumbles(Refuses):
    """Can take no CDR that is sent, but reads the list."""

    says = (500, 3000)


async def look(stranger: Stranger) -> list[Any]:
    """Read our CPO's list of CDRs."""
    _, told, _ = await stranger.ask("GET", stranger.endpoints["cdrs"])
    return told["data"]  # type: ignore[no-any-return]


def test_what_outsiders_accept_is_owed_and_all_tell_the_same_of_it(tmp_path: Path) -> None:
    """By the answer to a POST, or by reading the list; but not what has been refused, for being read later."""
    there = {"2.2.1": Stranger, "2.1.1": Stumbles, "2.3.0": Refuses}
    strangers = {version: make(version, party_id=IDS[version][3:]) for version, make in there.items()}
    for version, stranger in strangers.items():
        stranger.objects["tokens"] = [card(version, CARD + stranger.party_id, stranger.party_id)]

    async def part(run: Served) -> None:
        await each(strangers, lambda stranger: register(run, stranger))
        await each(strangers, lambda stranger: stranger.until("GET", "tokens"))
        await run.until(25 * MIN)
        await each(strangers, lambda stranger: stranger.until("POST", "cdrs"))
        await run.after(MIN)
        assert [len(listed) for listed in await each(strangers, look)] == [1, 1, 1]
        await run.after(MIN)

    path = tmp_path / "served.ocpirun"
    result = scene(square(tmp_path, CARD, stay="10 min"), path, part, *strangers.values())
    summary: dict[str, Any] = result.summary
    assert all(summary["checks"].values()), result.remarks
    with Recording.open(path) as recording:
        told = recording.query("SELECT debtor, amount, accepted_amount, energy_wh FROM v_cdr ORDER BY debtor")
        reported, billed = measure(recording, "none"), summarise(recording).billed
        played = so_far(recording, 60 * MIN)
    asked = {debtor: Decimal(amount) for debtor, amount, _, _ in told}
    owed = {debtor: Decimal(accepted) for debtor, _, accepted, _ in told if accepted is not None}
    assert list(asked) == ["DE-E21", "DE-E22", "DE-E23"]
    assert owed == {debtor: asked[debtor] for debtor in ("DE-E21", "DE-E22")}
    assert (summary["cdrs"], billed) == (2, 2)
    assert {"EUR": Decimal(summary["cost"]["EUR"])} == {"EUR": sum(owed.values())}
    assert summary["energy_wh"]["held_back"] == told[2][3]
    assert reported.cost == played.cost == {"EUR": sum(asked.values())}
    assert reported.values["cdrs"] == 3
    assert reported.values["cdr_missed_percent"] == pytest.approx(100 / 3)
    lags = dict(zip(*(reported.table("parties").columns[name] for name in ("party", "cdr_lag_mean_s")), strict=True))
    assert lags["DE-E21"] > lags["DE-E22"]
    assert lags["DE-E23"] is None
