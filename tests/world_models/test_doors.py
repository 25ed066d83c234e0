"""The front door leads from a checkpoint into a dream."""

import pickle

import numpy as np
import pytest

import mpgenie
from mpgenie.errors import CheckpointError
from mpgenie.world_models.checkpoint import Checkpoint, save_world_model
from mpgenie.world_models.dream import dream_env

from .worlds import network


@pytest.fixture(scope="module")
def made():
    return network(scenario="tag")


@pytest.fixture
def folder(made, tmp_path):
    """A checkpoint of a model that has learnt nothing."""
    model = made.model
    parts = (model.config, made.options, model.tokenizer, model.transformer, made.starts)
    save_world_model(tmp_path / "tiny", Checkpoint(*parts))
    return tmp_path / "tiny"


def play(env, ticks=4):
    env.reset(seed=3)
    for agent in env.possible_agents:
        env.action_space(agent).seed(0)
    actions = [{a: env.action_space(a).sample() for a in env.agents} for _ in range(ticks)]
    return [env.step(each)[:2] for each in actions]


def test_a_checkpoint_dreams_as_the_model_that_it_is_from(made, folder):
    ours, theirs = (play(dream_env(each, ending=None)) for each in (made, folder))
    for (seen, paid), (frames, rewards) in zip(ours, theirs, strict=True):
        assert paid == rewards and all(np.array_equal(seen[a], frames[a]) for a in seen)


def test_a_dream_plays_the_game_that_was_learnt(folder):
    assert mpgenie.dream_env(folder, device="cpu").metadata["name"] == "mpgenie_tag_v0"


def test_environments_share_what_was_read(folder):
    read = mpgenie.load_world_model(folder)
    one, many = mpgenie.dream_env(read), mpgenie.dream_vector_env(read, 2)
    assert one.source is many.source is read


def test_a_dream_is_pickled_by_the_name_of_its_checkpoint(folder):
    for env in (
        mpgenie.dream_env(folder, device="cpu", horizon=9),
        mpgenie.dream_vector_env(folder, 2, device="cpu", horizon=9),
    ):
        data = pickle.dumps(env)
        assert len(data) < 2000
        other = pickle.loads(data)
        assert other.config == env.config and other.source.name == env.source.name
        env.reset(seed=1)
        other.reset(seed=1)


def test_what_is_no_checkpoint_is_refused(tmp_path):
    for door in (mpgenie.dream_env, lambda path: mpgenie.dream_vector_env(path, 2)):
        with pytest.raises(CheckpointError, match=str(tmp_path)):
            door(tmp_path)
