"""After any edits the hash and the light are what they would be if all were done anew."""

import os
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.cells import hash_of_blocks, new_cells, section_of
from mpgenie.envs.planet.edits import revert_edits, set_block, with_room
from mpgenie.envs.planet.light import light_all
from mpgenie.envs.planet.planet import PlanetConfig, make_planet

pytestmark = pytest.mark.laws

PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"
SIZE = 8 if PLAIN else 16
COLUMNS = 6 * SIZE * SIZE
NAMES = ("air", "air", "air", "stone", "glass", "water", "torch", "lamp", "oak_leaves", "dirt")
edit_lists = st.lists(
    st.tuples(st.integers(0, COLUMNS - 1), st.integers(1, 24), st.sampled_from(NAMES)),
    min_size=1,
    max_size=6 if PLAIN else 40,
)
examples = settings(deadline=None, max_examples=3 if PLAIN else 60)


@lru_cache
def planet():
    return make_planet(PlanetConfig(size=SIZE), 5)


def laid(edits=64):
    cells = new_cells(planet().geometry, 1, edits)
    planet().lay(cells, 0)
    return cells


def apply(cells, edits):
    for column, layer, name in edits:
        assert set_block(cells, planet().geometry, 0, column * 64 + layer, BLOCK[name])


@lru_cache
def columns_around():
    """For each column those that share a corner with it, found from the corners' places alone."""
    corners = planet().geometry.corner.round(9) + 0.0
    owners: dict[tuple[float, ...], set[int]] = {}
    ways = ((0, 0), (0, 1), (1, 0), (1, 1))
    keys = [
        [tuple(corners[c // SIZE**2, c // SIZE % SIZE + i, c % SIZE + j]) for i, j in ways]
        for c in range(COLUMNS)
    ]
    for column, its in enumerate(keys):
        for key in its:
            owners.setdefault(key, set()).add(column)
    return [set().union(*(owners[key] for key in its)) for its in keys]


@examples
@given(edit_lists)
def test_light_and_hash_are_exact(edits):
    cells = laid()
    apply(cells, edits)
    light = np.empty_like(cells.light[0])
    light_all(cells.blocks[0], light, planet().geometry)
    assert np.array_equal(cells.light[0], light)
    assert cells.hash[0] == hash_of_blocks(cells.blocks[0])


@examples
@given(edit_lists)
def test_reverting_gives_the_planet_back(edits):
    cells = laid()
    apply(cells, edits)
    revert_edits(cells, planet().geometry, 0)
    assert np.array_equal(cells.blocks[0], planet().blocks)
    assert np.array_equal(cells.light[0], planet().light)
    assert int(cells.hash[0]) == planet().hash
    assert not cells.edit_count[0] and not cells.edit_mark.any() and not cells.edited.any()


@examples
@given(edit_lists)
def test_every_section_that_may_look_different_is_marked(edits):
    cells = laid()
    marks = cells.changed[0].copy()
    apply(cells, edits)
    differs = (cells.blocks[0] != planet().blocks) | (cells.light[0] != planet().light)
    geometry = planet().geometry
    for column, layer in np.argwhere(differs)[:: 7 if PLAIN else 1]:
        for beside in columns_around()[column]:
            for height in (max(0, layer - 1), layer, min(63, layer + 1)):
                section = section_of(geometry, beside, height)
                assert cells.changed[0, section] > marks[section]


def test_the_edit_list_knows_what_was_there():
    cells = laid()
    apply(cells, [(3, 2, "lamp"), (3, 2, "stone"), (9, 2, "glass")])
    listed = dict(
        zip(cells.edit_cell[0, :2].tolist(), cells.edit_before[0, :2].tolist(), strict=True)
    )
    assert cells.edit_count[0] == 2
    assert listed == {c * 64 + 2: planet().blocks[c, 2] for c in (3, 9)}


def test_a_full_list_refuses_and_changes_nothing():
    cells = laid(edits=2)
    apply(cells, [(1, 50, "stone"), (2, 50, "stone"), (1, 50, "lamp")])
    before = cells.hash[0], cells.light.copy()
    assert not set_block(cells, planet().geometry, 0, 3 * 64 + 50, BLOCK["stone"])
    assert cells.hash[0] == before[0] and np.array_equal(cells.light, before[1])
    cells = with_room(cells, 1)
    assert set_block(cells, planet().geometry, 0, 3 * 64 + 50, BLOCK["stone"])
    assert with_room(cells, 1) is cells


def test_a_dig_marks_few_sections():
    cells = laid()
    marks = cells.changed[0].copy()
    apply(cells, [(COLUMNS // 12, 2, "dirt")])
    assert 1 <= (cells.changed[0] != marks).sum() <= 12
    assert np.array_equal(cells.edited[0] == 1, cells.changed[0] != marks)


def test_setting_the_same_block_is_no_edit():
    cells = laid()
    assert set_block(cells, planet().geometry, 0, 5, int(planet().blocks[0, 5]))
    assert cells.edit_count[0] == 0


@pytest.mark.skipif(PLAIN, reason="a thousand times slower without the JIT")
def test_thousands_of_edits_revert_too():
    cells = laid(edits=4000)
    for column in range(COLUMNS):
        for layer in (40, 42, 44):
            set_block(cells, planet().geometry, 0, column * 64 + layer, BLOCK["stone"])
    assert cells.edit_count[0] > 3000
    revert_edits(cells, planet().geometry, 0)
    assert int(cells.hash[0]) == planet().hash and np.array_equal(cells.light[0], planet().light)
