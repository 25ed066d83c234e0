"""Any scenario as a task of BenchMARL: MAPPO, QMIX and the others on our worlds.

Players are grouped by team (`team_1`, `team_2`, ...), so that each team learns for itself; without
teams all are in one group, `players`.  They choose one of `MOVES`, for BenchMARL knows no
MultiDiscrete.

    task = planet_task("gather", players=4, observe="state", max_cycles=200)
    Experiment(task=task, algorithm_config=MappoConfig.get_from_yaml(), ...).run()
"""

from collections.abc import Callable, Mapping
from typing import Any

from mpgenie.envs.config import EnvConfig, config_from
from mpgenie.errors import ConfigError, MissingExtraError
from mpgenie.extras import require

from .plain import MOVES, plain_env

require("torchrl", extra="torchrl")
try:
    from benchmarl.environments.common import TaskClass
except ModuleNotFoundError as error:
    raise MissingExtraError(
        f"BenchMARL cannot be imported ({error}): docs/learning_libraries.md says how to install it"
    ) from error
from torchrl.data import Composite  # noqa: E402
from torchrl.envs import EnvBase, PettingZooWrapper  # noqa: E402


class PlanetTask(TaskClass):  # type: ignore[misc]
    """A scenario for BenchMARL.

    Args:
        name: As BenchMARL's logs call it.
        config: Options of `parallel_env`.

    Raises:
        ConfigError: If an option is unknown or wrong, or players may be removed by death.
    """

    def __init__(self, name: str, config: Mapping[str, Any]) -> None:
        super().__init__(name, dict(config))
        self._options = config_from(config)
        if self._options.death == "remove":
            raise ConfigError('BenchMARL\'s groups are fixed: use death="respawn"')

    def get_env_fun(
        self, num_envs: int, continuous_actions: bool, seed: int | None, device: Any
    ) -> Callable[[], EnvBase]:
        """What makes one world; BenchMARL puts several of them side by side."""
        groups = teams_of(self._options)
        return lambda: PettingZooWrapper(
            plain_env(**self.config, moves=MOVES),
            group_map=groups,
            categorical_actions=True,
            seed=seed,
            device=device,
        )

    def supports_continuous_actions(self) -> bool:
        """Moves are discrete."""
        return False

    def supports_discrete_actions(self) -> bool:
        """Moves are discrete."""
        return True

    def max_steps(self, env: EnvBase) -> int:
        """Ticks of an episode."""
        return self._options.max_cycles

    def has_render(self, env: EnvBase) -> bool:
        """Whether it was made with a render mode."""
        return self._options.render_mode is not None

    def group_map(self, env: EnvBase) -> dict[str, list[str]]:
        """Players by team."""
        return teams_of(self._options)

    def observation_spec(self, env: EnvBase) -> Composite:
        """What each group observes."""
        return self._only(env, "observation")

    def info_spec(self, env: EnvBase) -> Composite:
        """The tick and the parts of the reward, for each group."""
        return self._only(env, "info")

    def state_spec(self, env: EnvBase) -> None:
        """None: critics see what all players of their group see."""

    def action_spec(self, env: EnvBase) -> Composite:
        """What each group may do."""
        return env.full_action_spec

    def action_mask_spec(self, env: EnvBase) -> None:
        """None: every move may be made at any time."""

    @staticmethod
    def env_name() -> str:
        """As BenchMARL's logs call us."""
        return "mpgenie"

    def _only(self, env: EnvBase, name: str) -> Composite:
        spec = env.observation_spec.clone()
        for group in self.group_map(env):
            for other in [key for key in spec[group].keys() if key != name]:
                del spec[group][other]
        return spec


def teams_of(config: EnvConfig) -> dict[str, list[str]]:
    """The players of each team by its name, where teams are dealt by slot; else all as `players`.

    That is also so where everybody is alone, or where teams are drawn anew in each episode.
    """
    rules, players = config.rules, config.players
    names = [f"player_{slot}" for slot in range(players)]
    if hasattr(rules, "side_of"):
        sides = rules.side_of(players)
    else:
        sides = [slot % max(1, getattr(rules, "teams", 1)) for slot in range(players)]
    groups: dict[str, list[str]] = {}
    for name, side in sorted(zip(names, sides, strict=True), key=lambda pair: int(pair[1])):
        groups.setdefault(f"team_{side + 1}", []).append(name)
    return groups if 1 < len(groups) < players else {"players": names}


def planet_task(scenario: Any = "free_play", players: int = 2, **options: Any) -> PlanetTask:
    """A scenario as a task of BenchMARL.

    Args:
        scenario: As of `parallel_env`.
        players: How many.
        **options: The other options of `parallel_env`.
    """
    named = {"scenario": scenario, "players": players, **options}
    return PlanetTask(config_from(named).rules.name, named)
