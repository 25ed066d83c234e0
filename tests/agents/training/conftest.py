"""Scenarios so simple that one knows what they are worth, on a tiny planet."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from mpgenie.agents.training.config import PPOConfig
from mpgenie.agents.training.ppo import Learner
from mpgenie.envs.scenarios.base import Scenario, ScenarioConfig
from mpgenie.envs.scenarios.registry import SCENARIOS
from tests.runs import one_thread as one_thread

TINY = {"planet": "flat", "size": 8, "mobs": False, "weather": False, "planets": 1}


@dataclass(frozen=True, kw_only=True)
class LookDown(ScenarioConfig):
    """Everybody in an even slot is paid for looking down, the others for looking up."""

    name: ClassVar[str] = "look_down"
    part_names: ClassVar[tuple[str, ...]] = ("look",)

    def make(self, simulation):
        return Looking(self, simulation)


class Looking(Scenario):
    def step(self, first, last):
        down = self.simulation.state.players.pitch[first:last] / 90.0
        down[:, 1::2] *= -1.0
        self.parts[first:last, :, 0] = down


@dataclass(frozen=True, kw_only=True)
class Wage(ScenarioConfig):
    """One for everybody in every tick, for ever."""

    name: ClassVar[str] = "wage"
    part_names: ClassVar[tuple[str, ...]] = ("wage",)

    def make(self, simulation):
        return Paying(self, simulation)


class Paying(Scenario):
    def step(self, first, last):
        self.parts[first:last] = 1.0


@dataclass(frozen=True, kw_only=True)
class ShortWage(Wage):
    """One for everybody in every tick; the rules end it after eight."""

    name: ClassVar[str] = "short_wage"

    def make(self, simulation):
        return PayingForAWhile(self, simulation)


class PayingForAWhile(Paying):
    def __init__(self, config, simulation):
        super().__init__(config, simulation)
        self.paid = self.state["paid"] = self.marks[:, :0].sum((1, 2))

    def reset(self, w):
        self.paid[w] = 0.0

    def step(self, first, last):
        super().step(first, last)
        self.paid[first:last] += 1.0
        self.ended[first:last] = self.paid[first:last] == 8.0


@pytest.fixture(autouse=True)
def simple_scenarios(monkeypatch):
    """The scenarios above by their names."""
    for scenario in (LookDown, Wage, ShortWage):
        monkeypatch.setitem(SCENARIOS, scenario.name, scenario)


def tiny(scenario="look_down", **chosen):
    """A config of a run of seconds."""
    env = {**TINY, "max_cycles": 32, **chosen.pop("env", {})}
    small = {"worlds": 4, "horizon": 16, "minibatch": 64, "hidden": 32, "repeat": 2}
    return PPOConfig(scenario=scenario, env=env, **{**small, **chosen})


@pytest.fixture
def make():
    """Makes learners, and closes them afterwards."""
    made = []

    def small(scenario="look_down", **chosen):
        made.append(Learner(tiny(scenario, **chosen), threads=1))
        return made[-1]

    yield small
    for learner in made:
        learner.close()
