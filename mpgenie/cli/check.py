"""Check every episode by the rules of docs/quality.md, and set aside those that fail.

Nothing is deleted: what is set aside lies in DATASET/quarantine with the reasons beside it, readers
leave it out, and --take-back brings it back for good.
"""

import argparse
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  mpgenie dataset check data
  mpgenie dataset check data --config quality.toml --look
  mpgenie dataset check data --take-back 7 12
"""


def add_parser(commands: Any) -> None:
    """Add `check` to the commands of `mpgenie dataset`."""
    parser = commands.add_parser(
        "check",
        help="check its quality, and set bad episodes aside",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="its folder")
    add("--config", type=Path, metavar="FILE", help="TOML with other limits, such as stuck = 200")
    add("--look", action="store_true", help="write down what is found, but set nothing aside")
    units = "take these episodes out of quarantine instead; later checks leave them alone"
    add("--take-back", type=int, nargs="+", metavar="UNIT", help=units)
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Check, and print how often each rule was broken."""
    from mpgenie.datasets.quality import RULES, QualityConfig, check, take_back

    if options.take_back:
        take_back(options.dataset, options.take_back)
        print(f"taken back: {', '.join(map(str, sorted(set(options.take_back))))}")
        return 0
    config = QualityConfig.from_toml(options.config) if options.config else QualityConfig()
    checked = check(options.dataset, config, quarantine=not options.look)
    print(f"{'rule':<22}{'level':<12}{'limit':>8}{'pass':>7}{'flag':>6}{'reject':>8}")
    for name, counts in checked.by_rule().items():
        limit = f"{getattr(config, name):g}"
        figures = f"{counts['pass']:>7}{counts['flag']:>6}{counts['reject']:>8}"
        print(f"{name:<22}{RULES[name].level:<12}{limit:>8}{figures}")
    for unit, reasons in sorted(checked.rejected.items()):
        done = "set aside" if unit in checked.set_aside else "rejected"
        print(f"episode {unit} {done}: {', '.join(sorted(reasons))}")
    print(f"{checked.episodes} episodes, {len(checked.rejected)} rejected")
    return 0
