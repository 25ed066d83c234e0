"""Which lists of faces need not be drawn, because they look away or something hides them."""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel


@inlined
def look_from(geometry, sections, section, eye, turn, reach):  # type: ignore[no-untyped-def]
    """Work out what `facing` needs to know of a section.

    Args:
        turn: (6,) of which [3:6] becomes the eye along the normal, a and b axes of the cube's face.
        reach: (2,) becomes the greatest and the least of eye . direction over the chunk.
    """
    per_edge = sections.per_edge
    chunk = section >> 3
    axes = geometry.axes[chunk // (per_edge * per_edge)]
    for k in range(3):
        turn[3 + k] = axes[k, 0] * eye[0] + axes[k, 1] * eye[1] + axes[k, 2] * eye[2]
    length = np.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2])
    towards = sections.towards
    x, y, z = towards[0, chunk], towards[1, chunk], towards[2, chunk]
    cosine = (x * eye[0] + y * eye[1] + z * eye[2]) / length
    sine = np.sqrt(max(0.0, 1.0 - cosine * cosine))
    # Directions differ from the middle's by up to this angle, small enough for two terms.
    spread = 6.2 * 1.5707963267948966 / geometry.size
    across, along = spread, 1.0 - 0.5 * spread * spread
    reach[0], reach[1] = length, length * (cosine * along - sine * across)
    if cosine < along:
        reach[0] = length * (cosine + sine * across)


@kernel
def facing(plane, per_edge, chunk, low, box, direction, turn, size, reach):  # type: ignore[no-untyped-def]
    """Which faces of a section that look in a direction may face the eye.

    Args:
        plane: `Sections.plane`.
        low: Radius of the section's lowest layer.
        box: (6,) where these faces lie, see `Mesh.extent`.
        direction: 0 to 5.
        turn, reach: As `look_from` filled them.

    Returns:
        Two sets of eight bits, one for each place along the direction's axis: whether a face that
        fills the side of its cell may, and whether anything within the cell may.
    """
    shown = 0  # nine bits: is the eye on the right side of each plane between the cells?
    if direction < 4:
        base, along = chunk % per_edge * 8, turn[5]
        if direction < 2:
            base, along = chunk // per_edge % per_edge * 8, turn[4]
        sign = -1.0 if direction & 1 else 1.0
        for k in range(9):
            at = min(base + k, size)
            side = plane[at, 0] * along - plane[at, 1] * turn[3]
            shown |= (side * sign > -1e-6) << k
    elif direction == 4:
        # The plane of a merged face lies a little below its corners' radius.
        sag = 1.0 - 11.0 / (size * size)
        for k in range(9):
            shown |= (reach[0] >= (low + k) * sag) << k
    else:
        for k in range(9):
            shown |= (reach[1] <= low + k) << k
    axis = direction & 6
    held = ((1 << np.int64(box[axis + 1])) - 1) & ~((1 << np.int64(box[axis])) - 1)
    sides = shown if direction & 1 else shown >> 1
    return sides & held, (shown | shown >> 1) & held


@kernel
def hidden(canvas, turned, turn, slot, low, box, round_up, width, height, focal):  # type: ignore[no-untyped-def]
    """Whether a box of a section's lattice is certainly behind what has been drawn.

    Args:
        low: Radius of the section's lowest layer.
        box: (6,) least and greatest corner along a, b and layer.
        round_up: What the corners' radius is multiplied by so that the flat hull holds the arc.
    """
    left = top = 1e9
    right = bottom = -1e9
    nearest = 1e9
    ex, ey, ez = turn[0], turn[1], turn[2]
    for i in range(2):
        for j in range(2, 4):
            at = slot * 243 + np.int64(box[i]) * 9 + np.int64(box[j])
            dx, dy, dz = float(turned[at]), float(turned[at + 81]), float(turned[at + 162])
            for k in range(4, 6):
                radius = low + box[k]
                if k == 5:
                    radius *= round_up
                z = radius * dz - ez
                if z < 0.3:
                    return False
                scale = focal / z
                x, y = (radius * dx - ex) * scale, (radius * dy - ey) * scale
                nearest = min(nearest, z)
                left, right = min(left, x), max(right, x)
                top, bottom = min(top, y), max(bottom, y)
    first_x = max(0, int(np.floor(left + width * 0.5 - 0.6)))
    last_x = min(width - 1, int(np.ceil(right + width * 0.5 - 0.4)))
    first_y = max(0, int(np.floor(top + height * 0.5 - 0.6)))
    last_y = min(height - 1, int(np.ceil(bottom + height * 0.5 - 0.4)))
    if first_x > last_x or first_y > last_y:
        return True
    threshold = np.float32(1.0 / (nearest - 0.2))
    for turn_of in range(2):  # most boxes that show do so in one row of three already
        for y in range(first_y, last_y + 1):
            if ((y - first_y) % 3 == 0) == (turn_of == 0):
                open_pixels = False
                for at in range(np.uint64(y * width + first_x), np.uint64(y * width + last_x + 1)):
                    open_pixels |= canvas[at] < threshold
                if open_pixels:
                    return False
    return True
