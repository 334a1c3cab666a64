"""What the CPOs of a network are called: by the names of the operators of their Locations.

OCPI lets such a name have no-break and zero-width spaces, soft hyphens or nothing but blanks, as real dumps have them;
a party of a scenario has a name that can be read, typed and told from another.
"""

from collections import Counter
from collections.abc import Sequence

from simulator.ocpi.v2_2_1.locations import Location
from simulator.scenario.ledger import Ledger


def cpo_names(locations: Sequence[Location], ledger: Ledger) -> dict[str, str]:
    """The CPOs by id, each with the name that its Locations give most often; its id where they give none.

    The Locations keep their names as they are; the ledger tells which are no names for a party.
    """
    names: dict[str, list[str]] = {}
    for location in locations:
        cpo = f"{location.country_code}-{location.party_id}"
        names.setdefault(cpo, [])
        if location.operator is None or not location.operator.name:
            continue
        given = location.operator.name
        name = _readable(given)
        where = f"Location {location.id} of {cpo}, found “{_shown(given)}”"
        if name:
            names[cpo].append(name)
        if not name:
            sentence = "an operator's name is blank, so its CPO is called by another or by its party's id"
            ledger.note("operator-name-blank", sentence, where)
        elif name != given:
            sentence = (
                "an operator's name has characters that cannot be seen, such as no-break spaces or soft hyphens; its "
                "CPO is called without them"
            )
            ledger.note("operator-name-unseen", sentence, where)
    return {cpo: Counter(known).most_common(1)[0][0] if known else cpo for cpo, known in sorted(names.items())}


def _readable(name: str) -> str:
    """As it is, or without what cannot be printed, and then with one plain space where there were any; empty: none."""
    if name.isprintable():
        return name.strip() and name
    plain = "".join(" " if letter.isspace() else letter for letter in name)
    return " ".join("".join(letter for letter in plain if letter.isprintable()).split())


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
