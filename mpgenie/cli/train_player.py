"""Let a player learn from play: from the script of a scenario, or from recorded episodes.

The player has the network, the choices and the file of those that `mpgenie train ppo` makes, which
may begin with it.  From episodes it learns what players asked for, or with --labels what a model
says they did; it sees their states, or their frames with --observe rgb.  Everything follows from
the seed, and the file is written when all is learnt.
Defaults stand in brackets.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .train_ppo import chosen, setting

if TYPE_CHECKING:
    from mpgenie.agents.training.config import PPOConfig
    from mpgenie.agents.training.showing import Demonstrations

EXAMPLES = """\
examples:
  mpgenie train player --scenario gather
  mpgenie train player --data data
  mpgenie train player --data data --labels idm --observe rgb
  mpgenie watch out/player/gather
  mpgenie train ppo --from out/player/gather
"""
_OURS = (
    "scenario", "players", "observe", "action_mode", "renderer", "render_mode", "seed", "copy",
    "debug",
)  # fmt: skip


def add_parser(algorithms: Any) -> None:
    """Add `player` to the algorithms of `mpgenie train`."""
    parser = algorithms.add_parser(
        "player",
        help="a player learns from scripts or recorded play",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    add = parser.add_argument
    add("--scenario", metavar="NAME", help="what is played (gather, or what episodes show)")
    add("--players", type=int, metavar="N", help="in each world (what suits the scenario)")
    add("--observe", choices=("state", "rgb", "both"), help="what it learns from (state)")
    policies = ("shared", "per_player", "per_team", "per_role")
    add("--policies", choices=policies, help="who shares a policy (shared)")
    add("--episodes", type=int, default=60, metavar="N", help="of the script (%(default)s)")
    add("--data", type=Path, nargs="+", metavar="DIR", help="datasets instead of the script")
    add("--labels", metavar="NAME", help="of what a model says (what was asked for)")
    add("--minutes", type=float, metavar="M", help="learn from so many player-minutes (all)")
    add("--looks", type=int, default=6, metavar="N", help="at each decision (%(default)s)")
    add("--seed", type=int, default=0, metavar="S", help="everything follows from it (0)")
    add("--out", type=Path, metavar="DIR", help="for policy.npz (out/player/NAME)")
    add("--planet", metavar="KIND", help="normal or flat (what suits the scenario)")
    add("--size", type=int, metavar="N", help="of a planet's faces (what suits the scenario)")
    other = "any other setting of agents/training/config.py, or env.NAME for one of the environment"
    add("--set", type=setting, action="append", default=[], metavar="NAME=VALUE", help=other)


def run(options: argparse.Namespace) -> int:
    """Look at the play, learn, then say how well."""
    if options.data is None and (options.labels is not None or options.minutes is not None):
        raise ConfigError("--labels and --minutes are of episodes: name a dataset with --data")
    if options.episodes < 2:
        raise ConfigError(f"--episodes must be at least 2, got {options.episodes}")
    import mpgenie
    from mpgenie.agents.training.from_play import Cloning, clone_player

    datasets = [mpgenie.open_dataset(path) for path in options.data or ()]
    config = configured(options, datasets)
    how = Cloning(looks=options.looks, seed=options.seed)
    out = options.out or Path("out/player") / config.scenario
    shown = seen(options, config, datasets)
    print(f"looked at   {len(shown):,} decisions")
    policy = clone_player(config, shown, out, how, told)
    print(
        f"player      {policy}\nwatch it    mpgenie watch {out}\n"
        f"go on       mpgenie train ppo --from {out}"
    )
    return 0


def configured(options: argparse.Namespace, datasets: list[Any]) -> "PPOConfig":
    """The config that was asked for; what episodes show says the game, if nobody else does."""
    from mpgenie.agents.training.config import recipe

    taken: dict[str, Any] = {"scenario": options.scenario or "gather"}
    if datasets and options.scenario is None:
        from mpgenie.agents.vpt.demonstrations import game_of

        game = game_of(datasets)
        taken = {"scenario": game["scenario"], "players": game["players"]}
        taken["env"] = {name: value for name, value in game.items() if name not in _OURS}
    named = chosen(options)
    env = {**taken.pop("env", {}), **named.pop("env")}
    return recipe(**{**taken, "seed": options.seed, **named, "env": env})


def seen(options: argparse.Namespace, config: "PPOConfig", datasets: list[Any]) -> "Demonstrations":
    """What is learnt from."""
    from mpgenie.agents.training.showing import shown_by_scripts, shown_in

    if datasets:
        return shown_in(datasets, config, options.labels, options.minutes)
    from tqdm import tqdm

    with tqdm(total=options.episodes, unit=" episodes", desc="playing") as bar:
        return shown_by_scripts(
            config, options.episodes, options.seed, lambda done: bar.update(done - bar.n) and None
        )


def told(figures: Mapping[str, float]) -> None:
    """Print the figures of a look at everything."""
    print(
        f"look {figures['look']:.0f}: {figures['loss']:.2f} nats a decision, "
        f"{figures['held_out']:.2f} where it was not shown (by chance "
        f"{figures['by_chance']:.2f}), {figures['all_right']:.0%} all right"
    )
