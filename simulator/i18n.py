"""Translation: every sentence shown to a person goes through `tr`, so that another language needs only a catalogue.

Catalogues lie in `simulator/locale/<language>/LC_MESSAGES/ocpi-sim.mo`; the language is the one of the environment
(LANGUAGE, LC_ALL, LC_MESSAGES, LANG). Without a catalogue the English text stands. Texts are whole phrases with named
places (`tr("{count} sessions").format(count=n)`), never built from parts.
"""

import gettext
from pathlib import Path

_catalogue = gettext.translation("ocpi-sim", Path(__file__).parent / "locale", fallback=True)

tr = _catalogue.gettext
"""The translation of a text, or the text itself."""

trn = _catalogue.ngettext
"""As `tr`, for a text that depends on a number: (singular, plural, number)."""
