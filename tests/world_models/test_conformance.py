"""Every world keeps the same contract: real or dreamt, alone or one of many."""

import copy

import numpy as np
import pytest
import torch
from pettingzoo.test import parallel_api_test

from mpgenie.envs.episodes import Seeds
from mpgenie.errors import ActionError, ConfigError, SnapshotError, StateError
from mpgenie.world_models.dream import dream_env

from .worlds import ENDS, EVERY_WORLD, GAME, network


class Wanderers:
    """A policy that plays in any of them: random, from what it keeps as its state."""

    def act(self, observations, state=None):
        rng = np.random.default_rng(3 if state is None else state)
        nvec = np.array([3, 3, 2, 3, 2, 2, 2, 10, 11, 11])
        choices = {agent: rng.integers(nvec) for agent in observations}
        return choices, int(rng.integers(2**31))


def play(env, observations, ticks=ENDS):
    """Let the policy play; everything that each step returned."""
    policy, state, results = Wanderers(), None, []
    for _ in range(ticks):
        if not env.agents:
            break
        actions, state = policy.act(observations, state)
        results.append(env.step(actions))
        observations = results[-1][0]
    return results


def same(ours, theirs):
    """Whether observations and rewards of two plays are the same to the bit."""
    return len(ours) == len(theirs) and all(
        a[1:4] == b[1:4] and all(np.array_equal(a[0][agent], b[0][agent]) for agent in a[0])
        for a, b in zip(ours, theirs, strict=True)
    )


@pytest.fixture(params=EVERY_WORLD, ids=lambda world: world.__name__)
def make(request):
    """Makes environments of one kind, and closes them afterwards."""
    made = []

    def one(**options):
        made.append(request.param(**options))
        return made[-1]

    yield one
    for env in made:
        env.close()


class TestEveryWorld:
    """What holds whatever moves the world."""

    def test_it_passes_pettingzoos_test(self, make):
        parallel_api_test(make(), num_cycles=30)

    def test_players_and_spaces_are_those_of_the_game(self, make):
        env, (height, width) = make(), GAME["resolution"]
        assert env.possible_agents == ["player_0", "player_1"]
        for agent in env.possible_agents:
            assert env.observation_space(agent).shape == (height, width, 3)
            assert env.observation_space(agent) is env.observation_space(agent)
            assert env.action_space(agent).nvec.tolist() == [3, 3, 2, 3, 2, 2, 2, 10, 11, 11]

    def test_a_policy_plays_an_episode_to_its_end(self, make):
        env = make()
        results = play(env, env.reset(seed=1)[0], 2 * ENDS)
        assert len(results) == ENDS and env.agents == []
        for tick, (seen, rewards, terminations, truncations, infos) in enumerate(results, 1):
            keys = set(env.possible_agents)
            assert all(set(each) == keys for each in (seen, rewards, terminations, infos))
            assert list(truncations.values()) == [tick == ENDS] * 2
            assert not any(terminations.values())
            for agent in keys:
                assert env.observation_space(agent).contains(seen[agent])
                assert np.isfinite(rewards[agent])
                assert rewards[agent] == sum(infos[agent]["reward_parts"].values())
                assert infos[agent]["tick"] == tick and infos[agent]["seed"] == 1
                assert "action_mask" in infos[agent]

    def test_the_same_seed_gives_the_same_episode(self, make):
        env, other = make(), make()
        ours, theirs = (play(each, each.reset(seed=4)[0]) for each in (env, other))
        assert same(ours, theirs) and env.state_hash() == other.state_hash()
        again = play(env, env.reset(seed=4)[0])
        assert same(ours, again)
        assert not same(ours, play(env, env.reset(seed=5)[0]))

    def test_seeds_go_on_in_one_stream(self, make):
        env, stream = make(), Seeds(5)
        assert env.reset(seed=5)[1]["player_0"]["seed"] == stream.next_seed(None) == 5
        for _ in range(2):
            assert env.reset()[1]["player_0"]["seed"] == stream.next_seed(None) != 5

    def test_observations_are_the_callers(self, make):
        env = make()
        first, _ = env.reset(seed=2)
        kept = copy.deepcopy(first)
        results = play(env, first, 5)
        assert all(np.array_equal(first[agent], kept[agent]) for agent in first)
        before = env.state_hash()
        results[-1][0]["player_0"][:] = 0
        assert env.state_hash() == before

    @pytest.mark.parametrize("change", [99, 0.5, -9])
    def test_a_refused_step_changes_nothing(self, make, change):
        env = make()
        play(env, env.reset(seed=0)[0], 3)
        before = env.state_hash()
        good = np.zeros(10, np.int64)
        with pytest.raises(ActionError, match="player_1|real|whole"):
            env.step({"player_0": good, "player_1": good + change})
        assert env.state_hash() == before

    @pytest.mark.parametrize("seed", [-1, 1.5, "seven", True, 2**63])
    def test_a_bad_seed_is_refused(self, make, seed):
        env = make()
        env.reset(seed=0)
        before = env.state_hash()
        with pytest.raises(ConfigError, match="seed"):
            env.reset(seed=seed)
        assert env.state_hash() == before

    def test_a_snapshot_leads_to_the_same_future(self, make):
        env, other = make(), make()
        seen, _ = env.reset(seed=6)
        play(env, seen, 5)
        saved, before = env.snapshot(), env.state_hash()
        seen, _ = env.restore(saved)
        future = play(env, seen)
        other.reset(seed=1)
        theirs, infos = other.restore(saved)
        assert other.state_hash() == before and infos["player_1"]["tick"] == 5
        assert same(future, play(other, theirs)) and env.state_hash() == other.state_hash()
        assert len(future) == ENDS - 5

    def test_what_is_no_snapshot_is_refused(self, make):
        env = make()
        env.reset(seed=0)
        before, saved = env.state_hash(), env.snapshot()
        for damage in (b"", b"what?", None, 7, saved[: len(saved) // 2]):
            with pytest.raises(SnapshotError):
                env.restore(damage)
        assert env.state_hash() == before

    def test_calls_out_of_order_say_so(self, make):
        env = make()
        actions = dict.fromkeys(env.possible_agents, np.zeros(10, np.int64))
        for call in (lambda: env.step(actions), env.snapshot, env.state_hash):
            with pytest.raises(StateError, match="before reset"):
                call()
        play(env, env.reset(seed=0)[0])
        with pytest.raises(StateError, match="after the end of the episode|have ended"):
            env.step(actions)
        env.close()
        for call in (lambda: env.step(actions), env.reset, env.snapshot):
            with pytest.raises(StateError, match="after close"):
                call()

    def test_render_needs_a_mode_and_shows_what_is_seen(self, make):
        with pytest.raises(StateError, match="render_mode"):
            env = make()
            env.reset(seed=0)
            env.render()
        env = make(render_mode="rgb_array")
        seen, _ = env.reset(seed=0)
        picture = env.render()
        if isinstance(picture, dict):
            picture = np.concatenate(list(picture.values()), axis=1)
        assert np.array_equal(picture, np.concatenate(list(seen.values()), axis=1))


def test_a_model_with_half_the_bits_dreams_restores_and_forks():
    model = network()
    model.model.transformer.to(torch.bfloat16)
    env = dream_env(model, ending=None)
    seen, _ = env.reset(seed=1)
    play(env, seen, 3)
    saved, fork = env.snapshot(), env.fork(1)[0]
    seen, _ = env.restore(saved)
    assert same(play(env, seen, 3), play(fork, seen, 3))
