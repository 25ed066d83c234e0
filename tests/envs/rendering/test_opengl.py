"""OpenGL draws what the software renderer draws, leaks nothing and stays in its thread."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.rendering import gl_context, gl_objects, opengl
from mpgenie.envs.rendering.camera import first_person_views, new_views
from mpgenie.envs.rendering.culling import CULL_ALL, FACING, FRUSTUM, HORIZON, OCCLUSION
from mpgenie.envs.rendering.gl_objects import SHADERS, lattice_codes, shader_source
from mpgenie.envs.rendering.mesh import CORNER
from mpgenie.envs.rendering.opengl import OpenGLRenderer
from mpgenie.envs.rendering.records import new_records
from mpgenie.envs.rendering.scene import Scene
from mpgenie.envs.rendering.sifting import TEXTURED, VEIL, is_plain
from mpgenie.envs.rendering.software import SoftwareRenderer, new_frames
from mpgenie.envs.simulation.state import new_state
from mpgenie.errors import RendererError

GROUND = 12
ALL_PASSES = ("rgb", "depth", "segmentation", "visible")


@pytest.fixture
def renderer(scene):
    made = OpenGLRenderer(scene, 64, 64)
    yield made
    made.close()


def drawn(renderer, views, passes=ALL_PASSES):
    players = renderer.scene.state.players.id.shape[1]
    frames = new_frames(len(views.world), renderer.height, renderer.width, players, passes)
    renderer.draw(views, frames)
    return frames


def psnr(one, other):
    difference = one.astype(float) - other.astype(float)
    return 10.0 * np.log10(255.0**2 / max(1e-9, (difference**2).mean()))


@pytest.mark.opengl
@pytest.mark.parametrize("sift", [False, True])
def test_it_draws_what_the_software_renderer_draws(scene, view_maker, sift):
    views = view_maker(200)
    renderer = OpenGLRenderer(scene, 64, 64, sift=sift)
    ours = drawn(renderer, views)
    renderer.close()
    theirs = drawn(SoftwareRenderer(scene, 64, 64), views)
    assert psnr(ours.rgb, theirs.rgb) >= 33.0
    each = [psnr(a, b) for a, b in zip(ours.rgb, theirs.rgb, strict=True)]
    assert min(each) >= 33.0 and np.median(each) >= 40.0
    assert (ours.segmentation == theirs.segmentation).mean() >= 0.993
    same = ours.segmentation == theirs.segmentation
    assert np.median(np.abs(ours.depth - theirs.depth)[same]) < 1e-3
    assert (np.abs(ours.depth - theirs.depth)[same] < 0.05).mean() > 0.99
    assert np.abs(ours.visible - theirs.visible).max() <= 40
    assert theirs.visible.sum() > 100


@pytest.mark.opengl
@pytest.mark.parametrize(("height", "width"), [(32, 32), (36, 64), (120, 160), (360, 640)])
def test_every_resolution_shows_the_same_world(scene, view_maker, height, width):
    views = view_maker(4, seed=3)
    renderer = OpenGLRenderer(scene, height, width)
    ours = drawn(renderer, views)
    renderer.close()
    theirs = drawn(SoftwareRenderer(scene, height, width), views)
    assert psnr(ours.rgb, theirs.rgb) >= 33.0
    assert (ours.segmentation == theirs.segmentation).mean() >= 0.99


@pytest.mark.opengl
@pytest.mark.laws
@pytest.mark.parametrize("sift", [False, True])
def test_a_tiny_planet_is_drawn_alike(sift):
    scene, views = tiny_scene()
    renderer = OpenGLRenderer(scene, 32, 32, view_distance=12.0, sift=sift)
    ours = drawn(renderer, views)
    renderer.close()
    theirs = drawn(SoftwareRenderer(scene, 32, 32, view_distance=12.0), views)
    assert psnr(ours.rgb, theirs.rgb) >= 33.0
    assert (ours.segmentation == theirs.segmentation).mean() >= 0.993
    assert {BLOCK["torch"], BLOCK["glass"], 1001} <= set(ours.segmentation.ravel().tolist())


def tiny_scene():
    """A flat planet in the rain at night: two players face each other over a torch and glass."""
    geometry = geometry_of(8)
    state = new_state(geometry, 1, 2, 1, 1, 4)
    cells, players = state.cells, state.players
    cells.blocks[0, :, :GROUND] = BLOCK["grass"]
    cells.light[0, :, GROUND:] = 15 << 4
    centre = 4 * 64 + 4 * 8 + 4
    cells.blocks[0, centre, GROUND] = BLOCK["torch"]
    cells.blocks[0, centre + 1, GROUND] = BLOCK["glass"]
    cells.changed[:] += 1
    state.clock.raining[0] = True
    state.clock.tick[0] = 100
    up = geometry.centre[centre]
    for p, side in enumerate((-1.0, 1.0)):
        heading = np.cross(up, [0.0, 1.0, 0.0]) * side
        heading /= np.sqrt((heading**2).sum())
        players.active[0, p] = players.alive[0, p] = True
        players.id[0, p], players.colour[0, p] = p + 1, 200
        place = up * (geometry.bottom + GROUND) - 2.2 * heading
        heading -= place * (heading @ place) / (place @ place)
        players.position[0, p] = place
        players.heading[0, p] = heading / np.sqrt((heading**2).sum())
        players.pitch[0, p] = 25.0
    players.dig_cell[0, 0], players.dig_ticks[0, 0] = centre * 64 + 64 + GROUND, 5
    players.dig_needed[0, 0] = 10
    scene = Scene(geometry, state)
    scene.update()
    views = new_views(2)
    first_person_views(state, views)
    return scene, views


@pytest.mark.opengl
def test_culling_changes_nothing(scene, view_maker):
    views = view_maker(16, seed=1)
    pictures = []
    for cull in (CULL_ALL, 0, FRUSTUM, HORIZON, OCCLUSION, FACING):
        renderer = OpenGLRenderer(scene, 64, 64, cull=cull, sift=False)
        pictures.append(drawn(renderer, views))
        renderer.close()
    for other in pictures[1:]:
        assert (pictures[0].segmentation == other.segmentation).mean() > 0.9999
        assert (pictures[0].rgb == other.rgb).mean() > 0.9999


@pytest.mark.opengl
def test_sifting_changes_next_to_nothing(scene, view_maker):
    views = view_maker(64, seed=2)
    pictures = []
    for sift in (False, True):
        renderer = OpenGLRenderer(scene, 64, 64, sift=sift)
        pictures.append(drawn(renderer, views))
        renderer.close()
    assert (pictures[0].segmentation == pictures[1].segmentation).mean() > 0.9995
    assert psnr(pictures[0].rgb, pictures[1].rgb) > 45.0


@pytest.mark.opengl
def test_sifting_hands_on_a_fraction_of_the_faces(scene, view_maker):
    views, faces = view_maker(16, seed=2), []
    for sift in (False, True):
        renderer = OpenGLRenderer(scene, 64, 64, sift=sift)
        drawn(renderer, views)
        faces.append(renderer.records.span[:, TEXTURED : VEIL + 1].sum())
        renderer.close()
    assert 0 < faces[1] < 0.25 * faces[0]


def test_a_face_is_plain_where_its_texture_has_faded_all_over():
    rng, focal = np.random.default_rng(4), 45.0
    plain = 0
    for _ in range(500):
        corner, e, f = rng.normal(((0, 0, 8), (0, 0, 0), (0, 0, 0)), ((3.0,), (1.0,), (1.0,)))
        middle, n = corner + 0.5 * (e + f), np.cross(e, f)
        length = np.linalg.norm(n)
        slant = abs(n @ middle) / (length * np.linalg.norm(middle))
        density = 16.0 / (focal * np.sqrt(length) * max(0.05, np.sqrt(slant)))
        nearest = min((corner + u * e + v * f)[2] for u in (0, 1) for v in (0, 1))
        faded = nearest * density >= 2.0
        assert is_plain(np.concatenate([corner, e, f]), 0, focal) == faded
        plain += faded
    assert 100 < plain < 400


@pytest.mark.opengl
def test_a_frame_too_large_for_a_guard_band_is_drawn_alike(renderer, view_maker):
    views = view_maker(6)
    guarded = drawn(renderer, views)
    renderer.guard = 1
    clipped = drawn(renderer, views)
    assert (guarded.segmentation == clipped.segmentation).mean() > 0.999
    assert psnr(guarded.rgb, clipped.rgb) > 45.0


@pytest.mark.opengl
def test_the_passes_asked_for_do_not_change_each_other(renderer, view_maker):
    views = view_maker(6)
    every = drawn(renderer, views)
    for name in ALL_PASSES:
        alone = drawn(renderer, views, (name,))
        got, expected = getattr(alone, name), getattr(every, name)
        assert (np.abs(got.astype(float) - expected) <= 1).mean() > 0.999


@pytest.fixture
def two_by_two(monkeypatch):
    """Room for no more than four frames of 64x64 in an atlas."""
    monkeypatch.setattr(opengl, "LARGEST_ATLAS", 128)


@pytest.mark.opengl
@pytest.mark.parametrize("later", [False, True])
def test_views_that_take_several_passes_are_drawn_as_one_by_one(
    renderer, view_maker, two_by_two, later
):
    views = view_maker(11)
    renderer.read_later = later
    together = drawn(renderer, views)
    for v in range(11):
        alone = drawn(renderer, type(views)(*(part[v : v + 1] for part in views)))
        for name in ALL_PASSES:
            got, expected = getattr(together, name)[v], getattr(alone, name)[0]
            assert (np.abs(got.astype(float) - expected) <= 1).mean() > 0.999, (name, v)


@pytest.mark.opengl
@pytest.mark.parametrize("passes", [ALL_PASSES, ("rgb",), ("depth", "visible")])
def test_reading_a_pass_later_changes_no_pixel(renderer, view_maker, two_by_two, passes):
    for count in (3, 5, 11, 6):
        views = view_maker(count)
        renderer.read_later = False
        at_once = drawn(renderer, views, passes)
        renderer.read_later = True
        later = drawn(renderer, views, passes)
        assert all((a == b).all() for a, b in zip(at_once, later, strict=True))


@pytest.mark.opengl
def test_where_it_reads_later_a_large_draw_takes_several_passes(renderer, view_maker, monkeypatch):
    views, sizes = view_maker(11), []
    monkeypatch.setattr(opengl, "VIEWS_AT_ONCE", 4)
    fill = renderer._fill
    monkeypatch.setattr(renderer, "_fill", lambda *of: (sizes.append(of[2]), fill(*of)))
    drawn(renderer, views)
    renderer.read_later = True
    drawn(renderer, views)
    assert sizes == [11, 4, 4, 3]


@pytest.mark.opengl
def test_room_for_faces_may_grow_between_two_passes(scene, view_maker, two_by_two):
    views = view_maker(11)
    renderer = OpenGLRenderer(scene, 64, 64, sift=False)
    renderer.read_later = True
    whole = drawn(renderer, views)
    renderer.records = new_records(11, 2048)
    again = drawn(renderer, views)
    assert (whole.rgb == again.rgb).all() and len(renderer.records.data) > 2048
    renderer.close()


@pytest.mark.opengl
def test_buffers_to_read_later_are_kept_and_released(renderer, view_maker, two_by_two):
    renderer.read_later = True
    before = renderer.objects
    drawn(renderer, view_maker(11))
    held = renderer.objects
    for count in (11, 5, 9):
        drawn(renderer, view_maker(count))
    assert renderer.objects == held > before
    renderer.close()
    assert renderer.objects == 0


@pytest.mark.opengl
def test_room_for_faces_grows_when_it_is_needed(scene, view_maker):
    views = view_maker(6)
    renderer = OpenGLRenderer(scene, 64, 64, sift=False)
    whole = drawn(renderer, views)
    renderer.records = new_records(6, 2048)
    again = drawn(renderer, views)
    assert (whole.rgb == again.rgb).all() and len(renderer.records.data) > 2048
    renderer.close()


@pytest.mark.opengl
def test_an_edit_shows_in_the_next_frame(renderer, scene, view_maker):
    views = view_maker(2)
    before = drawn(renderer, views)
    cells = scene.state.cells
    kept = cells.blocks[1].copy()
    cells.blocks[1] = 0
    cells.changed[1] += 1
    after = drawn(renderer, views)
    cells.blocks[1] = kept
    cells.changed[1] += 1
    assert (before.rgb[1] != after.rgb[1]).any() and not (after.segmentation[1] > 0).all()
    assert (drawn(renderer, views).rgb == before.rgb).all()


@pytest.mark.opengl
def test_objects_neither_grow_with_use_nor_outlive_close(scene, view_maker):
    renderer = OpenGLRenderer(scene, 64, 64)
    drawn(renderer, view_maker(16))
    drawn(renderer, view_maker(16), ("rgb",))
    held = renderer.objects
    for n in range(30):
        drawn(renderer, view_maker(1 + n % 16), ("rgb",) if n % 2 else ALL_PASSES)
    assert renderer.objects == held
    renderer.close()
    assert renderer.objects == 0


@pytest.mark.opengl
def test_moderngl_counts_no_forgotten_object(scene, view_maker, monkeypatch):
    made = []

    def collecting():
        context, attempts = gl_context.create_context()
        context.gc_mode = "context_gc"
        made.append(context)
        return context, attempts

    monkeypatch.setattr(gl_objects, "create_context", collecting)
    renderer = OpenGLRenderer(scene, 32, 32)
    for count in (1, 5, 2, 9):
        drawn(renderer, view_maker(count), ("rgb",) if count % 2 else ALL_PASSES)
    forgotten = [thing for thing in made[0].objects if type(thing).__name__ != "InvalidObject"]
    assert not forgotten
    renderer.close()


@pytest.mark.opengl
def test_closing_twice_is_fine_and_drawing_after_is_refused(scene, view_maker):
    renderer = OpenGLRenderer(scene, 32, 32)
    renderer.close()
    renderer.close()
    with pytest.raises(RendererError, match="closed"):
        drawn(renderer, view_maker(1))


@pytest.mark.opengl
def test_another_thread_is_refused(renderer, view_maker):
    views, answers = view_maker(1), []

    def draw_elsewhere():
        try:
            drawn(renderer, views)
        except RendererError as error:
            answers.append(str(error))

    thread = threading.Thread(target=draw_elsewhere)
    thread.start()
    thread.join()
    assert "thread" in answers[0]


@pytest.mark.opengl
def test_two_renderers_draw_in_turn(scene, renderer, view_maker):
    views = view_maker(3)
    first = drawn(renderer, views)
    other = OpenGLRenderer(scene, 32, 48)
    drawn(other, views)
    assert (drawn(renderer, views).rgb == first.rgb).all()
    other.close()
    assert (drawn(renderer, views).rgb == first.rgb).all()


FORKED = """
import os, sys
import numpy as np
from mpgenie.envs.planet.planet import PlanetConfig, make_planet
from mpgenie.envs.rendering.camera import look, new_views
from mpgenie.envs.rendering.opengl import OpenGLRenderer
from mpgenie.envs.rendering.scene import Scene
from mpgenie.envs.rendering.software import new_frames
from mpgenie.envs.simulation.state import new_state

