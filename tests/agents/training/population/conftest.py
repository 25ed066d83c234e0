"""Players whose worth is known, on the tiny planet of the tests of training."""

from typing import ClassVar

import numpy as np

from mpgenie.envs.simulation.actions import NO_OP
from tests.agents.training.conftest import TINY

PITCH = 8
"""The component of an action that looks up and down; 5 is straight ahead."""
GAME = {"scenario": "look_down", "players": 2, "max_cycles": 8, **TINY}


class Looker:
    """Looks where its slot is paid for, or the other way."""

    repeat: ClassVar[int] = 2
    options: ClassVar[dict[str, object]] = {}

    def __init__(self, way):
        self.way = way

    def begin(self, envs, rows, seed):
        self.rows = rows
        self.slots = rows % envs.config.players

    def act(self, seen, masks, playing):
        choices = np.tile(np.array(NO_OP), (len(self.rows), 1))
        choices[:, PITCH] += np.where(self.slots % 2, -self.way, self.way)
        return choices
