"""A vector environment is the same worlds as one by one, only many of them at once."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import mpgenie
from mpgenie.envs.saving import state_hash
from mpgenie.envs.scenarios.boulders import ORE
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.errors import ActionError, ConfigError, StateError

SMALL = {"planet": "flat", "size": 16, "mobs": False, "observe": "state", "max_cycles": 12}
DRAWN = {"renderer": "software", "view_distance": 16.0, "resolution": (32, 32)}
PIXELS = {"observe": ("rgb", "depth", "segmentation", "visible", "pose", "proprio", "state")}
WAYS = [
    {},
    {"scenario": "tag", "players": 3},
    {"scenario": "capture_the_flag", "players": 3},
    {"scenario": "gather", "observe": "rgb", "copy": False},
    {"scenario": "tag", "observe": "rgb", "hud": True, "mobs": True, "start_time": 13_000},
    {"scenario": "gather", **PIXELS, "messages": 3, "planet": "normal", "planets": 2},
    {"action_mode": "raw", "messages": 2, "observe": "proprio"},
]
ways = pytest.mark.parametrize("options", WAYS, ids=str)


@pytest.fixture
def make():
    """Makes vector environments of small worlds, and closes them afterwards."""
    made = []

    def small(worlds=3, **options):
        made.append(mpgenie.vector_env(worlds, **{**SMALL, **DRAWN, **options}))
        return made[-1]

    yield small
    for envs in made:
        envs.close()


def one_by_one(worlds, **options):
    return [mpgenie.parallel_env(**{**SMALL, **DRAWN, **options}) for _ in range(worlds)]


def row(values, index):
    """One row of a batch of observations or actions."""
    if isinstance(values, dict):
        return {name: array[index] for name, array in values.items()}
    return values[index]


def rows_equal(ours, theirs):
    """Whether two observations are the same to the bit."""
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(rows_equal(ours[k], theirs[k]) for k in theirs)
    return ours.dtype == theirs.dtype and np.array_equal(ours, theirs)


def check_world(envs, results, w, single, theirs):
    """Compare one world of a tick with the same world on its own."""
    observations, rewards, terminations, truncations, infos = results
    for p, agent in enumerate(single.possible_agents):
        n = w * len(single.possible_agents) + p
        assert rows_equal(row(observations, n), theirs[0][agent])
        assert rewards[n] == theirs[1][agent]
        assert terminations[n] == theirs[2][agent] and truncations[n] == theirs[3][agent]
        info = theirs[4][agent]
        for name in ("seed", "planet_seed", "tick", "id", "team", "role"):
            assert infos[name][n] == info[name]
        for name, value in info["reward_parts"].items():
            assert infos["reward_parts"][name][n] == value
    assert envs.state_hash(w) == single.state_hash()


@pytest.mark.parametrize("threads", [1, 3])
@ways
def test_worlds_are_those_of_parallel_env(make, options, threads):
    envs, singles = make(threads=threads, **options), one_by_one(3, **options)
    envs.action_space.seed(1)
    observations, infos = envs.reset(seed=[5, 9, 2])
    alone = [env.reset(seed=seed) for env, seed in zip(singles, (5, 9, 2), strict=True)]
    for w, (env, (seen, _)) in enumerate(zip(singles, alone, strict=True)):
        for p, agent in enumerate(env.possible_agents):
            assert rows_equal(row(observations, w * len(seen) + p), seen[agent])
    for _ in range(30):
        actions = envs.action_space.sample()
        results = envs.step(actions)
        for w, env in enumerate(singles):
            players = env.possible_agents
            if not env.agents:  # the step that resets
                seen, infos = env.reset()
                nobody = dict.fromkeys(players, 0)
                check_world(envs, results, w, env, (seen, nobody, nobody, nobody, infos))
                continue
            mine = {a: row(actions, w * len(players) + p) for p, a in enumerate(players)}
            check_world(envs, results, w, env, env.step(mine))
    for env in singles:
        env.close()


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("options", [{}, {"observe": ("state", "proprio"), "scenario": "gather"}])
def test_single_players_do_as_in_gymnasiums_own(make, mode, options):
    envs = make(players=1, autoreset_mode=mode, **options)
    single = {**SMALL, **DRAWN, **options}
    theirs = SyncVectorEnv([lambda: mpgenie.gym_env(**single)] * 3, autoreset_mode=mode)
    assert envs.action_space == theirs.action_space
    assert envs.observation_space == theirs.observation_space
    assert envs.metadata["autoreset_mode"] == theirs.metadata["autoreset_mode"]
    same(envs.reset(seed=4), theirs.reset(seed=4))
    theirs.action_space.seed(0)
    for _ in range(30):
        actions = theirs.action_space.sample()
        results, expected = envs.step(actions), theirs.step(actions)
        same(results, expected)
        over = results[2] | results[3]
        if mode is AutoresetMode.DISABLED and over.any():
            options = {"reset_mask": over}
            same(envs.reset(options={**options}), theirs.reset(options={**options}))
    theirs.close()


def same(ours, theirs):
    """Compare what `reset` or `step` returned, infos as far as both tell them alike."""
    for mine, other in zip(ours[:-1], theirs[:-1], strict=True):
        assert rows_equal(mine, other)
    same_infos(ours[-1], theirs[-1])


def same_infos(ours, theirs):
    for name in ("seed", "planet_seed", "tick", "id", "reward_parts"):
        whose = theirs[f"_{name}"]
        np.testing.assert_array_equal(ours[f"_{name}"], whose)
        if name != "reward_parts":
            assert ours[name].dtype.kind == theirs[name].dtype.kind
            np.testing.assert_array_equal(ours[name][whose], theirs[name][whose])
    for name in set(theirs["reward_parts"]) - {f"_{name}" for name in ours["reward_parts"]}:
        whose = theirs["reward_parts"].get(f"_{name}")
        if whose is not None:
            mine, other = ours["reward_parts"][name], theirs["reward_parts"][name]
            np.testing.assert_array_equal(mine[whose], other[whose])
    assert ("final_obs" in ours) == ("final_obs" in theirs)
    if "final_obs" in theirs:
        whose = theirs["_final_obs"]
        np.testing.assert_array_equal(ours["_final_obs"], whose)
        np.testing.assert_array_equal(ours["_final_info"], theirs["_final_info"])
        for n, seen in enumerate(theirs["final_obs"]):
            assert rows_equal(ours["final_obs"][n], seen) if whose[n] else seen is None
        same_infos(ours["final_info"], theirs["final_info"])


@pytest.mark.parametrize("mode", ["NEXT_STEP", "SAME_STEP"])
def test_repeated_actions_are_single_steps_with_their_rewards_added(make, mode):
    options = {"scenario": "gather", "autoreset_mode": mode, "max_cycles": 10}
    quick, slow = make(repeat=4, **options), make(**options)
    seen, expected = quick.reset(seed=5)[0], slow.reset(seed=5)[0]
    quick.action_space.seed(1)
    ticks = 0
    for _ in range(3):  # 4, 4 and 2 ticks: an episode
        actions, paid = quick.action_space.sample(), 0.0
        mined = 0.0
        seen, rewards, _, truncations, infos = quick.step(actions)
        for _ in range(min(4, 10 - ticks)):
            expected, pay, _, late, told = slow.step(actions)
            paid, ticks = paid + pay, ticks + 1
            mined = mined + told.get("final_info", told)["reward_parts"]["approach"]
        np.testing.assert_allclose(rewards, paid)
        told = infos.get("final_info", infos)
        np.testing.assert_allclose(told["reward_parts"]["approach"], mined)
        assert np.array_equal(seen, expected) and np.array_equal(truncations, late)
    assert truncations.all()
    if mode == "NEXT_STEP":  # the reset takes a whole step
        first, rewards, *_ = quick.step(quick.action_space.sample())
        assert np.array_equal(first, slow.step(slow.action_space.sample())[0])
        assert not rewards.any()


def test_all_rows_of_a_world_end_together(make):
    envs = make(scenario="gather", max_cycles=40, autoreset_mode="SAME_STEP", threads=1)
    envs.reset(seed=1)
    share = envs._shares[0].worlds
    share.scenario.left[1] = 1
    share.simulation.state.players.hotbar_item[1, 0, 8] = ORE
    share.simulation.state.players.hotbar_count[1, 0, 8] = 1
    share.simulation.state.players.position[1, 0] = share.scenario.base[1] * 1.001
    _, _, terminations, truncations, infos = envs.step(idle(envs))
    assert terminations.tolist() == [False, False, True, True, False, False]
    assert not truncations.any()
    assert infos["_final_obs"].tolist() == terminations.tolist()
    assert infos["tick"].tolist() == [1, 1, 0, 0, 1, 1]
    assert infos["final_info"]["tick"][2:4].tolist() == [1, 1]


def idle(envs):
    """Actions with which nobody does anything."""
    return np.tile(np.array(NO_OP), (envs.num_envs, 1))


def test_without_copies_what_was_returned_lasts_one_more_step(make):
    envs = make(observe=("rgb", "state"), copy=False)
    kept = [envs.reset(seed=0)[0]]
    saved = deepcopy(kept)
    envs.action_space.seed(0)
    for _ in range(10):
        kept.append(envs.step(envs.action_space.sample())[0])
        saved.append(deepcopy(kept[-1]))
        assert rows_equal(kept[-1], saved[-1]) and rows_equal(kept[-2], saved[-2])
    assert kept[0]["rgb"] is not kept[1]["rgb"] and np.shares_memory(kept[0]["rgb"], kept[2]["rgb"])
    assert not rows_equal(kept[0], saved[0])


def test_a_bad_raw_action_names_world_and_player(make):
    envs = make(action_mode="raw", messages=2)
    envs.reset(seed=0)
    good = envs.action_space.sample()
    envs.step(good)
    bad = deepcopy(good)
    bad["camera"][5, 1] = np.nan
    with pytest.raises(ActionError, match="world 2, player_1: the camera's yaw"):
        envs.step(bad)
    with pytest.raises(ActionError, match="a raw action is a dictionary"):
        envs.step(good["buttons"])


def test_masks_of_actions_are_those_of_each_player(make):
    envs, (single,) = make(1, mobs=True), one_by_one(1, mobs=True)
    infos, alone = envs.reset(seed=2)[1], single.reset(seed=2)[1]
    for n, agent in enumerate(single.agents):
        assert (
            infos["action_mask"][n].tolist() == np.concatenate(alone[agent]["action_mask"]).tolist()
        )
    single.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"death": "remove"}, "parallel_env"),
        ({"render_mode": "human"}, "rgb_array"),
        ({"worlds": 0}, "num_worlds"),
        ({"worlds": 2.5}, "num_worlds"),
        ({"threads": 0}, "threads"),
        ({"autoreset_mode": "never"}, "unknown autoreset_mode"),
        ({"player": 3}, "unknown option 'player'"),
    ],
    ids=str,
)
def test_absurd_options_are_refused(make, options, message):
    with pytest.raises(ConfigError, match=message):
        make(**options)


@pytest.mark.parametrize("copy", [True, False])
def test_torch_takes_observations_without_a_copy(make, copy):
    """Tensors are the arrays: with `copy=False` each lasts for one more step, else for ever."""
    torch = pytest.importorskip("torch")
    envs = make(observe=("rgb", "state", "proprio"), copy=copy)
    seen, kept, saved = envs.reset(seed=0)[0], [], []
    envs.action_space.seed(0)
    for _ in range(10):
        tensors = {name: torch.from_numpy(array) for name, array in seen.items()}
        for name, array in seen.items():
            assert array.flags.c_contiguous and array.flags.aligned and array.flags.writeable
            assert tensors[name].data_ptr() == array.ctypes.data
        kept.append(tensors)
        saved.append({name: tensor.clone() for name, tensor in tensors.items()})
        lasting = range(len(kept)) if copy else range(max(0, len(kept) - 2), len(kept))
        for step in lasting:
            assert all(torch.equal(kept[step][name], saved[step][name]) for name in seen)
        seen = envs.step(envs.action_space.sample())[0]
    pointers = [tensors["rgb"].data_ptr() for tensors in kept]
    assert len(set(pointers)) == (10 if copy else 2)
    if not copy:
        assert pointers[2:] == pointers[:-2]
        assert not torch.equal(kept[0]["rgb"], saved[0]["rgb"])


def test_pickling_keeps_the_config(make):
    envs = make(scenario="tag", threads=2, autoreset_mode="SAME_STEP")
    other = pickle.loads(pickle.dumps(envs))
    assert other.config == envs.config and other.autoreset_mode == envs.autoreset_mode
    assert other.num_envs == envs.num_envs and other.threads == 2
    other.close()
    with pytest.raises(StateError, match="cannot be copied"):
        deepcopy(envs)


def test_events_are_told_by_world(make):
    envs = make(autoreset_mode="DISABLED", max_cycles=100)
    envs.reset(seed=0)
    for _ in range(5):  # until they stand
        envs.step(idle(envs))
    actions = idle(envs)
    actions[2, 2] = 1  # jump
    envs.step(actions)
    assert [e["kind"] for e in envs.events(1)] == ["jump"] and envs.events(0) == []
    with pytest.raises(ConfigError, match="worlds are 0 to 2"):
        envs.events(3)


def test_hashes_are_those_of_snapshots(make):
    envs = make(1)
    envs.reset(seed=0)
    worlds = envs._shares[0].worlds
    assert envs.state_hash(0) == state_hash(worlds.simulation, worlds.scenario, 0)


def played(envs, ticks, seed=0):
    """Play at random, and return what the last step did."""
    envs.action_space.seed(seed)
    return [envs.step(envs.action_space.sample()) for _ in range(ticks)][-1]


@ways
def test_snapshots_are_those_of_parallel_env(make, options):
    envs, (single,) = make(2, **options), one_by_one(1, **options)
    envs.reset(seed=[8, 4])
    single.reset(seed=4)
    for tick in range(30):
        actions = envs.action_space.sample()
        players = single.possible_agents
        envs.step(actions)
        if single.agents:
            single.step({a: row(actions, len(players) + p) for p, a in enumerate(players)})
        else:
            single.reset()
        if tick % 5 == 1:  # also where the episode has just ended, and in the next one
            assert envs.snapshot(1) == single.snapshot()
    single.close()


@ways
def test_a_restored_world_goes_on_as_it_did_and_leaves_the_others_alone(make, options):
    envs = make(**options, threads=2)
    envs.reset(seed=3)
    played(envs, 7)
    saved = envs.snapshot(1)
    seen = deepcopy(envs.restore(1, saved)[0])
    expected = deepcopy(played(envs, 4, seed=1))
    hashes = [envs.state_hash(w) for w in range(3)]
    again, infos = envs.restore(0, saved)
    players = envs.config.players
    assert infos["_tick"].tolist() == [True] * players + [False] * 2 * players
    assert infos["tick"][0] == 7 and infos["seed"][0] == 4
    for p in range(players):
        assert rows_equal(row(again, p), row(seen, players + p))
    assert [envs.state_hash(w) for w in (1, 2)] == hashes[1:]
    envs.action_space.seed(1)
    for _ in range(4):
        actions = envs.action_space.sample()
        for part in actions.values() if isinstance(actions, dict) else [actions]:
            part[:players] = part[players : 2 * players]
        results = envs.step(actions)
    for p in range(players):
        assert rows_equal(row(results[0], p), row(expected[0], players + p))
        assert results[1][p] == expected[1][players + p]
    assert envs.state_hash(0) == hashes[1]


def test_a_snapshot_of_parallel_env_goes_on_in_any_world(make):
    envs, (single,) = make(scenario="tag"), one_by_one(1, scenario="tag")
    single.reset(seed=11)
    agents = single.agents
    single.step({agent: np.array(NO_OP) for agent in agents})
    envs.reset(seed=0)
    seen, infos = envs.restore(2, single.snapshot())
    assert infos["seed"].tolist()[4:] == [11, 11] and envs.state_hash(2) == single.state_hash()
    while single.agents:
        theirs = single.step({agent: np.array(NO_OP) for agent in agents})
        check_world(envs, envs.step(idle(envs)), 2, single, theirs)
    assert envs.snapshot(2) == single.snapshot()
    seen, infos = single.reset()
    nobody = dict.fromkeys(agents, 0)
    check_world(envs, envs.step(idle(envs)), 2, single, (seen, nobody, nobody, nobody, infos))
    single.close()
