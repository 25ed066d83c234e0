"""Rules for streams as a whole: are all frames there, in order, and beside the right actions."""

import io
from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.movies import FRAMES_PER_SECOND
from mpgenie.datasets.pictures import CHUNK, Stream

from .evidence import Evidence, Floats
from .rules import Measured, rule

_LAGS = (-2, -1, 0, 1, 2)
_LEAST = 8
"""Beginnings and ends of turns that it takes to measure a lag."""
_CLEARLY = 0.05
"""By how much another lag must fit better than none."""
_JERK = 0.25
"""Change of the logarithm of a turn's degrees (plus one) that counts as its beginning or end."""
_QUIET = 3
"""Ticks around a step or a press in which the picture may change for other reasons."""


@rule("stream", "most")
def frame_count(evidence: Evidence) -> Iterator[Measured]:
    """Frames too many or too few: there is one more than there are actions."""
    wanted = evidence.header.length + 1
    for name, stream in evidence.streams.items():
        if stream.spec.mode == "frames":
            chunks = stream.places.shape[1] - -(-wanted // CHUNK)
            yield Measured(max(abs(stream.frames - wanted), CHUNK * abs(chunks)), stream=name)
            continue
        for player in range(stream.players):
            yield Measured(abs(len(times(stream, player)) - wanted), player, name)


@rule("stream", "most")
def decodes(evidence: Evidence) -> Iterator[Measured]:
    """Frames that cannot be unpacked."""
    for look in ("rgb", "depth", "segmentation"):
        for stream, player, pictures in evidence.every(look):
            yield Measured(pictures.undecodable, player, stream)


@rule("stream", "most")
def monotonic_time(evidence: Evidence) -> Iterator[Measured]:
    """Frames whose time is not one tick after the one before."""
    steps = np.diff(evidence["world/tick"])
    wrong = np.flatnonzero(steps != 1)
    yield Measured(wrong.size, frame=int(wrong[0]) + 1 if wrong.size else -1, note="world/tick")
    for name, stream in evidence.streams.items():
        for player in range(stream.players if stream.spec.mode == "mp4" else 0):
            shown = times(stream, player)
            late = np.flatnonzero(shown != np.arange(len(shown)))
            yield Measured(late.size, player, name, int(late[0]) if late.size else -1)


@rule("stream", "most", version=2)
def pulse_alignment(evidence: Evidence) -> Iterator[Measured]:
    """Ticks between a turn of the camera and the change of the picture, beyond the one it takes."""
    camera = np.linalg.norm(evidence["actions/camera"].astype(np.float64), axis=-1)
    jerks = np.diff(np.log1p(camera), axis=0, prepend=0.0)
    pulses = np.where(np.abs(jerks) > _JERK, np.sign(jerks), 0.0)
    noisy = (evidence["actions/buttons"] != 0) | (evidence.moved > 0.01)
    for stream, player, pictures in evidence.every():
        if evidence.streams[stream].spec.camera == "top" or (pictures.brightest < 0).any():
            continue
        quiet = np.flatnonzero(_far_from(noisy[:, player], _QUIET))
        if (pulses[quiet, player] != 0.0).sum() < _LEAST:
            continue
        steps = np.diff(np.log1p(pictures.change[1:]), prepend=0.0)
        fits = [_fit(pulses[quiet, player], np.clip(steps, -0.5, 0.5)[quiet + n]) for n in _LAGS]
        best = int(np.argmax(fits))
        clearly = fits[best] > fits[_LAGS.index(0)] + _CLEARLY
        yield Measured(abs(_LAGS[best]) if clearly else 0, player, stream)


def _far_from(noisy: NDArray[np.bool_], ticks: int) -> NDArray[np.bool_]:
    """Which ticks have no noisy one nearby, nor the beginning or the end of the episode."""
    edge = np.ones(ticks, bool)
    around = np.concatenate([edge, noisy, edge])
    near = np.any([np.roll(around, k) for k in range(-ticks, ticks + 1)], axis=0)
    return np.asarray(~near[ticks:-ticks])


def _fit(x: Floats, y: Floats) -> float:
    """The correlation of two rows; 0 where one is constant."""
    return float(np.corrcoef(x, y)[0, 1]) if x.std() > 0.0 and y.std() > 0.0 else 0.0


def times(stream: Stream, player: int) -> Floats:
    """When each frame of a video is shown, in ticks, in the order of the file; empty if damaged."""
    try:
        data = stream.fetch(f"{stream.spec.name}.{player}.mp4", 0, -1)
        with av.open(io.BytesIO(data), "r") as container:
            video = container.streams.video[0]
            shown = [p.pts for p in container.demux(video) if p.size and p.pts is not None]
            ticks = np.array(shown, np.float64) * float(video.time_base or 0) * FRAMES_PER_SECOND
            return np.round(ticks, 6)
    except (av.FFmpegError, OSError, IndexError, ValueError):
        return np.empty(0)
