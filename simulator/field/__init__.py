"""The street: SimPy processes of drivers, chargers and sites, and the link from charge points to their CPO."""
