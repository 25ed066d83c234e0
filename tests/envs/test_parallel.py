"""`parallel_env` keeps the contract of a `ParallelEnv`, and more."""

import copy
import gc
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

from mpgenie.envs.config import EnvConfig
from mpgenie.envs.parallel import PlanetEnv
from mpgenie.errors import ActionError, ConfigError, SnapshotError, StateError


def play(env, ticks, seed=0):
    """Random steps; everything that the last one returned."""
    for agent in env.possible_agents:
        env.action_space(agent).seed(seed)
    results = None
    for _ in range(ticks):
        if not env.agents:
            break
        results = env.step({agent: env.action_space(agent).sample() for agent in env.agents})
    return results


def test_players_are_numbered(make):
    env = make(players=3)
    assert env.possible_agents == ["player_0", "player_1", "player_2"]
    assert env.unwrapped is env and env.max_num_agents == 3


def test_unknown_reset_options_are_named_in_infos(make):
    _, infos = make().reset(seed=0, options={"options": 1, "planet_seed": 4})
    for info in infos.values():
        assert info["ignored_options"] == ["options"]
        assert info["planet_seed"] == 4


def test_max_cycles_may_be_set_and_truncates_everybody_at_once(env):
    env.max_cycles = 5
    for tick in range(1, 6):
        _, _, terminations, truncations, _ = play(env, 1)
        assert list(truncations.values()) == [tick == 5] * 2
        assert not any(terminations.values())
    assert env.agents == []


def test_a_forgotten_player_is_named(env):
    with pytest.raises(ActionError, match=r"missing \['player_1'\]"):
        env.step({"player_0": env.action_space("player_0").sample()})


def test_a_forgotten_player_does_nothing_if_asked_to(make):
    env, other = make(missing="noop"), make()
    for each in (env, other):
        each.reset(seed=1)
    move = np.array([1, 0, 0, 0, 0, 0, 0, 0, 5, 7])
    idle = np.array([0, 0, 0, 0, 0, 0, 0, 0, 5, 5])
    env.step({"player_0": move})
    other.step({"player_0": move, "player_1": idle})
    assert env.state_hash() == other.state_hash()


def test_a_refused_step_changes_nothing(env):
    play(env, 3)
    before = env.state_hash()
    good = env.action_space("player_0").sample()
    for bad in (good + 99, good * 0.5, good[:3], None):
        with pytest.raises(ActionError, match="player_1"):
            env.step({"player_0": good, "player_1": bad})
    assert env.state_hash() == before


def test_flags_rewards_and_infos_are_plain(make):
    for scenario in ("free_play", "tag", "gather"):
        env = make(scenario=scenario)
        _, infos = env.reset(seed=2)
        results = play(env, 10)
        assert results is not None
        for reward in results[1].values():
            assert type(reward) is float
        for flags in results[2:4]:
            assert all(type(flag) is bool for flag in flags.values())
        for info in (*infos.values(), *results[4].values()):
            json.dumps({k: v for k, v in info.items() if k != "action_mask"}, allow_nan=False)


def test_reward_parts_sum_to_the_reward(make):
    for scenario in ("free_play", "tag", "gather"):
        env = make(scenario=scenario, players=4, max_cycles=200)
        env.reset(seed=2)
        while env.agents:
            _, rewards, _, _, infos = play(env, 1, seed=env.cycle)
            for agent, reward in rewards.items():
                assert reward == sum(infos[agent]["reward_parts"].values())


def test_observations_are_fresh_unless_views_are_asked_for(make):
    for fresh in (True, False):
        env = make(copy=fresh, observe=("state", "proprio"))
        first, _ = env.reset(seed=3)
        kept = copy.deepcopy(first)
        play(env, 20)
        same = all(
            np.array_equal(first[a][k], kept[a][k]) for a in first for k in ("state", "proprio")
        )
        assert same == fresh


def test_observations_lie_in_their_spaces(make):
    env = make(observe=("state", "proprio", "pose"), messages=4, debug=True, players=3)
    observations, _ = env.reset(seed=3)
    for agent, observation in observations.items():
        assert set(observation) == {"state", "proprio", "pose", "messages"}
        assert env.observation_space(agent).contains(observation)
        assert all(array.flags.c_contiguous for array in observation.values())
    play(env, 20)


def test_spaces_are_the_same_objects_each_time_and_not_shared(env):
    for space in (env.action_space, env.observation_space):
        assert space("player_0") is space("player_0")
        assert space("player_0") is not space("player_1")


