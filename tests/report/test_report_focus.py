"""What is selected leads to its EVSEs, its site, its time and its sessions."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.report.focus import Focus, focus, presence
from simulator.scenario.load import load as load_scenario

ROOT = Path(__file__).parents[2]
STATION = "NL-ABC/NL-ABC-L001"
ADAS_PLACE = "NL-ABC/NL-ABC-E0001"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of the quickstart."""
    out = tmp_path_factory.mktemp("load") / "quickstart.ocpirun"
    scenario = load_scenario(ROOT / "scenarios" / "quickstart.yaml")
    asyncio.run(play(scenario, RunOptions(out=out, wire="memory", control=False)))
    return out


@pytest.fixture
def quickstart(path: Path) -> Iterator[Recording]:
    with Recording.open(path) as recording:
        yield recording


def test_selections_lead_to_their_evse(quickstart: Recording) -> None:
    for kind, id in (("driver", "Ada"), ("token", "C33994332E2ED3"), ("evse", ADAS_PLACE)):
        found = focus(quickstart, kind, id)
        assert (found.evses, found.site) == ((ADAS_PLACE,), STATION)
    ada = focus(quickstart, "driver", "Ada")
    assert (ada.from_us, ada.to_us) == presence(quickstart, ADAS_PLACE)[0]


def test_every_message_of_a_session_leads_to_the_same_evse(quickstart: Recording) -> None:
    session = quickstart.states(kind="session")[0].entity
    messages = quickstart.messages(session_id=session)
    assert len(messages) > 3
    assert {focus(quickstart, "message", str(message.exchange)) for message in messages} == {
        focus(quickstart, "session", session)
    }
    assert focus(quickstart, "session", session).evses


def test_a_message_about_a_location_leads_to_its_site(quickstart: Recording) -> None:
    start = next(message for message in quickstart.messages(module="commands") if message.location_id)
    assert focus(quickstart, "message", str(start.exchange)).site.endswith(start.location_id)


@pytest.mark.parametrize(
    ("kind", "id"), [("party", "NL-ABC"), ("link", "NL-ABC|NL-EMA"), ("", ""), ("message", "999999")]
)
def test_other_selections_are_about_no_evse(quickstart: Recording, kind: str, id: str) -> None:
    assert focus(quickstart, kind, id) == Focus()


def test_a_session_knows_who_where_and_how_much(quickstart: Recording) -> None:
    (ada,) = focus(quickstart, "driver", "Ada").charges
    assert (ada.driver, ada.emsp, ada.evse, ada.token) == ("Ada", "NL-EMA", ADAS_PLACE, "C33994332E2ED3")
    # From the CPO's own start_date_time, which is a moment before anybody was told.
    assert ada.from_us == 2_403_819_000
    assert ada.to_us is not None
    assert 8_103_000_000 < ada.to_us < 8_104_000_000
    assert ada.energy_wh(ada.from_us) == 0
    assert ada.energy_wh(4_300_000_000) == 5_500
    assert ada.energy_wh(ada.to_us + 60_000_000) == 13_963
    assert focus(quickstart, "session", ada.session).charges == (ada,)
    assert focus(quickstart, "token", ada.token).charges == (ada,)
    assert focus(quickstart, "evse", ADAS_PLACE).charges == ()


def test_a_session_that_goes_on_has_no_end(tmp_path: Path) -> None:
    out = tmp_path / "cut.ocpirun"
    scenario = load_scenario(ROOT / "scenarios" / "quickstart.yaml")
    options = RunOptions(out=out, wire="memory", until_us=5_000_000_000, control=False)
    asyncio.run(play(scenario, options))
    with Recording.open(out) as recording:
        found = focus(recording, "driver", "Ada")
    assert (found.charges[0].to_us, found.to_us) == (None, None)
