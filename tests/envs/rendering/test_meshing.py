"""The faces of a section are those between what one cannot and what one can see through."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import AIR, BEDROCK, BLOCK, TABLE, TORCH, WATER
from mpgenie.envs.planet.planet import PlanetConfig, make_planet
from mpgenie.envs.rendering.appearance import Appearance
from mpgenie.envs.rendering.mesh import CORNER, LEVELS, OUT, SEE_THROUGH
from mpgenie.envs.rendering.meshing import mesh_section
from mpgenie.envs.rendering.scene import Scene
from mpgenie.envs.simulation.state import new_state

pytestmark = pytest.mark.laws

SIZE = 12
"""So that there are whole chunks and short ones."""
SECTIONS = [chunk * 8 + level for chunk in (0, 1, 7, 22) for level in range(8)]
SOME = [BLOCK[name] for name in ("air", "stone", "water", "glass", "torch", "lamp")]


@pytest.fixture(scope="module")
def scene():
    """A planet with blocks and lights strewn over it, all of which has been meshed twice."""
    planet = make_planet(PlanetConfig(kind="normal", size=SIZE), 4)
    state = new_state(planet.geometry, 1, 1, 1, 1, 8)
    planet.lay(state.cells, 0)
    rng, cells = np.random.default_rng(4), state.cells
    strewn = rng.random(cells.blocks.shape) < 0.03
    cells.blocks[strewn] = rng.choice(SOME, int(strewn.sum()))
    cells.light[strewn] = rng.integers(0, 256, int(strewn.sum()))
    made = Scene(planet.geometry, state)
    for section in [*SECTIONS, *SECTIONS]:
        while not mesh_section(
            made.sections, cells, made.mesh, made.tables, made.mesh_work, 0, section
        ):
            made.make_room()
    return made


def around(scene, section):
    """(10, 10, 10) blocks and light of a section and its rim; the planet lies on bedrock."""
    cells, columns = scene.state.cells, scene.sections.column[section >> 3]
    layers = (section & 7) * 8 + np.arange(-1, 9)
    outside = (columns[:, :, None] < 0) | (layers < 0)
    at = columns[:, :, None], np.clip(layers, 0, 63)
    blocks = np.where(layers > 63, AIR, cells.blocks[0][at])
    light = np.where(layers > 63, 240, cells.light[0][at])
    return np.where(outside, BEDROCK, blocks), np.where(outside, 0, light)


def listed(scene, section, level, kind):
    """(n, 3) the faces of one list of a level."""
    counts = scene.mesh.count[0, section, level].astype(int)
    begin = scene.mesh.first[0, section, level] + counts[:kind].sum()
    return scene.mesh.face[0, begin : begin + counts[kind]]


def fields(face):
    """Cell a, b, layer, direction, width, height and block of a face."""
    word = int(face[0])
    cell = np.array([word & 7, word >> 3 & 7, word >> 6 & 7])
    return cell, word >> 9 & 7, 1 << (word >> 12 & 3), 1 << (word >> 14 & 3), word >> 16 & 255


def shows(here, there, direction):
    """In which list a block has a face towards another; None if it has none."""
    if here == AIR:
        return None
    if here == TORCH:
        return direction if direction < 5 else None
    if TABLE.opaque[there] or (not TABLE.opaque[here] and there in (here, WATER)):
        return None
    return direction if TABLE.opaque[here] else SEE_THROUGH


@pytest.mark.parametrize("kind", range(7))
def test_every_face_that_shows_is_listed_once_and_in_order(scene, kind):
    for section in SECTIONS:
        blocks, _ = around(scene, section)
        expected = []
        for direction in range(6):
            for cell in np.ndindex(8, 8, 8):
                at = np.array(cell) + 1
                here, there = blocks[tuple(at)], blocks[tuple(at + OUT[direction])]
                if on_own_side(scene, section, cell) and shows(here, there, direction) == kind:
                    expected.append((cell, direction, here))
        found = [fields(face) for face in listed(scene, section, 0, kind)]
        assert [(tuple(f[0]), f[1], f[4]) for f in found] == expected
        assert all(f[2] == f[3] == 1 for f in found)


def on_own_side(scene, section, cell):
    """Whether a cell lies on its section's side of the planet: past a short chunk it does not."""
    per_edge, chunk = scene.sections.per_edge, section >> 3
    a, b = chunk // per_edge % per_edge * 8 + cell[0], chunk % per_edge * 8 + cell[1]
    return a < SIZE and b < SIZE


def brightness(blocks, light, cell, beside, above):
    """At a corner of the face that looks into `cell`: from the sky, from lamps."""
    look = Appearance()
    levels = [0] + [int(255.0 * look.light_falloff**k + 0.5) for k in range(14, -1, -1)]
    steps = (beside, above, beside + above)
    shut = [TABLE.opaque[blocks[tuple(cell + step)]] for step in steps]
    shut[2] = shut[2] or (shut[0] and shut[1])
    open_cells = [cell, *(cell + step for step, no in zip(steps, shut, strict=True) if not no)]
    share = int(look.occlusion[sum(shut)] * 256.0 + 0.5)
    values = [int(light[tuple(at)]) for at in open_cells]
    for nibbles in ([v >> 4 for v in values], [v & 15 for v in values]):
        yield sum(levels[n] for n in nibbles) // len(values) * share >> 8


def test_corners_have_the_mean_light_of_the_open_cells_around_them(scene):
    for section in SECTIONS:
        blocks, light = around(scene, section)
        for kind in range(7):
            for face in listed(scene, section, 0, kind)[::5]:
                cell, direction = fields(face)[:2]
                u, v = CORNER[direction, 3], CORNER[direction, 4]
                front = cell + 1 + OUT[direction]
                for corner, (right, down) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1))):
                    sky, lamp = brightness(blocks, light, front, right * u, down * v)
                    assert (int(face[1]) >> 8 * corner & 255) == sky
                    assert (int(face[2]) >> 8 * corner & 255) == lamp


def covered(face):
    """The cells that a face, merged or not, shows: with direction, block and texture."""
    cell, direction, width, height, _ = fields(face)
    u, v = np.abs(CORNER[direction, 3]), np.abs(CORNER[direction, 4])
    for i in range(width):
        for j in range(height):
            yield (*(cell + i * u + j * v), direction, int(face[0]) >> 16)


@pytest.mark.parametrize("level", range(1, LEVELS))
def test_merged_faces_cover_what_single_ones_do(scene, level):
    merged = 0
    for section in SECTIONS:
        for kind in range(7):
            faces = listed(scene, section, level, kind)
            single = [cell for f in listed(scene, section, 0, kind) for cell in covered(f)]
            assert sorted(cell for face in faces for cell in covered(face)) == sorted(single)
            sizes = [fields(face)[2:4] for face in faces]
            assert all(max(size) <= 1 << level for size in sizes)
            merged += len(single) - len(faces)
    assert merged > 100


def test_boxes_enclose_the_faces_of_each_direction(scene):
    for section in SECTIONS:
        everything = []
        for kind in range(7):
            if kind < 6:
                cells = [fields(face)[0] for face in listed(scene, section, 0, kind)]
                everything += cells
            else:
                cells = everything
            box = np.array([8, 0] * 3)
            if cells:
                box[::2], box[1::2] = np.min(cells, axis=0), np.max(cells, axis=0) + 1
            assert scene.mesh.extent[0, section, kind].tolist() == box.tolist()
