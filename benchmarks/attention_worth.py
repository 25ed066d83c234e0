"""What attending to team-mates and opponents is worth to clones of scripted players.

python -m mpgenie.benchmarks.attention_worth --out out/worth
python -m mpgenie.benchmarks.attention_worth --scenarios tag --players 4 --seeds 3
python -m mpgenie.benchmarks.attention_worth --quick

Scripts play each scenario, clones learn from what they observed (states, no pictures) with each way
of taking in who is near, as many parameters and the same seeds, and are judged on planets of their
own; see `mpgenie.agents.vpt.worth`.  With --out what was learnt is kept, and the same command goes
on with it; the tables are also written there as worth.json.

In games of teams it is the first team whose view is changed or whose partners are swapped, and its
returns that are told; otherwise it is everybody.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from mpgenie.agents.learning import Schedule, learn
from mpgenie.agents.vpt import worth
from mpgenie.agents.vpt.clone_network import CloneNetworkConfig
from mpgenie.agents.vpt.clone_policy import ClonePolicy
from mpgenie.agents.vpt.clone_scores import score_plays
from mpgenie.agents.vpt.cloning import CloneConfig, Cloned, CloneLesson, load_clone
from mpgenie.agents.vpt.corpus import Corpus
from mpgenie.agents.vpt.graph import ATTENTION, WAYS
from mpgenie.agents.vpt.worth import GROUPS, Demonstration

from .scenario_returns import cell

HELD_OUT = 1_000_000
"""Where the seeds of planets begin that nobody learnt on."""
PLAYED = 2_000_000
"""Where the seeds of planets begin that clones play on."""
_LEFT_OUT = (worth.TEAM_MATES, worth.OPPONENTS, worth.MOBS, worth.ITEMS)
_DIFFERENT = {"capture_the_flag": ((1, 2),), "defend": ((1, 0),), "tag": ((1, 0),)}
Floats = NDArray[np.float64]


def team_of(scenario: str, players: int) -> list[int]:
    """The first team's slots; everybody's where there are no teams."""
    return list(range(0, players, 2 if scenario in ("capture_the_flag", "team_fight") else 1))


class Study:
    """One scenario.

    Args:
        scenario: Its name.
        options: Of the command line.
        folder: Where clones are kept.
    """

    def __init__(self, scenario: str, options: argparse.Namespace, folder: Path) -> None:
        self.scenario, self.options, self.folder = scenario, options, folder
        self.game: dict[str, Any] = {
            "scenario": scenario, "players": options.players, "planet": "flat",
            "size": options.size, "observe": "state",
        }  # fmt: skip
        self.by_role = scenario in worth.BY_ROLE
        self.team = team_of(scenario, options.players)
        self.learnt_from = self._demonstrations(0, options.episodes)
        self.held_out = self._demonstrations(HELD_OUT, options.held_out)
        self.corpus = Corpus([one.play for one in self.learnt_from])

    def _demonstrations(self, first: int, count: int) -> list[Demonstration]:
        options = {name: self.game[name] for name in ("planet", "size")}
        return [
            worth.demonstrate(
                self.scenario, self.options.players, first + k, ticks=self.options.ticks, **options
            )
            for k in tqdm(range(count), desc=f"{self.scenario}: scripts play", disable=None)
        ]

    def clone(self, near: str, seed: int) -> Cloned:
        """A clone that takes in who is near in one of the ways."""
        network = CloneNetworkConfig(
            observe="state", entities=near, width=96, heads=4, blocks=1, past=32
        )
        steps = self.options.steps
        config = CloneConfig(
            network=network, schedule=Schedule(steps=steps, rate=2e-3, warm_up=steps // 10),
            ticks=40, clips=12, seed=seed,
        )  # fmt: skip
        lesson = CloneLesson(config, self.corpus, self.game)
        out = self.folder / self.scenario / f"{near}-{seed}"
        bar = tqdm(total=steps, desc=f"{self.scenario}: {near} {seed}", disable=None)
        with bar:
            file = learn(lesson, out, on_step=lambda _: bar.update())
        return load_clone(file)

    def play(self, clone: Cloned, groups: Sequence[int] = ()) -> worth.Rollout:
        """A clone plays everybody, and the team cannot see some groups."""

        def blinded(states: NDArray[np.uint8]) -> NDArray[np.uint8]:
            states = states.copy()
            states[:, self.team] = worth.without(states[:, self.team], groups, self.by_role)
            return states

        return worth.roll_out(
            ClonePolicy(clone), self.options.worlds, change=blinded if groups else None,
            **self._played(),
        )  # fmt: skip

    def earned(self, found: worth.Rollout) -> Floats:
        """(worlds,) what the team earned."""
        return np.asarray(found.returns[:, self.team].mean(1), np.float64)

    def _played(self) -> dict[str, Any]:
        return {"seed": PLAYED, "ticks": self.options.ticks}

    def foretold(self, clone: Cloned, groups: Sequence[int] = ()) -> dict[str, float]:
        """How well a clone foretells held-out scripts that cannot see some groups."""
        plays = [one.play for one in self.held_out]
        if groups:
            plays = [
                replace(play, frames=worth.without(play.frames, groups, self.by_role))
                for play in plays
            ]
        return score_plays(clone, plays)["model"]

    def figures(self) -> Iterator[dict[str, Any]]:
        """All of them, after each clone those up to it."""
        found: dict[str, Any] = {
            "minutes": self.corpus.minutes,
            "scripts": [float(one.returns[self.team].mean()) for one in self.held_out],
            "near": {}, "without": {}, "swapped": [], "shares": [], "even": [],
        }  # fmt: skip
        for seed in range(self.options.seeds):
            for way in WAYS:
                clone = self.clone(way, seed)
                told, played = self.foretold(clone), self.play(clone)
                found["near"].setdefault(way, []).append(
                    {"nll": told["nll"], "accuracy": told["active_accuracy"],
                     "return": float(self.earned(played).mean())}
                )  # fmt: skip
                if way == ATTENTION:
                    self._look_closer(clone, told["nll"], played, found)
                yield found

    def _look_closer(
        self, clone: Cloned, nll: float, played: worth.Rollout, found: dict[str, Any]
    ) -> None:
        """Note what a clone loses that cannot see some, where it looks, and its partners' worth."""
        for group in self.groups():
            lost = self.earned(self.play(clone, [group])) - self.earned(played)
            worse = self.foretold(clone, [group])["nll"] - nll
            found["without"].setdefault(GROUPS[group], []).append(
                {"nll": worse, "return": lost.tolist()}
            )
        shares, even = worth.mass_by_phase(clone, self.held_out)
        found["shares"].append(shares.tolist())
        found["even"].append(even.tolist())
        if len(self.team) > 1:
            paid = worth.swap_partners(ClonePolicy(clone), played, self.team, **self._played())
            found["swapped"].append({name: each.tolist() for name, each in paid.items()})

    def groups(self) -> list[int]:
        """Those of whom anybody is ever near."""
        there = {
            group
            for one in self.held_out
            for group in np.unique(worth.groups_of(one.play.frames, self.by_role)).tolist()
        }
        return [group for group in _LEFT_OUT if group in there]


