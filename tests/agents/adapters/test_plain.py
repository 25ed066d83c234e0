"""Plain environments are the same game in float32, numbers and single choices."""

import numpy as np
import pytest
from gymnasium import spaces
from pettingzoo.test import parallel_api_test

from mpgenie.agents.adapters.plain import MOVES, PlainEnv, plain_env
from mpgenie.envs.parallel import parallel_env
from mpgenie.errors import ActionError, ConfigError

SMALL = {"planet": "flat", "size": 16, "mobs": False, "max_cycles": 12}
MANY = ("rgb", "depth", "proprio", "state", "pose")


def test_it_keeps_the_contract_of_a_parallel_env():
    env = plain_env("tag", observe="state", moves=MOVES, **SMALL)
    parallel_api_test(env, num_cycles=30)
    env.close()


@pytest.mark.parametrize("observe", ["state", "rgb", MANY], ids=str)
def test_observations_are_what_the_game_shows_scaled_to_one(observe):
    options = {"observe": observe, "renderer": "software", **SMALL}
    game, plain = parallel_env("tag", **options), plain_env("tag", **options)
    expected, _ = game.reset(seed=3)
    seen, _ = plain.reset(seed=3)
    for agent in plain.agents:
        assert plain.observation_space(agent).contains(seen[agent])
        shown = expected[agent] if observe == MANY else {observe: expected[agent]}
        space = game.observation_space(agent)
        boxes = space.spaces if observe == MANY else {observe: space}
        for name, box in boxes.items():
            got = seen[agent][name] if observe == MANY else seen[agent]
            width = np.maximum(box.high.astype(float) - box.low, 1e-9)
            np.testing.assert_allclose(got * width + box.low, shown[name], rtol=1e-5, atol=2e-5)
    game.close()
    plain.close()


def test_a_choice_is_the_action_of_its_row():
    game = parallel_env("gather", observe="state", messages=2, **SMALL)
    plain = PlainEnv(parallel_env("gather", observe="state", messages=2, **SMALL), moves=MOVES)
    game.reset(seed=4)
    plain.reset(seed=4)
    rows = [np.array([*row, 0]) for row in MOVES.values()]
    assert plain.action_space("player_0") == spaces.Discrete(len(rows))
    for tick in range(12):
        choices = {"player_0": tick, "player_1": np.int64(len(rows) - 1 - tick)}
        told = game.step({agent: rows[choice] for agent, choice in choices.items()})
        plainly = plain.step(choices)
        assert plainly[1:4] == told[1:4]
        assert plain.state_hash() == game.state_hash()
    game.close()
    plain.close()


def test_infos_are_numbers_and_say_what_the_reward_is_made_of():
    env = plain_env("tag", observe="state", floats=False, **SMALL)
    env.reset(seed=1)
    actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    seen, rewards, _, _, infos = env.step(actions)
    for agent, info in infos.items():
        assert seen[agent].dtype == np.uint8
        parts = {name: worth for name, worth in info.items() if name.startswith("reward_")}
        assert set(info) == {"tick", *parts}
        assert sum(parts.values()) == pytest.approx(rewards[agent])
    env.close()


def test_every_move_is_another():
    assert len(set(MOVES.values())) == len(MOVES) == 20


@pytest.mark.parametrize(
    ("moves", "options", "message"),
    [
        ({}, {}, "at least one"),
        ({"fly": (0, 0, 9, 0, 0, 0, 0, 0, 5, 5)}, {}, "'fly'"),
        ({"short": (0, 0)}, {}, "'short'"),
        (MOVES, {"action_mode": "raw"}, "discrete"),
    ],
)
def test_moves_that_are_no_actions_are_refused(moves, options, message):
    with pytest.raises(ConfigError, match=message):
        plain_env(moves=moves, observe="state", **SMALL, **options)


def test_a_choice_beyond_the_table_names_the_player():
    env = plain_env(moves=MOVES, observe="state", **SMALL)
    env.reset(seed=1)
    with pytest.raises(ActionError, match="player_1: moves are 0 to 19"):
        env.step({"player_0": 0, "player_1": 20})
    env.close()
