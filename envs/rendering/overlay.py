"""What is laid over a finished picture: stars on the sky."""

import numpy as np

from mpgenie.envs.kernels import inlined

from .sky import day_angle


@inlined
def draw_stars(stars, sky_row, state, axes, work, rgb, w, day, focal, veiled):  # type: ignore[no-untyped-def]
    """Add the stars that fall on pixels of clear sky.

    Args:
        stars: `sky.star_directions()`.
        sky_row: The view's row of sky.
        axes: (3, 3) axes of the view.
        work: The `RasterWork` whose canvases say where the sky is.
        rgb: (H, W, 3) uint8, changed in place.
    """
    night = float(sky_row[26])
    if night < 0.05 or sky_row[32] > 0.0:
        return
    height, width = rgb.shape[0], rgb.shape[1]
    size = max(1, height // 240)
    c, s = day_angle(state.clock.tick[w] + state.clock.day_offset[w], day)
    for n in range(stars.shape[0]):
        sx, sy, sz = stars[n, 0], stars[n, 1], stars[n, 2]
        x, y, z = c * sx - s * sy, s * sx + c * sy, sz
        ahead = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
        if ahead < 0.1:
            continue
        right = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) / ahead
        down = (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) / ahead
        height_up = sky_row[0] * right + sky_row[1] * down + sky_row[2]
        if height_up < 0.02:
            continue
        column = int(np.floor(width * 0.5 + focal * right))
        row = int(np.floor(height * 0.5 + focal * down))
        bright = int(210.0 * night * stars[n, 3])
        for i in range(row, row + size):
            for j in range(column, column + size):
                if 0 <= i < height and 0 <= j < width:
                    at = i * width + j
                    nearest = max(work.solid[at], work.hand[at])
                    if veiled:
                        nearest = max(nearest, work.veil[at])
                    if nearest == 0.0:
                        for k in range(3):
                            rgb[i, j, k] = min(255, int(rgb[i, j, k]) + bright)
