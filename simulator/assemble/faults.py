"""Makes the scenario's faults happen, before anything else of their instant, and records begin and end."""

from collections.abc import Callable
from typing import Any

from simpy import Event

from simulator.assemble.world import World
from simulator.engine.cause import Cause
from simulator.engine.links import Latency, Link
from simulator.engine.order import FAULT
from simulator.scenario.model import Fault

Undo = Callable[[Cause], None]


def schedule(world: World) -> None:
    """Schedule every fault of the scenario, and its end."""
    for fault in world.scenario.faults:
        _at(world, fault.at_us, _beginner(world, fault))


def _at(world: World, at_us: int, happen: Callable[[], None]) -> None:
    event: Any = Event(world.kernel.env)
    event._ok, event._value = True, None
    event.callbacks.append(lambda _: happen())
    world.kernel.env.schedule(event, FAULT, at_us - world.kernel.now_us)


def _beginner(world: World, fault: Fault) -> Callable[[], None]:
    def begin() -> None:
        world.journal.fault(fault.kind, target_of(fault), "begin", _data(fault))
        undo = _BEGIN[fault.kind](world, fault)
        if fault.for_us is not None:
            _at(world, fault.at_us + fault.for_us, lambda: end(undo))

    def end(undo: Undo) -> None:
        world.journal.fault(fault.kind, target_of(fault), "end", _data(fault))
        cause = world.journal.event("fault", "over", subject=target_of(fault), data={"kind": fault.kind})
        undo(cause)

    return begin


def target_of(fault: Fault) -> str:
    """Who or what suffers the fault."""
    if fault.between is not None:
        return " - ".join(fault.between)
    return fault.party or fault.site or ""


def _data(fault: Fault) -> dict[str, object]:
    data: dict[str, object] = {"for_s": fault.for_us / 1e6 if fault.for_us is not None else None}
    if fault.probability is not None:
        data["probability"] = fault.probability
    if fault.latency is not None:
        data["median_ms"], data["p95_ms"] = fault.latency.median_us / 1e3, fault.latency.p95_us / 1e3
    return data


def _party_offline(world: World, fault: Fault) -> Undo:
    assert fault.party is not None
    id = fault.party
    party = world.party(id)
    world.kernel.take_down(party.office.node)
    party.went_down()

    def undo(cause: Cause) -> None:
        world.kernel.bring_up(party.office.node)
        if party.office.node.down:
            return
        if id in world.charge_points:
            world.charge_points[id].reconnect(None, cause)
        party.sync.came_up()
        ours = [each.id for each in world.scenario.parties]
        for peer_id in dict.fromkeys(each.peer_platform for each in party.office.connections.values()):
            if peer_id in ours:
                world.party(peer_id).sync.peer_is_back(id)

    return undo


def _link(world: World, fault: Fault) -> Link:
    assert fault.between is not None
    return world.links.between(*fault.between)


def _link_down(world: World, fault: Fault) -> Undo:
    link = _link(world, fault)
    link.cuts += 1

    def undo(cause: Cause) -> None:
        del cause
        link.cuts -= 1
        if not link.down:
            world.party(link.a).sync.peer_is_back(link.b)
            world.party(link.b).sync.peer_is_back(link.a)

    return undo


def _latency(world: World, fault: Fault) -> Undo:
    assert fault.latency is not None
    latency = Latency(fault.latency.median_us, fault.latency.p95_us)
    return _lifted(_link(world, fault).latencies, latency)


def _loss(world: World, fault: Fault) -> Undo:
    assert fault.probability is not None
    return _lifted(_link(world, fault).losses, fault.probability)


def _duplicates(world: World, fault: Fault) -> Undo:
    assert fault.probability is not None
    return _lifted(_link(world, fault).duplications, fault.probability)


def _lifted(layers: list[Any], value: Any) -> Undo:
    """Lay a value over what holds otherwise; faults that overlap may end in any order."""
    layer = [value]
    layers.append(layer)

    def undo(cause: Cause) -> None:
        del cause
        layers[:] = [other for other in layers if other is not layer]

    return undo


def _charger_offline(world: World, fault: Fault) -> Undo:
    keys = [
        world.site_key(cpo, location.id)
        for cpo, assets in world.assets.items()
        for location in assets.locations
        if fault.site in (location.name, location.id)
    ]
    for key in keys:
        world.street.take_offline(key)

    def undo(cause: Cause) -> None:
        for key in keys:
            world.street.bring_online(key, cause)

    return undo


_BEGIN: dict[str, Callable[[World, Fault], Undo]] = {
    "party_offline": _party_offline,
    "link_down": _link_down,
    "latency": _latency,
    "loss": _loss,
    "duplicates": _duplicates,
    "charger_offline": _charger_offline,
}
