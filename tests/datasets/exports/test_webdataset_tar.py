"""The webdataset library reads the tar files, and nothing in them is a tick off."""

import io
import json
import warnings

import av
import numpy as np
import pytest

from mpgenie.datasets.exports.export import export
from mpgenie.errors import ConfigError

from .pulses import PULSE_TICKS, TICKS, picture_changes_at

webdataset = pytest.importorskip("webdataset")


def samples(folder):
    files = sorted(str(path) for path in folder.iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it leaves its files to the collector of garbage
        return list(webdataset.WebDataset(files, shardshuffle=False, empty_check=False))


def arrays_in(sample, player):
    with np.load(io.BytesIO(sample[f"{player}.npz"])) as arrays:
        return {name: arrays[name] for name in arrays.files}


@pytest.mark.parametrize("video", [False, True])
def test_the_picture_changes_one_frame_after_the_action(pulses, video, tmp_path):
    out = export(pulses, "webdataset", tmp_path / "out", video=video, progress=False)
    found = samples(out)
    assert [sample["__key__"] for sample in found] == ["u00000000", "u00000001"]
    for sample in found:
        for player, pulse in enumerate(PULSE_TICKS):
            arrays = arrays_in(sample, player)
            if video:
                with av.open(io.BytesIO(sample[f"{player}.mp4"])) as container:
                    frames = np.stack([f.to_ndarray(format="rgb24") for f in container.decode()])
                assert "frames" not in arrays
            else:
                frames = arrays["frames"]
            assert frames.shape == (TICKS + 1, 64, 64, 3)
            assert np.flatnonzero(arrays["camera"][:, 0]).tolist() == [pulse]
            assert picture_changes_at(frames) == pulse + 1


def test_facts_and_states_come_along(pulses, source, tmp_path):
    sample = samples(export(pulses, "webdataset", tmp_path / "out", progress=False))[1]
    facts = json.loads(sample["json"])
    entry = source.episodes[1]
    assert facts["content_hash"] == entry.content_hash
    assert facts["alignment"]["action_causes"] == "next frame"
    shard = source.load(entry)
    assert np.array_equal(arrays_in(sample, 1)["position"], shard["state/position"][:, 1])


def test_equal_datasets_make_equal_bytes_and_files_end_where_they_should(pulses, tmp_path):
    one, two = (
        export(pulses, "webdataset", tmp_path / n, shard_megabytes=0.001, progress=False)
        for n in "ab"
    )
    assert [p.name for p in sorted(one.iterdir())] == ["shard-000000.tar", "shard-000001.tar"]
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes()
    assert len(samples(one)) == 2
    with pytest.raises(ConfigError, match="shard_megabytes must be more"):
        export(pulses, "webdataset", tmp_path / "c", shard_megabytes=0, progress=False)
