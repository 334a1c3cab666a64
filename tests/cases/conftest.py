"""The digest's cases are driven in the small town of tests/assemble, in every version, as by a stranger with a token.

The town has played for eighty minutes: it has objects of every kind, and nobody else comes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "assemble"))

from case_town import Town, played_town


@pytest.fixture(
    scope="module",
    params=[(version, wire) for version in ("2.1.1", "2.2.1", "2.3.0") for wire in ("memory", "http")],
    ids=" ".join,
)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town whose parties all speak one version, on either wire; its tests use objects of their own."""
    version, wire = request.param
    with played_town(tmp_path_factory.mktemp("desk"), (version,), wire) as town:
        yield Town(town, version)
