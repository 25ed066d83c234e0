"""A dream keeps the contract of the environment that it was learnt from, whoever dreams it."""

import copy
import gc
import json
import pickle

import numpy as np
import pytest
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test
from pettingzoo.utils.conversions import parallel_to_aec

import mpgenie
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.errors import ActionError, ConfigError, SnapshotError, StateError
from mpgenie.world_models.dream import DreamEnv, dream_env

from .stand_in import source, start

IDLE, AHEAD = np.array(NO_OP), np.array([1, *NO_OP[1:]])


def dream(seed=7, model=None, **options):
    """A dream that has begun."""
    env = dream_env(model or source(), **options)
    env.reset(seed=seed)
    return env


def play(env, ticks, seed=0):
    """Random steps; everything that each of them returned."""
    for agent in env.possible_agents:
        env.action_space(agent).seed(seed)
    results = []
    for _ in range(ticks):
        if not env.agents:
            break
        actions = {agent: env.action_space(agent).sample() for agent in env.agents}
        results.append(env.step(actions))
    return results


def everybody(env, action):
    return dict.fromkeys(env.agents, action)


def same(ours, theirs):
    """Whether two observations, or what two steps returned, are the same to the bit."""
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, (tuple, list)):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return np.array_equal(ours, theirs)


# ---------------------------------------------------------------------- the standard


@pytest.mark.parametrize("options", [{}, {"action_mode": "raw"}, {"players": 1}], ids=str)
def test_pettingzoos_test_of_the_api(options):
    parallel_api_test(dream_env(source(), horizon=30, **options), num_cycles=60)


@pytest.mark.parametrize("death", ["respawn", "remove"])
def test_pettingzoos_test_of_the_api_where_episodes_end(death):
    parallel_api_test(dream_env(source(3, chance=0.1), death=death), num_cycles=60)


@pytest.mark.filterwarnings("ignore:Observation is not a NumPy array:UserWarning")
def test_players_may_take_turns(capsys):
    api_test(parallel_to_aec(dream_env(source(), horizon=30)), num_cycles=60)


@pytest.mark.window
def test_a_window_shows_a_dream(display):
    env = dream(render_mode="human")
    play(env, 2)
    assert env.render() is None
    env.close()


def test_pettingzoos_test_of_seeds():
    parallel_seed_test(lambda: dream_env(source(chance=0.02), horizon=50))


@pytest.mark.parametrize("mode", ["discrete", "raw"])
def test_spaces_are_those_of_the_real_environment(mode):
    model = source()
    env = dream_env(model, action_mode=mode)
    real = mpgenie.parallel_env(**model.options, action_mode=mode)
    assert env.possible_agents == real.possible_agents
    for agent in real.possible_agents:
        for name in ("observation_space", "action_space"):
            ours, theirs = getattr(env, name), getattr(real, name)
            assert ours(agent) == theirs(agent) and ours(agent) is ours(agent)
            assert ours("player_0") is not ours("player_1")
    assert env.metadata["name"] == real.metadata["name"]
    real.close()


def test_observations_lie_in_their_spaces_and_are_the_callers():
    env = dream(debug=True)
    seen = [step[0] for step in play(env, 5)]
    kept = copy.deepcopy(seen)
    for frame in seen[-1].values():
        frame[:] = 0
    play(env, 5)
    assert same(seen[:-1], kept[:-1])
    assert not same(env.render_view("player_0"), seen[-1]["player_0"])


def test_flags_rewards_and_infos_are_plain():
    env = dream()
    _, rewards, *flags, infos = play(env, 3)[-1]
    assert {type(reward) for reward in rewards.values()} == {float}
    assert {type(flag) for each in flags for flag in each.values()} == {bool}
    for agent, info in infos.items():
        json.dumps({k: v for k, v in info.items() if k != "action_mask"}, allow_nan=False)
        assert info["dream"] is True and info["seed"] == 7 and info["tick"] == 3
        assert rewards[agent] == sum(info["reward_parts"].values())
        env.action_space(agent).sample(info["action_mask"])


