"""What a person wants to know of the thing under the mouse, as a few lines of rich text."""

from collections import Counter
from datetime import datetime
from html import escape
from typing import Final

import msgspec
import numpy as np

from gui.models.topology.crowd import standing
from gui.models.topology.model import TopologyModel, words_of
from gui.models.topology.outages import Span
from gui.models.topology.placed import Hit
from gui.models.topology.statuses import STATUSES, Statuses
from gui.models.topology.words import (
    fault_word,
    group_name,
    kilowatts,
    role_count,
    role_word,
    site_words,
    status_word,
)
from simulator.i18n import tr, trn

_MOST_STATUSES: Final = 5


class _ConnectionValue(msgspec.Struct):
    state: str = ""
    version: str | None = None


_connection: Final = msgspec.json.Decoder(_ConnectionValue | None)


def tip(model: TopologyModel, hit: Hit) -> str:
    """The tip for what lies under the mouse; empty for nothing."""
    if hit.kind == "party":
        return _rich(_party(model, hit.item))
    if hit.kind == "group":
        return _rich(_group(model, hit.item))
    if hit.kind == "link":
        return _rich(_link(model, hit.item))
    if hit.kind == "site":
        return _rich(_site(model, hit.item))
    if hit.kind == "evse":
        return _rich(_evse(model, hit.item))
    if hit.kind == "message":
        return _rich(_message(model, hit.item))
    return ""


def _rich(lines: list[str]) -> str:
    title, *rest = [escape(line) for line in lines if line]
    return "<br>".join([f"<b>{title}</b>", *rest])


def _party(model: TopologyModel, index: int) -> list[str]:
    network = model.network
    party = network.parties[index]
    links = network.links_of(index)
    lines = [party.name, tr("{role}, {id}").format(role=role_word(party.role), id=party.id)]
    sites = network.sites_of[index]
    if sites:
        evses = [evse for site in sites for evse in network.evses_of(site)]
        lines.append(
            trn("{count} site", "{count} sites", len(sites)).format(count=len(sites))
            + ", "
            + trn("{count} EVSE", "{count} EVSEs", len(evses)).format(count=len(evses))
        )
        lines.append(_counted(model, evses))
    lines += _connections(model, index)
    lines.append(trn("Linked with {count} party", "Linked with {count} parties", len(links)).format(count=len(links)))
    lines.append(_rate(float(model.rates[links].sum())))
    lines.append(_failed(int(model.failed[links].sum())))
    return [*lines, _fault(model, model.outages.parties.get(index))]


def _connections(model: TopologyModel, index: int) -> list[str]:
    """Which versions of OCPI a party speaks, and how its connections stand, as it knows it."""
    recording = model.run.recording
    if recording is None:
        return []
    known = recording.state_at(model.network.parties[index].id, model.cursor.at_us, "connection")
    decoded = [_connection.decode(value) for value in known.values()]
    states = [each for each in decoded if each is not None]
    if not states:
        return []
    versions = sorted({each.version for each in states if each.version})
    counts = Counter(each.state.replace("_", " ").lower() for each in states if each.state)
    lines = [tr("OCPI {versions}").format(versions=", ".join(versions))] if versions else []
    words = [tr("{count} {state}").format(count=f"{count:,}", state=state) for state, count in counts.most_common()]
    if words:
        lines.append(tr("Connections: {states}").format(states=", ".join(words)))
    return lines


def _group(model: TopologyModel, index: int) -> list[str]:
    group = model.layout.groups[index]
    shown = standing(model, index)
    name = group_name(group)
    count = role_count(group.role, shown.parties)
    lines = [tr("{count} {which}").format(count=count, which=name) if name else count]
    if shown.offline or shown.down or shown.disturbed:
        offline = trn("{count} party offline", "{count} parties offline", shown.offline)
        down = trn("{count} link down", "{count} links down", shown.down)
        disturbed = trn("{count} link disturbed", "{count} links disturbed", shown.disturbed)
        told = ((offline, shown.offline), (down, shown.down), (disturbed, shown.disturbed))
        lines.append(", ".join(words.format(count=f"{number:,}") for words, number in told if number))
    else:
        lines.append(tr("All in service"))
    evses = np.flatnonzero(np.isin(model.network.evse_cpo, group.members)).tolist()
    if evses:
        lines.append(trn("{count} EVSE", "{count} EVSEs", len(evses)).format(count=f"{len(evses):,}"))
        lines.append(_counted(model, evses))
    lines += [_rate(shown.rate), _failed(shown.failed)]
    return [*lines, tr("Double-click, press Return or zoom in to open")]


def _link(model: TopologyModel, index: int) -> list[str]:
    network = model.network
    link = network.links[index]
    a, b = network.parties[link.a], network.parties[link.b]
    under_way = int(np.count_nonzero(model.dots.link == index))
    lines = [
        tr("{a} and {b}").format(a=a.name, b=b.name),
        tr("Link {a} - {b}").format(a=a.id, b=b.id),
        _rate(float(model.rates[index])),
        _failed(int(model.failed[index])),
    ]
    if under_way:
        lines.append(
            trn("{count} message in the picture", "{count} messages in the picture", under_way).format(count=under_way)
        )
    if link.median_ms is not None and link.p95_ms is not None:
        lines.append(
            tr("One-way delay: median {median} ms, 95 % within {p95} ms").format(
                median=f"{link.median_ms:g}", p95=f"{link.p95_ms:g}"
            )
        )
    return [*lines, _fault(model, model.outages.links.get(index))]


