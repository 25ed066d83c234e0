"""Two views of a flat wall: which pixels show the same points, and how well their colours agree."""

import numpy as np

from mpgenie.world_models.evaluation.game import Sight
from mpgenie.world_models.evaluation.reprojection import agreement, shared

EDGE, FOCAL, AWAY = 32, 16.0, 4.0


def before_a_wall(right, away=AWAY):
    """Somebody so many metres to the right, who looks straight at a wall."""
    depth = np.full((EDGE, EDGE), away, np.float32)
    return Sight(depth, np.array([right, 0.0, 0.0]), np.eye(3), FOCAL)


def test_a_metre_to_the_right_all_lies_four_pixels_to_the_left():
    pairs = shared(before_a_wall(0.0), before_a_wall(1.0))
    assert pairs.one.shape == pairs.other.shape == (2, EDGE * (EDGE - 4))
    assert (pairs.one[0] == pairs.other[0]).all() and (pairs.one[1] == pairs.other[1] + 4).all()


def test_what_something_hides_is_shared_by_nobody():
    one, other = before_a_wall(0.0), before_a_wall(1.0)
    one.depth[:, 8:12] = 1.0
    pairs = shared(one, other)
    assert not np.isin(pairs.one[1], range(8, 12)).any()
    assert len(pairs.one[1]) == EDGE * (EDGE - 4 - 4)


def test_who_looks_the_other_way_shares_nothing():
    back = before_a_wall(0.0)._replace(axes=np.diag([-1.0, 1.0, -1.0]))
    assert shared(back, before_a_wall(0.0)).one.size == 0


def test_views_of_one_wall_agree_and_others_do_not():
    rng = np.random.default_rng(0)
    wall = rng.integers(0, 255, (EDGE, EDGE + 4, 3), np.uint8)
    pairs = shared(before_a_wall(0.0), before_a_wall(1.0))
    one, other = wall[:, :EDGE], wall[:, 4:]
    assert agreement(np.stack([one, other]), pairs) > 0.95
    assert agreement(np.stack([np.roll(one, 1, 0), other]), pairs) > 0.9
    strange = rng.integers(0, 255, (EDGE, EDGE, 3), np.uint8)
    assert abs(agreement(np.stack([strange, other]), pairs)) < 0.3
    assert agreement(np.stack([np.full_like(strange, 9), other]), pairs) == 0.0
