"""Who a party is, and where it can be reached."""

from msgspec import Struct

from simulator.ocpi.modules import Role


class Identity(Struct, frozen=True):
    """A party of the run. `id` is `NL-ABC`, `versions` are those it offers; `port` 0 lets the system choose."""

    country_code: str
    party_id: str
    role: Role
    name: str
    versions: tuple[str, ...] = ("2.2.1",)
    port: int = 0

    @property
    def id(self) -> str:
        """Country code and party id, as people write them."""
        return f"{self.country_code}-{self.party_id}"

    @property
    def host(self) -> str:
        """The logical host of the platform."""
        return f"{self.id}.ocpi.test".lower()

    @property
    def versions_url(self) -> str:
        """The one URL that is handed over by hand."""
        return f"http://{self.host}/ocpi/versions"
