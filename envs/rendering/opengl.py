"""The OpenGL renderer: the same scene through moderngl, without a window.

All views of a call are tiles of one atlas; each pass over it uploads one array of records
(`records.py`), draws a handful of lists per view and reads every attachment back once.  Vertices
have no attributes: shaders fetch records by vertex number.  Shading repeats `shade.py` term by
term, so pictures differ from the software renderer's by little; what rules or rewards depend on
never comes from here.

A context belongs to the thread and process that made it.  After a fork the child makes its own
and leaves the inherited one alone.
"""

import os
import threading
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import WATER
from mpgenie.errors import RendererError

from .camera import Views, focal_length
from .culling import CULL_ALL
from .faces import new_raster_work
from .figures import new_hand_quads
from .gl_context import create_context, is_hardware
from .mesh import CORNER
from .records import DATA_FULL, DONE, MESH_FULL, ROW, Records, fill_records, new_records
from .scene import Scene
from .sky import LIGHT, SKY_SIZE, star_directions
from .software import DETAIL, Frames
from .weather_quads import new_weather

LARGEST_ATLAS = 8192
"""Pixels along an edge of the atlas, at most; more views are drawn in several passes."""
SIFTED_PIXELS = 65_536
"""Frames of up to so many pixels are sifted."""
_SHADERS = {
    "face": (("view", "baking", "face_vertex"), ("view", "surface_fragment")),
    "quad": (("view", "baking", "quad_vertex"), ("view", "surface_fragment")),
    "sky": (("sky_vertex",), ("sky_fragment",)),
}
_ALL = (True, True, True, True)
_NONE = (False, False, False, False)


def shader_source(names: tuple[str, ...], numbers: bool) -> str:
    """The GLSL of some files of `shaders/`, one after the other, as one shader."""
    head = "#version 330 core\n" + ("#define NUMBERS\n" if numbers else "")
    folder = files("mpgenie.envs.rendering") / "shaders"
    return head + "".join((folder / f"{name}.glsl").read_text() for name in names)


def lattice_codes() -> list[int]:
    """`mesh.CORNER` as bits for `face_vertex.glsl`, one number for each direction."""
    codes = []
    for base, wide, deep, along_u, along_v in CORNER:
        parts = (base, wide, wide + along_u, deep, deep + along_v)
        bits = [int(step) for part in parts for step in part]
        codes.append(sum(bit << place for place, bit in enumerate(bits)))
    return codes


@kernel
def _take_tiles(pixels, numbers, frames, players, views, first, count, columns, height, width):  # type: ignore[no-untyped-def]
    """Copy the tiles of an atlas as read back into the frames, and count who is visible."""
    want_rgb = frames.rgb.shape[0] > 0
    want_depth = frames.depth.shape[0] > 0
    want_number = frames.segmentation.shape[0] > 0
    want_visible = frames.visible.shape[0] > 0
    for v in range(first, first + count):
        left, top = (v - first) % columns * width, (v - first) // columns * height
        w = views.world[v]
        if want_rgb:
            for y in range(height):
                for x in range(width):
                    for k in range(3):
                        frames.rgb[v, y, x, k] = pixels[top + y, left + x, k]
        if want_number:
            for y in range(height):
                for x in range(width):
                    frames.segmentation[v, y, x] = numbers[top + y, left + x, 0]
        if want_visible:
            for p in range(frames.visible.shape[1]):
                frames.visible[v, p] = 0
            for y in range(height):
                for x in range(width):
                    number = numbers[top + y, left + x, 2]
                    if number >= 1000:
                        for p in range(frames.visible.shape[1]):
                            if players.id[w, p] + 1000 == number:
                                frames.visible[v, p] += 1
    return want_depth


