"""What cars that were recorded got less in a run than they really did: whoever reads its figures has to know of it.

Another car may have had their place, or their charge point got less power.
"""

from msgspec import Struct

_WH_PER_KWH = 1_000


class Shortfall(Struct, frozen=True):
    """Of the recorded sessions whose time was over when the run ended (0 without any, or when not told): how many got
    less energy than was delivered to them, or than they wanted if that is less, how much less together, and how many of
    them never began.
    """

    sessions: int = 0
    short: int = 0
    short_wh: int = 0
    never_began: int = 0

    @property
    def sentence(self) -> str:
        """What is missing, and the likely cause where a session never began."""
        short_kwh = self.short_wh / _WH_PER_KWH
        of_all = f"{self.short:,} of {self.sessions:,} recorded sessions"
        told = f"{of_all} got less than recorded: {short_kwh:,.3f} kWh in all."
        if not self.never_began:
            return told
        return f"{told} {self.never_began:,} of them never began, most likely because another car had their place."
