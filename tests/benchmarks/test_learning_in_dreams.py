"""Policies learn in the dream and in the game to see much sky, and play in both."""

import json

import numpy as np
import pytest

pytest.importorskip("stable_baselines3")

from mpgenie.benchmarks import learning_in_dreams
from mpgenie.benchmarks.learning_in_dreams import Learnt, SkyRewards, main
from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation.fidelity import sky_seen
from tests.world_models.stand_in import source

SKY = np.full((64, 64, 3), (120, 170, 240), np.uint8)


class Rows:
    """Two rows, of which the first ends with the sky in view and begins anew in the dark."""

    num_envs, observation_space, action_space = 2, None, None

    def get_attr(self, name, indices=None):
        return [None, None]

    def step_wait(self):
        seen = np.stack([np.zeros_like(SKY), SKY])
        ended = np.array([True, False])
        return seen, np.zeros(2, np.float32), ended, [{"terminal_observation": SKY}, {}]


def test_rows_are_paid_by_what_they_saw_at_the_end_of_an_episode_too():
    rewards = SkyRewards(Rows()).step_wait()[1]
    assert rewards.tolist() == [sky_seen({"": SKY})] * 2 == [1.0, 1.0]


def test_nobody_learns_on_the_planets_that_policies_are_ranked_on():
    """These have odd numbers from 1 up; `fidelity.rank_policies` says which."""
    for where in ("game", "dream"):
        envs = learning_in_dreams.worlds(source(resolution=(64, 64)), where)
        learning_in_dreams.PPO("CnnPolicy", envs, n_steps=4, seed=3, device="cpu")
        assert envs.venv._seeds[0] == learning_in_dreams.ELSEWHERE + 3 > 2 * 4096 * 4096
        envs.close()


def test_policies_are_held_beside_others_on_the_same_starts():
    found = {
        "policies": ["look up", "dream 5", "dream 10", "game 10"],
        "real": [[0.0, 4.0], [9.0, 9.0], [1.0, 5.0], [2.0, 7.0]],
    }
    assert learning_in_dreams.differences(found) == [
        "dream 10, more than game 10: -1.50 (-2.00 to -1.00)",
        "dream 10, more than look up: 1.00 (1.00 to 1.00)",
    ]


def test_it_learns_in_both_and_says_what_each_is_worth(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        learning_in_dreams, "load_world_model", lambda folder: source(resolution=(64, 64))
    )
    monkeypatch.setattr(learning_in_dreams, "STEPS", 4)
    (tmp_path / "model.safetensors").write_bytes(b"of the stand-in")
    command = [str(tmp_path), "--out", str(tmp_path), "--steps", "192", "--starts", "1"]
    assert main(command) == 0
    told = capsys.readouterr().out
    found = json.loads((tmp_path / "ranking_0.json").read_text())
    names = [f"{where} {steps}" for where in ("dream", "game") for steps in (64, 128, 192)]
    assert found["policies"][-6:] == names and np.isfinite(found["real"]).all()
    assert all(f"| {name} |" in told for name in names) and "pearson" in told
    assert (tmp_path / "ranking_0.png").stat().st_size > 1000
    monkeypatch.setattr(learning_in_dreams, "worlds", None)
    assert main(command) == 0  # nothing is learnt again
    assert capsys.readouterr().out.splitlines()[-1] == told.splitlines()[-1]
    (tmp_path / "model.safetensors").write_bytes(b"of another")
    with pytest.raises(ConfigError, match="holds a run with"):
        main(command)


def test_a_policy_draws_the_same_in_every_episode(tmp_path, monkeypatch):
    learner = learning_in_dreams.PPO(
        "CnnPolicy", learning_in_dreams.worlds(source(resolution=(64, 64)), "dream"), device="cpu"
    )
    policy, seen = Learnt(learner), {"player_0": SKY, "player_1": SKY}
    first, state = policy.act(seen)
    second, _ = policy.act(seen, state)
    again, _ = policy.act(seen)
    assert np.array_equal(first["player_0"], again["player_0"])
    assert not all(np.array_equal(first[name], second[name]) for name in seen)
