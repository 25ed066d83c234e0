"""Scripts at play in an environment, alone or among players who do anything at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Outcome, Skill
from mpgenie.agents.bots.runner import Play, Script
from mpgenie.agents.policy import IDLE, Action
from mpgenie.envs.parallel import PlanetEnv, parallel_env
from mpgenie.envs.scenarios.base import WORLD, Scenario, ScenarioConfig
from mpgenie.envs.simulation.actions import BUTTONS, discrete_to_raw, raw_to_discrete
from mpgenie.envs.simulation.world import Simulation
from mpgenie.envs.spaces import component_counts
from mpgenie.errors import ConfigError

from .registry import GameScript, script_of

_FOREVER = 2**62
_RANDOM_KEY = 5
WHO = ("script", "random", "idle")
"""What may play a slot."""


def lasting(script: GameScript, bot: Bot, game: Scenario) -> Skill:
    """Follow a script for ever: from its beginning again when it ends and after every death."""
    while True:
        began = bot.tick
        if bot.alive:
            skill = script(bot, game)
            for action in skill:
                yield action
                if not bot.alive:
                    skill.close()
                    break
        if bot.tick == began:
            yield IDLE


class ScriptedPlayers:
    """The scripts of some players of one world, tick by tick.

    Args:
        simulation: The world's, already reset.
        game: The rules that are played by.
        slots: Who follows a script.
        name: The scenario's.
        script: By default the scenario's own.
        seed: What the bots draw from.
        w: The world.
    """

    def __init__(
        self,
        simulation: Simulation,
        game: Scenario,
        slots: Sequence[int],
        name: str,
        *,
        script: GameScript | None = None,
        seed: int = 0,
        w: int = WORLD,
    ) -> None:
        self.slots, self.w = sorted(slots), w
        chosen = script or (script_of(name) if self.slots else _nothing)
        scripts: dict[int, Script] = {slot: partial(_forever, chosen, game) for slot in self.slots}
        self._play = Play(simulation, w, scripts, seed=seed, limit=_FOREVER)
        self._play.crew.agents = np.flatnonzero(simulation.state.players.active[w]).tolist()
        shape = (simulation.worlds, simulation.players)
        self._buttons, self._message = np.zeros(shape, np.uint32), np.zeros(shape, np.uint8)
        self._camera = np.zeros((*shape, 2), np.float32)

    def act(self) -> dict[int, Action]:
        """What each of them does in the tick to come."""
        if not self.slots:
            return {}
        self._play.act(self._buttons, self._camera, self._message)
        if self._play.error is not None:
            raise self._play.error
        w = self.w
        chosen = {}
        for slot in self.slots:
            pitch, yaw = self._camera[w, slot].tolist()
            pressed, said = int(self._buttons[w, slot]), int(self._message[w, slot])
            chosen[slot] = Action(pressed, pitch, yaw, said)
        return chosen


def _nothing(bot: Bot, game: Scenario) -> Skill:
    """The script of a game in which nobody follows one."""
    yield from ()
    return Outcome("success")


def _forever(script: GameScript, game: Scenario, bot: Bot) -> Skill:
    yield from lasting(script, bot, game)
    return Outcome("success")


def action_for(env: PlanetEnv, action: Action) -> Any:
    """An action in the form that an environment takes; a discrete one is the nearest there is."""
    config = env.config
    if config.action_mode == "discrete":
        row = raw_to_discrete(action.buttons, (action.pitch, action.yaw))
        return np.array([*row, action.message] if config.messages else row)
    raw: dict[str, Any] = {
        "buttons": np.array([action.buttons >> bit & 1 for bit in range(len(BUTTONS))], np.int8),
        "camera": np.array([action.pitch, action.yaw], np.float32),
    }
    if config.messages:
        raw["message"] = action.message
    return raw


@dataclass(frozen=True)
class Match:
    """How an episode went."""

    returns: NDArray[np.float64]
    """(P,) the sum of each player's rewards."""
    parts: dict[str, NDArray[np.float64]]
    """(P,) for each part of the rewards; these add up to the returns."""
    ticks: int
    """How long it took."""
    ended: bool
    """Whether the rules ended it, and not time."""
    roles: tuple[str, ...]
    """What each player was at first."""


def play(
    scenario: str | ScenarioConfig,
    players: int = 2,
    seed: int = 0,
    who: str | Sequence[str] = "script",
    *,
    script: GameScript | None = None,
    **options: Any,
) -> Match:
    """Play one episode of a scenario.

    Args:
        scenario: Its name or config.
        players: How many.
        seed: Everything follows from it.
        who: `script`, `random` (each component of the discrete action uniformly, each tick) or
            `idle`; one for all players, or one for each.
        script: What those do who follow a script; by default the scenario's own.
        **options: Other options of `parallel_env`, such as `planet`, `size` or `max_cycles`.

    Returns:
        What the players got.
    """
    names = [who] * players if isinstance(who, str) else list(who)
    if len(names) != players or not set(names) <= set(WHO):
        raise ConfigError(
            f"who plays must be one of {', '.join(WHO)}, or one of them for each of the "
            f"{players} players, got {who!r}"
        )
    options = {"observe": "proprio", "action_mode": "raw", **options}
    env = parallel_env(scenario, players, **options)
    try:
        return _played(env, seed, names, script)
    finally:
        env.close()


def _played(env: PlanetEnv, seed: int, who: Sequence[str], script: GameScript | None) -> Match:
    env.reset(seed=seed)
    names, roles = env.config.rules.part_names, env.config.rules.roles
    first = tuple(roles[role] for role in env.scenario.role[WORLD].tolist())
    slots = [slot for slot, name in enumerate(who) if name == "script"]
    bots = ScriptedPlayers(
        env.simulation, env.scenario, slots, env.config.rules.name, script=script, seed=seed
    )
    rng = np.random.default_rng([seed, _RANDOM_KEY])
    parts, ended = np.zeros((len(who), len(names))), False
    returns = np.zeros(len(who))
    while env.agents:
        chosen = bots.act()
        for slot, name in enumerate(who):
            if name == "random":
                chosen[slot] = random_action(rng)
        acting = {
            agent: action_for(env, chosen.get(slot, IDLE))
            for slot, agent in enumerate(env.possible_agents)
            if agent in env.agents
        }
        _, rewards, terminations, _, _ = env.step(acting)
        for slot, agent in enumerate(env.possible_agents):
            returns[slot] += rewards.get(agent, 0.0)
        parts += env.scenario.parts[WORLD]
        ended = any(terminations.values())
    by_name = {name: parts[:, k] for k, name in enumerate(names)}
    return Match(returns, by_name, env.cycle, ended, first)


def random_action(rng: np.random.Generator) -> Action:
    """Any discrete action, each component drawn by itself."""
    buttons, (pitch, yaw) = discrete_to_raw(rng.integers(0, component_counts(0)))
    return Action(buttons, float(pitch), float(yaw))
