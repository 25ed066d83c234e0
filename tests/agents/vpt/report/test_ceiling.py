"""Presses that nobody could tell count for nothing: neither missed nor made up."""

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.vpt.corpus import APPLIED, load_play
from mpgenie.agents.vpt.report import ceiling
from mpgenie.agents.vpt.report.ceiling import Known, ask, scores_where_identifiable
from mpgenie.agents.vpt.telling import truth_of
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import DatasetError
from tests.agents.vpt.report.made_up import FORWARD, JUMP, told, truth


def known(real, said, found, ticks=None):
    """All presses true or told were asked about, at these ticks."""
    asked = ceiling.wanted(real, [said])
    every = np.ones(len(asked), np.bool_) if ticks is None else ticks
    return Known(asked & every[:, None, None], found & asked, every)


def score(real, said, found, ticks=None):
    return scores_where_identifiable([real], [said], [known(real, said, found, ticks)])


def test_the_truth_is_perfect_and_the_share_is_that_of_presses():
    real = truth()
    found = np.ones_like(real.down)
    found[:, 0, FORWARD] = np.arange(100) < 40  # 20 of the 50 ticks that it is down
    scored = score(real, told(real), found)
    assert scored["macro_f1"] == scored["joint_exact"] == 1.0 and scored["ticks"] == 100
    forward = scored["buttons"]["forward"]
    assert forward["presses"] == 50 and forward["identifiable"] == 20 and forward["share"] == 0.4
    assert scored["share"] == pytest.approx((20 + 10) / (50 + 10))


def test_a_press_that_nobody_can_tell_is_not_missed():
    real = truth()
    late = np.arange(100) >= 40
    found = np.ones_like(real.down)
    found[late, 0, FORWARD] = False
    silent = real.down.copy()
    silent[late, 0, FORWARD] = False
    assert score(real, told(real, silent), found)["buttons"]["forward"]["f1"] == 1.0
    assert score(real, told(real, silent), found)["joint_exact"] == 1.0
    # Where it can be told, it is missed: 30 of 50.
    missed = score(real, told(real, silent), np.ones_like(found))
    assert missed["buttons"]["forward"]["recall"] == pytest.approx(0.4)
    assert missed["joint_exact"] == pytest.approx(0.7)


def test_a_press_made_up_counts_only_where_it_would_have_shown():
    real = truth()
    eager = real.down.copy()
    eager[:, 0, FORWARD] = True  # 50 made up
    found = np.ones_like(real.down)
    shown = score(real, told(real, eager), found)["buttons"]["forward"]
    assert shown["recall"] == 1.0 and shown["precision"] == 0.5
    found[~real.down[:, 0, FORWARD], 0, FORWARD] = False  # against a wall
    assert score(real, told(real, eager), found)["buttons"]["forward"]["precision"] == 1.0


def test_buttons_that_are_rarely_identifiable_are_left_out_of_the_mean():
    real = truth()
    found = np.ones_like(real.down)
    found[:50, 0, JUMP] = False  # leaves 5 presses
    silent = real.down.copy()
    silent[:, 0, JUMP] = False
    scored = score(real, told(real, silent), found)
    assert scored["buttons"]["jump"]["f1"] == 0.0 and scored["macro_f1"] == 1.0


def test_ticks_that_cannot_be_asked_about_count_for_nothing():
    real = truth()
    wrong = told(real, ~real.down)
    first = np.arange(100) < 50
    mixed = told(real, np.where(first[:, None, None], real.down, wrong.down))
    scored = score(real, mixed, np.ones_like(real.down), first)
    assert scored["ticks"] == 50 and scored["macro_f1"] == scored["joint_exact"] == 1.0
    alone = real._replace(counts=first[:, None])
    assert score(alone, mixed, np.ones_like(real.down))["joint_exact"] == 1.0


def test_the_game_answers_once(folder, tmp_path, monkeypatch):
    dataset = mpgenie.open_dataset(folder)
    entry = dataset.episodes[0]
    real = truth_of(load_play(dataset, entry, APPLIED))
    wanted = np.zeros_like(real.down)
    wanted[0, :, [BUTTONS.index("forward"), BUTTONS.index("inventory")]] = True
    answer = ask(dataset, entry, wanted, tmp_path)
    assert np.array_equal(answer.asked, wanted)
    assert answer.found[0, :, BUTTONS.index("forward")].all() and answer.found.sum() == 2
    monkeypatch.setattr(ceiling, "identifiable", None)  # nobody replays it again
    again = ask(dataset, entry, wanted, tmp_path)
    assert np.array_equal(again.found, answer.found)
    assert not ask(dataset, entry, wanted & False, None).asked.any()


def test_an_episode_that_cannot_be_played_again_counts_for_nothing(folder, monkeypatch):
    dataset = mpgenie.open_dataset(folder)
    entry = dataset.episodes[0]

    def refuse(*_, **__):
        raise DatasetError("no world can be made as this episode says")

    monkeypatch.setattr(ceiling, "identifiable", refuse)
    real = truth_of(load_play(dataset, entry, APPLIED))
    answer = ask(dataset, entry, np.ones_like(real.down))
    assert not answer.ticks.any()
    scored = scores_where_identifiable([real], [told(real)], [answer])
    assert scored["ticks"] == 0 and scored["buttons"] == {}
