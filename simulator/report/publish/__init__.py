"""Puts what was measured before people and programs: text, JSON, CSV, Parquet, and a page with plots."""
