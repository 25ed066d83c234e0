"""People sit at a dream as they sit at the game."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from mpgenie.agents.policy import IDLE
from mpgenie.cli import build_parser, main
from mpgenie.cli.play import make_desk
from mpgenie.errors import ConfigError
from mpgenie.play.controls import Inputs
from mpgenie.world_models import source as sources
from tests.world_models.stand_in import source


@pytest.fixture(autouse=True)
def no_checkpoint(monkeypatch):
    """Every checkpoint holds a stand-in of a world model for two."""
    monkeypatch.setattr(sources, "source_of", lambda name, device: source())


def desk_for(*arguments, inputs=None):
    options = build_parser().read(["play", "--dream", "tiny", *arguments])
    return make_desk(options, inputs or Inputs())


def test_two_people_play_at_one_keyboard():
    inputs = Inputs()
    desk = desk_for("--people", "2", inputs=inputs)
    desk.begin()
    assert desk.draw().shape == (480, 964, 3)
    first = desk.session.game.env.state()
    inputs.press("W")
    desk.tick(0.0)
    assert [desk.session.score(p) for p in ("player_0", "player_1")] == [1.0, 0.0]
    inputs.release("W")
    inputs.press("UP")
    desk.tick(0.0)
    assert [desk.session.score(p) for p in ("player_0", "player_1")] == [1.0, 1.0]
    assert not np.array_equal(desk.session.game.env.state(), first)
    assert not np.array_equal(desk.draw()[:, :480], desk.draw()[:, -480:])
    desk.session.close()


def test_one_person_has_the_company_that_the_model_has_seen():
    desk = desk_for()
    assert [seat.policy for seat in desk.session.seats] == ["human:mouse", "script:idle"]
    assert desk.session.game.scenario == "free_play (dreamt)"
    desk.begin()
    desk.obey("view 0")  # nobody is dreamt from behind
    desk.draw()
    desk.session.close()


def test_a_dream_ends_at_its_horizon_and_another_one_begins():
    desk = desk_for("--seconds", "1")
    desk.begin()
    for _ in range(20):
        desk.tick(0.0)
    assert desk.session.over and desk.session.seed == 7
    desk.obey("restart")
    assert not desk.session.over and desk.session.seed == 8
    desk.session.close()


def test_without_senses_a_person_remembers_what_it_holds():
    inputs = Inputs()
    desk = desk_for("--people", "2", inputs=inputs)
    desk.begin()
    person = desk.session.seats[1].controller
    held = []
    for _ in range(3):
        inputs.press("BRACKETRIGHT")
        inputs.take()
        action = person.act({"player_1": None})["player_1"]
        held.append(action.buttons >> 11)
        inputs.release("BRACKETRIGHT")
    assert held == [1 << 1, 1 << 2, 1 << 3]
    desk.session.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bots", "2"], "--bots belongs to the game itself"),
        (["--record", "data"], "--record belongs to the game itself"),
        (["--scenario", "tag"], "--scenario belongs to the game itself"),
    ],
)
def test_what_only_the_game_has_is_refused(capsys, arguments, message):
    assert main(["play", "--dream", "tiny", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_policies_that_see_what_is_dreamt_take_a_seat(monkeypatch):
    class Still:
        env_options = {"observe": "rgb", "resolution": (32, 32)}

        def act(self, observations, state=None):
            seen.append({name: frame.shape for name, frame in observations.items()})
            return dict.fromkeys(observations, IDLE), None

    seen = []
    name = "mpgenie.agents.training.player"
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(trained=lambda name, seed: Still()))
    desk = desk_for("--policy", "still")
    desk.begin()
    desk.tick(0.0)
    assert seen == [{"player_1": (32, 32, 3)}]
    Still.env_options = {"observe": "state"}
    with pytest.raises(ConfigError, match="still wants state at 64x64, but rgb at 32x32 is dreamt"):
        desk_for("--policy", "still")
    desk.session.close()
