"""What is worked out once for each face that won pixels: its record, and what it shows.

For a face with corner `o`, edges `e` (along u) and `f` (along v), a point `z * ray` of its plane
has

    u = z * (m . ray) - m . o,   m = (f x n) / (n . n),   n = e x f,

so `z * (linear in the pixel)`; v alike.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel

from .raster import HAND, QUAD, WEATHER
from .sky import daylight

RECORD = 32
"""Floats in a record: u (4), v (4), light of red, green and blue (4 each: constant, along u, along
v, along both), mean colour (3), texels along u and v (2), texels per pixel and metre (1),
texels per pixel where it is nearest (1); then the middle of the face (3), for `_bake_light`."""


@inlined
def _bake_plane(record, focal, width, height, corner, wide, deep):  # type: ignore[no-untyped-def]
    """Fill the part of a record that follows from where the face lies.

    Args:
        record: (RECORD,) float32.
        corner: (9,) corner o, edge e and edge f in view axes, metres.
        wide, deep: Blocks along u and v.
    """
    ox, oy, oz = float(corner[0]), float(corner[1]), float(corner[2])
    ex, ey, ez = float(corner[3]), float(corner[4]), float(corner[5])
    fx, fy, fz = float(corner[6]), float(corner[7]), float(corner[8])
    nx = ey * fz - ez * fy
    ny = ez * fx - ex * fz
    nz = ex * fy - ey * fx
    square = nx * nx + ny * ny + nz * nz
    scale = 1.0 / square
    ux, uy, uz = (
        (fy * nz - fz * ny) * scale,
        (fz * nx - fx * nz) * scale,
        (fx * ny - fy * nx) * scale,
    )
    vx, vy, vz = (
        (ny * ez - nz * ey) * scale,
        (nz * ex - nx * ez) * scale,
        (nx * ey - ny * ex) * scale,
    )
    inverse = 1.0 / focal
    left, top = (0.5 - width * 0.5) * inverse, (0.5 - height * 0.5) * inverse
    record[0], record[1] = ux * inverse, uy * inverse
    record[2] = uz + ux * left + uy * top
    record[3] = ux * ox + uy * oy + uz * oz
    record[4], record[5] = vx * inverse, vy * inverse
    record[6] = vz + vx * left + vy * top
    record[7] = vx * ox + vy * oy + vz * oz
    record[23], record[24] = wide * 16.0, deep * 16.0
    # Texels per pixel: the larger texel axis, seen at the slant of the face's middle.
    mx, my, mz = ox + 0.5 * (ex + fx), oy + 0.5 * (ey + fy), oz + 0.5 * (ez + fz)
    record[27], record[28], record[29] = mx, my, mz  # for `_bake_light`
    along = abs(nx * mx + ny * my + nz * mz)
    slant = along / np.sqrt(square * (mx * mx + my * my + mz * mz))
    area = np.sqrt(square) / (wide * deep)
    record[25] = 16.0 * inverse / (np.sqrt(area) * max(0.05, np.sqrt(slant)))
    nearest = oz + min(0.0, min(ez, min(fz, ez + fz)))
    record[26] = max(0.0, nearest) * record[25] * 0.999


@inlined
def _bilinear(word):  # type: ignore[no-untyped-def]
    """The bytes of four corners as a constant and the terms of u, v and u * v."""
    c0 = float(word & 255) * (1.0 / 255.0)
    c1 = float((word >> 8) & 255) * (1.0 / 255.0)
    c2 = float((word >> 16) & 255) * (1.0 / 255.0)
    c3 = float((word >> 24) & 255) * (1.0 / 255.0)
    return c0, c1 - c0, c3 - c0, c0 - c1 + c2 - c3


@inlined
def _bake_light(record, sky_row, light, shade, sky, lamp, tint_r, tint_g, tint_b):  # type: ignore[no-untyped-def]
    """Fill the light of a record: sun or moon where the face stands, lamps, ambient.

    Args:
        shade: Brightness of the face for the direction it looks in.
        sky, lamp: Brightness of the sky and of lamps at the four corners, a byte each.
        tint_r, tint_g, tint_b: Colour of the quad, 0 to 1.
    """
    # Position from the core in view axes is eye + the middle of the face.
    x, y, z = sky_row[33] + record[27], sky_row[34] + record[28], sky_row[35] + record[29]
    elevation = (x * sky_row[3] + y * sky_row[4] + z * sky_row[5]) / np.sqrt(x * x + y * y + z * z)
    share = daylight(elevation)
    sun = share * sky_row[36] * shade
    moon = (1.0 - share) * shade
    s0, s1, s2, s3 = _bilinear(sky)
    l0, l1, l2, l3 = _bilinear(lamp)
    for k in range(3):
        tint = tint_r if k == 0 else tint_g if k == 1 else tint_b
        from_sky = (light[k] * sun + light[3 + k] * moon) * tint
        from_lamp = light[6 + k] * shade * tint
        record[8 + 4 * k] = s0 * from_sky + l0 * from_lamp + light[9] * shade * tint
        record[9 + 4 * k] = s1 * from_sky + l1 * from_lamp
        record[10 + 4 * k] = s2 * from_sky + l2 * from_lamp
        record[11 + 4 * k] = s3 * from_sky + l3 * from_lamp


@inlined
def _bake_mean(record, mean, texture):  # type: ignore[no-untyped-def]
    """Fill the mean colour of a record's texture."""
    for k in range(3):
        record[20 + k] = mean[texture, k]


