"""What the software renderer shows is what is there, however it is found.

The planets are tiny and the frames 16 by 16, so that the laws also hold, and can be watched, with
the kernels run as plain Python.
"""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK, TABLE
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.planet import PlanetConfig, make_planet
from mpgenie.envs.planet.raycast import cast
from mpgenie.envs.rendering.camera import FIRST, THIRD, TOP, first_person, follow, look, new_views
from mpgenie.envs.rendering.culling import CULL_ALL, FACING, FRUSTUM, HORIZON, OCCLUSION
from mpgenie.envs.rendering.scene import Scene
from mpgenie.envs.rendering.software import SoftwareRenderer, new_frames
from mpgenie.envs.simulation.weather import sun_direction
from mpgenie.envs.simulation.world import Simulation

pytestmark = pytest.mark.laws

HEIGHT = WIDTH = 16
DISTANCE = 32.0
PASSES = ("rgb", "depth", "segmentation", "visible")
ALWAYS = (np.inf, np.inf)
"""Faces are never merged."""


class Stage:
    """Two players close together on a tiny planet, the second in front of the first."""

    def __init__(self, kind, size, seed=3, tick=4000, **rules):
        planet = make_planet(PlanetConfig(kind=kind, size=size), seed)
        rules = {"mobs": False, "weather": False, **rules}
        self.sim = Simulation(planet.config, players=2, **rules)
        self.sim.reset(0, 1, planet=planet)
        self.geometry, self.state = self.sim.geometry, self.sim.state
        self.state.clock.tick[0] = tick
        players = self.state.players
        first, heading = players.position[0, 0], players.heading[0, 0]
        self.sim.teleport(0, 1, first + heading * 2.5, -heading)
        self.scene = Scene(self.geometry, self.state)
        self.scene.update()

    @property
    def blocks(self):
        return self.state.cells.blocks[0]

    def views(self, kinds=(FIRST, THIRD, TOP)):
        """Views that follow the first player, and one from high above the other side."""
        views = new_views(len(kinds) + 1)
        for v, kind in enumerate(kinds):
            if kind == FIRST:
                first_person(self.state, views, v, 0, 0)
            else:
                follow(self.state, views, v, 0, 0, kind)
        x, y, z = -self.state.players.position[0, 0] * 1.6
        hx, hy, hz = self.state.players.heading[0, 0]
        look(views, len(kinds), x, y, z, hx, hy, hz, 60.0)
        return views

    def draw(self, views=None, renderer=None, side=HEIGHT, **options):
        """Frames of some views, by default those of `views`."""
        views = self.views() if views is None else views
        options = {"view_distance": DISTANCE, **options}
        renderer = renderer or SoftwareRenderer(self.scene, side, side, **options)
        frames = new_frames(len(views.world), side, side, 2, PASSES)
        renderer.draw(views, frames)
        return frames

    def cell_below(self, slot, down):
        """A cell so many layers below a player's feet, and its column's ground."""
        place = self.state.players.position[0, slot]
        up = place / np.linalg.norm(place)
        column = int(np.argmax(self.geometry.centre @ up))
        ground = int(np.flatnonzero(TABLE.solid[self.blocks[column]])[-1])
        return column * 64 + ground - down


STAGES = {"flat": ("flat", 12), "normal": ("normal", 16)}


@pytest.fixture(scope="module", params=STAGES)
def stage(request):
    return Stage(*STAGES[request.param])


@pytest.fixture
def flat():
    return Stage("flat", 12)


@pytest.mark.parametrize("bit", [FRUSTUM, HORIZON, OCCLUSION, FACING, CULL_ALL])
def test_no_culling_changes_a_picture(stage, bit):
    everything, without = stage.draw(), stage.draw(cull=CULL_ALL & ~bit)
    for name in PASSES:
        np.testing.assert_array_equal(getattr(everything, name), getattr(without, name), name)


def rays(views, v, renderer):
    """(H, W, 3) through the middle of each pixel, 1 m deep."""
    x = (np.arange(WIDTH) + 0.5 - WIDTH / 2) / renderer.focal
    y = (np.arange(HEIGHT) + 0.5 - HEIGHT / 2) / renderer.focal
    right, down, forward = views.axes[v]
    return forward + x[None, :, None] * right + y[:, None, None] * down


