"""What looking at several players' views together is worth to a model of inverse dynamics.

python -m mpgenie.benchmarks.looking_together --data data --valid held_out
python -m mpgenie.benchmarks.looking_together --data data --valid held_out --seeds 3 --steps 2000

Of each seed one model learns from all views of an episode together and one from each view alone,
for the same steps; for both, views go dark now and then.  What is done is not done again, and a
run that was stopped goes on.  Prints, over the buttons that show from outside:

    full       all views known
    watched    the player's own view dark for 8 ticks, while another player sees them
    unwatched  the same, while nobody sees them
    who did it which of two players changed a block, when the other stood by and could see it
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mpgenie
from mpgenie.agents.learning import Schedule
from mpgenie.agents.vpt.idm import IdmConfig, load_idm, train_idm
from mpgenie.agents.vpt.together import Watched, attribution, compare, load_watched
from mpgenie.cli.bars import Bar
from mpgenie.datasets.reading import Dataset

CASES = {
    "full": "all views known",
    "watched": "own view dark, another sees the player",
    "unwatched": "own view dark, nobody sees the player",
}
RESULTS = "together.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn, judge, and print the table."""
    options = _parser().parse_args(arguments)
    learnt, held_out = (mpgenie.open_dataset(path) for path in (options.data, options.valid))
    players = min(entry.players for entry in learnt.episodes)
    watched: list[Watched] = []
    rows = []
    for seed in range(options.seeds):
        out = options.out / f"seed_{seed}"
        if not (out / RESULTS).is_file():
            watched = watched or load_watched(held_out)
            row = _seed(learnt, watched, out, players, seed, options)
            (out / RESULTS).write_text(json.dumps(row, indent=1))
        rows.append(json.loads((out / RESULTS).read_text()))
    print(table(rows))
    print(f"models    {options.out}")
    return 0


def _seed(
    learnt: Dataset,
    watched: Sequence[Watched],
    out: Path,
    players: int,
    seed: int,
    options: argparse.Namespace,
) -> dict[str, Any]:
    """Both models of a seed, and how they tell hidden players."""
    models = {}
    for name, views in (("alone", 1), ("together", players)):
        config = IdmConfig.of(
            options.size, players=views, views=max(players, 6), dark=0.5, seed=seed,
            schedule=Schedule(steps=options.steps),
        )  # fmt: skip
        with Bar() as bar:
            told = bar.learning(options.steps)
            train_idm(learnt, out / name, config, labelled=options.labelled, on_step=told)
        models[name] = load_idm(out / name)[0]
    found: dict[str, Any] = compare(models, watched)
    found["who did it"] = {name: attribution(model, watched) for name, model in models.items()}
    return found


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Of what was found with each seed, as Markdown: means and standard deviations."""
    lines = ["| | alone | together | better by |", "|---|---|---|---|"]
    for case, words in CASES.items():
        for figure, short in (("macro_f1", "F1"), ("macro_average_precision", "AP")):
            lines.append(_line(f"{words}, {short}", rows, case, figure))
    pairs = rows[0]["who did it"]["alone"]["pairs"]
    lines.append(_line(f"who did it, of two ({pairs} cases)", rows, "who did it", "accuracy"))
    return "\n".join(lines)


def _line(words: str, rows: Sequence[dict[str, Any]], case: str, figure: str) -> str:
    alone, together = (
        np.array([row[case][name][figure] for row in rows]) for name in ("alone", "together")
    )
    cells = (f"{x.mean():.3f} ± {x.std():.3f}" for x in (alone, together, together - alone))
    return f"| {words} | {' | '.join(cells)} |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="a dataset to learn from")
    add("--valid", type=Path, required=True, metavar="DIR", help="a dataset of other planets")
    add("--out", type=Path, default=Path("out/looking_together"), metavar="DIR",
        help="(%(default)s)")  # fmt: skip
    add("--seeds", type=int, default=1, metavar="N", help="of both models (%(default)s)")
    add("--labelled", type=float, metavar="M", help="player-minutes to learn from (all)")
    add("--size", default="small", metavar="NAME", help="tiny, small or base (%(default)s)")
    add("--steps", type=int, default=2000, metavar="N", help="of each model (%(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
