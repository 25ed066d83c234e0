"""Stable-Baselines3 learns from our worlds, and knows the end of time from the end of a life."""

import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

pytest.importorskip("stable_baselines3")

from stable_baselines3 import A2C, PPO
from stable_baselines3.common.vec_env import VecEnvWrapper, VecMonitor

from mpgenie.agents.adapters.sb3 import Sb3VecEnv, sb3_vec_env
from mpgenie.envs.vector import vector_env
from mpgenie.errors import ConfigError

SMALL = {"planet": "flat", "size": 16, "mobs": False, "observe": "state", "max_cycles": 12}
DISCOUNT, TIME = 0.9, 10


class Payday(VectorEnv):
    """One state that pays 1 every tick, and ends after `TIME` ticks: by time alone, or for good."""

    def __init__(self, rows, dies):
        self.num_envs, self.dies, self.tick = rows, dies, 0
        self.metadata = {"autoreset_mode": AutoresetMode.SAME_STEP}
        self.single_observation_space = spaces.Box(0, 1, (1,), np.float32)
        self.single_action_space = spaces.Discrete(2)
        self.observation_space = batch_space(self.single_observation_space, rows)
        self.action_space = batch_space(self.single_action_space, rows)

    def reset(self, *, seed=None, options=None):
        self.tick = 0
        return np.ones((self.num_envs, 1), np.float32), {}

    def step(self, actions):
        self.tick = (self.tick + 1) % TIME
        over, never = np.full(self.num_envs, self.tick == 0), np.zeros(self.num_envs, bool)
        seen = np.ones((self.num_envs, 1), np.float32)
        infos = {"final_obs": [*seen]} if over.any() else {}
        flags = (over, never) if self.dies else (never, over)
        return seen, np.ones(self.num_envs), *flags, infos


class LikeSuperSuit(VecEnvWrapper):
    """Infos as SuperSuit's path gives them: `TimeLimit.truncated` is never set."""

    def reset(self):
        return self.venv.reset()

    def step_wait(self):
        seen, rewards, over, infos = self.venv.step_wait()
        return seen, rewards, over, [{"terminal_observation": seen[0]} for _ in infos]


def learned_value(envs, seed=0):
    """What Stable-Baselines3 takes the one state to be worth."""
    import torch

    model = A2C(
        "MlpPolicy", envs, gamma=DISCOUNT, n_steps=TIME, learning_rate=0.02, seed=seed,
        policy_kwargs={"net_arch": []}, max_grad_norm=10.0, device="cpu",
    )  # fmt: skip
    model.learn(400 * TIME)
    with torch.no_grad():
        return float(model.policy.predict_values(torch.ones(1, 1)))


AT_THE_END = np.mean([(1 - DISCOUNT**left) / (1 - DISCOUNT) for left in range(1, TIME + 1)])
"""The mean worth of what is left where the end is for good: 4.1."""


def test_what_time_cuts_off_is_worth_as_much_as_if_it_went_on():
    value = learned_value(Sb3VecEnv(Payday(1, dies=False)))
    assert value == pytest.approx(1 / (1 - DISCOUNT), rel=0.1)


def test_what_ends_for_good_is_worth_less():
    assert learned_value(Sb3VecEnv(Payday(1, dies=True))) == pytest.approx(AT_THE_END, rel=0.15)


def test_without_the_flag_time_is_taken_for_death():
    value = learned_value(LikeSuperSuit(Sb3VecEnv(Payday(1, dies=False))))
    assert value == pytest.approx(AT_THE_END, rel=0.15)


@pytest.mark.filterwarnings("ignore")
def test_supersuits_path_takes_time_for_death(payday_of_two):
    """A comparison, where SuperSuit is installed: the same game through its wrappers."""
    supersuit = pytest.importorskip("supersuit", exc_type=ImportError, reason="no SuperSuit")
    envs = supersuit.pettingzoo_env_to_vec_env_v1(payday_of_two)
    envs = supersuit.concat_vec_envs_v1(envs, 1, base_class="stable_baselines3")
    # It cannot be seeded.
    assert learned_value(envs, seed=None) == pytest.approx(AT_THE_END, rel=0.15)


def test_every_player_is_told_what_it_saw_last():
    envs = sb3_vec_env(2, scenario="tag", **SMALL)
    raw = vector_env(2, scenario="tag", autoreset_mode="DISABLED", **SMALL)
    envs.seed(5)
    envs.reset()
    raw.reset(seed=5)
    raw.action_space.seed(0)
    for _ in range(12):
        actions = raw.action_space.sample()
        seen, rewards, over, infos = envs.step(actions)
        expected = raw.step(actions)
        np.testing.assert_array_equal(rewards, expected[1].astype(np.float32))
        np.testing.assert_array_equal(over, expected[3])
    assert over.all() and [info["TimeLimit.truncated"] for info in infos] == [True] * 4
    for row, info in enumerate(infos):
        np.testing.assert_array_equal(info["terminal_observation"], expected[0][row])
        assert not np.array_equal(info["terminal_observation"], seen[row])
    envs.close()
    raw.close()


def test_action_masks_are_there_for_algorithms_that_mask():
    envs = sb3_vec_env(1, **SMALL)
    envs.reset()
    masks = np.stack(envs.env_method("action_masks"))
    assert envs.has_attr("action_masks") and masks.dtype == np.bool_
    assert masks.shape == (2, envs.action_space.nvec.sum())
    envs.close()


@pytest.mark.parametrize(
    ("options", "policy"),
    [
        ({}, "MlpPolicy"),
        ({"observe": ("rgb", "proprio"), "renderer": "software"}, "MultiInputPolicy"),
        ({"observe": "rgb", "renderer": "software", "copy": False}, "CnnPolicy"),
    ],
    ids=str,
)
def test_ppo_takes_it(options, policy):
    envs = VecMonitor(sb3_vec_env(2, **{**SMALL, **options}))
    model = PPO(policy, envs, n_steps=16, batch_size=32, n_epochs=1, device="cpu", seed=3)
    model.learn(128)
    assert model.ep_info_buffer and model.ep_info_buffer[0]["l"] == 12
    envs.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"autoreset_mode": "NEXT_STEP"}, "SAME_STEP"),
        ({"autoreset_mode": "SAME_STEP", "action_mode": "raw"}, "discrete"),
    ],
)
def test_what_it_cannot_do_is_refused(options, message):
    envs = vector_env(1, **SMALL, **options)
    with pytest.raises(ConfigError, match=message):
        Sb3VecEnv(envs)
    envs.close()