@inlined
def _bake_quad(quads, row, index, record, what, look, sky_row):  # type: ignore[no-untyped-def]
    """Fill the rest of the record of a quad, and what it is."""
    sky = np.int64(look.bright[quads.light[row, index, 0] // 17]) * 0x1010101
    lamp = np.int64(look.bright[quads.light[row, index, 1] // 17]) * 0x1010101
    colour = quads.colour[row, index]
    third = 1.0 / 255.0
    _bake_light(
        record, sky_row, look.light, 1.0, sky, lamp,
        colour[0] * third, colour[1] * third, colour[2] * third,
    )  # fmt: skip
    entity = quads.entity[row, index]
    what[0], what[1], what[2], what[3] = quads.texture[row, index], 0, 0, entity
    if entity > 0:
        what[2] = 1000 + entity


@kernel
def bake_faces(  # type: ignore[no-untyped-def]
    players, columns, faces, quads, weather, hand, look, work, sky_row, w, slot, first, last,
    focal, width, height,
):  # fmt: skip
    """Fill the records of the faces in places `first` to `last`, and what they are."""
    for place in range(first, last):
        index, section = np.int64(work.source[place, 0]), work.source[place, 1]
        record, what, corner = work.record[place], work.what[place], work.corner[place]
        wide = deep = 1.0
        word = np.int64(0)
        if section >= 0:
            word = np.int64(faces[index, 0])
            wide, deep = float(1 << ((word >> 12) & 3)), float(1 << ((word >> 14) & 3))
        _bake_plane(record, focal, width, height, corner, wide, deep)
        if section == QUAD:
            _bake_quad(quads, w, index, record, what, look, sky_row)
        elif section == WEATHER:
            _bake_quad(weather, 0, index, record, what, look, sky_row)
        elif section == HAND:
            _bake_quad(hand, 0, index, record, what, look, sky_row)
        else:
            _bake_light(
                record, sky_row, look.light, look.light[10 + ((word >> 9) & 7)],
                np.int64(faces[index, 1]), np.int64(faces[index, 2]), 1.0, 1.0, 1.0,
            )  # fmt: skip
            what[0], what[1], what[2], what[3] = word >> 24, 0, (word >> 16) & 255, 0
            if slot >= 0 and players.dig_ticks[w, slot] > 0:
                what[1] = crack_of(players, columns, w, slot, section, word)
        _bake_mean(record, look.mean, what[0])


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