def _site(model: TopologyModel, index: int) -> list[str]:
    network = model.network
    site = network.sites[index]
    evses = list(network.evses_of(index))
    lines = [
        site.name,
        tr("{cpo}, {site}").format(cpo=network.parties[site.cpo].name, site=site.key.partition("/")[2]),
        site_words(len(evses), site.limit_w),
        _counted(model, evses),
    ]
    power_w = _latest(model, f"site/{site.key}", "power")
    if power_w is not None:
        lines.append(tr("Charging with {power} now").format(power=kilowatts(power_w)))
    return [*lines, _fault(model, model.outages.sites.get(index))]


def _evse(model: TopologyModel, index: int) -> list[str]:
    network = model.network
    evse = network.evses[index]
    cpo = network.parties[int(network.evse_cpo[index])]
    lines = [evse.key.partition("/")[2], network.sites[evse.site].name]
    if evse.power_w is not None:
        kind = evse.power_type.replace("_", " ").replace(" PHASE", "-phase")
        parts = [kilowatts(evse.power_w), kind, evse.connector.replace("_", " ")]
        lines.append(", ".join(part for part in parts if part))
    if evse.tariff:
        lines.append(tr("Tariff {tariff}").format(tariff=evse.tariff))
    if model.owners is not None:
        lines.append(_known(model, cpo.name, model.owners, index))
    if model.beliefs is not None:
        believer = network.parties[network.party_of[model.believer]].name
        lines.append(_known(model, believer, model.beliefs, index))
    street = model.street()
    if street is not None:
        word = status_word(STATUSES[street.codes[index]])
        lines.append(tr("In the street: {status}").format(status=word))
    power_w = _latest(model, f"evse/{evse.key}", "power")
    if power_w:
        lines.append(tr("Charging with {power} now").format(power=kilowatts(power_w)))
    return lines


def _message(model: TopologyModel, exchange: int) -> list[str]:
    recording = model.run.recording
    found = recording.messages(exchange=exchange) if recording is not None else []
    if not found:
        return [tr("Message {number}").format(number=exchange)]
    message = found[0]
    took_ms = (message.end_us - message.start_us) / 1000
    lines = [
        words_of(message),
        tr("{sender} to {receiver}: {method} {module}").format(
            sender=message.sender, receiver=message.receiver, method=message.method, module=message.module
        ),
        tr("Begun {time}, took {duration} ms").format(
            time=model.run.clock(message.start_us, ms=True), duration=f"{took_ms:.0f}"
        ),
    ]
    if message.final != "delivered":
        lines.append(tr("Failed: {reason}").format(reason=(message.failure or message.final).replace("_", " ")))
    elif message.ocpi_status is not None:
        lines.append(tr("HTTP {http}, OCPI {ocpi}").format(http=message.http_status, ocpi=message.ocpi_status))
    else:
        lines.append(tr("HTTP {http}").format(http=message.http_status))
    return lines


def _failed(count: int) -> str:
    """How many messages failed; nothing if none did."""
    if not count:
        return ""
    return trn("{count} message failed in them", "{count} messages failed in them", count).format(count=f"{count:,}")


def _rate(rate: float) -> str:
    return tr("{rate} messages a minute over the last 10 minutes").format(rate=f"{rate:.1f}".removesuffix(".0"))


def _counted(model: TopologyModel, evses: list[int]) -> str:
    """`3 available, 1 charging`."""
    counts = Counter(STATUSES[code] for code in model.codes[evses].tolist())
    parts = [
        tr("{count} {status}").format(count=count, status=status_word(status).lower())
        for status, count in counts.most_common(_MOST_STATUSES)
    ]
    return ", ".join(parts)


def _known(model: TopologyModel, who: str, statuses: Statuses, evse: int) -> str:
    word = status_word(STATUSES[statuses.codes[evse]])
    since = _since(model, statuses.last_updated(evse))
    if not since:
        return tr("{who} knows: {status}").format(who=who, status=word)
    return tr("{who} knows: {status}, since {time}").format(who=who, status=word, time=since)


def _since(model: TopologyModel, instant: str) -> str:
    """The local time of an instant in OCPI's words."""
    try:
        epoch_us = round(datetime.fromisoformat(instant).timestamp() * 1e6)
    except ValueError:
        return ""
    return model.run.clock(epoch_us - model.run.start_epoch_us)


def _fault(model: TopologyModel, span: Span | None) -> str:
    if span is None:
        return ""
    word, begin = fault_word(span.kind), model.run.clock(span.from_us)
    if span.to_us is None:
        return tr("Fault: {what}, since {begin}").format(what=word, begin=begin)
    return tr("Fault: {what}, {begin} to {end}").format(what=word, begin=begin, end=model.run.clock(span.to_us))


def _latest(model: TopologyModel, entity: str, quantity: str) -> float | None:
    """The last sample of a series at the cursor's time."""
    recording = model.run.recording
    if recording is None:
        return None
    _, values = recording.series(entity, quantity, None, model.cursor.at_us + 1)
    return float(values[-1]) if len(values) and np.isfinite(values[-1]) else None
