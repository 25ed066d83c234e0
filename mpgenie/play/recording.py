"""Games without a window, as a dataset: scripts, trained policies or chance play a scenario.

    record("data", "gather", episodes=10, who="script")

Episode `i` follows from the arguments and `i` alone, on a planet of its own, so a dataset that was
interrupted goes on with the episodes that it would have had.  They are sealed like those of
`mpgenie play`; one that is cut short is made again.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mpgenie.agents.threads import one_thread
from mpgenie.datasets.reading import Dataset, open_dataset
from mpgenie.envs.config import EnvConfig, config_from
from mpgenie.envs.parallel import PlanetEnv
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.errors import ConfigError, suggest
from mpgenie.generation.generate import several
from mpgenie.generation.lock import sole_generator
from mpgenie.generation.plan import Plan

from .filming import Film
from .game import Planet, suited_to
from .seats import Bots, Controller, Idle, Random, Seat, Trained
from .session import Session

SCRIPT, TRAINED, RANDOM = "script", "trained", "random"
"""Who may play, besides the name, file or folder of a trained policy."""
_UNTAUGHT: dict[str, Callable[[], Controller]] = {RANDOM: Random, "idle": Idle}
_KEY = 42
OnEpisode = Callable[[int], None]


def record(
    out: str | Path,
    scenario: str | None = None,
    *,
    episodes: int,
    players: int = 2,
    who: str | Sequence[str] = SCRIPT,
    planet: str | None = None,
    size: int | None = None,
    mobs: bool | None = None,
    max_cycles: int = 1000,
    seed: int = 0,
    split: str = "train",
    resolution: tuple[int, int] | Sequence[tuple[int, int]] = (64, 64),
    video: str = "auto",
    on_episode: OnEpisode | None = None,
) -> Dataset:
    """Record games; called again with the same arguments, go on with them.

    Args:
        out: The folder.
        scenario: What is played; by default what a policy has learnt, else gather.
        episodes: How many there shall be; a larger number adds to a dataset.
        players: How many play.
        who: `script`, `random`, `idle`, `trained` (the policy of the scenario that comes with
            mpgenie), or a trained policy's name, file or folder; of several each in turn, seat by
            seat.
        planet: "normal" or "flat"; by default as a policy has learnt, else normal.
        size: Columns along the edge of a planet's face; likewise, else 96.
        mobs: Whether there are any; likewise, else there are.
        max_cycles: Ticks after which time is up.
        seed: Everything follows from it.
        split: "train", or "eval" for planets that are held out.
        resolution: (height, width) of the recorded frames, or several.
        video: As of `mpgenie.generate`.
        on_episode: Told the unit of each episode that is sealed.

    Returns:
        The dataset, open for reading.

    Raises:
        ConfigError: If the arguments are not those that the folder was begun with, or cannot be
            met, or another process is filling it.
        KeyboardInterrupt: On Ctrl-C; sealed episodes are safe.
    """
    if episodes < 1:
        raise ConfigError(f"episodes are more than 0, got {episodes}")
    sizes = [resolution] if isinstance(resolution[0], int) else resolution
    plan = Plan(seed=seed, split=split, resolution=tuple(sizes), video=video)  # type: ignore[arg-type]
    chosen = {"scenario": scenario, "planet": planet, "size": size, "mobs": mobs}
    names = several(who)
    policies = _policies(names, scenario)
    config = _config(chosen, players, max_cycles, list(policies.values()))
    agreed = {
        "who": [policies[name][0] if name in policies else name for name in names],
        "checkpoints": {name: _hash_of(name, config.rules.name) for name in policies},
        "seed": seed,
        "split": split,
        "env": json.loads(json.dumps(asdict(config)), parse_constant=str),
    }
    with one_thread() if policies else nullcontext():
        game = Planet(PlanetEnv(config))
        try:
            seats = seats_of(game, names, policies)
            kind = "+".join(sorted({seat.controller.kind for seat in seats}))
            film = Film(out, game, plan.streams, source=kind, split=split, agreed=agreed)
        except BaseException:
            game.close()
            raise
        with closing(Session(game, seats, film)) as session, sole_generator(Path(out)):
            _play(session, film, episodes, lambda unit: seed_of(seed, split, unit), on_episode)
    return open_dataset(out)


def _play(
    session: Session,
    film: Film,
    episodes: int,
    seed_of: Callable[[int], int],
    on_episode: OnEpisode | None,
) -> None:
    """Play the episodes that are missing."""
    left = film.left(range(episodes))
    try:
        for unit in left:
            film.unit = unit
            session.begin(seed_of(unit))
            while not session.over:
                session.tick()
            if on_episode is not None:
                on_episode(unit)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"stopped with {episodes - len(film.left(range(episodes)))} of {episodes} episodes "
            f"safe in {film.root}; run the same again to go on"
        ) from None
    finally:
        session.drop()


def seed_of(seed: int, split: str, unit: int) -> int:
    """Of an episode and its planet: even for training, odd for evaluation."""
    held_out = split == "eval"
    return 2 * (key_of(seed, _KEY, held_out, unit) % 2**31) + held_out


def _config(
    chosen: dict[str, Any], players: int, ticks: int, policies: Sequence[tuple[str, Any]]
) -> EnvConfig:
    """The environment that was asked for, else the one that the first policy has learnt."""
    options = {"scenario": "gather", **suited_to(policies)}
    options["observe"] = options["observe"] or ("proprio",)
    if policies:
        options["mobs"] = config_from(policies[0][1].env_options).mobs
    options |= {name: value for name, value in chosen.items() if value is not None}
    fixed = {"renderer": "software", "action_mode": "raw", "copy": False, "seed": 0}
    return config_from({**options, **fixed, "players": players, "max_cycles": ticks})


def _policies(names: Sequence[str], scenario: str | None) -> dict[str, tuple[str, Any]]:
    """Of those who play by a trained policy: what it is called, and the policy."""
    found = {}
    for name in names:
        if name != SCRIPT and name not in _UNTAUGHT:
            from mpgenie.agents.training.player import trained

            chosen = _shipped(scenario) if name == TRAINED else name
            found[name] = (Path(chosen).name, trained(chosen))
    return found


def _shipped(scenario: str | None) -> str:
    """The policy of a scenario that comes with mpgenie."""
    from mpgenie.agents.training.player import shipped

    name = "gather" if scenario is None else scenario
    if name not in shipped():
        raise ConfigError(
            f"no trained policy of {name!r} comes with mpgenie: let scripts play, or name the "
            f"folder of one that learnt it. {suggest(name, shipped())}"
        )
    return name


def _hash_of(name: str, scenario: str) -> str:
    from mpgenie.agents.training.player import find

    file = find(_shipped(scenario) if name == TRAINED else name)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def seats_of(
    game: Planet, names: Sequence[str], policies: dict[str, tuple[str, Any]]
) -> list[Seat]:
    """Who sits where.

    Args:
        game: What is played.
        names: In turn; who has no policy is `script`, `random` or `idle`.
        policies: By name what a policy is called, and itself.
    """
    controllers: dict[str, Controller] = {}
    for name in names:
        if name in policies:
            called, policy = policies[name]
            controllers[name] = Trained(policy, called)
        else:
            controllers[name] = _UNTAUGHT[name]() if name in _UNTAUGHT else Bots(game.scenario)
    return [
        Seat(player, controllers[names[slot % len(names)]])
        for slot, player in enumerate(game.players)
    ]
