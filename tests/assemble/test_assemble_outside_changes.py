"""What ours change by intent between themselves and an outsider: tokens, the version, and the end of it all."""

import json
from pathlib import Path
from typing import Any

from outside_run import JOINS, Served, scene
from outside_stranger import Stranger
from run_town import MIN, town

from simulator.recording.reader import Recording

CHANGES = """changes:
  - {at: "06:00:01", kind: credentials_renewed, party: NL-ABC, with: DE-EXT}
  - {at: "06:00:01", kind: unregistered, party: NL-ABC, with: DE-EXT}
  - {at: "06:00:01", kind: copies_checked, party: NL-ABC, with: DE-EXT}
  - {at: "06:00:01", kind: invoice, party: NL-ABC, with: DE-EXT}
  - {at: "06:10", kind: credentials_renewed, party: NL-ABC, with: DE-EXT, version: 2.3.0}
  - {at: "06:20", kind: copies_checked, party: NL-ABC, with: DE-EXT}
  - {at: "06:30", kind: unregistered, party: NL-ABC, with: DE-EXT}
"""


def events(path: Path) -> list[tuple[str, dict[str, Any]]]:
    with Recording.open(path) as recording:
        rows = [row for row in recording.events() if row.subject == "DE-EXT" and row.party == "NL-ABC"]
    return [(row.kind, json.loads(row.data)) for row in rows]


def test_ours_renew_compare_and_end_what_they_have_with_an_outsider(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1")
    outside = JOINS.format(version="2.2.1, 2.3.0") + CHANGES

    def with_two_versions(text: str) -> str:
        return text.replace("name: Alpha Charging", "name: Alpha Charging, ocpi: [2.2.1, 2.3.0]") + outside

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        await run.until(1 * MIN)
        await stranger.register(invitation.versions_url, invitation.token)
        stranger.version = "2.3.0"
        await run.until(10 * MIN)
        (presented,) = await stranger.until("PUT", "2.3.0/credentials")
        assert stranger.theirs == presented["token"]
        await stranger.look_around(invitation.versions_url)
        http, _, _ = await stranger.ask("GET", stranger.endpoints["locations"])
        assert http == 200
        await run.until(20 * MIN)
        await stranger.until("GET", "2.3.0/credentials")
        await run.until(30 * MIN)
        await stranger.until("DELETE", "credentials")
        assert len(await run.invited(2)) == 2, "it may come back"
        http, _, _ = await stranger.ask("GET", stranger.endpoints["locations"])
        assert http == 401

    result = scene(town(tmp_path, drivers=(), change=with_two_versions), tmp_path / "served.ocpirun", part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    told = events(tmp_path / "served.ocpirun")
    problems = {kind: data["problem"] for kind, data in told if "problem" in data}
    assert problems == {
        "credentials_renewal_failed": "DE-EXT is not registered.",
        "unregistration_failed": "DE-EXT is not registered.",
        "copies_not_compared": "DE-EXT is not registered.",
        "invoice_not_told": "DE-EXT has no CDRs that were not invoiced.",
    }
    assert [data["peer"] for kind, data in told if kind == "copies_compared"] == ["DE-EXT"]
