"""The HDF5 export is read with h5py alone, and nothing in it is a tick off."""

import json

import h5py
import numpy as np
import pytest

from mpgenie.datasets.exports.export import export

from .pulses import PULSE_TICKS, TICKS, picture_changes_at


@pytest.fixture(scope="module")
def file(pulses, tmp_path_factory):
    out = export(pulses, "hdf5", tmp_path_factory.mktemp("out") / "all.h5", progress=False)
    with h5py.File(out) as file:
        yield file


def test_the_picture_changes_one_frame_after_the_action(file):
    for episode in file["episodes"].values():
        for player, pulse in zip(episode["players"].values(), PULSE_TICKS, strict=True):
            assert player["frames"].shape == (TICKS + 1, 64, 64, 3)
            assert np.flatnonzero(player["actions/camera"][:, 0]).tolist() == [pulse]
            assert picture_changes_at(player["frames"][:]) == pulse + 1


def test_it_holds_what_the_dataset_holds(file, source):
    for entry in source.where(split="train").episodes:
        shard = source.load(entry)
        group = file["episodes"][entry.folder.name]
        assert group.attrs["content_hash"] == entry.content_hash
        assert np.array_equal(group["world/hash"], shard["world/hash"])
        for slot, name in enumerate(shard.header.players):
            player = group["players"][name]
            pictures = shard.streams["ego_64x64"].read(slot, 0, TICKS + 1)
            assert np.array_equal(player["frames"], pictures)
            for array in ("actions/buttons", "state/position", "outcome/reward"):
                assert np.array_equal(player[array], shard[array][:, slot])


def test_it_explains_itself(file):
    assert json.loads(file.attrs["alignment"])["action_causes"] == "next frame"
    assert json.loads(file.attrs["buttons"])[2] == "forward"
    assert [*file["episodes"]] == ["u00000000", "u00000001"]  # nothing that is held out


@pytest.mark.parametrize("compression", ["lzf", "none"])
def test_it_may_be_packed_otherwise(source, compression, tmp_path):
    one = source.where(unit=0)
    out = export(one, "hdf5", tmp_path / "a.h5", compression=compression, progress=False)
    with h5py.File(out) as file:
        frames = file["episodes/u00000000/players/player_0/frames"]
        assert frames.compression == (None if compression == "none" else compression)
        assert picture_changes_at(frames[:]) == PULSE_TICKS[0] + 1
