"""The words for the objects of OCPI's configuration modules: Credentials, Version information and HubClientInfo."""

from typing import Final

from msgspec import Struct

from simulator.ocpi.v2_2_1.credentials import Credentials, CredentialsRole
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo
from simulator.ocpi.v2_2_1.versions import Endpoint, Version, VersionDetails

WORDS: Final[dict[type[Struct], dict[str, str]]] = {
    Credentials: {
        "token": "The secret that opens this platform to the other; it stands for the platform, not for a party.",
        "url": "Where this platform lists its OCPI versions; all other addresses are found from there.",
        "roles": "The parties on this platform and what each is; one company may be both CPO and eMSP.",
    },
    CredentialsRole: {
        "role": "What this party is, such as CPO, EMSP or HUB.",
        "business_details": "The company behind this party: name, website, logo.",
        "party_id": "The party's own three characters, unique within its country.",
        "country_code": "The party's country in two letters; with party_id it is the party's address in OCPI.",
    },
    Version: {
        "version": "An OCPI version on offer; two platforms take the highest that both offer.",
        "url": "Where to ask which modules this version has.",
    },
    VersionDetails: {
        "version": "The OCPI version whose modules are listed.",
        "endpoints": "The modules on offer, each with its address; what is not listed cannot be used.",
    },
    Endpoint: {
        "identifier": "The module, such as locations or cdrs.",
        "role": "Which half of the module: SENDER hands out its own data, RECEIVER is where others push theirs.",
        "url": "The address of this half of the module; it is read here, never guessed.",
    },
    ClientInfo: {
        "party_id": "The party behind the hub, in three characters.",
        "country_code": "Country of the party behind the hub, in two letters.",
        "role": "What the party behind the hub is; one with two roles is listed twice.",
        "status": "Whether the hub can reach the party: CONNECTED, OFFLINE, PLANNED or SUSPENDED.",
        "last_updated": "When this entry last changed at the hub, in UTC.",
    },
}