def test_what_a_player_does_shows_in_its_next_frame_and_is_paid():
    env, other = dream(), dream()
    first = env.step({"player_0": IDLE, "player_1": AHEAD})
    second = other.step({"player_0": IDLE, "player_1": IDLE})
    assert first[1] == {"player_0": 0.0, "player_1": 1.0}
    red, green = 0, 1
    mine, theirs = first[0], second[0]
    assert (mine["player_0"][..., red] == theirs["player_0"][..., red]).all()
    assert (mine["player_1"][..., red] != theirs["player_1"][..., red]).all()
    assert (mine["player_0"][..., green] != theirs["player_0"][..., green]).all()


def test_both_forms_of_an_action_are_one():
    row, raw = dream(), dream(action_mode="raw")
    buttons = np.zeros(20, np.int8)
    buttons[2] = 1  # forward
    action = {"buttons": buttons, "camera": np.zeros(2, np.float32)}
    ours, theirs = row.step(everybody(row, AHEAD)), raw.step(everybody(raw, action))
    assert same(ours[:4], theirs[:4])


# ---------------------------------------------------------------------- ends


def test_the_horizon_truncates_everybody_at_once_and_says_so():
    env = dream(horizon=5)
    for tick in range(1, 6):
        _, _, terminations, truncations, infos = play(env, 1)[0]
        assert list(truncations.values()) == [tick == 5] * 2 and not any(terminations.values())
        assert {i["reason"] for i in infos.values()} == {"horizon" if tick == 5 else ""}
    assert env.agents == []


def test_max_cycles_may_be_set():
    env = dream()
    env.max_cycles = 2
    play(env, 9)
    assert env.cycle == 2


def test_an_episode_ends_as_likely_as_the_model_says():
    env, lengths = dream_env(source(chance=0.25)), []
    env.reset(seed=0)
    for _ in range(200):
        env.reset()
        ends = play(env, 100)[-1]
        assert set(ends[2].values()) == {True} and set(ends[3].values()) == {False}
        assert {info["reason"] for info in ends[4].values()} == {"ended"}
        lengths.append(env.cycle)
    assert np.mean(lengths) == pytest.approx(4.0, rel=0.2)


def test_an_end_is_drawn_from_the_seed():
    lengths = [len(play(dream(seed, source(chance=0.1)), 200)) for seed in (1, 1, 2, 3, 4)]
    assert lengths[0] == lengths[1] and len(set(lengths)) > 1


@pytest.mark.parametrize(
    ("ending", "ticks"),
    [(0.6, 1), (0.8, 9), (None, 9), (0.7, 9)],
    ids=["over", "under", "no", "at"],
)
def test_an_end_may_be_by_a_threshold_or_not_at_all(ending, ticks):
    env = dream(model=source(chance=0.7), ending=ending, horizon=9)
    ends = play(env, 20)
    assert len(ends) == ticks and ends[-1][2]["player_0"] == (ticks == 1)


def test_an_end_that_all_see_is_judged_by_what_all_views_say():
    assert len(play(dream(model=source(chance=[0.2, 0.9]), ending=0.5), 9)) == 1
    assert len(play(dream(model=source(chance=[0.0, 0.9]), ending=0.5), 9)) == 9


def test_where_the_dead_are_removed_the_others_dream_on():
    env = dream(model=source(3, chance=[0.0, 0.9, 0.0]), ending=0.5, death="remove", horizon=9)
    assert env.step(everybody(env, AHEAD))[2] == {
        "player_0": False, "player_1": True, "player_2": False,
    }  # fmt: skip
    assert env.agents == ["player_0", "player_2"]
    observations, rewards, *_ = env.step(everybody(env, AHEAD))
    assert set(observations) == set(rewards) == {"player_0", "player_2"}
    assert env._dreams.state.there.tolist() == [[True, False, True]]


def test_what_is_no_number_truncates_with_a_reason_and_the_last_good_frame():
    env = dream(model=source(breaks=3))
    good = play(env, 2)[-1][0]
    observations, rewards, terminations, truncations, infos = play(env, 1)[0]
    assert same(observations, good) and set(rewards.values()) == {0.0}
    assert not any(terminations.values()) and all(truncations.values())
    assert {info["reason"] for info in infos.values()} == {"no numbers"}
    assert env.agents == []
    env.reset()
    assert env.agents == env.possible_agents and len(play(env, 2)) == 2


# ---------------------------------------------------------------------- beginnings


def test_a_start_is_drawn_from_the_seed():
    env = dream_env(source())
    starts = [env.reset(seed=seed)[1]["player_0"]["start"] for seed in range(20)]
    assert set(starts) == {0, 1, 2}
    assert starts == [env.reset(seed=seed)[1]["player_0"]["start"] for seed in range(20)]