def test_a_message_is_heard_by_those_in_range(make):
    env = make(messages=3, observe="proprio", message_range=1000.0)
    env.reset(seed=1)
    words = {"player_0": 2, "player_1": 0}
    idle = [0, 0, 0, 0, 0, 0, 0, 0, 5, 5]
    observations, *_ = env.step({agent: np.array([*idle, words[agent]]) for agent in env.agents})
    assert [list(o["messages"]) for o in observations.values()] == [[2, 0], [2, 0]]
    observations, *_ = env.step({agent: np.array([*idle, 0]) for agent in env.agents})
    assert not any(o["messages"].any() for o in observations.values())


def test_nobody_hears_a_message_from_afar(make):
    env = make(messages=3, observe="proprio", message_range=0.5)
    env.reset(seed=1)
    row = np.array([0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 3])
    observations, *_ = env.step({agent: row for agent in env.agents})
    assert [list(o["messages"]) for o in observations.values()] == [[3, 0], [0, 3]]


def test_the_state_is_finite_and_in_its_space(make):
    env = make(players=3)
    env.reset(seed=0)
    play(env, 20)
    assert np.isfinite(env.state_space.low).all() and np.isfinite(env.state_space.high).all()
    assert env.state_space.contains(env.state())


def test_the_same_seed_gives_the_same_episode(make):
    hashes = []
    for _ in range(2):
        env = make()
        env.reset(seed=11)
        play(env, 30)
        hashes.append(env.state_hash())
    env.reset(seed=12)
    play(env, 30)
    assert hashes[0] == hashes[1] != env.state_hash()


def test_reset_without_a_seed_goes_on_in_the_stream(make):
    def seeds(env):
        return [env.reset()[1]["player_0"]["seed"] for _ in range(3)]

    first, second = make(), make(seed=5)
    first.reset(seed=5)
    second.reset()
    assert seeds(first) == seeds(second)
    assert len(set(seeds(first))) == 3


def test_planets_are_taken_from_so_many(make):
    env = make(planets=2)
    planets = [env.reset(seed=seed)[1]["player_0"]["planet_seed"] for seed in range(5)]
    assert planets == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("seed", [-1, 1.5, "seven", True, 2**63])
def test_a_bad_seed_is_refused(env, seed):
    before = env.state_hash()
    with pytest.raises(ConfigError, match="seed"):
        env.reset(seed=seed)
    assert env.state_hash() == before


def test_a_snapshot_is_taken_up_by_another_environment(make):
    env, other = make(scenario="gather"), make(scenario="gather")
    env.reset(seed=4)
    play(env, 10)
    saved = env.snapshot()
    observations, infos = other.restore(saved)
    assert other.state_hash() == env.state_hash() and other.cycle == 10
    assert infos["player_0"]["seed"] == 4 and set(observations) == set(other.agents)
    ends = [play(each, 20, seed=3) for each in (env, other)]
    assert env.state_hash() == other.state_hash()
    assert ends[0] is not None and ends[1] is not None and ends[0][1] == ends[1][1]
    assert env.reset()[1]["player_0"]["seed"] == other.reset()[1]["player_0"]["seed"]


@pytest.mark.parametrize("damage", [b"", b"what?", None, 7])
def test_what_is_no_snapshot_is_refused(env, damage):
    before = env.state_hash()
    with pytest.raises(SnapshotError):
        env.restore(damage)
    assert env.state_hash() == before


