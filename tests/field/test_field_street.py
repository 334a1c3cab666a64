"""The registry: unique names, refused with a sentence."""

import pytest
from field_town import AC, town

from simulator.field.street import Street


def test_names_are_unique() -> None:
    with town() as place:
        place.add("E1")
        with pytest.raises(ValueError, match="Two sites are called"):
            place.street.add_site("square", None)
        with pytest.raises(ValueError, match="two EVSEs with the uid"):
            place.street.add_charger("square", "E1", AC, place.link)
        with pytest.raises(ValueError, match="expected more than 0"):
            Street(place.env, place.journal, 0)


def test_a_site_says_its_limit_and_its_occupancy() -> None:
    with town() as place:
        place.add("E1", limit_w=5_000)
        assert place.series("site/square", "limit") == [(0, 5_000.0)]
    with town() as place:
        place.add("E1")
        assert place.series("site/square", "limit") == []
