"""`mpgenie generate --players-from`: episodes that members of a population play.

    generate_from("data", "out/population/tag", episodes=100, cast_by="contrasting")

Each episode is a match of members who suit each other (`agents.training.population.casting`), on a
planet of its own; beside every action stand the logits and values of whoever chose it, and who that
was stands in the header.  Episode `i` follows from the arguments and `i` alone.  Who suits whom
takes matches of all pairs to find out, so it is kept in the folder (`affinities.json`).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.agents.threads import one_thread
from mpgenie.agents.training.player import find
from mpgenie.agents.training.population.casting import (
    CASTS,
    Affinities,
    affinities,
    cast,
    check_members,
)
from mpgenie.agents.training.population.matches import Arena, game_of
from mpgenie.agents.training.population.players import Player, entered, files_of
from mpgenie.agents.training.population.scribe import Scribe
from mpgenie.agents.training.population.store import write_text
from mpgenie.checks import check_known
from mpgenie.datasets.reading import Dataset, open_dataset
from mpgenie.errors import ConfigError
from mpgenie.generation.lock import sole_generator
from mpgenie.generation.plan import Plan

from .keeping import Keeper
from .recording import seed_of

AFFINITIES = "affinities.json"
"""Who suits whom, in the dataset's folder."""
OnEpisode = Callable[[int], None]


def generate_from(
    out: str | Path,
    population: str | Path,
    *,
    episodes: int,
    cast_by: str = "complementary",
    players: int | None = None,
    plan: Plan | None = None,
    on_episode: OnEpisode | None = None,
    **game: Any,
) -> Dataset:
    """Let members play, and record them; called again with the same arguments, go on.

    Args:
        out: The folder.
        population: The folder of a population (its newest members), or one that holds trained
            players.
        episodes: How many there shall be; a larger number adds to a dataset.
        cast_by: One of `casting.CASTS`.
        players: How many play in each; by default as they have learnt.
        plan: Seed, split and pictures; its types, players and planets play no part.
        on_episode: Told the unit of each episode that is sealed.
        **game: Options of `parallel_env` that shall be otherwise than they have learnt.

    Returns:
        The dataset, open for reading.

    Raises:
        ConfigError: If the arguments are not those that the folder was begun with, or cannot be
            met.
        KeyboardInterrupt: On Ctrl-C; sealed episodes are safe.
    """
    if episodes < 1:
        raise ConfigError(f"episodes are more than 0, got {episodes}")
    check_known("cast", cast_by, CASTS)
    plan = plan or Plan()
    files = files_of(population)
    members = entered(files)
    check_members(members)
    # However few planets they learnt on, data shall show as many as there are episodes.
    options = {**game_of(list(members.values()), players=players, **game), "planets": None}
    with one_thread():
        agreed = {
            "cast": cast_by,
            "members": {name: _hash_of(file) for name, file in zip(members, files, strict=True)},
            "game": json.loads(json.dumps(options)),
            "seed": plan.seed,
            "split": plan.split,
        }
        keeper = Keeper(out, options, plan.streams, split=plan.split, agreed=agreed)
        with closing(keeper), sole_generator(keeper.film.root):
            known = _known(Path(out), cast_by, members, options, plan.seed)
            with Arena(list(members.values()), options, worlds=1) as arena:
                for unit in keeper.film.left(range(episodes)):
                    slots = arena.envs.config.players
                    seats = cast(cast_by, slots, known, plan.seed, unit)
                    scribe = Scribe(arena)
                    world = seed_of(plan.seed, plan.split, unit)
                    matches = arena.play(np.array([seats]), [world], scribe)
                    (take,) = scribe.takes(matches, [f"checkpoint:{name}" for name in members])
                    keeper.keep(take, unit)
                    if on_episode is not None:
                        on_episode(unit)
    return open_dataset(out)


def _known(
    folder: Path, cast_by: str, members: Mapping[str, Player], options: Any, seed: int
) -> Affinities:
    """Who suits whom as far as the cast asks for it, from the folder if it is there."""
    if cast_by == "any":
        return Affinities.unknown(len(members))
    file = folder / AFFINITIES
    if file.exists():
        kept = json.loads(file.read_text())
        return Affinities(np.array(kept["together"]), np.array(kept["apart"]))
    known = affinities(members, options, seed)
    write_text(file, json.dumps({name: each.tolist() for name, each in known._asdict().items()}))
    return known


def _hash_of(file: str | Path) -> str:
    return hashlib.sha256(find(file).read_bytes()).hexdigest()
