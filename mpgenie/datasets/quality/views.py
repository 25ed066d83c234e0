"""Rules that hold between what several players see."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.pictures import Stream
from mpgenie.datasets.places import unit
from mpgenie.envs.planet.blocks import GLASS, WATER
from mpgenie.errors import DatasetError

from .evidence import Evidence
from .rules import Measured, rule

_BODY = 1.2
"""Metres from the middle of a figure that it reaches at most."""
_CORNER = np.radians(45.0)
"""From the middle of a 64 x 64 view (70 degrees high and wide) to its corners, rounded up."""
_WELL_INSIDE = np.radians(25.0)
_NEAR = 16.0
_LEAST = 20
"""Pairs of looks below which a rate says nothing."""
_CLEAR = (WATER, GLASS)
"""Segmentation shows these blocks, although one sees what is behind them."""
_ENTITY = 1000
"""Segmentation shows entities by this number and their ids."""


@rule("cross-view", "least")
def seen_in_segmentation(evidence: Evidence) -> Iterator[Measured]:
    """Share of looks at a player, by state, that the segmentation of the frame shows, too."""
    seen = _seen(evidence)
    for name, stream in evidence.streams.items():
        spec = stream.spec
        if (spec.camera, spec.look, spec.height, spec.width) != ("ego", "segmentation", 64, 64):
            continue
        for viewer in range(evidence.players):
            frames = np.flatnonzero(seen[:, viewer].any(-1)).tolist()
            shown = {f: _shows(evidence, stream, viewer, f, seen[f, viewer]) for f in frames}
            known = {frame: yes for frame, yes in shown.items() if yes is not None}
            if known:
                first = next((frame for frame, yes in known.items() if not yes), -1)
                yield Measured(sum(known.values()) / len(known), viewer, name, first)


def _shows(
    evidence: Evidence, stream: Stream, viewer: int, frame: int, who: NDArray[np.bool_]
) -> bool | None:
    """Whether a frame has pixels of some players; None if water or glass may lie before them."""
    numbers = _ENTITY + evidence["state/id"][frame, who]
    try:
        picture = stream.read(viewer, frame, frame + 1)
    except (DatasetError, OSError, ValueError):
        return False
    there = bool(np.isin(numbers, picture).all())
    return None if not there and np.isin(picture, _CLEAR).any() else there


@rule("cross-view", "least")
def seen_in_frustum(evidence: Evidence) -> Iterator[Measured]:
    """Share of looks at a player, by state, in which it does stand in front of the viewer."""
    seen = _seen(evidence)
    if not seen.any():
        return
    angle, distance = _bearings(evidence)
    reach = np.arcsin(np.minimum(1.0, _BODY / np.maximum(distance, _BODY)))
    possible = (angle <= _CORNER + reach) | (distance < 2 * _BODY)
    for viewer in range(evidence.players):
        mine = seen[:, viewer]
        if mine.any():
            wrong = np.flatnonzero((mine & ~possible[:, viewer]).any(-1))
            rate = float(possible[:, viewer][mine].mean())
            yield Measured(rate, viewer, frame=int(wrong[0]) if wrong.size else -1)


@rule("cross-view", "least")
def mutual_view(evidence: Evidence) -> Iterator[Measured]:
    """Share of frames in which two that face each other nearby both see the other, or neither."""
    if evidence.players < 2 or evidence.header.config.get("view_distance") is None:
        return
    angle, distance = _bearings(evidence)
    facing = (angle < _WELL_INSIDE) & (distance < _NEAR)
    facing &= facing.swapaxes(1, 2) & ~np.eye(evidence.players, dtype=bool)
    there = evidence.there
    facing &= there[:, :, None] & there[:, None, :]
    seen = evidence["state/visible"] > 0
    agree = seen == seen.swapaxes(1, 2)
    if facing.sum() >= _LEAST:
        yield Measured(float(agree[facing].mean()))


def _seen(evidence: Evidence) -> NDArray[np.bool_]:
    """(F, P, P) who has pixels of whom in view, oneself left out."""
    return (evidence["state/visible"] > 0) & ~np.eye(evidence.players, dtype=bool)


def _bearings(evidence: Evidence) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(F, P, P) angles from each look to each figure's middle, and metres to it."""
    position = evidence["state/position"]
    middle = position + 0.9 * unit(position)
    towards = middle[:, None] - evidence.eye[:, :, None]
    cosine = (unit(towards) * evidence.look[:, :, None]).sum(-1)
    return np.arccos(np.clip(cosine, -1.0, 1.0)), np.linalg.norm(towards, axis=-1)
