"""The OpenGL renderer: the same scene through moderngl, without a window.

All views of a call are tiles of one atlas; each pass over it uploads one array of records
(`records.py`), draws a handful of lists per view and reads every attachment back once
(`readback.py`).  Vertices have no attributes: shaders fetch records by vertex number.  Shading
repeats `shade.py` term by term, so pictures differ from the software renderer's by little; what
rules or rewards depend on never comes from here.

After a fork the child makes a context of its own and leaves the inherited one alone.
"""

import os
import threading
from typing import Any

import moderngl
import numpy as np

from mpgenie.errors import RendererError

from .camera import Views, focal_length
from .culling import CULL_ALL
from .faces import new_raster_work
from .figures import new_hand_quads
from .gl_context import is_hardware
from .gl_objects import GlObjects
from .readback import Part, Readback, take_tiles
from .records import (
    DATA_FULL,
    DONE,
    FIRST_QUAD,
    HAND,
    MESH_FULL,
    ROW,
    Records,
    fill_records,
    new_records,
)
from .scene import Scene
from .sifting import PLAIN, QUADS, TEXTURED, VEIL
from .sky import SKY_SIZE, star_directions
from .software import DETAIL, Frames
from .weather_quads import new_weather

LARGEST_ATLAS = 8192
"""Pixels along an edge of the atlas, at most; more views are drawn in several passes."""
VIEWS_AT_ONCE = 256
"""Views in a pass, at most, where the device draws one while the processor prepares the next."""
SIFTED_PIXELS = 65_536
"""Frames of up to so many pixels are sifted."""
GUARD = 5
"""A viewport is so many times as large as its tile, or as the tile where OpenGL cannot: what sticks
out is cut off pixel by pixel, which is cheaper than to clip faces; odd, to keep tiles centred."""
_ALL = (True, True, True, True)
_NONE = (False, False, False, False)


