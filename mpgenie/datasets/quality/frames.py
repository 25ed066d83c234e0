"""Rules for single frames, and for the worlds that eyes are in."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.places import cells, planet_of
from mpgenie.envs.planet.blocks import TABLE
from mpgenie.envs.planet.geometry import LAYERS

from .evidence import Evidence, longest_run
from .rules import Measured, rule

_BLACK = 12
"""Numbers of a pixel up to which it counts as black."""
_ALIKE = 3
"""By how much numbers of one frame may differ that is of one colour."""
_STILL = 1e-4
"""Metres that an eye may move, or a look turn (a unit vector), and still count as still."""
_SAME = 0.02
"""Mean difference of two frames that are the same; video is never quite still."""


@rule("frame", "most")
def black_frames(evidence: Evidence) -> Iterator[Measured]:
    """Longest run of frames that are black all over."""
    for stream, player, pictures in evidence.every():
        dark = (pictures.brightest >= 0) & (pictures.brightest <= _BLACK)
        length, start = longest_run(dark)
        yield Measured(length, player, stream, start)


@rule("frame", "most")
def flat_frames(evidence: Evidence) -> Iterator[Measured]:
    """Longest run of frames of one colour."""
    for stream, player, pictures in evidence.every():
        flat = (pictures.brightest > _BLACK) & (pictures.spread <= _ALIKE)
        length, start = longest_run(flat)
        yield Measured(length, player, stream, start)


@rule("frame", "most")
def frozen_frames(evidence: Evidence) -> Iterator[Measured]:
    """Longest run of frames that are like the one before while the eye moves."""
    eye = np.linalg.norm(np.diff(evidence.eye, axis=0), axis=-1)
    looks = {True: evidence["state/heading"], False: evidence.look}  # from above, pitch is nothing
    turns = {top: np.linalg.norm(np.diff(look, axis=0), axis=-1) for top, look in looks.items()}
    for stream, player, pictures in evidence.every():
        moves = (eye > _STILL) | (turns[evidence.streams[stream].spec.camera == "top"] > _STILL)
        same = (pictures.change <= _SAME)[1:] & (pictures.spread > _ALIKE)[1:]
        length, start = longest_run(same & moves[:, player])
        yield Measured(length, player, stream, start)


@rule("frame", "most")
def not_finite(evidence: Evidence) -> Iterator[Measured]:
    """Numbers that are none (NaN or infinite), in arrays and in depth."""
    for name in ("state/position", "state/velocity", "state/heading", "state/pitch",
                 "actions/camera", "actions/requested_camera", "outcome/reward"):  # fmt: skip
        wrong = ~np.isfinite(evidence[name])
        if wrong.any():
            at = tuple(np.argwhere(wrong)[0].tolist())
            yield Measured(int(wrong.sum()), at[1], frame=at[0], note=name)
    total = sum(pictures.not_finite for _, _, pictures in evidence.every("depth"))
    yield Measured(total, note="depth")


@rule("frame", "most")
def wrong_size(evidence: Evidence) -> Iterator[Measured]:
    """Frames that hold more or fewer pixels than their stream says."""
    for look in ("rgb", "depth", "segmentation"):
        for stream, player, pictures in evidence.every(look):
            yield Measured(pictures.wrong_size, player, stream)


@rule("frame", "most")
def camera_in_block(evidence: Evidence) -> Iterator[Measured]:
    """Frames seen from within a block that nobody can see through."""
    planet = evidence.header.config.get("planet", {})
    if not planet:
        return
    size = int(planet["size"])
    where = cells(evidence.eye, size)
    born = planet_of(planet["kind"], size, evidence.header.planet_seed)
    blocks = born.blocks.reshape(-1)[np.maximum(where, 0)]
    _change(blocks, where, evidence["blocks"])
    inside = TABLE.opaque[blocks] & (where >= 0) & evidence.there
    for player in range(evidence.players):
        mine = inside[:, player]
        cell = int(where[mine.argmax(), player])
        note = f"column {cell // LAYERS}, layer {cell % LAYERS}" if mine.any() else ""
        frame = int(mine.argmax()) if mine.any() else -1
        yield Measured(int(mine.sum()), player, frame=frame, note=note)


def _change(blocks: NDArray[np.uint8], where: NDArray[np.int64], changes: np.ndarray) -> None:
    """Put what cells held at each frame in place of what they were born with."""
    ours = changes[np.isin(changes["cell"], where)]
    for tick, cell, after in zip(
        ours["tick"].tolist(), ours["cell"].tolist(), ours["after"].tolist(), strict=True
    ):
        later = where[tick + 1 :] == cell
        blocks[tick + 1 :][later] = after
