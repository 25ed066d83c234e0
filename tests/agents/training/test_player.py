"""Trained players choose for whoever they are asked, and keep nothing between calls."""

from contextlib import closing

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.training.checkpoint import save_policy
from mpgenie.agents.training.judge import Judge
from mpgenie.agents.training.player import TrainedPolicy, find, shipped, trained
from mpgenie.agents.training.saved_run import save_run
from mpgenie.errors import CheckpointError

from .conftest import tiny


def policy_of(learner, **options):
    return TrainedPolicy(learner.config, learner.policies, **options)


def played(env, policy, ticks=9):
    """The actions of an episode's first ticks."""
    observations, _ = env.reset(seed=1)
    state, rows = None, []
    for _ in range(ticks):
        actions, state = policy.act(observations, state)
        rows.append(np.stack(list(actions.values())))
        observations, *_ = env.step(actions)
    return np.stack(rows)


@pytest.mark.parametrize("observe", ["state", "rgb", "both"])
def test_one_plays_what_it_has_learnt(make, observe):
    drawn = {"renderer": "software", "view_distance": 8.0}
    policy = policy_of(make(players=3, repeat=3, observe=observe, worlds=1, env=drawn))
    with closing(mpgenie.parallel_env(**policy.env_options)) as env:
        actions = played(env, policy)
        assert env.action_space("player_0").contains(actions[0, 0])
        assert np.array_equal(actions, played(env, policy))
        assert not np.array_equal(
            actions, played(env, TrainedPolicy(policy.config, policy.policies, seed=1))
        )
    for t in range(9):
        assert np.array_equal(actions[t], actions[t - t % 3])  # each choice lasts for three ticks
    assert not np.array_equal(actions[0], actions[3])


def test_the_likeliest_is_always_the_same(make):
    learner = make()
    policy = policy_of(learner, likeliest=True)
    seen = learner.banks[0].seen["state"].numpy()
    assert np.array_equal(
        policy.choose(seen),
        TrainedPolicy(policy.config, policy.policies, seed=9, likeliest=True).choose(seen),
    )


def test_rows_of_a_vector_environment_are_chosen_for_at_once(make):
    policy = policy_of(make(policies="per_player", worlds=1))
    envs = mpgenie.vector_env(3, repeat=policy.config.repeat, **policy.env_options)
    observations, infos = envs.reset(seed=1)
    actions = policy.choose(observations, masks=infos["action_mask"])
    assert actions in envs.action_space
    likeliest = TrainedPolicy(policy.config, policy.policies, likeliest=True)
    everybody = likeliest.choose(observations)
    for slot in range(2):
        own, _ = likeliest.act({f"player_{slot}": observations[2 + slot]})
        assert np.array_equal(own[f"player_{slot}"], everybody[2 + slot])
    envs.close()


def test_nobody_left_is_no_error(make):
    policy = policy_of(make(worlds=1))
    actions, state = policy.act({})
    assert actions == {} and policy.act({}, state)[0] == {}


def test_checkpoints_are_found_by_file_by_folder_and_by_name(make, tmp_path):
    learner = make()
    save_run(tmp_path / "resume.npz", learner)
    assert find(tmp_path) == tmp_path / "resume.npz"
    save_policy(tmp_path / "policy.npz", learner.config, learner.policies)
    assert find(tmp_path) == find(str(tmp_path / "policy.npz")) == tmp_path / "policy.npz"
    assert trained(tmp_path).config == trained(tmp_path / "resume.npz").config == tiny()
    with pytest.raises(CheckpointError, match="neither a file nor a shipped policy"):
        find("nobody")


@pytest.mark.parametrize("name", shipped())
def test_shipped_policies_play_and_are_small(name):
    assert find(name).stat().st_size < 5_000_000
    policy = trained(name)
    options = {**policy.env_options, "max_cycles": 4}
    with closing(mpgenie.parallel_env(**options)) as env:
        played(env, policy, ticks=3)


def test_a_judge_pays_no_heed_to_what_others_win(make):
    learner = make(rate=3e-3, contest=True, env={"max_cycles": 16})
    judge = Judge(learner.config, worlds=2, threads=1)
    by_chance = judge.score(None)
    assert by_chance == judge.score(None)
    for _ in range(10):
        learner.update()
    learner.policies.nets[0].scores.bias.data[8 * 11 + 9] = 50.0  # everybody looks down
    assert judge.score(learner.policies) > max(by_chance, 8.0)  # which pays those in even slots
    judge.close()
