"""Pixels that move: the frame before, seen from where a player looks now.

Most of what a frame shows was in the frame before, somewhere else.  To move it there takes a few
numbers a cell; without that a narrow network must learn to shift pictures by all amounts.  After
Finn et al., "Unsupervised Learning for Physical Interaction through Video Prediction" (2016), and
Zhou et al., "View Synthesis by Appearance Flow" (2016).
"""

import math

from mpgenie.extras import require

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402


def moved(latents: Tensor, by: Tensor, cell: int) -> Tensor:
    """Patches whose pixels come from elsewhere in the same frame.

    Moves are told at a few places of each cell, interpolated between these, and pixels between
    pixels are interpolated too; beyond an edge of the picture everything looks as at the edge.

    Args:
        latents: (..., h, w, 3 cell cell), patches.
        by: (..., h, w, 2 n n), how many pixels to the right and down of itself each of n x n places
            is fetched from.
        cell: Pixels on the edge of a patch.
    """
    pictures = F.pixel_shuffle(latents.float().flatten(0, -4).movedim(-1, 1), cell)
    size = pictures.shape[-2:]
    places = math.isqrt(by.shape[-1] // 2)
    way = F.pixel_shuffle(by.float().flatten(0, -4).movedim(-1, 1), places)
    way = F.interpolate(way, size, mode="bilinear", align_corners=False)
    rows, columns = ((torch.arange(n, device=by.device) * 2 + 1) / n - 1 for n in size)
    x = columns + way[:, 0] * (2 / size[1])
    y = rows.unsqueeze(1) + way[:, 1] * (2 / size[0])
    whence = torch.stack([x, y], -1)
    fetched = F.grid_sample(pictures, whence, padding_mode="border", align_corners=False)
    patches: Tensor = F.pixel_unshuffle(fetched, cell).movedim(1, -1).to(latents)
    return patches.reshape(latents.shape)


def gated(change: Tensor, by: Tensor, gates: Tensor) -> tuple[Tensor, Tensor]:
    """Changes and moves as far as their gates are open, from not at all to twice.

    A sum is never exactly nothing, and what is a little wrong in every frame grows; a product with
    a gate that is shut is nothing (masks of what is new, as in Finn et al., 2016).

    Args:
        change: (..., C), patches: numbers of a cell's pixels, colour after colour.
        by: (..., M), moves.
        gates: (..., pixels of a cell + M), any numbers; 0 = as if there were no gate.
    """
    cell = gates.shape[-1] - by.shape[-1]
    pixels, moves = (2.0 * gates.sigmoid()).split([cell, by.shape[-1]], -1)
    return change * torch.cat([pixels] * (change.shape[-1] // cell), -1), by * moves
