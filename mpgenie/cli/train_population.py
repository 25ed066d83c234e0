"""Let many players learn a scenario by playing each other, while evolution chooses how they learn.

Members meet in matches of about even odds.  Who is surely worse than another of its group becomes
its clone and tries other numbers: rates of learning, entropy, discount and what it is paid for.  A
run that was stopped or killed goes on where it was by the same command.
Settings that are not named are those that suit the scenario.  Defaults stand in brackets.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mpgenie.errors import ConfigError

from .bars import Bar
from .train_ppo import chosen, configured_as, setting

if TYPE_CHECKING:
    from mpgenie.agents.training.config import PPOConfig
    from mpgenie.agents.training.population.co_play import CoPlay
    from mpgenie.agents.training.population.population import Population
    from mpgenie.agents.training.population.takes import Numbered
    from mpgenie.play.keeping import Keeper

EXAMPLES = """\
examples:
  mpgenie train population --scenario tag
  mpgenie train population --scenario capture_the_flag --players 4 --generations 20
  mpgenie train population --scenario tag --groups competitive,exploratory
  mpgenie train population --scenario gather --levels 2:4:1,4:6:2,8
  mpgenie train population --from out/ppo/gather
  mpgenie watch out/population/tag/generations/gen_00010/members/m00
"""
SINGLE = (
    "scenario", "seed", "worlds", "policies", "steps", "horizon", "sparring", "start", "kl",
    "warm_up",
)  # fmt: skip
"""Settings of single runs, of which populations make no use, or which have options of their own."""


def names(text: str) -> tuple[str, ...]:
    """Read "competitive,exploratory" as a tuple."""
    return tuple(part.strip() for part in text.split(","))


def levels(text: str) -> tuple[dict[str, Any], ...]:
    """Read "2:4.5:1,8@64" as the fields of a `Level` for each."""
    try:
        return tuple(map(_level, text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no list of levels; write PLAYERS:BAR:FLOOR like 2:4.5:1,4:6,8, or "
            "PLAYERS@SIZE like 8@64"
        ) from None


def _level(text: str) -> dict[str, Any]:
    """One level; ValueError if it is none."""
    what, *bars = text.split(":")
    players, *sizes = (int(part) for part in what.split("@"))
    if len(bars) > 2 or len(sizes) > 1:
        raise ValueError
    found = dict(zip(("bar", "floor"), map(float, bars), strict=False))
    return {"players": players, "env": dict(zip(("size",), sizes, strict=False)), **found}


def add_parser(algorithms: Any) -> None:
    """Add `population` to the algorithms of `mpgenie train`."""
    parser = algorithms.add_parser(
        "population",
        help="many players learn by playing each other",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    add = parser.add_argument
    add("--scenario", metavar="NAME", help="what is played (tag, or what the start plays)")
    start = "all begin as copies of this player: of another run, or a shipped one"
    add("--from", dest="start", metavar="WHOM", help=start)
    add("--members", type=int, default=8, metavar="N", help="who learns (%(default)s)")
    groups = "dealt to them: plain, cooperative, competitive, exploratory (plain)"
    add("--groups", type=names, default=("plain",), metavar="A,B", help=groups)
    add("--players", type=int, metavar="N", help="in each world (what suits the scenario)")
    add("--worlds", type=int, default=16, metavar="W", help="of a match (%(default)s)")
    add("--matches", type=int, default=1, metavar="N", help="of a round (%(default)s)")
    add("--rounds", type=int, default=2, metavar="N", help="of a generation (%(default)s)")
    add("--generations", type=int, default=50, metavar="N", help="(%(default)s)")
    add("--observe", choices=("state", "rgb", "both"), help="what they learn from (state)")
    bars = "of a curriculum: players, size, the score that passes, the one that fails"
    add("--levels", type=levels, default=(), metavar="P[@SIZE]:BAR:FLOOR,...", help=bars)
    add("--fixed", action="store_true", help="nobody is cloned: for comparison")
    add("--crossover", action="store_true", help="clones have numbers of both parents")
    add("--evolve-rewards", action="store_true", help="what parts of rewards are worth, too")
    evidence = "who won, or by how much: ratings, returns (%(default)s)"
    add("--evidence-by", default="ratings", metavar="WHAT", help=evidence)
    floor = "of divergence: below it, numbers are drawn anew (0: never)"
    add("--floor", type=float, default=0.0, metavar="D", help=floor)
    add("--past", type=float, default=0.2, metavar="P", help="share of the past (%(default)s)")
    add("--seed", type=int, default=0, metavar="S", help="everything follows from it (0)")
    add("--minutes", type=float, metavar="M", help="stop after so long; the same command goes on")
    add("--out", type=Path, metavar="DIR", help="new or to go on with (out/population/NAME)")
    add("--record", type=float, default=0.0, metavar="P", help="keep this share of the matches")
    add("--ray", nargs="?", const="local", metavar="ADDRESS", help="run it on a Ray cluster")
    other = "any other setting of agents/training/config.py, or env.NAME for one of the environment"
    add("--set", type=setting, action="append", default=[], metavar="NAME=VALUE", help=other)
    parser.set_defaults(planet=None, size=None)


def run(options: argparse.Namespace) -> int:
    """Learn, then say where to find whom."""
    if not 0.0 <= options.record <= 1.0:
        raise ConfigError(f"--record is a share from 0 to 1, got {options.record:g}")
    if options.minutes is not None and not options.minutes > 0:
        raise ConfigError(f"--minutes must be more than 0, got {options.minutes:g}")
    if options.fixed and options.crossover:
        raise ConfigError("--crossover is about clones, and with --fixed there are none: leave one")
    from mpgenie.agents.training.population.co_play import CoPlay
    from mpgenie.agents.training.population.curriculum import Level
    from mpgenie.agents.training.population.executor import InProcess, OnRay
    from mpgenie.agents.training.population.hypers import HYPERS, PRIOR
    from mpgenie.agents.training.population.population import Settings
    from mpgenie.agents.training.population.scheduler import Schedule
    from mpgenie.agents.training.population.training import parts_evolve, train

    _check_settings([name for name, _ in options.set], HYPERS)
    config = _config(options)
    settings = Settings(
        members=options.members,
        groups=options.groups,
        generations=options.generations,
        rounds=options.rounds,
        matches=options.matches,
        worlds=options.worlds,
        schedule=None if options.fixed else Schedule(crossover=options.crossover),
        hypers={
            **HYPERS,
            **(PRIOR if config.memory == "slow" else {}),
            **(parts_evolve(config) if options.evolve_rewards else {}),
        },
        evidence_by=options.evidence_by,
        floor=options.floor,
        past_share=options.past,
        levels=tuple(Level(**each) for each in options.levels),
        seed=options.seed,
    )
    out = options.out or Path("out/population") / config.scenario
    address = None if options.ray == "local" else options.ray
    executor = InProcess() if options.ray is None else OnRay(address)

    def on_generation(population: "Population") -> None:
        best = {population.best().name: f"{population.best().rating.mu:.1f}"}
        bar.show("evolving", population.generation, settings.generations, **best)

    with Records(out, CoPlay(config, settings.levels)) as records, Bar(" generations") as bar:
        best = train(
            settings, config, out, minutes=options.minutes, record=options.record,
            executor=executor, on_takes=records, on_generation=on_generation,
        )  # fmt: skip
    print(f"population  {out}\nbest        {best}\nwatch it    mpgenie watch {best}")
    return 0


def _config(options: argparse.Namespace) -> "PPOConfig":
    """What is played, and all terms of learning that do not evolve."""
    named = chosen(options)
    named.pop("worlds")
    named["seed"] = options.seed
    if options.start is not None:
        named |= {"kl": (0.0, 0.0), "warm_up": 0}
    config = configured_as(named, options.scenario, options.start, "tag")
    return replace(config, env={"planets": 16, **config.env})


def _check_settings(names: Sequence[str], evolve: Iterable[str]) -> None:
    """Refuse settings that would play no part."""
    for name in names:
        if name in evolve:
            raise ConfigError(f"--set {name} would play no part: each member has its own")
        if name in SINGLE:
            raise ConfigError(
                f"--set {name} is for runs of `mpgenie train ppo`; what a population has instead, "
                "`mpgenie train population --help` says"
            )


class Records:
    """Keeps the games that a population tells of, in a dataset for each level.

    Args:
        out: The folder of the population.
        game: What it plays.
    """

    def __init__(self, out: Path, game: "CoPlay") -> None:
        self.out, self.game = out, game
        self._keepers: dict[int, Keeper] = {}

    def __enter__(self) -> Self:
        return self

    def __call__(self, takes: "Sequence[Numbered]") -> None:
        """Keep some games, but for those that are kept already."""
        for each in takes:
            keeper = self._keeper(each.level)
            if keeper.film.left([each.number]):
                keeper.keep(each.take, each.number)

    def _keeper(self, level: int) -> "Keeper":
        from mpgenie.play.keeping import Keeper

        if level not in self._keepers:
            options = self.game.level(level).env_options()
            self._keepers[level] = Keeper(self.out / f"matches_{level}", options)
        return self._keepers[level]

    def __exit__(self, *error: object) -> None:
        for keeper in self._keepers.values():
            keeper.close()
