"""Many dreams in a batch are those dreams one by one, and keep the contract of `vector_env`."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.errors import ConfigError, StateError
from mpgenie.world_models.dream import dream_env
from mpgenie.world_models.dream_vector import dream_vector_env

from .stand_in import FORWARD, source, start
from .worlds import network

MODES = pytest.mark.parametrize("mode", list(AutoresetMode), ids=lambda mode: mode.name)


def vector(worlds=3, model=None, **options):
    options = {"horizon": 8, **options}
    return dream_vector_env(model or source(chance=0.05), worlds, **options)


def one_by_one(worlds, model=None, **options):
    options = {"horizon": 8, **options}
    return [dream_env(model or source(chance=0.05), **options) for _ in range(worlds)]


def row(values, index):
    if isinstance(values, dict):
        return {name: array[index] for name, array in values.items()}
    return values[index]


def idle(envs):
    return np.tile(np.array(NO_OP), (envs.num_envs, 1))


def check_world(envs, results, w, single, theirs):
    """Compare one world of a step with the same dream on its own."""
    observations, rewards, terminations, truncations, infos = results
    for p, agent in enumerate(single.possible_agents):
        n = w * len(single.possible_agents) + p
        assert np.array_equal(observations[n], theirs[0][agent])
        assert rewards[n] == theirs[1][agent]
        assert terminations[n] == theirs[2][agent] and truncations[n] == theirs[3][agent]
        info = theirs[4][agent]
        for name in ("dream", "seed", "start", "tick", "chance", "reason"):
            assert infos[name][n] == info[name]
        assert infos["reward_parts"]["dreamt"][n] == info["reward_parts"]["dreamt"]
    assert envs.state_hash(w) == single.state_hash()


@pytest.mark.parametrize("options", [{}, {"action_mode": "raw"}, {"ending": None}], ids=str)
def test_worlds_are_those_of_dream_env(options):
    envs, singles = vector(**options), one_by_one(3, **options)
    envs.action_space.seed(1)
    seeds = [5, 9, 2]
    observations, _ = envs.reset(seed=seeds)
    for w, (env, seed) in enumerate(zip(singles, seeds, strict=True)):
        for p, frame in enumerate(env.reset(seed=seed)[0].values()):
            assert np.array_equal(observations[w * 2 + p], frame)
    ends = 0
    for _ in range(40):
        actions = envs.action_space.sample()
        results = envs.step(actions)
        for w, env in enumerate(singles):
            players = env.possible_agents
            if not env.agents:  # the step that resets
                ends += 1
                seen, infos = env.reset()
                nobody = dict.fromkeys(players, 0)
                check_world(envs, results, w, env, (seen, nobody, nobody, nobody, infos))
                continue
            mine = {a: row(actions, w * len(players) + p) for p, a in enumerate(players)}
            check_world(envs, results, w, env, env.step(mine))
    assert ends > 9


def test_worlds_of_a_network_are_those_of_dream_env_but_for_rounding():
    """Within ten ticks: one step of a byte, and 1e-4 of what is paid."""
    envs = dream_vector_env(network(), 3, ending=None)
    singles = [dream_env(network(), ending=None) for _ in range(3)]
    observations, _ = envs.reset(seed=4)
    for w, env in enumerate(singles):
        env.reset(seed=4 + w)
    envs.action_space.seed(0)
    for _ in range(10):
        actions = envs.action_space.sample()
        observations, rewards, *_ = envs.step(actions)
        for w, env in enumerate(singles):
            seen, paid, *_ = env.step({a: actions[2 * w + p] for p, a in enumerate(env.agents)})
            for p, agent in enumerate(seen):
                far = observations[2 * w + p].astype(int) - seen[agent]
                assert np.abs(far).max() <= 1
                assert rewards[2 * w + p] == pytest.approx(paid[agent], abs=1e-4)


def test_all_worlds_are_dreamt_at_once():
    model = source()
    envs = vector(16, model)
    envs.reset(seed=0)
    for _ in range(4):
        envs.step(idle(envs))
    assert model.model.stepped == [16] * 4
    assert len(model.model.opened) == 3 and sum(model.model.opened) == 16  # by length of start


def test_spaces_have_a_row_for_each_player():
    envs, single = vector(4, source(3)), dream_env(source(3))
    assert envs.num_envs == 12 and envs.num_worlds == 4
    assert envs.single_observation_space == single.observation_space("player_0")
    assert envs.single_action_space == single.action_space("player_0")
    assert envs.observation_space.shape == (12, 32, 32, 3)
    assert envs.reset(seed=0)[0] in envs.observation_space


def test_the_next_step_resets_by_default():
    envs = vector(model=source(), horizon=2)
    envs.reset(seed=0)
    envs.step(idle(envs))
    ends = envs.step(idle(envs))
    assert ends[3].all() and set(ends[4]["reason"]) == {"horizon"}
    ahead = idle(envs)
    ahead[:, 0] = 1
    _, rewards, terminations, truncations, infos = envs.step(ahead)
    assert not rewards.any() and not terminations.any() and not truncations.any()
    assert not infos["tick"].any() and set(infos["reason"]) == {""}
    assert envs.step(ahead)[1].all()


def test_the_same_step_resets_if_asked_to():
    envs = vector(model=source(), horizon=2, autoreset_mode="SAME_STEP")
    ahead = idle(envs)
    ahead[:, 0] = 1
    envs.reset(seed=0)
    envs.step(ahead)
    seen, rewards, _, truncations, infos = envs.step(ahead)
    assert truncations.all() and rewards.all() and not infos["tick"].any()
    assert infos["_final_obs"].all() and not np.array_equal(infos["final_obs"][0], seen[0])
    assert (infos["final_info"]["tick"] == 2).all()
    assert set(infos["final_info"]["reason"]) == {"horizon"} and set(infos["reason"]) == {""}
    assert infos["final_info"]["reward_parts"]["dreamt"].all()
    assert not infos["reward_parts"]["dreamt"].any()


@MODES
def test_what_breaks_down_in_one_world_leaves_the_others_alone(mode):
    envs = vector(model=source(breaks=3), autoreset_mode=mode, horizon=50)
    envs.reset(seed=0)
    envs.step(idle(envs))
    rows = np.array([1, 1, 0, 0, 0, 0], bool)
    envs.reset(options={"reset_mask": rows})  # is a step behind from now on
    envs.step(idle(envs))
    _, rewards, terminations, truncations, infos = envs.step(idle(envs))
    assert truncations.tolist() == (~rows).tolist() and not terminations.any()
    told = infos["final_info"] if mode is AutoresetMode.SAME_STEP else infos
    assert [r for r, ended in zip(told["reason"], ~rows, strict=True) if ended] == [
        "no numbers"
    ] * 4
    assert np.isfinite(rewards).all()
    if mode is AutoresetMode.DISABLED:
        envs.reset(options={"reset_mask": ~rows})
    assert envs.step(idle(envs))[3].tolist() == rows.tolist()


def test_starts_may_be_named_for_all_worlds_or_for_each():
    envs = vector()
    assert envs.reset(options={"start": 1})[1]["start"].tolist() == [1] * 6
    assert envs.reset(options={"start": [2, 0, None]})[1]["start"].tolist()[:4] == [2, 2, 0, 0]
    own = start(shade=99)
    seen, infos = envs.reset(options={"start": own})
    assert infos["start"].tolist() == [-1] * 6 and (seen[::2] == 99).all()
    before = [envs.state_hash(w) for w in range(3)]
    for wrong, message in (([1, 2], "a list of 3, got 2"), ([1, 2, 9], "starts 0 to 2, got 9")):
        with pytest.raises(ConfigError, match=message):
            envs.reset(seed=1, options={"start": wrong})
    assert [envs.state_hash(w) for w in range(3)] == before


def test_worlds_of_a_model_without_starts_go_on_with_the_one_last_named():
    envs = vector(model=source(starts=[]), horizon=1)
    with pytest.raises(ConfigError, match="say where to begin"):
        envs.reset(seed=0)
    envs.reset(seed=0, options={"start": start(shade=99)})
    envs.step(idle(envs))
    assert (envs.step(idle(envs))[0][::2] == 99).all()


def test_rows_stay_so_a_start_shows_all_players():
    there = np.array([[True, True], [True, False]])
    torn = type(start())(start(2).frames, start(2).controls, there)
    with pytest.raises(ConfigError, match="rows of players stay"):
        vector().reset(options={"start": torn})
    envs = vector(model=source(starts=[torn, start()]))
    assert set(envs.reset(seed=0)[1]["start"]) == {1}


@pytest.mark.parametrize("mode", ["NEXT_STEP", "SAME_STEP"])
def test_repeated_actions_are_single_steps_with_their_rewards_added(mode):
    quick, slow = (
        vector(model=source(), horizon=10, autoreset_mode=mode, **o) for o in ({"repeat": 4}, {})
    )
    quick.reset(seed=5)
    slow.reset(seed=5)
    quick.action_space.seed(1)
    ticks = 0
    for _ in range(3):  # 4, 4 and 2 ticks: an episode
        actions, paid = quick.action_space.sample(), 0.0
        seen, rewards, _, truncations, infos = quick.step(actions)
        for _ in range(min(4, 10 - ticks)):
            expected, pay, _, late, _ = slow.step(actions)
            paid, ticks = paid + pay, ticks + 1
        assert np.array_equal(rewards, paid) and np.array_equal(seen, expected)
        assert np.array_equal(truncations, late)
        told = infos.get("final_info", infos)
        assert np.array_equal(told["reward_parts"]["dreamt"], paid)
    assert truncations.all()


def test_an_episode_that_ends_within_repeated_ticks_stands_still_until_its_reset():
    envs = vector(2, source(), horizon=50, repeat=4)
    envs.reset(seed=0)
    short = envs.snapshot(0)
    envs.step(idle(envs))
    envs.restore(0, short)
    envs.max_cycles = 6
    seen, _, _, truncations, infos = envs.step(idle(envs))
    assert (
        infos["tick"].tolist() == [4, 4, 6, 6] and truncations.tolist() == [False] * 2 + [True] * 2
    )


def test_snapshots_go_to_and_fro():
    envs, single = vector(model=source()), dream_env(source(), horizon=8)
    envs.reset(seed=[8, 4, 1])
    single.reset(seed=4)
    actions = envs.action_space.sample()
    envs.step(actions)
    single.step({a: actions[2 + p] for p, a in enumerate(single.agents)})
    assert envs.snapshot(1) == single.snapshot()
    for _ in range(3):
        envs.step(actions)
    hashes = [envs.state_hash(w) for w in range(3)]
    _, infos = envs.restore(2, single.snapshot())
    assert infos["_tick"].tolist() == [False] * 4 + [True] * 2 and infos["seed"][4] == 4
    assert [envs.state_hash(w) for w in (0, 1)] == hashes[:2]
    theirs = single.step({a: actions[4 + p] for p, a in enumerate(single.agents)})
    check_world(envs, envs.step(actions), 2, single, theirs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"death": "remove"}, "keeps its shape"),
        ({"render_mode": "human"}, "rgb_array"),
        ({"worlds": 0}, "num_worlds"),
        ({"autoreset_mode": "never"}, "unknown autoreset_mode"),
        ({"repeat": 0}, "repeat"),
        ({"observe": "state"}, "observe belongs to the game"),
        ({"player": 3}, "unknown option 'player'"),
    ],
    ids=str,
)
def test_absurd_options_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        vector(**options)


def test_pickling_keeps_what_it_was_made_with():
    envs = vector(autoreset_mode="SAME_STEP", repeat=2, ending=0.5)
    other = pickle.loads(pickle.dumps(envs))
    assert other.config == envs.config and other.autoreset_mode == envs.autoreset_mode
    assert other.num_envs == envs.num_envs and other.repeat == 2 and other.ending == 0.5
    with pytest.raises(StateError, match="cannot be copied"):
        deepcopy(envs)


def test_masks_of_actions_leave_everything_open():
    for mode, choices in (("discrete", 49), ("raw", 20)):
        mask = vector(action_mode=mode).reset(seed=0)[1]["action_mask"]
        assert mask.shape == (6, choices) and mask.all()


def test_forward_is_paid_in_every_row():
    envs = vector(model=source())
    envs.reset(seed=0)
    actions = idle(envs)
    actions[4, 0] = 1
    assert envs.step(actions)[1].tolist() == [0, 0, 0, 0, 1, 0] and FORWARD == 2