def test_the_first_observation_is_the_last_frame_of_the_start():
    model = source()
    env = dream_env(model)
    for number, each in enumerate(model.starts):
        observations, infos = env.reset(seed=1, options={"start": number})
        assert infos["player_1"]["start"] == number
        assert same(list(observations.values()), list(each.frames[-1]))


def test_a_start_of_ones_own_is_taken():
    env, own = dream_env(source()), start(4, 3, shade=90)
    observations, infos = env.reset(options={"start": own})
    assert same(observations["player_1"], own.frames[-1, 1])
    assert infos["player_0"]["start"] == -1 and set(observations) == {"player_0", "player_1"}


def test_a_window_of_a_dataset_is_a_start():
    frames = np.full((5, 2, 32, 32, 3), 33, np.uint8)
    window = {
        "frames": frames,
        "buttons": np.ones((5, 2), np.uint32),
        "camera": np.full((5, 2, 2), 90.0, np.float32),
    }
    env = dream_env(source())
    observations, _ = env.reset(options={"start": window})
    assert same(observations["player_0"], frames[0, 0])
    with pytest.raises(ConfigError, match="no \\['camera'\\]"):
        env.reset(options={"start": {k: window[k] for k in ("frames", "buttons")}})


def test_who_is_not_there_at_the_end_of_a_start_takes_no_part():
    there = np.array([[True, True], [True, False]])
    own = start(2)
    env = dream_env(source())
    observations, _ = env.reset(options={"start": type(own)(own.frames, own.controls, there)})
    assert set(observations) == set(env.agents) == {"player_0"}
    assert set(play(env, 1)[0][1]) == {"player_0"}


BAD_STARTS = [
    (start(players=1), "shows 1 players, this dream has 2"),
    (start(resolution=(32, 48)), "frames of 48x32, the model dreams 32x32"),
    (7, "starts 0 to 2, got 7"),
    (-1, "starts 0 to 2"),
    ("kitchen", "start is a Start, .* got str"),
    (True, "start is a Start"),
    ({"frames": 3}, "cannot begin a dream"),
]


@pytest.mark.parametrize(("bad", "message"), BAD_STARTS, ids=[m for _, m in BAD_STARTS])
def test_a_bad_start_is_refused_before_anything_changes(bad, message):
    env = dream()
    play(env, 2)
    before = env.state_hash()
    with pytest.raises(ConfigError, match=message):
        env.reset(seed=3, options={"start": bad})
    assert env.state_hash() == before
    assert env.reset()[1]["player_0"]["seed"] == dream().reset()[1]["player_0"]["seed"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": np.zeros((3, 2, 32, 32, 3))}, "are uint8"),
        ({"frames": np.zeros((3, 2, 32, 32), np.uint8)}, "are uint8"),
        ({"controls": np.zeros((3, 2, 22), np.float32)}, "controls \\(2, 2, 22\\)"),
        ({"controls": np.full((2, 2, 22), np.nan, np.float32)}, "between -1 and 1"),
        ({"there": np.zeros((3, 2), np.bool_)}, "somebody at the end"),
    ],
    ids=str,
)
def test_what_is_no_start_cannot_be_made(change, message):
    good = start()
    parts = {name: getattr(good, name) for name in ("frames", "controls", "there")} | change
    with pytest.raises(ConfigError, match=message):
        type(good)(**parts)


def test_a_model_without_starts_asks_for_one():
    env = dream_env(source(starts=[]))
    with pytest.raises(ConfigError, match="say where to begin"):
        env.reset(seed=0)
    env.reset(options={"start": start()})


def test_unknown_reset_options_are_named_in_infos():
    _, infos = dream_env(source()).reset(options={"planet_seed": 4, "start": 0})
    assert infos["player_0"]["ignored_options"] == ["planet_seed"]


def test_reset_without_a_seed_goes_on_in_the_stream_of_the_real_environment():
    model = source()
    env, real = dream_env(model), mpgenie.parallel_env(**model.options, observe="state")
    for each in (env, real):
        each.reset(seed=5)
    ours, theirs = ([each.reset()[1]["player_0"]["seed"] for _ in range(3)] for each in (env, real))
    assert ours == theirs and len(set(ours)) == 3
    real.close()


