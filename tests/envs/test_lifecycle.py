"""Whatever the order of calls, an environment keeps its promises (a model, by hypothesis)."""

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mpgenie.envs.parallel import parallel_env
from mpgenie.errors import ActionError, StateError

SMALL: dict[str, Any] = {"planet": "flat", "size": 16, "mobs": False, "observe": "state"}

LENGTH = 12


class Lifecycle(RuleBasedStateMachine):
    """Knows whether an episode runs and how old it is, and what has been saved."""

    @initialize(
        death=st.sampled_from(["respawn", "remove"]), scenario=st.sampled_from(["tag", "gather"])
    )
    def begin(self, death, scenario):
        options = {**SMALL, "max_cycles": LENGTH, "death": death, "scenario": scenario}
        self.env = parallel_env(**options)
        self.rng = np.random.default_rng(0)
        self.started = self.closed = False
        self.saved = None

    def actions(self):
        rows = self.rng.integers(0, [3, 3, 2, 3, 2, 2, 2, 10, 11, 11], (2, 10))
        return dict(zip(self.env.possible_agents, rows, strict=True))

    @precondition(lambda self: not self.closed)
    @rule(seed=st.none() | st.integers(0, 3))
    def reset(self, seed):
        observations, infos = self.env.reset(seed=seed)
        assert set(observations) == set(infos) == set(self.env.agents)
        assert self.env.agents == self.env.possible_agents and self.env.cycle == 0
        self.started = True

    @precondition(lambda self: self.started and not self.closed and self.env.agents)
    @rule()
    def step(self):
        agents, cycle = self.env.agents, self.env.cycle
        actions = self.actions()
        results = self.env.step({agent: actions[agent] for agent in agents})
        for result in results:
            assert list(result) == agents
        done = [a for a in agents if results[2][a] or results[3][a]]
        assert not any(results[2][a] and results[3][a] for a in agents)
        assert self.env.agents == [a for a in agents if a not in done]
        assert self.env.cycle == cycle + 1
        assert (cycle + 1 < LENGTH) or not self.env.agents

    @precondition(lambda self: self.started and not self.closed and self.env.agents)
    @rule(agent=st.sampled_from(["player_0", "player_1", "zed"]))
    def step_wrongly(self, agent):
        before = self.env.state_hash()
        actions = {name: row for name, row in self.actions().items() if name in self.env.agents}
        actions[agent] = np.full(10, 77)
        try:
            self.env.step(actions)
        except ActionError as error:
            assert agent in str(error)
        else:
            raise AssertionError("taken")
        assert self.env.state_hash() == before

    @precondition(lambda self: not self.closed and not (self.started and self.env.agents))
    @rule()
    def step_too_early_or_too_late(self):
        try:
            self.env.step({})
        except StateError:
            return
        raise AssertionError("taken")

    @precondition(lambda self: self.started and not self.closed)
    @rule()
    def save(self):
        self.saved = (self.env.snapshot(), self.env.state_hash(), self.env.cycle, self.env.agents)

    @precondition(lambda self: self.saved is not None and not self.closed)
    @rule()
    def restore(self):
        assert self.saved is not None
        snapshot, state_hash, cycle, agents = self.saved
        self.env.restore(snapshot)
        assert (self.env.state_hash(), self.env.cycle, self.env.agents) == (
            state_hash,
            cycle,
            agents,
        )
        self.started = True

    @rule()
    def close(self):
        if self.rng.random() < 0.1:
            self.env.close()
            self.closed = True

    @invariant()
    def agents_are_among_the_possible(self):
        if hasattr(self, "env"):
            assert set(self.env.agents) <= set(self.env.possible_agents)

    def teardown(self):
        if hasattr(self, "env"):
            self.env.close()


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)
