"""The parties are tested in the small town of tests/assemble, by requests that anyone with a token could send.

Objects of any class come from tests/ocpi.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ocpi"))
sys.path.insert(0, str(Path(__file__).parents[1] / "assemble"))

from parties_objects import issue
from run_town import OpenTown, WireName, named, town


@pytest.fixture(scope="module", params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """A registered town on either wire in which nobody has come yet; its tests use objects of their own."""
    wire: WireName = request.param
    folder = tmp_path_factory.mktemp(wire)
    drivers = (named("Vera", arrives="11 h"), named("Wim", "NL-NOM", arrives="11 h", authorise="app"))
    scenario = town(folder, drivers=drivers, link="latency: 50 ms", duration="12 h")
    with OpenTown(scenario, folder / "desk.ocpirun", wire) as open_town:
        issue(open_town, "CARD-1")
        yield open_town
