"""What evolution is worth to a population, and that a killed one goes on to the same members.

    python -m mpgenie.benchmarks.population learning --seeds 5
    python -m mpgenie.benchmarks.population learning --scenario gather \\
        --start out/founder/gather --worlds 128 --rounds 1 --generations 16 --judged 128 \\
        --out out/learning
    python -m mpgenie.benchmarks.population rates --scenario gather --start out/founder/gather \\
        --worlds 128 --rounds 1 --generations 16 --judged 128 --seeds 1 --out out/learning
    python -m mpgenie.benchmarks.population kills

`learning`: a population that evolves beside one of as many members with numbers of their own, for
ever; both begin with rates of learning over three decades, play as many games and make as many
decisions.  Then everybody is judged on seeds that nobody learnt on: the best is who does best on
the first half of them, and what it is worth is told by the other half.

`rates`: members who never evolve and differ in their rates alone, which double from one to the
next: which rate is right, at one `--discount`.  With it `learning` is about rates alone, too.

With `--out` both go on where they were stopped, and do nothing again.

`kills`: a population is killed (SIGKILL) at any moment, again and again, until it is done; what it
then is has to be what it is without.
"""

import argparse
import json
import os
import random
import signal
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import numpy as np

from mpgenie.agents.training.config import MEMORIES, PPOConfig, recipe
from mpgenie.agents.training.population.co_play import CoPlay
from mpgenie.agents.training.population.hypers import HYPERS, PRIOR, Range
from mpgenie.agents.training.population.member import hash_of
from mpgenie.agents.training.population.population import Population, Settings
from mpgenie.agents.training.population.scheduler import Schedule
from mpgenie.agents.training.population.store import Store, read_lineage
from mpgenie.agents.training.start import settings_from
from mpgenie.envs.scenarios.base import Scenario, ScenarioConfig
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.envs.simulation.world import Simulation

RATES = {**HYPERS, "rate": Range(1e-5, 1e-2)}
"""Three decades of rates."""
KINDS = ("evolving", "fixed")
"""Of populations that `learning` puts side by side."""


def rates_alone(discount: float) -> dict[str, Range]:
    """What is learnt by, where members differ in their rates alone."""
    return {**RATES, "entropy": Range(3e-3, 3e-3), "discount": Range(discount, discount)}


@dataclass(frozen=True, kw_only=True)
class Gaze(ScenarioConfig):
    """Everybody is paid for looking down: a task of seconds."""

    name: ClassVar[str] = "gaze"
    part_names: ClassVar[tuple[str, ...]] = ("down",)

    def make(self, simulation: Simulation) -> "Gazing":
        """The rules."""
        return Gazing(self, simulation)


class Gazing(Scenario):
    """Pays up to 1 in a tick, for a pitch of 90 degrees down."""

    def step(self, first: int, last: int) -> None:
        """See `Scenario`."""
        self.parts[first:last, :, 0] = self.simulation.state.players.pitch[first:last] / 90.0


def config_of(scenario: str, seed: int, start: str | None = None, **chosen: Any) -> PPOConfig:
    """What is played: small, so that a run takes minutes of one core."""
    if scenario == Gaze.name:
        SCENARIOS[Gaze.name] = Gaze
        env = {"planet": "flat", "size": 8, "mobs": False, "weather": False, "max_cycles": 48}
        small = {"hidden": 32, "minibatch": 64, "free": ("camera pitch", "camera yaw", "jump")}
        return recipe(scenario, seed=seed, **{**small, "env": {**env, "planets": 1}, **chosen})
    begun: dict[str, Any] = {"scenario": scenario, "hidden": 64}
    if start is not None:
        begun = {**settings_from(start, scenario), "kl": (0.0, 0.0), "warm_up": 0}
    short = {**begun.pop("env", {}), "planets": 4, "max_cycles": 200}
    return recipe(**{**begun, "seed": seed, "env": short, **chosen})


def settings_of(options: argparse.Namespace, kind: str, seed: int) -> Settings:
    """A population that is evolving, fixed, or fixed but for different `rates`."""
    evolving = Schedule(burn_in=options.burn_in, cool_down=8)
    return Settings(
        worlds=options.worlds,
        rounds=options.rounds,
        generations=options.generations,
        schedule=evolving if kind == "evolving" else None,
        evidence_by=options.evidence_by,
        floor=options.floor if kind == "evolving" else 0.0,
        hypers=_ranges(options),
        past_share=0.0,
        remember=0,
        seed=seed,
    )


def _ranges(options: argparse.Namespace) -> dict[str, Range]:
    ranges = RATES if options.discount is None else rates_alone(options.discount)
    return {**ranges, **PRIOR} if options.memory == "slow" else ranges


def learnt(options: argparse.Namespace, kind: str, seed: int, folder: Path) -> dict[str, Any]:
    """Let a population learn; what its members came to, and by which rates."""
    began = time.process_time()
    config = config_of(options.scenario, seed, options.start, memory=options.memory)
    game = CoPlay(config, judged=options.judged)
    settings = settings_of(options, kind, seed)
    about = {"settings": asdict(settings), "learner": config.to_plain()}
    first = None
    if kind == "rates":
        doublings = reversed(range(settings.members))
        first = [{"rate": RATES["rate"].high / 2.0**k} for k in doublings]
    population = Population(settings, game, Store(folder, about, game), first=first)
    while population.generation < settings.generations:
        population.advance()
    scores = np.stack([game.judge(member.arrays, 0) for member in population.members])
    game.close()
    half = options.judged // 2
    best = int(scores[:, :half].mean(1).argmax())
    clonings = [event for event in read_lineage(folder) if event["kind"] == "exploited"]
    return {
        "kind": kind,
        "seed": seed,
        "best": float(scores[best, half:].mean()),
        "error": float(scores[best, half:].std(ddof=1) / np.sqrt(options.judged - half)),
        "scores": scores.mean(1).tolist(),
        "rates": [member.numbers["rate"] for member in population.members],
        "rate of the best": population.members[best].numbers["rate"],
        "clonings": len(clonings),
        "minutes": (time.process_time() - began) / 60.0,
    }


