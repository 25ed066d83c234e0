"""Games that people played are rated beside those of a tournament."""

from types import SimpleNamespace

import numpy as np
import pytest

from mpgenie.agents.policy import Action
from mpgenie.agents.training.population.players import Chance, Idle
from mpgenie.agents.training.population.recorded import called, count_recorded
from mpgenie.agents.training.population.tournament import Standings, hold
from mpgenie.cli import main
from mpgenie.envs.config import config_from
from mpgenie.envs.parallel import PlanetEnv
from mpgenie.envs.scenarios.gather import Gather
from mpgenie.errors import ConfigError
from mpgenie.play.filming import Film
from mpgenie.play.game import Planet
from mpgenie.play.seats import Bots, Random, Seat, Trained
from mpgenie.play.seats import Idle as Nobody
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


def test_what_only_shapes_decides_no_recorded_game(tmp_path):
    """Played again, games of people are decided by what decides a tournament's."""
    options = {
        "scenario": "gather", "players": 2, "planet": "flat", "size": 48, "mobs": False,
        "max_cycles": 60, "action_mode": "raw", "observe": ("proprio",), "seed": 0,
    }  # fmt: skip
    game = Planet(PlanetEnv(config_from(options)))
    film = Film(tmp_path / "played", game, ())
    session = Session(game, [Seat("player_0", Bots("gather")), Seat("player_1", Nobody())], film)
    session.begin(3)
    paid = np.zeros(2)
    real = np.zeros(2)
    usual = game.step

    def step(actions):
        found = usual(actions)
        for k, parts in enumerate(found.parts.values()):
            paid[k] += sum(parts.values())
            real[k] += sum(each for name, each in parts.items() if name not in Gather.shaping)
        return found

    game.step = step
    while not session.over:
        session.tick()
    session.close()
    standings = Standings(["script", "idle"], {"scenario": "gather"})
    assert count_recorded(standings, tmp_path / "played") == 1
    assert paid[0] != pytest.approx(real[0])
    assert standings.scores[0, 1] == pytest.approx([real[0]])
    assert standings.scores[1, 0] == pytest.approx([real[1]])


def test_who_plays_is_called_as_in_a_tournament():
    seats = (Bots("tag"), Nobody(), Random(), Person(), Trained(None, "gather"))
    header = SimpleNamespace(policies=[Seat("", who).policy for who in seats])
    assert called(header) == ["script", "idle", "random", "human:mouse", "gather"]


def test_they_join_a_tournament(dataset):
    standings = hold({"random": Chance(), "idle": Idle()}, GAME, rounds=1)
    count_recorded(standings, dataset)
    plain = standings.to_plain()
    random, _, person = standings.ratings
    assert person.mu > 25.0 > random.mu
    assert plain["cross_play_ratio"] is None  # people did not meet everybody
    assert np.isnan(standings.mean_scores()[2, 1])


def test_a_page_may_tell_of_people_who_did_not_enter(dataset, tmp_path, capsys):
    """The sheet shows matches of those who did: people cannot be asked to play again."""
    game = ["--scenario", "look_down", "--size", "8", "--planet", "flat", "--ticks", "8"]
    where = ["--report", str(tmp_path / "page"), "--output", str(tmp_path / "cup.json")]
    command = ["tournament", "idle", "random", *game, "--rounds", "1", *where]
    assert main([*command, "--recorded", str(dataset)]) == 0
    assert "human:mouse" in capsys.readouterr().out
    assert "human:mouse" in (tmp_path / "page" / "report.html").read_text()


def test_games_of_another_scenario_are_refused(dataset):
    with pytest.raises(ConfigError, match="games of look_down, the tournament is of tag"):
        count_recorded(Standings(["a"], {"scenario": "tag"}), dataset)
