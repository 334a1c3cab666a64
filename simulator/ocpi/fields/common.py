"""The words for what all modules share: prices, texts, and the envelope around every answer."""

from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import DisplayText, Price
from simulator.ocpi.envelope import Envelope

WORDS: Final[dict[type[Struct], dict[str, str]]] = {
    Price: {
        "excl_vat": "The amount without VAT, in the currency of the object around it.",
        "incl_vat": "The amount with VAT; absent means that the VAT is not known, not that there is none.",
    },
    DisplayText: {
        "language": "Language of the text in two letters, such as en or nl.",
        "text": "The words to show to a person, without any markup.",
    },
    Envelope: {
        "data": "What was asked for, an object or a list; absent in a mere confirmation and after an error.",
        "status_code": "OCPI's verdict: 1xxx success, 2xxx the asker's fault, 3xxx the other side's, 4xxx the hub's.",
        "status_message": "Words that explain the verdict to a technician.",
        "timestamp": "When this answer was written, in UTC.",
    },
}
