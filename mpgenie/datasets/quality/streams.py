"""Rules for streams as a whole: are all frames there, in order, and beside the right actions."""

import io
from collections.abc import Iterator

import av
import numpy as np

from mpgenie.datasets.movies import FRAMES_PER_SECOND
from mpgenie.datasets.pictures import CHUNK, Stream

from .evidence import Evidence, Floats
from .rules import Measured, rule

_LAGS = (-2, -1, 0, 1, 2)
_LEAST = 10
"""Ticks with the camera turning, and as many with it still, that it takes to measure a lag."""
_CLEARLY = 0.05
"""By how much another lag must fit better than none."""


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


@rule("stream", "most")
def pulse_alignment(evidence: Evidence) -> Iterator[Measured]:
    """Ticks between a turn of the camera and the change of the picture, beyond the one it takes."""
    camera = np.linalg.norm(evidence["actions/camera"].astype(np.float64), axis=-1)
    for stream, player, pictures in evidence.every():
        if evidence.streams[stream].spec.camera == "top" or (pictures.brightest < 0).any():
            continue
        turned = camera[:, player]
        if min((turned > 0.3).sum(), (turned <= 0.3).sum()) < _LEAST:
            continue
        fits = [_fit(turned, pictures.change[1:], lag) for lag in _LAGS]
        best = int(np.argmax(fits))
        clearly = fits[best] > fits[_LAGS.index(0)] + _CLEARLY
        yield Measured(abs(_LAGS[best]) if clearly else 0, player, stream)


def _fit(turned: Floats, changed: Floats, lag: int) -> float:
    """How well changes of the picture `lag` ticks later go with turns: a correlation."""
    n = len(turned)
    a, b = max(0, -lag), min(n, n - lag)
    x, y = np.log1p(turned[a:b]), np.log1p(changed[a + lag : b + lag])
    if x.std() == 0.0 or y.std() == 0.0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


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
