"""Every world keeps the same contract: real or dreamt, alone or one of many."""

import copy

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from pettingzoo.test import parallel_api_test

from mpgenie.envs.episodes import Seeds
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.errors import ActionError, ConfigError, SnapshotError, StateError
from mpgenie.world_models.dream import dream_env

from .worlds import ENDS, EVERY_BATCH, EVERY_WORLD, GAME, network


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


def makes(kinds):
    """A fixture that makes environments of each of some kinds, and closes them afterwards."""

    @pytest.fixture(params=kinds, ids=lambda kind: kind.__name__)
    def make(request):
        made = []

        def one(**options):
            made.append(request.param(**options))
            return made[-1]

        yield one
        for env in made:
            env.close()

    return make


make, make_batch = makes(EVERY_WORLD), makes(EVERY_BATCH)


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


def idle(envs):
    """Actions with which nobody does anything."""
    return np.tile(np.array(NO_OP), (envs.num_envs, 1))


def hashes(envs):
    """Of the states of all worlds."""
    return [envs.state_hash(world) for world in range(envs.num_worlds)]


def rows_equal(ours, theirs):
    """Whether two steps of a batch returned the same to the bit, infos left out."""
    return all(np.array_equal(a, b) for a, b in zip(ours[:4], theirs[:4], strict=True))


