"""Games that people played are rated beside those of a tournament."""

import numpy as np
import pytest

from mpgenie.agents.policy import Action
from mpgenie.agents.training.population.players import Chance, Idle
from mpgenie.agents.training.population.recorded import count_recorded
from mpgenie.agents.training.population.tournament import Standings, hold
from mpgenie.envs.config import config_from
from mpgenie.envs.parallel import PlanetEnv
from mpgenie.errors import ConfigError
from mpgenie.play.filming import Film
from mpgenie.play.game import Planet
from mpgenie.play.seats import Random, Seat
from mpgenie.play.session import Session

from .conftest import GAME


class Person:
    """Somebody who looks where it pays."""

    kind, name = "human", "mouse"

    def begin(self, game, players, seed):
        pass

    def act(self, observations):
        return dict.fromkeys(observations, Action(0, 8.0, 0.0))


@pytest.fixture
def dataset(tmp_path):
    """Two games of a person against chance, and one that the person left."""
    options = {**GAME, "action_mode": "raw", "observe": ("proprio",), "seed": 0}
    game = Planet(PlanetEnv(config_from(options)))
    seats = [Seat("player_0", Person()), Seat("player_1", Random())]
    session = Session(game, seats, Film(tmp_path / "played", game, ()))
    for seed in range(3):
        session.begin(seed)
        while not session.over and (seed < 2 or session.ticks < 4):
            session.tick()
    session.close()
    return tmp_path / "played"


def test_whole_games_count_and_people_are_entered(dataset):
    standings = Standings(["random", "idle"], {"scenario": "look_down"})
    assert count_recorded(standings, dataset) == 2
    assert standings.names == ["random", "idle", "human:mouse"]
    assert standings.games.tolist() == [[0, 0, 2], [0, 0, 0], [2, 0, 0]]
    assert standings.won[2, 0] == 2.0
    assert standings.ratings[2].mu > 25.0 > standings.ratings[0].mu
    assert standings.score(2).value > 0.0


def test_they_join_a_tournament(dataset):
    standings = hold({"random": Chance(), "idle": Idle()}, GAME, rounds=1)
    count_recorded(standings, dataset)
    plain = standings.to_plain()
    random, _, person = standings.ratings
    assert person.mu > 25.0 > random.mu
    assert plain["cross_play_ratio"] is None  # people did not meet everybody
    assert np.isnan(standings.mean_scores()[2, 1])


def test_games_of_another_scenario_are_refused(dataset):
    with pytest.raises(ConfigError, match="games of look_down, the tournament is of tag"):
        count_recorded(Standings(["a"], {"scenario": "tag"}), dataset)
