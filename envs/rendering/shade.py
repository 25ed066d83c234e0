"""What a face, and the sky, look like: the formulas of the software renderer's second pass.

A face that won pixels has one record of numbers (`baking`); the pixels of a row that see it differ
by a few linear terms only.  Light runs bilinearly over the face.  Texture fades to the texture's
mean colour between one and two texels a pixel.  Fog grows with the square of the distance beyond
where it starts.

A row in the making is a few planes of one array, `LINE` numbers apart.  It is made in three passes:
the light of each run of pixels that sees one face (`light_run`, `sky_run`), then the texels of the
whole row (`gather_row`), then its colours (`paint_row`).  Runs are worked on eight pixels at a
time: the compiler turns such loops into the processor's vectors.  What is written past the end of
a run is overwritten by the next.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel

STEP = 8
"""Pixels worked on at once."""
LINE = 1976
"""Room for the pixels of a row in each plane of a line: the widest picture, and what is spare."""
PLACE, INVERSE, RAY, ACROSS, RED, GREEN, BLUE = (np.uint64(k * LINE) for k in range(7))
"""Planes of a line: place in the order of drawing, inverse depth, length of the ray per metre of
depth, column, and the colour (at first its light)."""
MEAN_RED, MEAN_GREEN, MEAN_BLUE, FADE, FOG, INDEX, TEXEL = (
    np.uint64(k * LINE) for k in range(7, 14)
)
"""The mean colour of the texture, how much of the texture and of the fog shows, the index of the
texel, and the texel (both are the bits of integers)."""
KEEP_RED, KEEP_GREEN, KEEP_BLUE, SHARE = (np.uint64(k * LINE) for k in range(14, 18))
"""The colour of what is behind water and glass, and how much of them shows."""
LINE_SIZE = 18 * LINE


@inlined
def light_run(line, texels, record, place, texture, crack, sky_row, y, first, stop):  # type: ignore[no-untyped-def]
    """Light the pixels `first` to `stop` of a row, which all see one face.

    Args:
        line: (LINE_SIZE,) float32: inverse depth, ray and column are read; light, mean colour,
            fade, fog and index of the texel are written.
        texels: (T * 256,) the bits of red, green, blue and the stage of mining that cracks it.
        record, place: Where the face's record is: (places, RECORD) float32, and the row.
        texture: Index of the face's texture.
        crack: How far the block is mined, 0 (not at all) to 10.
        y: The row of pixels, float32.
    """
    zero, one, two = np.float32(0.0), np.float32(1.0), np.float32(2.0)
    ux, uc = record[place, 0], record[place, 1] * y + record[place, 2]
    vx, vc = record[place, 4], record[place, 5] * y + record[place, 6]
    u_off, v_off = record[place, 3], record[place, 7]
    r0, r1, r2, r3 = record[place, 8], record[place, 9], record[place, 10], record[place, 11]
    g0, g1, g2, g3 = record[place, 12], record[place, 13], record[place, 14], record[place, 15]
    b0, b1, b2, b3 = record[place, 16], record[place, 17], record[place, 18], record[place, 19]
    red, green, blue = record[place, 20], record[place, 21], record[place, 22]
    wide, deep, coarse = record[place, 23], record[place, 24], record[place, 25]
    last_column, last_row = wide - one, deep - one
    fog_start, fog_scale = sky_row[27], sky_row[28]
    texel = np.int32(texture * 256)
    for begin in range(first, stop, STEP):
        for k in range(STEP):
            at = np.uint64(begin) + np.uint64(k)
            x = line[ACROSS + at]
            z = one / line[INVERSE + at]
            u = min(one, max(zero, z * (ux * x + uc) - u_off))
            v = min(one, max(zero, z * (vx * x + vc) - v_off))
            uv = u * v
            line[RED + at] = min(one, r0 + u * r1 + v * r2 + uv * r3)
            line[GREEN + at] = min(one, g0 + u * g1 + v * g2 + uv * g3)
            line[BLUE + at] = min(one, b0 + u * b1 + v * b2 + uv * b3)
            line[MEAN_RED + at], line[MEAN_GREEN + at], line[MEAN_BLUE + at] = red, green, blue
            line[FADE + at] = min(one, max(zero, two - z * coarse))
            column = np.int32(min(u * wide, last_column)) & 15
            row = np.int32(min(v * deep, last_row)) & 15
            line[INDEX + at] = np.int32(texel + (row << 4) + column).view(np.float32)
            fog = min(one, max(zero, (z * line[RAY + at] - fog_start) * fog_scale))
            line[FOG + at] = fog * fog
    if crack > 0:
        _crack_run(line, texels, crack, first, stop)


@inlined
def bits_of(number):  # type: ignore[no-untyped-def]
    """The bits of a float32, as an int32."""
    return np.float32(number).view(np.int32)


@inlined
def _channel(bits, shift):  # type: ignore[no-untyped-def]
    """A byte of a texel.  Narrow before it is a float: it takes half as many of the vectors."""
    return np.float32(np.int32((bits >> shift) & 255))


@kernel
def _crack_run(line, texels, crack, first, stop):  # type: ignore[no-untyped-def]
    """Darken the light of those pixels of a run that the cracks of mining reach."""
    cracked = np.float32(0.35)
    for at in range(np.uint64(first), np.uint64(stop)):
        bits = bits_of(texels[np.uint64(bits_of(line[INDEX + at]))])
        if crack > (bits >> 24) and line[FADE + at] > 0.0:
            line[RED + at] *= cracked
            line[GREEN + at] *= cracked
            line[BLUE + at] *= cracked


@kernel
def gather_row(line, texels, first, stop):  # type: ignore[no-untyped-def]
    """Fetch the texels of the pixels `first` to `stop` of a row."""
    for at in range(np.uint64(first), np.uint64(stop)):
        line[TEXEL + at] = texels[np.uint64(bits_of(line[INDEX + at]))]


@kernel
def paint_row(line, sky_row, first, stop):  # type: ignore[no-untyped-def]
    """Turn the light of the pixels `first` to `stop` of a row into colour, 0 to 255, with fog."""
    fog_red, fog_green, fog_blue = sky_row[29], sky_row[30], sky_row[31]
    for at in range(np.uint64(first), np.uint64(stop)):
        bits = bits_of(line[TEXEL + at])
        fade, fog = line[FADE + at], line[FOG + at]
        red, green, blue = line[MEAN_RED + at], line[MEAN_GREEN + at], line[MEAN_BLUE + at]
        red += (_channel(bits, 0) - red) * fade
        green += (_channel(bits, 8) - green) * fade
        blue += (_channel(bits, 16) - blue) * fade
        red, green, blue = red * line[RED + at], green * line[GREEN + at], blue * line[BLUE + at]
        line[RED + at] = red + (fog_red - red) * fog
        line[GREEN + at] = green + (fog_green - green) * fog
        line[BLUE + at] = blue + (fog_blue - blue) * fog


@inlined
def _leave_as_is(line, at):  # type: ignore[no-untyped-def]
    """Let `paint_row` take the light of a pixel for its colour."""
    zero, one = np.float32(0.0), np.float32(1.0)
    line[MEAN_RED + at], line[MEAN_GREEN + at], line[MEAN_BLUE + at] = one, one, one
    line[FADE + at], line[FOG + at], line[INDEX + at] = zero, zero, zero


@kernel
def sky_run(line, sky_row, focal, left, ry, first, stop):  # type: ignore[no-untyped-def]
    """Colour the pixels `first` to `stop` of a row, which all see the sky.

    Args:
        focal: Pixels per unit of tangent, float32.
        left, ry: Tangents of column 0 and of the row.
    """
    if sky_row[32] > 0.0:
        for at in range(np.uint64(first), np.uint64(stop)):
            line[RED + at], line[GREEN + at] = sky_row[29], sky_row[30]
            line[BLUE + at] = sky_row[31]
            _leave_as_is(line, at)
        return
    zero, one, two, steep = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(1.9)
    inverse = one / focal
    up_x, up_c = sky_row[0] * inverse, sky_row[0] * left + sky_row[1] * ry + sky_row[2]
    sun_x, sun_c = sky_row[3] * inverse, sky_row[3] * left + sky_row[4] * ry + sky_row[5]
    low_r, low_g, low_b = sky_row[15], sky_row[16], sky_row[17]
    high_r, high_g, high_b = sky_row[12] - low_r, sky_row[13] - low_g, sky_row[14] - low_b
    dusk_r, dusk_g, dusk_b, dusk = sky_row[18], sky_row[19], sky_row[20], sky_row[21]
    bodies = False
    for begin in range(first, stop, STEP):
        for k in range(STEP):
            at = np.uint64(begin) + np.uint64(k)
            x = line[ACROSS + at]
            scale = one / line[RAY + at]
            height = (up_x * x + up_c) * scale
            towards = (sun_x * x + sun_c) * scale
            t = min(one, max(zero, height * steep))
            t = t * (two - t)
            glow = max(zero, towards)
            glow = glow * glow * (one - t) * dusk
            r, g, b = low_r + high_r * t, low_g + high_g * t, low_b + high_b * t
            line[RED + at] = r + (dusk_r - r) * glow
            line[GREEN + at] = g + (dusk_g - g) * glow
            line[BLUE + at] = b + (dusk_b - b) * glow
            _leave_as_is(line, at)
            bodies |= (towards * towards > np.float32(0.9409)) & (height > np.float32(-0.1))
    if bodies and sky_row[25] > 0.0:
        _sun_and_moon(line, sky_row, inverse, left, ry, first, stop)


@kernel
def _sun_and_moon(line, sky_row, inverse, left, ry, first, stop):  # type: ignore[no-untyped-def]
    """Lay the square sun and the smaller moon opposite it over a run of sky."""
    share = np.float32(0.9)
    for at in range(np.uint64(first), np.uint64(stop)):
        rx, scale = line[ACROSS + at] * inverse + left, np.float32(1.0) / line[RAY + at]
        height = (sky_row[0] * rx + sky_row[1] * ry + sky_row[2]) * scale
        towards = (sky_row[3] * rx + sky_row[4] * ry + sky_row[5]) * scale
        if abs(towards) <= 0.97 or height <= -0.1:
            continue
        across = abs(sky_row[6] * rx + sky_row[7] * ry + sky_row[8]) * scale
        along = abs(sky_row[9] * rx + sky_row[10] * ry + sky_row[11]) * scale
        size = sky_row[25] * abs(towards)
        if towards > 0.0 and across < size and along < size:
            line[RED + at], line[GREEN + at] = sky_row[22], sky_row[23]
            line[BLUE + at] = sky_row[24]
        elif towards < 0.0 and across < size * 0.7 and along < size * 0.7:
            line[RED + at] += (np.float32(224.0) - line[RED + at]) * share
            line[GREEN + at] += (np.float32(228.0) - line[GREEN + at]) * share
            line[BLUE + at] += (np.float32(238.0) - line[BLUE + at]) * share
