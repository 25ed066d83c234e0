"""A judge tells the answers apart whose pictures differ, and says so where none do."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.world_models.evaluation.judges import CANNOT_TELL, moved, nearest

EDGE = 32


def meadow(seed=0):
    """Coarse grass."""
    rng = np.random.default_rng(seed)
    grey = np.kron(rng.integers(60, 160, (EDGE // 4, EDGE // 4, 3)), np.ones((4, 4, 1)))
    return grey.astype(np.uint8)


def with_player(picture, x, y=14):
    """Somebody in red, two pixels wide and six high."""
    shown = picture.copy()
    shown[y : y + 6, x : x + 2] = (222, 66, 58)
    return shown


def answers(seed=0):
    grass = meadow(seed)
    return {
        "no": grass[None],
        "yes": np.stack([with_player(grass, x) for x in (8, 15, 22)]),
    }


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.sampled_from((8, 15, 22)), st.integers(-1, 1), st.integers(-1, 1))
def test_a_picture_is_told_even_if_it_lies_a_pixel_aside(seed, x, down, right):
    grass = meadow(seed)
    seen = np.roll(with_player(grass, x), (down, right), (0, 1))
    assert nearest(seen, answers(seed)) == "yes"
    assert nearest(np.roll(grass, (down, right), (0, 1)), answers(seed)) == "no"


def test_what_the_answers_agree_on_does_not_count():
    seen = with_player(meadow(), 15)
    seen[24:] = 255
    assert nearest(seen, answers()) == "yes"


def test_where_answers_look_alike_nobody_can_tell():
    grass = meadow()[None]
    assert nearest(grass[0], {"no": grass, "yes": grass}) == CANNOT_TELL


def test_two_answers_that_are_equally_near_are_none():
    flat = np.full((EDGE, EDGE, 3), 100, np.uint8)
    ways = {"up": (flat + 10)[None], "down": (flat - 10)[None]}
    assert nearest(flat, ways) == CANNOT_TELL


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_fractions_of_a_pixel_are_no_error_either(seed, down, right):
    ways = answers(seed)
    for said in ways:
        seen = moved(ways[said][0].astype(np.float32), down, right)
        assert nearest(seen.round().astype(np.uint8), ways) == said


def test_shifting_by_whole_pixels_is_rolling():
    picture = meadow().astype(np.float32)
    assert np.array_equal(
        moved(picture, 2.0, -1.0)[2:, :-1], np.roll(picture, (2, -1), (0, 1))[2:, :-1]
    )
    assert np.allclose(moved(picture, 0.0, 0.5)[:, 1:], (picture[:, 1:] + picture[:, :-1]) / 2)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(0, 255))
def test_what_shows_nothing_of_it_is_near_no_answer(seed, grey):
    ways = answers(seed)
    noise = np.random.default_rng(seed).integers(0, 255, (EDGE, EDGE, 3), np.uint8)
    flat = np.full((EDGE, EDGE, 3), grey, np.uint8)
    for frame in (flat, noise, meadow(seed + 1)):
        assert nearest(frame, ways) in ways  # some picture is always the nearest
        assert nearest(frame, ways, near=True) == CANNOT_TELL
    for said, each in ways.items():
        assert nearest(each[0], ways, near=True) == said
