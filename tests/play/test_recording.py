"""Games without a window are recorded to the bit, and go on where they were interrupted."""

import numpy as np
import pytest

from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.verify import verify
from mpgenie.errors import ConfigError
from mpgenie.play import recording
from mpgenie.play.recording import record

SMALL = {"planet": "flat", "size": 48, "mobs": False, "max_cycles": 24}


def made(root, episodes=2, **options):
    return record(root, "gather", episodes=episodes, **{**SMALL, **options})


def hashes(dataset):
    return [entry.content_hash for entry in dataset.episodes]


@pytest.mark.parametrize("who", ["script", "random", "trained", "gather_pixels", "script,random"])
def test_what_anybody_plays_is_recorded_and_plays_again_bit_for_bit(tmp_path, who):
    dataset = made(tmp_path / "data", who=who.split(","))
    report = verify(tmp_path / "data", deep=True, replay=1.0)
    assert report.whole and report.replayed == 2, report.problems
    shard = dataset.load(dataset.episodes[1])
    assert shard.header.length == 24 and shard.header.type == "gather"
    kind = {"trained": "checkpoint", "gather_pixels": "checkpoint"}
    assert [p.partition(":")[0] for p in shard.header.policies] == [
        kind.get(each, each) for each in (who.split(",") * 2)[:2]
    ]
    first, second = (dataset.load(e)["actions/requested_camera"] for e in dataset.episodes)
    assert not np.array_equal(first, second)
    assert shard.streams["ego_64x64"].read(1, 0, 25).std() > 5


def test_somebody_may_stand_by(tmp_path):
    dataset = made(tmp_path / "data", episodes=1, who=["random", "idle"])
    shard = dataset.load(dataset.episodes[0])
    assert shard.header.policies[1] == "script:idle"
    moved = shard["actions/requested_camera"].any((0, 2))
    assert moved.tolist() == [True, False]


def test_a_recording_that_was_interrupted_goes_on_as_if_it_had_not_been(tmp_path, monkeypatch):
    whole = made(tmp_path / "whole", episodes=3, who="random")
    ticks = iter(range(1000))
    usual = recording.Session.tick

    def interrupted(session):
        if next(ticks) == 40:
            raise KeyboardInterrupt
        usual(session)

    monkeypatch.setattr(recording.Session, "tick", interrupted)
    with pytest.raises(KeyboardInterrupt, match="1 of 3 episodes safe"):
        made(tmp_path / "data", episodes=3, who="random")
    assert hashes(open_dataset(tmp_path / "data")) == hashes(whole)[:1]
    monkeypatch.undo()
    seen = []
    made(tmp_path / "data", episodes=3, who="random", on_episode=seen.append)
    assert seen == [1, 2]
    assert hashes(open_dataset(tmp_path / "data")) == hashes(whole)


def test_planets_are_new_each_time_and_held_out_ones_of_their_own(tmp_path):
    train = made(tmp_path / "train", who="random", max_cycles=2)
    held_out = made(tmp_path / "eval", who="random", max_cycles=2, split="eval")
    seeds = {e.planet_seed % 2: e.planet_seed for d in (train, held_out) for e in d.episodes}
    assert set(seeds) == {0, 1}
    assert len({e.planet_seed for d in (train, held_out) for e in d.episodes}) == 4
    assert {e.split for e in held_out.episodes} == {"eval"}


def test_other_games_do_not_mix_into_a_dataset(tmp_path):
    made(tmp_path / "data", episodes=1, who="random", max_cycles=2)
    with pytest.raises(ConfigError, match="begun with seed"):
        made(tmp_path / "data", who="random", max_cycles=2, seed=1)
    with pytest.raises(ConfigError, match="begun with"):
        made(tmp_path / "data", who="script", max_cycles=2)


@pytest.mark.parametrize(
    ("wrong", "way_out"),
    [
        ({"who": "gathre"}, "Did you mean 'gather'"),
        ({"scenario": "defend", "who": "trained"}, "let scripts play"),
        ({"scenario": "gathre"}, "gather"),
        ({"episodes": 0}, "more than 0"),
        ({"players": 1000}, "players"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(tmp_path, wrong, way_out):
    with pytest.raises(Exception, match=way_out):
        record(tmp_path / "data", **{"scenario": "gather", "episodes": 1, **wrong})
    assert not (tmp_path / "data").exists()