@pytest.mark.parametrize("seed", [-1, 1.5, "seven", True, 2**63])
def test_a_bad_seed_is_refused(seed):
    env = dream()
    before = env.state_hash()
    with pytest.raises(ConfigError, match="seed"):
        env.reset(seed=seed)
    assert env.state_hash() == before


# ---------------------------------------------------------------------- bad input


def test_a_refused_step_changes_nothing():
    env = dream()
    play(env, 3)
    before, calls = env.state_hash(), len(env.source.model.stepped)
    for bad in (AHEAD + 99, AHEAD * 0.5, AHEAD[:3], None, AHEAD - 9):
        with pytest.raises(ActionError, match="player_1"):
            env.step({"player_0": AHEAD, "player_1": bad})
    with pytest.raises(ActionError, match=r"missing \['player_1'\], unknown \['zed'\]"):
        env.step({"player_0": AHEAD, "zed": AHEAD})
    assert env.state_hash() == before and len(env.source.model.stepped) == calls


def test_a_forgotten_player_does_nothing_if_asked_to():
    env, other = dream(missing="noop"), dream()
    env.step({"player_0": AHEAD})
    other.step({"player_0": AHEAD, "player_1": IDLE})
    assert env.state_hash() == other.state_hash()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scenario": "tag"}, "scenario belongs to the game that the model has seen"),
        ({"resolution": (64, 64)}, "resolution belongs to the game"),
        ({"max_cycles": 9}, "horizon says"),
        ({"horizn": 9}, "unknown option 'horizn'"),
        ({"horizon": 0}, "max_cycles must be a whole number from 1"),
        ({"horizon": 2.5}, "max_cycles must be a whole number"),
        ({"players": 0}, "players must be a whole number"),
        ({"players": 17}, "tells 16 players apart at most"),
        ({"ending": "maybe"}, "unknown ending 'maybe'"),
        ({"ending": 1.5}, "a threshold from 0 to 1"),
        ({"action_mode": "keys"}, "unknown action_mode"),
        ({"seed": -1}, "seed must be a whole number"),
    ],
    ids=str,
)
def test_absurd_options_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        dream_env(source(), **options)


def test_more_players_than_the_model_has_seen_are_dreamt_with_a_warning():
    with pytest.warns(UserWarning, match="has seen 2 players at a time and now dreams of 4"):
        env = dream_env(source(), players=4)
    with pytest.raises(ConfigError, match="start 0 shows 2 players"):
        env.reset(seed=1, options={"start": 0})
    env.reset(options={"start": start(players=4)})
    assert len(play(env, 1)[0][0]) == 4


def test_calls_out_of_order_say_so():
    env = dream_env(source(), horizon=2)
    calls = (env.state, env.snapshot, env.state_hash, env.render, lambda: env.fork(2))
    for call in (lambda: env.step({}), *calls):
        with pytest.raises(StateError, match="before reset"):
            call()
    env.reset(seed=0)
    play(env, 2)
    with pytest.raises(StateError, match="after the end of the episode"):
        env.step({})
    env.close()
    env.close()
    for call in (lambda: env.step({}), env.reset, lambda: env.restore(b""), *calls):
        with pytest.raises(StateError, match="after close"):
            call()


# ---------------------------------------------------------------------- pictures


def test_render_shows_every_view_side_by_side():
    env = dream(render_mode="rgb_array")
    seen = play(env, 1)[0][0]
    assert same(env.render(), np.concatenate(list(seen.values()), axis=1))
    with pytest.raises(StateError, match="render_mode"):
        dream().render()


def test_a_view_is_enlarged_and_keeps_its_shape():
    env = dream()
    view = env.render_view("player_1", resolution=(64, 96))
    frame = env.state()[1]
    assert view.shape == (64, 96, 3) and not view[:, :16].any() and not view[:, 80:].any()
    assert same(view[:, 16:80], frame.repeat(2, 0).repeat(2, 1))
    with pytest.raises(ConfigError, match="unknown view of a dream 'third'"):
        env.render_view("player_1", "third")
    with pytest.raises(ConfigError, match="unknown player"):
        env.render_view("zed")


def test_the_state_is_what_everybody_sees():
    env = dream()
    seen = play(env, 1)[0][0]
    assert same(env.state(), np.stack(list(seen.values()))) and env.state_space.contains(
        env.state()
    )


# ---------------------------------------------------------------------- snapshots and forks


