"""No body ever shares space with a solid cell: on faces, over all edges, around all corners."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.blocks import TABLE
from mpgenie.envs.planet.geometry import geometry_of, on_face, position_of
from mpgenie.envs.simulation.bodies import (
    HIT_GROUND,
    freed,
    move_body,
)
from mpgenie.envs.simulation.footprint import half_cells, occupies, overlaps

pytestmark = pytest.mark.laws
STONE = 2


def rubble(size, seed, share=0.35):
    """A planet of random stones between layers 3 and 12, on a floor."""
    rng = np.random.default_rng(seed)
    blocks = np.zeros((6 * size * size, 64), np.uint8)
    blocks[:, :3] = STONE
    blocks[:, 3:12][rng.random((6 * size * size, 9)) < share] = STONE
    return blocks


def fuzz(geometry, blocks, feet, rng, steps, half=0.3, height=1.8, speed=0.5):
    """Throw a body about, and return how far it moved at most and whether it ever stood."""
    x, y, z = freed(blocks, TABLE.solid, geometry, *feet, half, height)
    farthest, stood = 0.0, 0
    for _ in range(steps):
        vx, vy, vz = rng.normal(0, speed, 3).tolist()
        old = np.array([x, y, z])
        careful = bool(rng.random() < 0.2)
        x, y, z, ux, uy, uz, vx, vy, vz, _, hits = move_body(
            blocks, TABLE.solid, geometry, x, y, z, vx, vy, vz, half, height, careful
        )
        assert not overlaps(blocks, TABLE.solid, geometry, x, y, z, half, height)
        assert np.linalg.norm([ux, uy, uz]) == pytest.approx(1.0, abs=1e-12)
        farthest = max(farthest, float(np.linalg.norm(np.array([x, y, z]) - old)))
        stood += hits & HIT_GROUND != 0
    return farthest, stood


@pytest.mark.parametrize("half", [0.3, 0.45, 0.125])
@pytest.mark.parametrize("face", range(6))
def test_no_body_enters_a_solid_cell_anywhere_on_a_face(face, half, ticks):
    geometry = geometry_of(8)
    rng = np.random.default_rng(face)
    feet = position_of(geometry, face, 4.5, 4.5, 14.0)
    farthest, stood = fuzz(geometry, rubble(8, face), feet, rng, ticks(4000), half=half)
    assert farthest > 0.5 and (stood or ticks(4000) < 4000)


# Four edges of six faces: each of the 24 directed edges, at three places along it.
EDGES = [(face, edge) for face in range(6) for edge in range(4)]


def place_at_edge(edge, size, inward, along):
    return {
        0: (size - inward, along), 1: (inward, along), 2: (along, size - inward), 3: (along, inward)
    }[edge]  # fmt: skip


@pytest.mark.parametrize(("face", "edge"), EDGES)
def test_no_body_enters_a_solid_cell_at_an_edge(face, edge, ticks):
    geometry = geometry_of(8)
    rng = np.random.default_rng(100 + 4 * face + edge)
    for along in (0.6, 4.5, 7.4):
        a, b = place_at_edge(edge, 8, 0.5, along)
        feet = position_of(geometry, face, a, b, 13.0)
        fuzz(geometry, rubble(8, edge, 0.25), feet, rng, ticks(700), speed=0.3)


@pytest.mark.parametrize("corner", range(8))
def test_no_body_enters_a_solid_cell_at_a_corner(corner, ticks):
    geometry = geometry_of(8)
    sign = [1.0 if corner >> k & 1 else -1.0 for k in range(3)]
    radius = geometry.bottom + 6.0
    for seed in range(3):
        rng = np.random.default_rng(1000 * corner + seed)
        feet = tuple(s * radius / np.sqrt(3.0) + rng.normal(0, 0.3) for s in sign)
        fuzz(geometry, rubble(8, seed, 0.25), feet, rng, ticks(700), speed=0.3)


@pytest.mark.parametrize(("face", "edge"), EDGES)
def test_every_edge_can_be_walked_over(arena, face, edge):
    world = arena(players=1)
    for along in (1.5, 4.0, 6.7):
        a, b = place_at_edge(edge, 8, 0.6, along)
        world.put(0, face, a, b, ahead="a" if edge < 2 else "b")
        heading = world.state.players.heading[0, 0]
        heading *= -1.0 if edge % 2 else 1.0
        world.settle()
        level = world.height()
        world.tick(12, p0="forward")
        here = on_face(world.geometry.axes, 8, face, *world.position().tolist())
        assert max(here) > 8.5 or min(here) < -0.5, "still on the same face"
        assert world.height() == pytest.approx(level, abs=1e-5)
        assert not world.stuck()


@pytest.mark.parametrize(("face", "edge"), EDGES)
def test_a_wall_beyond_an_edge_stops_a_body(arena, face, edge):
    world = arena(players=1)
    for along in np.arange(0.5, 8.0):
        a, b = place_at_edge(edge, 8, -0.4, along)
        for _ in range(2):
            world.build(world.cell(face, a, b))
    a, b = place_at_edge(edge, 8, 1.5, 4.4)
    world.put(0, face, a, b, ahead="a" if edge < 2 else "b")
    world.state.players.heading[0, 0] *= -1.0 if edge % 2 else 1.0
    world.settle()
    world.tick(40, p0="forward")
    a, b = on_face(world.geometry.axes, 8, face, *world.position().tolist())
    to_edge = {0: 8 - a, 1: a, 2: 8 - b, 3: b}[edge]
    assert to_edge == pytest.approx(0.3, abs=0.03)
    assert not world.stuck()


@given(
    face=st.integers(0, 5),
    a=st.floats(0, 8),
    b=st.floats(0, 8),
    speed=st.floats(0.0, 4.0),
)
@settings(deadline=None, max_examples=60)
def test_no_fall_is_fast_enough_to_pass_a_floor(face, a, b, speed):
    geometry = geometry_of(8)
    blocks = np.zeros((6 * 64, 64), np.uint8)
    blocks[:, 5] = STONE
    x, y, z = position_of(geometry, face, a, b, 30.0)
    for _ in range(40):
        r = float(np.sqrt(x * x + y * y + z * z))
        x, y, z, *_, hits = move_body(
            blocks, TABLE.solid, geometry, x, y, z,
            -speed * x / r, -speed * y / r, -speed * z / r, 0.3, 1.8, False,
        )  # fmt: skip
        assert np.sqrt(x * x + y * y + z * z) - geometry.bottom >= 6.0
    assert hits & HIT_GROUND or speed < 1.0


@given(st.floats(0, 60))
@settings(deadline=None)
def test_a_body_is_never_wider_than_its_cell_allows(layer):
    geometry = geometry_of(16)
    half = half_cells(geometry, 0.3, layer)
    widest = (geometry.bottom + layer) * np.pi / 2 / geometry.size
    assert half <= 0.3 + 1e-15
    assert half * widest <= 0.3 * max(1.0, 1e-9 + min(1.0, widest) / min(1.0, widest)) + 1e-9


def test_a_body_fits_through_a_gap_of_one_cell_at_any_depth(arena):
    world = arena(players=1)
    world.settle()
    ground = world.cell(0, 4.5, 4.5) % 64
    for a in range(3, 8):
        for b in (3, 5):
            for _ in range(2):
                world.build(world.cell(0, a + 0.5, b + 0.5))
    world.put(0, 0, 1.5, 4.5)
    world.settle()
    world.tick(60, p0="forward")
    a, b = on_face(world.geometry.axes, 8, 0, *world.position().tolist())
    assert a > 8.0 or np.linalg.norm(world.position()) > 0 and a < 0, "it passed the corridor"
    assert ground > 0


def test_occupies_agrees_with_overlaps():
    geometry = geometry_of(8)
    rng = np.random.default_rng(2)
    for _ in range(60):
        point = rng.normal(0, 1, 3)
        point *= (geometry.bottom + 4 + 4 * rng.random()) / np.linalg.norm(point)
        blocks = np.zeros((6 * 64, 64), np.uint8)
        for cell in rng.integers(0, 6 * 64, 400) * 64 + rng.integers(3, 9, 400):
            column, layer = divmod(int(cell), 64)
            blocks[:] = 0
            blocks[column, layer] = STONE
            x, y, z = point.tolist()
            assert bool(overlaps(blocks, TABLE.solid, geometry, x, y, z, 0.3, 1.8)) == bool(
                occupies(geometry, x, y, z, 0.3, 1.8, cell)
            )
            break


def test_a_body_inside_stone_comes_out():
    geometry = geometry_of(8)
    blocks = np.zeros((6 * 64, 64), np.uint8)
    blocks[:, :20] = STONE
    x, y, z = freed(
        blocks, TABLE.solid, geometry, *position_of(geometry, 2, 3.2, 5.1, 11.5), 0.3, 1.8
    )
    assert not overlaps(blocks, TABLE.solid, geometry, x, y, z, 0.3, 1.8)
    assert np.sqrt(x * x + y * y + z * z) - geometry.bottom == pytest.approx(20.0, abs=1e-5)
