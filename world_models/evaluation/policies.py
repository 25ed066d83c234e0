"""Policies that are ranked in a dream and in the game: simple scripts, and trained ones.

All choose as `mpgenie.agents.training.player.trained` does: `act(observations, state)` gives
actions and what is remembered until the next tick.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.config import config_from
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.errors import ConfigError

Frames = Mapping[str, NDArray[np.uint8]]
Acted = tuple[Mapping[str, Any], Any]


class Policy(Protocol):
    """Chooses an action of each player from what each sees."""

    def act(self, observations: Frames, state: Any) -> Acted:
        """Actions, and the state for the next call; None begins an episode."""
        ...


@dataclass(frozen=True)
class Always:
    """Does the same in every tick."""

    changed: tuple[tuple[int, int], ...] = ()
    """Components (place, choice) in which that differs from doing nothing."""

    def act(self, observations: Frames, state: Any = None) -> Acted:
        """The same for everybody."""
        row = list(NO_OP)
        for place, choice in self.changed:
            row[place] = choice
        return dict.fromkeys(observations, row), None


@dataclass(frozen=True)
class LookAround:
    """Turns by chance, as it was seeded."""

    seed: int = 0

    def act(self, observations: Frames, state: np.random.Generator | None = None) -> Acted:
        """Each player in a way of its own."""
        rng = np.random.default_rng(self.seed) if state is None else state
        return {
            player: [*NO_OP[:8], *rng.integers(3, 8, 2).tolist()] for player in observations
        }, rng


SCRIPTS: Mapping[str, Policy] = {
    "stand still": Always(),
    "walk": Always(((0, 1),)),
    "walk back": Always(((0, 2),)),
    "step left": Always(((1, 1),)),
    "turn right": Always(((9, 8),)),
    "turn left": Always(((9, 2),)),
    "look up": Always(((8, 3),)),
    "look down": Always(((8, 7),)),
    "look around": LookAround(),
}
"""Those that are ranked by default."""


def trained_policies(
    names: Sequence[str | Path], resolution: tuple[int, int], seed: int = 0
) -> dict[str, Policy]:
    """Trained policies and clones, by name.

    Args:
        names: As of `mpgenie.agents.training.player.find`.
        resolution: (height, width) of the frames that they will see.
        seed: Of what they draw.

    Raises:
        CheckpointError: If there is no such policy.
        ConfigError: If one sees no frames, or frames of another size.
    """
    if not names:
        return {}
    from mpgenie.agents.training.player import trained

    found: dict[str, Policy] = {}
    for name in names:
        policy = trained(name, seed=seed)
        game = config_from(policy.env_options)
        if game.observe != "rgb" or game.resolution != resolution:
            raise ConfigError(
                f"policies are ranked on frames of {resolution}, and {str(name)!r} observes "
                f"{game.observe!r}, frames of {game.resolution}: name one that learnt from those"
            )
        found[str(name)] = policy
    return found
