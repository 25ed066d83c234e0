"""Shapes of world models that cannot be are refused, by name."""

from dataclasses import asdict

import pytest

from mpgenie.errors import ConfigError
from mpgenie.world_models.config import PRESETS, WorldModelConfig, config_from


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"layout": "jiont"}, "Did you mean 'joint'"),
        ({"identity": 3}, "identity cannot be 3"),
        ({"width": 10**9}, "width must lie in 16..4096"),
        ({"width": 200}, "multiple of 8"),
        ({"window": True}, "window must lie in"),
        ({"window": 2.5}, "window must lie in"),
        ({"context_noise": float("nan")}, "context_noise must lie in"),
        ({"resolution": (64, 60)}, "multiples of cell, 8"),
        ({"resolution": (64, 64, 64)}, "multiples of cell"),
        ({"players": 8, "pool": 4}, "pool of 4 is too small"),
        ({"compose": True, "injection": "macm"}, "compose"),
    ],
)
def test_what_cannot_be_is_refused(chosen, message):
    with pytest.raises(ConfigError, match=message):
        WorldModelConfig(**chosen)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_presets_come_back_from_what_they_are_stored_as(preset):
    assert config_from(asdict(preset)) == preset


def test_unknown_settings_are_refused():
    with pytest.raises(ConfigError, match="Did you mean 'width'"):
        config_from({"widht": 3})


def test_layouts_of_fixed_size_say_how_many_players_they_take():
    with pytest.raises(ConfigError, match="exactly 2 players, got 3"):
        WorldModelConfig(layout="frame_concat").check_players(3)
    WorldModelConfig().check_players(8)
    with pytest.raises(ConfigError, match="1 to 16 players, got 17"):
        WorldModelConfig().check_players(17)
