"""Translation: one OCPI object of one version said in another, and path by path what was lost, invented or changed.

What cannot be said faithfully is withheld, with the reason. The specification does not speak of translating; how it is
done here is our own reading, in one table a class.
"""

from simulator.ocpi.translation.account import Loss, Setting, Translated
from simulator.ocpi.translation.translate import translate

__all__ = ["Loss", "Setting", "Translated", "translate"]
