"""Clips hold what a world model is taught, follow from their number, and hide who is absent."""

import numpy as np
import pytest

from mpgenie.errors import ConfigError, DatasetError
from mpgenie.world_models.clips import POSE, SLOTS, Film, cut, load_reel

from .conftest import EDGE, panned


def same(a, b):
    return all(np.array_equal(one, two) for one, two in zip(a, b, strict=True))


def test_a_clip_follows_from_the_seed_and_its_number(film):
    clip = film.clip(3, 7, frames=8, players=2)
    assert same(clip, film.clip(3, 7, frames=8, players=2))
    assert not same(clip, film.clip(3, 8, frames=8, players=2))
    assert not same(clip, film.clip(4, 7, frames=8, players=2))
    batch = film.batch(3, range(6, 9), frames=8, players=2)
    assert same((part[1] for part in batch), clip)
    assert batch.frames.shape == (3, 8, 2, EDGE, EDGE, 3)
    assert batch.controls.shape == (3, 7, 2, 22) and batch.slots.shape == (3, 2)


def test_a_control_belongs_to_the_frame_after_it():
    reel = panned()
    clip = cut(reel, 10, 4, np.array([1, 0]), 2, np.arange(2))
    for k in range(3):
        assert np.array_equal(clip.controls[k, 0], reel.controls[10 + k, 1])
        assert np.array_equal(clip.frames[k + 1, 0], reel.frames[11 + k, 1])
        assert clip.rewards[k, 0] == 10 + k


def test_every_start_of_every_episode_is_drawn(film):
    drawn = [film.clip(0, k, frames=41, players=1) for k in range(300)]
    assert {float(clip.rewards[0, 0]) for clip in drawn} == {float(k) for k in range(21)}
    with pytest.raises(ConfigError, match="the longest episode has 61"):
        film.clip(0, 0, frames=62, players=1)


def test_fewer_views_leave_the_rest_absent_and_black(film):
    batch = film.batch(0, range(64), frames=4, players=4, fewest=1)
    counts = batch.there[:, 0].sum(-1)
    assert {*counts} == {1, 2}  # an episode has two
    assert not batch.frames[~batch.there].any() and not batch.controls[:, :, 2:].any()
    assert batch.frames[batch.there].any((-1, -2, -3)).all()


def test_identities_are_drawn_from_a_pool(film):
    slots = film.batch(0, range(64), frames=2, players=2).slots
    assert (slots[:, 0] != slots[:, 1]).all() and {*slots.flat} == {*range(SLOTS)}
    few = film.batch(0, range(64), frames=2, players=2, pool=3).slots
    assert (few[:, 0] != few[:, 1]).all() and {*few.flat} == {0, 1, 2}


def test_single_frames_are_of_somebody_who_is_there():
    reel = panned()
    reel.there[1:] = False
    assert Film([reel]).pictures(0, range(3)).any((1, 2, 3)).all()


def test_who_is_not_in_the_world_is_black():
    reel = panned()
    reel.there[5:, 1] = False
    clip = cut(reel, 4, 3, np.array([0, 1]), 2, np.arange(2))
    assert clip.there[:, 1].tolist() == [True, False, False]
    assert clip.frames[0, 1].any() and not clip.frames[1:, 1].any()
    pictures = Film([reel]).pictures(0, range(50))
    assert pictures.any((-1, -2, -3)).all()


def test_an_episode_of_a_dataset_says_what_moved(dataset):
    entry = dataset.episodes[0]
    reel = load_reel(dataset, entry)
    assert reel.frames.shape == (entry.length + 1, 2, 64, 64, 3)
    turn = reel.pose[..., POSE.index("turn")]
    assert np.allclose(turn, reel.controls[..., -1], atol=1e-2)  # a step changes where right is
    assert np.abs(reel.pose).max() <= 4.0
    film = Film.of(dataset)
    assert film.frames == sum(each.there.sum() for each in film.reels)
    assert film.name == Film.of(dataset).name != Film.of(dataset.where(unit=0)).name


def test_larger_frames_are_averaged(dataset):
    large, small = (load_reel(dataset, dataset.episodes[0], (edge, edge)) for edge in (64, 32))
    assert small.frames.shape[2:4] == (32, 32)
    mean = large.frames[3, 1, 4:6, 6:8].mean((0, 1))
    assert np.abs(small.frames[3, 1, 2, 3] - mean).max() <= 0.5


def test_walking_ahead_moves_ahead(dataset):
    entry = dataset.episodes[0]
    reel = load_reel(dataset, entry)
    forward = reel.controls[..., 2].astype(bool)
    ahead = reel.pose[..., POSE.index("forward")]
    assert ahead[forward].mean() > ahead[~forward].mean()


def test_what_cannot_be_drawn_from_is_refused(dataset):
    with pytest.raises(DatasetError, match="generate with its resolution"):
        load_reel(dataset, dataset.episodes[0], (48, 48))
    with pytest.raises(ConfigError, match="got none"):
        Film([])
    with pytest.raises(ConfigError, match="frames of one size"):
        Film([panned(), panned(edge=16)])