planet = make_planet(PlanetConfig(kind="flat", size=16), 1)
state = new_state(planet.geometry, 1, 1, 1, 1, 1)
planet.lay(state.cells, 0)
scene = Scene(planet.geometry, state)
scene.update()
views = new_views(1)
look(views, 0, 0.0, 0.0, planet.geometry.bottom + 40.0, 1.0, 0.0, 0.0, 30.0)
renderer = OpenGLRenderer(scene, 32, 32)

def picture():
    frames = new_frames(1, 32, 32, 1)
    renderer.draw(views, frames)
    return frames.rgb.copy()

before = picture()
child = os.fork()
if child == 0:
    same = (picture() == before).all()
    renderer.close()
    os._exit(0 if same else 3)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0, status
assert (picture() == before).all()
renderer.close()
print("both drew")
"""


@pytest.mark.opengl
def test_a_forked_child_draws_in_a_context_of_its_own():
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED], capture_output=True, text=True, timeout=120
    )
    assert "both drew" in run.stdout, run.stderr


def test_no_context_anywhere_says_what_was_tried(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setitem(gl_context.BACK_ENDS, "egl", {"backend": "no such back end"})
    with pytest.raises(RendererError, match=r"egl: .*; x11: DISPLAY is not set.*software"):
        gl_context.create_context()


@pytest.mark.opengl
def test_the_context_says_what_draws():
    context, attempts = gl_context.create_context()
    assert attempts[-1].works and attempts[-1].answer == context.info["GL_RENDERER"]
    context.release()


def test_a_processor_is_told_from_a_graphics_card():
    assert not gl_context.is_hardware("llvmpipe (LLVM 15.0.6, 256 bits)")
    assert gl_context.is_hardware("NVIDIA H200/PCIe/SSE2")


def test_every_shader_says_what_it_takes():
    for parts in SHADERS.values():
        for names in parts:
            source = shader_source(names, "NUMBERS")
            assert source.startswith("#version 330 core\n#define NUMBERS\n// ")
            assert "void main()" in source


def test_lattice_codes_hold_the_corners_of_the_mesh():
    for direction, code in enumerate(lattice_codes()):
        base, wide, deep, along_u, along_v = CORNER[direction]
        for u, v in ((0, 0), (1, 0), (1, 1), (0, 1)):
            bits = [code >> k & 1 for k in range(15)]
            row_u, row_v = bits[3 + 3 * u :][:3], bits[9 + 3 * v :][:3]
            got = np.array(bits[:3]) + 2 * np.array(row_u) + 4 * np.array(row_v)
            assert (got == base + 2 * (wide + u * along_u) + 4 * (deep + v * along_v)).all()
