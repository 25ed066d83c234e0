"""`mpgenie train` and `mpgenie watch`: learn, stop, go on, and look at what came of it."""

import os
import signal
import threading

import pytest

from mpgenie.agents.training import runs
from mpgenie.agents.training.log import read_progress
from mpgenie.agents.training.player import trained
from mpgenie.cli import main
from mpgenie.cli.train_ppo import count
from mpgenie.errors import RendererError
from mpgenie.pictures import made_by_us
from mpgenie.play.game import Planet

SMALL = [
    "--worlds", "2", "--size", "8", "--planet", "flat", "--threads", "1", "--set", "horizon=8",
    "--set", "hidden=16", "--set", "env.mobs=false", "--set", "env.max_cycles=16",
    "--set", "env.planets=1", "--set", "minibatch=16",
]  # fmt: skip


def train(out, *more):
    return main(["train", "ppo", "--out", str(out), *SMALL, *more])


@pytest.fixture
def run(tmp_path):
    assert train(tmp_path / "run", "--steps", "96", "--seeds", "0,1") == 0
    return tmp_path / "run"


def test_a_run_leaves_players_curves_and_figures(run, capsys):
    for name in ("policy.npz", "curves.png", "seed_0/resume.npz", "seed_1/policy.npz"):
        assert (run / name).is_file()
    rows = read_progress(run / "seed_1" / "progress.csv")
    assert [row["decisions"] for row in rows] == [32, 64, 96]
    assert rows[1]["ticks"] == 16.0 and "part_mined" in rows[1] and "return" in rows[1]
    assert trained(run).config.env["size"] == 8
    # The same command finds nothing to do, a longer one goes on.
    assert train(run, "--steps", "96", "--seeds", "0,1") == 0
    assert len(read_progress(run / "seed_0" / "progress.csv")) == 3
    assert train(run, "--steps", "128") == 0
    assert len(read_progress(run / "seed_0" / "progress.csv")) == 4
    # Other settings do not mix with it.
    assert train(run, "--steps", "128", "--set", "rate=0.5") == 1
    assert "holds a run with rate = 0.0" in capsys.readouterr().err


def test_games_that_cannot_be_drawn_are_let_go_of(tmp_path, monkeypatch, capsys):
    begun, closed, close = [], [], Planet.close

    def picture(game, *_):
        begun.append(game)
        raise RendererError("no picture")

    monkeypatch.setattr(Planet, "picture", picture)
    monkeypatch.setattr(Planet, "close", lambda game: (closed.append(game), close(game)))
    assert main(["watch", "gather", "--seconds", "1", "--output", str(tmp_path / "a.mp4")]) == 1
    assert "no picture" in capsys.readouterr().err
    assert begun and closed == begun


def test_watching_makes_a_video_and_a_picture(run, tmp_path, capsys):
    video = tmp_path / "seen.mp4"
    where = ["--renderer", "software", "--view", "64x48", "--output", str(video), "--seconds", "1"]
    for others in ("trained", "random", "scripted"):
        assert main(["watch", str(run), "--with", others, *where]) == 0
        assert f"player_1    {others}" in capsys.readouterr().out
    assert made_by_us(video) and made_by_us(video.with_suffix(".png"))
    seed_1 = run / "seed_1"
    assert main(["watch", str(run), str(seed_1), "idle", "--players", "3", *where]) == 0
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [words[1] for words in told if "return" in words] == [run.name, "seed_1", "idle"]
    assert main(["watch", str(run), "--players", "0", *where]) == 1
    assert "players" in capsys.readouterr().err
    assert main(["watch", "idle", *where]) == 1
    assert "name a trained player" in capsys.readouterr().err


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path, capsys, monkeypatch):
    heard = []

    def interrupt(figures):
        if not heard:
            heard.append(figures["decisions"])
            os.kill(os.getpid(), signal.SIGINT)

    assert threading.current_thread() is threading.main_thread()
    usual = runs.Run.go
    monkeypatch.setattr(runs.Run, "go", lambda self, minutes, _: usual(self, minutes, interrupt))
    assert train(tmp_path / "run", "--steps", "96") == 130
    assert "stopped at 32 of 96 decisions and saved" in capsys.readouterr().err
    assert (tmp_path / "run" / "curves.png").is_file() and trained(tmp_path / "run")
    assert train(tmp_path / "run", "--steps", "96") == 0
    rows = read_progress(tmp_path / "run" / "seed_0" / "progress.csv")
    assert [row["decisions"] for row in rows] == [32, 64, 96]


