"""What a player does in a tick as one of a few hundred classes, and which way the camera turns.

A class says all buttons at once, and whether the camera moves: independent buttons would be pressed
together in ways that nobody ever presses them.  Buttons that contradict each other are settled
first, as the game settles them: opposite ways cancel, sneaking wins over sprinting, the lowest
hotbar button counts; `inventory` does nothing here and is left out.  The vocabulary holds the
combinations that occur in some plays, the most frequent first; all others go to the class that
differs from them in the fewest components, the most frequent of several.

Where it moves, the camera takes one of 11 x 11 steps, (pitch, yaw) on VPT's mu-law scale.  After
Baker et al., "Video PreTraining" (2022), appendix F.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BUTTONS, FIRST_HOTBAR_BIT, NVEC, STILL
from mpgenie.errors import ConfigError

from .targets import STEPS, squeezed

COUNTS = (*NVEC[:8], 2)
"""Choices of the components of a class: those of a discrete action's buttons, and whether the
camera moves."""
COMBINATIONS = int(np.prod(COUNTS))
MOST = 512
"""Classes of a vocabulary."""
TURNS = STEPS * STEPS
"""Joint steps of the camera."""
STRAIGHT = STILL * STEPS + STILL
"""The joint step that does not turn."""
_PAIRS = (("forward", "back"), ("left", "right"), ("jump",), ("sneak", "sprint"), ("attack",),
          ("use",), ("drop",))  # fmt: skip
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def turns_of(camera: NDArray[np.floating]) -> Numbers:
    """(...) the joint steps nearest to turns (..., 2) in degrees."""
    steps = np.rint(squeezed(camera)).astype(np.int64)
    return np.asarray(steps[..., 0] * STEPS + steps[..., 1], np.int64)


def combinations_of(down: Flags, turns: Numbers) -> Numbers:
    """The combinations of buttons and camera, 0 = nothing is done.

    Args:
        down: (..., 20) which buttons are down.
        turns: (...) joint steps of the camera.

    Returns:
        (...) numbers from 0 to `COMBINATIONS` - 1.
    """
    parts = []
    for component, names in enumerate(_PAIRS):
        first, *rest = (down[..., BUTTONS.index(name)] for name in names)
        choice = first.astype(np.int64)
        for other in rest:
            choice = np.where(first, 1, 2 * other)
            if component < 2:
                choice = np.where(first & other, 0, choice)
        parts.append(choice)
    hotbar = down[..., FIRST_HOTBAR_BIT:]
    parts.append(np.where(hotbar.any(-1), hotbar.argmax(-1) + 1, 0))
    parts.append((turns != STRAIGHT).astype(np.int64))
    return np.ravel_multi_index(tuple(parts), COUNTS).astype(np.int64)


def components_of(combinations: NDArray[np.integer]) -> Numbers:
    """(..., 9) the components of combinations (...)."""
    return np.stack(np.unravel_index(combinations, COUNTS), -1).astype(np.int64)


@dataclass(frozen=True)
class Classes:
    """A vocabulary."""

    combinations: tuple[int, ...]
    """The combination that each class stands for, the most frequent first."""

    def __post_init__(self) -> None:
        listed = self.combinations
        if not 0 < len(listed) <= MOST or len(set(listed)) < len(listed):
            raise ConfigError(f"a vocabulary has 1 to {MOST} classes, each once")
        if not all(type(c) is int and 0 <= c < COMBINATIONS for c in listed):
            raise ConfigError(f"combinations lie in 0..{COMBINATIONS - 1}, got {listed[:8]}...")

    @classmethod
    def made_from(cls, combinations: Iterable[Numbers], most: int = MOST) -> "Classes":
        """The vocabulary of what was done in some plays."""
        counts = sum(
            (np.bincount(each.reshape(-1), minlength=COMBINATIONS) for each in combinations),
            np.zeros(COMBINATIONS, np.int64),
        )
        order = np.argsort(-counts, kind="stable")[:most]
        found = tuple(int(c) for c in order if counts[c])
        if not found:
            raise ConfigError("nobody is there in these episodes: there is nothing to learn from")
        return cls(found)

    @cached_property
    def nearest(self) -> Numbers:
        """(COMBINATIONS,) the class of each combination."""
        all_of_them = components_of(np.arange(COMBINATIONS))
        different = np.zeros((COMBINATIONS, len(self)), np.int64)
        for c in range(len(COUNTS)):
            different += all_of_them[:, None, c] != self.components[None, :, c]
        return np.asarray(different.argmin(1), np.int64)

    @cached_property
    def components(self) -> Numbers:
        """(K, 9) of each class."""
        return components_of(np.array(self.combinations))

    @cached_property
    def moves(self) -> Flags:
        """(K,) in which classes the camera moves."""
        return np.asarray(self.components[:, -1] == 1)

    def rows(self, classes: NDArray[np.integer], turns: NDArray[np.integer]) -> Numbers:
        """(..., 10) discrete actions of classes (...) and joint steps (...) of the camera."""
        steps = np.where(self.moves[classes], turns, STRAIGHT)
        camera = np.stack([steps // STEPS, steps % STEPS], -1)
        return np.concatenate([self.components[classes][..., :-1], camera], -1)

    def __len__(self) -> int:
        return len(self.combinations)
