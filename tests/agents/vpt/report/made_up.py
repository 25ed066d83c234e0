"""Truths and what is said of them, so small that one can count."""

import numpy as np

from mpgenie.agents.vpt.metrics import Told, Truth
from mpgenie.agents.vpt.targets import BITS
from mpgenie.envs.simulation.actions import BUTTONS

FORWARD, JUMP = BUTTONS.index("forward"), BUTTONS.index("jump")


def truth(ticks=100):
    """Forward is held in every second stretch of ten ticks, jump pressed at the end of each."""
    t = np.arange(ticks)
    down = np.zeros((ticks, 1, BITS), np.bool_)
    down[:, 0, FORWARD] = t // 10 % 2 == 1
    down[:, 0, JUMP] = t % 10 == 9
    camera = np.stack([np.sin(t), np.cos(t)], -1)[:, None].astype(np.float32)
    return Truth(down, camera, np.ones((ticks, 1), np.bool_))


def told(truth, down=None):
    """The truth, or something else about buttons."""
    down = truth.down if down is None else down
    return Told(down.astype(np.float64), down, truth.camera)
