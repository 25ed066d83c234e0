"""Measures of diversity on cases whose answer is known, and the alarm."""

from math import log

import numpy as np
import pytest

from mpgenie.agents.training.player import TrainedPolicy
from mpgenie.agents.training.population.diversity import (
    alarms,
    ancestry,
    archive,
    cells_of,
    coverage,
    distances,
    divergences,
    mean_of_pairs,
)
from mpgenie.agents.training.population.kinds import clusters, rand_index, stability
from mpgenie.agents.training.population.measuring import BEHAVIOUR, Onlooker, Probes, diversity_of
from mpgenie.agents.training.population.players import Chance, Idle, Trained
from mpgenie.errors import ConfigError

from .conftest import GAME, Looker


def test_every_face_of_the_planet_has_cells_of_its_own():
    axes = np.concatenate([np.eye(3), -np.eye(3)]) * 50.0
    assert len({place for place, _ in cells_of(axes, 12, 4.0).tolist()}) == 6
    rng = np.random.default_rng(0)
    everywhere = rng.normal(size=(20_000, 3))
    everywhere *= 50.0 / np.linalg.norm(everywhere, axis=1, keepdims=True)
    assert coverage(everywhere).share == 1.0
    assert coverage(everywhere).entropy == pytest.approx(log(6 * 12**2), abs=0.05)


def test_who_stays_visits_one_cell():
    stays = coverage(np.tile([0.0, 50.0, 1.0], (30, 1)))
    assert stays == (1 / 864, 0.0)
    up_and_down = coverage(np.array([[0.0, 50.0, 1.0], [0.0, 58.0, 1.0]]))
    assert up_and_down.share == 1 / 864 and up_and_down.entropy == pytest.approx(log(2.0))


def test_decisions_that_never_agree_are_one_apart():
    left, right = np.zeros((2, 1, 4, 2, 2))
    left[..., 0], right[..., 1] = 1.0, 1.0
    even = np.full((1, 4, 2, 2), 0.5)
    for measure in (divergences, distances):
        table = measure(np.concatenate([left, right, left]))
        assert table.tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
        assert mean_of_pairs(table) == pytest.approx(2 / 3)
    assert distances(np.concatenate([left, even]))[0, 1] == 0.5
    between = 0.75 * log(4 / 3) + 0.25 * log(4.0) - 0.5 * log(2.0)  # of (3/4, 1/4) and halves
    assert divergences(np.concatenate([left, even]))[0, 1] == pytest.approx(between / log(2.0))


def test_components_that_nobody_chooses_in_do_not_count():
    chances = np.zeros((2, 3, 2, 2))
    chances[:, :, 0] = 0.5
    chances[0, :, 0] = (0.9, 0.1)
    chances[:, :, 1, 0] = 1.0  # no choice
    assert distances(chances)[0, 1] == pytest.approx(0.4)


def test_an_archive_keeps_the_best_of_each_cell():
    behaviours = np.array([[0.1, 0.1], [0.15, 0.1], [0.9, 0.9], [7.0, 0.95]])
    kept = archive(behaviours, np.array([1.0, 3.0, 2.0, 0.0]), [(0.0, 1.0)] * 2, bins=2)
    assert kept.best == {(0, 0): 1, (1, 1): 2}
    assert kept.coverage == 0.5 and kept.score == 3.0 + 2.0


def born(*names):
    return [{"generation": 0, "kind": "born", "member": name} for name in names]


def cloned(generation, member, donor):
    return {"generation": generation, "kind": "exploited", "member": member, "donor": donor}


def test_families_are_counted_a_few_generations_back():
    events = [*born(*"abcde"), *(cloned(9, name, "a") for name in "bcde")]
    families = ancestry(events)
    assert families.largest == 1.0 and families.effective == 1.0
    assert families.depth == {"a": 0, "b": 1, "c": 1, "d": 1, "e": 1}
    long_ago = [*events, {"generation": 13, "kind": "matched", "member": "a"}]
    assert ancestry(long_ago).effective == pytest.approx(5.0)
    half = ancestry([*born(*"abcd"), cloned(1, "b", "a"), cloned(2, "d", "c")])
    assert half.largest == 0.5 and half.effective == 2.0
    assert ancestry([*born("a"), cloned(1, "a", "a"), cloned(2, "a", "a")]).depth == {"a": 2}


