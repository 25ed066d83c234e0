"""A sealed episode comes back bit by bit; nobody writes over it, and nothing unfinished shows."""

import json

import numpy as np
import pytest

from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError, DatasetError

from .random_play import play


def test_an_episode_comes_back_bit_by_bit(store, drawn_episode):
    assert store.commit(drawn_episode)
    back = store.read(0)
    assert back.header == drawn_episode.header
    for name, array in drawn_episode.arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].tobytes() == array.tobytes()
    for player in (0, 1):
        pictures = [e.streams["ego_64x64"].read(player, 0, 21) for e in (back, drawn_episode)]
        assert np.array_equal(*pictures)
    assert back.episode().content_hash == drawn_episode.content_hash
    assert back.manifest["episode"]["content_hash"] == drawn_episode.content_hash


def test_the_log_and_extra_arrays_come_back(store, plain_episode):
    logits = np.arange(40, dtype="<f2").reshape(20, 2)
    arrays = {**plain_episode.arrays, "policy/logits": logits}
    store.commit(type(plain_episode)(plain_episode.header, arrays))
    back = store.read(0).episode()
    assert np.array_equal(back["policy/logits"], logits)
    assert back.log() == [{"tick": 20, "kind": "phase", "name": "end"}]


def test_video_keeps_its_size_length_and_nearly_its_pixels(store):
    spec = StreamSpec(height=64, width=64, mode="mp4")
    video, exact = play(ticks=25, streams=[spec]), play(ticks=25, streams=[StreamSpec()])
    store.commit(video)
    stream = store.read(0).streams["ego_64x64"]
    for first, last in ((0, 26), (13, 19), (25, 26)):
        lossy = stream.read(1, first, last).astype(float)
        truth = exact.streams["ego_64x64"].read(1, first, last)
        assert np.abs(lossy - truth).mean() < 12


def test_the_second_of_two_who_finish_a_unit_gives_way(tmp_path, plain_episode):
    with Store(tmp_path, {"seed": 1}) as one, Store(tmp_path, {"seed": 1}) as two:
        assert one.commit(plain_episode)
        assert not two.commit(plain_episode)
        assert one.done() == two.done() == {0}


def test_the_plan_goes_on_where_it_stopped(store):
    for unit in (2, 0):
        store.commit(play(unit=unit))
    assert store.left(range(4)) == [1, 3]


def test_writers_must_agree(tmp_path):
    Store(tmp_path, {"seed": 1}).close()
    with pytest.raises(ConfigError, match="begun with seed = 1, not 2"):
        Store(tmp_path, {"seed": 2})
    Store(tmp_path, {"seed": 1}).close()


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(DatasetError, match="not empty"):
        Store(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_is_set_aside_counts_as_done_and_keeps_its_reason(store, plain_episode):
    store.commit(plain_episode)
    store.quarantine(0, {"rule": "frozen", "ticks": 9})
    assert store.done() == {0}
    assert not store.commit(plain_episode)
    note = json.loads((store.root / "quarantine" / "u00000000.json").read_text())
    assert note["reasons"] == {"rule": "frozen", "ticks": 9}


def test_an_unfinished_writer_is_tidied_away_and_a_working_one_is_not(tmp_path):
    (tmp_path / ".staging" / "gone").mkdir(parents=True)
    (tmp_path / ".staging" / "gone" / "lock").touch()
    with Store(tmp_path):
        with Store(tmp_path):
            pass
        assert len(list((tmp_path / ".staging").iterdir())) == 1


def test_an_episode_that_is_not_whole_is_refused(store, plain_episode):
    arrays = dict(plain_episode.arrays)
    arrays["state/health"] = arrays["state/health"][:-1]
    with pytest.raises(DatasetError, match=r"state/health must be int32 of shape \(21, 2\)"):
        store.commit(type(plain_episode)(plain_episode.header, arrays))
    assert store.done() == set()
