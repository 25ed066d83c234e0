"""Let a model say what players did in a dataset, from its frames alone.

The labels lie beside the episodes, in DATASET/labels/NAME; the episodes stay as they are.  Ctrl-C
loses no episode that is done; the same command goes on.
Defaults stand in brackets.
"""

import argparse
from pathlib import Path

EXAMPLES = """\
examples:
  mpgenie label data --model out/idm
  mpgenie label data --model out/idm_together --name together
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie label`."""
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="its folder")
    add("--model", type=Path, required=True, metavar="DIR", help="of `mpgenie train idm`")
    add("--name", default="idm", metavar="NAME", help="what the labels are called (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Label, then say how many and where."""
    from tqdm import tqdm

    import mpgenie
    from mpgenie.agents.vpt.labels import FOLDER, label

    dataset = mpgenie.open_dataset(options.dataset)
    with tqdm(total=len(dataset), unit=" episodes", desc="labelling") as bar:
        made = label(
            dataset, options.model, options.name, on_episode=lambda _: bar.update() and None
        )
    print(f"{made} of {len(dataset)} episodes labelled now: {dataset.root / FOLDER / options.name}")
    return 0