def learning(options: argparse.Namespace) -> None:
    """Compare, seed by seed."""
    _each(options, options.kinds)


def rates(options: argparse.Namespace) -> None:
    """Which rate is right."""
    _each(options, ("rates",))


def made_by(options: argparse.Namespace, kind: str, seed: int) -> dict[str, Any]:
    """What a result follows from, as JSON gives it back."""
    made = {
        "kind": kind, "scenario": options.scenario, "start": options.start,
        "judged": options.judged, "memory": options.memory,
        "settings": asdict(settings_of(options, kind, seed)),
    }  # fmt: skip
    plain: dict[str, Any] = json.loads(json.dumps(made))
    return plain


def _each(options: argparse.Namespace, kinds: Sequence[str]) -> None:
    """Let each kind of population learn from each seed, but for those that have learnt."""
    with ExitStack() as stack:
        out = options.out or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        done = out / "results.jsonl"
        out.mkdir(parents=True, exist_ok=True)
        found = (
            [json.loads(line) for line in done.read_text().splitlines()] if done.exists() else []
        )
        for seed in range(options.first, options.first + options.seeds):
            for kind in kinds:
                made = made_by(options, kind, seed)
                if not any(each["made"] == made for each in found):
                    result = learnt(options, kind, seed, out / f"{kind}_{seed}") | {"made": made}
                    with done.open("a") as file:
                        file.write(json.dumps(result) + "\n")
                    print(json.dumps(result), flush=True)


def kills(options: argparse.Namespace) -> None:
    """Kill and go on until all generations are done, then compare."""
    with tempfile.TemporaryDirectory() as place:
        whole = _grown(Path(place) / "whole", options.generations)
        folder, killed, draw = Path(place) / "killed", 0, random.Random(0)
        while True:
            child = os.fork()
            if child == 0:
                _grow_and_leave(folder, options.generations)
            if killed < options.kills:
                time.sleep(draw.uniform(0.0, options.seconds))
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            if os.WIFEXITED(status):
                if os.WEXITSTATUS(status):
                    raise SystemExit("the population failed by itself: see above")
                break
            killed += 1
        same = _grown(folder, options.generations) == whole
        lineages = read_lineage(folder) == read_lineage(Path(place) / "whole")
        print(json.dumps({"kills": killed, "same members": same, "same lineage": lineages}))


def _grow_and_leave(folder: Path, generations: int) -> NoReturn:
    """Of a child: what it shares with its parent is the parent's to tidy up."""
    failed = 1
    try:
        _grown(folder, generations)
        failed = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(failed)


def _grown(folder: Path, generations: int) -> Sequence[str]:
    """A population of a few generations, by the hashes of its members."""
    game = CoPlay(config_of(Gaze.name, 0))
    schedule = Schedule(burn_in=8, cool_down=4, evidence=0.7)
    settings = Settings(members=4, worlds=8, rounds=1, schedule=schedule, hypers=RATES, remember=2)
    population = Population(settings, game, Store(folder, {"seed": 0}, game))
    while population.generation < generations:
        population.advance()
    game.close()
    return [hash_of(member.arrays) for member in population.members]


def main() -> None:
    """Read the command line."""
    import torch

    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for name, what in (("learning", learning), ("rates", rates)):
        one = commands.add_parser(name)
        one.set_defaults(run=what)
        one.add_argument("--scenario", default=Gaze.name)
        one.add_argument("--start", help="a player that all begin as copies of")
        one.add_argument("--seeds", type=int, default=5)
        one.add_argument("--first", type=int, default=0)
        one.add_argument("--generations", type=int, default=4)
        one.add_argument("--rounds", type=int, default=4)
        one.add_argument("--worlds", type=int, default=16)
        one.add_argument("--judged", type=int, default=32, help="held-out seeds")
        one.add_argument("--discount", type=float, help="of all: they differ in rates alone")
        one.add_argument("--out", type=Path, help="where to go on; by default nothing is kept")
        if what is rates:  # nobody evolves
            one.set_defaults(
                discount=0.99, evidence_by="ratings", burn_in=16, floor=0.0, memory="none"
            )
            continue
        one.add_argument("--evidence-by", default="ratings")
        one.add_argument("--burn-in", type=int, default=16, help="games before one is compared")
        one.add_argument("--floor", type=float, default=0.0, help="of divergence; 0: no alarm")
        one.add_argument("--memory", default="none", choices=MEMORIES, help="(%(default)s)")
        one.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS, help="(both)")
    other = commands.add_parser("kills")
    other.set_defaults(run=kills)
    other.add_argument("--kills", type=int, default=20)
    other.add_argument("--generations", type=int, default=40)
    other.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    np.seterr(all="raise", under="ignore")
    options.run(options)


if __name__ == "__main__":
    main()
