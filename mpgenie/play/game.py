"""What is played, behind the few calls that a session makes.

A session knows a `Game` and nothing of what draws it; `Planet` is the real one, and a dream is
another (`dreamt`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.policy import IDLE, Action
from mpgenie.envs.config import config_from
from mpgenie.envs.parallel import PlanetEnv
from mpgenie.envs.players_env import PlayersEnv
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import ConfigError

Picture = NDArray[np.uint8]
Size = tuple[int, int]
VIEWS = ("first", "third")
TEAM_NAMES = ("", "red", "blue", "yellow", "green")


class Step(NamedTuple):
    """What came of a tick, by player."""

    observations: Mapping[str, Any]
    rewards: Mapping[str, float]
    terminated: Mapping[str, bool]
    truncated: Mapping[str, bool]
    parts: Mapping[str, Mapping[str, float]]
    """What each reward is the sum of."""


class Standing(NamedTuple):
    """What a person is told about itself."""

    role: str = ""
    team: str = ""
    alive: bool = True


class Game:
    """Anything that can be played tick by tick and looked at.

    Args:
        env: With raw actions; the game closes it.
    """

    env: PlayersEnv

    def __init__(self, env: PlayersEnv) -> None:
        self.env = env
        self.players: Sequence[str] = env.possible_agents
        """Everybody."""
        self.scenario = env.config.rules.name
        """Its name."""

    @property
    def living(self) -> Sequence[str]:
        """Those whose episode goes on."""
        return self.env.agents

    @property
    def ticks_left(self) -> int:
        """Until time is up."""
        return self.env.max_cycles - self.env.cycle

    def reset(self, seed: int) -> Mapping[str, Any]:
        """Begin an episode; what everybody observes."""
        observations: Mapping[str, Any] = self.env.reset(seed=seed)[0]
        return observations

    def step(self, actions: Mapping[str, Action]) -> Step:
        """Advance by a tick; who has no action does nothing."""
        chosen = {player: self.raw(actions.get(player, IDLE)) for player in self.env.agents}
        observations, rewards, terminated, truncated, infos = self.env.step(chosen)
        parts = {player: info["reward_parts"] for player, info in infos.items()}
        return Step(observations, rewards, terminated, truncated, parts)

    def raw(self, action: Action) -> dict[str, Any]:
        """An action as an environment with raw actions takes it."""
        buttons = np.array([action.buttons >> bit & 1 for bit in range(len(BUTTONS))], np.int8)
        return {"buttons": buttons, "camera": np.array([action.pitch, action.yaw], np.float32)}

    def picture(self, player: str, view: str, size: Size, *, hud: bool = True) -> Picture:
        """(H, W, 3) what a player sees, or itself from behind."""
        raise NotImplementedError

    def standing(self, player: str) -> Standing:
        """Role, team and whether it lives."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of everything."""
        self.env.close()


class Planet(Game):
    """The game itself; `env` observes a tuple."""

    env: PlanetEnv

    def raw(self, action: Action) -> dict[str, Any]:
        """With what is said, where players can say anything."""
        said = {"message": action.message} if self.env.config.messages else {}
        return {**super().raw(action), **said}

    def picture(self, player: str, view: str, size: Size, *, hud: bool = True) -> Picture:
        """(H, W, 3) what a player sees, or itself from behind."""
        return self.env.render_view(player, view, size, hud)

    def standing(self, player: str) -> Standing:
        """Role, team and whether it lives."""
        slot, rows = self.players.index(player), self.env.simulation.state.players
        team = int(rows.team[WORLD, slot])
        alive = bool(rows.active[WORLD, slot] and rows.alive[WORLD, slot])
        return Standing(self._role(slot), TEAM_NAMES[team] if team < 5 else f"team {team}", alive)

    def _role(self, slot: int) -> str:
        roles = self.env.config.rules.roles
        return roles[int(self.env.scenario.role[WORLD, slot])] if len(roles) > 1 else ""


def suited_to(policies: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Options of an environment in which trained policies find what they have learnt.

    Args:
        policies: Names, and policies with `env_options`; the first one's game is played.

    Raises:
        ConfigError: If they want frames of different sizes.
    """
    options: dict[str, Any] = {}
    observed: dict[str, None] = {}
    frames: dict[Size, str] = {}
    for name, policy in policies:
        learnt = config_from(policy.env_options)
        if not options:
            options = {"scenario": learnt.rules, "planet": learnt.planet, "size": learnt.size}
        observed |= dict.fromkeys(learnt.observed)
        if learnt.draws:
            frames[learnt.resolution] = name
    if len(frames) > 1:
        raise ConfigError(
            f"{' and '.join(frames.values())} want frames of different sizes "
            f"({', '.join(f'{w}x{h}' for h, w in frames)}); let them play one at a time"
        )
    return {**options, "observe": tuple(observed), "resolution": next(iter(frames), (64, 64))}
