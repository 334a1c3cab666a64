"""Makes up a network from a plan: parties, tariffs, sites and drivers, the same ones for the same seed.

Each fact is drawn from a number of its own, fixed by the seed, what it is about and what for. So one CPO more, or
another median, leaves all other facts as they are: variants of a scenario differ by what was varied alone (common
random numbers).
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from math import cos, pi, sin, sqrt

from msgspec import Struct

from simulator.scenario.drivers import DEFAULT_PATIENCE_US
from simulator.scenario.generate import MAX_EVSES, Plan, Spread
from simulator.scenario.model import DriverGroup, EvseGroup, Party, Site, TariffSpec
from simulator.scenario.sites import current_type
from simulator.scenario.vocabulary import USUAL_VERSIONS, WHITELISTS
from simulator.world.distributions import choice, lognormal
from simulator.world.geometry import offset

CPO_COUNTRY, EMSP_COUNTRY = "XC", "XE"
"""Codes that ISO 3166-1 leaves to its users: no real party has them, and a made-up one is known at a glance."""

_CENT = Decimal("0.01")
_UNIT = 2.0**-53


class Grown(Struct, frozen=True):
    """What a plan made."""

    parties: tuple[Party, ...] = ()
    tariffs: tuple[TariffSpec, ...] = ()
    sites: tuple[Site, ...] = ()
    drivers: tuple[DriverGroup, ...] = ()


class TooLarge(ValueError):
    """The plan makes more EVSEs than a scenario can have; the text is the sentence."""


def grow(plan: Plan, seed: int) -> Grown:
    """The network of a plan. Raises TooLarge."""
    draws = _Draws(seed)
    cpos = [_party(CPO_COUNTRY, number) for number in range(1, plan.cpos + 1)]
    emsps = [_party(EMSP_COUNTRY, number) for number in range(1, plan.emsps + 1)]
    sites: list[Site] = []
    drivers: list[DriverGroup] = []
    evses = 0
    for number, cpo in enumerate(cpos, start=1):
        before = evses
        for site in _sites(plan, draws, cpo, number):
            sites.append(site)
            evses += site.evses[0].count
            if evses > MAX_EVSES:
                raise TooLarge(f"The generated network has more than {MAX_EVSES:,} EVSEs by its cpo number {number}.")
        drivers += _drivers(plan, cpo, emsps, evses - before)
    tariffs = [_tariff(plan, draws, cpo, number) for number, cpo in enumerate(cpos, start=1)]
    return Grown((*cpos, *emsps), tuple(tariffs), tuple(sites), tuple(drivers))


class _Draws(Struct, frozen=True):
    """Numbers in [0, 1), each fixed by (seed, entity, purpose) alone."""

    seed: int

    def uniform(self, entity: str, purpose: str) -> float:
        key = "\x1f".join((str(self.seed), "generate", entity, purpose))
        return (int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") >> 11) * _UNIT

    def count(self, entity: str, purpose: str, spread: Spread) -> int:
        return max(1, round(lognormal(self.uniform(entity, purpose), spread.median, spread.p95)))


def _party(country: str, number: int) -> Party:
    id = f"{country}-{number:03}"
    if country == CPO_COUNTRY:
        return Party(id, country, id[3:], "cpo", f"Network {number}", USUAL_VERSIONS)
    whitelist = WHITELISTS[(number - 1) % len(WHITELISTS)]
    return Party(id, country, id[3:], "emsp", f"Provider {number}", USUAL_VERSIONS, whitelist=whitelist)


def _tariff(plan: Plan, draws: _Draws, cpo: Party, number: int) -> TariffSpec:
    """One price of energy for all that a CPO has, to the cent."""
    price = Decimal(lognormal(draws.uniform(f"cpo/{number}", "price"), plan.prices.median, plan.prices.p95))
    return TariffSpec(cpo.id, plan.currency, energy_per_kwh=max(_CENT, price.quantize(_CENT)))


def _sites(plan: Plan, draws: _Draws, cpo: Party, number: int) -> Iterator[Site]:
    """Sites anywhere in the circle, each place with the same chance; all EVSEs of a site have the same power."""
    for index in range(1, draws.count(f"cpo/{number}", "sites", plan.sites_per_cpo) + 1):
        entity = f"cpo/{number}/site/{index}"
        reach_m = plan.radius_m * sqrt(draws.uniform(entity, "reach"))
        angle = 2 * pi * draws.uniform(entity, "angle")
        latitude, longitude = offset(plan.latitude, plan.longitude, reach_m * cos(angle), reach_m * sin(angle))
        count = draws.count(entity, "evses", plan.evses_per_site)
        weights = [weight for _, weight in plan.powers_w]
        power_w = plan.powers_w[choice(draws.uniform(entity, "power"), weights)][0]
        name = f"{cpo.name} site {index}"
        yield Site(
            cpo=cpo.id,
            name=name,
            latitude=round(latitude, 6),
            longitude=round(longitude, 6),
            grid_limit_w=_limit_w(plan, count, power_w),
            evses=(EvseGroup(count, power_w, current_type(power_w), cpo.id),),
            address=name,
            city="#NA",
            country=plan.country,
        )


def _limit_w(plan: Plan, count: int, power_w: int) -> int | None:
    """What the grid bears: so much an EVSE, but always one EVSE at full power."""
    return None if plan.limit_w_per_evse is None else max(power_w, plan.limit_w_per_evse * count)


def _drivers(plan: Plan, cpo: Party, emsps: list[Party], evses: int) -> Iterator[DriverGroup]:
    """The load of a CPO's EVSEs: groups of its own, so that neither another CPO nor another eMSP changes who comes."""
    total = sum(weight for _, weight in plan.arrivals)
    for profile, weight in plan.arrivals:
        sessions = plan.sessions_per_evse * evses * weight / total
        if sessions:
            yield DriverGroup(
                name=f"{cpo.id} {profile}",
                emsps=tuple(emsp.id for emsp in emsps),
                sessions_per_day=sessions,
                arrivals=profile,
                vehicles=plan.vehicles,
                rfid_share=plan.rfid_share,
                latitude=None,
                longitude=None,
                radius_m=None,
                patience_us=DEFAULT_PATIENCE_US,
                near=cpo.id,
            )
