"""A clone plays in every kind of environment, and what it remembers is a value."""

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.vpt.clone_policy import ClonePolicy, cloned
from mpgenie.agents.vpt.clone_scores import repeat_rates
from mpgenie.agents.vpt.cloning import load_clone, train_clone
from mpgenie.errors import ConfigError

from .test_cloning import small


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("clone")
    train_clone(mpgenie.open_dataset(folder), out, small())
    return out


@pytest.fixture(scope="module")
def clone(run):
    return load_clone(run)


def seen(rows, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (rows, 64, 64, 3), np.uint8)


def test_a_clone_plays_the_game_that_it_was_cloned_in(run):
    policy = cloned(run)
    env = mpgenie.parallel_env(**policy.env_options, max_cycles=12)
    observations, _ = env.reset(seed=7)
    state = None
    while env.agents:
        actions, state = policy.act(observations, state)
        assert list(actions) == env.agents
        observations, *_ = env.step(actions)
    env.close()


def test_a_clone_that_senses_plays_without_a_renderer(folder, tmp_path):
    train_clone(mpgenie.open_dataset(folder), tmp_path, small(network={"observe": "state"}))
    policy, state = cloned(tmp_path), None
    envs = mpgenie.vector_env(2, **policy.env_options, max_cycles=4)
    rows, infos = envs.reset(seed=7)
    for _ in range(6):
        actions, state = policy.choose(rows, state, begins=infos["tick"] == 0)
        rows, *_, infos = envs.step(actions)
    assert envs.renderer is None
    envs.close()


def test_the_same_state_gives_the_same_actions(clone):
    policy = ClonePolicy(clone, seed=3)
    shown = dict(zip(("a", "b"), seen(2), strict=True))
    _, state = policy.act(shown)
    first, _ = policy.act(shown, state)
    again, after = policy.act(shown, state)
    assert all(np.array_equal(first[name], again[name]) for name in shown)
    assert after.memory.ticks.tolist() == [2, 2] and state.memory.ticks.tolist() == [1, 1]


def test_worlds_side_by_side_play_as_each_alone(run):
    policy = cloned(run, temperature=0.0)
    envs = mpgenie.vector_env(2, **policy.env_options, max_cycles=9)
    rows, infos = envs.reset(seed=7)
    state, alone = None, [None, None]
    for _ in range(20):  # over two ends of episodes
        begins = infos["tick"] == 0
        actions, state = policy.choose(rows, state, begins=begins)
        for w in range(2):
            mine = slice(2 * w, 2 * w + 2)
            expected, alone[w] = policy.choose(rows[mine], alone[w], begins=begins[mine])
            assert np.array_equal(actions[mine], expected)
        rows, _, _, _, infos = envs.step(actions)
    assert state.memory.ticks.max() <= 10  # those of one episode, and its last frame
    envs.close()


def test_players_come_and_go_with_what_they_remember(clone):
    policy = ClonePolicy(clone, temperature=0.0)
    views = {name: list(seen(6, k)) for k, name in enumerate("abc")}

    def alone(name, ticks):
        state = None
        for t in ticks:
            actions, state = policy.act({name: views[name][t]}, state)
        return actions[name], state

    state = None
    for t in range(6):
        names = "ab" if t < 2 else "cb" if t < 4 else "bca"
        actions, state = policy.act({name: views[name][t] for name in names}, state)
        assert list(actions) == list(names)
    assert state.names == tuple("bca") and state.memory.ticks.tolist() == [6, 4, 2]
    for name, ticks in (("b", range(6)), ("c", range(2, 6)), ("a", range(4, 6))):
        assert np.array_equal(actions[name], alone(name, ticks)[0])


def test_nobody_to_play_for_is_no_trouble(clone):
    policy = ClonePolicy(clone)
    actions, state = policy.act({})
    assert actions == {} and policy.act({"a": seen(1)[0]}, state)[0].keys() == {"a"}


def test_temperature_goes_from_the_likeliest_to_anything(clone):
    rows = np.repeat(seen(1), 300, 0)
    still, _ = ClonePolicy(clone, temperature=0.0).choose(rows)
    some, _ = ClonePolicy(clone, temperature=0.05).choose(rows)
    many, _ = ClonePolicy(clone, temperature=50.0).choose(rows)
    kinds = [len(np.unique(actions, axis=0)) for actions in (still, some, many)]
    assert kinds[0] == 1 <= kinds[1] < kinds[2]
    space = mpgenie.parallel_env(**ClonePolicy(clone).env_options).action_space("player_0")
    assert all(space.contains(action) for action in many)


def test_what_it_cannot_look_at_is_refused(clone):
    policy = ClonePolicy(clone)
    with pytest.raises(ConfigError, match="make the environment with its env_options"):
        policy.act({"a": np.zeros((32, 32, 3), np.uint8)})
    with pytest.raises(ConfigError, match="was shown"):
        policy.act({"a": {"state": np.zeros(536, np.uint8)}})
    with pytest.raises(ConfigError, match="temperature"):
        ClonePolicy(clone, temperature=-1.0)
    _, state = policy.choose(seen(2))
    with pytest.raises(ConfigError, match="of 2 rows, not of 3"):
        policy.choose(seen(3), state)


def test_how_often_it_repeats_itself_stands_beside_the_demonstrators(clone, folder):
    rates = repeat_rates(
        ClonePolicy(clone), mpgenie.open_dataset(folder), ticks=6, worlds=1, max_cycles=4
    )
    assert rates.keys() == {"clone", "demonstrator"}
    assert all(0.0 <= rate <= 1.0 for rate in rates.values())