def tables(scenario: str, found: dict[str, Any]) -> list[str]:
    """The figures as Markdown."""
    lines = [f"**{scenario}**, {found['minutes']:.0f} player-minutes learnt from; its scripts earn "
             f"{cell(found['scripts'])}.", ""]  # fmt: skip
    lines += [
        "| who is near | NLL | accuracy, ticks with an action | return |",
        "|---|---|---|---|",
    ]
    for way, runs in found["near"].items():
        columns = [_each(run[name] for run in runs) for name in ("nll", "accuracy", "return")]
        lines.append(f"| {way} | {' | '.join(columns)} |")
    lines += ["", "| attention, but cannot see | NLL | return | p |", "|---|---|---|---|"]
    for group, runs in found["without"].items():
        lost = np.array([run["return"] for run in runs])
        worse, by_world = _each((run["nll"] for run in runs), "+"), lost.mean(0)
        lines.append(f"| {group} | {worse} | {_signed(by_world)} | {_p(by_world)} |")
    lines += ["", *_mass_lines(scenario, found)]
    if found["swapped"]:
        lines += ["", "| partners | the team's return | the first player's own | p of the team's |",
                  "|---|---|---|---|"]  # fmt: skip
        ways = {w: np.mean([run[w] for run in found["swapped"]], 0) for w in found["swapped"][0]}
        for way, each in ways.items():
            p = "" if way == "own" else _p(each[:, 0] - ways["own"][:, 0])
            lines.append(
                f"| {way} | {cell(each[:, 0].tolist())} | {cell(each[:, 1].tolist())} | {p} |"
            )
    return lines