class OpenGLRenderer:
    """Draws views of a scene with OpenGL.

    Args:
        scene: What to draw.
        height, width: Size of the frames in pixels.
        view_distance: How far one sees, in metres.
        day: Ticks in a day.
        detail: Metres beyond which faces are merged by twos and by fours; infinite = never.
        cull: Bits of `culling`; every choice gives the same frames.
        sift: Whether to hand on only faces that win a pixel in software (`records.py`); None does
            so for small frames where OpenGL runs on the processor.

    Raises:
        RendererError: If no OpenGL context can be made here.
    """

    name = "opengl"
    _context: Any
    _held: list[Any]
    _indices: Any = None

    def __init__(
        self,
        scene: Scene,
        height: int,
        width: int,
        view_distance: float = 48.0,
        day: int = 24_000,
        detail: tuple[float, float] = DETAIL,
        cull: int = CULL_ALL,
        sift: bool | None = None,
    ) -> None:
        self.scene = scene
        self.height, self.width = height, width
        self.view_distance, self.day, self.cull = view_distance, day, cull
        self.detail = np.array(detail)
        self.lens = (focal_length(scene.appearance.fov, height), float(width), float(height))
        self.stars = star_directions()
        self.weather, self.hand = new_weather(1), new_hand_quads(1)
        self.spare = np.zeros((4, 3))
        self.records: Records = new_records(1, 16 * ROW)
        self.closed = False
        self._open()
        small = height * width <= SIFTED_PIXELS
        self.sift = small and not is_hardware(self.device) if sift is None else sift
        chunks, places = scene.sections.column.shape[0], max(8192, min(65_536, width * height))
        shape = (width, height) if self.sift else (1, 1)
        self.work = new_raster_work(*shape, self.lens[0], chunks, places if self.sift else 1)

    @property
    def device(self) -> str:
        """What draws, as OpenGL names it."""
        return str(self._context.info["GL_RENDERER"])

    @property
    def objects(self) -> int:
        """OpenGL objects held now."""
        return len(self._held)

    def draw(self, views: Views, frames: Frames) -> None:
        """Draw every view into the frames; call `scene.update()` once per tick before.

        Raises:
            RendererError: After `close`, or from another thread than the one that made it.
        """
        self._check()
        numbers = any(len(part) for part in (frames.depth, frames.segmentation, frames.visible))
        total = len(views.world)
        if len(self.records.block) < total:
            with self._context:
                self._make_view_room(total)
        limit = min(LARGEST_ATLAS, int(self._context.info["GL_MAX_TEXTURE_SIZE"]))
        columns = max(1, min(limit // self.width, round(total**0.5) or 1))
        per_pass = columns * max(1, limit // self.height)
        for first in range(0, total, per_pass):
            count = min(per_pass, total - first)
            columns = min(columns, count)
            rows = -(-count // columns)
            with self._context:
                self._make_atlas(columns * self.width, rows * self.height, numbers)
                self._fill(views, first, count, columns)
                self._upload(total)
                self._draw_pass(first, count, columns, numbers)
                self._read(views, frames, first, count, columns, rows, numbers)

    def close(self) -> None:
        """Release every OpenGL object and the context; closing twice is fine."""
        if self.closed:
            return
        self.closed = True
        if os.getpid() == self._process:
            with self._context:
                for thing in reversed(self._held):
                    thing.release()
            self._context.release()
        self._held = []

    def _check(self) -> None:
        if self.closed:
            raise RendererError("this renderer is closed; make another with make_renderer()")
        if os.getpid() != self._process:
            # A fork: what was inherited belongs to the parent, so forget it and start afresh.
            _KEPT_FOR_THE_PARENT.append((self._context, self._held))
            if self._threaded:
                raise RendererError(
                    "Mesa's drawing threads do not survive a fork: set LP_NUM_THREADS=0, start "
                    "processes by spawn, or use renderer='software'"
                )
            self._open()
        elif threading.get_ident() != self._thread:
            raise RendererError(
                "an OpenGL context belongs to the thread that made it: draw there, make one "
                "renderer per thread, or use renderer='software', which any thread may use"
            )

    def _hold(self, thing: Any) -> Any:
        self._held.append(thing)
        return thing

    def _drop(self, thing: Any) -> None:
        self._held.remove(thing)
        thing.release()

    def _open(self) -> None:
        """Make the context and everything that does not depend on the number of views."""
        self._process, self._thread = os.getpid(), threading.get_ident()
        self._held = []
        self._context, self.attempts = create_context()
        self._threaded = not is_hardware(self.device) and os.environ["LP_NUM_THREADS"] != "0"
        self._programs: dict[tuple[str, bool], tuple[Any, Any]] = {}
        self._atlas: tuple[Any, ...] = ()
        self._atlas_shape = (0, 0, False)
        self._index_faces = 0
        self._make_tables()
        self._data = self._texture((ROW, len(self.records.data) // ROW), "u4")
        self._views = self._hold(self._context.buffer(reserve=self.records.block.nbytes))
        self._skies = self._texture((SKY_SIZE // 4, len(self.records.block)), "f4")
        self._make_indices(8192)

    def _texture(self, size: tuple[int, int], dtype: str) -> Any:
        texture = self._hold(self._context.texture(size, 4, dtype=dtype))
        texture.filter = (self._gl.NEAREST, self._gl.NEAREST)
        return texture

    @property
    def _gl(self) -> Any:
        import moderngl

        return moderngl

    def _make_tables(self) -> None:
        """Upload what an appearance and a size of planet fix: textures and the lattice."""
        geometry, look = self.scene.geometry, self.scene.look
        count = len(look.texel)
        texels = np.empty((count, 16, 16, 4), np.uint8)
        texels[..., :3] = look.texel
        texels[..., 3] = look.crack
        self._textures = self._hold(
            self._context.texture_array((16, 16, count), 4, texels.tobytes())
        )
        self._textures.filter = (self._gl.NEAREST, self._gl.NEAREST)
        self._means = self._texture((count, 1), "f4")
        means = np.zeros((count, 4), np.float32)
        means[:, :3] = look.mean
        self._means.write(means.tobytes())
        edge = geometry.size + 1
        self._corners = self._texture((edge, 6 * edge), "f4")
        corners = np.zeros((6 * edge, edge, 4), np.float32)
        corners[..., :3] = geometry.corner.reshape(6 * edge, edge, 3)
        self._corners.write(corners.tobytes())

    def _program(self, name: str, numbers: bool) -> tuple[Any, Any]:
        """A program and its vertex array, made when first needed."""
        if (name, numbers) not in self._programs:
            vertex, fragment = _SHADERS[name]
            program = self._hold(
                self._context.program(
                    vertex_shader=shader_source(vertex, numbers),
                    fragment_shader=shader_source(fragment, numbers),
                )
            )
            self._set_constants(program)
            corners = self._hold(
                self._context.vertex_array(program, [], index_buffer=self._indices)
            )
            self._programs[name, numbers] = program, corners
        return self._programs[name, numbers]

    def _set_constants(self, program: Any) -> None:
        light = [float(value) for value in self.scene.look.light]

        def three(name: str) -> tuple[float, ...]:
            return tuple(light[LIGHT[name] : LIGHT[name] + 3])

        values: dict[str, Any] = {
            "data": 0, "corners": 1, "mean_colour": 2, "textures": 3, "skies": 4,
            "size": self.scene.geometry.size, "lattice": lattice_codes(),
            "face_shade": light[LIGHT["face_shade"] : LIGHT["face_shade"] + 6],
            "sun_tint": three("sun_tint"), "moon_tint": three("moon_tint"),
            "lamp_tint": three("lamp_tint"), "ambient": light[LIGHT["ambient"]],
            "opacity": (light[LIGHT["water_opacity"]], light[LIGHT["glass_opacity"]]),
            "water": WATER, "distance_seen": self.view_distance,
            "lens": (self.lens[0], self.lens[1] * 0.5, self.lens[2] * 0.5),
        }  # fmt: skip
        for name, value in values.items():
            if name in program:
                program[name].value = value
        if "View" in program:
            program["View"].binding = 0

    def _make_indices(self, quads: int) -> None:
        """Two triangles for each of so many quads, in vertex arrays made anew."""
        if quads <= self._index_faces:
            return
        self._index_faces = quads
        pattern = np.array([0, 1, 3, 1, 2, 3], np.uint32)
        indices = (np.arange(quads, dtype=np.uint32)[:, None] * 4 + pattern).astype(np.uint32)
        for program, corners in self._programs.values():
            self._drop(corners)
            self._drop(program)
        self._programs = {}
        if self._indices in self._held:
            self._drop(self._indices)
        self._indices = self._hold(self._context.buffer(indices.tobytes()))

    def _make_view_room(self, views: int) -> None:
        texels = len(self.records.data)
        self.records = new_records(views, texels)
        self._drop(self._views)
        self._drop(self._skies)
        self._views = self._hold(self._context.buffer(reserve=self.records.block.nbytes))
        self._skies = self._texture((SKY_SIZE // 4, views), "f4")

    def _make_data_room(self) -> None:
        views, texels = len(self.records.block), len(self.records.data)
        limit = int(self._context.info["GL_MAX_TEXTURE_SIZE"])
        if texels // ROW >= limit:
            raise RendererError(
                f"a view of {texels} faces is more than this machine's OpenGL takes: shorten the "
                "view distance or draw fewer views at a time"
            )
        self.records = new_records(views, min(limit * ROW, 2 * texels))
        self._drop(self._data)
        self._data = self._texture((ROW, len(self.records.data) // ROW), "u4")

    def _make_atlas(self, width: int, height: int, numbers: bool) -> None:
        """The framebuffer, as large as this pass needs or larger."""
        have_width, have_height, have_numbers = self._atlas_shape
        if width <= have_width and height <= have_height and have_numbers == numbers:
            return
        for thing in reversed(self._atlas):
            self._drop(thing)
        if have_numbers == numbers:
            width, height = max(width, have_width), max(height, have_height)
        context = self._context
        colour = [self._hold(context.texture((width, height), 4))]
        if numbers:
            colour.append(self._hold(context.texture((width, height), 4, dtype="i4")))
        depth = self._hold(context.depth_renderbuffer((width, height)))
        frame = self._hold(context.framebuffer(colour, depth))
        self._atlas = (*colour, depth, frame)
        self._atlas_shape = (width, height, numbers)
        size = height * width * 4
        self._pixels: NDArray[np.uint8] = np.zeros(size, np.uint8)
        self._numbers: NDArray[np.int32] = np.zeros(size if numbers else 0, np.int32)

    def _fill(self, views: Views, first: int, count: int, columns: int) -> None:
        scene = self.scene
        status = -1
        while status != DONE:
            records = self.records
            status = fill_records(
                scene.state, scene.geometry, scene.sections, scene.mesh, scene.tables,
                scene.mesh_work, scene.culling, scene.quads, self.weather, self.hand, scene.look,
                self.stars, views, first, count, records, records.block.view(np.float32),
                records.data.view(np.float32), self.spare, self.work, self.sift, self.lens,
                columns, self.view_distance, self.day, self.detail, scene.stamp, self.cull,
            )  # fmt: skip
            if status == MESH_FULL:
                scene.make_room()
            elif status == DATA_FULL:
                self._make_data_room()

    def _upload(self, total: int) -> None:
        records = self.records
        rows = -(-int(records.used[0]) // ROW)
        self._data.write(records.data[: rows * ROW], viewport=(0, 0, ROW, rows))
        self._views.orphan()
        self._views.write(records.block[:total])
        self._skies.write(records.sky[:total], viewport=(0, 0, SKY_SIZE // 4, total))
        span = records.span[:total]
        faces, things = span[:, 1] + span[:, 2], span[:, 4] + span[:, 5]
        largest = max(int(faces.max()), int(things.max()), int(records.used[2]), total)
        self._make_indices(1 << (largest - 1).bit_length())

    def _draw_pass(self, first: int, count: int, columns: int, numbers: bool) -> None:
        gl, context = self._gl, self._context
        atlas, views = self._atlas[-1], self._views
        self._write(_ALL, _ALL)
        atlas.viewport = (0, 0, *self._atlas_shape[:2])
        atlas.clear(depth=1.0)
        for place, texture in enumerate(
            (self._data, self._corners, self._means, self._textures, self._skies)
        ):
            texture.use(place)
        context.enable_only(gl.DEPTH_TEST | gl.CULL_FACE)
        context.depth_func = "<="
        context.front_face = "ccw"
        width, height = self.width, self.height
        tiles = [(n % columns * width, n // columns * height, width, height) for n in range(count)]
        spans = self.records.span[first : first + count].tolist()
        _, faces = self._program("face", numbers)
        _, quads = self._program("quad", numbers)
        sky_program, sky = self._program("sky", numbers)
        # Program by program: to change programs costs more than to change views.
        for lists, which in ((faces, 1), (quads, 4)):
            for n, span in enumerate(spans):
                if span[which]:
                    atlas.viewport = tiles[n]
                    views.bind_to_uniform_block(0, offset=(first + n) * 256, size=256)
                    lists.render(gl.TRIANGLES, span[which] * 6)
        sky_program["atlas"].value = self._atlas_shape[:2]
        sky_program["first"].value = int(self.records.used[1])
        sky_program["star"].value = 0
        atlas.viewport = (0, 0, *self._atlas_shape[:2])
        sky.render(gl.TRIANGLES, count * 6)
        self._draw_veil(first, tiles, spans, faces)
        self._draw_stars(count, sky_program, sky)
        self._draw_hands(first, tiles, spans, quads)

    def _write(self, colour: tuple[bool, ...], numbers: tuple[bool, ...]) -> None:
        """Say which components of the two attachments are written from now on."""
        atlas = self._atlas[-1]
        atlas.color_mask = [colour, numbers] if self._atlas_shape[2] else colour
        atlas.use()  # a mask counts from the next use on

    def _draw_stars(self, count: int, sky_program: Any, sky: Any) -> None:
        gl, context, atlas = self._gl, self._context, self._atlas[-1]
        stars = int(self.records.used[2])
        if stars:
            context.enable_only(gl.DEPTH_TEST | gl.BLEND)
            context.blend_func = gl.ONE, gl.ONE
            sky_program["first"].value = int(self.records.used[1]) + count
            sky_program["star"].value = 1
            atlas.viewport = (0, 0, *self._atlas_shape[:2])
            sky.render(gl.TRIANGLES, stars * 6)

    def _draw_hands(self, first: int, tiles: list[Any], spans: list[Any], quads: Any) -> None:
        """The own arm and item over everything, and in the picture only."""
        gl, context, atlas, views = self._gl, self._context, self._atlas[-1], self._views
        handed = [n for n, span in enumerate(spans) if span[5]]
        if not handed:
            return
        atlas.viewport = (0, 0, *self._atlas_shape[:2])
        self._write(_NONE, _NONE)
        atlas.clear(depth=1.0)
        self._write(_ALL, _NONE)
        context.enable_only(gl.DEPTH_TEST | gl.CULL_FACE)
        for n in handed:
            atlas.viewport = tiles[n]
            views.bind_to_uniform_block(0, offset=(first + n) * 256, size=256)
            quads.render(gl.TRIANGLES, spans[n][5] * 6, first=spans[n][4] * 6)

    def _draw_veil(self, first: int, tiles: list[Any], spans: list[Any], faces: Any) -> None:
        """Water and glass, the nearest of it only: first its depth, then its colour."""
        gl, context, atlas, views = self._gl, self._context, self._atlas[-1], self._views
        veiled = [n for n, span in enumerate(spans) if span[2]]
        if not veiled:
            return
        context.enable_only(gl.DEPTH_TEST)
        for mask in ((_NONE, _NONE), (_ALL, (True, True, False, True))):
            self._write(*mask)
            if mask[0] == _ALL:
                context.enable_only(gl.DEPTH_TEST | gl.BLEND)
                context.blend_func = gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA
            for n in veiled:
                atlas.viewport = tiles[n]
                views.bind_to_uniform_block(0, offset=(first + n) * 256, size=256)
                faces.render(gl.TRIANGLES, spans[n][2] * 6, first=spans[n][1] * 6)
        self._write(_ALL, _ALL)

    def _read(
        self, views: Views, frames: Frames, first: int, count: int, columns: int, rows: int,
        numbers: bool,
    ) -> None:  # fmt: skip
        """Read the atlas back, once per attachment, and cut it into frames."""
        atlas = self._atlas[-1]
        width, height = columns * self.width, rows * self.height
        area = (0, 0, width, height)
        size = width * height * 4
        if len(frames.rgb):
            atlas.read_into(self._pixels[:size], area, components=4)
        if numbers:
            atlas.read_into(self._numbers[:size], area, components=4, attachment=1, dtype="i4")
        pixels = self._pixels[:size].reshape(height, width, 4)
        numbered = self._numbers[: size if numbers else 0].reshape(-1, width, 4)
        _take_tiles(
            pixels, numbered, frames, self.scene.state.players, views, first, count, columns,
            self.height, self.width,
        )  # fmt: skip
        if len(frames.depth):
            depth = numbered[..., 1].view(np.float32)
            for n in range(count):
                top, left = n // columns * self.height, n % columns * self.width
                frames.depth[first + n] = depth[top : top + self.height, left : left + self.width]


_KEPT_FOR_THE_PARENT: list[Any] = []
"""Objects inherited through a fork: kept, so that nothing here ever releases them."""
