"""What a hub cannot bring to whom it is for is not told as refused by that party: its word says why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from parties_hub import card_of, hub_town
from run_town import MIN, H, OpenTown, json_answer
from simpy import Event

from simulator.engine.cause import TIME
from simulator.engine.node import Inbound
from simulator.ocpp.messages import Authorize, IdToken

CPO, EMSP = "NL-ABC", "NL-EMA"


def never(town: OpenTown) -> Any:
    yield Event(town.kernel.env)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (never, "unreachable: The hub forwarded the message and got no answer in time."),
        (lambda town: json_answer(None, 2001), "refused by the receiver"),
        (lambda town: json_answer(None, 3000), "out of order: HTTP 200, 3000"),
    ],
    ids=["no answer", "refused", "failed"],
)
def test_a_bill_that_was_not_taken(tmp_path: Path, answers: Callable[[OpenTown], Any], why: str) -> None:
    def soon(text: str) -> str:
        return text.replace('"17:00"', '"06:10"')

    with hub_town(tmp_path, "memory", soon) as town:
        honest = town.world.party(EMSP).office.node.server

        def no_bills(inbound: Inbound) -> Any:
            return answers(town) if inbound.request.url.endswith("/cdrs") else honest(inbound)

        town.server(EMSP, no_bills)
        town.run_to(2 * H)
        assert [each["why"] for each in town.events("cdr_not_delivered", CPO)] == [why]


def test_a_card_whose_emsp_is_not_there_is_not_its_emsps_to_refuse(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory") as town:
        card = card_of(town, "NL-NXT")

        def present() -> dict[str, Any]:
            town.world.cpos[CPO].on_call("NL-ABC-E0001", Authorize(IdToken(card, "ISO14443")), lambda _: None, TIME)
            town.run_for(MIN)
            return town.events("refused", CPO)[-1]

        town.kernel.take_down(town.world.emsps["NL-NXT"].office.node)
        assert present()["why"] == "NL-NXT could not be asked: NL-NXT is not connected at the moment."
        assert present()["why"] == "NL-NXT could not be asked: it is not connected", "as the hub has told"
