"""Cases are written for models elsewhere, and their videos are judged like any model's frames."""

import json
import re
import runpy
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mpgenie.errors import ConfigError
from mpgenie.pictures import Video
from mpgenie.world_models.evaluation.actions import Actions
from mpgenie.world_models.evaluation.cases import SHOWN, told_by
from mpgenie.world_models.evaluation.recordings import INDEX, Recordings, write_cases

EXAMPLE = Path(__file__).parents[3] / "docs/examples/turned_views.py"


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


@pytest.fixture
def videos(written, tmp_path):
    """A folder for videos, with the index of the cases."""
    folder = tmp_path / "videos"
    folder.mkdir()
    shutil.copy(written / INDEX, folder)
    return folder


def test_frames_that_come_back_are_judged(videos, cases):
    each = cases["movement_b"]
    for case in each:
        (videos / case.name).mkdir()
        np.save(videos / case.name / "told.npy", case.real)
    told = told_by(Recordings(videos), each, 8)
    assert all(case.right(frames) for case, frames in zip(each, told, strict=True))


def test_videos_may_be_larger_and_lossy(videos, cases):
    each = cases["movement_b"]
    for case in each:
        for p in range(2):
            with Video(videos / case.name / f"player_{p}.mp4", frames_per_second=20) as video:
                for frame in case.real[:, p]:
                    video.add(frame.repeat(2, 0).repeat(2, 1))
    told = told_by(Recordings(videos), each, 8)
    assert all(case.right(frames) for case, frames in zip(each, told, strict=True))


def test_what_is_missing_or_of_another_size_is_refused(videos, cases):
    (case,) = cases["movement_b"][:1]
    with pytest.raises(ConfigError, match="there is no folder"):
        Recordings(videos / "nowhere")
    (videos / "empty").mkdir()
    with pytest.raises(ConfigError, match="copy that of the cases there"):
        Recordings(videos / "empty")
    (videos / "empty" / INDEX).write_text('{"cases": {}}')
    with pytest.raises(ConfigError, match="has their hashes"):
        Recordings(videos / "empty")
    with pytest.raises(ConfigError, match=f"neither .*{case.name}"):
        told_by(Recordings(videos), [case], 1)
    place = videos / case.name
    place.mkdir()
    longer = np.concatenate([case.real, case.real[-1:]])
    for wrong in (longer, case.real[:-1], case.real[:, :, :32], case.real.astype(np.float32)):
        np.save(place / "told.npy", wrong)
        with pytest.raises(ConfigError, match="must hold uint8 frames"):
            told_by(Recordings(videos), [case], 1)
    (place / "told.npy").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match="cannot be read"):
        told_by(Recordings(videos), [case], 1)
    (place / "told.npy").unlink()
    (place / "player_0.mp4").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match="cannot be read"):
        told_by(Recordings(videos), [case], 1)


def test_videos_of_other_frames_or_actions_are_refused_by_name(videos, cases):
    """As of another seed, whose cases have the same names."""
    (case,) = cases["movement_b"][:1]
    (videos / case.name).mkdir()
    np.save(videos / case.name / "told.npy", case.real)
    other = case.frames.copy()
    other[0, 0, 0, 0] ^= 1
    for changed in (replace(case, frames=other), replace(case, actions=case.actions.mirrored())):
        with pytest.raises(ConfigError, match=f"does not tell of {case.name} as it is asked now"):
            told_by(Recordings(videos), [changed], 1)
    (told,) = told_by(Recordings(videos), [case], 1)
    assert np.array_equal(told, case.real)


def test_the_example_of_a_model_elsewhere_is_judged_from_its_videos(written, tmp_path, cases):
    """It needs nothing of ours, and what it knows, how far round a view turns, is told right."""
    videos = tmp_path / "turned"
    command = [sys.executable, "-I", str(EXAMPLE), str(written), str(videos)]
    subprocess.run(command, check=True, cwd=tmp_path)
    assert "mpgenie" not in re.findall(r"(?:import|from) (\w+)", EXAMPLE.read_text())
    each = cases["movement_b"]
    told = told_by(Recordings(videos), each, 8)
    apart = {"turned": 0.0, "still": 0.0}
    for case, frames in zip(each, told, strict=True):
        assert frames.shape == case.real.shape
        for name, view in (("turned", frames[1]), ("still", case.frames[SHOWN - 1])):
            apart[name] += float(np.square(view / 255.0 - case.real[1] / 255.0).mean())
    assert apart["turned"] < 0.6 * apart["still"]  # after two ticks, 17 degrees


@pytest.mark.parametrize(("down", "right"), [(0.0, 20.0), (15.0, 0.0), (10.0, -20.0)])
def test_the_example_turns_views_as_the_game_does(game, down, right):
    example = runpy.run_path(str(EXAMPLE))
    game.simulation.restore(0, game.beginning(3, 7))
    before = game.seen()[0]
    nothing = Actions.nothing(2)
    for _ in range(4):
        game.step(Actions(nothing.buttons, nothing.camera + np.float32([down / 4, right / 4])))
    after, told = game.seen()[0] / 255.0, example["turned"](before, down, right) / 255.0
    assert np.square(told - after).mean() < 0.4 * np.square(before / 255.0 - after).mean()
