"""Whatever happens, both wires leave the same recording, and every exchange has exactly one final state."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine_scene import MS, OK, S, Scene, name_of, on_both_wires
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.node import Inbound
from simulator.wire.carrier import Response

INSTANTS_US = st.integers(0, 40).map(lambda tenths: tenths * 100 * MS)
PARTIES = st.integers(0, 2)
LINKS = st.tuples(
    st.sampled_from([0, 10 * MS, 300 * MS, 3 * S]),
    st.sampled_from([0, 500 * MS]),
    st.sampled_from([0.0, 0.0, 0.3]),
    st.sampled_from([0.0, 0.0, 0.3]),
)


def storm(links: Any, asks: Any, outages: Any, cuts: Any) -> Any:
    """Three parties whose handlers answer, wait, ask the next one, or fail, as the request's name says."""

    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Any:
            number, _, kind = name_of(inbound).partition("-")
            me = scene.kernel.nodes[scene.kernel.by_host[urlsplit(inbound.request.url).netloc]]
            scene.note(me, "handles", name_of(inbound))
            if kind == "fail":
                raise ValueError(number)
            if kind == "plain":
                return OK
            return waits(inbound, me, number, kind)

        def waits(inbound: Inbound, me: Any, number: str, kind: str) -> Any:
            yield scene.env.timeout(700 * MS)
            if kind == "ask":
                other = nodes[(nodes.index(me) + 1) % 3]
                asked = yield scene.ask(me, other, f"{number}-wait", inbound.cause)
                return Response(200, (), asked.final.encode())
            if kind == "wait-fail":
                raise ValueError(number)
            return OK

        nodes = [scene.party(id, serve) for id in "ABC"]
        ends = [(nodes[0], nodes[1]), (nodes[1], nodes[2]), (nodes[2], nodes[0])]
        made = [
            scene.link(a, b, median, p95, 2 * S, loss, doubled)
            for (a, b), (median, p95, loss, doubled) in zip(ends, links, strict=True)
        ]
        for number, (at_us, sender, step, kind) in enumerate(asks):
            scene.ask_at(at_us, nodes[sender], nodes[(sender + step) % 3], f"{number}-{kind}")
        for at_us, party, lasts_us in outages:
            scene.at(at_us, lambda party=party: scene.kernel.take_down(nodes[party]))
            scene.at(at_us + lasts_us, lambda party=party: scene.kernel.bring_up(nodes[party]))
        for at_us, link, lasts_us in cuts:
            scene.at(at_us, lambda link=link: setattr(made[link], "cuts", made[link].cuts + 1))
            scene.at(at_us + lasts_us, lambda link=link: setattr(made[link], "cuts", made[link].cuts - 1))

    return story


@settings(max_examples=40)
@given(
    st.tuples(LINKS, LINKS, LINKS),
    st.lists(
        st.tuples(
            INSTANTS_US, PARTIES, st.integers(1, 2), st.sampled_from(["plain", "wait", "ask", "fail", "wait-fail"])
        ),
        max_size=25,
    ),
    st.lists(st.tuples(INSTANTS_US, PARTIES, INSTANTS_US), max_size=3),
    st.lists(st.tuples(INSTANTS_US, PARTIES, INSTANTS_US), max_size=3),
)
def test_both_wires_play_any_storm_alike_and_end_every_exchange_once(
    links: Any, asks: Any, outages: Any, cuts: Any
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = on_both_wires(Path(folder), storm(links, asks, outages, cuts), 120 * S)
    assert scene.error == ""
    numbers = [row.exchange for row in scene.messages]
    assert sorted(numbers) == list(range(1, scene.kernel.exchanges + 1))
    assert scene.kernel.concluded == scene.kernel.exchanges
    assert scene.kernel.parked == 0
    for row in scene.messages:
        assert (row.http_status is not None) == (row.final == "delivered")
        assert (row.failure == "") == (row.final == "delivered")
        assert 0 <= row.end_us - row.start_us <= 2 * S
        if row.final in ("timed_out", "lost"):
            assert row.end_us - row.start_us == 2 * S
    late = [row.cause for row in scene.events]
    assert len({*late}) == len(late)
    finals = {row.exchange: row.final for row in scene.messages}
    assert all(finals[number] == "timed_out" for number in late)
