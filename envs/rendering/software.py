"""The software renderer: no system library, the same bits everywhere, and fast on a processor.

Two passes over each view.  The first finds which face every pixel sees (`faces`, `quads`,
`raster`); the second colours each pixel once (`baking`, `colours`, `shade`).  Depth, block and
entity numbers and visibility come from the same two passes.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import inlined, kernel

from .baking import bake_faces
from .camera import Views, focal_length
from .colours import colour_view
from .culling import CULL_ALL, visible_sections
from .faces import draw_sections, draw_veil, new_raster_work
from .figures import hand_quads, new_hand_quads
from .outlines import NEAR
from .overlay import draw_stars
from .quads import draw_quads
from .raster import HAND, OWNER, QUAD, WEATHER
from .scene import Scene
from .sky import SKY_SIZE, fill_sky, star_directions
from .weather_quads import new_weather, weather_quads

DETAIL = (20.0, 36.0)
"""Metres beyond which faces are merged by twos, and by fours."""


class Frames(NamedTuple):
    """What a renderer writes for V views; what is not wanted has no rows."""

    rgb: NDArray[np.uint8]
    """(V, H, W, 3)."""
    depth: NDArray[np.float32]
    """(V, H, W) metres along the optical axis; the view distance where there is sky."""
    segmentation: NDArray[np.int32]
    """(V, H, W) 0 sky, block numbers, 1000 + entity id."""
    visible: NDArray[np.int32]
    """(V, P) pixels that show each player of the view's world, also through water."""


def new_frames(
    views: int, height: int, width: int, players: int, passes: tuple[str, ...] = ("rgb",)
) -> Frames:
    """Empty frames for the passes named: any of rgb, depth, segmentation, visible."""
    return Frames(
        rgb=np.zeros((views if "rgb" in passes else 0, height, width, 3), np.uint8),
        depth=np.zeros((views if "depth" in passes else 0, height, width), np.float32),
        segmentation=np.zeros((views if "segmentation" in passes else 0, height, width), np.int32),
        visible=np.zeros((views if "visible" in passes else 0, players), np.int32),
    )


@kernel
def _measure_view(players, work, frames, w, v, distance, veiled):  # type: ignore[no-untyped-def]
    """Write depth, segmentation and visibility of one view, where they are wanted."""
    wanted = max(frames.depth.shape[0], frames.segmentation.shape[0], frames.visible.shape[0])
    if v >= wanted:
        return
    height, width = frames.depth.shape[1], frames.depth.shape[2]
    want_depth = v < frames.depth.shape[0]
    want_number = v < frames.segmentation.shape[0]
    want_visible = v < frames.visible.shape[0]
    far = np.float32(distance)
    if want_visible:
        for p in range(frames.visible.shape[1]):
            frames.visible[v, p] = 0
    at = np.uint64(0)
    for y in range(height):
        for x in range(width):
            value, place = work.solid[at], np.int64(work.solid[OWNER + at])
            nearest, number = value, np.int64(0)
            if value > 0.0:
                number = work.what[place, 2]
            if veiled and work.veil[at] > value:
                nearest, number = work.veil[at], work.what[np.int64(work.veil[OWNER + at]), 2]
            if want_depth:
                frames.depth[v, y, x] = far
                if nearest > 0.0:
                    frames.depth[v, y, x] = min(far, np.float32(1.0) / nearest)
            if want_number:
                frames.segmentation[v, y, x] = number
            if want_visible and value > 0.0:
                entity = work.what[place, 3]
                if entity > 0:
                    for p in range(frames.visible.shape[1]):
                        if players.id[w, p] == entity:
                            frames.visible[v, p] += 1
            at += np.uint64(1)


@kernel
def forget_slots(work):  # type: ignore[no-untyped-def]
    for n in range(work.used.shape[0]):
        chunk = work.used[n]
        if chunk < 0:
            break
        work.slot[chunk] = -1
        work.used[n] = -1


@inlined
def _draw_hand(  # type: ignore[no-untyped-def]
    state, geometry, columns, faces, hand, look, work, sky_row, w, slot, focal, width, height,
    place,
):  # fmt: skip
    """Draw the own arm and item into `work.hand`.

    Returns:
        The first column and the first row that hold any of it.
    """
    hand_quads(state, geometry, hand, 0, w, slot)
    left, top = np.int64(width), np.int64(height)
    if hand.count[0] == 0:
        return left, top
    last = draw_quads(
        HAND, work.hand, hand, work, 0, work.home[0], work.home[1:], 0, 9.0, width, height, focal,
        place,
    )  # fmt: skip
    bake_faces(
        state.players, columns, faces, hand, hand, hand, look, work, sky_row, w, slot, place, last,
        focal, width, height,
    )  # fmt: skip
    for n in range(place, last):
        corner = hand.corner[0, work.source[n, 0]]
        for k in range(4):
            x, y, z = corner[k, 0], corner[k, 1], corner[k, 2]
            if z < NEAR:
                return np.int64(0), np.int64(0)
            left = min(left, np.int64(np.floor(width * 0.5 + focal * x / z)) - 1)
            top = min(top, np.int64(np.floor(height * 0.5 + focal * y / z)) - 1)
    return max(left, np.int64(0)), max(top, np.int64(0))


