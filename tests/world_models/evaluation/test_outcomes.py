"""What ticks are worth and when episodes end, as a dream tells it, is held beside the truth."""

import json
from pathlib import Path

import numpy as np
import pytest

import mpgenie
from mpgenie.cli import main
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.store import Store
from mpgenie.datasets.studio import Studio
from mpgenie.errors import ConfigError
from mpgenie.world_models.clips import Clip
from mpgenie.world_models.evaluation import outcomes as module
from mpgenie.world_models.evaluation.models import CopyLast
from mpgenie.world_models.evaluation.outcomes import TICKS, Recorded, auc, outcomes
from tests.datasets.random_play import play, simulation
from tests.world_models.stand_in import FORWARD, source

DEBUG = Path(__file__).parents[3] / "checkpoints" / "debug"
SHOWN, B, T, P = 2, 3, 8, 2


@pytest.fixture(scope="module")
def games(tmp_path_factory):
    """Two games that pay the number of the tick, one of them too short, and in one somebody's
    episode ends with the last tick."""
    folder = tmp_path_factory.mktemp("games") / "data"
    studio = Studio(simulation(), [StreamSpec()])
    with Store(folder, {"seed": 1}) as store:
        for unit, ticks in enumerate((30, 24, 5)):
            game = play(unit, ticks=ticks, studio=studio, planet=unit)
            game.arrays["outcome/terminated"][-1, 0] = unit == 1
            store.commit(game)
    return folder


@pytest.fixture
def clips():
    """Moving forward pays 1, as the stand-in tells it."""
    rng = np.random.default_rng(0)
    controls = np.zeros((B, T - 1, P, 22), np.float32)
    controls[..., FORWARD] = rng.integers(0, 2, (B, T - 1, P))
    return Clip(
        np.zeros((B, T, P, 32, 32, 3), np.uint8), controls, controls[..., FORWARD].copy(),
        np.zeros((B, T - 1, P), np.bool_), np.zeros((B, T - 1, P, 6), np.float32),
        np.ones((B, T, P), np.bool_), np.zeros((B, P), np.int64),
    )  # fmt: skip


def test_who_knows_the_rules_makes_no_errors(clips):
    found = outcomes(source(), clips, SHOWN)
    assert found["ticks"] == B * (T - SHOWN) * P and found["mean_error"] == 0.0
    assert found["sign"] == 1.0 and found["rewards"] == clips.rewards[:, SHOWN - 1 :].sum()
    assert found["ends"] == 0 and found["auc"] is None


def test_wrong_rewards_and_the_absent(clips):
    found = outcomes(source(), clips._replace(rewards=-clips.rewards), SHOWN)
    assert found["sign"] == 0.0 and found["mean_error"] == pytest.approx(
        2 * clips.rewards[:, SHOWN - 1 :].mean()
    )
    there = clips.there.copy()
    there[:, SHOWN:, 1] = False
    left = outcomes(source(), clips._replace(there=there), SHOWN)
    assert left["ticks"] == B * (T - SHOWN) + B  # the tick in which somebody leaves counts
    nothing = outcomes(source(), clips._replace(rewards=0 * clips.rewards), SHOWN)
    assert nothing["sign"] is None and nothing["rewards"] == 0


def test_ends_that_are_told_alike_everywhere_are_told_by_chance(clips):
    ended = clips.terminated.copy()
    ended[:, -1] = True
    found = outcomes(source(), clips._replace(terminated=ended), SHOWN)
    assert found["ends"] == B * P and 0.0 <= found["auc"] <= 1.0 and found["brier"] > 0.0


def test_something_has_to_be_shown_and_something_left(clips):
    for opened in (0, T):
        with pytest.raises(ConfigError, match="cannot be shown"):
            outcomes(source(), clips, opened)


def test_ends_are_told_apart_wholly_by_chance_or_the_wrong_way_round():
    ended = np.array([True, False, True, False])
    assert auc(np.array([0.9, 0.1, 0.8, 0.2]), ended) == 1.0
    assert auc(np.full(4, 0.3), ended) == 0.5
    assert auc(np.array([0.1, 0.9, 0.2, 0.8]), ended) == 0.0
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), ended) == 0.875  # a tie counts half
    assert auc(np.zeros(4), np.zeros(4, np.bool_)) is None


def test_recorded_games_say_what_was_true(games):
    about = Recorded(games, (32, 32)).about()
    assert about["clips"] == 6 and about["oracle"]["ticks"] == 6 * TICKS * P  # 25 frames: 2 starts
    assert about["oracle"]["ends"] == 1  # episodes are asked about to their last tick
    told = {key: about["oracle"][key] for key in ("mean_error", "sign", "brier", "auc")}
    assert told == {"mean_error": 0.0, "sign": 1.0, "brier": 0.0, "auc": 1.0}
    nothing = about["nothing"]
    assert nothing["sign"] == 0.0 and nothing["auc"] == 0.5 and nothing["mean_error"] > 10.0


def test_who_knows_what_is_paid_is_told_from_who_says_nothing(games, monkeypatch):
    """The stand-in pays for walking ahead, and so do these games when they are made to."""
    recorded = Recorded(games, (32, 32))
    ahead = recorded.clips.controls[..., FORWARD].copy()
    recorded.clips = recorded.clips._replace(rewards=ahead)
    monkeypatch.setattr(module, "BATCH", 3)
    found = recorded.of(source())
    assert found["mean_error"] == 0.0 and found["sign"] == 1.0 and found["rewards"] > 0
    assert recorded.about()["nothing"]["mean_error"] == pytest.approx(ahead[:, 7:].mean())


def test_the_command_and_the_page_say_how_well_rewards_and_ends_are_told(games, tmp_path, capsys):
    options = ["--tasks", "movement_b", "--episodes", "1", "--out", str(tmp_path)]
    assert main(["evaluate", str(DEBUG), "--outcomes", str(games), *options]) == 0
    found = json.loads((tmp_path / "report.json").read_text())
    assert found["models"]["debug"]["outcomes"]["mean_error"] > 0.0
    assert "outcomes" not in found["models"]["copy last"]
    assert "rewards and ends" in capsys.readouterr().out
    page = (tmp_path / "report.html").read_text()
    assert "when episodes end" in page and found["outcomes"]["data"] in page


def test_games_that_do_not_fit_are_refused(games, tmp_path):
    studio = Studio(simulation(), [StreamSpec()])
    for name, ticks, by in (("short", 5, 1.0), ("unpaid", 24, 0.0)):
        with Store(tmp_path / name, {"seed": 1}) as store:
            game = play(ticks=ticks, studio=studio)
            game.arrays["outcome/reward"][:] *= by
            store.commit(game)
    with pytest.raises(ConfigError, match=r"must have 24 frames .*\[\(6, 2\)\]"):
        Recorded(tmp_path / "short", (32, 32))
    with pytest.raises(ConfigError, match="nobody is paid"):
        Recorded(tmp_path / "unpaid", (32, 32))
    with pytest.raises(ConfigError, match="have 2 players, this model takes 1"):
        Recorded(games, (32, 32)).of(source(players=1))
    with pytest.raises(ConfigError, match="told by checkpoints"):
        mpgenie.evaluate_world_model(CopyLast(), outcomes=games, resolution=(32, 32))
