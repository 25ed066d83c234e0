"""Labels lie beside episodes, and are never taken for those of another model or another episode."""

import shutil

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.learning import Schedule
from mpgenie.agents.vpt.demonstrations import demonstration
from mpgenie.agents.vpt.idm import IdmConfig, train_idm
from mpgenie.agents.vpt.labels import label, labels_file
from mpgenie.agents.vpt.network_config import SIZES
from mpgenie.errors import CheckpointError, ConfigError, DatasetError


@pytest.fixture(scope="module")
def models(folder, tmp_path_factory):
    """Two of one step."""
    made = []
    for seed in (0, 1):
        plan = IdmConfig(
            network=SIZES["tiny"], schedule=Schedule(steps=1), ticks=8, views=2, seed=seed
        )
        out = tmp_path_factory.mktemp("idm")
        made.append(train_idm(mpgenie.open_dataset(folder), out, plan))
    return made


@pytest.fixture
def dataset(folder, models, tmp_path):
    """A copy of the dataset, labelled by the first model."""
    shutil.copytree(folder, tmp_path / "data")
    dataset = mpgenie.open_dataset(tmp_path / "data")
    seen = []
    assert label(dataset, models[0], "idm", on_episode=lambda entry: seen.append(entry.unit)) == 2
    assert seen == [0, 1]
    return dataset


def test_labels_lie_beside_the_episodes_and_say_whose_they_are(dataset):
    entry = dataset.episodes[1]
    about, arrays = read_arrays(dataset.root / "labels" / "idm" / "u00000001.npz")
    assert about["kind"] == "pseudo-labels" and about["episode"] == entry.content_hash
    assert arrays["buttons"].shape == (21, 2) and arrays["sure"].shape == (21, 2, 20)
    play = demonstration(dataset, entry, "idm")
    assert play.down.shape == (21, 2, 20) and np.array_equal(play.camera, arrays["camera"])
    # The episode itself is what it was, and a reader finds no more of them.
    again = mpgenie.open_dataset(dataset.root)
    assert [e.content_hash for e in again.episodes] == [e.content_hash for e in dataset.episodes]


def test_what_is_labelled_is_not_labelled_again(dataset, models):
    assert label(dataset, models[0], "idm") == 0
    labels_file(dataset, dataset.episodes[0], "idm").write_bytes(b"damaged")
    with pytest.raises(DatasetError, match="make them with `mpgenie label"):
        demonstration(dataset, dataset.episodes[0], "idm")
    assert label(dataset, models[0], "idm") == 1


def test_another_models_labels_are_not_overwritten(dataset, models):
    with pytest.raises(ConfigError, match="are of another model: choose another --name"):
        label(dataset, models[1], "idm")
    assert label(dataset, models[1], "other") == 2
    for name in ("", "../idm", "a b"):
        with pytest.raises(ConfigError, match="called by letters"):
            label(dataset, models[0], name)


def test_labels_of_another_episode_are_refused(dataset):
    first, second = (labels_file(dataset, entry, "idm") for entry in dataset.episodes)
    shutil.copy(second, first)
    with pytest.raises(DatasetError, match="labels of another episode"):
        demonstration(dataset, dataset.episodes[0], "idm")


def test_what_cannot_be_labelled_is_refused(dataset, tmp_path):
    with pytest.raises(CheckpointError, match="there is no file"):
        label(dataset, tmp_path / "nobody.npz", "idm")
    with pytest.raises(DatasetError, match="has no stream 'ego_32x32', but"):
        train_idm(dataset, tmp_path / "run", IdmConfig(stream="ego_32x32"))


@pytest.mark.parametrize("players", [1, 3])
def test_a_model_labels_play_of_any_number_of_players(dataset, tmp_path, players):
    # One by one, or all views of an episode together, however many it learnt to look at.
    plan = IdmConfig.of("tiny", schedule=Schedule(steps=1), players=players, ticks=8, views=3)
    model = train_idm(dataset, tmp_path / "idm", plan)
    assert label(dataset, model, "others") == 2
    assert demonstration(dataset, dataset.episodes[0], "others").down.shape == (20, 2, 20)
