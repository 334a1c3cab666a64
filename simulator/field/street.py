"""Everything that stands in the street, by name, and what it has delivered in all."""

from simulator.charging.fair_share import fair_share
from simulator.charging.strategy import Strategy
from simulator.engine.cause import Cause
from simulator.engine.clock import Clock
from simulator.engine.journal import Journal
from simulator.field.charge_point_link import ChargePointLink
from simulator.field.charger import Charger
from simulator.field.site import Site
from simulator.field.transaction import Transaction
from simulator.world.app import ChargingApp
from simulator.world.choice import USUAL_TASTE, Taste
from simulator.world.evse import EvseRating


class Street:
    """The registry of sites, chargers and transactions, and of the drivers' apps by eMSP.

    `sample_us` is the time between two meter values of a transaction, `taste` what drivers weigh places by.
    `transactions` are in order of start. `parked_abroad` are the keys of EVSEs that stand elsewhere, and at which a
    driver of ours has parked.
    """

    def __init__(self, env: Clock, journal: Journal, sample_us: int, taste: Taste = USUAL_TASTE) -> None:
        if sample_us <= 0:
            raise ValueError(f"Meter values every {sample_us} us: expected more than 0.")
        self.env = env
        self.journal = journal
        self.taste = taste
        self.apps: dict[str, ChargingApp[Cause]] = {}
        self.chargers: dict[str, Charger] = {}
        self.sites: dict[str, Site] = {}
        self.transactions: list[Transaction] = []
        self.parked_abroad: dict[str, None] = {}
        self._sample_us = sample_us

    def add_site(self, key: str, limit_w: int | None, strategy: Strategy = fair_share) -> Site:
        """A location behind a grid connection of `limit_w` (None: enough); its key is unique, or ValueError."""
        if key in self.sites:
            raise ValueError(f"Two sites are called {key!r}: expected a name for each.")
        site = Site(self.env, self.journal, key, limit_w, strategy)
        self.sites[key] = site
        return site

    def add_charger(self, site_key: str, evse_uid: str, rating: EvseRating, link: ChargePointLink) -> Charger:
        """An EVSE of the link's CPO at a site that was added before; found in `chargers` under `NL-ABC/uid`."""
        site = self.sites[site_key]
        charger = Charger(self.env, self.journal, site, link, evse_uid, rating, self._sample_us, self.transactions)
        site.chargers.append(charger)
        self.chargers[charger.key] = charger
        return charger

    def plug_wh(self) -> int:
        """Energy that all registers show now, in Wh; before the first session it is 0."""
        return sum(charger.register_wh() for charger in self.chargers.values())

    def take_offline(self, site_key: str) -> None:
        """The chargers of a site lose their CPO; what they charge goes on."""
        for charger in self.sites[site_key].chargers:
            charger.link.cut((charger.evse_uid,))

    def bring_online(self, site_key: str, cause: Cause) -> None:
        """The chargers of a site reach their CPO again and tell it what it missed."""
        for charger in self.sites[site_key].chargers:
            charger.link.reconnect((charger.evse_uid,), cause)
