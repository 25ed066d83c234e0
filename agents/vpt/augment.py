"""Clips made to look otherwise: colours, shifts, a mirror, and turns that nobody made.

One draw holds for all frames of a clip, so that nothing seems to move or to flicker.  In a mirror
left and right change places and the camera turns the other way, so labels are turned with the
pictures; a mirrored planet is as good as another.  Kinds of change after Baker et al., "Video
PreTraining" (2022), appendix D; no rotation or zoom, which would blur small frames.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.state_observation import unpack_state

from .corpus import Clip
from .targets import mirrored
from .turning import turned


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How much a clip may be changed."""

    brightness: float = 0.2
    """Light is multiplied by up to 1 +- this."""
    contrast: float = 0.2
    """Distance from middle grey, likewise."""
    tint: float = 0.1
    """Red, green and blue each for itself, likewise."""
    shift: int = 2
    """Pixels to either side, and up or down."""
    mirror: bool = True
    turned: float = 0.0
    """The share of clips whose camera is made to turn otherwise than it did (`turning.py`): right
    for what tells turns from frames, wrong for what chooses them."""
    turns: float = 3.0
    """Degrees a tick that such a turn has on average."""


NONE = Augmentation(brightness=0.0, contrast=0.0, tint=0.0, shift=0, mirror=False)


def augmented(clip: Clip, rng: np.random.Generator, how: Augmentation, before: int = 0) -> Clip:
    """The clip made to look otherwise; but for turns, each player's view is changed alike.

    Args:
        clip: What.
        rng: Draws.
        how: How much.
        before: Frames in the clip before that of its first tick.
    """
    if how.turned and rng.random() < how.turned:
        clip = turned(clip, rng, how.turns, before)
    frames = clip.frames
    table = _colours(rng, how)
    if how.shift:
        frames = _shifted(frames, *rng.integers(-how.shift, how.shift + 1, 2).tolist())
    if how.brightness or how.contrast or how.tint:
        frames = np.stack([table[c].take(frames[..., c]) for c in range(3)], -1)
    clip = clip._replace(frames=frames)
    if how.mirror and rng.random() < 0.5:
        clip = in_mirror(clip)
    return clip


def in_mirror(clip: Clip) -> Clip:
    """The clip as a mirror shows it, and what was done in it."""
    down, camera = mirrored(clip.down, clip.camera)
    was_down, _ = mirrored(clip.was_down, clip.camera)
    moved = clip.moved * np.array([1.0, -1.0, 1.0], np.float32)
    return _with(clip._replace(moved=moved), clip.frames[..., ::-1, :], down, was_down, camera)


def augmented_states(clip: Clip, rng: np.random.Generator, how: Augmentation) -> Clip:
    """The same for a clip of state observations: half of them as in a mirror, if it has one."""
    if not how.mirror or rng.random() >= 0.5:
        return clip
    down, camera = mirrored(clip.down, clip.camera)
    was_down, _ = mirrored(clip.was_down, clip.camera)
    return _with(clip, states_in_mirror(clip.frames), down, was_down, camera)


def states_in_mirror(states: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """State observations (..., 536) with left and right changed places."""
    turned = states.copy()
    parts = unpack_state(turned)
    parts["blocks"][...] = parts["blocks"][..., ::-1].copy()
    for name, kind in (("entities", 3), ("marks", 4)):
        right, there = parts[name][..., 1], parts[name][..., kind] > 0
        right[...] = np.where(there, np.minimum(256 - right.astype(np.int64), 255), right)
    body = parts["body"]
    body[..., 3] = np.minimum(256 - body[..., 3].astype(np.int64), 255)
    return turned


def _with(
    clip: Clip,
    frames: NDArray[np.uint8],
    down: NDArray[np.bool_],
    was_down: NDArray[np.bool_],
    camera: NDArray[np.floating],
) -> Clip:
    """The clip with other frames and actions."""
    return clip._replace(
        frames=frames, down=down, was_down=was_down, camera=camera.astype(np.float32)
    )


def _colours(rng: np.random.Generator, how: Augmentation) -> NDArray[np.uint8]:
    """(3, 256) what becomes of each value of red, green and blue."""
    bright, contrast, *tint = 1.0 + rng.uniform(-1.0, 1.0, 5) * np.array(
        [how.brightness, how.contrast, how.tint, how.tint, how.tint]
    )
    values = 127.5 + contrast * (np.arange(256) * bright * np.array(tint)[:, None] - 127.5)
    table: NDArray[np.uint8] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return table


def _shifted(frames: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    """Pictures moved by some pixels; the edge goes on in what comes in."""
    height, width = frames.shape[-3:-1]
    rows = (np.arange(height) - down).clip(0, height - 1)
    columns = (np.arange(width) - right).clip(0, width - 1)
    moved: NDArray[np.uint8] = frames[..., rows[:, None], columns, :]
    return moved
