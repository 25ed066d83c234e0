"""What video loses: frames before and after H.264, compared."""

import io
from typing import NamedTuple

import numpy as np

from mpgenie.errors import ConfigError

from .movies import QUALITY, Movie, MovieReader
from .reading import Dataset
from .schema import Array


class MovieLoss(NamedTuple):
    """How frames look after a video, beside what they were; PSNR in decibels, more is better."""

    frames: int
    psnr: float
    """Of all pixels together."""
    worst_psnr: float
    """Of the worst frame."""
    largest_error: int
    """Of one number of one pixel, of 255."""
    bytes_per_frame: float
    """Of the video."""
    raw_bytes_per_frame: float


def movie_loss(frames: Array, *, quality: int = QUALITY) -> MovieLoss:
    """Send frames through a video and see what comes back.

    Args:
        frames: (n, H, W, 3) uint8, lossless, in the order in which they were seen.
        quality: x264's constant rate factor.
    """
    if not len(frames):
        raise ConfigError("there are no frames to compare")
    file = io.BytesIO()
    movie = Movie(file, *frames.shape[1:3], quality=quality)
    for picture in frames:
        movie.add(picture)
    movie.finish()
    data = file.getvalue()
    back = np.empty_like(frames)
    reader = MovieReader(data)
    reader.read(0, back)
    reader.close()
    errors = np.abs(frames.astype(np.int16) - back)
    squares = (errors.astype(np.float64) ** 2).mean(axis=(1, 2, 3))
    return MovieLoss(
        len(frames),
        _decibels(float(squares.mean())),
        _decibels(float(squares.max())),
        int(errors.max()),
        len(data) / len(frames),
        float(frames[0].nbytes),
    )


def dataset_loss(
    dataset: Dataset, stream: str = "ego_64x64", *, episodes: int = 8, quality: int = QUALITY
) -> MovieLoss:
    """`movie_loss` of the first player in some episodes, evenly spread over a dataset.

    Args:
        dataset: Must hold the stream without loss.
        stream: Its name.
        episodes: How many at most.
        quality: x264's constant rate factor.

    Returns:
        Means over all frames; the worst PSNR and the largest error are those of all.
    """
    if not dataset.episodes:
        raise ConfigError("the dataset has no episodes")
    step = max(1, len(dataset.episodes) // episodes)
    found = []
    for entry in dataset.episodes[::step][:episodes]:
        pictures = dataset.load(entry).streams.get(stream)
        if pictures is None or pictures.spec.mode != "frames":
            raise ConfigError(f"episode {entry.unit} has no lossless stream {stream!r}")
        found.append(movie_loss(pictures.read(0, 0, pictures.frames), quality=quality))
    counts = np.array([one.frames for one in found], np.float64)
    errors = np.array([10.0 ** (-one.psnr / 10.0) for one in found])
    return MovieLoss(
        int(counts.sum()),
        _decibels(float(np.average(errors, weights=counts)) * 255.0**2),
        min(one.worst_psnr for one in found),
        max(one.largest_error for one in found),
        float(np.average([one.bytes_per_frame for one in found], weights=counts)),
        found[0].raw_bytes_per_frame,
    )


def _decibels(mean_square: float) -> float:
    return float("inf") if mean_square == 0.0 else float(10.0 * np.log10(255.0**2 / mean_square))
