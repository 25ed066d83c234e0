"""Light is the one solution of its rules."""

import os
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.blocks import BLOCK, TABLE
from mpgenie.envs.planet.geometry import LAYERS, geometry_of
from mpgenie.envs.planet.light import (
    LAMP_SHIFT,
    SKY_SHIFT,
    light_all,
    neighbour_cell,
    own_light,
    passed_on,
)
from mpgenie.envs.planet.planet import PlanetConfig, make_planet

pytestmark = pytest.mark.laws

PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"
GEOMETRY = geometry_of(8)
COLUMNS = 6 * 8 * 8


@lru_cache
def hills() -> np.ndarray:
    return make_planet(PlanetConfig(size=8), 3).blocks


def lit(blocks):
    light = np.empty_like(blocks)
    light_all(blocks, light, GEOMETRY)
    return light


def check_rules(blocks, light, cells):
    """Each cell has the most of its own light and of what its neighbours pass on."""
    for cell in cells:
        block = blocks[cell >> 6, cell & 63]
        for channel in (SKY_SHIFT, LAMP_SHIFT):
            arrives = own_light(channel, cell, block)
            for direction in range(6):
                there = neighbour_cell(GEOMETRY, cell, direction)
                if there >= 0:
                    level = (int(light[there >> 6, there & 63]) >> channel) & 15
                    arrives = max(arrives, passed_on(channel, level, direction ^ 1, block))
            assert (int(light[cell >> 6, cell & 63]) >> channel) & 15 == arrives


@settings(deadline=None, max_examples=2 if PLAIN else 20)
@given(st.lists(st.tuples(st.integers(0, COLUMNS - 1), st.integers(1, 20)), max_size=30), st.data())
def test_every_cell_has_the_most_that_arrives(places, data):
    blocks = hills().copy()
    names = ("lamp", "torch", "air", "glass", "water", "stone")
    for column, layer in places:
        blocks[column, layer] = BLOCK[data.draw(st.sampled_from(names))]
    light = lit(blocks)
    check_rules(blocks, light, range(0, COLUMNS * LAYERS, 29 if PLAIN else 1))


def test_the_sky_is_bright_and_the_rock_is_dark():
    light = lit(hills())
    assert np.all(light[:, LAYERS - 1] == 15 * 16)
    assert np.all(light[TABLE.opaque[hills()]] == 0)


def test_water_takes_two_a_layer():
    blocks = np.zeros((COLUMNS, LAYERS), np.uint8)
    blocks[:, :20] = BLOCK["water"]
    light = lit(blocks)
    assert light[0, 12:22].tolist() == [
        16 * (15 - 2 * max(0, 20 - k)) if k > 12 else 0 for k in range(12, 22)
    ]


def test_a_torch_fades_step_by_step():
    blocks = np.zeros((COLUMNS, LAYERS), np.uint8)
    blocks[:, 10] = BLOCK["stone"]
    blocks[0, 5] = BLOCK["torch"]
    light = lit(blocks)
    assert light[0, 9:4:-1].tolist() == [10, 11, 12, 13, 14]
    assert light[GEOMETRY.neighbour[0], 5].tolist() == [13] * 4
