"""`mpgenie dream` plays the same actions in reality and in a dream, and shows both."""

from itertools import pairwise

import av
import numpy as np
import pytest

import mpgenie
from mpgenie.cli import main
from mpgenie.cli.acted import acted
from mpgenie.cli.beside import Pair, side_by_side, strip
from mpgenie.cli.dream import players_of
from mpgenie.errors import ConfigError
from mpgenie.world_models import source as sources
from mpgenie.world_models.dream import dream_env
from mpgenie.world_models.starts import recent
from tests.world_models.stand_in import MEMORY, source


@pytest.fixture(autouse=True)
def no_checkpoint(monkeypatch):
    """Every checkpoint holds a stand-in of a world model for two."""
    monkeypatch.setattr(sources, "source_of", lambda name, device: source())


def beside(opening=3, ticks=5, model=None):
    model = model or source()
    dream = dream_env(model, horizon=50, ending=None, action_mode="raw")
    real = recent(mpgenie.parallel_env(**model.options, action_mode="raw"), opening)

    def cast(env):
        return players_of("wander", 1, env)

    pairs = list(side_by_side(real, dream, cast, opening=opening, ticks=ticks, seed=1))
    real.close()
    return pairs


def test_a_dream_begins_where_reality_stands():
    pairs = beside()
    assert [pair.tick for pair in pairs] == [0, 1, 2, 3, 4, 5]
    assert np.array_equal(pairs[0].real, pairs[0].dreamt) and min(pairs[0].psnr) == 99.0
    assert max(pairs[5].psnr) < 99.0


@pytest.mark.parametrize("who", ["wander", "structure"])
def test_a_model_that_breaks_down_is_told_of(who, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sources, "source_of", lambda name, device: source(breaks=3))
    command = ["dream", "checkpoint", "--with", who, "--output", str(tmp_path / "d.mp4")]
    assert main([*command, "--frames", "4", "--ticks", "6"]) == 1
    assert "the dream is no numbers any more at tick 3" in capsys.readouterr().err


def test_a_dream_hears_what_is_done_in_reality():
    """The stand-in turns what was done into colours: it knows of the ticks before its start too."""
    model = source()
    env = mpgenie.parallel_env(**model.options, action_mode="raw")
    real = recent(env, MEMORY + 1)
    real.reset(seed=3)
    buttons = np.zeros(20, np.int8)
    done = []
    for tick in range(6):
        buttons[2] = tick % 2
        action = {"buttons": buttons.copy(), "camera": np.array([0.0, 8.594], np.float32)}
        done.append(3 * (tick % 2) + 22.0)
        real.step(dict.fromkeys(env.agents, action))
    dream = dream_env(model)
    dream.reset(options={"start": real})
    remembered = dream._dreams.state.memory[0, :, 0].tolist()
    assert remembered == pytest.approx(done[-MEMORY:])
    real.close()


def test_an_environment_that_remembers_nothing_is_a_start_of_one_frame():
    model = source()
    env = mpgenie.parallel_env(**model.options)
    env.reset(seed=3)
    dream = dream_env(model)
    seen, _ = dream.reset(options={"start": env})
    assert np.array_equal(seen["player_1"], env.render_view("player_1"))
    blind = mpgenie.parallel_env(**{**model.options, "view_distance": 20.0, "observe": "state"})
    blind.reset(seed=3)
    with pytest.raises(ConfigError, match="view_distance = 16.0, this environment has 20.0"):
        dream.reset(options={"start": blind})
    for each in (env, blind):
        each.close()


def test_a_strip_shows_reality_above_the_dream():
    shape = (2, 8, 8, 3)
    pairs = [Pair(k, np.full(shape, 200, np.uint8), np.full(shape, 90, np.uint8)) for k in range(9)]
    picture = strip(pairs, (0, 1, 8, 32), (64, 64))
    assert picture.shape == (4 * 68 - 4, 3 * 68 - 4, 3)
    assert picture[60, 60, 0] == 200 and picture[68 + 60, 60, 0] == 90
    assert pairs[0].psnr == pytest.approx([7.3, 7.3], abs=0.1)


def test_a_type_of_episode_is_dreamt_by_what_was_done_in_it():
    """The stand-in's red tells what oneself did: it changes when the episode's first turn shows."""
    model = source()
    pairs = list(acted(model, "rotation", opening=3, ticks=60, seed=2))
    assert [pair.tick for pair in pairs] == list(range(61))
    assert np.array_equal(pairs[0].real, pairs[0].dreamt)
    again = list(acted(model, "rotation", opening=3, ticks=60, seed=2))
    other = list(acted(model, "rotation", opening=3, ticks=60, seed=3))
    assert all(
        np.array_equal(a.real, b.real) and np.array_equal(a.dreamt, b.dreamt)
        for a, b in zip(pairs, again, strict=True)
    )
    assert not np.array_equal(pairs[0].real, other[0].real)
    turns = [not np.array_equal(a.real, b.real) for a, b in pairwise(pairs[1:])]
    hears = [not np.array_equal(a.dreamt[..., 0], b.dreamt[..., 0]) for a, b in pairwise(pairs[1:])]
    assert 0 < turns.index(True) == hears.index(True)


def test_an_episode_that_is_over_goes_on_with_nobody_doing_anything():
    pairs = list(acted(source(), "rotation", opening=3, ticks=400, seed=2))
    assert len(pairs) == 401 and np.array_equal(pairs[-1].dreamt[..., 0], pairs[-9].dreamt[..., 0])


@pytest.mark.parametrize("who", ["wander", "script", "translation"])
def test_the_command_makes_a_video_and_a_picture(tmp_path, capsys, who):
    video = tmp_path / "dream.mp4"
    arguments = ["dream", "tiny", "--ticks", "9", "--output", str(video), "--view", "64x64"]
    assert main([*arguments, "--renderer", "software", "--with", who]) == 0
    said = capsys.readouterr().out
    assert "tick 8" in said and "ticks       9" in said and "tick 32" not in said
    assert (tmp_path / "dream.png").exists()
    with av.open(str(video)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 10 and (frames[0].height, frames[0].width) == (132, 132)


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["--ticks", "0"], "--ticks must be at least 1"),
        (["--players", "99"], "apart at most"),
        (["--with", "translatio"], "Did you mean 'translation'"),
        (["--with", "structure", "--players", "3"], "for two players, got --players 3"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path, capsys, arguments, way_out):
    assert main(["dream", "tiny", "--output", str(tmp_path / "a.mp4"), *arguments]) == 1
    said = capsys.readouterr().err
    assert way_out in said and said.count("\n") == 1 and not list(tmp_path.iterdir())
