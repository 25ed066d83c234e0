"""A vector environment for Stable-Baselines3: every player of every world is one of its rows.

Stable-Baselines3 resets at once and asks two things of the infos of an episode's last step:
`terminal_observation`, what the player saw then, and `TimeLimit.truncated`, whether time ended the
episode and nothing in it.  Without the second every time limit is learned as a death.

    model = PPO("MlpPolicy", sb3_vec_env(16, players=2, scenario="tag", observe="state"))
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from mpgenie.envs.vector import vector_env
from mpgenie.errors import ConfigError
from mpgenie.extras import require

require("stable_baselines3", extra="agents")
from stable_baselines3.common.vec_env import VecEnv  # noqa: E402

Indices = None | int | Iterable[int]


class Sb3VecEnv(VecEnv):
    """A Gymnasium `VectorEnv` as a Stable-Baselines3 `VecEnv`.

    Args:
        envs: One that is reset in the same step, as `PlanetVectorEnv` with
            `autoreset_mode="SAME_STEP"`.

    Raises:
        ConfigError: If it is reset otherwise, or takes a dictionary of actions.
    """

    def __init__(self, envs: VectorEnv[Any, Any, Any]) -> None:
        self.envs = envs
        if envs.metadata.get("autoreset_mode") is not AutoresetMode.SAME_STEP:
            raise ConfigError('make the vector environment with autoreset_mode="SAME_STEP"')
        if isinstance(envs.single_action_space, spaces.Dict):
            raise ConfigError(
                'Stable-Baselines3 knows no dictionaries of actions: use action_mode="discrete"'
            )
        self.metadata = envs.metadata
        self._masks: NDArray[np.int8] | None = None
        super().__init__(envs.num_envs, envs.single_observation_space, envs.single_action_space)

    def reset(self) -> Any:
        """Begin all episodes; after `seed(n)` world w has the seed n + w."""
        options = self._options[0] or None
        observations, infos = self.envs.reset(seed=self._seeds[0], options=options)
        self._reset_seeds()
        self._reset_options()
        self.reset_infos = [{} for _ in range(self.num_envs)]
        self._masks = infos.get("action_mask")
        return observations

    def step_async(self, actions: NDArray[Any]) -> None:
        """Begin a step."""
        self._actions = actions
        if hasattr(self.envs, "send"):
            self.envs.send(actions)

    def step_wait(self) -> Any:
        """Observations, rewards, whether each episode ended, and infos of each row."""
        results = self.envs.recv() if hasattr(self.envs, "recv") else self.envs.step(self._actions)
        observations, rewards, terminations, truncations, told = results
        self._masks = told.get("action_mask")
        infos: list[dict[str, Any]] = [
            {"TimeLimit.truncated": late} for late in (truncations & ~terminations).tolist()
        ]
        ended = terminations | truncations
        for row in np.flatnonzero(ended).tolist():
            infos[row]["terminal_observation"] = told["final_obs"][row]
        return observations, rewards.astype(np.float32), ended, infos

    def close(self) -> None:
        """Close the vector environment."""
        self.envs.close()

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        """Every row's view."""
        pictures: Any = self.envs.render()
        return pictures or [None] * self.num_envs

    def get_attr(self, attr_name: str, indices: Indices = None) -> list[Any]:
        """An attribute of the vector environment, for each row; rows share it."""
        if attr_name == "action_masks":
            return [self._mask_of(row) for row in self._get_indices(indices)]
        value = getattr(self.envs, attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Indices = None) -> None:
        """Set an attribute of the vector environment, which all rows share."""
        if indices is not None:
            raise ConfigError(f"rows share {attr_name}: set it for all, without indices")
        setattr(self.envs, attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: Indices = None, **method_kwargs: Any
    ) -> list[Any]:
        """`action_masks` of each row, for algorithms that mask; rows have no other methods."""
        if method_name != "action_masks":
            raise AttributeError(
                f"rows of a vector environment have no method {method_name!r}; "
                "use the vector environment itself, `envs`"
            )
        return [self._mask_of(row)() for row in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: type, indices: Indices = None) -> list[bool]:
        """Rows are wrapped in nothing."""
        return [False for _ in self._get_indices(indices)]

    def _mask_of(self, row: int) -> Callable[[], NDArray[np.bool_]]:
        if self._masks is None:
            raise AttributeError("this vector environment tells no action masks")
        mask: NDArray[np.bool_] = self._masks[row].astype(np.bool_)
        return mask.copy


def sb3_vec_env(num_worlds: int, players: int = 2, **options: Any) -> Sb3VecEnv:
    """Many worlds for Stable-Baselines3, every player a row.

    Args:
        num_worlds: How many worlds.
        players: How many players in each.
        **options: Of `mpgenie.vector_env`.
    """
    return Sb3VecEnv(vector_env(num_worlds, players, autoreset_mode="SAME_STEP", **options))
