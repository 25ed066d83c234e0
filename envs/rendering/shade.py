"""Pass two of the software renderer: what colour is each pixel?

A face that won pixels gets one record of numbers; a pixel then costs a division, a texel, and a
dozen multiplications.  For a face with corner `o`, edges `e` (along u) and `f` (along v), a point
`z * ray` of its plane has

    u = z * (m . ray) - m . o,   m = (f x n) / (n . n),   n = e x f,

so `z * (linear in the pixel)`; v alike.  Light runs bilinearly over (u, v).  Texture fades to the
texture's mean colour between one and two texels a pixel.  Fog grows with the square of the
distance beyond where it starts.
"""

import numpy as np

from mpgenie.envs.kernels import inlined

from .sky import daylight

RECORD = 28
"""Floats in a record: u (4), v (4), sky light (4), lamp light (4), sky colour (3), lamp colour (3),
ambient colour (3), repeats along u and v (2), texels per pixel and metre (1)."""
FADE_FROM, FADE_TO = 1.0, 2.0
"""Texels per pixel between which a texture fades to its mean."""


@inlined
def bake_plane(record, focal, width, height, corner, wide, deep):  # type: ignore[no-untyped-def]
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
    record[25], record[26] = wide, deep
    # Texels per pixel: the larger texel axis, seen at the slant of the face's middle.
    mx, my, mz = ox + 0.5 * (ex + fx), oy + 0.5 * (ey + fy), oz + 0.5 * (ez + fz)
    record[22], record[23], record[24] = mx, my, mz  # for `bake_colour`
    along = abs(nx * mx + ny * my + nz * mz)
    slant = along / np.sqrt(square * (mx * mx + my * my + mz * mz))
    area = np.sqrt(square) / (wide * deep)
    record[27] = 16.0 * inverse / (np.sqrt(area) * max(0.05, np.sqrt(slant)))


@inlined
def bake_light(record, sky, lamp):  # type: ignore[no-untyped-def]
    """Fill the light of a record from the corner bytes of the sky's and the lamps' brightness."""
    for kind in range(2):
        word = sky if kind == 0 else lamp
        at = 8 + 4 * kind
        c0 = float(word & 255) * (1.0 / 255.0)
        c1 = float((word >> 8) & 255) * (1.0 / 255.0)
        c2 = float((word >> 16) & 255) * (1.0 / 255.0)
        c3 = float((word >> 24) & 255) * (1.0 / 255.0)
        record[at] = c0
        record[at + 1] = c1 - c0
        record[at + 2] = c3 - c0
        record[at + 3] = c0 - c1 + c2 - c3


@inlined
def bake_colour(record, sky_row, light, shade, tint_r, tint_g, tint_b):  # type: ignore[no-untyped-def]
    """Fill the colours of a record: sun or moon where the face stands, lamps, ambient.

    Args:
        shade: Brightness of the face for the direction it looks in.
        tint_r, tint_g, tint_b: Colour of the quad, 0 to 1.
    """
    # Position from the core in view axes is eye + the middle of the face.
    x, y, z = sky_row[33] + record[22], sky_row[34] + record[23], sky_row[35] + record[24]
    elevation = (x * sky_row[3] + y * sky_row[4] + z * sky_row[5]) / np.sqrt(x * x + y * y + z * z)
    share = daylight(elevation)
    sun = share * sky_row[36] * shade
    moon = (1.0 - share) * shade
    record[16] = (light[0] * sun + light[3] * moon) * tint_r
    record[17] = (light[1] * sun + light[4] * moon) * tint_g
    record[18] = (light[2] * sun + light[5] * moon) * tint_b
    record[19] = light[6] * shade * tint_r
    record[20] = light[7] * shade * tint_g
    record[21] = light[8] * shade * tint_b
    ambient = light[9] * shade
    record[22] = ambient * tint_r
    record[23] = ambient * tint_g
    record[24] = ambient * tint_b