class OpenGLRenderer:
    """Draws views of a scene with OpenGL.

    Args:
        scene: What to draw.
        height, width: Size of the frames in pixels.
        view_distance: How far one sees, in metres.
        day: Ticks in a day.
        detail: Metres beyond which faces are merged by twos and by fours; infinite = never.
        cull: Bits of `culling`; every choice gives the same frames.
        sift: Whether to hand on only faces that hold a pixel in software (`sifting.py`); None does
            so for small frames where OpenGL runs on the processor.

    Raises:
        RendererError: If no OpenGL context can be made here.
    """

    name = "opengl"

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
        self.closed = False
        self.records: Records = new_records(1, 16 * ROW)
        self._gl = self._open()
        self.guard = GUARD if GUARD * max(height, width) <= self._gl.largest else 1
        small = height * width <= SIFTED_PIXELS
        self.sift = small and not is_hardware(self.device) if sift is None else sift
        self.read_later = is_hardware(self.device)
        """Whether a draw of several passes reads each while the next is drawn (`readback.py`)."""
        chunks, places = scene.sections.column.shape[0], max(8192, min(65_536, width * height))
        shape = (width, height) if self.sift else (1, 1)
        places = places if self.sift else 1
        self.work = new_raster_work(*shape, self.lens[0], chunks, places)
        self.records = new_records(1, 16 * ROW, places)

    @property
    def device(self) -> str:
        """What draws, as OpenGL names it."""
        return self._gl.device

    @property
    def objects(self) -> int:
        """OpenGL objects held now."""
        return len(self._gl.held)

    def draw(self, views: Views, frames: Frames) -> None:
        """Draw every view into the frames; call `scene.update()` once per tick before.

        Raises:
            RendererError: After `close`, or from another thread than the one that made it.
        """
        self._check()
        numbers = any(len(part) for part in (frames.depth, frames.segmentation, frames.visible))
        total = len(views.world)
        if len(self.records.block) < total:
            with self._gl.context:
                self._make_view_room(total)
        limit = min(LARGEST_ATLAS, self._gl.largest)
        columns = max(1, min(limit // self.width, round(total**0.5) or 1))
        per_pass = columns * max(1, limit // self.height)
        if self.read_later:
            per_pass = min(per_pass, VIEWS_AT_ONCE)
        late = self.read_later and total > per_pass
        waiting: list[Part] = []
        for first in range(0, total, per_pass):
            count = min(per_pass, total - first)
            columns = min(columns, count)
            # To leave a context flushes it: the device draws while the next pass is prepared.
            with self._gl.context:
                width, height = columns * self.width, -(-count // columns) * self.height
                self._gl.make_atlas(width, height, numbers)
                self._fill(views, first, count, columns)
                self._upload(total)
                self._draw_pass(first, count, numbers)
                turn, tiles = first // per_pass % 2, self.records.tile
                part = Part(turn, first, count, width, height, tiles, len(frames.rgb) > 0, numbers)
                waiting.append(part)
                if late:
                    self._back.start(part)
                if len(waiting) > late:
                    self._take(waiting.pop(0), views, frames, late)
        for part in waiting:
            with self._gl.context:
                self._take(part, views, frames, late)

    def close(self) -> None:
        """Release every OpenGL object and the context; closing twice is fine."""
        if self.closed:
            return
        self.closed = True
        self._gl.close()

    def _open(self) -> GlObjects:
        gl = GlObjects(self.scene, self.records, self.lens, self.view_distance)
        self._back = Readback(gl)
        return gl

    def _check(self) -> None:
        if self.closed:
            raise RendererError("this renderer is closed; make another with make_renderer()")
        if os.getpid() != self._gl.process:
            # A fork: what was inherited belongs to the parent, so forget it and start afresh.
            _KEPT_FOR_THE_PARENT.append(self._gl)
            if self._gl.threaded:
                raise RendererError(
                    "Mesa's drawing threads do not survive a fork: set LP_NUM_THREADS=0, start "
                    "processes by spawn, or use renderer='software'"
                )
            self._gl = self._open()
        elif threading.get_ident() != self._gl.thread:
            raise RendererError(
                "an OpenGL context belongs to the thread that made it: draw there, make one "
                "renderer per thread, or use renderer='software', which any thread may use"
            )

    def _make_view_room(self, views: int) -> None:
        self.records = new_records(views, len(self.records.data), len(self.records.part))
        self._gl.make_view_room(self.records)

    def _make_data_room(self) -> None:
        views, texels = len(self.records.block), len(self.records.data)
        if texels // ROW >= self._gl.largest:
            raise RendererError(
                f"{texels} faces at once are more than this machine's OpenGL takes: shorten the "
                "view distance or draw fewer views at a time"
            )
        texels = min(self._gl.largest * ROW, 2 * texels)
        self.records = new_records(views, texels, len(self.records.part))
        self._gl.make_data_room(self.records)

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
                self.guard, columns, self.view_distance, self.day, self.detail, scene.stamp,
                self.cull,
            )  # fmt: skip
            if status == MESH_FULL:
                scene.make_room()
            elif status == DATA_FULL:
                self._make_data_room()

    def _upload(self, total: int) -> None:
        records, gl = self.records, self._gl
        rows = -(-int(records.used[0]) // ROW)
        gl.data.write(records.data[: rows * ROW], viewport=(0, 0, ROW, rows))
        gl.views.orphan()
        gl.views.write(records.block[:total])
        gl.skies.write(records.sky[:total], viewport=(0, 0, SKY_SIZE // 4, total))
        span = records.span[:total]
        faces, quads = span[:, TEXTURED:FIRST_QUAD].sum(axis=1), span[:, QUADS:].sum(axis=1)
        largest = max(int(faces.max()), int(quads.max()), int(records.used[2]), total)
        gl.make_indices(1 << (largest - 1).bit_length())

    def _draw_pass(self, first: int, count: int, numbers: bool) -> None:
        gl = self._gl
        context = gl.context
        gl.write_to(_ALL, _ALL)
        self._whole_atlas()
        gl.atlas.clear(depth=1.0)
        for place, texture in enumerate(gl.textures()):
            texture.use(place)
        context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        context.depth_func = "<="
        context.front_face = "ccw"
        tiles = self._tiles(first, count)
        spans = self.records.span[first : first + count].tolist()
        # Program by program: to change programs costs more than to change views.  The hand lies
        # before everything else wherever it is drawn, but has neither depth nor number.
        with_hand = [(0, s[QUADS] if numbers else s[QUADS] + s[HAND]) for s in spans]
        self._draw_lists("quad", numbers, first, tiles, with_hand)
        self._draw_lists("face", numbers, first, tiles, [(0, s[TEXTURED]) for s in spans])
        self._draw_lists("plain", numbers, first, tiles, [(s[TEXTURED], s[PLAIN]) for s in spans])
        gl.write_to(_ALL, _ALL, depth=False)
        self._draw_rectangles("sky", numbers, int(self.records.used[1]), count)
        veil = [(s[TEXTURED] + s[PLAIN], s[VEIL]) for s in spans]
        if any(faces for _, faces in veil):
            self._draw_veil(numbers, first, tiles, veil)
        if self.records.used[2]:
            self._draw_stars(count)
        if numbers:
            gl.write_to(_ALL, _NONE)
            context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
            self._draw_lists("quad", numbers, first, tiles, [(s[QUADS], s[HAND]) for s in spans])

    def _draw_stars(self, count: int) -> None:
        """Add the stars, which follow the rectangles of sky, where nothing hides the sky."""
        gl = self._gl
        gl.write_to(_ALL, _NONE, depth=False)
        gl.context.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        gl.context.blend_func = moderngl.ONE, moderngl.ONE
        first, stars = int(self.records.used[1]) + count, int(self.records.used[2])
        self._draw_rectangles("star", False, first, stars)

    def _tiles(self, first: int, count: int) -> list[Any]:
        """For each view the viewport, larger than its tile by the guard band, and the tile."""
        width, height, guard = self.width, self.height, self.guard
        left, top = -(guard // 2) * width, -(guard // 2) * height
        return [
            ((x + left, y + top, guard * width, guard * height), (x, y, width, height))
            for x, y in self.records.tile[first : first + count].tolist()
        ]

    def _draw_lists(
        self, name: str, numbers: bool, first: int, tiles: list[Any], lists: list[Any]
    ) -> None:
        """Draw a list of quads of every view, given as the first of them and how many."""
        if not any(quads for _, quads in lists):
            return
        atlas, views = self._gl.atlas, self._gl.views
        _, corners = self._gl.program(name, numbers)
        for n, (begin, quads) in enumerate(lists):
            if quads:
                atlas.viewport, atlas.scissor = tiles[n]
                views.bind_to_uniform_block(0, offset=(first + n) * 256, size=256)
                corners.render(moderngl.TRIANGLES, quads * 6, first=begin * 6)

    def _draw_rectangles(self, name: str, numbers: bool, first: int, count: int) -> None:
        """Draw rectangles of the atlas, by the record of the first."""
        program, corners = self._gl.program(name, numbers)
        program["atlas"].value = self._gl.atlas_shape[:2]
        program["first"].value = first
        self._whole_atlas()
        corners.render(moderngl.TRIANGLES, count * 6)

    def _whole_atlas(self) -> None:
        self._gl.atlas.viewport = self._gl.atlas.scissor = (0, 0, *self._gl.atlas_shape[:2])

    def _draw_veil(self, numbers: bool, first: int, tiles: list[Any], lists: list[Any]) -> None:
        """Water and glass, the nearest of it only: first its depth, then its colour."""
        gl = self._gl
        gl.write_to(_NONE, _NONE)
        gl.context.enable_only(moderngl.DEPTH_TEST)
        self._draw_lists("depth", numbers, first, tiles, lists)
        gl.write_to(_ALL, (True, True, False, True), depth=False)
        gl.context.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        gl.context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self._draw_lists("face", numbers, first, tiles, lists)

    def _take(self, part: Part, views: Views, frames: Frames, late: bool) -> None:
        """Cut what came back of a part into frames."""
        pixels, numbers = self._back.finish(part) if late else self._back.now(part)
        take_tiles(
            pixels, numbers, numbers.view(np.float32), frames, self.scene.state.players, views,
            part.tiles, part.first, part.views, self.height, self.width,
        )  # fmt: skip


_KEPT_FOR_THE_PARENT: list[Any] = []
"""Objects inherited through a fork: kept, so that nothing here ever releases them."""
