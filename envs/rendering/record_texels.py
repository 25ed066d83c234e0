"""Single records for OpenGL: one function for each kind of thing that is drawn.

A face of a block is one texel of four 32-bit words, any other quad four texels with its corners
relative to the eye, a star or the sky one; the shaders that read them say what is in each
(`face_vertex.glsl`, `quad_vertex.glsl`, `sky_vertex.glsl`).  Every function returns the next free
texel.  `data` is the array as words, `bits` the same memory as float32.  Lengths are in metres.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import TORCH

from .baking import crack_of
from .figures import hand_quads
from .mesh import CORNER
from .sky import day_angle

HERE = np.zeros(3)
"""The eye, for what is given relative to it."""


@inlined
def is_torch(word):  # type: ignore[no-untyped-def]
    """Whether the first word of a face says that it is one of a torch, thinner than its cell."""
    return (word >> np.uint32(16)) & np.uint32(255) == TORCH


@kernel
def add_faces(faces, data, at, begin, count, place, cell, crack):  # type: ignore[no-untyped-def]
    """Copy the faces of a list, but no torches; return the next free texel.

    Args:
        place: The fourth word: where the section is.
        cell, crack: The block of the section that is being mined, -1 = none, and how far it is.
    """
    for index in range(begin, begin + count):
        word = faces[index, 0]
        if is_torch(word):
            continue
        data[at, 0] = word
        data[at, 1] = faces[index, 1]
        data[at, 2] = faces[index, 2]
        data[at, 3] = place
        if np.int64(word & np.uint32(511)) == cell:
            data[at, 3] = np.uint32(place | (crack << 18))
        at += 1
    return at


@kernel
def place_of(section, per_edge):  # type: ignore[no-untyped-def]
    """Where a section is, as the fourth word of its faces."""
    chunk, level = section >> 3, section & 7
    face = chunk // (per_edge * per_edge)
    along_a, along_b = chunk // per_edge % per_edge, chunk % per_edge
    return np.int64(face | (along_a << 3) | (along_b << 9) | (level << 15))


@kernel
def crack_in(state, geometry, sections, w, slot):  # type: ignore[no-untyped-def]
    """The block that the viewer is mining.

    Returns:
        Its section, or -1: none; its place in the section (bits 0 to 8); and how far it is mined.
    """
    if slot < 0:
        return -1, -1, 0
    cell = state.players.dig_cell[w, slot]
    if cell < 0 or state.players.dig_ticks[w, slot] == 0:
        return -1, -1, 0
    column, layer = cell >> 6, cell & 63
    size, per_edge = geometry.size, sections.per_edge
    face, a, b = column // (size * size), column // size % size, column % size
    section = ((face * per_edge + (a >> 3)) * per_edge + (b >> 3)) << 3 | (layer >> 3)
    within = (a & 7) | ((b & 7) << 3) | ((layer & 7) << 6)
    crack = crack_of(state.players, sections.column, w, slot, section, within)
    return section, within, crack


@kernel
def add_quad(data, bits, at, corner, number, colour, texture, sky, lamp):  # type: ignore[no-untyped-def]
    """Write one quad, its corners relative to the eye; return the next free texel."""
    for k in range(4):
        bits[at + k, 0], bits[at + k, 1], bits[at + k, 2] = (
            corner[k, 0], corner[k, 1], corner[k, 2],
        )  # fmt: skip
    data[at, 3] = np.uint32(number & 0xFFFFFFFF)
    data[at + 1, 3] = np.uint32(colour | (texture << 24))
    data[at + 2, 3] = np.uint32(sky)
    data[at + 3, 3] = np.uint32(lamp)
    return at + 4


@kernel
def add_torch(geometry, sections, faces, index, section, records, bits, eye, light, at, spare):  # type: ignore[no-untyped-def]
    """Write one face of a torch, a little post in the middle of its cell."""
    chunk, word = section >> 3, np.int64(faces[index, 0])
    low = geometry.bottom + (section & 7) * 8 + ((word >> 6) & 7)
    direction = (word >> 9) & 7
    base = CORNER[direction]
    for k in range(4):
        u = 1 if k == 1 or k == 2 else 0
        v = k >> 1
        a = base[0, 0] + base[1, 0] + base[2, 0] + u * base[3, 0] + v * base[4, 0]
        b = base[0, 1] + base[1, 1] + base[2, 1] + u * base[3, 1] + v * base[4, 1]
        up = base[0, 2] + base[1, 2] + base[2, 2] + u * base[3, 2] + v * base[4, 2]
        s, t = (0.5625 if a else 0.4375), (0.5625 if b else 0.4375)
        radius = low + (0.625 if up else 0.0)
        x = y = z = 0.0
        for i in range(2):
            for j in range(2):
                share = (s if i else 1.0 - s) * (t if j else 1.0 - t) * radius
                corner = ((word & 7) + i) * 9 + ((word >> 3) & 7) + j
                x += share * sections.corner[chunk, 0, corner]
                y += share * sections.corner[chunk, 1, corner]
                z += share * sections.corner[chunk, 2, corner]
        spare[k, 0], spare[k, 1], spare[k, 2] = x - eye[0], y - eye[1], z - eye[2]
    shade = int(255.0 * light[10 + direction] + 0.5)
    return add_quad(
        records.data, bits, at, spare, (word >> 16) & 255, shade * 0x010101, word >> 24,
        np.int64(faces[index, 1]), np.int64(faces[index, 2]),
    )  # fmt: skip


@kernel
def add_thing(quads, bright, row, index, eye, data, bits, at, spare):  # type: ignore[no-untyped-def]
    """Write one quad of a figure or of the weather."""
    for k in range(4):
        for axis in range(3):
            spare[k, axis] = quads.corner[row, index, k, axis] - eye[axis]
    colour = (
        np.int64(quads.colour[row, index, 0])
        | (np.int64(quads.colour[row, index, 1]) << 8)
        | (np.int64(quads.colour[row, index, 2]) << 16)
    )
    sky = np.int64(bright[quads.light[row, index, 0] // 17]) * 0x01010101
    lamp = np.int64(bright[quads.light[row, index, 1] // 17]) * 0x01010101
    entity = quads.entity[row, index]
    number = 1000 + entity if entity > 0 else 0
    return add_quad(
        data, bits, at, spare, number, colour, np.int64(quads.texture[row, index]), sky, lamp
    )


@kernel
def add_hand(state, geometry, hand, bright, w, slot, axes, data, bits, at, spare):  # type: ignore[no-untyped-def]
    """Write the viewer's own arm and item; they are given in view axes."""
    hand_quads(state, geometry, hand, 0, w, slot)
    for index in range(hand.count[0]):
        for k in range(4):
            x, y, z = hand.corner[0, index, k]
            for axis in range(3):
                hand.corner[0, index, k, axis] = (
                    x * axes[0, axis] + y * axes[1, axis] + z * axes[2, axis]
                )
        at = add_thing(hand, bright, 0, index, HERE, data, bits, at, spare)
    return at