def test_a_damaged_snapshot_is_refused(env):
    saved, before = env.snapshot(), env.state_hash()
    for end in (30, len(saved) // 2, len(saved) - 1):
        with pytest.raises(SnapshotError):
            env.restore(saved[:end])
    with pytest.raises(SnapshotError):
        env.restore(saved.replace(b'"cycle":0', b'"cycle":x'))
    with pytest.raises(SnapshotError):
        env.restore(saved.replace(b'"agents":["player_0"', b'"agents":["player_7"'))
    assert env.state_hash() == before


def test_a_snapshot_of_another_config_is_refused(env, make):
    with pytest.raises(SnapshotError, match="players = 2"):
        make(players=3).restore(env.snapshot())


def test_calls_out_of_order_say_so(make):
    env = make()
    for call in (lambda: env.step({}), env.state, env.snapshot, env.state_hash, env.render):
        with pytest.raises(StateError, match="before reset"):
            call()
    env.reset(seed=0)
    play(env, 100)
    with pytest.raises(StateError, match="after the end of the episode"):
        env.step({})
    env.close()
    env.close()
    for call in (lambda: env.step({}), env.reset, env.state, lambda: env.restore(b"")):
        with pytest.raises(StateError, match="after close"):
            call()


def test_reset_in_the_middle_of_an_episode_begins_anew(env):
    fresh = env.state_hash()
    play(env, 10)
    env.reset(seed=7)
    assert env.cycle == 0 and env.state_hash() == fresh


def test_render_needs_a_mode(env):
    with pytest.raises(StateError, match="render_mode"):
        env.render()


def test_it_is_pickled_by_its_config(env):
    env.max_cycles = 9
    other = pickle.loads(pickle.dumps(env))
    assert other.config == EnvConfig(**{**vars(env.config), "max_cycles": 9})
    other.reset(seed=7)
    assert other.state_hash() == env.state_hash()
    other.close()


def test_deepcopy_points_to_snapshot(env):
    with pytest.raises(StateError, match="snapshot"):
        copy.deepcopy(env)


def test_a_forgotten_environment_is_let_go(make):
    env = PlanetEnv(make().config)
    env.reset(seed=0)
    finalizer = env._finalizer
    del env
    gc.collect()
    assert not finalizer.alive


def test_two_environments_do_not_talk_to_each_other(make):
    alone, one, two = make(), make(), make()
    alone.reset(seed=1)
    play(alone, 20)
    one.reset(seed=1)
    two.reset(seed=2)
    for env in (one, two):
        for agent in env.possible_agents:
            env.action_space(agent).seed(0)
    for _ in range(20):
        for env in (one, two):
            env.step({agent: env.action_space(agent).sample() for agent in env.agents})
    assert one.state_hash() == alone.state_hash() != two.state_hash()


def test_the_state_needs_neither_renderer_nor_opengl():
    code = """
import sys, mpgenie
env = mpgenie.parallel_env(observe="state", planet="flat", size=16, mobs=False)
env.reset(seed=0)
env.step({agent: env.action_space(agent).sample() for agent in env.agents})
assert env.metadata["renderer"] is None
assert not {"moderngl", "glcontext", "pyglet", "torch"} & set(sys.modules)
env.close()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


def test_the_dead_are_terminated_if_asked_to(make):
    env = make(death="remove", players=3)
    env.reset(seed=0)
    env.simulation.state.players.alive[0, 1] = False
    env.simulation.state.players.health[0, 1] = 0
    results = play(env, 1)
    assert results is not None
    _, _, terminations, truncations, _ = results
    assert terminations == {"player_0": False, "player_1": True, "player_2": False}
    assert not any(truncations.values())
    assert env.agents == ["player_0", "player_2"]
    with pytest.raises(ActionError, match=r"finished \['player_1'\]"):
        env.step({agent: env.action_space(agent).sample() for agent in env.possible_agents})
    results = play(env, 3)
    assert results is not None and set(results[0]) == {"player_0", "player_2"}


def test_the_dead_stay_by_default(make):
    env = make(max_cycles=100)
    env.reset(seed=0)
    env.simulation.state.players.alive[0, 1] = False
    env.simulation.state.players.health[0, 1] = 0
    results = play(env, 60)
    assert results is not None and not any(results[2].values())
    assert env.agents == env.possible_agents


@pytest.mark.parametrize(("hour", "height"), [(0, 0.0), (6000, 1.0), (12_000, 0.0), (18_000, -1.0)])
def test_the_hour_is_the_players_own(make, hour, height):
    """The sun rises at 0 over the first player, and stands highest a quarter of a day later."""
    from mpgenie.envs.simulation.weather import sun_direction

    env = make(start_time=hour)
    for seed in range(3):
        env.reset(seed=seed)
        state = env.simulation.state
        place = state.players.position[0, 0].copy()
        place[2] = 0.0  # the sun stands over the equator
        sun = np.array(sun_direction(int(state.clock.day_offset[0]), env.config.day))
        assert place @ sun / np.sqrt(place @ place) == pytest.approx(height, abs=1e-3)


def test_the_picture_has_the_sun_of_the_simulation():
    from mpgenie.envs.rendering.sky import day_angle
    from mpgenie.envs.simulation.weather import sun_direction

    for tick in range(0, 24_000, 1717):
        assert sun_direction(tick, 24_000) == (*day_angle(tick, 24_000), 0.0)


def test_the_hour_may_be_drawn(make):
    env = make(start_time=None)
    hours = set()
    for seed in range(4):
        env.reset(seed=seed)
        hours.add(int(env.simulation.state.clock.day_offset[0]))
    assert len(hours) == 4
