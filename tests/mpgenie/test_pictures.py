"""Pictures and videos on disk hold what was put in, and bear our mark."""

import av
import numpy as np
import pytest

from mpgenie import pictures

NOISE = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)


def decoded(path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_a_png_holds_its_picture_exactly(tmp_path):
    path = tmp_path / "new folder" / "noise.png"
    pictures.save_png(path, NOISE)
    assert np.array_equal(decoded(path)[0], NOISE)
    assert pictures.made_by_us(path)


def test_a_video_has_a_frame_for_each_picture_in_order(tmp_path):
    path = tmp_path / "video.mp4"
    levels = (20, 120, 220)
    with pictures.Video(path, frames_per_second=20) as video:
        for level in levels:
            video.add(np.full((64, 96, 3), level, np.uint8))
    assert [round(float(frame.mean())) for frame in decoded(path)] == pytest.approx(levels, abs=4)
    assert pictures.made_by_us(path)


def test_a_video_that_was_stopped_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with pictures.Video(tmp_path / "video.mp4", frames_per_second=20) as video:
            video.add(NOISE)
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"a letter to grandmother", b"\x89PNG\r\n\x1a\n only"])
def test_files_of_others_are_not_ours(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert not pictures.made_by_us(path)


def test_halving_takes_the_mean_of_four():
    four = np.array([[[0], [4]], [[8], [12]]], np.uint8).repeat(3, axis=2)
    assert pictures.halved(four).tolist() == [[[6, 6, 6]]]


def test_a_grid_keeps_every_picture_in_reading_order():
    shades = [np.full((2, 3, 3), shade, np.uint8) for shade in (50, 100, 150)]
    sheet = pictures.grid(shades, columns=2, gap=1)
    assert sheet.shape == (5, 7, 3)
    assert (sheet[0, 0, 0], sheet[0, 4, 0]) == (50, 100)
    assert sheet[3, 0, 0] == 150
