"""Where the tests find the specification's field tables and samples, which lie beside the repository."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "ocpi"


def read_bytes(name: str) -> bytes:
    path = FOLDER / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: these tests need the shared OCPI folder beside the repository.")
    return path.read_bytes()


def read_json(name: str) -> Any:
    return parse(read_bytes(name))


def parse(raw: bytes) -> Any:
    """JSON with exact numbers, so that two texts of the same value compare equal."""
    return json.loads(raw, parse_float=Decimal)


def sample(name: str) -> Any:
    return read_json(f"corpus/2.2.1/{name}.json")
