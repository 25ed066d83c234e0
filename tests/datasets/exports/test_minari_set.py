"""Minari itself loads the Minari export, and nothing in it is a tick off."""

import numpy as np
import pytest

from mpgenie.datasets.episode import Episode
from mpgenie.datasets.exports.export import export
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError

from .pulses import PULSE_TICKS, TICKS, picture_changes_at, play_pulse

minari = pytest.importorskip("minari")


@pytest.fixture(scope="module")
def folder(pulses, tmp_path_factory):
    return export(pulses, "minari", tmp_path_factory.mktemp("out") / "minari", progress=False)


def load(folder, name, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(folder))
    return minari.load_dataset(f"mpgenie/{name}-v0")


@pytest.mark.parametrize("player", [0, 1])
def test_the_picture_changes_one_observation_after_the_action(folder, player, monkeypatch):
    dataset = load(folder, f"player_{player}", monkeypatch)
    assert (dataset.total_episodes, dataset.total_steps) == (2, 2 * TICKS)
    for episode in dataset.iterate_episodes():
        assert episode.observations.shape == (TICKS + 1, 64, 64, 3)
        assert np.flatnonzero(episode.actions["camera"][:, 0]).tolist() == [PULSE_TICKS[player]]
        assert picture_changes_at(episode.observations) == PULSE_TICKS[player] + 1
        assert episode.truncations.tolist() == [False] * (TICKS - 1) + [True]
        assert episode.rewards.tolist() == [float(tick) for tick in range(TICKS)]
        assert episode.infos["position"].shape == (TICKS + 1, 3)


def test_what_it_holds_fits_its_spaces(folder, monkeypatch):
    dataset = load(folder, "player_0", monkeypatch)
    episode = dataset[0]
    assert dataset.observation_space.contains(episode.observations[3])
    last = {name: rows[-1] for name, rows in episode.actions.items()}
    assert dataset.action_space.contains(last)
    assert last["buttons"].tolist() == [0] * 11 + [1] + [0] * 8  # hotbar.1


def test_all_players_together_share_the_tick(pulses, source, tmp_path, monkeypatch):
    out = export(pulses, "minari", tmp_path / "joint", joint=True, progress=False)
    episode = load(out, "joint", monkeypatch)[0]
    for player, pulse in enumerate(PULSE_TICKS):
        name = f"player_{player}"
        assert picture_changes_at(episode.observations[name]) == pulse + 1
        assert np.flatnonzero(episode.actions[name]["camera"][:, 0]).tolist() == [pulse]
    assert episode.rewards[5] == 10.0
    pictures = source.load(source.episodes[0]).streams["ego_64x64"].read(1, 0, TICKS + 1)
    assert np.array_equal(episode.observations["player_1"], pictures)  # no JPEG


def test_an_episode_ends_for_a_player_when_it_ends(tmp_path, drawn_episode, monkeypatch):
    ends = np.zeros((20, 2), bool)
    ends[11, 1] = True
    arrays = {**drawn_episode.arrays, "outcome/terminated": ends}
    with Store(tmp_path / "data") as store:
        store.commit(Episode(drawn_episode.header, arrays, drawn_episode.streams))
    out = export(tmp_path / "data", "minari", tmp_path / "out", progress=False)
    short = load(out, "player_1", monkeypatch)[0]
    assert len(short) == 12 and short.terminations[-1] and not short.truncations.any()
    assert len(load(out, "player_0", monkeypatch)[0]) == 20


def test_joint_datasets_refuse_another_number_of_players(tmp_path, studio):
    with Store(tmp_path / "data") as store:
        store.commit(play_pulse(studio, 0))
        store.commit(play_pulse(studio, 1, players=1))
    with pytest.raises(ConfigError, match=r"the same players in every episode, .* \[1, 2\]"):
        export(tmp_path / "data", "minari", tmp_path / "out", joint=True, progress=False)
