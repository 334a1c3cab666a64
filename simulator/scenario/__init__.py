"""Scenarios: what a person writes in YAML, as typed values in base units, and how networks are imported."""
