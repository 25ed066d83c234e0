"""The lattice covers the ball once, and its edges and corners fit together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.compass import BACK, LEFT, column_aside
from mpgenie.envs.planet.geometry import (
    column_of,
    geometry_of,
    great_circle_distance,
    great_circle_step,
    locate,
    position_of,
    step,
    tangent_axes,
)

pytestmark = pytest.mark.laws

SIZE = 8
GEOMETRY = geometry_of(SIZE)
COLUMNS = 6 * SIZE * SIZE
EVERY_COLUMN = np.arange(COLUMNS)
components = st.floats(-1.0, 1.0, allow_nan=False)
few = settings(deadline=None, max_examples=50)


def test_every_step_can_be_taken_back():
    for column in EVERY_COLUMN:
        for direction in range(4):
            there, travel = step(GEOMETRY, column, direction)
            back, travel = step(GEOMETRY, there, BACK[travel])
            assert (back, travel) == (column, BACK[direction])


def test_neighbours_are_the_columns_that_share_an_edge():
    corners = GEOMETRY.corner.round(9) + 0.0
    owners: dict[tuple[float, ...], set[int]] = {}
    for column in EVERY_COLUMN:
        face, a, b = column // SIZE**2, column // SIZE % SIZE, column % SIZE
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
            owners.setdefault(tuple(corners[face, a + i, b + j]), set()).add(int(column))
    assert sorted({len(columns) for columns in owners.values()}) == [3, 4]
    shared: dict[tuple[int, int], int] = {}
    for columns in owners.values():
        for one in columns:
            for other in columns - {one}:
                shared[one, other] = shared.get((one, other), 0) + 1
    for column in EVERY_COLUMN:
        by_corners = {
            there for (here, there), count in shared.items() if here == column and count == 2
        }
        assert by_corners == set(GEOMETRY.neighbour[column].tolist())


def test_left_four_times_goes_around_a_block_except_at_the_corners():
    odd = 0
    for column in EVERY_COLUMN:
        for direction in range(4):
            here, travel = step(GEOMETRY, column, direction)
            for _ in range(3):
                here, travel = step(GEOMETRY, here, LEFT[travel])
            odd += here != column
    assert odd == 24  # at each of the eight corners only three columns meet


def test_a_step_aside_and_back_is_the_same_column():
    for column in EVERY_COLUMN[::7]:
        a, b = column // SIZE % SIZE, column % SIZE
        if 2 <= a < SIZE - 2 and 2 <= b < SIZE - 2:
            for along_a in (-2, 0, 1):
                for along_b in (-1, 0, 2):
                    there = column_aside(GEOMETRY, column, along_a, along_b)
                    assert there == column + along_a * SIZE + along_b


@few
@given(components, components, components, st.floats(1.0, 60.0))
def test_places_and_lattice_coordinates_are_the_same_thing(x, y, z, radius):
    point = np.array([x, y, z])
    length = np.sqrt((point * point).sum())
    if length < 1e-3:
        return
    point *= radius / length
    face, a, b, layer = locate(GEOMETRY, *point)
    assert 0.0 <= a <= SIZE and 0.0 <= b <= SIZE
    assert np.allclose(position_of(GEOMETRY, face, a, b, layer), point, atol=1e-9 * radius)


def test_the_middle_of_each_column_lies_over_it():
    for column in EVERY_COLUMN:
        assert column_of(GEOMETRY, *GEOMETRY.centre[column]) == column


def test_tangent_axes_are_upright_and_square():
    for column in EVERY_COLUMN:
        axes = np.array(tangent_axes(*GEOMETRY.centre[column])).reshape(3, 3)
        assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        assert np.allclose(np.cross(axes[1], axes[2]), axes[0])


def test_a_great_circle_leads_home():
    here = GEOMETRY.centre[5].copy()
    heading = np.array(tangent_axes(*here)[3:6])
    there, travel = great_circle_step(here, heading, 1.0)
    assert abs(great_circle_distance(here, there, 10.0) - 10.0) < 1e-9
    for _ in range(3):
        there, travel = great_circle_step(there, travel, (2.0 * np.pi - 1.0) / 3.0)
    assert np.allclose(there, here) and np.allclose(travel, heading)


@pytest.mark.parametrize("size", [0, 7, 401])
def test_absurd_sizes_are_refused(size):
    with pytest.raises(ValueError, match="between 48 and 400"):
        geometry_of(size)