@inlined
def shade_pixel(  # type: ignore[no-untyped-def]
    records, place, texel, means, texture, sky_row, x, y, inverse_z, ray_length, crack, cracks
):  # fmt: skip
    """Colour of one pixel of a face, fog included: three floats, 0 to 255.

    Args:
        records, place: Where its record is: (places, RECORD) float32, and the row.
        texel, means, texture: (T, 16, 16, 3) and (T, 3) float32, and the row.
        x, y: Column and row of the pixel.
        inverse_z: 1 / depth along the axis of view.
        ray_length: Length of the pixel's ray per metre of depth.
        crack: How far the block is mined, 0 (not at all) to 10.
        cracks: (16, 16) uint8, the stage from which each texel is cracked.
    """
    z = np.float32(1.0) / inverse_z
    u = z * (records[place, 0] * x + records[place, 1] * y + records[place, 2]) - records[place, 3]
    v = z * (records[place, 4] * x + records[place, 5] * y + records[place, 6]) - records[place, 7]
    u = min(np.float32(1.0), max(np.float32(0.0), u))
    v = min(np.float32(1.0), max(np.float32(0.0), v))
    uv = u * v
    sky = (
        records[place, 8] + u * records[place, 9] + v * records[place, 10] + uv * records[place, 11]
    )
    lamp = (
        records[place, 12]
        + u * records[place, 13]
        + v * records[place, 14]
        + uv * records[place, 15]
    )
    light_r = min(
        np.float32(1.0), sky * records[place, 16] + lamp * records[place, 19] + records[place, 22]
    )
    light_g = min(
        np.float32(1.0), sky * records[place, 17] + lamp * records[place, 20] + records[place, 23]
    )
    light_b = min(
        np.float32(1.0), sky * records[place, 18] + lamp * records[place, 21] + records[place, 24]
    )
    r, g, b = means[texture, 0], means[texture, 1], means[texture, 2]
    fade = np.float32(2.0) - z * records[place, 27]
    if fade > 0.0:
        fade = min(fade, np.float32(1.0))
        column = int(u * records[place, 25] * np.float32(16.0)) & 15
        row = int(v * records[place, 26] * np.float32(16.0)) & 15
        if u >= 1.0:
            column = 15
        if v >= 1.0:
            row = 15
        r += (texel[texture, row, column, 0] - r) * fade
        g += (texel[texture, row, column, 1] - g) * fade
        b += (texel[texture, row, column, 2] - b) * fade
        if crack > cracks[row, column]:
            r, g, b = r * np.float32(0.35), g * np.float32(0.35), b * np.float32(0.35)
    r, g, b = r * light_r, g * light_g, b * light_b
    fog = (z * ray_length - sky_row[27]) * sky_row[28]
    if fog > 0.0:
        fog = min(fog, np.float32(1.0))
        fog *= fog
        r += (sky_row[29] - r) * fog
        g += (sky_row[30] - g) * fog
        b += (sky_row[31] - b) * fog
    return r, g, b


@inlined
def shade_sky(sky_row, rx, ry, ray_length):  # type: ignore[no-untyped-def]
    """Colour of the sky along the ray (rx, ry, 1): three floats, 0 to 255."""
    if sky_row[32] > 0.0:
        return sky_row[29], sky_row[30], sky_row[31]
    scale = np.float32(1.0) / ray_length
    height = (sky_row[0] * rx + sky_row[1] * ry + sky_row[2]) * scale
    towards = (sky_row[3] * rx + sky_row[4] * ry + sky_row[5]) * scale
    t = min(np.float32(1.0), max(np.float32(0.0), height * np.float32(1.9)))
    t = t * (np.float32(2.0) - t)
    r = sky_row[15] + (sky_row[12] - sky_row[15]) * t
    g = sky_row[16] + (sky_row[13] - sky_row[16]) * t
    b = sky_row[17] + (sky_row[14] - sky_row[17]) * t
    if towards > 0.0:
        glow = towards * towards * (np.float32(1.0) - t) * sky_row[21]
        r += (sky_row[18] - r) * glow
        g += (sky_row[19] - g) * glow
        b += (sky_row[20] - b) * glow
    if abs(towards) > 0.97 and sky_row[25] > 0.0 and height > -0.1:
        across = abs(sky_row[6] * rx + sky_row[7] * ry + sky_row[8]) * scale
        along = abs(sky_row[9] * rx + sky_row[10] * ry + sky_row[11]) * scale
        size = sky_row[25] * abs(towards)
        if towards > 0.0 and across < size and along < size:
            r, g, b = sky_row[22], sky_row[23], sky_row[24]
        elif towards < 0.0 and across < size * 0.7 and along < size * 0.7:
            r += (np.float32(224.0) - r) * np.float32(0.9)
            g += (np.float32(228.0) - g) * np.float32(0.9)
            b += (np.float32(238.0) - b) * np.float32(0.9)
    return r, g, b
