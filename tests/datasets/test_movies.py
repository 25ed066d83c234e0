"""Videos keep every tick in its place, start at once, and say what they lose."""

import numpy as np
import pytest

from mpgenie.datasets.loss import dataset_loss, movie_loss
from mpgenie.datasets.movies import MoviePacker, MovieReader, frames_in, read_movie
from mpgenie.datasets.mp4_boxes import _boxes, moov_first
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError, DatasetError

from .random_play import play

FRAMES = 35


@pytest.fixture(scope="module")
def pictures():
    """(35, 64, 64, 3): flat grey, brighter by six from frame to frame."""
    return np.arange(0, FRAMES * 6, 6, np.uint8)[:, None, None, None] + np.zeros(
        (1, 64, 64, 3), np.uint8
    )


@pytest.fixture(scope="module")
def movie(pictures):
    packer = MoviePacker(StreamSpec(mode="mp4"), 1)
    for picture in pictures:
        packer.add(picture[None])
    return packer.finish().files["ego_64x64.0.mp4"]


def test_every_piece_is_what_stands_there(movie, pictures):
    for first in (20, 0, 7, 33, 19):
        for count in (1, 2, 13):
            out = np.empty((min(count, FRAMES - first), 64, 64, 3), np.uint8)
            read_movie(movie, first, out)
            error = np.abs(out.astype(int) - pictures[first : first + len(out)])
            assert error.max() <= 2  # neighbours differ by six


def test_the_index_comes_before_the_pictures(movie):
    names = [name for name, _, _ in _boxes(movie, 0, len(movie))]
    assert names.index(b"moov") < names.index(b"mdat")
    assert moov_first(movie) == movie
    assert frames_in(movie) == FRAMES


def test_frames_are_brought_to_another_size_only_when_asked_to(movie, pictures):
    out = np.empty((3, 32, 48, 3), np.uint8)
    with pytest.raises(DatasetError, match="0 of frames 4 to 6"):
        read_movie(movie, 4, out)
    MovieReader(movie, resize=True).read(4, out)
    assert np.abs(out.astype(int) - pictures[4:7, :1, :1]).max() <= 2


def test_what_is_not_there_is_not_made_up(movie):
    with pytest.raises(DatasetError, match="2 of frames 33 to 36"):
        read_movie(movie, 33, np.empty((4, 64, 64, 3), np.uint8))
    with pytest.raises(DatasetError, match="cannot be"):
        read_movie(movie[:400], 0, np.empty((1, 64, 64, 3), np.uint8))


def test_less_is_lost_at_a_better_quality(drawn_episode):
    frames = drawn_episode.streams["ego_64x64"].read(0, 0, 21)
    good, bad = movie_loss(frames, quality=10), movie_loss(frames, quality=40)
    assert good.psnr > bad.psnr + 5 and good.worst_psnr <= good.psnr
    assert good.bytes_per_frame > bad.bytes_per_frame
    assert good.raw_bytes_per_frame == 64 * 64 * 3


def test_a_dataset_tells_what_video_would_lose(tmp_path, drawn_episode):
    with Store(tmp_path / "data") as store:
        store.commit(drawn_episode)
    dataset = open_dataset(tmp_path / "data")
    frames = drawn_episode.streams["ego_64x64"].read(0, 0, 21)
    assert dataset_loss(dataset) == pytest.approx(movie_loss(frames))
    with Store(tmp_path / "none") as store:
        store.commit(play(ticks=2))
    with pytest.raises(ConfigError, match="no lossless stream"):
        dataset_loss(open_dataset(tmp_path / "none"))
