"""What is exported to VPT's format comes back as it was, and its loader's quirks are known."""

import json

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mpgenie
from mpgenie.datasets import movies
from mpgenie.datasets.exports.export import export
from mpgenie.datasets.exports.vpt_lines import DEGREES_A_PIXEL, LineReader, line_of
from mpgenie.datasets.verify import verify
from mpgenie.envs.simulation.actions import ALL_BUTTONS, ATTACK, BIT
from mpgenie.errors import ConfigError, DatasetError

from .pulses import PULSE_TICKS, TICKS, TURN, picture_changes_at


@pytest.fixture(scope="module")
def folder(pulses, tmp_path_factory):
    return export(pulses, "vpt", tmp_path_factory.mktemp("out") / "vpt", progress=False)


def recordings(folder):
    for name in json.loads((folder / "index.json").read_text())["relpaths"]:
        with av.open(str(folder / name)) as container:
            frames = np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])
        lines = (folder / name).with_suffix(".jsonl").read_text().splitlines()
        yield name, frames, [json.loads(line) for line in lines]


def test_the_picture_changes_one_frame_after_the_line(folder):
    found = list(recordings(folder))
    assert len(found) == 4
    for number, (_, frames, lines) in enumerate(found):
        pulse = PULSE_TICKS[number % 2]
        assert len(frames) == len(lines) == TICKS
        assert [n for n, line in enumerate(lines) if line["mouse"]["dy"]] == [pulse]
        assert picture_changes_at(frames) == pulse + 1


def test_signs_are_minecrafts(folder):
    _, _, lines = next(recordings(folder))
    pulse = PULSE_TICKS[0]
    before, after = lines[pulse], lines[pulse + 1]
    assert before["mouse"]["dy"] * DEGREES_A_PIXEL == TURN[0]  # down
    assert before["mouse"]["dx"] * DEGREES_A_PIXEL == TURN[1]  # right
    assert after["pitch"] - before["pitch"] == pytest.approx(TURN[0])
    assert (after["yaw"] - before["yaw"]) % 360 == pytest.approx(TURN[1])
    assert (before["xpos"], before["zpos"]) == pytest.approx((0, 0), abs=0.01)


def test_imported_again_it_is_what_it_was(folder, source, tmp_path):
    found = mpgenie.import_vpt(folder, tmp_path / "back", height=64, width=64, progress=False)
    assert found == (4, {})
    back = mpgenie.open_dataset(tmp_path / "back")
    assert verify(tmp_path / "back", deep=True).whole
    originals = {entry.planet_seed: entry for entry in source.where(split="train").episodes}
    for entry in back.episodes:
        shard = back.load(entry)
        player = int(shard.header.players[0][-1])
        name = shard.header.details["recording"]
        original = source.load(source.episodes[int(name.split("-u")[1][:8])])
        assert entry.planet_seed in originals and entry.length == TICKS - 1
        for array in ("actions/buttons", "actions/camera"):
            assert np.array_equal(shard[array][:, 0], original[array][: TICKS - 1, player])
        frames = shard.streams["ego_64x64"].read(0, 0, TICKS)
        assert picture_changes_at(frames) == PULSE_TICKS[player] + 1


def test_learners_read_an_imported_dataset_like_any_other(folder, tmp_path):
    mpgenie.import_vpt(folder, tmp_path / "back", height=32, width=48, progress=False)
    windows = mpgenie.open_dataset(tmp_path / "back").windows(
        players=1, frames=8, stream="ego_48x32", length=3
    )
    assert windows[0]["frames"].shape == (8, 1, 32, 48, 3)
    assert windows[0]["camera"].shape == (8, 1, 2)


def test_an_import_goes_on_and_leaves_out_what_is_damaged(folder, tmp_path):
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for path in folder.iterdir():
        (mixed / path.name).write_bytes(path.read_bytes())
    broken = sorted(mixed.glob("*.jsonl"))[0]
    whole = broken.read_text()
    broken.write_text(whole[:-30])
    first = mpgenie.import_vpt(mixed, tmp_path / "back", progress=False)
    assert first.episodes == 3 and "line 24" in first.problems[broken.stem]
    broken.write_text(whole)
    assert mpgenie.import_vpt(mixed, tmp_path / "back", progress=False) == (4, {})
    with pytest.raises(ConfigError, match="has no recording"):
        mpgenie.import_vpt(tmp_path / "back", tmp_path / "x", progress=False)


def test_a_recording_at_another_rate_is_left_out_and_said_why(pulses, tmp_path, monkeypatch):
    monkeypatch.setattr(movies, "FRAMES_PER_SECOND", 30)
    folder = export(pulses, "vpt", tmp_path / "vpt", progress=False)
    monkeypatch.undo()
    found = mpgenie.import_vpt(folder, tmp_path / "back", progress=False)
    assert found.episodes == 0 and len(found.problems) == 4
    assert all("has 30 frames a second" in problem for problem in found.problems.values())


@given(
    ticks=st.lists(
        st.tuples(
            st.integers(0, ALL_BUTTONS),
            st.floats(-180, 180, width=32),
            st.floats(-180, 180, width=32),
        ),
        min_size=1,
    )
)
def test_every_action_survives_the_lines(ticks):
    reader, before = LineReader(), None
    for buttons, pitch, yaw in ticks:
        line = json.loads(json.dumps(line_of(buttons, before, (pitch, yaw))))
        found, turn = reader.read(line)
        assert found == buttons
        assert np.array_equal(np.array(turn, np.float32), np.array((pitch, yaw), np.float32))
        before = buttons


def test_what_vpts_recorder_gets_wrong_is_mended():
    stuck = line_of(ATTACK, None, (0, 0))
    stuck["mouse"]["newButtons"] = [0]
    held, pressed = line_of(ATTACK, ATTACK, (0, 0)), line_of(ATTACK, 0, (0, 0))
    wheel = {**line_of(0, 0, (0, 0)), "hotbar": 4}
    reader = LineReader()
    found = [reader.read({"hotbar": 0, **line})[0] for line in (stuck, held, pressed, held, wheel)]
    assert found == [0, 0, ATTACK, ATTACK, BIT["hotbar.5"]]


@pytest.mark.parametrize(
    "line", [{}, {"mouse": 3, "keyboard": {"keys": []}}, {"mouse": {}, "keyboard": {"keys": []}}]
)
def test_other_lines_are_refused(line):
    with pytest.raises(DatasetError, match="no line of a VPT recording"):
        LineReader().read(line)