@kernel
def draw_views(bundle, views, frames, first, stamp):  # type: ignore[no-untyped-def]
    """Draw views `first` and on.  Returns the view at which the mesh ran out of room, or -1."""
    (
        state, geometry, sections, mesh, tables, mesh_work, culling, quads, weather, hand, look,
        work, stars, sky, width, height, focal, distance, day, detail, cull,
    ) = opened(bundle)  # fmt: skip
    tan_x, tan_y = width * 0.5 / focal, height * 0.5 / focal
    for v in range(first, views.world.shape[0]):
        w = views.world[v]
        eye, axes = views.eye[v], views.axes[v]
        found = visible_sections(
            geometry, sections, state.cells, mesh, tables, mesh_work, culling,
            w, eye, axes, tan_x, tan_y, distance, cull,
        )  # fmt: skip
        if found < 0:
            return v
        fill_sky(state, geometry, look.light, views, v, day, distance, sky)
        for at in range(width * height):
            work.solid[at] = 0.0
        forget_slots(work)
        place, veiled = draw_sections(
            geometry, sections, mesh, culling, work, w, found, eye, axes,
            width, height, focal, detail, stamp, cull, 0,
        )  # fmt: skip
        place = draw_quads(
            QUAD, work.solid, quads, work, w, eye, axes, views.hidden[v], distance, width, height,
            focal, place,
        )  # fmt: skip
        weather_quads(state, geometry, views, v, weather, 0)
        place = draw_quads(
            WEATHER, work.solid, weather, work, 0, eye, axes, 0, distance, width, height, focal,
            place,
        )  # fmt: skip
        if veiled:
            for at in range(width * height):
                work.veil[at] = 0.0
            place = draw_veil(geometry, mesh, culling, work, w, veiled, width, height, focal, place)
        bake_faces(
            state.players, sections.column, mesh.face[w], quads, weather, hand, look, work, sky[v],
            w, views.slot[v], 0, place, focal, width, height,
        )  # fmt: skip
        _measure_view(state.players, work, frames, w, v, distance, veiled)
        if v < frames.rgb.shape[0]:
            left, top = np.int64(width), np.int64(height)
            if views.slot[v] >= 0:
                left, top = _draw_hand(
                    state, geometry, sections.column, mesh.face[w], hand, look, work, sky[v], w,
                    views.slot[v], focal, width, height, place,
                )  # fmt: skip
            colour_view(look, work, sky[v], frames.rgb[v], focal, width, height, veiled, left, top)
            draw_stars(stars, sky[v], state, axes, work, frames.rgb[v], w, day, focal, veiled)
            for at in range(top * width, height * width):
                work.hand[at] = 0.0
    return -1


class SoftwareRenderer:
    """Draws views of a scene on the processor.

    Args:
        scene: What to draw.
        height, width: Size of the frames in pixels.
        view_distance: How far one sees, in metres.
        day: Ticks in a day.
        detail: Metres beyond which faces are merged by twos and by fours; infinite = never.
        cull: Bits of `culling`; every choice gives the same frames.
    """

    name = "software"

    def __init__(
        self,
        scene: Scene,
        height: int,
        width: int,
        view_distance: float = 48.0,
        day: int = 24_000,
        detail: tuple[float, float] = DETAIL,
        cull: int = CULL_ALL,
    ) -> None:
        self.scene = scene
        self.height, self.width = height, width
        self.view_distance, self.day, self.cull = view_distance, day, cull
        self.detail = np.array(detail)
        self.focal = focal_length(scene.appearance.fov, height)
        chunks = scene.sections.column.shape[0]
        places = max(8192, min(131_072, width * height))
        self.work = new_raster_work(width, height, self.focal, chunks, places)
        self.stars = star_directions()
        self.weather, self.hand = new_weather(1), new_hand_quads(1)
        self.sky = np.zeros((1, SKY_SIZE), np.float32)
        self._changing: tuple[Any, ...] = (None, None, None)

    def draw(self, views: Views, frames: Frames) -> None:
        """Draw every view into the frames; call `scene.update()` once per tick before."""
        scene = self.scene
        if len(self.sky) < len(views.world):
            self.sky = np.zeros((len(views.world), SKY_SIZE), np.float32)
        view = 0
        while view >= 0:
            view = draw_views(self._bundled(), views, frames, view, scene.stamp)
            if view >= 0:
                scene.make_room()

    def _bundled(self) -> Bundle[Any]:
        """What `draw_views` takes besides views and frames, anew if any of it was exchanged."""
        scene = self.scene
        changing = (scene.state, scene.mesh, self.sky)
        if any(now is not then for now, then in zip(changing, self._changing, strict=True)):
            self._changing = changing
            self._bundle = Bundle(
                (
                    scene.state, scene.geometry, scene.sections, scene.mesh, scene.tables,
                    scene.mesh_work, scene.culling, scene.quads, self.weather, self.hand,
                    scene.look, self.work, self.stars, self.sky, self.width, self.height,
                    self.focal, self.view_distance, self.day, self.detail, self.cull,
                )
            )  # fmt: skip
        return self._bundle

    def close(self) -> None:
        """Nothing to let go of; renderers share this method."""
