"""Who learns in the game learns in a dream of it, with the same lines."""

import pytest

pytest.importorskip("stable_baselines3")

from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecMonitor

from mpgenie.agents.adapters.sb3 import Sb3VecEnv
from mpgenie.world_models.dream_vector import dream_vector_env

from .stand_in import source
from .worlds import network


def rows(model, worlds, **options):
    return Sb3VecEnv(dream_vector_env(model, worlds, autoreset_mode="SAME_STEP", **options))


def test_stable_baselines_learns_what_a_dream_pays_for():
    """The stand-in pays for walking ahead; whoever does anything at random gets a third of it."""
    envs = VecMonitor(rows(source(), 8, horizon=16))
    model = PPO(
        "MlpPolicy", envs, n_steps=16, batch_size=64, n_epochs=4, learning_rate=3e-3, gamma=0.5,
        policy_kwargs={"net_arch": [16]}, seed=0, device="cpu",
    )  # fmt: skip
    model.learn(256)
    before = sum(episode["r"] for episode in model.ep_info_buffer) / len(model.ep_info_buffer)
    model.learn(4_000)
    after = sum(episode["r"] for episode in model.ep_info_buffer) / len(model.ep_info_buffer)
    assert before < 8.0 and after > 10.0 and model.ep_info_buffer[-1]["l"] == 16
    envs.close()


def test_stable_baselines_learns_within_a_network():
    envs = rows(network(), 2, horizon=5, ending=None)
    model = PPO("MlpPolicy", envs, n_steps=8, batch_size=32, n_epochs=1, device="cpu")
    model.learn(64)
    assert model.num_timesteps == 64
    envs.close()
