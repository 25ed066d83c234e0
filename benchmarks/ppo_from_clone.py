"""Whether reinforcement learning gains by starting from a clone: return against decisions.

python -m mpgenie.benchmarks.ppo_from_clone --out out/from_clone

For each scenario a clone learns from its script; then, for each seed, PPO learns

    scratch     from nothing
    clone       from the clone, with a KL term to it that falls to nothing
    forgetting  from the clone, without that term

with the same settings otherwise, on one thread.  Players are measured on worlds that nobody learns
in, in a contest among others who do anything at random.  What is done is kept in the folder, so
that the same command goes on; it ends with a table, `from_clone.json` and `from_clone.png`.
"""

import argparse
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mpgenie.agents.training.checkpoint import load_policy
from mpgenie.agents.training.config import PPOConfig, recipe
from mpgenie.agents.training.from_play import clone_player
from mpgenie.agents.training.judge import Judge
from mpgenie.agents.training.ppo import Learner
from mpgenie.agents.training.showing import shown_by_scripts
from mpgenie.pictures import save_png

ARMS: dict[str, dict[str, Any]] = {
    "scratch": {},
    "clone": {"start": True},
    "forgetting": {"start": True, "kl": (0.0, 0.0)},
}
"""The ways to learn, by what they set; `start` stands for the clone's file."""
COLOURS = {"scratch": "#8a8a8a", "clone": "#2b6cb0", "forgetting": "#c05621"}
MEASURED = 4
"""How often a run is measured after its beginning; each time is an episode of sixteen worlds."""
Run = dict[str, list[float]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Learn what is not learnt yet, then print, write and draw what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--out", type=Path, default=Path("out/from_clone"), metavar="DIR")
    add("--scenarios", nargs="+", default=["gather", "capture_the_flag"], metavar="NAME")
    add("--seeds", type=int, default=3, metavar="N")
    add("--steps", type=int, default=64_000, metavar="N", help="decisions of a run")
    add("--episodes", type=int, default=40, metavar="N", help="of two players that a script shows")
    add("--draw", action="store_true", help="what is there, and learn nothing")
    options = parser.parse_args(arguments)
    if not options.draw:
        learn_all(options)
    found = {name: results(options.out / name) for name in options.scenarios}
    found = {name: result for name, result in found.items() if result["runs"]}
    (options.out / "from_clone.json").write_text(json.dumps(found, indent=1) + "\n")
    draw(options.out / "from_clone.png", found)
    print(table(found))


def learn_all(options: argparse.Namespace) -> None:
    """All clones and runs, seed by seed, so that a part of them says something already."""
    torch.set_num_threads(1)
    for seed in range(options.seeds):
        for name in options.scenarios:
            clone = options.out / name / "clone"
            if not (clone / "facts.json").exists():
                make_clone(recipe(name), clone, 2 * options.episodes)
            for arm, chosen in ARMS.items():
                path = options.out / name / f"{arm}_{seed}.json"
                if not path.exists():
                    named = {**chosen, "start": str(clone)} if chosen else {}
                    run = learn_one(recipe(name, steps=options.steps, seed=seed, **named))
                    path.write_text(json.dumps(run) + "\n")
                    print(path, run, flush=True)


def make_clone(config: PPOConfig, folder: Path, shown: int) -> None:
    """Learn a clone of a scenario's script from what so many players show in an episode."""
    show = shown_by_scripts(config, shown // config.players)
    _, policies, told = load_policy(clone_player(config, show, folder))
    with closing(Judge(config, threads=1)) as judge:
        facts = {
            "script": show.worth,
            "score": judge.score(policies),
            "random": judge.score(None),
        }
    (folder / "facts.json").write_text(json.dumps({**told, **facts}, indent=1) + "\n")


def learn_one(config: PPOConfig) -> Run:
    """How good players are after each of `MEASURED` parts of a run, and how far from the clone."""
    run: Run = {"decisions": [], "score": [], "from_start": []}
    with closing(Learner(config, threads=1)) as learner, closing(Judge(config, threads=1)) as judge:
        away = 0.0
        for part in range(MEASURED + 1):
            while learner.decisions < config.steps * part / MEASURED:
                away = learner.update().get("from_start", 0.0)
            run["decisions"].append(learner.decisions)
            run["score"].append(judge.score(learner.policies))
            run["from_start"].append(away)
    return run


def results(folder: Path) -> dict[str, Any]:
    """What is known of a scenario: facts of the clone, and the runs of each arm, seed by seed."""
    found = {
        arm: [json.loads(path.read_text()) for path in sorted(folder.glob(f"{arm}_*.json"))]
        for arm in ARMS
    }
    facts = folder / "clone" / "facts.json"
    clone = json.loads(facts.read_text()) if facts.exists() else {}
    return {"clone": clone, "runs": {arm: runs for arm, runs in found.items() if runs}}


def table(found: dict[str, Any]) -> str:
    """A row for each scenario and arm: the mean and the scores of all seeds at some moments."""
    runs = [run for result in found.values() for arm in result["runs"].values() for run in arm]
    heads = [f"{made / 1000:,.0f} k" for made in runs[0]["decisions"]]
    lines = ["| scenario | | " + " | ".join(heads) + " |", "|---|---|" + "---|" * len(heads)]
    for name, result in found.items():
        for arm, seeds in result["runs"].items():
            scores = np.array([run["score"] for run in seeds])  # (seeds, moments)
            cells = [
                f"{each.mean():.1f} ({', '.join(f'{s:.1f}' for s in each)})" for each in scores.T
            ]
            lines.append(f"| {name} | {arm} | " + " | ".join(cells) + " |")
        clone = result["clone"]
        lines.append(
            f"| {name} | | random {clone['random']:.1f}, clone {clone['score']:.1f}, "
            f"script {clone['script']:.1f} |" + " |" * (len(heads) - 1)
        )
    return "\n".join(lines)


def draw(path: Path, found: dict[str, Any]) -> None:
    """Curves of all arms: each seed thin, their mean bold; beside them what the clone got."""
    from mpgenie.pages import figures

    figure, panels = figures.panels(5.2 * len(found), 3.8, len(found))
    for panel, (name, result) in zip(panels, found.items(), strict=True):
        contest = recipe(name).contest
        panel.set_title(name.replace("_", " "), fontsize=11)
        panel.set_xlabel("decisions (thousands)", fontsize=9)
        panel.set_ylabel("return among random players" if contest else "return", fontsize=9)
        panel.grid(alpha=0.3)
        for arm, seeds in result["runs"].items():
            made = np.array(seeds[0]["decisions"]) / 1e3
            lines = np.array([run["score"] for run in seeds])
            panel.plot(made, lines.T, color=COLOURS[arm], linewidth=0.7, alpha=0.6)
            panel.plot(made, lines.mean(0), color=COLOURS[arm], linewidth=2, label=arm)
        panel.axhline(result["clone"]["score"], color="#2f855a", ls="--", lw=1, label="the clone")
        panel.legend(fontsize=8)
    save_png(path, figures.pixels(figure))


if __name__ == "__main__":
    main()
