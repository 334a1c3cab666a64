"""What tests ask of a translation: its tree, and where something was lost, invented or changed."""

from typing import Any

from simulator.ocpi.translation import Translated


def paths(said: Translated, what: str) -> list[str]:
    return [loss.path for loss in said.losses if loss.what == what]


def tree(said: Translated) -> dict[str, Any]:
    assert said.tree is not None, said.withheld
    return said.tree
