"""Two networks learn from the same labels, and only one of them sees what comes after."""

import numpy as np
import pytest
import torch

from mpgenie.agents.vpt.corpus import Corpus, cut
from mpgenie.agents.vpt.idm import IdmLesson
from mpgenie.agents.vpt.report import curve
from mpgenie.agents.vpt.report.curve import (
    action_nll,
    beginnings,
    config_of,
    labels_needed,
    needed_for_equal,
    some_minutes,
)
from mpgenie.errors import ConfigError
from tests.agents.vpt.conftest import config, panned


def test_minutes_are_those_of_players_and_whole_episodes_but_the_last():
    plays = [panned(seed, ticks=200, players=2) for seed in range(4)]
    taken = some_minutes(plays, 0.5, seed=1)  # 600 ticks of players
    assert [play.ticks for play in taken] == [200, 100]
    assert [len(play.frames) for play in taken] == [201, 101]
    assert taken[0].unit != some_minutes(plays, 0.5, seed=2)[0].unit
    assert [play.unit for play in taken] == [play.unit for play in some_minutes(plays, 0.5, 1)]


def test_beginnings_are_the_same_share_of_every_play():
    plays = [panned(0, ticks=100), panned(1, ticks=200)]
    assert [play.ticks for play in beginnings(plays, 0.125)] == [50, 100]
    assert [play.ticks for play in beginnings(plays, 9.0)] == [100, 200]


def test_the_causal_network_sees_no_frame_that_comes_later():
    plan = config_of("causal", config())
    model = IdmLesson(plan, Corpus([panned()])).model.eval()
    play = panned(ticks=30)
    clip = cut(play, 0, 30, np.array([0]), plan.network)
    frames = torch.from_numpy(clip.frames[None].copy())
    with torch.no_grad():
        before = model(frames)["buttons"]
        frames[:, plan.network.before + 20 + 1 :] = 0
        after = model(frames)["buttons"]
    same = (before == after).all(-1)[0, 0]
    assert same[:21].all() and not same[21:].any()
    assert config_of("idm", config()) == config()


def test_knowing_actions_costs_fewer_nats():
    play = panned(ticks=150)
    model = IdmLesson(config(), Corpus([play])).model
    with torch.no_grad():
        for layer in (model.buttons, model.camera, model.turn):
            layer.weight.zero_()
            layer.bias.zero_()
        model.turn.bias[1::2] = -50.0  # all steps of the camera are alike
    unlearnt = action_nll(model, [play])
    assert unlearnt == pytest.approx(20 * np.log(2) + 2 * np.log(11), rel=1e-3)
    with torch.no_grad():
        model.buttons.bias.fill_(-9.0)  # nearly all buttons are up nearly always
    assert action_nll(model, [play]) < unlearnt - 5.0


def test_how_many_minutes_are_enough_is_read_off_between_points():
    rows = [
        {"arm": arm, "minutes": minutes, "nll": nll}
        for arm, nlls in (("idm", (4.0, 2.0, 1.0)), ("causal", (5.0, 3.0, 0.5)))
        for minutes, nll in zip((1.0, 10.0, 100.0), nlls, strict=True)
    ]
    first, second, third = needed_for_equal(rows)
    assert first["needed"] == 1.0 and first["times"] == 1.0  # at most: nobody tried fewer
    assert second["needed"] == pytest.approx(10**0.5) and second["times"] == pytest.approx(10**0.5)
    assert third["needed"] is None and third["times"] is None
    assert [row["bound"] for row in (first, second, third)] == [True, False, False]


def test_points_are_learnt_once_and_those_without_labels_are_left_out(tmp_path, monkeypatch):
    plays, judged = [panned(seed) for seed in range(2)], [panned(9, ticks=60)]
    runs = []
    plan = config(steps=2)
    made = labels_needed(
        plays, judged, tmp_path, plan, minutes=(0.1, 0.3, 5.0), seeds=1, on_run=runs.append
    )
    assert [(r["arm"], r["minutes"]) for r in runs] == [
        ("idm", 0.1), ("causal", 0.1), ("idm", 0.3), ("causal", 0.3),
    ]  # fmt: skip
    assert all(np.isfinite(row["nll"]) for row in made["rows"]) and len(made["needed"]) == 2
    monkeypatch.setattr(curve, "learn", None)
    assert labels_needed(plays, judged, tmp_path, plan, minutes=(0.1, 0.3), seeds=1) == made
    with pytest.raises(ConfigError, match="holds a run with config.* = .*, not "):
        labels_needed(plays, judged, tmp_path, config(steps=3), minutes=(0.1,), seeds=1)
    with pytest.raises(ConfigError, match="there are 0.33 labelled minutes, not 7"):
        labels_needed(plays, judged, tmp_path, plan, minutes=(7.0,))
