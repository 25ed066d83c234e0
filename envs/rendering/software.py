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
from .faces import (
    HAND,
    QUAD,
    TOP_PLACE,
    WEATHER,
    draw_quads,
    draw_quads_as,
    draw_sections,
    draw_veil,
    new_raster_work,
)
from .figures import hand_quads, new_hand_quads
from .overlay import draw_stars
from .scene import Scene
from .shade import bake_colour, bake_light, bake_plane, shade_pixel, shade_sky
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
def _bake_quad(quads, w, index, record, what, corner, light, bright, sky_row, focal, width, height):  # type: ignore[no-untyped-def]
    """Fill the record of a quad that has won pixels, and what it is."""
    bake_plane(record, focal, width, height, corner, 1.0, 1.0)
    sky_light = np.int64(bright[quads.light[w, index, 0] // 17])
    lamp_light = np.int64(bright[quads.light[w, index, 1] // 17])
    bake_light(record, sky_light * 0x1010101, lamp_light * 0x1010101)
    colour = quads.colour[w, index]
    third = 1.0 / 255.0
    bake_colour(
        record, sky_row, light, 1.0, colour[0] * third, colour[1] * third, colour[2] * third
    )
    entity = quads.entity[w, index]
    what[0], what[1], what[2], what[3] = quads.texture[w, index], 0, 0, entity
    if entity > 0:
        what[2] = 1000 + entity


@kernel
def _bake_all(  # type: ignore[no-untyped-def]
    players, columns, faces, quads, weather, light, bright, work, sky_row, w, slot, places,
    focal, width, height,
):  # fmt: skip
    """Fill the records of all faces that have won pixels, and what they are."""
    records, whats, corners, source = work.record, work.what, work.corner, work.source
    for place in range(places):
        index, section = source[place, 0], source[place, 1]
        record, what, corner = records[place], whats[place], corners[place]
        if section == QUAD:
            _bake_quad(
                quads, w, index, record, what, corner, light, bright, sky_row, focal, width, height
            )
            continue
        if section == WEATHER:
            _bake_quad(
                weather,
                0,
                index,
                record,
                what,
                corner,
                light,
                bright,
                sky_row,
                focal,
                width,
                height,
            )
            continue
        word = np.int64(faces[index, 0])
        wide, deep = 1 << ((word >> 12) & 3), 1 << ((word >> 14) & 3)
        bake_plane(record, focal, width, height, corner, float(wide), float(deep))
        bake_light(record, np.int64(faces[index, 1]), np.int64(faces[index, 2]))
        bake_colour(record, sky_row, light, light[10 + ((word >> 9) & 7)], 1.0, 1.0, 1.0)
        what[0], what[1], what[2], what[3] = word >> 24, 0, (word >> 16) & 255, 0
        if slot >= 0 and players.dig_ticks[w, slot] > 0:
            what[1] = crack_of(players, columns, w, slot, section, word)


@kernel
def crack_of(players, columns, w, slot, section, word):  # type: ignore[no-untyped-def]
    """How far the player in a slot has mined the block of a face: 0 (not at all) to 10."""
    if slot < 0:
        return 0
    cell = players.dig_cell[w, slot]
    if cell < 0 or players.dig_ticks[w, slot] == 0:
        return 0
    column = columns[section >> 3, (word & 7) + 1, ((word >> 3) & 7) + 1]
    if column * 64 + (section & 7) * 8 + ((word >> 6) & 7) != cell:
        return 0
    needed = max(1, players.dig_needed[w, slot])
    return 1 + min(9, players.dig_ticks[w, slot] * 10 // needed)


@kernel
def _colour_view(  # type: ignore[no-untyped-def]
    key, veil, ray_length, record, what, texel, mean, light, crack, sky_row, rgb,
    focal, width, height, veiled,
):  # fmt: skip
    """Colour the pixels of one view; all its faces are baked."""
    inverse = np.float32(1.0 / focal)
    left = np.float32((0.5 - width * 0.5) / focal)
    top = np.float32((0.5 - height * 0.5) / focal)
    depth_unit = np.float32(1.0 / 67108864.0)
    half = np.float32(0.5)
    at = 0
    for y in range(height):
        yf = np.float32(y)
        for x in range(width):
            value = key[at]
            xf = np.float32(x)
            if value == 0:
                r, g, b = shade_sky(
                    sky_row, xf * inverse + left, yf * inverse + top, ray_length[at]
                )
            else:
                place = TOP_PLACE - (value & 0xFFFFFFFF)
                r, g, b = shade_pixel(
                    record, place, texel, mean, what[place, 0], sky_row, xf, yf,
                    np.float32(value >> 32) * depth_unit, ray_length[at], what[place, 1], crack,
                )  # fmt: skip
            if veiled and veil[at] > value:
                place = TOP_PLACE - (veil[at] & 0xFFFFFFFF)
                wr, wg, wb = shade_pixel(
                    record, place, texel, mean, what[place, 0], sky_row, xf, yf,
                    np.float32(veil[at] >> 32) * depth_unit, ray_length[at], what[place, 1], crack,
                )  # fmt: skip
                share = light[19] if what[place, 2] == WATER else light[20]
                r += (wr - r) * share
                g += (wg - g) * share
                b += (wb - b) * share
            rgb[y, x, 0] = np.uint8(r + half)
            rgb[y, x, 1] = np.uint8(g + half)
            rgb[y, x, 2] = np.uint8(b + half)
            at += 1


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
    depth_unit = np.float32(1.0 / 67108864.0)
    far = np.float32(distance)
    if want_visible:
        for p in range(frames.visible.shape[1]):
            frames.visible[v, p] = 0
    at = 0
    for y in range(height):
        for x in range(width):
            value = work.key[at]
            nearest = value
            if veiled:
                nearest = max(value, work.veil[at])
            if want_depth:
                z = far
                if nearest != 0:
                    z = min(far, np.float32(1.0) / (np.float32(nearest >> 32) * depth_unit))
                frames.depth[v, y, x] = z
            if want_number:
                number = np.int64(0)
                if nearest != 0:
                    number = work.what[TOP_PLACE - (nearest & 0xFFFFFFFF), 2]
                frames.segmentation[v, y, x] = number
            if want_visible and value != 0:
                entity = work.what[TOP_PLACE - (value & 0xFFFFFFFF), 3]
                if entity > 0:
                    for p in range(frames.visible.shape[1]):
                        if players.id[w, p] == entity:
                            frames.visible[v, p] += 1
            at += 1


@kernel
def forget_slots(work):  # type: ignore[no-untyped-def]
    for n in range(work.used.shape[0]):
        chunk = work.used[n]
        if chunk < 0:
            break
        work.slot[chunk] = -1
        work.used[n] = -1


@kernel
def _draw_hand(  # type: ignore[no-untyped-def]
    state, geometry, hand, look, work, sky_row, rgb, w, slot, focal, width, height, place
):  # fmt: skip
    """Lay the own arm and item over a finished frame, by way of the veil."""
    hand_quads(state, geometry, hand, 0, w, slot)
    if hand.count[0] == 0:
        return
    veil, first = work.veil, place
    for at in range(veil.shape[0]):
        veil[at] = 0
    last = draw_quads_as(
        HAND, veil, hand, work, 0, work.home[0], work.home[1:], 0, 9.0, width, height, focal, place
    )
    for place in range(first, last):
        _bake_quad(
            hand, 0, work.source[place, 0], work.record[place], work.what[place],
            work.corner[place], look.light, look.bright, sky_row, focal, width, height,
        )  # fmt: skip
    at = 0
    depth_unit, half = np.float32(1.0 / 67108864.0), np.float32(0.5)
    for y in range(height):
        for x in range(width):
            value = veil[at]
            if value != 0:
                place = TOP_PLACE - (value & 0xFFFFFFFF)
                r, g, b = shade_pixel(
                    work.record, place, look.texel, look.mean, work.what[place, 0], sky_row,
                    np.float32(x), np.float32(y), np.float32(value >> 32) * depth_unit,
                    work.ray_length[at], 0, look.crack,
                )  # fmt: skip
                rgb[y, x, 0] = np.uint8(r + half)
                rgb[y, x, 1] = np.uint8(g + half)
                rgb[y, x, 2] = np.uint8(b + half)
            at += 1


@kernel
def draw_views(  # type: ignore[no-untyped-def]
    state, geometry, sections, mesh, tables, mesh_work, culling, quads, weather, hand, look, work,
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
        forget_slots(work)
        place, veiled = draw_sections(
            geometry, sections, mesh, culling, work, w, found, eye, axes,
            width, height, focal, detail, stamp, cull, 0,
        )  # fmt: skip
        place = draw_quads(
            quads, work, w, eye, axes, views.hidden[v], distance, width, height, focal, place
        )
        weather_quads(state, geometry, views, v, weather, 0)
        place = draw_quads_as(
            WEATHER, work.key, weather, work, 0, eye, axes, 0, distance, width, height, focal, place
        )
        if veiled:
            for at in range(work.veil.shape[0]):
                work.veil[at] = 0
            place = draw_veil(geometry, mesh, culling, work, w, veiled, width, height, focal, place)
        _bake_all(
            state.players, sections.column, mesh.face[w], quads, weather, look.light, look.bright,
            work, sky[v], w, views.slot[v], place, focal, width, height,
        )  # fmt: skip
        _measure_view(state.players, work, frames, w, v, distance, veiled)
        if v < frames.rgb.shape[0]:
            _colour_view(
                work.key, work.veil, work.ray_length, work.record, work.what, look.texel, look.mean,
                look.light, look.crack, sky[v], frames.rgb[v], focal, width, height, veiled,
            )  # fmt: skip
            draw_stars(stars, sky[v], state, axes, work, frames.rgb[v], w, day, focal, veiled)
            if views.slot[v] >= 0:
                _draw_hand(
                    state, geometry, hand, look, work, sky[v], frames.rgb[v], w, views.slot[v],
                    focal, width, height, place,
                )  # fmt: skip
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

    def draw(self, views: Views, frames: Frames) -> None:
        """Draw every view into the frames; call `scene.update()` once per tick before."""
        scene = self.scene
        if len(self.sky) < len(views.world):
            self.sky = np.zeros((len(views.world), SKY_SIZE), np.float32)
        view = 0
        while view >= 0:
            view = draw_views(
                scene.state, scene.geometry, scene.sections, scene.mesh, scene.tables,
                scene.mesh_work, scene.culling, scene.quads, self.weather, self.hand,
                scene.look, self.work, self.stars, self.sky, views, frames, view, self.width,
                self.height, self.focal, self.view_distance, self.day, self.detail, scene.stamp,
                self.cull,
            )  # fmt: skip
            if view >= 0:
                scene.make_room()

    def close(self) -> None:
        """Nothing to let go of; renderers share this method."""
