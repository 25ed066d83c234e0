"""What a batch asks of a model of inverse dynamics."""

import numpy as np

import mpgenie
from mpgenie.agents.vpt.corpus import APPLIED, Corpus, cut, load_play, moved
from mpgenie.agents.vpt.idm import IdmLesson
from mpgenie.agents.vpt.lessons import batch_of, losses
from mpgenie.agents.vpt.turning import turned

from .conftest import config, network, panned


def test_how_far_somebody_went_is_told_along_where_they_look():
    place = np.array([[[0.0, 0.0, 30.0]], [[0.2, -0.1, 30.3]]])
    heading = np.array([[[1.0, 0.0, 0.0]]] * 2)
    assert np.allclose(moved(place, heading), [[[0.2, 0.1, 0.3]]])  # ahead, right, up


def test_what_a_recording_says_of_it_is_as_long_as_its_steps(folder):
    dataset = mpgenie.open_dataset(folder)
    play, shard = (
        load_play(dataset, dataset.episodes[0], APPLIED),
        dataset.load(dataset.episodes[0]),
    )
    steps = np.linalg.norm(np.diff(np.asarray(shard["state/position"]), axis=0), axis=-1)
    assert play.moved is not None and steps.max() > 0.0
    assert np.allclose(np.linalg.norm(play.moved, axis=-1), steps, atol=1e-5)


def test_of_a_clip_that_was_turned_only_turns_are_asked():
    play, rng = panned(), np.random.default_rng(0)
    clip = cut(play, 20, 8, np.array([0]), network())
    clip = clip._replace(moved=np.ones((8, 1, 3), np.float32))
    model = IdmLesson(config(), Corpus([play])).model
    plain = losses(model, batch_of([clip], rng))
    other = losses(model, batch_of([turned(clip, rng, 3.0, network().before)], rng))
    assert all(plain[name] > 0 for name in ("buttons", "changes", "camera", "moved"))
    assert other["camera"] > 0
    assert all(other[name] == 0 for name in ("buttons", "changes", "moved"))


def test_where_nobody_knows_where_players_went_nothing_is_asked_of_it():
    model = IdmLesson(config(), Corpus([panned()])).model
    clip = cut(panned(), 20, 8, np.array([0]), network())
    assert losses(model, batch_of([clip], np.random.default_rng(0)))["moved"] == 0
