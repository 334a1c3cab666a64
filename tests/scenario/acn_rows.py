"""Rows and files of ACN-Data as the tests of real sessions make them."""

import gzip
from pathlib import Path

LA = "America/Los_Angeles"
HEADER = (
    "arrival,departure,requested_energy (kWh),delivered_energy (kWh),station_id,session_id,estimated_departure,claimed"
)
DAY = "2019-10-07"


def row(
    arrival: str = "08:00:00",
    departure: str = "16:30:00",
    requested: str = "12.5",
    delivered: str = "9.876",
    station: str = "CA-303",
    number: str = "s1",
    stated: str = "17:00:00",
    claimed: str = "True",
    zone: str = "-07:00",
) -> str:
    """A row of that day; a time of the day alone gets date and zone."""
    times = [f"{DAY} {text}{zone}" if len(text) == 8 else text for text in (arrival, departure, stated)]
    return ",".join((times[0], times[1], requested, delivered, station, number, times[2], claimed))


def day(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "caltech.csv.gz"
    path.write_bytes(gzip.compress("\n".join((header, *rows, "")).encode()))
    return path
