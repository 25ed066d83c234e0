"""A dataset that is whole verifies to the last bit; damage is found, named, and the rest saved."""

import shutil

import numpy as np
import pytest

import mpgenie
from mpgenie.datasets.episode import Episode
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.replay import check_replay
from mpgenie.datasets.store import Store
from mpgenie.datasets.verify import salvage, verify
from mpgenie.errors import DatasetError

from .random_play import play


@pytest.fixture(scope="module")
def whole(tmp_path_factory, studio):
    folder = tmp_path_factory.mktemp("data")
    with Store(folder, {"seed": 9}) as store:
        for unit in range(3):
            store.commit(play(unit, studio=studio))
        store.commit(play(3, streams=[StreamSpec(mode="mp4")]))
    return folder


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "copy")
    return tmp_path / "copy"


def flip(path, place, bit=0):
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1 << bit
    path.write_bytes(data)


def test_a_whole_dataset_verifies_deeply_and_plays_again(whole):
    report = verify(whole, deep=True, replay=1.0)
    assert report.problems == {}
    assert (report.episodes, report.frames, report.replayed) == (4, 4 * 21 * 2, 4)


def test_a_rearranged_world_plays_again():
    def arrange(sim, tick):
        if tick == 5:
            sim.teleport(0, 1, sim.state.players.position[0, 0])
            sim.give(0, 0, "stone", 2)
        if tick == 9:
            sim.spawn_mob(0, "sheep", sim.state.players.position[0, 0])

    episode = play(ticks=30, arrange=arrange)
    assert check_replay(episode).first_difference is None


def test_a_replay_finds_the_first_tick_that_is_otherwise(plain_episode):
    arrays = dict(plain_episode.arrays)
    arrays["actions/requested_camera"] = arrays["actions/requested_camera"].copy()
    arrays["actions/requested_camera"][11, 1] += 1.0
    assert check_replay(Episode(plain_episode.header, arrays)).first_difference == 12


def test_every_file_that_is_damaged_missing_or_too_many_is_named(copy):
    shards = copy / "shards"
    flip(shards / "u00000000" / "ego_64x64.frames", 1000)
    (shards / "u00000001" / "episode.h5").unlink()
    (shards / "u00000002" / "notes.txt").touch()
    flip(shards / "u00000003" / "MANIFEST.json", 300)
    problems = verify(copy).problems
    assert sorted(problems) == [f"u0000000{n}" for n in range(4)]
    assert "SHA-256" in problems["u00000000"] and "notes.txt" in problems["u00000002"]


def test_salvage_saves_whatever_is_whole(copy, whole, tmp_path):
    flip(copy / "shards" / "u00000001" / "episode.h5", 5000)
    flip(copy / "shards" / "u00000003" / "ego_64x64.1.mp4", 900)
    report = salvage(copy, tmp_path / "saved")
    assert report.episodes == 2 and sorted(report.problems) == ["u00000001", "u00000003"]
    assert verify(tmp_path / "saved", deep=True, replay=1.0).whole
    hashes = [
        [e.content_hash for e in mpgenie.open_dataset(f).where(unit=[0, 2]).episodes]
        for f in (whole, tmp_path / "saved")
    ]
    assert hashes[0] == hashes[1]


def test_a_forged_manifest_is_found_deeply(copy):
    from mpgenie.datasets.manifest import read_sealed_json, sealed_json

    path = copy / "shards" / "u00000002" / "MANIFEST.json"
    manifest = read_sealed_json(path)
    manifest["episode"]["outcome"] = "failure"
    path.write_bytes(sealed_json(manifest))
    assert verify(copy).whole
    assert "another episode" in verify(copy, deep=True).problems["u00000002"]


def test_a_planet_must_not_be_both_trained_on_and_held_out(tmp_path):
    with Store(tmp_path) as store:
        store.commit(play(0))
        store.commit(play(1, split="eval"))
    assert "planet 5" in verify(tmp_path).problems["u00000001"]


def reads_right(folder, truth):
    """Read everything of a shard; True if it all came out right, False if it was refused."""
    try:
        dataset = mpgenie.open_dataset(folder)
        for entry in dataset.episodes:
            shard = dataset.load(entry)
            right = truth[entry.unit]
            assert shard.header == right.header
            for name in shard.names():
                assert shard[name].tobytes() == right[name].tobytes()
            for name, stream in shard.streams.items():
                for player in (0, 1):
                    pictures = (s.read(player, 0, 21) for s in (stream, right.streams[name]))
                    assert np.array_equal(*pictures)
        dataset.close()
    except DatasetError:
        return False
    return len(dataset) == 1


@pytest.fixture(scope="module")
def single(tmp_path_factory, studio):
    folder = tmp_path_factory.mktemp("single")
    episode = play(0, studio=studio)
    with Store(folder) as store:
        store.commit(episode)
    return folder, {0: episode}


FLIPS, CUTS = 120, 60


@pytest.mark.parametrize("name", ["episode.h5", "ego_64x64.frames", "MANIFEST.json"])
def test_no_flipped_bit_is_read_as_truth(single, tmp_path, name):
    folder, truth = single
    shutil.copytree(folder, tmp_path / "copy")
    path = tmp_path / "copy" / "shards" / "u00000000" / name
    good, rng = path.read_bytes(), np.random.default_rng(4)
    assert reads_right(tmp_path / "copy", truth)
    for place in rng.integers(0, len(good), FLIPS).tolist():
        flip(path, place, int(rng.integers(8)))
        assert not reads_right(tmp_path / "copy", truth)
        path.write_bytes(good)


@pytest.mark.parametrize("name", ["episode.h5", "ego_64x64.frames", "MANIFEST.json"])
def test_no_truncated_file_is_read_as_truth(single, tmp_path, name):
    folder, truth = single
    shutil.copytree(folder, tmp_path / "copy")
    path = tmp_path / "copy" / "shards" / "u00000000" / name
    good, rng = path.read_bytes(), np.random.default_rng(5)
    for size in {0, len(good) - 2, *rng.integers(0, len(good) - 1, CUTS).tolist()}:
        path.write_bytes(good[:size])
        assert not reads_right(tmp_path / "copy", truth)
