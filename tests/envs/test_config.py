"""A config is checked whole when it is made, and says what would have been right."""

import pickle

import pytest

from mpgenie.envs.config import EnvConfig, config_from
from mpgenie.envs.parallel import PlanetEnv, parallel_env
from mpgenie.envs.scenarios.tag import Tag
from mpgenie.errors import ConfigError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scenario": "gathr"}, "Did you mean 'gather'"),
        ({"renderer": "open_gl"}, "Did you mean 'opengl'"),
        ({"observe": "depht"}, "Did you mean 'depth'"),
        ({"observe": ("rgb", "stat")}, "Did you mean 'state'"),
        ({"planet": "norml"}, "Did you mean 'normal'"),
        ({"render_mode": "rgb"}, "Did you mean 'rgb_array'"),
        ({"death": "respwn"}, "Did you mean 'respawn'"),
        ({"action_mode": "row"}, "Did you mean 'raw'"),
        ({"missing": "no-op"}, "Did you mean 'noop'"),
        ({"player": 2}, "Did you mean 'players'"),
    ],
)
def test_offers_the_nearest_name(options, message):
    with pytest.raises(ConfigError, match=message):
        config_from(options)


@pytest.mark.parametrize(
    "options",
    [
        {"players": 0},
        {"players": 1025},
        {"players": 2.0},
        {"players": True},
        {"players": 33, "scenario": "tag"},
        {"size": 7},
        {"size": 401},
        {"size": "96"},
        {"resolution": (31, 64)},
        {"resolution": (64, 1921)},
        {"resolution": (1081, 64)},
        {"resolution": (64,)},
        {"resolution": 64},
        {"resolution": (64.0, 64.0)},
        {"max_cycles": 0},
        {"messages": 256},
        {"messages": -1},
        {"message_range": float("nan")},
        {"message_range": -1},
        {"view_distance": 0},
        {"view_distance": float("inf")},
        {"view_distance": "far"},
        {"planets": 0},
        {"day": 0},
        {"start_time": -1},
        {"seed": -1},
        {"hud": 1},
        {"observe": ()},
        {"observe": ("rgb", "rgb")},
        {"observe": None},
        {"scenario": 3},
        {"appearance": "pretty"},
    ],
    ids=str,
)
def test_refuses_what_is_out_of_bounds(options):
    with pytest.raises(ConfigError):
        config_from(options)


def test_equal_options_make_equal_configs():
    assert EnvConfig("tag", 4, observe=["rgb", "depth"]) == EnvConfig(
        scenario=Tag(), players=4, observe=("rgb", "depth")
    )


def test_a_config_survives_pickling():
    config = EnvConfig(Tag(taggers=2), 5, message_range=float("inf"), messages=3)
    assert pickle.loads(pickle.dumps(config)) == config


def test_parallel_env_has_the_signature_of_the_config():
    import inspect

    assert inspect.signature(parallel_env) == inspect.signature(EnvConfig)


def test_only_scenario_and_players_go_without_names():
    with pytest.raises(ConfigError, match="without their names"):
        parallel_env("tag", 2, "flat")


def test_a_config_and_single_options_exclude_each_other():
    with pytest.raises(ConfigError, match="not both"):
        PlanetEnv(EnvConfig(), players=2)
