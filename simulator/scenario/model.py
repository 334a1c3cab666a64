"""What a scenario says, typed and in base units: the one form in which the rest of the program meets it.

Every name is resolved and every number was checked by `simulator.scenario.load.load`, so a reader of these values
needs no checks of its own. Instants (`at_us`) are microseconds since the scenario's start, spans microseconds.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from simulator.ocpi.v2_2_1.locations import Location
from simulator.ocpi.v2_2_1.tariffs import Tariff

PartyRole = Literal["cpo", "emsp", "hub", "scsp"]
Whitelist = Literal["ALWAYS", "ALLOWED", "ALLOWED_OFFLINE", "NEVER"]
TokenEncoding = Literal["base64", "raw"]
CurrentType = Literal["ac1", "ac3", "dc"]
Authorise = Literal["rfid", "app"]
Stop = Literal["app", "card", "unplug"]
Keeps = Literal["yes", "no", "cancels"]
WantedEnergy = Literal["delivered", "requested"]
ChangeKind = Literal[
    "tariff",
    "token_blocked",
    "credentials_renewed",
    "unregistered",
    "cdr_corrected",
    "charging_limited",
    "charging_limit_lifted",
    "charging_limit_asked",
    "charging_preferences",
    "invoice",
    "invoice_corrected",
    "invoice_withdrawn",
    "site_changed",
    "tariff_withdrawn",
    "token_restored",
    "copies_checked",
    "reservation_withdrawn",
    "connector_unlocked",
]
ChargingProfileType = Literal["CHEAP", "FAST", "GREEN", "REGULAR"]
SiteChange = Literal["name", "published", "evse", "connector", "tariff"]
FaultKind = Literal["party_offline", "link_down", "latency", "loss", "duplicates", "charger_offline"]


class Latency(Struct, frozen=True):
    """One-way delay of a message: a log-normal distribution told by its median and its 95th percentile."""

    median_us: int
    p95_us: int


class Party(Struct, frozen=True):
    """A company on the network; `id` is `NL-ABC`. Only an emsp has a `whitelist`, that of its RFID tokens.

    `quirks` are the defects that its platform has, by name. A cpo that does not keep tokens has no list of them and
    asks about each; one that patches sends 2.1.1 what has changed of sessions and tariffs instead of all of them.
    """

    id: str
    country_code: str
    party_id: str
    role: PartyRole
    name: str
    versions: tuple[str, ...]
    port: int | None = None
    whitelist: Whitelist | None = None
    quirks: tuple[str, ...] = ()
    keeps_tokens: bool = True
    patches: bool = False


class Connection(Struct, frozen=True):
    """A registered pair in either order: two of a CPO, an eMSP and an SCSP, or a hub and one of these or another hub.

    Probabilities are 0.0 to 1.0 a message.
    """

    a: str
    b: str
    latency: Latency
    timeout_us: int
    loss: float
    duplicates: float


class Outsider(Struct, frozen=True):
    """A party of another make that takes part in a served run over the network, as a partner of some of ours.

    With a `versions_url` and the `token` that it gave, ours register with it; else it registers with ours. `encoding`
    is how its token is to be written (None: as its version asks). `timeout_us` is for how long either side waits for an
    answer, by the clock on the wall. An `open` one stands for whoever comes in its role, under an id of its own.
    """

    id: str
    country_code: str
    party_id: str
    role: PartyRole
    name: str
    versions: tuple[str, ...]
    partners: tuple[str, ...]
    timeout_us: int
    versions_url: str | None = None
    token: str | None = None
    encoding: TokenEncoding | None = None
    open: bool = False


class EvseGroup(Struct, frozen=True):
    """`count` equal EVSEs with one connector each; `tariff` names a TariffSpec, `uids` are theirs if they have some.

    `preferences`: their CPO takes what drivers prefer into account. `capabilities` are OCPI's names of what they can do
    (None: all that our charge points do); what they lack is NOT_SUPPORTED.
    """

    count: int
    power_w: int
    current_type: CurrentType
    tariff: str | None
    uids: tuple[str, ...] = ()
    preferences: bool = False
    capabilities: tuple[str, ...] | None = None


class Site(Struct, frozen=True):
    """A hand-written place with EVSEs of one CPO; `grid_limit_w` is what its grid bears (None: enough)."""

    cpo: str
    name: str
    latitude: float
    longitude: float
    grid_limit_w: int | None
    evses: tuple[EvseGroup, ...]
    address: str
    city: str
    country: str


class TariffSpec(Struct, frozen=True):
    """A hand-written tariff: prices net of VAT in `currency`, or a `full` OCPI Tariff read from a file.

    One from a file of 2.3.0 has its `original` beside it. Whoever sells by a tariff is its owner.
    A session costs `min_price` at least and `max_price` at most.
    `reservation_per_hour` is for the time that a place is kept, `no_show` for a reservation that expires unused.
    """

    name: str
    currency: str
    energy_per_kwh: Decimal | None = None
    time_per_hour: Decimal | None = None
    parking_per_hour: Decimal | None = None
    flat: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    reservation_per_hour: Decimal | None = None
    no_show: Decimal | None = None
    vat_percent: Decimal | None = None
    full: Tariff | None = None
    original: Any = None


class Network(Struct, frozen=True):
    """An imported network: OCPI 2.2.1 objects of one or more CPOs, each CPO a party of the scenario.

    One that is written in 2.3.0 has in the same order the `original_locations` and `original_tariffs`.
    """

    locations: tuple[Location, ...]
    tariffs: tuple[Tariff, ...]
    original_locations: tuple[Any, ...] = ()
    original_tariffs: tuple[Any, ...] = ()


class DriverGroup(Struct, frozen=True):
    """Drivers who arrive at random: `sessions_per_day` is the mean of an ordinary weekday.

    Each has a contract with one of `emsps`, with each as likely; nothing else about them depends on whom.
    They want to charge within `radius_m` of a centre; without a centre, near any of the scenario's Locations, or of
    those of the CPO `near`. `only_at` are the sites where their contracts are good; none: all are. `tokens` are the
    uids of an outsider's customers; none: those of the tokens that it tells our CPOs of.
    """

    name: str
    emsps: tuple[str, ...]
    sessions_per_day: float
    arrivals: str
    vehicles: str
    rfid_share: float
    latitude: float | None
    longitude: float | None
    radius_m: int | None
    patience_us: int
    near: str | None = None
    only_at: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


class RecordedSession(Struct, frozen=True):
    """A real session: when a car stood at the EVSE `evse` (`NL-ABC/uid`), and what was asked for and delivered.

    `stated_departure_us` is the departure that the driver stated on arrival; None: none was stated.
    """

    name: str
    evse: str
    arrives_at_us: int
    leaves_at_us: int
    stated_departure_us: int | None
    requested_wh: int
    delivered_wh: int


class RecordedDrivers(Struct, frozen=True):
    """Drivers who come and go as they really did, shared by the eMSPs in turn; `energy` says which one they want."""

    name: str
    emsps: tuple[str, ...]
    sessions: tuple[RecordedSession, ...]
    energy: WantedEnergy
    rfid_share: float


class Driver(Struct, frozen=True):
    """One named driver with one visit; `target_percent` is the state of charge wanted.

    `stop` is how the driver ends charging; None: as it began, by app or by card. `token` is the uid of an outsider's
    card or account; our own eMSPs make theirs. With `reserve_us` the driver has the app reserve a place that long
    before arriving, and `keeps` it or not. `only_at` are the sites where the contract is good; none: all are.
    """

    name: str
    emsp: str
    arrives_at_us: int
    latitude: float
    longitude: float
    vehicle: str
    battery_percent: int
    target_percent: int
    authorise: Authorise
    stay_us: int
    patience_us: int
    stop: Stop | None = None
    token: str | None = None
    reserve_us: int | None = None
    keeps: Keeps = "yes"
    only_at: tuple[str, ...] = ()


class Fault(Struct, frozen=True):
    """Something that goes wrong at `at_us` for `for_us` (None: to the end); `kind` says which other fields are set.

    `site` is the name of a hand-written site, or the name or id of an imported Location.
    """

    kind: FaultKind
    at_us: int
    for_us: int | None = None
    party: str | None = None
    between: tuple[str, str] | None = None
    latency: Latency | None = None
    probability: float | None = None
    site: str | None = None


class Change(Struct, frozen=True):
    """Something that its owner changes at `at_us`.

    `tariff`: the tariff of that name, or of that id in a network, takes over the prices of the tariff named `to`, and
    keeps all else. `token_blocked`: the contract of the named `driver` ends. `credentials_renewed`: a party replaces
    the tokens of its connection with `peer`, and goes over to `version` if one is named. `unregistered`: a party ends
    its connection with `peer`. `cdr_corrected`: the CPO credits the named driver's last CDR and bills anew by the
    tariff named `tariff`. `charging_limited`: the eMSP of the named driver limits the running session to `limit_w` for
    `for_us` (None: to its end), which `charging_limit_lifted` takes back and `charging_limit_asked` asks for.
    `charging_preferences`: the driver prefers charging by `profile`, and says when to leave and how much is needed.
    `invoice`: the CPO `party` tells `peer` which CDRs an invoice covers; `invoice_corrected` adds those since,
    `invoice_withdrawn` takes it back. `site_changed`: see PlaceChange for `what` and `to`. `tariff_withdrawn`: nothing
    is sold by `tariff` any longer. `token_restored`: the contract of `driver` is good again. `copies_checked`: a party
    reads back what it can from `peer`, and compares. `reservation_withdrawn`: the CPO takes back the reservation of the
    named driver. `connector_unlocked`: the desk of the named driver's eMSP ends the session and has the plug released.
    """

    kind: ChangeKind
    at_us: int
    tariff: str | None = None
    to: str | None = None
    driver: str | None = None
    party: str | None = None
    peer: str | None = None
    version: str | None = None
    limit_w: int | None = None
    for_us: int | None = None
    by: str | None = None
    profile: ChargingProfileType | None = None
    departs_in_us: int | None = None
    energy_need_wh: int | None = None
    site: str | None = None
    what: SiteChange | None = None


class Scenario(Struct, frozen=True):
    """A whole scenario. `text` is the file's text, `overrides` the `--set` options laid over it, in order; `files` has
    a hash of each file that it names, by that name.

    `start_epoch_us` is UTC, `zone` the IANA zone of local times; `poll_us` None: receivers never poll.
    `unknown_price_per_kwh` is what drivers reckon with where no price is shown, in the currency of the tariffs around.
    `outsiders` and the `visitors` with their cards take part in a served run only.
    """

    name: str
    path: Path
    text: str
    overrides: tuple[str, ...]
    files: dict[str, str]
    start_epoch_us: int
    zone: str
    duration_us: int
    seed: int
    session_updates_us: int
    poll_us: int | None
    unknown_price_per_kwh: float
    tell: str | None
    parties: tuple[Party, ...]
    connections: tuple[Connection, ...]
    networks: tuple[Network, ...]
    sites: tuple[Site, ...]
    tariffs: tuple[TariffSpec, ...]
    drivers: tuple[DriverGroup | RecordedDrivers | Driver, ...]
    faults: tuple[Fault, ...]
    changes: tuple[Change, ...] = ()
    outsiders: tuple[Outsider, ...] = ()
    visitors: tuple[DriverGroup | Driver, ...] = ()
