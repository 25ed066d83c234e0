"""Datasets of the same players cannot be told apart; those of others can, and it shows where."""

import json
from dataclasses import replace

import numpy as np
import pytest

import mpgenie
from mpgenie.cli import main
from mpgenie.datasets.comparing import compare, cross_validate, interval, wasserstein
from mpgenie.datasets.descriptors import DESCRIPTORS, describe
from mpgenie.datasets.episode import Episode
from mpgenie.datasets.store import Store
from mpgenie.envs.simulation.actions import FORWARD, SPRINT
from mpgenie.errors import ConfigError

from .random_play import play_together


def dataset(root, units, change=lambda arrays: {}):
    with Store(root) as store:
        for episode in play_together(units):
            arrays = {**episode.arrays, **change(episode.arrays)}
            store.commit(Episode(episode.header, arrays))
    return mpgenie.open_dataset(root)


def hasty(arrays):
    buttons = arrays["actions/buttons"] | np.uint32(SPRINT)
    return {"actions/buttons": buttons, "actions/camera": arrays["actions/camera"] * 1.5}


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    root = tmp_path_factory.mktemp("sets")
    ours = dataset(root / "a", range(12))
    return ours, dataset(root / "b", range(12, 24)), dataset(root / "c", range(12, 24), hasty)


def test_the_same_players_are_told_apart_by_chance_alone(sets):
    found = compare(sets[0], sets[1])
    assert found.episodes == (12, 12) and found.players == (24, 24)
    assert found.low <= 0.5 + 0.15 and found.accuracy < 0.8
    assert found.low <= found.accuracy <= found.high


def test_others_are_told_apart_and_it_shows_by_what(sets):
    found = compare(sets[0], sets[2])
    assert found.accuracy > 0.95 and found.low > 0.8
    assert {habit.name for habit in found.habits[:4]} >= {"press_sprint", "turn_rate"}
    sprint = next(habit for habit in found.habits if habit.name == "press_sprint")
    assert (sprint.mean_a, sprint.mean_b, sprint.distance) == (0.0, 1.0, 1.0)


def test_a_dataset_is_at_no_distance_from_itself(sets):
    assert {habit.distance for habit in compare(sets[0], sets[0]).habits} == {0.0}


def test_the_same_seed_finds_the_same(sets):
    assert compare(sets[0], sets[1], seed=4) == compare(sets[0], sets[1], seed=4)


def test_the_command_prints_and_writes(sets, tmp_path, capsys):
    roots = [str(side.root) for side in (sets[0], sets[2])]
    assert main(["dataset", "compare", *roots, "--json", str(tmp_path / "alike.json")]) == 0
    assert "tells them apart" in capsys.readouterr().out
    figures = json.loads((tmp_path / "alike.json").read_text())
    assert figures["accuracy"] > 0.95 and len(figures["habits"]) == len(DESCRIPTORS)


def test_a_few_episodes_are_too_few(sets):
    with pytest.raises(ConfigError, match="has 2 episodes that fit, and it takes 5"):
        compare(sets[0], sets[1].where(unit=[12, 13]))


def test_moving_all_values_moves_them_by_that_distance():
    rng = np.random.default_rng(0)
    a = rng.normal(size=50)
    assert np.isclose(wasserstein(a, a + 3.0), 3.0)
    assert np.isclose(wasserstein(np.array([0.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])), 0.0)
    assert np.isclose(wasserstein(np.array([0.0]), np.array([-1.0, 3.0])), 2.0)


def test_groups_are_never_on_both_sides():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(40), 5)
    labels = (groups >= 20).astype(np.int64)
    marks = rng.normal(size=(40, 8))[groups]  # each group alone can be recognised, not its label
    right = cross_validate(marks, labels, groups, seed=0)
    assert 0.3 < right.mean() < 0.7
    low, high = interval(right, labels, groups, seed=0)
    assert low < 0.5 < high


def test_a_difference_of_spread_alone_is_found():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(400, 2)) * np.repeat([1.0, 3.0], 200)[:, None]
    labels = np.repeat([0, 1], 200)
    assert cross_validate(rows, labels, np.arange(400), seed=0).mean() > 0.75


def test_descriptors_say_what_was_done(plain_episode):
    t, p = plain_episode.length, 2
    arrays = {
        **plain_episode.arrays,
        "actions/buttons": np.full((t, p), FORWARD, "<u4"),
        "actions/camera": np.zeros((t, p, 2), "<f4"),
        "state/visible": np.ones((t + 1, p, p), "<i4"),
    }
    arrays["actions/camera"][::2, 0, 1] = 4.0
    arrays["state/position"] = np.zeros((t + 1, p, 3))
    arrays["state/position"][:, 0, 0] = 0.1 * np.arange(t + 1)
    arrays["state/position"][:, 1, 1] = 3.0
    found = describe(replace(plain_episode, arrays=arrays))
    first, second = (dict(zip(DESCRIPTORS, row.tolist(), strict=True)) for row in found)
    assert first["speed"] == pytest.approx(2.0) and first["straightness"] == pytest.approx(1.0)
    assert first["turn_rate"] == pytest.approx(40.0) and first["camera_still"] == 0.5
    assert first["turn_jerk"] == pytest.approx(4.0) and second["turn_jerk"] == 0.0
    assert second["speed"] == 0.0 and second["camera_still"] == 1.0
    assert first["press_forward"] == 1.0 and first["press_back"] == 0.0
    assert first["sees_partner"] == 1.0 and first["nearest"] == pytest.approx(3.19, abs=0.05)
