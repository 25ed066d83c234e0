"""The whole table: every figure beside its budget and its peer.

python -m mpgenie.benchmarks.run --quick
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from mpgenie.errors import MpgenieError

from .measure import Figure, Setting
from .targets import TARGETS, Target


def measure_all(
    *,
    kinds: Sequence[str],
    quick: bool = False,
    core: int | None = None,
    json_path: Path | None = None,
    peers_python: str | None = None,
) -> list[Figure]:
    """Measure some kinds of things, and print each row as soon as it is known.

    Args:
        kinds: Modules of this folder that have a `figures` function.
        quick: Short windows, and nothing that takes minutes.
        core: Stay on this processor core; None leaves it to the system.
        json_path: Where to write the figures as JSON.
        peers_python: The interpreter that has the peers; None takes this one.
    """
    if core is not None:
        os.sched_setaffinity(0, {core})
    setting = Setting(quick=quick, peers_python=peers_python or sys.executable)
    print(f"{'':58}{'measured':>12}{'must':>9}{'aim':>9}  unit")
    found: list[Figure] = []
    for kind in kinds:
        for figure in _figures(kind, setting):
            found.append(figure)
            print(row(figure, TARGETS[figure.name]), flush=True)
    print()
    for line in ratios({figure.name: figure.value for figure in found}):
        print(line)
    if json_path is not None:
        rows = [{"name": f.name, "value": f.value, "spread": f.spread} for f in found]
        json_path.write_text(json.dumps(rows, indent=1) + "\n")
    return found


def _figures(kind: str, setting: Setting) -> Iterator[Figure]:
    try:
        yield from import_module(f".{kind}", __package__).figures(setting)
    except MpgenieError as error:
        print(f"{kind}: {error}")


def row(figure: Figure, target: Target) -> str:
    """One line of the table; a figure that misses what it must reach is marked."""
    must, aim = (f"{b:,.6g}" if b is not None else "" for b in (target.must, target.aim))
    mark = "" if target.is_met_by(figure.value) else "  MISSED"
    what = target.what if len(target.what) <= 57 else target.what[:54] + "..."
    value = f"{figure.value:,.4g}" if figure.value < 1000 else f"{figure.value:,.0f}"
    return f"{what:58}{value:>12}{must:>9}{aim:>9}  {target.unit}{mark}"


def ratios(values: dict[str, float]) -> Iterator[str]:
    """One line for each figure whose peer was measured in the same run."""
    for name, value in values.items():
        for peer in TARGETS[name].peers:
            if peer in values:
                yield f"{value / values[peer]:8.2f} x {TARGETS[peer].what}  ({name})"


if __name__ == "__main__":
    from mpgenie.cli import main

    sys.exit(main(["bench", *sys.argv[1:]]))