def _mass_lines(scenario: str, found: dict[str, Any]) -> list[str]:
    """Where attention goes, phase by phase, and whether it differs between phases."""
    shares, even = (np.mean(np.array(found[name], float), 0) for name in ("shares", "even"))
    phases = worth.phases_of(scenario)
    used = [g for g in range(len(GROUPS)) if np.nansum(even[:, :, g]) > 0]
    lines = ["| attention to (if it were even) | " + " | ".join(GROUPS[g] for g in used) + " |",
             "|---" * (len(used) + 1) + "|"]  # fmt: skip
    for k, phase in enumerate(phases):
        cells = [f"{np.nanmean(shares[:, k, g]):.3f} ({np.nanmean(even[:, k, g]):.3f})"
                 for g in used]  # fmt: skip
        lines.append(f"| {phase} | " + " | ".join(cells) + " |")
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(even > 0, shares / even, np.nan)
    for one, other in _DIFFERENT.get(scenario, ()):
        difference = times[:, one] - times[:, other]
        cells = [_shift(difference[:, g]) for g in used]
        lines.append(f"| times even, {phases[one]} less {phases[other]} | {' | '.join(cells)} |")
    return lines


def _shift(differences: Floats) -> str:
    if not np.isfinite(differences).any():
        return "-"
    return f"{np.nanmean(differences):+.2f}, p {_p(differences)}"


def _each(values: Iterable[float], sign: str = "") -> str:
    """The figure of each seed: they are too few for an interval."""
    return ", ".join(f"{value:{sign}.3f}" for value in values)


def _signed(values: Sequence[float] | Floats) -> str:
    text = cell(list(values))
    return text if text.startswith("-") else f"+{text}"


def _p(differences: Floats) -> str:
    return f"{worth.chance_of(np.asarray(differences)):.2g}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add = parser.add_argument
    add("--scenarios", nargs="+", default=["defend", "capture_the_flag"], metavar="NAME")
    add("--players", type=int, default=4)
    add("--seeds", type=int, default=3, help="clones of each kind")
    add("--episodes", type=int, default=24, help="that are learnt from")
    add("--held-out", type=int, default=10, help="episodes that clones are judged on")
    add("--worlds", type=int, default=16, help="episodes that clones play")
    add("--ticks", type=int, default=600, help="the longest episode")
    add("--steps", type=int, default=600, help="of learning")
    add("--size", type=int, default=48, help="of the planets")
    add("--out", type=Path, help="where clones and figures are kept")
    add("--quick", action="store_true", help="hardly any learning, to see that it works")
    options = parser.parse_args(arguments)
    if options.quick:
        options.seeds, options.episodes, options.held_out, options.worlds = 1, 2, 2, 2
        options.ticks, options.steps = 100, 5
    torch.set_num_threads(1)
    with TemporaryDirectory() as folder:
        out: Path = options.out or Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        file = out / "worth.json"
        every = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        for scenario in options.scenarios:
            for found in Study(scenario, options, out).figures():
                every[scenario] = found
                file.write_text(json.dumps(every), encoding="utf-8")
            print("\n".join([*tables(scenario, every[scenario]), ""]), flush=True)


if __name__ == "__main__":
    main()
