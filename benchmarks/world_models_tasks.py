"""What variants of a world model get right of the tasks of evaluation, in one table.

python -m mpgenie.benchmarks.world_models_tasks out/world_models --episodes 8

Takes the runs of all seeds that `benchmarks.world_models` has left in a folder, asks each the same
episodes, and writes tasks.md and tasks.json there: shares of episodes that are right, with 95 %
intervals by bootstrap over seeds and episodes (Wilson's, where all are right or all wrong).
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.intervals import Estimate, bounds, drawn_means, wilson
from mpgenie.world_models.evaluation.evaluating import EPISODES, evaluate_world_model

MARK = "*"
"""Of tasks in which the judge sees too little for scores to count."""


def runs_in(folder: Path) -> dict[str, list[Path]]:
    """Those that are learnt and judged: folders of all seeds by the name of the variant."""
    found: dict[str, list[Path]] = {}
    for done in sorted(folder.glob("*/judged.json")):
        name = json.loads(done.read_text(encoding="utf-8"))["name"]
        found.setdefault(name, []).append(done.parent)
    return found


def pooled(results: Mapping[str, Any], models: Sequence[str]) -> dict[str, Estimate]:
    """Shares of each task over models that differ by their seeds.

    Where all answers are alike a bootstrap knows no spread; the interval is Wilson's then.
    """
    shares = {}
    for task in results["tasks"]:
        right = [results["models"][model]["tasks"][task]["right"] for model in models]
        values = np.array(right, np.float64)
        ends = bounds(drawn_means(values)) if np.ptp(values) else wilson(values.sum(), values.size)
        shares[task] = Estimate(float(values.mean()), *ends)
    return shares


def markdown(results: Mapping[str, Any], rows: Mapping[str, Sequence[str]]) -> str:
    """The table: a row for each variant and each model that takes no learning."""
    tasks = results["tasks"]
    titles = [name if about["sees"] else f"{name} {MARK}" for name, about in tasks.items()]
    lines = [f"| | seeds | {' | '.join(titles)} |", f"|---|---|{'---|' * len(tasks)}"]
    judges = " | ".join(f"{about['judge']:.0%}" for about in tasks.values())
    lines.append(f"| the judge, of frames seen aside | | {judges} |")
    controls = {name: [name] for name, each in results["models"].items() if each["control"]}
    for name, models in {**rows, **controls}.items():
        cells = " | ".join(
            f"{each.value:.0%} ({100 * each.low:.0f} to {100 * each.high:.0f})"
            for each in pooled(results, models).values()
        )
        lines.append(f"| {name} | {'' if name in controls else len(models)} | {cells} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("folder", type=Path, help="what `benchmarks.world_models` wrote")
    add("--episodes", type=int, default=EPISODES, help="of each task (%(default)s)")
    add("--tasks", nargs="+", help="some of the tasks (all)")
    add("--seed", type=int, default=0, help="of episodes (%(default)s)")
    options = parser.parse_args(arguments)
    rows = runs_in(options.folder)
    if not rows:
        parser.error(f"{options.folder} holds no runs: python -m mpgenie.benchmarks.world_models")
    results = evaluate_world_model(
        {run.name: run for runs in rows.values() for run in runs},
        tasks=options.tasks, episodes=options.episodes, seed=options.seed,
        on_step=lambda text: print(f"{text} ...", flush=True),
    )  # fmt: skip
    text = markdown(results, {name: [run.name for run in runs] for name, runs in rows.items()})
    (options.folder / "tasks.json").write_text(json.dumps(results), encoding="utf-8")
    (options.folder / "tasks.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
