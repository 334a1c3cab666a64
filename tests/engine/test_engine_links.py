"""Latency has the median and the 95th percentile that were asked for; faults lie over a link in layers."""

import math
from itertools import permutations

import pytest

from simulator.engine.links import Latency, Link, Links, normal
from simulator.engine.streams import Streams


def link_between(a: str, b: str, latency: Latency, seed: int = 7) -> Link:
    return Link(Streams(seed), a, b, latency, 5_000_000)


def test_many_delays_have_the_median_and_95th_percentile_asked_for_and_are_whole_microseconds() -> None:
    latency = Latency(80_000, 300_000)
    link = link_between("A", "B", latency)
    delays = sorted(link.towards.latency_us(latency) for _ in range(20_000))
    assert all(type(delay_us) is int and delay_us > 0 for delay_us in delays)
    assert delays[10_000] == pytest.approx(80_000, rel=0.03)
    assert delays[19_000] == pytest.approx(300_000, rel=0.05)


@pytest.mark.parametrize(
    ("latency", "delay_us"), [(Latency(0, 0), 0), (Latency(500, 500), 500), (Latency(500, 0), 500)]
)
def test_without_spread_every_delay_is_the_median(latency: Latency, delay_us: int) -> None:
    link = link_between("A", "B", latency)
    assert {link.towards.latency_us(latency) for _ in range(100)} == {delay_us}


def test_the_least_draw_there_is_still_gives_a_delay() -> None:
    latency = Latency(80_000, 300_000)
    least, most = link_between("A", "B", latency).towards, link_between("A", "B", latency).towards
    least._latency_draw, most._latency_draw = (lambda: 0.0), (lambda: 1 - 2**-53)
    assert 0 <= least.latency_us(latency) < 80_000
    assert most.latency_us(latency) > 300_000


def test_numbers_drawn_at_once_are_those_drawn_one_by_one() -> None:
    latency, uniform = Latency(80_000, 300_000), Streams(7).uniform("link/A/B", "latency")
    together = link_between("A", "B", latency).towards
    alone = [round(80_000 * math.exp(latency.spread * normal(uniform))) for _ in range(200)]
    assert [together.latency_us(latency) for _ in range(200)] == alone


def test_both_directions_draw_apart_and_so_does_every_link() -> None:
    latency = Latency(80_000, 300_000)

    def drawn(link: Link, sender: str) -> list[int]:
        return [link.direction(sender).latency_us(latency) for _ in range(20)]

    there, back = drawn(link_between("A", "B", latency), "A"), drawn(link_between("A", "B", latency), "B")
    assert there != back
    assert drawn(link_between("A", "C", latency), "A") not in (there, back)
    mixed = link_between("A", "B", latency)
    assert [
        (mixed.direction("A").latency_us(latency), mixed.direction("B").latency_us(latency)) for _ in range(20)
    ] == [*zip(there, back, strict=True)]


def test_latencies_stay_what_they_were_when_loss_and_duplicates_set_in() -> None:
    latency = Latency(80_000, 300_000)
    quiet, disturbed = link_between("A", "B", latency), link_between("A", "B", latency)
    expected = [quiet.towards.latency_us(latency) for _ in range(50)]
    drawn = []
    for _ in range(50):
        drawn.append(disturbed.towards.latency_us(latency))
        disturbed.towards.loses(0.5)
        if disturbed.towards.duplicates(0.5):
            disturbed.towards.duplicate_lag_us(latency)
    assert drawn == expected


def test_a_probability_holds_and_nought_and_one_are_certain() -> None:
    way = link_between("A", "B", Latency(0, 0)).towards
    assert sum(way.loses(0.2) for _ in range(20_000)) == pytest.approx(4_000, rel=0.05)
    assert sum(way.duplicates(0.2) for _ in range(20_000)) == pytest.approx(4_000, rel=0.05)
    assert not any(way.loses(0.0) or way.duplicates(0.0) for _ in range(100))
    assert all(way.loses(1.0) and way.duplicates(1.0) for _ in range(100))


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_faults_over_a_link_may_end_in_any_order(order: tuple[int, ...]) -> None:
    """The one that began last counts among those that still hold, equal values included."""
    base, other = Latency(1, 1), Latency(2, 2)
    link = Link(Streams(7), "A", "B", base, 5_000_000, loss=0.1, duplicates=0.2)
    layers = [[other], [Latency(3, 3)], [other]]
    losses, duplications = [[0.5], [0.6], [0.5]], [[0.7], [0.8], [0.7]]
    for laid, stack in zip(
        (layers, losses, duplications), (link.latencies, link.losses, link.duplications), strict=True
    ):
        stack.extend(laid)
    standing = [0, 1, 2]
    for ended in order:
        top = standing[-1]
        assert (link.latency, link.loss, link.duplicates) == (layers[top][0], losses[top][0], duplications[top][0])
        standing.remove(ended)
        link.latencies[:] = [layer for layer in link.latencies if layer is not layers[ended]]
        link.losses[:] = [layer for layer in link.losses if layer is not losses[ended]]
        link.duplications[:] = [layer for layer in link.duplications if layer is not duplications[ended]]
    assert (link.latency, link.loss, link.duplicates) == (base, 0.1, 0.2)


def test_a_link_is_found_from_both_ends_and_none_is_found_between_strangers() -> None:
    links = Links()
    for a, b in (("A", "B"), ("C", "A")):
        links.add(link_between(a, b, Latency(0, 0)))
    assert links.between("A", "B") is links.between("B", "A")
    assert links.of("A") == (links.between("A", "B"), links.between("A", "C"))
    with pytest.raises(KeyError):
        links.between("B", "C")
