"""The software renderer: no system library, the same bits everywhere, and fast on a processor.

Two passes over each view.  The first finds which face every pixel sees (`faces`, `raster`); the
second colours each pixel once (`shade`).  Depth, block and entity numbers and visibility come from
the same two passes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import WATER

from .camera import Views, focal_length
from .culling import CULL_ALL, visible_sections
from .faces import QUAD, TOP_PLACE, draw_quads, draw_sections, draw_veil, new_raster_work
from .overlay import draw_stars
from .scene import Scene
from .shade import bake_colour, bake_light, bake_plane, shade_pixel, shade_sky
from .sky import SKY_SIZE, fill_sky, star_directions

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
def _bake(  # type: ignore[no-untyped-def]
    state, geometry, sections, mesh, quads, look, work, sky_row, w, slot, place, focal, width, height
):  # fmt: skip
    """Fill the record of a face that has won pixels."""
    record = work.record[place]
    index, section = work.source[place, 0], work.source[place, 1]
    if section == QUAD:
        bake_plane(record, focal, width, height, work.corner[place], 1.0, 1.0)
        sky_light = look.bright[quads.light[w, index, 0] // 17]
        lamp_light = look.bright[quads.light[w, index, 1] // 17]
        bake_light(record, int(sky_light) * 0x1010101, int(lamp_light) * 0x1010101)
        colour = quads.colour[w, index]
        third = 1.0 / 255.0
        bake_colour(
            record, sky_row, look.light, 1.0, colour[0] * third, colour[1] * third, colour[2] * third
        )
    else:
        word = np.int64(mesh.face[w, index, 0])
        wide, deep = 1 << ((word >> 12) & 3), 1 << ((word >> 14) & 3)
        bake_plane(record, focal, width, height, work.corner[place], float(wide), float(deep))
        bake_light(record, np.int64(mesh.face[w, index, 1]), np.int64(mesh.face[w, index, 2]))
        shade = look.light[10 + ((word >> 9) & 7)]
        bake_colour(record, sky_row, look.light, shade, 1.0, 1.0, 1.0)
    work.baked[place] = 1


@kernel
def crack_of(state, geometry, sections, w, slot, section, word):  # type: ignore[no-untyped-def]
    """How far the player in a slot has mined the block of a face: 0 (not at all) to 10."""
    if slot < 0:
        return 0
    cell = state.players.dig_cell[w, slot]
    if cell < 0 or state.players.dig_ticks[w, slot] == 0:
        return 0
    column = sections.column[section >> 3, (word & 7) + 1, ((word >> 3) & 7) + 1]
    if column * 64 + (section & 7) * 8 + ((word >> 6) & 7) != cell:
        return 0
    needed = max(1, state.players.dig_needed[w, slot])
    return 1 + min(9, state.players.dig_ticks[w, slot] * 10 // needed)


@kernel
def _texture_of(state, geometry, sections, mesh, quads, work, w, slot, place):  # type: ignore[no-untyped-def]
    """Texture, crack stage, segmentation number and entity id of what stands at a place."""
    index, section = work.source[place, 0], work.source[place, 1]
    if section == QUAD:
        entity = quads.entity[w, index]
        number = np.int64(1000) + entity if entity > 0 else 0
        return int(quads.texture[w, index]), 0, int(number), entity
    word = np.int64(mesh.face[w, index, 0])
    crack = crack_of(state, geometry, sections, w, slot, section, word)
    return word >> 24, crack, (word >> 16) & 255, np.int64(0)


@kernel
def _shade_view(  # type: ignore[no-untyped-def]
    state, geometry, sections, mesh, quads, look, work, sky_row, views, v, frames,
    focal, width, height, distance, veiled,
):  # fmt: skip
    """Colour one view from its keys, and write the other passes."""
    w, slot = views.world[v], views.slot[v]
    inverse = np.float32(1.0 / focal)
    left = np.float32((0.5 - width * 0.5) / focal)
    top = np.float32((0.5 - height * 0.5) / focal)
    depth_unit = np.float32(1.0 / 67108864.0)
    want_rgb = v < frames.rgb.shape[0]
    want_depth = v < frames.depth.shape[0]
    want_number = v < frames.segmentation.shape[0]
    want_visible = v < frames.visible.shape[0]
    far = np.float32(distance)
    last, last_veil = -1, -1
    texture = texture_veil = 0
    crack = crack_veil = 0
    number = number_veil = 0
    entity = np.int64(0)
    record = work.record[0]
    record_veil = work.record[0]
    texels = look.texel[0]
    mean = look.mean[0]
    at = 0
    for y in range(height):
        yf = np.float32(y)
        for x in range(width):
            key = work.key[at]
            ray_length = work.ray_length[at]
            xf = np.float32(x)
            inverse_z = np.float32(key >> 32) * depth_unit
            if key == 0:
                if want_rgb:
                    r, g, b = shade_sky(sky_row, xf * inverse + left, yf * inverse + top, ray_length)
            else:
                place = TOP_PLACE - (key & 0xFFFFFFFF)
                if place != last:
                    last = place
                    if not work.baked[place]:
                        _bake(
                            state, geometry, sections, mesh, quads, look, work, sky_row,
                            w, slot, place, focal, width, height,
                        )  # fmt: skip
                    texture, crack, number, entity = _texture_of(
                        state, geometry, sections, mesh, quads, work, w, slot, place
                    )
                    record = work.record[place]
                    texels = look.texel[texture]
                    mean = look.mean[texture]
                if want_rgb:
                    r, g, b = shade_pixel(
                        record, texels, mean, sky_row, xf, yf, inverse_z, ray_length, crack, look.crack
                    )
                if want_visible and entity > 0:
                    for p in range(frames.visible.shape[1]):
                        if state.players.id[w, p] == entity:
                            frames.visible[v, p] += 1
            nearer = veiled and work.veil[at] > key
            if nearer:
                place = TOP_PLACE - (work.veil[at] & 0xFFFFFFFF)
                if place != last_veil:
                    last_veil = place
                    if not work.baked[place]:
                        _bake(
                            state, geometry, sections, mesh, quads, look, work, sky_row,
                            w, slot, place, focal, width, height,
                        )  # fmt: skip
                    texture_veil, crack_veil, number_veil, _ = _texture_of(
                        state, geometry, sections, mesh, quads, work, w, slot, place
                    )
                    record_veil = work.record[place]
                inverse_z = np.float32(work.veil[at] >> 32) * depth_unit
                if want_rgb:
                    wr, wg, wb = shade_pixel(
                        record_veil, look.texel[texture_veil], look.mean[texture_veil], sky_row,
                        xf, yf, inverse_z, ray_length, crack_veil, look.crack,
                    )  # fmt: skip
                    share = look.light[19] if number_veil == WATER else look.light[20]
                    r += (wr - r) * share
                    g += (wg - g) * share
                    b += (wb - b) * share
            if want_rgb:
                frames.rgb[v, y, x, 0] = np.uint8(r + np.float32(0.5))
                frames.rgb[v, y, x, 1] = np.uint8(g + np.float32(0.5))
                frames.rgb[v, y, x, 2] = np.uint8(b + np.float32(0.5))
            if want_depth:
                z = far
                if key != 0 or nearer:
                    z = min(far, np.float32(1.0) / inverse_z)
                frames.depth[v, y, x] = z
            if want_number:
                frames.segmentation[v, y, x] = number_veil if nearer else 0 if key == 0 else number
            at += 1


@kernel
def _forget_slots(work):  # type: ignore[no-untyped-def]
    for n in range(work.used.shape[0]):
        chunk = work.used[n]
        if chunk < 0:
            break
        work.slot[chunk] = -1
        work.used[n] = -1


@kernel
def draw_views(  # type: ignore[no-untyped-def]
    state, geometry, sections, mesh, tables, mesh_work, culling, quads, look, work,
    stars, sky, views, frames, first, width, height, focal, distance, day, detail, stamp, cull,
):  # fmt: skip
    """Draw views `first` and on.  Returns the view at which the mesh ran out of room, or -1."""
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
        for at in range(work.key.shape[0]):
            work.key[at] = 0
        _forget_slots(work)
        place, veiled = draw_sections(
            geometry, sections, mesh, culling, work, w, found, eye, axes,
            width, height, focal, detail, stamp, cull, 0,
        )  # fmt: skip
        place = draw_quads(
            quads, work, w, eye, axes, views.hidden[v], distance, width, height, focal, place
        )
        if veiled:
            for at in range(work.veil.shape[0]):
                work.veil[at] = 0
            place = draw_veil(
                geometry, mesh, culling, work, w, veiled, width, height, focal, place
            )
        if v < frames.visible.shape[0]:
            for p in range(frames.visible.shape[1]):
                frames.visible[v, p] = 0
        _shade_view(
            state, geometry, sections, mesh, quads, look, work, sky[v], views, v, frames,
            focal, width, height, distance, veiled,
        )  # fmt: skip
        if v < frames.rgb.shape[0]:
            draw_stars(stars, sky[v], state, axes, work, frames.rgb[v], w, day, focal, veiled)
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
        self.sky = np.zeros((1, SKY_SIZE), np.float32)

    def draw(self, views: Views, frames: Frames) -> None:
        """Draw every view into the frames; call `scene.update()` once per tick before."""
        scene = self.scene
        if len(self.sky) < len(views.world):
            self.sky = np.zeros((len(views.world), SKY_SIZE), np.float32)
        view = 0
        while view >= 0:
            view = draw_views(
                scene.state, scene.geometry, scene.sections, scene.mesh, scene.tables,
                scene.mesh_work, scene.culling, scene.quads, scene.look, self.work, self.stars,
                self.sky, views, frames, view, self.width, self.height, self.focal,
                self.view_distance, self.day, self.detail, scene.stamp, self.cull,
            )  # fmt: skip
            if view >= 0:
                scene.make_room()

    def close(self) -> None:
        """Nothing to let go of; renderers share this method."""
