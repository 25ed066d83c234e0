"""Episodes in which each player does one thing, once, at a tick of their own: look down.

Whoever exports them must show the turn and the change of the picture where its format says.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.episode import Episode
from mpgenie.datasets.recorder import Recorder
from mpgenie.datasets.store import Store
from mpgenie.datasets.studio import Studio
from mpgenie.envs.simulation.actions import BIT

TICKS = 24
PULSE_TICKS = (9, 14)
"""When each of the two players turns."""
TURN = (8.0, 4.0)
"""Degrees (pitch, yaw): down, which moves the horizon, and to the right."""


def play_pulse(studio: Studio, unit: int, players: int = 2, **facts: object) -> Episode:
    """Two players stand still but for one turn each; the episode may leave out the second."""
    sim = studio.simulation
    sim.reset(0, unit, planet=5, separation=(1.0, 3.0))
    values: dict[str, Any] = {"type": "pulse", "unit": unit, **facts}
    recorder = Recorder(sim, studio=studio, players=players, **values)
    for tick in range(TICKS):
        studio.draw()
        recorder.observe()
        buttons = np.zeros((1, 2), np.uint32)
        camera = np.zeros((1, 2, 2), np.float32)
        for player, when in enumerate(PULSE_TICKS):
            camera[0, player] = TURN if tick == when else 0.0
        buttons[0, 0] = BIT["hotbar.1"] if tick == TICKS - 1 else 0
        sim.step(buttons, camera, np.zeros((1, 2), np.uint8))
        recorder.record(buttons[0], camera[0], reward=float(tick))
    studio.draw()
    recorder.observe()
    return recorder.finish()


def make_pulses(folder: Path, studio: Studio) -> Path:
    """A dataset of two such episodes, and one that is held out."""
    with Store(folder) as store:
        for unit in range(2):
            store.commit(play_pulse(studio, unit, roles=("guide", "guest")))
        store.commit(play_pulse(studio, 2, split="eval"))
    return folder


def picture_changes_at(frames: NDArray[np.uint8]) -> int:
    """The first frame that differs clearly from the one before: (n, H, W, 3)."""
    steps = np.abs(np.diff(frames.astype(np.int16), axis=0)).mean(axis=(1, 2, 3))
    assert steps.max() > 4 * np.sort(steps)[-2], "no frame stands out"
    return int(steps.argmax()) + 1
