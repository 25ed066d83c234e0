"""Figures, on plays so small that one can count."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgenie.agents.vpt.metrics import (
    Told,
    Truth,
    average_precision,
    baselines,
    f1,
    matched,
    scores,
)  # fmt: skip
from mpgenie.agents.vpt.targets import BITS
from mpgenie.agents.vpt.telling import likeliest_course
from mpgenie.envs.simulation.actions import BUTTONS

FORWARD = BUTTONS.index("forward")


def truth(ticks=60):
    """Forward is pressed for ten ticks, twice, and the camera swings."""
    down = np.zeros((ticks, 1, BITS), np.bool_)
    down[10:20, 0, FORWARD] = down[30:40, 0, FORWARD] = True
    camera = np.stack([np.sin(np.arange(ticks)), np.cos(np.arange(ticks))], -1)[:, None]
    return Truth(down, camera.astype(np.float32), np.ones((ticks, 1), np.bool_))


def told(truth):
    return Told(truth.down.astype(float), truth.down, truth.camera)


def test_the_truth_is_perfect():
    found = scores([truth()], [told(truth())])
    for name in ("macro_f1", "macro_average_precision", "event_f1_0", "joint_exact", "camera_r2"):
        assert found[name] == 1.0
    assert found["camera_mae"] == 0.0 and found["ticks"] == 60
    assert found["buttons"]["forward"]["prevalence"] == pytest.approx(1 / 3)


def test_copying_is_nearly_always_right_and_never_on_time():
    rules = baselines([truth()])
    copied = scores([truth()], rules["copy_previous"])
    assert copied["joint_exact"] == pytest.approx(56 / 60) and copied["macro_f1"] == 0.9
    assert copied["event_f1_0"] == 0.0 and copied["event_f1_1"] == 1.0
    most = scores([truth()], rules["majority"])
    assert most["macro_f1"] == 0.0 and abs(most["camera_r2"]) < 1e-6
    assert most["macro_average_precision"] == pytest.approx(1 / 3)


def test_ticks_that_do_not_count_do_not_count():
    real = truth()
    wrong = Told(1.0 - real.down, ~real.down, -real.camera)
    half = np.arange(60)[:, None] < 30
    pairs = zip(told(real), wrong, strict=True)
    mixed = [np.where(half[..., None], ours, bad) for ours, bad in pairs]
    found = scores([real._replace(counts=half)], [Told(*mixed)])
    assert found["ticks"] == 30 and found["joint_exact"] == found["event_f1_0"] == 1.0


def test_average_precision_by_hand():
    flags = np.array([True, False, True, False])
    assert average_precision(flags, np.array([0.9, 0.8, 0.7, 0.1])) == pytest.approx(5 / 6)
    assert average_precision(flags, np.full(4, 0.5)) == 0.5  # those equally sure come in together
    assert average_precision(~flags & flags, np.ones(4)) == 0.0


def test_f1_by_hand():
    assert f1(np.array([1, 1, 0], bool), np.array([1, 0, 1], bool)) == 0.5
    assert f1(np.zeros(3, bool), np.zeros(3, bool)) == 1.0


@pytest.mark.parametrize(
    ("real", "said", "collar", "pairs"),
    [
        ([5], [6], 0, 0),
        ([5], [6], 1, 1),
        ([5], [4, 6], 1, 1),
        ([5, 6], [6, 7], 1, 2),
        ([], [1], 1, 0),
    ],
)
def test_each_event_is_matched_at_most_once(real, said, collar, pairs):
    assert matched(np.array(real, int), np.array(said, int), collar) == pairs


def log_sigmoid(x):
    return -np.logaddexp(0.0, -x)


def worth(course, buttons, changes):
    """The score of a course of being up and down."""
    total = sum(b for b, down in zip(buttons, course, strict=True) if down)
    for t in range(1, len(course)):
        change = changes[t][int(course[t - 1])]
        total += log_sigmoid(change if course[t] != course[t - 1] else -change)
    return total


score = st.floats(-5.0, 5.0)


@given(st.lists(st.tuples(score, score, score), min_size=1, max_size=7))
def test_the_likeliest_course_is_the_best_of_all(ticks):
    table = np.array(ticks)
    buttons, changes = table[:, 0], table[:, 1:]
    found = likeliest_course(buttons[:, None], changes[:, None])[:, 0]
    best = max(worth(c, buttons, changes) for c in product((False, True), repeat=len(ticks)))
    assert worth(found, buttons, changes) == pytest.approx(best)
