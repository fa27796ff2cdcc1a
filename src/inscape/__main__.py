"""`python -m inscape` is the command line."""

import sys

from inscape.cli import main

sys.exit(main())
