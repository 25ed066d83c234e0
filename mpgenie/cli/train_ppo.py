"""Let players learn a scenario with proximal policy optimisation (PPO).

Everything follows from the seeds.  Ctrl-C saves; the same command goes on as if nothing had been.
The folder gets curves.png, the best seed's policy.npz, and a folder for each seed with its
progress.csv.  Settings that are not named are those that suit the scenario.
Defaults stand in brackets.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .bars import Bar

if TYPE_CHECKING:
    from mpgenie.agents.training.config import PPOConfig

EXAMPLES = """\
examples:
  mpgenie train ppo --scenario gather
  mpgenie train ppo --scenario gather --minutes 5
  mpgenie train ppo --scenario tag --players 4 --seeds 0,1,2
  mpgenie train ppo --scenario gather --observe rgb --worlds 16
  mpgenie train ppo --scenario tag --set policies=per_player --set rate=0.0003
  mpgenie train ppo --from out/player/gather --kl 0.2
  mpgenie watch out/ppo/gather
"""


def seeds(text: str) -> tuple[int, ...]:
    """Read "0,1,2" as (0, 1, 2)."""
    parts = text.split(",")
    if not all(part.isdigit() for part in parts) or len(set(parts)) < len(parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of seeds; write it like 0,1,2")
    return tuple(int(part) for part in parts)


def count(text: str) -> int:
    """Read "400000", "400_000", "400k" or "4M" as a whole number."""
    units = {"k": 1_000, "m": 1_000_000}
    unit = units.get(text[-1:].lower(), 0)
    try:
        number = float(text[:-1]) * unit if unit else int(text)
        if number < 1 or number % 1:
            raise ValueError
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of decisions; write it like 400000, 400k or 4M"
        ) from None
    return int(number)


def leash(text: str) -> tuple[float, float]:
    """Read "0.2" as (0.2, 0.0), and "0.2,0.05" as (0.2, 0.05)."""
    try:
        first, last = [float(part) for part in f"{text},0".split(",")[:2]]
        if text.count(",") > 1:
            raise ValueError
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no cost of leaving the start; write it like 0.2, or 0.2,0.05"
        ) from None
    return first, last


def setting(text: str) -> tuple[str, Any]:
    """Read "rate=0.0003" as ("rate", 0.0003); "entropy=0.01,0.001" gives a tuple."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a setting; write it like rate=0.0003")
    parts = [_plain(part.strip()) for part in value.split(",")]
    return name.strip(), tuple(parts) if len(parts) > 1 else parts[0]


def _plain(text: str) -> Any:
    words = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def add_parser(algorithms: Any) -> None:
    """Add `ppo` to the algorithms of `mpgenie train`."""
    parser = algorithms.add_parser(
        "ppo",
        help="players learn a scenario by trying",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    add = parser.add_argument
    add("--scenario", metavar="NAME", help="what is played (gather, or what the start plays)")
    add("--players", type=int, metavar="N", help="in each world (what suits the scenario)")
    add("--worlds", type=int, metavar="W", help="played side by side (what suits the scenario)")
    add("--observe", choices=("state", "rgb", "both"), help="what they learn from (state)")
    policies = ("shared", "per_player", "per_team", "per_role")
    add("--policies", choices=policies, help="who shares a policy (shared)")
    add("--steps", type=count, metavar="N", help="decisions of all players together, such as 4M")
    add("--minutes", type=float, metavar="M", help="stop after so long; the same command goes on")
    add("--seeds", type=seeds, default=(0,), metavar="A,B", help="a run for each (0)")
    add("--out", type=Path, metavar="DIR", help="new or to go on with (out/ppo/NAME)")
    start = "begin with these players: of `train player`, of another run, or shipped ones"
    add("--from", dest="start", metavar="WHOM", help=start)
    cost = "what a nat away from them costs at first, and at last or nothing (0.2)"
    add("--kl", type=leash, metavar="A,B", help=cost)
    add("--threads", type=int, metavar="T", help="at most (one for each processor)")
    add("--planet", metavar="KIND", help="normal or flat (what suits the scenario)")
    add("--size", type=int, metavar="N", help="of a planet's faces (what suits the scenario)")
    other = "any other setting of agents/training/config.py, or env.NAME for one of the environment"
    add("--set", type=setting, action="append", default=[], metavar="NAME=VALUE", help=other)
    add("--tensorboard", action="store_true", help="write events for it, too, if it is installed")


def run(options: argparse.Namespace) -> int:
    """Learn, then say where to find what."""
    if options.minutes is not None and not options.minutes > 0:
        raise ConfigError(f"--minutes must be more than 0, got {options.minutes:g}")
    if options.threads is not None and options.threads < 1:
        raise ConfigError(f"--threads must be at least 1, got {options.threads}")
    config = configured(options)
    from mpgenie.agents.training.runs import train

    out = options.out or Path("out/ppo") / config.scenario
    shown: dict[str, str] = {}

    def on_update(figures: Mapping[str, float]) -> None:
        for name, label in (("return", "return"), ("against_random", "among random players")):
            if name in figures:
                shown[label] = f"{figures[name]:.2f}"
        bar.show("learning", int(figures["decisions"]), config.steps, **shown)

    with Bar(" decisions", unit_scale=True) as bar:
        policy = train(
            config, out, seeds=options.seeds, minutes=options.minutes, threads=options.threads,
            tensorboard=options.tensorboard, on_update=on_update,
        )  # fmt: skip
    print(
        f"players     {policy}\ncurves      {out / 'curves.png'}\nwatch them  mpgenie watch {out}"
    )
    return 0


def configured(options: argparse.Namespace) -> "PPOConfig":
    """The config that was asked for."""
    named = chosen(options)
    if options.kl is not None:
        named["kl"] = options.kl
    return configured_as(named, options.scenario, options.start, "gather")


def configured_as(
    named: Mapping[str, Any], scenario: str | None, start: str | None, usual: str
) -> "PPOConfig":
    """The config of some settings; the others are those of a start, or suit the scenario.

    Args:
        named: As of `chosen`.
        scenario: What is played; None = what the start plays.
        start: The players that a run begins with, if any.
        usual: The scenario where nothing names one.
    """
    from mpgenie.agents.training.config import recipe

    taken: dict[str, Any] = {"scenario": scenario or usual}
    if start is not None:
        from mpgenie.agents.training.start import settings_from

        taken |= settings_from(start, scenario)
    return recipe(**{**taken, **named, "env": {**taken.get("env", {}), **named["env"]}})


def chosen(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that were named."""
    named = {
        name: getattr(options, name)
        for name in ("players", "worlds", "observe", "policies", "steps")
        if getattr(options, name, None) is not None
    }
    env = {
        name: getattr(options, name)
        for name in ("planet", "size")
        if getattr(options, name) is not None
    }
    for name, value in options.set:
        if name.startswith("env."):
            env[name.removeprefix("env.")] = value
        else:
            named[name] = value
    return {**named, "env": env}