def test_a_snapshot_is_taken_up_by_another_dream_of_the_model():
    env, other = dream(model=source(chance=0.01)), dream_env(source(chance=0.01))
    play(env, 10)
    saved = env.snapshot()
    observations, infos = other.restore(saved)
    assert other.state_hash() == env.state_hash() and other.cycle == 10
    assert infos["player_0"]["seed"] == 7 and set(observations) == set(other.agents)
    assert same(observations, dict(zip(env.agents, env.state(), strict=True)))
    assert same(play(env, 20, seed=3), play(other, 20, seed=3))
    assert env.reset()[1]["player_0"]["seed"] == other.reset()[1]["player_0"]["seed"]


def test_a_restored_dream_is_as_it_was():
    env = dream()
    play(env, 3)
    saved, before = env.snapshot(), env.state_hash()
    ours = play(env, 5)
    env.restore(saved)
    assert env.state_hash() == before
    assert same(ours, play(env, 5))


def test_forks_go_their_own_ways():
    env = dream()
    play(env, 4)
    before = env.state_hash()
    one, two, three = env.fork(3)
    assert {fork.state_hash() for fork in (one, two, three)} == {before}
    ours, theirs = play(one, 5, seed=1), play(two, 5, seed=1)
    assert same(ours, theirs) and not same(ours[-1][0], play(three, 5, seed=2)[-1][0])
    assert env.state_hash() == before and env.cycle == 4 and one.cycle == 9
    assert one.source is env.source and one.max_cycles == env.max_cycles


def test_forks_may_have_noise_of_their_own():
    env = dream()
    one, two, same_as_one = env.fork(3, seeds=[5, 6, 5])
    ends = [fork.step(everybody(fork, IDLE))[0] for fork in (one, two, same_as_one)]
    assert same(ends[0], ends[2]) and not same(ends[0], ends[1])
    with pytest.raises(ConfigError, match="2 forks need 2 seeds, got 1"):
        env.fork(2, seeds=[1])


@pytest.mark.parametrize("damage", [b"", b"what?", None, 7])
def test_what_is_no_snapshot_is_refused(damage):
    env = dream()
    before = env.state_hash()
    with pytest.raises(SnapshotError):
        env.restore(damage)
    assert env.state_hash() == before


def test_a_damaged_snapshot_is_refused():
    env = dream()
    saved, before = env.snapshot(), env.state_hash()
    for end in (20, len(saved) // 2, len(saved) - 1):
        with pytest.raises(SnapshotError):
            env.restore(saved[:end])
    for old, new in (
        (b'"cycle":0', b'"cycle":x'),
        (b'"player_0"', b'"player_7"'),
        (b"state.there", b"state.where"),
        (b'"seed":7', b'"seed":-7'),
    ):
        assert old in saved
        with pytest.raises(SnapshotError):
            env.restore(saved.replace(old, new))
    flipped = saved[:-1] + bytes([saved[-1] ^ 1])  # a number of what is remembered
    with pytest.raises(SnapshotError, match="remembers was changed"):
        env.restore(flipped)
    assert env.state_hash() == before


def test_a_snapshot_of_another_dream_is_refused():
    saved = dream().snapshot()
    with pytest.raises(SnapshotError, match="players = 2"):
        dream(model=source(3)).restore(saved)
    with pytest.raises(SnapshotError, match="model = 'stand-in'"):
        dream(model=source(name="another")).restore(saved)


def test_it_is_pickled_by_what_it_was_made_of():
    env = dream(horizon=30, ending=0.5, action_mode="raw")
    env.max_cycles = 9
    other = pickle.loads(pickle.dumps(env))
    assert other.config.max_cycles == 9 and other.ending == 0.5
    assert other.config.action_mode == "raw" and other.source.options == env.source.options
    other.reset(seed=7)
    assert other.state_hash() == env.state_hash()


def test_deepcopy_points_to_fork():
    with pytest.raises(StateError, match="fork"):
        copy.deepcopy(dream())


def test_a_forgotten_dream_is_let_go():
    env = DreamEnv(source())
    env.reset(seed=0)
    finalizer = env._finalizer
    del env
    gc.collect()
    assert not finalizer.alive


def test_a_dream_of_one_world_asks_for_one_row_at_a_time():
    env = dream()
    play(env, 4)
    assert env.source.model.opened == [1] and env.source.model.stepped == [1] * 4
