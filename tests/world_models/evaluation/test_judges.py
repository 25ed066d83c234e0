"""A judge tells the answers apart whose pictures differ, and says so where none do."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.world_models.evaluation.judges import CANNOT_TELL, alike, nearest

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


def views_of_a_wood(seed, apart):
    """Two views of trunks at all distances, from places side by side, the second farther left."""
    rng = np.random.default_rng(seed)
    views = np.full((2, EDGE, EDGE, 3), (150, 190, 240), np.uint8)
    views[:, EDGE // 2 :] = (90, 150, 60)
    for away in np.sort(rng.uniform(6.0, 40.0, 40))[::-1]:
        place, colour = rng.uniform(-30.0, 30.0), rng.integers(20, 130, 3)
        for view, aside in zip(views, (0.0, apart), strict=True):
            x = round(EDGE / 2 + 23.0 * (place + aside) / away)
            tall, wide = round(60.0 / away), max(1, round(20.0 / away))
            view[max(0, EDGE // 2 - tall) : EDGE // 2 + 2, max(0, x) : max(0, x + wide)] = colour
    return views


def test_views_of_one_place_are_mostly_more_alike_than_others():
    woods = [views_of_a_wood(seed, 4.0) for seed in range(10)]
    same = np.array([alike(*views) for views in woods])
    others = [alike(woods[k][0], woods[k - 1][1]) for k in range(10)]
    swapped = [alike(*views[::-1]) for views in woods]  # as if the second lay to the right
    assert (same[:, None] > others).mean() > 0.75
    assert (same > swapped).all()