@kernel
def add_stars(state, records, stars, sky, axes, w, v, day, lens, left, top, at):  # type: ignore[no-untyped-def]
    """Write the stars of a view as rectangles of pixels in the atlas; return the next texel."""
    focal, width, height = lens
    night = sky[26]
    if night < 0.05 or sky[32] > 0.0:
        return at
    size = max(1, int(height) // 240)
    c, s = day_angle(state.clock.tick[w] + state.clock.day_offset[w], day)
    for n in range(stars.shape[0]):
        sx, sy, sz = stars[n, 0], stars[n, 1], stars[n, 2]
        x, y, z = c * sx - s * sy, s * sx + c * sy, sz
        ahead = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
        if ahead < 0.1:
            continue
        right = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) / ahead
        down = (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) / ahead
        if sky[0] * right + sky[1] * down + sky[2] < 0.02:
            continue
        column = int(np.floor(width * 0.5 + focal * right))
        row = int(np.floor(height * 0.5 + focal * down))
        first_x, first_y = max(0, column), max(0, row)
        wide = min(int(width), column + size) - first_x
        tall = min(int(height), row + size) - first_y
        if wide > 0 and tall > 0:
            data = records.data[at]
            data[0] = np.uint32((left + first_x) | ((top + first_y) << 16))
            data[1] = np.uint32(wide | (tall << 16))
            data[2], data[3] = np.uint32(v), np.uint32(int(210.0 * night * stars[n, 3]))
            at += 1
    return at
