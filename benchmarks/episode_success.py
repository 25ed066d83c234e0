"""How often each type of episode succeeds, how long it takes, and what its bots cost.

python -m mpgenie.benchmarks.episode_success --seeds 50
python -m mpgenie.benchmarks.episode_success --types mine orbit --planets normal --players 4

Seed k is played on planet k.  The interval is Wilson's, for 95 %.  Microseconds are CPU time of the
bots, the simulation left out, for each tick of each player.
"""

import argparse
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from statistics import median

import numpy as np

from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.agents.bots.episodes.episode import RULES, stage
from mpgenie.agents.bots.runner import Play
from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet
from mpgenie.envs.simulation.world import Simulation
from mpgenie.intervals import wilson

WORLDS = 8
"""Episodes played side by side."""


@dataclass(frozen=True)
class Job:
    """One type of episode on one kind of planet with so many players."""

    name: str
    kind: str
    players: int
    seeds: int
    first: int
    """The first of these seeds; scripts were tuned on 0 and on."""
    size: int


@dataclass
class Tally:
    """How the episodes of a job went."""

    job: Job
    successes: int = 0
    ticks: list[int] = field(default_factory=list)
    """The length of each episode that succeeded."""
    seconds: float = 0.0
    """CPU time of the bots."""
    player_ticks: int = 0
    failures: dict[str, list[int]] = field(default_factory=dict)
    """For each reason the seeds that failed for it."""

    def note(self, seed: int, play: Play) -> None:
        """Take an episode that is over into account."""
        assert play.outcome is not None
        if play.outcome:
            self.successes += 1
            self.ticks.append(play.ticks)
        else:
            reason = re.sub(r"\d+", "_", f"{play.outcome.status}: {play.outcome.reason}")
            self.failures.setdefault(reason, []).append(seed)

    def row(self) -> str:
        """The row of this job in the table."""
        job, low, high = self.job, *wilson(self.successes, self.job.seeds)
        ticks = f"{median(self.ticks):.0f}" if self.ticks else "-"
        cost = 1e6 * self.seconds / max(1, self.player_ticks)
        reasons = "; ".join(
            f"{reason} (seeds {', '.join(map(str, seeds))})"
            for reason, seeds in sorted(self.failures.items(), key=lambda item: -len(item[1]))
        )
        cells = (
            job.name, job.kind, job.players, f"{self.successes}/{job.seeds}",
            f"{low:.0%}-{high:.0%}", ticks, f"{cost:.0f}", reasons,
        )  # fmt: skip
        return "| " + " | ".join(map(str, cells)) + " |"


HEAD = (
    "| type | planet | players | successes | 95 % | median ticks | us a tick | failures |\n"
    "|---|---|---|---|---|---|---|---|"
)


@cache
def _planet(kind: str, size: int, seed: int) -> Planet:
    return make_planet(PlanetConfig(kind=kind, size=size), seed)  # type: ignore[arg-type]


def tally(job: Job) -> Tally:
    """Play all episodes of a job, a few side by side."""
    config = PlanetConfig(kind=job.kind, size=job.size)  # type: ignore[arg-type]
    sim = Simulation(config, worlds=min(WORLDS, job.seeds), players=job.players, **RULES)
    buttons = np.zeros((sim.worlds, sim.players), np.uint32)
    camera = np.zeros((sim.worlds, sim.players, 2), np.float32)
    message = np.zeros((sim.worlds, sim.players), np.uint8)
    result, waiting = Tally(job), iter(range(job.first, job.first + job.seeds))
    plays: dict[int, tuple[int, Play]] = {}
    for w in range(sim.worlds):
        _next_play(sim, w, job, waiting, plays)
    while plays:
        start = time.thread_time()
        over = [w for w, (_, play) in plays.items() if not play.act(buttons, camera, message)]
        result.seconds += time.thread_time() - start
        result.player_ticks += (len(plays) - len(over)) * sim.players
        for w in over:
            result.note(*plays.pop(w))
            _next_play(sim, w, job, waiting, plays)
        sim.step(buttons, camera, message)
    return result


def _next_play(
    sim: Simulation, w: int, job: Job, waiting: Iterator[int], plays: dict[int, tuple[int, Play]]
) -> None:
    seed = next(waiting, None)
    if seed is not None:
        planet = _planet(job.kind, job.size, seed)
        plays[w] = seed, stage(sim, w, EPISODES[job.name], seed, planet=planet)


def jobs(arguments: argparse.Namespace) -> list[Job]:
    """What was asked for."""
    return [
        Job(name, kind, players, arguments.seeds, arguments.first, arguments.size)
        for kind in arguments.planets
        for players in arguments.players
        for name in arguments.types
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--types", nargs="+", choices=sorted(EPISODES), default=list(EPISODES))
    parser.add_argument(
        "--planets", nargs="+", choices=("flat", "normal"), default=["flat", "normal"]
    )
    parser.add_argument("--players", nargs="+", type=int, default=[2, 4])
    parser.add_argument("--size", type=int, default=PlanetConfig().size)
    parser.add_argument("--workers", type=int, default=1, help="processes")
    chosen = parser.parse_args(arguments)
    print(HEAD)
    if chosen.workers == 1:
        for job in jobs(chosen):
            print(tally(job).row(), flush=True)
        return
    with ProcessPoolExecutor(chosen.workers, get_context("spawn")) as pool:
        for done in pool.map(tally, jobs(chosen)):
            print(done.row(), flush=True)


if __name__ == "__main__":
    main()
