"""`python -m simulator.cli`: the command line where no script was installed, as the window starts its engine."""

import sys

from simulator.cli import main

sys.exit(main())
