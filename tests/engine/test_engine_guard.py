"""Parties that call each other without end stop the run with a sentence that names the circle."""

from pathlib import Path
from typing import Any

from engine_scene import MS, OK, Scene, on_both_wires
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.cause import TIME, Cause
from simulator.engine.guard import MAX_DEPTH, MAX_PER_INSTANT
from simulator.engine.node import Inbound
from simulator.wire.carrier import Response
from simulator.wire.memory import MemoryWire


def ping_pong(scene: Scene, hops: int, waits: bool) -> None:
    """A and B cause each other's exchanges, each one the next, `hops` times."""

    def serve(me: str, other: str) -> Any:
        def plain(inbound: Inbound) -> Response:
            if inbound.cause.depth < hops:
                scene.ask(scene.kernel.nodes[me], scene.kernel.nodes[other], f"from-{me}", inbound.cause)
            return OK

        def waiting(inbound: Inbound) -> Any:
            if inbound.cause.depth < hops:
                yield scene.ask(scene.kernel.nodes[me], scene.kernel.nodes[other], f"from-{me}", inbound.cause)
            return OK

        return waiting if waits else plain

    a, b = scene.party("A", serve("A", "B")), scene.party("B", serve("B", "A"))
    scene.link(a, b, one_way_us=1 * MS)
    scene.ask_at(0, a, b, "from-A")


SENTENCE = (
    "KernelError: One exchange caused the next more than 32 times in a row: "
    "{}. Break this circle in the parties that it names."
)


def test_a_chain_of_32_exchanges_is_admitted(tmp_path: Path) -> None:
    scene = on_both_wires(tmp_path, lambda scene: ping_pong(scene, MAX_DEPTH, waits=False))
    assert scene.error == ""
    assert max(row.depth for row in scene.messages) == MAX_DEPTH == 32


def test_the_33rd_ends_the_run_and_names_the_circle(tmp_path: Path) -> None:
    scene = on_both_wires(tmp_path, lambda scene: ping_pong(scene, MAX_DEPTH + 1, waits=False))
    assert scene.error == SENTENCE.format("A -> B from-A, then B -> A from-B, then A -> B from-A")
    assert scene.kernel.handler_failures == 0
    assert scene.faults == []


def test_so_it_does_when_the_handlers_wait_for_one_another(tmp_path: Path) -> None:
    scene = on_both_wires(tmp_path, lambda scene: ping_pong(scene, MAX_DEPTH + 1, waits=True))
    assert scene.error == SENTENCE.format("A -> B from-A, then B -> A from-B, then A -> B from-A")


def test_so_it_does_in_a_background_process(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def work() -> Any:
            cause = TIME
            while True:
                cause = (yield scene.ask(a, b, "again", cause)).as_cause()

        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b)
        scene.kernel.spawn(a, work(), "ask for ever")

    scene = on_both_wires(tmp_path, story)
    assert scene.error == SENTENCE.format("A -> B again, then A -> B again")
    assert scene.faults == []


def test_10_000_exchanges_in_one_instant_are_admitted_and_one_more_ends_the_run(tmp_path: Path) -> None:
    def play(folder: str, count: int) -> Scene:
        (tmp_path / folder).mkdir()
        scene = Scene(tmp_path / folder, MemoryWire())
        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b, one_way_us=0)

        def asks() -> Any:
            yield scene.env.timeout(1 * MS)
            for _ in range(count):
                yield scene.ask(a, b, "again")

        scene.env.process(asks())
        scene.at(5 * MS, lambda: scene.ask(a, b, "later"))
        return scene.play(10 * MS)

    enough = play("enough", MAX_PER_INSTANT)
    assert (enough.error, len(enough.messages)) == ("", MAX_PER_INSTANT + 1)
    excess = play("excess", MAX_PER_INSTANT + 1)
    assert excess.error == (
        "KernelError: More than 10,000 exchanges started at one instant of simulated time, the last of them: "
        "time going by, then A -> B again. Give the links a latency, or break this circle."
    )
    assert len(excess.messages) == MAX_PER_INSTANT


@given(st.lists(st.sampled_from(["event", "message"]), max_size=20))
def test_a_chain_of_causes_is_told_nearest_first(kinds: list[str]) -> None:
    cause = None
    for number, kind in enumerate(kinds):
        cause = Cause(kind, number, number, ("step", str(number)), cause)
    told = [] if cause is None else [step.id for step in cause.chain()]
    assert told == list(reversed(range(len(kinds))))
