"""What moved between two frames, as costs of matching: the first thing a network of video needs.

Convolutions learn to compare frames slowly, and from few labelled minutes hardly at all, so the
comparing is done for them.  A picture is halved three times.  At each of the four sizes the grey
values of a frame are compared with those of the next one moved by up to two pixels to each side;
the squared difference, averaged over a cell of the frame, says how badly that move explains what
happened there.  Divided by its mean over the moves it depends neither on light nor on contrast.

The volume of costs is that of optical flow by matching (Dosovitskiy et al., "FlowNet", 2015,
section 3; Sun et al., "PWC-Net", 2018, section 3), on grey values instead of learned features.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import allocating_kernel, kernel

CELL = 8
"""Pixels to a side of a cell."""
LEVELS, REACH = 4, 2
MOVES = (2 * REACH + 1) ** 2
"""Compared at each size; on the smallest a move is 8 pixels, so 16 are found."""
COSTS = LEVELS * MOVES
_NOISE = np.float32(12.0)
"""Squared grey levels that mean nothing."""


def motion(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Costs of moves from each frame to the next.

    Args:
        frames: (F, H, W, 3), height and width multiples of 8 and at least 32.

    Returns:
        (F - 1, H / 8, W / 8, 100): 0 is as bad as the mean of all moves of a size, -1 a match.
    """
    count, height, width = frames.shape[:3]
    shape = max(0, count - 1), height // CELL, width // CELL, COSTS
    out = np.zeros(shape, np.float32)
    if out.size:
        _fill(np.ascontiguousarray(frames), out)
    return out


@kernel
def _grey(frame, out):  # type: ignore[no-untyped-def]
    """(H, W, 3) bytes to 16 times the root of their light, inside the margin of `out`: differences
    in the dark count for as much as as many in the light."""
    for y in range(frame.shape[0]):
        for x in range(frame.shape[1]):
            light = (
                np.float32(0.299) * np.float32(frame[y, x, 0])
                + np.float32(0.587) * np.float32(frame[y, x, 1])
                + np.float32(0.114) * np.float32(frame[y, x, 2])
            )
            out[y + REACH, x + REACH] = np.float32(16.0) * np.sqrt(light)


@kernel
def _halve(wide, out, height, width):  # type: ignore[no-untyped-def]
    """Means of 2 x 2 pixels, inside margins."""
    for y in range(height):
        for x in range(width):
            r, c = 2 * y + REACH, 2 * x + REACH
            out[y + REACH, x + REACH] = np.float32(0.25) * (
                wide[r, c] + wide[r, c + 1] + wide[r + 1, c] + wide[r + 1, c + 1]
            )


@kernel
def _edge(grey, height, width):  # type: ignore[no-untyped-def]
    """Let the outermost pixels go on in the margin."""
    for y in range(REACH, REACH + height):
        for m in range(REACH):
            grey[y, m] = grey[y, REACH]
            grey[y, REACH + width + m] = grey[y, REACH + width - 1]
    for m in range(REACH):
        for x in range(width + 2 * REACH):
            grey[m, x] = grey[REACH, x]
            grey[REACH + height + m, x] = grey[REACH + height - 1, x]


@kernel
def _compare(one, two, size, height, width, sums, costs, first):  # type: ignore[no-untyped-def]
    """Costs of the moves of a level, in cells of `size` x `size` of its pixels."""
    each = np.float32(1.0 / (size * size))
    for dy in range(2 * REACH + 1):
        for dx in range(2 * REACH + 1):
            place = first + dy * (2 * REACH + 1) + dx
            for row in range(height // size):
                for x in range(width):
                    sums[x] = np.float32(0.0)
                for y in range(row * size, (row + 1) * size):
                    ours, theirs = one[y + REACH], two[y + dy]
                    for x in range(width):
                        wrong = ours[x + REACH] - theirs[x + dx]
                        sums[x] += wrong * wrong
                for column in range(width // size):
                    total = np.float32(0.0)
                    for k in range(size):
                        total += sums[column * size + k]
                    costs[row, column, place] = total * each


@kernel
def _spread(costs, wide, first):  # type: ignore[no-untyped-def]
    """Average a level's costs over 3 x 3 cells (fewer at the edges); `wide` is work space."""
    rows, columns = costs.shape[:2]
    for y in range(rows):
        for x in range(columns):
            for k in range(first, first + MOVES):
                wide[y, x, k] = costs[y, x, k]
    for y in range(rows):
        for x in range(columns):
            low, high = max(0, y - 1), min(rows, y + 2)
            left, right = max(0, x - 1), min(columns, x + 2)
            share = np.float32(1.0 / ((high - low) * (right - left)))
            for k in range(first, first + MOVES):
                costs[y, x, k] = np.float32(0.0)
            for r in range(low, high):
                for c in range(left, right):
                    for k in range(first, first + MOVES):
                        costs[y, x, k] += share * wide[r, c, k]


@kernel
def _level_out(costs):  # type: ignore[no-untyped-def]
    """Divide the costs of each cell and size by their mean."""
    for y in range(costs.shape[0]):
        for x in range(costs.shape[1]):
            for level in range(LEVELS):
                first = level * MOVES
                mean = _NOISE
                for k in range(first, first + MOVES):
                    mean += costs[y, x, k] * np.float32(1.0 / MOVES)
                for k in range(first, first + MOVES):
                    costs[y, x, k] = costs[y, x, k] / mean - np.float32(1.0)


@allocating_kernel
def _fill(frames, out):  # type: ignore[no-untyped-def]
    count, height, width = frames.shape[:3]
    margin = 2 * REACH
    grey = np.zeros((2, LEVELS, height + margin, width + margin), np.float32)
    sums = np.zeros(width, np.float32)
    wide = np.zeros(out.shape[1:], np.float32)
    for f in range(count):
        now = grey[f % 2]
        _grey(frames[f], now[0])
        for level in range(LEVELS):
            h, w = height >> level, width >> level
            if level:
                _halve(now[level - 1], now[level], h, w)
            _edge(now[level], h, w)
        if f == 0:
            continue
        before, costs = grey[(f - 1) % 2], out[f - 1]
        for level in range(LEVELS):
            h, w = height >> level, width >> level
            _compare(before[level], now[level], CELL >> level, h, w, sums, costs, level * MOVES)
            if level >= 2:
                _spread(costs, wide, level * MOVES)
        _level_out(costs)
