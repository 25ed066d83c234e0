"""Several players in the worlds of one environment, each choosing for its own seats."""

from dataclasses import replace

import numpy as np
import pytest

from mpgenie.agents.training.checkpoint import save_policy
from mpgenie.agents.training.player import TrainedPolicy
from mpgenie.agents.training.population.matches import Arena, game_of
from mpgenie.agents.training.population.players import (
    Chance,
    Idle,
    Scripted,
    Trained,
    entered,
)
from mpgenie.agents.training.population.tournament import hold
from mpgenie.envs.scenarios.capture_the_flag import CaptureTheFlag
from mpgenie.errors import CheckpointError, ConfigError
from tests.agents.training.conftest import LookDown

from .conftest import GAME, Looker


def play(players, seating, game, seeds):
    with Arena(players, game, len(seeds)) as arena:
        return arena.play(seating, seeds)


def test_each_player_chooses_for_its_own_seats():
    matches = play([Looker(5), Looker(-5), Idle()], np.array([[0, 1], [1, 2]]), GAME, [1, 3])
    won, lost = matches.returns[0]
    assert won > 0.0 > lost
    assert won == -lost
    assert matches.returns[1].tolist() == [lost, 0.0]
    assert matches.teams(0) == [[0], [1]]
    assert matches.places(0) == [0, 1] and matches.places(1) == [1, 0]


def planets_of(step):
    """The seeds of the planets that matches are on."""
    games = (step.envs.world(world) for world in range(step.envs.num_worlds))
    return tuple(simulation.read(simulation.snapshot(w)).planet_seed for simulation, _, w in games)


def test_each_match_is_on_a_planet_of_its_own_however_few_players_learnt_on():
    """Tournaments, trials, measures of diversity and contact sheets are."""
    game, seen = {**GAME, "planets": 1}, []
    with Arena([Looker(1), Idle()], game, 3) as arena:
        seating = np.array([[0, 1]] * 3)
        arena.play(seating, [3, 5, 7], lambda step: seen.append(planets_of(step)))
    (found,) = set(seen)
    assert len(set(found)) == 3 and 0 not in found
    standings = hold({"a": Looker(1), "b": Idle()}, game, rounds=1)
    assert standings.game["planets"] is None


def test_what_only_shapes_decides_nothing(monkeypatch):
    monkeypatch.setattr(LookDown, "shaping", ("look",))
    matches = play([Looker(5), Looker(-5)], np.array([[0, 1]]), GAME, [1])
    assert matches.returns[0, 0] > 0.0
    assert matches.scores.tolist() == [[0.0, 0.0]]
    assert matches.places(0) == [0, 0]


def test_nothing_after_the_end_of_a_match_counts():
    game = {**GAME, "scenario": "short_wage", "max_cycles": 100}
    matches = play([Looker(1)], np.zeros((2, 2), np.int64), game, [1, 2])
    assert matches.ticks.tolist() == [8, 8] and matches.ended.all()
    assert (matches.returns == 8.0).all()
    late = play([Looker(1)], np.zeros((1, 2), np.int64), {**game, "max_cycles": 6}, [1])
    assert late.ticks.tolist() == [6] and not late.ended.any()


def test_sides_are_teams_where_there_are_any():
    game = {**GAME, "scenario": CaptureTheFlag(), "players": 4, "size": 16}
    seen = []

    def seating(sides):
        seen.append(sides)
        return sides

    matches = play([Idle(), Idle()], seating, game, [1, 2])
    assert seen[0].tolist() == [[0, 1, 0, 1]] * 2
    assert matches.teams(0) == [[0, 0], [1, 1]]
    assert matches.places(0) == [0, 0]


def test_steps_are_as_long_as_all_choices_allow():
    lengths = {(2, 2): 2, (2, 3): 1, (4, 6): 2, (4, 0): 4, (0, 0): 1}
    for (one, other), ticks in lengths.items():
        players = [Looker(1), Looker(1)]
        players[0].repeat, players[1].repeat = one, other
        with Arena(players, GAME, 1) as arena:
            assert arena.envs.repeat == ticks