def test_a_contest_is_measured_against_random_players(tmp_path):
    assert train(tmp_path, "--scenario", "tag", "--steps", "32") == 0
    (row,) = read_progress(tmp_path / "seed_0" / "progress.csv")
    assert "against_random" in row


def test_players_learn_from_a_script_and_then_by_trying(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    play = [
        "--size", "8", "--planet", "flat", "--set", "hidden=16", "--set", "env.mobs=false",
        "--set", "env.max_cycles=16", "--set", "env.planets=1",
    ]  # fmt: skip
    assert main(["train", "player", "--episodes", "2", "--looks", "1", *play]) == 0
    printed = capsys.readouterr().out
    assert "nats a decision" in printed and "mpgenie train ppo --from out/player/gather" in printed
    clone = trained("out/player/gather").config
    assert clone.hidden == 16 and clone.env["size"] == 8
    few = ["--worlds", "2", "--threads", "1", "--set", "horizon=8", "--set", "minibatch=16"]
    learn = ["train", "ppo", "--from", "out/player/gather", "--steps", "64", *few]
    assert main([*learn, "--kl", "0.3,0.1"]) == 0
    config = trained("out/ppo/gather").config
    assert config.start == "out/player/gather" and config.kl == (0.3, 0.1)
    assert (config.hidden, config.env, config.free) == (16, clone.env, clone.free)
    rows = read_progress(tmp_path / "out" / "ppo" / "gather" / "seed_0" / "progress.csv")
    assert abs(rows[0]["from_start"]) < 1e-6  # only values learn as yet
    assert main([*learn, "--set", "hidden=32", "--out", "other"]) == 1
    assert "hidden = 32 cannot start from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["train", "pro"], "Did you mean 'ppo'"),
        (["train", "ppo", "--scenario", "gahter"], "Did you mean 'gather'"),
        (["train", "ppo", "--seeds", "0,0"], "write it like 0,1,2"),
        (["train", "ppo", "--steps", "many"], "write it like 400000, 400k or 4M"),
        (["train", "ppo", "--set", "rate"], "write it like rate=0.0003"),
        (["train", "ppo", "--set", "raet=1"], "Did you mean 'rate'"),
        (["train", "ppo", "--set", "env.planet=cube"], "unknown planet"),
        (["train", "ppo", "--minutes", "-1"], "more than 0"),
        (["train", "ppo", "--observe", "sound"], "There are: 'state', 'rgb', 'both'"),
        (["train", "ppo", "--kl", "much"], "write it like 0.2, or 0.2,0.05"),
        (["train", "ppo", "--kl", "0.2"], "name them"),
        (["train", "ppo", "--from", "nobody"], "neither a file nor a shipped policy"),
        (["train", "player", "--labels", "idm"], "name a dataset with --data"),
        (["train", "player", "--episodes", "1"], "at least 2"),
        (["watch", "nothing_here"], "neither a file nor a shipped policy"),
        (["watch", "."], "holds no policy.npz"),
    ],
    ids=" ".join,
)
def test_refusals_say_the_way_out(arguments, way_out, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        assert main(arguments) == 1
    except SystemExit as stop:
        assert stop.code == 2
    assert way_out in capsys.readouterr().err


def test_numbers_of_decisions_have_units():
    assert [count(text) for text in ("1_000", "400k", "4M", "1.5m")] == [
        1000,
        400_000,
        4 * 10**6,
        1_500_000,
    ]
