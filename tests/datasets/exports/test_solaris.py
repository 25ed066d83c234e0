"""SolarisEngine's checks pass on the export, and a loader like Solaris's pairs what it should.

The loader here is written anew from its description: both bots' records are matched by their times,
and records s to e go with frames s + 1 to e + 1.
"""

import bisect
import json
import math

import av
import numpy as np
import pytest

import mpgenie
from mpgenie.datasets.exports.export import export
from mpgenie.datasets.exports.solaris import _digging
from mpgenie.datasets.exports.takes import takes
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError

from .pulses import PULSE_TICKS, TICKS, TURN, picture_changes_at, play_pulse


@pytest.fixture(scope="module")
def folder(pulses, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "solaris"
    return export(pulses, "solaris", out, split="all", progress=False)


def pairs(folder):
    for alpha in sorted(folder.glob("*_Alpha_*.mp4")):
        yield alpha, alpha.with_name(alpha.name.replace("Alpha", "Bravo"))


def records_of(video):
    return json.loads(video.with_suffix(".json").read_text())


def frames_of(video):
    with av.open(str(video)) as container:
        return np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])


def test_names_and_counts_are_what_its_checks_ask_for(folder):
    assert len(list(pairs(folder / "train"))) == 2 and len(list(pairs(folder / "test"))) == 1
    names = {path.name for path in (folder / "train").iterdir()}
    assert "batch_0_000001_Bravo_instance_000_episode_info.json" in names
    for pair in pairs(folder / "train"):
        for video in pair:
            assert len(frames_of(video)) == len(records_of(video)) == TICKS + 1


def test_its_loader_pairs_an_action_with_the_frame_that_shows_it(folder):
    for pair in pairs(folder / "train"):
        times = [[record["renderTime"] for record in records_of(video)] for video in pair]
        assert times[0] == times[1] == sorted(set(times[0]))  # no skew to align
        begin = max(mine[0] for mine in times)
        for video, mine, pulse in zip(pair, times, PULSE_TICKS, strict=True):
            start = bisect.bisect_left(mine, begin)
            stop = start + TICKS
            actions = [record["action"] for record in records_of(video)[start:stop]]
            frames = frames_of(video)[start + 1 : stop + 1]
            turns = [n for n, action in enumerate(actions) if any(action["camera"])]
            assert turns == [pulse]
            assert picture_changes_at(frames) == turns[0]


def test_signs_are_solaris_engines(folder):
    alpha, _ = next(pairs(folder / "train"))
    records, pulse = records_of(alpha), PULSE_TICKS[0]
    yaw, pitch = records[pulse]["action"]["camera"]
    assert (yaw, pitch) == pytest.approx((math.radians(-TURN[1]), math.radians(-TURN[0])))
    before, after = records[pulse], records[pulse + 1]
    assert after["pitch"] - before["pitch"] == pytest.approx(pitch, abs=2e-3)
    assert math.remainder(after["yaw"] - before["yaw"] - yaw, math.tau) == pytest.approx(
        0, abs=2e-3
    )
    assert not any(records[-1]["action"]["camera"]) and not records[-1]["action"]["hotbar.1"]
    assert records[TICKS - 1]["action"]["hotbar.1"]


def test_digging_lasts_from_its_start_to_its_end(source):
    class Digger:
        length = 12

        def events(self):
            return {
                2: {"block_dig_start": 1},
                4: {"block_dig_abort": 1, "block_dig_start": 1},
                6: {"block_dig_done": 1},
                9: {"block_dig_start": 1},
            }

    assert np.flatnonzero(_digging(Digger())).tolist() == [2, 3, 4, 5, 6, 9, 10, 11]
    assert not _digging(takes(source.load(source.episodes[0]), "ego_64x64")[0]).any()


def test_one_player_alone_is_refused(tmp_path, studio):
    with Store(tmp_path / "data") as store:
        store.commit(play_pulse(studio, 0, players=1))
    with pytest.raises(ConfigError, match="needs two players, but episode 0 has one"):
        mpgenie.export(tmp_path / "data", "solaris", tmp_path / "out", progress=False)
