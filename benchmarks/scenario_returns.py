"""What random and scripted players get in every scenario, as a table for docs/scenarios.md.

python -m mpgenie.benchmarks.scenario_returns --seeds 20 --write
python -m mpgenie.benchmarks.scenario_returns --scenarios tag duel --players 8 --planets flat
python -m mpgenie.benchmarks.scenario_returns --quick

Each cell is the mean return of a player in an episode of 1,000 ticks, and half the width of the
interval that holds the mean of all seeds with 95 % (Student's t over the means of episodes):

    random       all do anything, each part of the discrete action drawn anew every tick
    script       all follow the scenario's script
    among random the slots of even number follow it, the others are random; what the former get

In a contest what all get adds up to about nothing, and the third column tells who is better.  Rows
with a role tell of those who had it when the episode began.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from math import sqrt
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from mpgenie.agents.bots.scenarios import SCRIPTS, Match, play
from mpgenie.envs.scenarios.registry import SCENARIOS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scenarios.md"
WAYS = ("random", "script", "among random")
"""Who plays."""
UNPAID = "free_play"
_QUICK_TICKS, _QUICK_SEEDS = 100, 2


@dataclass(frozen=True)
class Job:
    """One episode."""

    name: str
    planet: str
    players: int
    way: str
    seed: int
    ticks: int
    size: int


@dataclass
class Tally:
    """What one kind of player got in one scenario."""

    means: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    """For each way of playing, the mean return of such players in each episode that had any."""


def job_match(job: Job) -> Match:
    """Play the episode of a job."""
    even = ["random" if p % 2 else "script" for p in range(job.players)]
    who = {"random": "random", "script": "script", "among random": even}[job.way]
    return play(
        job.name, job.players, job.seed, who, planet=job.planet, size=job.size, max_cycles=job.ticks
    )


def jobs(arguments: argparse.Namespace) -> list[Job]:
    """What was asked for; a scenario for more or fewer players gets as many as it allows."""
    chosen = []
    for name in arguments.scenarios:
        least, most = SCENARIOS[name].players
        players = min(max(arguments.players, least), most)
        for planet in arguments.planets:
            for way in WAYS:
                for seed in range(arguments.seeds):
                    chosen.append(
                        Job(name, planet, players, way, seed, arguments.ticks, arguments.size)
                    )
    return chosen


def kinds_of(matches: Sequence[Match]) -> list[str]:
    """The roles that players had at first, if there were several; else the empty name for all."""
    found = {role: None for match in matches for role in match.roles}
    return list(found) if len(found) > 1 else [""]


def tally(jobs: Sequence[Job], matches: Sequence[Match], kind: str) -> Tally:
    """What the players of one kind got in episodes of one scenario."""
    result = Tally()
    for job, match in zip(jobs, matches, strict=True):
        returns = [
            float(match.returns[p])
            for p in range(job.players)
            if kind in ("", match.roles[p]) and (job.way != "among random" or p % 2 == 0)
        ]
        if returns:
            result.means[job.way].append(sum(returns) / len(returns))
    return result


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean of some values, and half the width of Student's interval for 95 %."""
    count = len(values)
    mean = sum(values) / count
    if count < 2:
        return mean, float("inf")
    spread = sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    free, z = count - 1, 1.959964
    # Cornish and Fisher's expansion of the quantile of Student's distribution.
    t = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    return mean, t * spread / sqrt(count)


def cell(values: Sequence[float]) -> str:
    """A mean and its interval as in the table."""
    if not values:
        return "-"
    mean, half = interval(values)
    return f"{mean:.2f} ± {half:.2f}".replace("-0.00", "0.00")


HEAD = (
    "| scenario | planet | players | role | random | script | among random | ticks | ended |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def rows(jobs: Sequence[Job], matches: Sequence[Match]) -> Iterator[str]:
    """The rows of the table for one scenario on one kind of planet."""
    scripted = [m for job, m in zip(jobs, matches, strict=True) if job.way == "script"]
    ticks = sum(match.ticks for match in scripted) / len(scripted)
    ended = sum(match.ended for match in scripted) / len(scripted)
    for kind in kinds_of(matches):
        means = tally(jobs, matches, kind).means
        cells = [jobs[0].name, jobs[0].planet, str(jobs[0].players), kind or "all"]
        cells += [cell(means[way]) for way in WAYS]
        yield "| " + " | ".join([*cells, f"{ticks:.0f}", f"{ended:.0%}"]) + " |"


def table(chosen: Sequence[Job], workers: int = 1, quiet: bool = False) -> list[str]:
    """Play all jobs; the rows of what came out."""
    if workers == 1:
        played = [job_match(job) for job in tqdm(chosen, unit="episode", disable=quiet)]
    else:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            found = pool.map(job_match, chosen, chunksize=8)
            played = list(tqdm(found, total=len(chosen), unit="episode", disable=quiet))
    lines: list[str] = []
    for name, planet in dict.fromkeys((job.name, job.planet) for job in chosen):
        pairs = [
            (job, match)
            for job, match in zip(chosen, played, strict=True)
            if (job.name, job.planet) == (name, planet)
        ]
        lines += rows([job for job, _ in pairs], [match for _, match in pairs])
    return lines


def merged(page: str, lines: Sequence[str]) -> str:
    """A page with these rows in its table, in place of those of the same scenarios."""
    new = {_name(line) for line in lines}
    kept = re.findall(r"^\| \w+ \| (?:flat|normal) \|.*$", page, re.MULTILINE)
    every = [*(line for line in kept if _name(line) not in new), *lines]
    order = list(SCENARIOS)
    every.sort(key=lambda line: order.index(_name(line)) if _name(line) in order else len(order))
    return put_between(page, "returns", "\n".join([HEAD, *every]))


def _name(line: str) -> str:
    return line.split("|")[1].strip()


def put_between(text: str, mark: str, content: str) -> str:
    """A page with what stands between `<!-- mark -->` and `<!-- /mark -->` replaced.

    Raises:
        ValueError: If the page has no such place.
    """
    place = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    if not place.search(text):
        raise ValueError(f"there is no <!-- {mark} --> ... <!-- /{mark} --> to write into")
    return place.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and write it into the page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    paid = [name for name in SCENARIOS if name != UNPAID and name in SCRIPTS]
    parser.add_argument("--scenarios", nargs="+", choices=paid, default=paid, metavar="NAME")
    parser.add_argument("--planets", nargs="+", choices=("flat", "normal"), default=["normal"])
    parser.add_argument("--players", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--ticks", type=int, default=1000, help="the longest episode")
    parser.add_argument("--size", type=int, default=96, help="of the planets")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--quick", action="store_true", help="short episodes on small planets")
    parser.add_argument("--write", action="store_true", help="write the table into the page")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.seeds, chosen.ticks, chosen.size = _QUICK_SEEDS, _QUICK_TICKS, 48
    result = table(jobs(chosen), chosen.workers)
    print("\n".join([HEAD, *result]))
    if chosen.write:
        page = merged(chosen.page.read_text(encoding="utf-8"), result)
        chosen.page.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
