"""Clips made to look otherwise without saying anything else: colours, shifts, and a mirror.

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

_GREY = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How much a clip may be changed."""

    brightness: float = 0.2
    """Light is multiplied by up to 1 +- this."""
    contrast: float = 0.2
    """Distance from middle grey, likewise."""
    saturation: float = 0.2
    """Distance from the pixel's own grey, likewise."""
    hue: float = 0.1
    """Turn of the colour circle, in radians, to either side."""
    shift: int = 2
    """Pixels to either side, and up or down."""
    mirror: bool = True


NONE = Augmentation(brightness=0.0, contrast=0.0, saturation=0.0, hue=0.0, shift=0, mirror=False)


def augmented(clip: Clip, rng: np.random.Generator, how: Augmentation) -> Clip:
    """The clip made to look otherwise; each player's view is changed alike."""
    frames = clip.frames
    colours, offset = _colours(rng, how)
    if how.shift:
        frames = _shifted(frames, *rng.integers(-how.shift, how.shift + 1, 2).tolist())
    if how.brightness or how.contrast or how.saturation or how.hue:
        pixels = frames.reshape(-1, 3).astype(np.float32) @ colours.T + offset
        frames = np.clip(pixels, 0, 255).astype(np.uint8).reshape(frames.shape)
    clip = clip._replace(frames=frames)
    if how.mirror and rng.random() < 0.5:
        clip = in_mirror(clip)
    return clip


def in_mirror(clip: Clip) -> Clip:
    """The clip as a mirror shows it, and what was done in it."""
    down, camera = mirrored(clip.down, clip.camera)
    was_down, _ = mirrored(clip.was_down, clip.camera)
    return Clip(clip.frames[..., ::-1, :], down, was_down, camera.astype(np.float32), clip.there)


def augmented_states(clip: Clip, rng: np.random.Generator, how: Augmentation) -> Clip:
    """The same for a clip of state observations: half of them as in a mirror, if it has one."""
    if not how.mirror or rng.random() >= 0.5:
        return clip
    down, camera = mirrored(clip.down, clip.camera)
    was_down, _ = mirrored(clip.was_down, clip.camera)
    states = states_in_mirror(clip.frames)
    return Clip(states, down, was_down, camera.astype(np.float32), clip.there)


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


def _colours(
    rng: np.random.Generator, how: Augmentation
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A matrix (3, 3) and an offset (3,) for colours as columns."""
    bright, contrast, saturation, turn = rng.uniform(-1.0, 1.0, 4)
    grey = np.tile(_GREY, (3, 1))
    saturate = grey + (1.0 + how.saturation * saturation) * (np.eye(3) - grey)
    matrix = saturate @ _hue(how.hue * turn)
    matrix *= (1.0 + how.brightness * bright) * (1.0 + how.contrast * contrast)
    offset = np.full(3, -127.5 * how.contrast * contrast)
    return matrix.astype(np.float32), offset.astype(np.float32)


def _hue(turn: float) -> NDArray[np.float64]:
    """A rotation of colours about the axis of greys."""
    axis = np.full(3, 1.0 / np.sqrt(3.0))
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation: NDArray[np.float64] = (
        np.eye(3) + np.sin(turn) * cross + (1.0 - np.cos(turn)) * (cross @ cross)
    )
    return rotation


def _shifted(frames: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    """Pictures moved by some pixels; the edge goes on in what comes in."""
    height, width = frames.shape[-3:-1]
    rows = (np.arange(height) - down).clip(0, height - 1)
    columns = (np.arange(width) - right).clip(0, width - 1)
    moved: NDArray[np.uint8] = frames[..., rows[:, None], columns, :]
    return moved
