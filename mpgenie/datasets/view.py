"""Pictures of an episode made anew from its seed and actions: any camera, size and pass."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from .episode import Episode
from .pictures import StreamSpec
from .replay import replay, simulation_for
from .schema import Array
from .studio import VIEW_DISTANCE, Studio


def render(
    episode: Episode, streams: Sequence[StreamSpec], *, view_distance: float | None = None
) -> Iterator[list[Array]]:
    """Play an episode again, and draw each frame of it.

    Args:
        episode: What to play; its own pictures are not needed.
        streams: What to draw.
        view_distance: Metres; by default as it was recorded.

    Yields:
        For each frame 0 to T the pictures of each stream, (P, H, W, 3) or (P, H, W); the next frame
        is drawn over them.

    Raises:
        DatasetError: If the episode cannot be played again.
    """
    simulation = simulation_for(episode)
    distance = view_distance or episode.header.config.get("view_distance") or VIEW_DISTANCE
    with closing(Studio(simulation, streams, view_distance=distance)) as studio:
        for _ in replay(episode, simulation):
            studio.draw()
            yield [studio.frames(spec, 0) for spec in streams]


def as_colours(pictures: Array, look: str, view_distance: float = VIEW_DISTANCE) -> Array:
    """Pictures of any pass as (..., H, W, 3) uint8 for people to look at.

    Depth becomes brighter the nearer something is, each kind of block and each body a colour.
    """
    if look == "rgb":
        return pictures
    if look == "depth":
        near = 1.0 - np.clip(pictures / view_distance, 0.0, 1.0)
        return np.repeat((255.0 * near * near)[..., None], 3, axis=-1).astype(np.uint8)
    return _palette(pictures)


def _palette(ids: Array) -> NDArray[np.uint8]:
    """A colour for each id, bits of id times an odd number; 0, the sky, is black."""
    words = ids.astype(np.uint32) * np.uint32(2654435761)
    shades = np.stack([words >> np.uint32(shift) for shift in (8, 16, 24)], axis=-1)
    colours: NDArray[np.uint8] = (shades & np.uint32(0xBF)).astype(np.uint8)
    colours[ids == 0] = 0
    return colours
