"""`python -m mpgenie` is the command `mpgenie`."""

import sys

from mpgenie.cli import main

if __name__ == "__main__":
    sys.exit(main())
