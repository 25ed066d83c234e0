"""Cases are written for models elsewhere, and their videos are judged like any model's frames."""

import json

import numpy as np
import pytest

from mpgenie.errors import ConfigError
from mpgenie.pictures import Video
from mpgenie.world_models.evaluation.cases import SHOWN, told_by
from mpgenie.world_models.evaluation.recordings import Recordings, write_cases


@pytest.fixture
def written(tmp_path, cases):
    write_cases({"movement_b": cases["movement_b"]}, tmp_path / "cases")
    return tmp_path / "cases"


def test_what_is_written_says_all_that_a_model_needs(written, cases):
    index = json.loads((written / "index.json").read_text())
    assert list(index["cases"]) == [case.name for case in cases["movement_b"]]
    for case in cases["movement_b"]:
        place, count = written / case.name, index["cases"][case.name]
        assert np.array_equal(np.load(place / "shown.npy"), case.frames[:SHOWN])
        buttons, camera = np.load(place / "buttons.npy"), np.load(place / "camera.npy")
        assert buttons.shape == (SHOWN - 1 + count, 2) and camera.shape == (*buttons.shape, 2)
        assert count == len(case.real)


def test_frames_that_come_back_are_judged(tmp_path, cases):
    each = cases["movement_b"]
    for case in each:
        (tmp_path / case.name).mkdir()
        np.save(tmp_path / case.name / "told.npy", case.real)
    told = told_by(Recordings(tmp_path), each, 8)
    assert all(case.right(frames) for case, frames in zip(each, told, strict=True))


def test_videos_may_be_larger_and_lossy(tmp_path, cases):
    each = cases["movement_b"]
    for case in each:
        for p in range(2):
            with Video(tmp_path / case.name / f"player_{p}.mp4", frames_per_second=20) as video:
                for frame in case.real[:, p]:
                    video.add(frame.repeat(2, 0).repeat(2, 1))
    told = told_by(Recordings(tmp_path), each, 8)
    assert all(case.right(frames) for case, frames in zip(each, told, strict=True))


def test_what_is_missing_or_of_another_size_is_refused(tmp_path, cases):
    (case,) = cases["movement_b"][:1]
    with pytest.raises(ConfigError, match="there is no folder"):
        Recordings(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match=f"neither .*{case.name}"):
        told_by(Recordings(tmp_path), [case], 1)
    place = tmp_path / case.name
    place.mkdir()
    for wrong in (case.real[:-1], case.real[:, :, :32], case.real.astype(np.float32)):
        np.save(place / "told.npy", wrong)
        with pytest.raises(ConfigError, match="must hold uint8 frames"):
            told_by(Recordings(tmp_path), [case], 1)
    (place / "told.npy").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match="cannot be read"):
        told_by(Recordings(tmp_path), [case], 1)
    (place / "told.npy").unlink()
    (place / "player_0.mp4").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match="cannot be read"):
        told_by(Recordings(tmp_path), [case], 1)
