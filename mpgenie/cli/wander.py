"""A player for the demo: strolls, looks around, digs and builds, by its own seed.

It is blind, so that it plays on any planet with any observation.  A mood is a generator that
yields one raw action a tick; moods follow one another for ever.
"""

from collections.abc import Callable, Iterator
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BUTTONS

LEVEL, DOWN = 8.0, 42.0
"""Where the eyes rest: nearly level on a walk, at the ground ahead for digging (degrees)."""


class Action(TypedDict):
    """The raw action of one player in one tick."""

    buttons: NDArray[np.uint8]
    camera: NDArray[np.float32]


def wander(seed: int) -> Iterator[Action]:
    """Actions without end, the same for the same seed."""
    player = Wanderer(seed)
    yield from player.stroll()
    moods: list[Callable[[], Iterator[Action]]] = [
        player.stroll,
        player.stroll,
        player.look_around,
        player.dig,
        player.build,
    ]
    while True:
        yield from moods[player.rng.integers(len(moods))]()


class Wanderer:
    """Keeps track of where the eyes point, so that turns are smooth and come back."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.pitch = 0.0

    def act(self, *pressed: str, pitch: float = LEVEL, yaw: float = 0.0) -> Action:
        """Press buttons, turn by `yaw` degrees, and ease the eyes towards `pitch`."""
        buttons = np.zeros(len(BUTTONS), np.uint8)
        buttons[[BUTTONS.index(name) for name in pressed]] = 1
        nod = float(np.clip((pitch - self.pitch) * 0.25, -6, 6))
        self.pitch += nod
        return {"buttons": buttons, "camera": np.array([nod, yaw], np.float32)}

    def stroll(self) -> Iterator[Action]:
        """Walk a gentle curve, sometimes at a run, with a hop now and then."""
        length = int(self.rng.integers(30, 60))
        curve = self.rng.uniform(-1.6, 1.6)
        pace = ("forward", "sprint") if self.rng.random() < 0.4 else ("forward",)
        for tick in range(length):
            hop = ("jump",) if tick % 15 > 10 else ()
            yield self.act(*pace, *hop, yaw=curve)

    def look_around(self) -> Iterator[Action]:
        """Stand and sweep the horizon, out and back."""
        swing = self.rng.choice([-1, 1]) * self.rng.uniform(3, 5)
        for tick in range(36):
            yield self.act(pitch=0.0, yaw=swing * np.sin(tick * np.pi / 18))

    def dig(self) -> Iterator[Action]:
        """Look at the ground ahead, dig into it and climb out again."""
        for _ in range(45):
            yield self.act("attack", pitch=DOWN)
        for _ in range(8):
            yield self.act("forward", "jump")

    def build(self) -> Iterator[Action]:
        """Take stones or torches in hand and set them on the ground ahead, three times."""
        yield self.act(self.rng.choice(["hotbar.1", "hotbar.5"]), pitch=DOWN)
        for tick in range(30):
            yield self.act(*(("use",) if tick % 10 == 9 else ()), pitch=DOWN, yaw=2.0)