class TestEveryBatch:
    """What holds for three worlds of two players each, whatever moves them."""

    def test_one_seed_is_enough_and_one_for_each_world_is_taken(self, make_batch):
        envs = make_batch()
        assert envs.reset(seed=7)[1]["seed"].tolist() == [7, 7, 8, 8, 9, 9]
        assert envs.reset(seed=[3, 1, 2])[1]["seed"].tolist() == [3, 3, 1, 1, 2, 2]
        later = envs.reset(seed=[None, 5, None])[1]["seed"]
        assert later[2] == 5 and later[0] not in (3, 5)
        before = hashes(envs)
        with pytest.raises(ConfigError, match="one number or 3, one for each world"):
            envs.reset(seed=[1] * 6)
        for wrong in (-1, "seven", [1, 2.5, 3], 2**63 - 1):
            with pytest.raises(ConfigError, match="seed"):
                envs.reset(seed=wrong)
        assert hashes(envs) == before

    def test_a_mask_resets_whole_worlds(self, make_batch):
        envs = make_batch(autoreset_mode="DISABLED")
        mask = np.array([0, 0, 1, 1, 0, 0], bool)
        with pytest.raises(StateError, match="first reset"):
            envs.reset(options={"reset_mask": mask})
        envs.reset(seed=0)
        for _ in range(3):
            envs.step(idle(envs))
        before = hashes(envs)
        _, infos = envs.reset(options={"reset_mask": mask}, seed=4)
        assert infos["_tick"].tolist() == mask.tolist()
        assert infos["tick"][2] == 0 and infos["seed"][2] == 5
        kept = [ours == theirs for ours, theirs in zip(hashes(envs), before, strict=True)]
        assert kept == [True, False, True]
        torn = np.array([0, 0, 1, 0, 0, 0], bool)
        for wrong in (torn, np.zeros(6, bool), mask[:4], mask.astype(int), [True] * 6):
            with pytest.raises(ConfigError, match="reset_mask"):
                envs.reset(options={"reset_mask": wrong})

    def test_with_disabled_resets_the_ended_are_named(self, make_batch):
        envs = make_batch(autoreset_mode="DISABLED", ends=1)
        envs.reset(seed=0)
        assert envs.step(idle(envs))[3].all()
        with pytest.raises(StateError, match=r"worlds \[0, 1, 2\] have ended"):
            envs.step(idle(envs))

    def test_send_and_recv_are_a_step_in_two_halves(self, make_batch):
        one, other = make_batch(), make_batch()
        assert np.array_equal(one.reset(seed=3)[0], other.reset(seed=3)[0])
        one.action_space.seed(0)
        for _ in range(5):
            actions = one.action_space.sample()
            other.send(actions)
            assert rows_equal(one.step(actions), other.recv())

    def test_calls_out_of_order_are_refused(self, make_batch):
        envs = make_batch()
        with pytest.raises(StateError, match="call reset"):
            envs.step(idle(envs))
        with pytest.raises(StateError, match="recv.. without send"):
            envs.recv()
        envs.reset(seed=0)
        envs.send(idle(envs))
        for call in (lambda: envs.send(idle(envs)), envs.reset, lambda: envs.step(idle(envs))):
            with pytest.raises(StateError, match="call recv"):
                call()
        envs.recv()
        envs.close()
        envs.close()
        for call in (envs.reset, lambda: envs.step(idle(envs))):
            with pytest.raises(StateError, match="after close"):
                call()

    def test_a_bad_action_names_world_and_player_and_changes_nothing(self, make_batch):
        envs = make_batch()
        envs.reset(seed=0)
        before = hashes(envs)
        bad = idle(envs)
        bad[3, 4] = 7
        for call in (envs.step, envs.send):
            with pytest.raises(ActionError, match=r"world 1, player_1: .* 4 \(attack\).* got 7"):
                call(bad)
        for wrong in (bad[:4], bad.astype(float), "jump", None):
            with pytest.raises(ActionError, match="step"):
                envs.step(wrong)
        assert hashes(envs) == before
        envs.step(idle(envs))

    def test_what_was_returned_stays_as_it_was(self, make_batch):
        envs = make_batch(autoreset_mode="SAME_STEP")
        first, _ = envs.reset(seed=0)
        begun = first.copy()
        envs.action_space.seed(0)
        kept = [envs.step(envs.action_space.sample()) for _ in range(10)]
        saved = copy.deepcopy(kept)
        for _ in range(10):
            envs.step(envs.action_space.sample())
        for now, then in zip(kept, saved, strict=True):
            assert rows_equal(now, then) and np.array_equal(now[4]["tick"], then[4]["tick"])
        assert np.array_equal(first, begun)

    def test_all_worlds_are_restored_at_once_also_before_a_reset(self, make_batch):
        envs, other = make_batch(), make_batch()
        envs.reset(seed=3)
        envs.step(idle(envs))
        saved = [envs.snapshot(world) for world in range(3)]
        with pytest.raises(StateError, match="or restore all worlds"):
            other.restore(1, saved[1])
        seen, _ = other.restore([2, 0, 1], [saved[2], saved[0], saved[1]])
        assert np.array_equal(seen, envs.restore(range(3), saved)[0])
        assert rows_equal(envs.step(idle(envs)), other.step(idle(envs)))
        assert hashes(envs) == hashes(other)

    def test_what_is_no_snapshot_changes_nothing(self, make_batch):
        envs = make_batch()
        envs.reset(seed=0)
        before, good = hashes(envs), envs.snapshot(2)
        for wrong in (b"", good[:-3], b"x" + good, "text", None):
            with pytest.raises(SnapshotError):
                envs.restore([0, 1], [good, wrong])
        for world in (3, -1, 1.0, True, "1"):
            with pytest.raises(ConfigError, match="world"):
                envs.restore([world], [good])
        with pytest.raises(ConfigError, match="2 snapshots cannot go into 1 world"):
            envs.restore([0], [good, good])
        assert hashes(envs) == before
        envs.step(idle(envs))

    def test_gymnasiums_wrappers_take_it(self, make_batch):
        envs = RecordEpisodeStatistics(make_batch())
        envs.reset(seed=0)
        for _ in range(ENDS):
            infos = envs.step(envs.action_space.sample())[-1]
        assert infos["episode"]["l"].tolist() == [ENDS] * 6
        assert isinstance(envs.unwrapped, gymnasium.vector.VectorEnv)

    def test_pictures_are_those_of_everybody(self, make_batch):
        envs = make_batch(render_mode="rgb_array")
        assert np.array_equal(envs.reset(seed=0)[0], np.stack(envs.render()))


def test_a_model_with_half_the_bits_dreams_restores_and_forks():
    model = network()
    model.model.transformer.to(torch.bfloat16)
    env = dream_env(model, ending=None)
    seen, _ = env.reset(seed=1)
    play(env, seen, 3)
    saved, fork = env.snapshot(), env.fork(1)[0]
    seen, _ = env.restore(saved)
    assert same(play(env, seen, 3), play(fork, seen, 3))
