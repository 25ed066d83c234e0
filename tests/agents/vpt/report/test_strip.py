"""A strip shows the busiest stretch, as a picture and as a video of the same ticks."""

import av
import numpy as np

from mpgenie.agents.vpt.report.strip import busiest, draw_strip, film_strip, stretch_of
from tests.agents.vpt.report.made_up import JUMP, told, truth


def stretch(ticks=40, first=20):
    real = truth()
    silent = real.down.copy()
    silent[:, 0, JUMP] = False
    frames = np.random.default_rng(0).integers(0, 255, (ticks + 1, 64, 64, 3), np.uint8)
    return stretch_of(frames, real, told(real, silent), 0, first)


def test_a_stretch_has_the_ticks_that_were_asked_for():
    found = stretch()
    assert found.truth.down.shape == (40, 1, 20) and found.told.camera.shape == (40, 1, 2)
    assert found.truth.down[9, 0, JUMP] and not found.told.down[:, 0, JUMP].any()


def test_the_busiest_stretch_has_most_changes_of_buttons():
    real = truth(60)
    real.down[:30] = False
    _, player, first = busiest(real, 20)
    assert player == 0 and first >= 20
    real.down[:] = False
    real.down[3, 0, JUMP] = True
    assert busiest(real, 200) == (2, 0, 0)  # of all ticks there are


def test_a_picture_has_the_frames_and_colours_of_what_was_missed():
    picture = draw_strip(stretch(), "title")
    assert picture.dtype == np.uint8 and picture.shape[1] == 1280 and picture.shape[0] > 300
    colours = {tuple(c) for c in picture.reshape(-1, 3)[::3].tolist()}
    assert (0x2B, 0x3A, 0x42) in colours and (0x2F, 0x8F, 0x7A) in colours


def test_a_video_has_one_picture_for_each_tick(tmp_path):
    film_strip(stretch(ticks=8), tmp_path / "strip.mp4", "title")
    with av.open(str(tmp_path / "strip.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == 8 and frames[0].shape[1] == 1280
    assert np.abs(frames[0].astype(int) - frames[7]).max() > 60  # the view, and the line that moves
