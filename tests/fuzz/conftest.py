"""The parties are attacked in the town of tests/cases, by peers that hold a token."""

import sys
from pathlib import Path

for room in ("assemble", "cases"):
    sys.path.insert(0, str(Path(__file__).parents[1] / room))
