"""Pack all that a GPU machine without network needs to train a world model, in one file.

It holds the wheels of mpgenie and of what it needs (torch only with --torch), data if it is named,
and train.sh, which installs and trains there, stops in time, and goes on when it is run again:

  tar xf world.tar && bash world/train.sh

Defaults stand in brackets.
"""

import argparse
from pathlib import Path

EXAMPLES = """\
examples:
  mpgenie pack
  mpgenie pack --preset small --data data --valid held_out --out small.tar
  mpgenie pack --run out/world_model --data data
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie pack`."""
    add = parser.add_argument
    add("--out", type=Path, default=Path("world.tar"), metavar="FILE", help="(%(default)s)")
    add("--preset", default="small", metavar="NAME", help="debug, cpu, small or base (%(default)s)")
    add("--data", type=Path, metavar="DIR", help="a dataset (made on the machine)")
    add("--valid", type=Path, metavar="DIR", help="a dataset of other planets for its figures")
    add("--run", type=Path, metavar="DIR", dest="begun", help="a run to go on with")
    add("--minutes", type=float, default=8.0, metavar="M", help="that train.sh takes at a time (8)")
    add("--torch", action="store_true", help="pack torch, too: gigabytes")
    add("--python", metavar="V", help="the version of Python there, such as 3.12 (as here)")


def run(options: argparse.Namespace) -> int:
    """Pack, then say what to do with it."""
    from mpgenie.world_models.packing import Pack, pack

    what = Pack(
        preset=options.preset, data=options.data, valid=options.valid, run=options.begun,
        minutes=options.minutes, torch=options.torch, python=options.python,
    )  # fmt: skip
    out = pack(options.out, what)
    print(f"packed    {out}, {out.stat().st_size / 1e6:,.0f} MB")
    print(f"there     tar xf {out.name} && bash world/train.sh")
    return 0
