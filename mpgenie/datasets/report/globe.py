"""Maps of a whole planet: every place in equal area, after Mollweide, the poles above and below."""

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.places import lattice
from mpgenie.pictures import Picture

Colour = tuple[int, int, int]
PAPER: Colour = (255, 255, 255)
LAND: Colour = (236, 238, 234)
SEAM: Colour = (206, 210, 204)


def directions(width: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What the pixels of a map show.

    Args:
        width: Of the map; it is half as high.

    Returns:
        (width / 2, width, 3) unit vectors, and which pixels are on the map.
    """
    height = width // 2
    y, x = np.mgrid[:height, :width]
    across = (x + 0.5) / width * 4.0 - 2.0
    up = 1.0 - (y + 0.5) / height * 2.0
    inside = (across / 2.0) ** 2 + up**2 <= 1.0
    theta = np.arcsin(np.clip(up, -1.0, 1.0))
    sine = np.clip((2.0 * theta + np.sin(2.0 * theta)) / np.pi, -1.0, 1.0)
    longitude = np.where(inside, np.pi * across / (2.0 * np.maximum(np.cos(theta), 1e-9)), 0.0)
    cosine = np.sqrt(1.0 - sine**2)
    vectors = np.stack([cosine * np.cos(longitude), cosine * np.sin(longitude), sine], axis=-1)
    return vectors, inside


def draw_map(counts: NDArray[np.float64], places: int, colour: Colour, width: int = 640) -> Picture:
    """A map of how much there is where; darker is more, by its logarithm.

    Args:
        counts: (6 places**2,) of each place, as `lattice` numbers them.
        places: Into so many by so many each face is divided.
        colour: Of the place with most.
        width: Of the map; it is half as high.
    """
    vectors, inside = directions(width)
    face, ab = lattice(vectors, places)
    cell = np.minimum(ab.astype(np.int64), places - 1)
    level = np.log1p(counts) / max(np.log1p(counts.max()), 1e-9)
    amount = level[(face * places + cell[..., 0]) * places + cell[..., 1]]
    depth = np.where(amount > 0, 0.2 + 0.8 * amount, 0.0)[..., None]
    picture = np.array(LAND) * (1.0 - depth) + np.array(colour) * depth
    seams = np.zeros(inside.shape, bool)
    seams[:, 1:] |= face[:, 1:] != face[:, :-1]
    seams[1:] |= face[1:] != face[:-1]
    picture[seams] = 0.35 * picture[seams] + 0.65 * np.array(SEAM)
    rim = inside & ~(
        np.roll(inside, 2, 0) & np.roll(inside, -2, 0)
        & np.roll(inside, 2, 1) & np.roll(inside, -2, 1)
    )  # fmt: skip
    picture[rim] = SEAM
    picture[~inside] = PAPER
    drawn: Picture = np.round(picture).astype(np.uint8)
    return drawn
