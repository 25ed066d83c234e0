"""A game for two whose worth is known, for learners that may or may not know time from death."""

import numpy as np
import pytest
from gymnasium import spaces
from pettingzoo import ParallelEnv

TIME = 10


class PaydayOfTwo(ParallelEnv):  # type: ignore[misc]
    """One state that pays 1 every tick, and is left after `TIME` ticks by time alone."""

    def __init__(self):
        self.metadata, self.render_mode, self.tick = {}, None, 0
        self.agents = self.possible_agents = ["a", "b"]
        self._seen, self._choices = spaces.Box(0, 1, (1,), np.float32), spaces.Discrete(2)

    def observation_space(self, agent):
        return self._seen

    def action_space(self, agent):
        return self._choices

    def _all(self, value):
        return dict.fromkeys(self.possible_agents, value)

    def reset(self, seed=None, options=None):
        self.tick, self.agents = 0, self.possible_agents
        return self._all(np.ones(1, np.float32)), {agent: {} for agent in self.agents}

    def step(self, actions):
        self.tick += 1
        late = self.tick == TIME
        self.agents = [] if late else self.possible_agents
        infos = {agent: {} for agent in self.possible_agents}
        seen = self._all(np.ones(1, np.float32))
        return seen, self._all(1.0), self._all(False), self._all(late), infos


@pytest.fixture
def payday_of_two():
    """With a discount of 0.9 its state is worth 10; 4.1 if the end of time is taken for death."""
    return PaydayOfTwo()
