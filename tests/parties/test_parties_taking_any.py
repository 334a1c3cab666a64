"""Whatever a peer answers, and however its objects change meanwhile: nothing valid is lost, and nothing foreign taken.

Drawn are the pages, what the headers promise, what is added and deleted after each page that was read, what of that is
pushed as well, and what else stands in the list. After a round of such answers no object may be missing that the peer
had all the time; after a quiet one all copies are what the peer has.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parties_lister import Json, Lister, push, read
from parties_objects import location
from run_town import OpenTown, S, named, town
from test_parties_tariffs import tariff

CPO, EMSP = "NL-ABC", "NL-EMA"
ACTS = ["nothing", "nothing", "delete", "delete last", "add", "swap", "push", "push and delete"]
numbers = itertools.count(1)
few = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """A registered town without latency to speak of, in which nobody has come yet."""
    folder = tmp_path_factory.mktemp("any")
    scenario = town(folder, drivers=(named("Vera", arrives="11 h"),), link="latency: 1 ms", duration="12 h")
    with OpenTown(scenario, folder / "any.ocpirun") as open_town:
        yield open_town


@pytest.mark.parametrize("module", ["tariffs", "locations"])
@few
@given(data=st.data())
def test_nothing_valid_is_lost_and_nothing_foreign_taken(desk: OpenTown, module: str, data: st.DataObject) -> None:
    emsp = desk.world.emsps[EMSP]
    store: Any = emsp.tariffs.store if module == "tariffs" else emsp.locations.store

    def made(id: str, **changes: object) -> Json:
        return tariff(id, **changes) if module == "tariffs" else location(desk, id, **changes)

    def new() -> Json:
        return made(f"A{next(numbers)}")

    def known() -> list[str]:
        return sorted(each.id for each in store if each.party_id == "ABC")

    def everything() -> Json:
        desk.connection(EMSP, CPO).synced_us.clear()
        return read(desk, EMSP, CPO)

    def quiet() -> None:
        """Until all is read, and nobody will try again."""
        while everything()["problems"]:
            pass
        desk.run_for(5 * S)

    with Lister(desk, CPO) as lister:
        items = lister.lists[module] = [new() for _ in range(data.draw(st.integers(0, 6)))]
        quiet()
        assert known() == sorted(each["id"] for each in items)

        before = [each["id"] for each in items]
        pushed: list[str] = []
        where = desk.url(CPO, EMSP, module, "RECEIVER", "NL/ABC")
        if data.draw(st.booleans(), "there is another's"):
            items.insert(data.draw(st.integers(0, len(items))), made("FOREIGN", party_id="DUN"))
        if data.draw(st.booleans(), "there is a bad one"):
            items.append({**new(), "last_updated": "yesterday"})
        own = [each for each in items if each["party_id"] == "ABC"]
        lister.limit = data.draw(st.integers(1, 4))
        promised = data.draw(st.sampled_from(["all", "nothing", "rubbish"]))
        lister.total = lambda offset, count: {"all": count, "nothing": None, "rubbish": 7 * offset + 1}[promised]
        forgets = promised == "all" and data.draw(st.booleans(), "it forgets a Link")
        lister.linked = lambda offset, count: not forgets or offset == 0

        acts = iter(data.draw(st.lists(st.sampled_from(ACTS), max_size=8)))

        def meanwhile(_: str, offset: int) -> None:
            del offset
            act = next(acts, "nothing")
            own[:] = [each for each in items if each["party_id"] == "ABC"]
            if act in ("delete", "swap", "push and delete") and own:
                gone = own[0]
                items.remove(gone)
                if act == "push and delete" and module == "tariffs":
                    push(desk, CPO, EMSP, "DELETE", f"{where}/{gone['id']}")
            if act == "delete last" and own:
                items.remove(own[-1])
            if act in ("add", "swap", "push"):
                items.append(new())
            if act == "push":
                push(desk, CPO, EMSP, "PUT", f"{where}/{items[-1]['id']}", items[-1])
                pushed.append(items[-1]["id"])

        lister.after = meanwhile
        everything()
        valid = {each["id"] for each in items}
        assert valid & {*before, *pushed} <= set(known())
        assert store.get("NL", "DUN", "FOREIGN") is None

        lister.after = lambda module, offset: None
        lister.total, lister.linked = (lambda offset, count: count), (lambda offset, count: True)
        items[:] = [each for each in items if each["party_id"] == "ABC" and each["last_updated"] != "yesterday"]
        quiet()
        assert known() == sorted(each["id"] for each in items)
