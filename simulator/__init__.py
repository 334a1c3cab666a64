"""ocpi-sim: plays drivers, chargers, CPOs, eMSPs and hubs that exchange real OCPI messages."""