def test_the_alarm_says_what_is_wrong():
    one_family = ancestry([*born(*"abcde"), *(cloned(1, name, "a") for name in "bcde")])
    assert alarms(0.2) == alarms(0.2, ancestry(born(*"abcde"))) == []
    (alike,) = alarms(0.001)
    assert "let them explore anew" in alike
    (family,) = alarms(0.2, one_family)
    assert "100% of the members descend from one within 3 generations" in family


def test_clusters_that_are_there_are_found_again():
    rng = np.random.default_rng(1)
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    rows = np.repeat(centres, 30, axis=0) + rng.normal(size=(90, 2))
    truth = np.repeat(np.arange(3), 30)
    assert rand_index(clusters(rows, 3), truth) == 1.0
    assert stability(rows, 3) == 1.0
    assert stability(rng.uniform(size=(90, 2)), 4) < 0.8


def test_the_rand_index_is_one_for_other_names_and_nothing_by_chance():
    one = np.array([0, 0, 1, 1, 2, 2])
    assert rand_index(one, 2 - one) == 1.0
    assert rand_index(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])) == pytest.approx(-0.5)
    rng = np.random.default_rng(0)
    assert abs(rand_index(rng.integers(0, 3, 4000), rng.integers(0, 3, 4000))) < 0.01


def test_players_are_measured_at_play(make):
    one, other = make(worlds=1), make(worlds=1, seed=1)
    other.policies.nets[0].scores.bias.data[8 * 11 + 9] = 50.0  # looks down, whatever happens
    known = {
        name: Trained(TrainedPolicy(learner.config, learner.policies))
        for name, learner in (("one", one), ("other", other))
    }
    lineage = born("one", "other")
    measured = diversity_of({**known, "still": Idle()}, GAME, matches=6, lineage=lineage)
    assert measured["compared"] == ["one", "other"]
    assert 0.0 < measured["divergence"]["mean"] < measured["distance"]["mean"] < 1.0
    assert measured["ancestry"]["effective"] == 2.0 and measured["alarms"] == []
    assert measured["behaviour"]["still"]["share of time attacking"] == 0.0
    assert set(measured["behaviour"]["one"]) == set(BEHAVIOUR)
    twins = {"a": known["one"], "b": Trained(known["one"].policy)}
    assert "all but the same" in diversity_of(twins, GAME, matches=2)["alarms"][0]
    with pytest.raises(ConfigError, match="2 players or more"):
        diversity_of({"a": Idle()}, GAME)


def test_nothing_is_noted_after_the_end():
    from mpgenie.agents.training.population.matches import Arena

    onlooker = Onlooker(keep=3)
    game = {**GAME, "scenario": "short_wage", "max_cycles": 100}
    with Arena([Looker(1), Chance()], game, 2) as arena:
        arena.play(np.array([[0, 1], [1, 0]]), [1, 2], onlooker)
    assert len(onlooker.visited()) == 4 * 4  # four steps of two ticks of four players
    assert onlooker.behaviours().shape == (2, 2, 4)
    assert onlooker.probes.shown == 4 * 4
    assert {len(array) for array in onlooker.probes.kept().values()} == {3}


def test_no_more_is_held_than_is_drawn_and_each_row_as_likely():
    times = np.zeros(40)
    for seed in range(300):
        probes = Probes(10, seed)
        for step in range(8):
            rows = np.arange(5 * step, 5 * step + 5)
            probes.show({"number": rows, "twice": 2 * rows}, np.arange(5))
        kept = probes.kept()
        assert len(set(kept["number"])) == 10 and (kept["twice"] == 2 * kept["number"]).all()
        times[kept["number"]] += 1
    assert (abs(times - 75) < 30).all()  # a quarter of 300


def test_what_is_shown_is_all_kept_where_there_is_room():
    probes = Probes(10, 0)
    probes.show({"number": np.arange(8)}, np.array([1, 6, 7]))
    assert probes.kept()["number"].tolist() == [1, 6, 7]
