"""How many labelled minutes it takes to tell actions, from before and after or from the past alone.

python -m mpgenie.benchmarks.labels_needed --data data --valid held_out
python -m mpgenie.benchmarks.labels_needed --data data --valid held_out --minutes 1 3 --seeds 1
python -m mpgenie.benchmarks.labels_needed --data data --valid held_out --minutes 1 3 10 30 100 \
    --seeds 3 --size small --steps 1200

Every point is a run in OUT; what is done is not done again, and a run that was stopped goes on.  At
the end OUT/report.html shows the curve.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mpgenie
from mpgenie.agents.learning import Schedule
from mpgenie.agents.vpt.corpus import APPLIED
from mpgenie.agents.vpt.idm import IdmConfig, corpus_of
from mpgenie.agents.vpt.report import write_report
from mpgenie.agents.vpt.report.curve import ARMS, beginnings, labels_needed


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn, judge, and write the page."""
    options = _parser().parse_args(arguments)
    config = IdmConfig.of(options.size, schedule=Schedule(steps=options.steps))
    learnt, held_out = (mpgenie.open_dataset(path) for path in (options.data, options.valid))
    shared = {e.planet_seed for e in learnt.episodes} & {e.planet_seed for e in held_out.episodes}
    curve = labels_needed(
        corpus_of(learnt, APPLIED, config.stream).plays,
        beginnings(corpus_of(held_out, APPLIED, config.stream).plays, options.judged),
        options.out,
        config,
        minutes=options.minutes,
        seeds=options.seeds,
        device=options.device,
        on_run=_show,
    )
    results: dict[str, Any] = {"title": "Labels needed", "curve": curve}
    if shared:
        results["notes"] = [f"{len(shared)} planets were learnt from and judged on: too good."]
    print(f"report    {write_report(results, options.out)}")
    return 0


def _show(row: dict[str, Any]) -> None:
    print(
        f"{ARMS[row['arm']]:24} {row['minutes']:6g} min  seed {row['seed']}  "
        f"NLL {row['nll']:.3f}  F1 {row['macro_f1']:.3f}  camera R2 {row['camera_r2']:.3f}",
        flush=True,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="a dataset to learn from")
    add("--valid", type=Path, required=True, metavar="DIR", help="a dataset of other planets")
    add("--out", type=Path, default=Path("out/labels_needed"), metavar="DIR", help="(%(default)s)")
    add("--minutes", type=float, nargs="+", default=[1, 3, 10], metavar="M",
        help="labelled player-minutes of each point (1 3 10)")  # fmt: skip
    add("--judged", type=float, default=5.0, metavar="M",
        help="player-minutes of other planets, of all episodes alike (%(default)s)")  # fmt: skip
    add("--seeds", type=int, default=1, metavar="N", help="runs of each point (%(default)s)")
    add("--size", default="tiny", metavar="NAME", help="tiny, small or base (%(default)s)")
    add("--steps", type=int, default=300, metavar="N", help="of each run (%(default)s)")
    add("--device", default="cpu", metavar="NAME", help="as torch names it (%(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
