"""Where things lie, how they stand and what is on its way, without a widget."""

from pathlib import Path

import numpy as np
import pytest
from gui_topology_world import SECOND_US, World, many
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.models.topology.camera import fit
from gui.models.topology.layout import lay_out
from gui.models.topology.model import NO_HIGHLIGHT, TopologyModel
from gui.models.topology.network import Evse, Network, Party, Site, read_network
from gui.models.topology.outages import Faults
from gui.models.topology.placed import Placed
from gui.models.topology.prices import tariff_words
from gui.models.topology.statuses import OWNERS, STATUSES, STREET, Statuses
from gui.models.topology.tips import tip
from gui.models.topology.traffic import MOST_DOTS, Traffic
from simulator.recording.reader import Recording
from simulator.world.geometry import distance_m

MINUTE_US = 60 * SECOND_US


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Two linked parties and a message of each fate, 100 s apart; times within it are round."""
    with World(tmp_path / "pair.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        world.party("NL-EMA", "emsp")
        world.link("NL-ABC", "NL-EMA")
        world.site("NL-ABC", "L1", 2, 52.0, 4.0)
        world.message("NL-ABC", "NL-EMA", 100 * SECOND_US, 110 * SECOND_US, 120 * SECOND_US)
        world.message("NL-EMA", "NL-ABC", 200 * SECOND_US, 200_100_000, 200_200_000, module="commands")
        world.message("NL-ABC", "NL-EMA", 300 * SECOND_US, None, 330 * SECOND_US, final="lost")
        world.message("NL-ABC", "NL-EMA", 400 * SECOND_US, 410 * SECOND_US, 430 * SECOND_US, final="timed_out")
    return world.path


def test_the_network_of_the_quickstart(quickstart: Path) -> None:
    with Recording.open(quickstart) as recording:
        network = read_network(recording)
    assert [party.id for party in network.parties] == ["NL-ABC", "NL-DUN", "NL-EMA", "NL-NOM"]
    assert network.roles() == {"cpo": 2, "emsp": 2}
    assert len(network.links) == 4
    assert [len(network.evses_of(site)) for site in range(4)] == [4, 1, 2, 1]
    assert network.sites[0].limit_w == 30_000
    for site in range(4):
        assert all(network.evses[evse].site == site for evse in network.evses_of(site))
    link = network.link_between("NL-EMA", "NL-ABC")
    assert network.link_id(link) in ("NL-ABC|NL-EMA", "NL-EMA|NL-ABC")
    assert network.link_between("NL-EMA", "NL-NOM") == -1
    assert link in network.links_of(network.party_of["NL-EMA"])


@pytest.mark.parametrize("kind", ["network", "map"])
def test_each_evse_lies_in_the_card_of_its_site(crowded: Path, kind: str) -> None:
    with Recording.open(crowded) as recording:
        network = read_network(recording)
    layout = lay_out(network, "map" if kind == "map" else "network")
    low = layout.card[network.evse_site, :2]
    high = low + layout.card[network.evse_site, 2:]
    assert ((layout.evse_xy > low) & (layout.evse_xy < high)).all()
    assert len({tuple(place) for place in layout.evse_xy.tolist()}) == len(network.evses)


def test_cards_and_parties_of_a_network_do_not_overlap(crowded: Path) -> None:
    with Recording.open(crowded) as recording:
        network = read_network(recording)
    layout = lay_out(network, "network")
    nodes = np.column_stack([layout.party_xy - (75, 22), np.tile((150, 44), (len(network.parties), 1))])
    _assert_apart(np.concatenate([layout.card, nodes]))
    _assert_apart(layout.block)


def _assert_apart(boxes: np.ndarray) -> None:
    for number, (x, y, w, h) in enumerate(boxes.tolist()):
        others = np.delete(boxes, number, axis=0)
        apart = (
            (others[:, 0] >= x + w)
            | (others[:, 0] + others[:, 2] <= x)
            | (others[:, 1] >= y + h)
            | (others[:, 1] + others[:, 3] <= y)
        )
        assert apart.all(), f"box {number} lies on {np.flatnonzero(~apart)}"


def test_the_hub_stands_between_those_it_joins() -> None:
    parties = [Party("NL-HUB", "hub", "Hub"), Party("NL-CPO", "cpo", "CPO"), Party("NL-EMP", "emsp", "eMSP")]
    layout = lay_out(Network(parties, [], [], []), "network")
    hub, cpo, emsp = layout.party_xy[:, 0]
    assert emsp < hub < cpo


def test_the_map_keeps_distances_and_north_is_up(quickstart: Path) -> None:
    with Recording.open(quickstart) as recording:
        network = read_network(recording)
    layout = lay_out(network, "map")
    for one in range(4):
        for other in range(one):
            a, b = network.sites[one], network.sites[other]
            drawn_m = float(np.hypot(*(layout.site_xy[one] - layout.site_xy[other])))
            true_m = distance_m(a.latitude, a.longitude, b.latitude, b.longitude)
            assert drawn_m == pytest.approx(true_m, rel=1e-3, abs=1.0)
    north = max(range(4), key=lambda site: network.sites[site].latitude)
    assert layout.site_xy[north, 1] == layout.site_xy[:, 1].min()


def test_sites_on_both_sides_of_the_date_line_lie_together() -> None:
    sites = [Site("X/1", 0, "West", 10.0, 179.99, None, None), Site("X/2", 0, "East", 10.0, -179.99, None, None)]
    layout = lay_out(Network([Party("X", "cpo", "X")], [], sites, []), "map")
    assert 1_000 < layout.site_xy[1, 0] - layout.site_xy[0, 0] < 3_000


def test_an_evse_with_its_own_place_lies_there() -> None:
    sites = [Site("X/1", 0, "Car park", 52.0, 4.0, None, None)]
    evses = [Evse("X/1", 0, 52.0, 4.0, None, "", ""), Evse("X/2", 0, 52.001, 4.0, None, "", "")]
    layout = lay_out(Network([Party("X", "cpo", "X")], [], sites, evses), "map")
    assert layout.evse_xy[1, 1] - layout.site_xy[0, 1] == pytest.approx(-111.2, abs=0.5)


def test_two_thousand_parties_are_laid_out_in_a_picture_not_a_strip(tmp_path: Path) -> None:
    path = many(tmp_path / "many.ocpirun", cpos=1_000, emsps=1_000, sites=1_000, evses_a_site=1, links=2)
    with Recording.open(path) as recording:
        network = read_network(recording)
    for kind in ("network", "map"):
        x0, y0, x1, y1 = lay_out(network, "map" if kind == "map" else "network").bounds
        assert 0.2 < (x1 - x0) / (y1 - y0) < 5, kind
    assert np.array_equal(lay_out(network, "network").party_xy, lay_out(network, "network").party_xy)


@given(st.floats(-4_000, 4_000), st.floats(-4_000, 4_000), st.floats(0.2, 5), st.floats(0, 900), st.floats(0, 600))
def test_zooming_keeps_the_place_under_the_mouse(x: float, y: float, factor: float, x_px: float, y_px: float) -> None:
    parties = [Party(str(number), "cpo", "") for number in range(9)]
    layout = lay_out(Network(parties, [], [], []), "network")
    camera = fit(layout, 900, 600).main.moved(x, y)
    nearer = camera.zoomed(factor, x_px, y_px)
    assert nearer.world(x_px, y_px) == pytest.approx(camera.world(x_px, y_px), abs=1e-6)
    place = np.array([nearer.world(x_px, y_px)])
    assert nearer.px(place)[0] == pytest.approx((x_px, y_px), abs=1e-6)


def test_nothing_zooms_beyond_all_and_one_evse(quickstart: Path) -> None:
    with Recording.open(quickstart) as recording:
        layout = lay_out(read_network(recording), "network")
    camera = fit(layout, 900, 600).main
    assert camera.zoomed(1e-9, 0, 0).scale == pytest.approx(camera.scale * 0.6)
    assert camera.zoomed(1e9, 0, 0).scale * layout.cell == pytest.approx(170)


@pytest.mark.parametrize("holder", [OWNERS, "NL-E01", STREET])
def test_stepping_and_jumping_in_time_know_the_same(crowded: Path, holder: str) -> None:
    with Recording.open(crowded) as recording:
        network = read_network(recording)
        walking = Statuses(recording, network, holder)
        for minute in [*range(-2, 240, 7), 90, 91, 500, 12]:
            at_us = minute * MINUTE_US
            walking.move(at_us)
            jumping = Statuses(recording, network, holder)
            jumping.move(at_us)
            assert np.array_equal(walking.codes, jumping.codes), minute


def test_a_cpo_knows_what_its_rows_say(crowded: Path) -> None:
    with Recording.open(crowded) as recording:
        network = read_network(recording)
        statuses = Statuses(recording, network)
        statuses.move(100 * MINUTE_US)
        for id in ("NL-C01", "NL-C04"):
            for evse, value in recording.state_at(id, 100 * MINUTE_US, "evse").items():
                status = STATUSES[statuses.codes[network.evse_of[evse]]]
                assert f'"status":"{status}"'.encode() in value


def test_very_many_cpos_are_read_at_once_and_alike(tmp_path: Path) -> None:
    path = many(tmp_path / "cpos.ocpirun", cpos=70, emsps=2, sites=70, evses_a_site=3)
    with Recording.open(path) as recording:
        network = read_network(recording)
        statuses = Statuses(recording, network)
        statuses.move(1_100 * SECOND_US)
        for id in network.party_of:
            for evse, value in recording.state_at(id, 1_100 * SECOND_US, "evse").items():
                assert STATUSES[statuses.codes[network.evse_of[evse]]].encode() in value


def test_a_message_goes_there_and_its_answer_comes_back(pair: Path) -> None:
    with Recording.open(pair) as recording:
        traffic = Traffic(recording, read_network(recording))
        places = []
        for second in (100, 105, 110, 115, 119):
            dots = traffic.dots(second * SECOND_US, 1)
            assert dots.exchange.tolist() == [1]
            assert dots.forward.tolist() == [True]
            places.append((float(dots.place[0]), bool(dots.answer[0])))
        assert places == [(0.0, False), (0.5, False), (1.0, True), (0.5, True), (pytest.approx(0.1), True)]
        assert not len(traffic.dots(120 * SECOND_US, 1).exchange)
        assert not len(traffic.dots(99 * SECOND_US, 1).exchange)


def test_a_quick_message_is_drawn_as_long_as_a_person_needs(pair: Path) -> None:
    with Recording.open(pair) as recording:
        traffic = Traffic(recording, read_network(recording))
        dots = traffic.dots(220 * SECOND_US, 80 * SECOND_US)
        assert dots.exchange.tolist() == [2]
        assert dots.place.tolist() == [0.5]
        assert dots.forward.tolist() == [False]
        assert traffic.modules[dots.module[0]] == "commands"
        back = traffic.dots(260 * SECOND_US, 80 * SECOND_US)
        assert back.answer.tolist() == [True]
        assert back.place.tolist() == [0.5]
        assert not len(traffic.dots(281 * SECOND_US, 80 * SECOND_US).exchange)


def test_what_is_lost_stops_half_way(pair: Path) -> None:
    with Recording.open(pair) as recording:
        traffic = Traffic(recording, read_network(recording))
        before, after = traffic.dots(310 * SECOND_US, 1), traffic.dots(329 * SECOND_US, 1)
        assert not before.failed[0]
        assert before.place[0] < 0.5
        assert after.failed[0]
        assert after.place[0] == 0.5
        late = traffic.dots(429 * SECOND_US, 1)
        assert late.failed[0]
        assert late.answer[0]
        assert late.place[0] == 0.5


def test_to_go_anywhere_in_a_long_run_few_rows_are_read(tmp_path: Path) -> None:
    with World(tmp_path / "long.ocpirun") as world:
        world.party("NL-C", "cpo")
        world.party("NL-E", "emsp")
        world.link("NL-C", "NL-E")
        for second in range(9_000):
            world.message("NL-C", "NL-E", second * SECOND_US, second * SECOND_US + 1, second * SECOND_US + 2)
    with Recording.open(tmp_path / "long.ocpirun") as recording:
        for second in (500, 4_090, 8_900):
            traffic = Traffic(recording, read_network(recording))
            assert traffic.dots(second * SECOND_US, 2).exchange.tolist() == [second + 1]
            assert sum(len(rows) for _, rows in traffic._chunks.values()) <= 2_100


def test_of_very_many_messages_the_latest_are_drawn(tmp_path: Path) -> None:
    path = many(tmp_path / "much.ocpirun", cpos=2, emsps=2, sites=2, evses_a_site=1, messages=MOST_DOTS + 500)
    with Recording.open(path) as recording:
        dots = Traffic(recording, read_network(recording)).dots(1_004 * SECOND_US, 1)
    assert len(dots.exchange) == MOST_DOTS
    assert dots.exchange.max() > MOST_DOTS - 1
    assert np.isfinite(dots.place).all()
    assert ((dots.place >= 0) & (dots.place <= 1)).all()


@settings(max_examples=30)
@given(at_s=st.integers(-100, 500), shown_s=st.integers(0, 300))
def test_dots_are_the_messages_under_way(pair_path: Path, at_s: int, shown_s: int) -> None:
    at_us, shown_us = at_s * SECOND_US, shown_s * SECOND_US
    with Recording.open(pair_path) as recording:
        dots = Traffic(recording, read_network(recording)).dots(at_us, shown_us)
        expected = [
            message.exchange
            for message in recording.messages()
            if message.start_us <= at_us < message.start_us + max(shown_us, message.end_us - message.start_us)
        ]
    assert dots.exchange.tolist() == expected


@pytest.fixture(scope="session")
def pair_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parties with 200 messages, some under way for long."""
    with World(tmp_path_factory.mktemp("pair") / "pair.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        world.party("NL-EMA", "emsp")
        world.link("NL-ABC", "NL-EMA")
        ends = sorted((number * 2 + number * number * 7 % 40, number * 2) for number in range(200))
        for end_s, start_s in ends:
            end_s = max(end_s, start_s)
            world.message("NL-ABC", "NL-EMA", start_s * SECOND_US, start_s * SECOND_US, end_s * SECOND_US)
    return world.path


def test_rates_are_messages_a_minute_of_each_link(crowded: Path) -> None:
    with Recording.open(crowded) as recording:
        network = read_network(recording)
        rates = Traffic(recording, network).rates(90 * MINUTE_US).a_minute
        counts = np.zeros(len(network.links))
        for message in recording.messages():
            if 80 * MINUTE_US < message.end_us <= 90 * MINUTE_US:
                counts[network.link_between(message.sender, message.receiver)] += 1
    assert rates.sum() > 0
    assert rates.tolist() == pytest.approx((counts / 10).tolist())


def test_faults_hold_from_their_begin_to_their_end(crowded: Path) -> None:
    with Recording.open(crowded) as recording:
        network = read_network(recording)
        faults = Faults(recording, network)
    link = network.link_between("NL-E01", "NL-C02")
    party = network.party_of["NL-C01"]
    assert not faults.at(59 * MINUTE_US).parties
    assert faults.at(60 * MINUTE_US).parties[party].kind == "party_offline"
    assert not faults.at(100 * MINUTE_US).parties
    assert faults.at(120 * MINUTE_US).links[link].kind == "link_down"
    assert link not in faults.at(180 * MINUTE_US).links
    (site,) = faults.at(200 * MINUTE_US).sites
    assert network.sites[site].name == "Site C02-1"


def test_a_cut_link_is_told_as_cut_whatever_else_it_suffers(tmp_path: Path) -> None:
    with World(tmp_path / "faults.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        world.party("NL-EMA", "emsp")
        world.link("NL-ABC", "NL-EMA")
        world.fault(10, "link_down", "NL-EMA - NL-ABC", "begin")
        world.fault(20, "latency", "NL-EMA - NL-ABC", "begin")
        world.fault(30, "link_down", "NL-EMA - NL-ABC", "end")
    with Recording.open(world.path) as recording:
        faults = Faults(recording, read_network(recording))
    assert faults.at(25).links[0].kind == "link_down"
    assert faults.at(30).links[0].kind == "latency"
    assert faults.at(30).links[0].to_us is None


def test_an_emsp_that_was_not_told_believes_what_was(run: Run, cursor: Cursor, crowded: Path) -> None:
    run.open(crowded)
    model = TopologyModel(run, cursor)
    cursor.set_time(178 * MINUTE_US)
    model.refresh()
    assert model.stale is None
    model.set_believer("NL-E01")
    model.refresh()
    assert model.stale is not None
    network = model.network
    owners = {network.evses[evse].key.partition("/")[0] for evse in np.flatnonzero(model.stale)}
    assert "NL-C02" in owners, "the link to it has been down for 58 minutes"
    model.set_believer(OWNERS)
    assert model.stale is None


def test_what_is_selected_is_found_in_the_picture(run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    model = TopologyModel(run, cursor)
    network, recording = model.network, run.recording
    assert recording is not None
    for selection, kind, index in (
        (Selection("party", "NL-EMA"), "party", network.party_of["NL-EMA"]),
        (Selection("link", "NL-EMA|NL-ABC"), "link", network.link_between("NL-ABC", "NL-EMA")),
        (Selection("site", network.sites[2].key), "site", 2),
        (Selection("evse", network.evses[3].key), "evse", 3),
    ):
        cursor.select(selection)
        assert getattr(model.highlight, kind) == index
    message = recording.messages(module="tokens", limit=1)[0]
    cursor.select(Selection("message", str(message.exchange)))
    assert model.highlight.link == network.link_between(message.sender, message.receiver)
    assert model.meaning
    session = next(message.session_id for message in recording.messages() if message.session_id)
    cursor.select(Selection("session", session))
    assert model.highlight.evse >= 0
    cursor.select(Selection("party", "NL-XXX"))
    assert model.highlight == NO_HIGHLIGHT


def test_prices_are_said_as_a_price_list_says_them() -> None:
    prices = {"ENERGY": "0.35", "TIME": "2", "PARKING_TIME": "1.20", "FLAT": "0.50"}
    assert tariff_words("market", "EUR", prices, "21", varies=True) == (
        "market: 0.35 EUR/kWh, 2 EUR/h of charging, 1.20 EUR/h of parking, 0.50 EUR a session, plus 21 % VAT, "
        "other prices at times"
    )
    assert tariff_words("free", "EUR", {}, None, varies=False) == "free"


def test_tips_say_what_a_person_wants_to_know(run: Run, cursor: Cursor, crowded: Path) -> None:
    run.open(crowded)
    model = TopologyModel(run, cursor)
    cursor.set_time(70 * MINUTE_US)
    model.set_believer("NL-E01")
    model.refresh()
    network = model.network
    placed = Placed(network, model.layout, fit(model.layout, 900, 600))
    party = placed.rect_of("party", network.party_of["NL-C01"])
    text = tip(model, placed.hit(model.dots, party[0] + 3, party[1] + 3))
    assert "Network C01" in text
    assert "CPO, NL-C01" in text
    assert "48 EVSEs" in text
    assert "OCPI 2.2.1" in text
    assert "Connections: 3 registered" in text
    assert "messages a minute over the last 10 minutes" in text
    assert "Fault: offline, 19:00:00 to 19:40:00" in text
    x, y, *_ = placed.rect_of("site", 0)
    text = tip(model, placed.hit(model.dots, x + 2, y + 2))
    assert "Site C01-1" in text
    assert "12 EVSEs, limit 90 kW" in text
    x, y = placed.evse_px[0]
    text = tip(model, placed.hit(model.dots, float(x), float(y)))
    assert "22 kW" in text
    assert "Network C01 knows: " in text
    assert "Cards E01 knows: " in text
    assert "In the street: " in text
    assert "Tariff day: 0.45 EUR/kWh, plus 21 % VAT" in text
    assert "22 kW, AC 3-phase, IEC 62196 T2" in text
    assert tip(model, placed.hit(model.dots, -500, -500)) == ""
