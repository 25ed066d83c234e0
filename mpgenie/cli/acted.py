"""A scripted type of episode, and a dream of it that began with the same frames."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np

from mpgenie.world_models.controls import unpacked
from mpgenie.world_models.dream import dream_env
from mpgenie.world_models.evaluation.actions import Actions
from mpgenie.world_models.evaluation.game import PLAYERS, Game, Pictures
from mpgenie.world_models.source import Source
from mpgenie.world_models.starts import Start

from .beside import Pair, check_unbroken


def acted(source: Source, kind: str, *, opening: int, ticks: int, seed: int) -> Iterator[Pair]:
    """Play an episode of two players on a held-out planet, and dream it.

    Args:
        source: What dreams.
        kind: A name of `mpgenie.agents.bots.episodes.EPISODES`.
        opening: How many of its first frames the dream begins with.
        ticks: How long the dream is; where the episode is shorter, players then stand still.
        seed: Of episode, planet and dream.

    Yields:
        What everybody sees, from tick 0 on.

    Raises:
        ConfigError: If the model does not dream two players.
        DivergedError: If it breaks down.
    """
    with closing(
        dream_env(source, players=PLAYERS, horizon=ticks, ending=None, action_mode="raw")
    ) as dream:
        frames, actions = _played(source, kind, opening + ticks, seed)
        start = Start(
            frames[:opening],
            actions.at(slice(opening - 1)).controls(),
            np.ones((opening, PLAYERS), np.bool_),
        )
        dream.reset(seed=seed, options={"start": start})
        yield Pair(0, dream.state(), dream.state())
        for tick, row in enumerate(actions.at(slice(opening - 1, None)).ticks(), 1):
            pressed = unpacked(row.buttons)
            *_, infos = dream.step(
                {
                    player: {"buttons": pressed[p], "camera": row.camera[p]}
                    for p, player in enumerate(dream.possible_agents)
                }
            )
            check_unbroken(infos, tick)
            yield Pair(tick, frames[opening - 1 + tick], dream.state())


def _played(source: Source, kind: str, length: int, seed: int) -> tuple[Pictures, Actions]:
    """Frames (length, P, H, W, 3) of an episode and the (length - 1, P) actions between them."""
    like = source.config
    with Game(like.resolution, like.planet, like.size, like.view_distance) as game:
        take = game.play(kind, seed, 2 * seed + 1)  # odd planets are of no split but `eval`
        frames = list(take.frames)
        rest = Actions.nothing(max(0, length - len(frames)), PLAYERS)
        for row in rest.ticks():
            game.step(row)
            frames.append(game.seen())
    actions = Actions.joined([take.actions, rest])
    return np.stack(frames[:length]), actions.at(slice(length - 1))
