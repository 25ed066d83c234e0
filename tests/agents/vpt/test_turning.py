"""Views turned by hand are those of a camera that turned, and labels say by how much."""

from collections.abc import Callable, Iterator
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import mpgenie
from mpgenie.agents.vpt.augment import NONE, Augmentation, augmented
from mpgenie.agents.vpt.corpus import Clip
from mpgenie.agents.vpt.turning import FARTHEST, turned, turned_view
from mpgenie.envs.simulation.actions import CAMERA_CAP

MIDDLE = np.s_[14:50, 14:36]
"""Away from the edges, and from what the player holds."""
Turn = Callable[[float, float], NDArray[np.uint8]]


@pytest.fixture(scope="module")
def turn() -> Iterator[Turn]:
    """Turns a player who stands still (degrees down, right), and says what it sees then."""
    env = mpgenie.parallel_env(players=1, action_mode="raw", seed=3)
    env.reset(seed=3)
    (player,) = env.agents

    def turn(down: float, right: float) -> NDArray[np.uint8]:
        action = {"buttons": np.zeros(20, np.int8), "camera": np.array([down, right], np.float32)}
        return np.asarray(env.step({player: action})[0][player])

    yield turn
    env.close()


@pytest.mark.parametrize(
    "down, right", [(0.0, 6.0), (0.0, -6.0), (5.0, 0.0), (-5.0, 0.0), (4.0, 7.0)]
)
@pytest.mark.parametrize("pitch", [0.0, 40.0, 72.0])
def test_a_turned_view_is_what_the_camera_shows_after_that_turn(
    turn: Turn, pitch: float, down: float, right: float
) -> None:
    for _ in range(10):  # down to the pitch
        before = turn(pitch / 10, 0.0)
    after = turn(down, right)
    turn(-down, -right)
    for _ in range(10):
        turn(-pitch / 10, 0.0)
    guess = turned_view(before, pitch, down, right)
    error, still = (
        np.abs(each[MIDDLE] - after[MIDDLE].astype(float)).mean() for each in (guess, before)
    )
    assert error < 0.5 * still


def made_up(rng: np.random.Generator, ticks: int = 6, players: int = 2) -> Clip:
    """A clip with two frames before its first tick and three after its last."""
    frames = rng.integers(0, 256, (ticks + 5, players, 32, 32, 3), np.uint8)
    down = np.zeros((ticks, players, 20), np.bool_)
    camera = rng.uniform(-CAMERA_CAP, CAMERA_CAP, (ticks, players, 2)).astype(np.float32)
    pitch = rng.uniform(-60, 60, (ticks + 5, players)).astype(np.float32)
    moved, asked = np.zeros((ticks, players, 3), np.float32), np.ones((ticks, players), np.bool_)
    return Clip(frames, down, down, camera, ~asked, np.arange(players), pitch, moved, asked)


@given(st.integers(0, 10_000), st.floats(0.1, 30.0))
def test_labels_stay_turns_that_a_player_can_make_and_add_up_to_no_more_than_views_do(
    seed: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    clip = made_up(rng)
    other = turned(clip, rng, scale, before=2)
    assert np.abs(other.camera).max() <= CAMERA_CAP + 1e-4
    added = (other.camera - clip.camera).astype(float).cumsum(0)
    assert np.abs(added).max() <= 2 * FARTHEST + 1e-3
    for name in ("down", "was_down", "there", "who", "pitch", "moved"):
        assert np.array_equal(getattr(other, name), getattr(clip, name))
    assert clip.asked.all() and not other.asked.any()  # buttons go by where one looks


def test_a_frame_that_does_not_drift_stays_as_it_is_and_so_do_turns_between_two_of_them() -> None:
    rng = np.random.default_rng(5)
    clip = made_up(rng)
    other = turned(clip, rng, 3.0, before=2)
    middle = len(clip.frames) // 2
    assert np.array_equal(other.frames[middle], clip.frames[middle])
    assert not np.array_equal(other.frames, clip.frames)


def test_the_same_draws_make_the_same_clip_and_none_are_made_where_none_are_asked_for() -> None:
    clip = made_up(np.random.default_rng(1))
    one, two = (turned(clip, np.random.default_rng(2), 3.0, before=2) for _ in range(2))
    assert np.array_equal(one.frames, two.frames) and np.array_equal(one.camera, two.camera)
    assert augmented(clip, np.random.default_rng(2), NONE, 2).camera is clip.camera
    always = Augmentation(**{**asdict(NONE), "turned": 1.0})
    assert not np.array_equal(
        augmented(clip, np.random.default_rng(2), always, 2).camera, clip.camera
    )
