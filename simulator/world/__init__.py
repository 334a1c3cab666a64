"""The physical world: vehicles, batteries, meters, EVSEs, places and drivers' wishes; pure, knows no OCPI."""