def test_each_pixel_shows_the_block_that_a_ray_meets_and_how_deep(stage):
    renderer = SoftwareRenderer(stage.scene, HEIGHT, WIDTH, DISTANCE, detail=ALWAYS)
    views = stage.views()
    frames = stage.draw(views, renderer)
    right, total = 0, 0
    for v in range(len(views.world)):
        through = rays(views, v, renderer)
        for at in np.ndindex(HEIGHT, WIDTH):
            shown, depth = int(frames.segmentation[v][at]), float(frames.depth[v][at])
            if shown >= 1000:
                continue
            length = float(np.linalg.norm(through[at]))
            dx, dy, dz = through[at] / length
            x, y, z = views.eye[v]
            cell, _, away = cast(
                stage.blocks, stage.geometry, x, y, z, dx, dy, dz, DISTANCE * length, False
            )
            met = int(stage.blocks[cell // 64, cell % 64]) if cell >= 0 else 0
            expected = away / length if cell >= 0 else DISTANCE
            right += shown == met and abs(depth - expected) < 0.05 * expected + 0.1
            total += 1
    assert total > 2 * HEIGHT * WIDTH
    assert right >= 0.97 * total, f"{right} of {total}: only pixels on an edge may differ"


def test_sky_is_as_deep_as_the_view_distance_and_nothing_is_deeper(stage):
    frames = stage.draw()
    sky = frames.segmentation == 0
    assert sky.any() and not sky.all()
    assert (frames.depth[sky] == np.float32(DISTANCE)).all()
    assert (frames.depth > 0).all() and (frames.depth <= np.float32(DISTANCE)).all()


def test_what_is_buried_on_all_sides_is_never_shown(flat):
    for down in (2, 4):
        assert set_block(
            flat.state.cells, flat.geometry, 0, flat.cell_below(0, down), BLOCK["diamond_ore"]
        )
    for cull in (CULL_ALL, 0):
        assert not (flat.draw(cull=cull).segmentation == BLOCK["diamond_ore"]).any()


def test_an_edit_shows_in_the_next_frame_and_goes_when_undone(flat):
    flat.state.players.pitch[0, 0] = 80.0
    renderer = SoftwareRenderer(flat.scene, HEIGHT, WIDTH, DISTANCE)
    before = flat.draw(renderer=renderer)
    cell = flat.cell_below(0, 0)
    block = int(flat.blocks[cell // 64, cell % 64])
    assert set_block(flat.state.cells, flat.geometry, 0, cell, BLOCK["lamp"])
    edited = flat.draw(renderer=renderer)
    assert not (before.segmentation == BLOCK["lamp"]).any()
    assert (edited.segmentation[0] == BLOCK["lamp"]).any()
    assert set_block(flat.state.cells, flat.geometry, 0, cell, block)
    after = flat.draw(renderer=renderer)
    for name in PASSES:
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name), name)


def test_visible_pixels_are_those_the_segmentation_gives_a_player(flat):
    frames = flat.draw()
    for p in range(2):
        number = 1000 + int(flat.state.players.id[0, p])
        counted = (frames.segmentation == number).sum(axis=(1, 2))
        np.testing.assert_array_equal(frames.visible[:, p], counted)
    assert frames.visible[0, 1] > 0, "the second player stands before the first"
    assert frames.visible[0, 0] == 0, "nobody sees their own body"
    assert frames.visible[1, 0] > 0, "from behind one sees the body"
    assert (frames.visible[3] == 0).all(), "nobody is on the other side"


def test_water_tints_what_it_covers_and_hides_no_player(flat):
    dry = flat.draw()
    players = flat.state.players
    between = players.position[0, 0] + players.heading[0, 0] * 1.2
    up = between / np.linalg.norm(between)
    column = int(np.argmax(flat.geometry.centre @ up))
    ground = int(np.flatnonzero(TABLE.solid[flat.blocks[column]])[-1])
    for layer in (ground + 1, ground + 2):
        assert set_block(flat.state.cells, flat.geometry, 0, column * 64 + layer, BLOCK["water"])
    wet = flat.draw()
    assert (wet.segmentation[0] == BLOCK["water"]).any()
    assert wet.visible[0, 1] == dry.visible[0, 1]
    behind = (wet.segmentation[0] == BLOCK["water"]) & (dry.segmentation[0] >= 1000)
    assert (wet.rgb[0][behind] != dry.rgb[0][behind]).any()


def test_cracks_show_only_to_the_one_who_mines(flat):
    players = flat.state.players
    players.pitch[0, 0] = 80.0
    views = flat.views(kinds=(FIRST,))  # texels smaller than a pixel, and cracks, fade away
    before = flat.draw(views, side=32)
    players.dig_cell[0, 0] = flat.cell_below(0, 0)
    players.dig_ticks[0, 0], players.dig_needed[0, 0] = 9, 10
    after = flat.draw(views, side=32)
    assert (before.rgb[0] != after.rgb[0]).any()
    np.testing.assert_array_equal(before.rgb[1:], after.rgb[1:])
    np.testing.assert_array_equal(before.segmentation, after.segmentation)


def at_noon_and_at_midnight():
    """The same stage when the sun stands highest over the first player, and half a day later."""
    stage = Stage("flat", 12)
    day, offset = stage.sim.rules.day, int(stage.state.clock.day_offset[0])
    place = stage.state.players.position[0, 0]
    suns = np.array([sun_direction(tick + offset, day) for tick in range(0, day, 100)])
    noon = 100 * int(np.argmax(suns @ place))
    return [Stage("flat", 12, tick=tick) for tick in (noon, noon + day // 2)]


def test_night_is_darker_than_day():
    day, night = (stage.draw().rgb[:3] for stage in at_noon_and_at_midnight())
    assert night.mean() < 0.6 * day.mean()


def test_only_the_night_has_stars():
    skies = []
    for stage in at_noon_and_at_midnight():
        stage.state.players.pitch[0, 0] = -60.0
        frames = stage.draw(stage.views(kinds=(FIRST,)), side=32)
        skies.append(frames.rgb[0][frames.segmentation[0] == 0].astype(int))
    for sky, stars in zip(skies, (False, True), strict=True):
        brighter = sky.min(axis=1) - np.median(sky, axis=0).max() > 40
        assert brighter.any() == stars


def test_rain_falls_between_the_eye_and_the_world(flat):
    dry = flat.draw()
    flat.state.clock.raining[0] = True
    wet = flat.draw()
    assert (dry.rgb[0] != wet.rgb[0]).any()
    np.testing.assert_array_equal(dry.visible, wet.visible)


def test_the_hand_shows_in_the_picture_alone(flat):
    views = flat.views(kinds=(FIRST,))
    with_hand = flat.draw(views)
    views.slot[0] = -1
    without = flat.draw(views)
    assert (with_hand.rgb[0] != without.rgb[0]).any()
    for name in PASSES[1:]:
        np.testing.assert_array_equal(getattr(with_hand, name), getattr(without, name), name)


def test_merging_far_faces_keeps_most_of_the_picture(stage):
    fine, coarse = stage.draw(detail=ALWAYS), stage.draw(detail=(4.0, 8.0))
    assert (fine.segmentation == coarse.segmentation).mean() > 0.9
    error = (fine.rgb.astype(float) - coarse.rgb) ** 2
    assert 10 * np.log10(255**2 / max(error.mean(), 1e-9)) > 20


def test_passes_that_nobody_wants_are_not_written(flat):
    views = flat.views(kinds=(FIRST,))
    frames = new_frames(2, HEIGHT, WIDTH, 2, ("depth",))
    SoftwareRenderer(flat.scene, HEIGHT, WIDTH, DISTANCE).draw(views, frames)
    assert frames.rgb.size == frames.segmentation.size == frames.visible.size == 0
    np.testing.assert_array_equal(frames.depth[0], flat.draw(views).depth[0])


def test_a_mesh_without_room_grows_while_drawing(flat):
    crowded = flat.draw()
    flat.scene.mesh = flat.scene.mesh._replace(face=flat.scene.mesh.face[:, :64].copy())
    flat.scene.mesh.used[:] = 0
    flat.scene.mesh.room[:] = 0
    flat.scene.mesh.seen[:] = 0
    flat.state.cells.changed[:] += 1
    grown = flat.draw()
    assert flat.scene.mesh.face.shape[1] > 64
    np.testing.assert_array_equal(crowded.rgb, grown.rgb)


@pytest.mark.opengl
@pytest.mark.parametrize("sift", [False, True])
@pytest.mark.parametrize("tick", [4000, 12_000])
def test_opengl_draws_the_same_picture(sift, tick):
    from mpgenie.envs.rendering.opengl import OpenGLRenderer

    stage = Stage("normal", 16, tick=tick, mobs=True, weather=True)
    stage.state.clock.raining[0] = tick == 4000
    cell = stage.cell_below(0, -1)
    set_block(stage.state.cells, stage.geometry, 0, cell + 64 * 2, BLOCK["torch"])
    players = stage.state.players
    players.dig_cell[0, 0], players.dig_ticks[0, 0] = stage.cell_below(0, 0), 5
    players.dig_needed[0, 0] = 10
    views = stage.views()
    renderer = OpenGLRenderer(stage.scene, 32, 32, DISTANCE, sift=sift)
    ours = stage.draw(views, renderer, side=32)
    renderer.close()
    theirs = stage.draw(views, side=32)
    assert (ours.segmentation == theirs.segmentation).mean() >= 0.98
    assert np.abs(ours.visible - theirs.visible).max() <= 12
    error = (ours.rgb.astype(float) - theirs.rgb) ** 2
    assert 10 * np.log10(255**2 / max(error.mean(), 1e-9)) > 27
