"""The hub: connects parties that need not know each other's platforms, whatever version each of them speaks."""

from simulator.parties.roles.hub.hub import Hub

__all__ = ["Hub"]