def test_a_trained_player_holds_its_choice_through_shorter_steps(make):
    learner = make(repeat=2, worlds=1)
    player = Trained(TrainedPolicy(learner.config, learner.policies))
    chosen, other = [], Idle()
    other.repeat = 1
    with Arena([player, other], GAME, 2) as arena:
        arena.play(
            np.array([[0, 1], [1, 0]]), [1, 2], lambda step: chosen.append(step.actions.copy())
        )
    idle = chosen[1][0, 1]
    for t in range(1, 9, 2):
        assert (chosen[t] == chosen[t + 1]).all()
        assert (chosen[t][[0, 1], [1, 0]] == idle).all()
    assert any((chosen[1] != each).any() for each in chosen[3:])


def test_a_match_repeats_and_does_not_depend_on_those_beside_it():
    game = {**GAME, "scenario": "gather", "size": 16, "max_cycles": 40}
    both = play([Scripted(), Idle()], np.array([[0, 1], [0, 1]]), game, [3, 5])
    alone = play([Scripted(), Idle()], np.array([[0, 1]]), game, [5])
    assert both.returns[1, 0] > 0.0
    assert alone.returns[0].tolist() == both.returns[1].tolist()


def test_chance_draws_from_the_seeds(make):
    one, again, other = (
        play([Chance()], np.zeros((1, 2), np.int64), GAME, [seed]).returns for seed in (1, 1, 2)
    )
    assert (one == again).all() and (one != other).any()


def test_wrong_seats_are_refused():
    with pytest.raises(ConfigError, match=r"of shape \(1, 2\).*of the 1 players.*from 0 to 1"):
        play([Idle()], np.array([[0, 1]]), GAME, [1])
    with Arena([Idle()], GAME, 2) as arena, pytest.raises(ConfigError, match="2 worlds need"):
        arena.play(np.zeros((2, 2), np.int64), [1])


def test_the_game_is_that_of_who_has_learnt_one(make):
    learner = make(worlds=1)
    player = Trained(TrainedPolicy(learner.config, learner.policies))
    game = game_of([Idle(), player], max_cycles=5, size=None)
    assert (game["scenario"], game["max_cycles"], game["size"]) == ("look_down", 5, 8)
    with pytest.raises(ConfigError, match="learnt look_down cannot play wage"):
        game_of([player], scenario="wage")
    with pytest.raises(ConfigError, match="name a scenario"):
        game_of([Idle()])
    few = replace(learner.config, players=learner.config.players + 1)
    both = [player, Trained(TrainedPolicy(few, learner.policies))]
    with pytest.raises(ConfigError, match=r"games of \d and \d players: say how many"):
        game_of(both)
    assert game_of(both, players=4)["players"] == 4


def test_players_are_called_by_folder_and_populations_give_their_newest(make, tmp_path):
    learner = make(worlds=1)
    for place in ("a", "generations/gen_00001/members/m0", "generations/gen_00002/members/m1"):
        (tmp_path / place).mkdir(parents=True)
        save_policy(tmp_path / place / "policy.npz", learner.config, learner.policies)
    (tmp_path / "generations" / "gen_00003").mkdir()  # not there yet, as long as nobody names it
    (tmp_path / "latest").write_text("gen_00002\n")
    assert list(entered([tmp_path / "a" / "policy.npz", "idle", tmp_path])) == ["a", "idle", "m1"]
    assert list(entered([tmp_path / "generations/gen_00001/members"])) == ["m0"]
    with pytest.raises(ConfigError, match="random is named twice"):
        entered(["random", "random"])
    with pytest.raises(CheckpointError, match="neither a file nor a shipped policy"):
        entered(["nobody"])
