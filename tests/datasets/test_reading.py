"""Readers find every episode, split by planet, and never share a handle with another process."""

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

import mpgenie
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError, DatasetError

from .random_play import play


@pytest.fixture(scope="module")
def folder(tmp_path_factory, studio):
    """Eight episodes on four planets, the last held out."""
    folder = tmp_path_factory.mktemp("data")
    with Store(folder) as store:
        for unit in range(8):
            held_out = {"split": "eval"} if unit == 7 else {}
            store.commit(play(unit, ticks=20 + unit, studio=studio, planet=unit // 2, **held_out))
    return folder


@pytest.fixture(scope="module")
def dataset(folder):
    return mpgenie.open_dataset(folder)


def test_episodes_tell_their_facts(dataset):
    entry = dataset.episodes[3]
    facts = (entry.unit, entry.type, entry.players, entry.length, entry.outcome, entry.planet_seed)
    assert facts == (3, "random", 2, 23, "success", 1)
    assert entry.content_hash == dataset.load(entry).episode().content_hash


def test_a_window_is_a_piece_of_its_episode(dataset):
    windows = dataset.where(split="train").windows(frames=6, seed=3, length=40)
    by_hash = {entry.content_hash: entry for entry in dataset.episodes}
    for window in windows:
        shard = dataset.load(by_hash[window["episode"]])
        start, last = window["start"], window["start"] + 6
        assert 0 <= start and last <= shard.header.length
        assert np.array_equal(window["buttons"], shard["actions/buttons"][start:last])
        assert np.array_equal(window["position"], shard["state/position"][start:last])
        picture = shard.streams["ego_64x64"].read(1, start + 2, start + 3)
        assert np.array_equal(window["frames"][2, 1], picture[0])


def test_a_shift_puts_beside_each_frame_the_action_that_led_to_it(dataset):
    windows = dataset.where(unit=2).windows(frames=22, shift=1, length=3)
    shard = dataset.load(dataset.episodes[2])
    for window in windows:
        assert window["start"] == 1
        assert np.array_equal(window["camera"], shard["actions/camera"][0:22])


def test_windows_follow_from_seed_and_number_alone(dataset):
    train = dataset.where(split="train")
    one, two = train.windows(seed=5, length=10), train.windows(seed=5, length=10)
    for index in (7, 2, 7):
        assert np.array_equal(one[index]["frames"], two[index]["frames"])
    starts = [(w["episode"], w["start"]) for w in one]
    assert starts != [(w["episode"], w["start"]) for w in train.windows(seed=6, length=10)]


def test_fewer_players_than_there_are_can_be_asked_for(dataset):
    windows = dataset.where(split="train").windows(players=1, frames=4, length=20)
    assert {int(window["slots"][0]) for window in windows} == {0, 1}
    assert windows[0]["frames"].shape == (4, 1, 64, 64, 3)
    assert windows[0]["visible"].shape == (4, 1, 1)


def test_weights_draw_what_is_important_more_often_and_say_how_to_undo_it(dataset):
    def near_the_end(shard):
        return np.arange(shard.header.length + 1) ** 2.0

    train = dataset.where(split="train")
    plain = train.windows(frames=4, stream=None, length=300)
    windows = train.windows(
        frames=4,
        stream=None,
        length=300,
        weight=lambda entry: 5.0 if entry.unit == 0 else 1.0,
        importance=near_the_end,
    )
    first = dataset.episodes[0].content_hash
    assert sum(w["episode"] == first for w in windows) > 2 * sum(
        w["episode"] == first for w in plain
    )
    assert np.mean([w["start"] for w in windows]) > np.mean([w["start"] for w in plain]) + 2
    starts, corrections = zip(*((w["start"], w["correction"]) for w in windows), strict=True)
    undone = np.average(starts, weights=corrections)
    assert abs(undone - np.mean([w["start"] for w in plain])) < 2.5
    assert [w["correction"] for w in plain] == pytest.approx([1.0] * 300)


def test_batches_stand_side_by_side_and_may_be_tensors(dataset):
    torch = pytest.importorskip("torch")
    windows = dataset.where(split="train").windows(frames=5, length=6, torch=True)
    batch = next(windows.batches(3))
    assert batch["frames"].shape == (3, 5, 2, 64, 64, 3)
    assert batch["frames"].dtype == torch.uint8
    assert batch["buttons"].dtype == torch.int64


def test_held_out_episodes_are_refused_unless_forced(dataset):
    with pytest.raises(ConfigError, match="episode 7 .random. is held out for evaluation"):
        dataset.windows()
    assert len(dataset.windows(held_out=True, length=3)) == 3


def test_some_episodes_lie_evenly_among_all(dataset):
    kept = [entry.unit for entry in dataset.spread(2).episodes]
    every = [entry.unit for entry in dataset.episodes]
    assert kept == [every[0], every[len(every) // 2]]
    assert len(dataset.spread(None)) == len(dataset.spread(10**6)) == len(dataset)
    with pytest.raises(ConfigError, match="at least 1, got 0"):
        dataset.spread(0)


def test_parts_share_no_planet_and_stay_when_episodes_are_added(dataset):
    parts = dataset.split({"train": 0.5, "valid": 0.5}, seed=1)
    planets = [{entry.planet_seed for entry in part.episodes} for part in parts.values()]
    assert not planets[0] & planets[1]
    assert sum(len(part) for part in parts.values()) == 8
    fewer = dataset.where(unit=[0, 3, 6]).split({"train": 0.5, "valid": 0.5}, seed=1)
    for name, part in fewer.items():
        assert {e.unit for e in part.episodes} == {e.unit for e in parts[name].episodes} & {0, 3, 6}


def _first_frame(dataset):
    return dataset.where(split="train").windows(length=1)[0]["frames"]


def test_workers_open_their_own_handles(dataset):
    mine = _first_frame(dataset)
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        assert np.array_equal(pool.submit(_first_frame, dataset).result(60), mine)
    assert np.array_equal(_first_frame(pickle.loads(pickle.dumps(dataset))), mine)


def test_questions_that_nothing_answers_say_so(dataset, tmp_path):
    with pytest.raises(DatasetError, match="no dataset"):
        mpgenie.open_dataset(tmp_path)
    with pytest.raises(ConfigError, match="no stream 'ego_9x9', but"):
        dataset.windows(stream="ego_9x9", held_out=True)
    with pytest.raises(ConfigError, match="no episode has 3 players"):
        dataset.windows(players=3, held_out=True)
    with pytest.raises(ConfigError, match="episodes have no 'kind'"):
        dataset.where(kind="chase")


def test_no_more_than_some_shards_stay_open(dataset, monkeypatch):
    monkeypatch.setattr("mpgenie.datasets.reading.OPEN_SHARDS", 2)
    for entry in dataset.episodes:
        dataset.load(entry).streams["ego_64x64"].read(0, 0, 3)
    assert len(dataset._open) <= 2


def test_a_dataset_without_pictures_still_has_actions_and_state(tmp_path):
    with Store(tmp_path) as store:
        store.commit(play(ticks=20))
    window = mpgenie.open_dataset(tmp_path).windows(stream=None, length=1)[0]
    assert "frames" not in window and window["position"].shape == (16, 2, 3)


def test_a_stream_of_another_kind_can_be_chosen(tmp_path):
    with Store(tmp_path) as store:
        store.commit(play(ticks=20, streams=[StreamSpec(look="depth")]))
    windows = mpgenie.open_dataset(tmp_path).windows(stream="ego_64x64_depth", length=1)
    assert windows[0]["frames"].dtype == np.float32
