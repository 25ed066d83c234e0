"""Tournaments are fair, count every match, and say what follows from them."""

import json

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.training.population import tournament
from mpgenie.agents.training.population.focal import MODES
from mpgenie.agents.training.population.matches import Matches
from mpgenie.agents.training.population.players import Idle
from mpgenie.agents.training.population.ratings import Rating
from mpgenie.agents.training.population.tournament import (
    Standings,
    hold,
    rate_match,
    schedule,
)
from mpgenie.cli import main
from mpgenie.errors import ConfigError

from .conftest import GAME, Looker


def match(seats, scores):
    """A match of everybody alone."""
    one = np.array([seats])
    scores = np.array([scores], np.float64)
    return Matches((1,), one, np.arange(len(seats))[None], scores, scores, one[:, 0], one[:, 0] > 9)


def test_everybody_meets_everybody_from_both_sides_on_the_same_seeds():
    pairings = list(schedule(3, rounds=2, seed=1))
    assert len(pairings) == 2 * (3 + 2 * 3)
    seeds = {p.seed for p in pairings}
    assert len(seeds) == 2 and all(seed % 2 for seed in seeds)
    for seed in seeds:
        met = sorted((p.first, p.second) for p in pairings if p.seed == seed)
        assert met == [(i, j) for i in range(3) for j in range(3)]


def test_who_looks_where_it_pays_wins():
    players = {"wrong": Looker(-5), "still": Idle(), "right": Looker(5)}
    told = []
    standings = hold(players, GAME, rounds=2, worlds=4, on_matches=told.append)
    assert sum(told) == 2 * 9
    assert [standings.names[k] for k in standings.order()] == ["right", "still", "wrong"]
    scores = standings.mean_scores()
    assert scores[1, 1] == 0.0 and scores[2, 0] == -scores[0, 2] > 0.0
    assert standings.chances().tolist() == [[0.5, 0, 0], [1, 0.5, 0], [1, 1, 0.5]]
    assert standings.cycles() == []
    assert "right" in standings.table().splitlines()[1]
    plain = json.loads(json.dumps(standings.to_plain()))
    assert json.loads(json.dumps(hold(players, GAME, rounds=2, worlds=4).to_plain())) == plain


def test_a_draw_is_half_a_win():
    standings = Standings(["a", "b"])
    standings.take(match([0, 1], [2.0, 2.0]), 0)
    standings.take(match([0, 1], [2.0, 1.0]), 0)
    assert standings.won.tolist() == [[0, 1.5], [0.5, 0]]
    assert standings.games.tolist() == [[0, 2], [2, 0]]
    assert standings.score(0).value == 2.0 and standings.score(1).value == 1.5


def test_those_alike_share_a_match_without_winning_it():
    standings = Standings(["a", "b"])
    standings.take(match([0, 0], [3.0, 1.0]), 0)
    assert standings.scores == {(0, 0): [2.0]} and not standings.games.any()
    assert standings.ratings == [Rating(), Rating()]


def test_in_which_order_matches_are_taken_makes_nobody_better():
    results = [([0, 1], [1.0, 0.0])] * 6 + [([0, 1], [0.0, 1.0])] * 6
    forth, back = Standings(["a", "b"]), Standings(["a", "b"])
    for seats, scores in results:
        forth.take(match(seats, scores), 0)
    for seats, scores in reversed(results):
        back.take(match(seats, scores), 0)
    assert forth.elo() == back.elo() and forth.elo()[0].value == pytest.approx(0.0)
    assert forth.ratings[0].mu < 25.0 < back.ratings[0].mu


def test_ratings_of_somebody_in_several_seats_add_up():
    one, two = [Rating()] * 2, [Rating()] * 2
    rate_match(one, [[0], [1]], [0, 1])
    rate_match(two, [[0, 0], [1, 1]], [0, 1])
    assert two[0].mu - 25.0 == pytest.approx(25.0 - two[1].mu)
    assert two[0].mu > one[0].mu > 25.0
    assert two[0].sigma < one[0].sigma < 25.0 / 3.0
    mixed = [Rating()] * 2
    rate_match(mixed, [[0, 1], [0, 1]], [0, 1])  # nobody is better for it
    assert mixed[0].mu == mixed[1].mu == pytest.approx(25.0)


def test_three_who_go_round_are_found():
    standings = Standings(["rock", "paper", "scissors"])
    for _ in range(10):
        for i in range(3):
            standings.take(match([(i + 1) % 3, i], [1.0, -1.0]), 0)
    for i in range(3):
        standings.take(match([i, i], [0.0, 0.0]), 0)
    plain = standings.to_plain()
    assert plain["cycles"] == [["rock", "scissors", "paper"]]
    assert plain["cyclic_share"] == pytest.approx(1.0)
    assert plain["exploitability"] == [1.0, 1.0, 1.0]
    mus = [rating.mu for rating in standings.ratings]
    assert max(mus) - min(mus) < 3.0


def test_one_player_is_no_tournament():
    with pytest.raises(ConfigError, match=r"2 players or more, and rounds, got \['a'\]"):
        hold({"a": Idle()}, GAME)


def test_a_match_of_one_is_no_tournament():
    with pytest.raises(ConfigError, match="two share each match"):
        hold({"a": Idle(), "b": Idle()}, {**GAME, "players": 1})


@pytest.mark.parametrize(
    ("option", "way_out"),
    [
        (["--background", "nobody"], "neither a file nor a shipped policy"),
        (["--recorded", "nowhere"], "nowhere"),
        (["--exploit", "1"], "nobody to learn against"),
        (["--exploit", "-1"], "0 rounds or more"),
    ],
)
def test_the_command_refuses_before_anybody_plays(option, way_out, monkeypatch, capsys):
    monkeypatch.setattr(tournament, "hold", lambda *given, **chosen: pytest.fail("they play"))
    assert main(["tournament", "idle", "random", "--scenario", "look_down", *option]) == 1
    assert way_out in capsys.readouterr().err


def test_the_command_says_who_the_strangers_were(tmp_path):
    out = tmp_path / "cup.json"
    common = ["--scenario", "look_down", "--size", "8", "--planet", "flat", "--ticks", "8"]
    few = ["--rounds", "1", "--background", "usual", "idle", "--output", str(out)]
    assert main(["tournament", "idle", "random", *common, *few]) == 0
    told = json.loads(out.read_text())
    assert told["background"] == dict.fromkeys(("random", "idle"), f"mpgenie {mpgenie.__version__}")
    assert {trial["mode"] for trial in told["focal"]} == set(MODES)


def test_the_command_prints_a_table_and_leaves_its_figures(capsys, tmp_path):
    out = tmp_path / "deep" / "cup.json"
    common = ["--scenario", "look_down", "--size", "8", "--planet", "flat", "--ticks", "8"]
    assert (
        main(["tournament", "idle", "random", *common, "--rounds", "1", "--output", str(out)]) == 0
    )
    told = capsys.readouterr().out
    assert "Elo" in told and "of who beats whom" in told and str(out) in told
    assert json.loads(out.read_text())["standings"]["names"] == ["idle", "random"]
    assert main(["tournament", "idle", *common]) == 1
    assert "2 players or more" in capsys.readouterr().err
