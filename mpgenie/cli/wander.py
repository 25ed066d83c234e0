"""A player for the demo: strolls near the others, looks around, digs and builds, by its own seed.

A mood is a generator that yields one raw action a tick; moods follow one another for ever.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BUTTONS

LEVEL, DOWN = 8.0, 42.0
"""Where the eyes rest: nearly level on a walk, at the ground ahead for digging (degrees)."""
NEAR = 7.0
"""Farther than this from the others, one turns back (metres)."""
FASTEST_TURN = 6.0


class Action(TypedDict):
    """The raw action of one player in one tick."""

    buttons: NDArray[np.uint8]
    camera: NDArray[np.float32]


class Sense(NamedTuple):
    """What a wanderer knows of the world."""

    turn: float
    """Degrees to turn right so as to face the middle of the others."""
    distance: float
    """How far away that is."""
    pitch: float
    wet: bool
    stopped: bool
    """Whether it did not get ahead in the last tick."""


def sense(env: Any, slot: int) -> Sense:
    """What the player in a slot of an environment's world knows."""
    players = env.simulation.state.players
    feet, heading = players.position[0, slot], players.heading[0, slot]
    there = np.delete(players.position[0], slot, axis=0)
    way = there.mean(axis=0) - feet if len(there) else -feet
    right = np.cross(heading, feet / np.linalg.norm(feet))
    return Sense(
        turn=float(np.degrees(np.arctan2(way @ right, way @ heading))) if len(there) else 0.0,
        distance=float(np.linalg.norm(way)) if len(there) else 0.0,
        pitch=float(players.pitch[0, slot]),
        wet=bool(players.in_water[0, slot]),
        stopped=bool(np.linalg.norm(players.velocity[0, slot]) < 0.05),
    )


def wander(look: Callable[[], Sense], seed: int) -> Iterator[Action]:
    """Actions without end, the same for the same seed in the same world.

    Args:
        look: Asked once a tick.
        seed: Of this player alone.
    """
    player = Wanderer(look, seed)
    yield from player.stroll()
    moods = [player.stroll, player.stroll, player.look_around, player.dig, player.build]
    while True:
        mood = player.stroll if look().wet else moods[player.rng.integers(len(moods))]
        yield from mood()


class Wanderer:
    """The moods of one player."""

    def __init__(self, look: Callable[[], Sense], seed: int) -> None:
        self.look = look
        self.rng = np.random.default_rng(seed)

    def act(self, *pressed: str, pitch: float = LEVEL, yaw: float = 0.0) -> Action:
        """Press buttons, turn by `yaw` degrees, and ease the eyes towards `pitch`."""
        buttons = np.zeros(len(BUTTONS), np.uint8)
        buttons[[BUTTONS.index(name) for name in pressed]] = 1
        nod = np.clip((pitch - self.look().pitch) * 0.25, -FASTEST_TURN, FASTEST_TURN)
        return {"buttons": buttons, "camera": np.array([nod, yaw], np.float32)}

    def stroll(self) -> Iterator[Action]:
        """Walk a gentle curve, back to the others from afar or out of water, and over steps."""
        curve = self.rng.uniform(-1.6, 1.6)
        pace = ("forward", "sprint") if self.rng.random() < 0.4 else ("forward",)
        for tick in range(self.rng.integers(30, 60)):
            now = self.look()
            homewards = np.clip(now.turn * 0.15, -FASTEST_TURN, FASTEST_TURN)
            hop = ("jump",) if now.wet or (now.stopped and tick > 2) else ()
            turn = homewards if now.wet or now.distance > NEAR else curve
            yield self.act(*pace, *hop, yaw=turn)

    def look_around(self) -> Iterator[Action]:
        """Stand and sweep the horizon, out and back."""
        swing = self.rng.choice([-1, 1]) * self.rng.uniform(3, 5)
        for tick in range(36):
            yield self.act(pitch=0.0, yaw=swing * np.sin(tick * np.pi / 18))

    def dig(self) -> Iterator[Action]:
        """Look at the ground ahead, dig into it, and go on over it."""
        for _ in range(45):
            yield self.act("attack", pitch=DOWN)
        for _ in range(8):
            yield self.act("forward", "jump")

    def build(self) -> Iterator[Action]:
        """Take stones or torches in hand and set them on the ground ahead, three times."""
        yield self.act(self.rng.choice(["hotbar.1", "hotbar.5"]), pitch=DOWN)
        for tick in range(30):
            yield self.act(*(("use",) if tick % 10 == 9 else ()), pitch=DOWN, yaw=2.0)
