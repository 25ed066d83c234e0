"""Measures are what they say, to the last digit, of players whose doings are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgenie.datasets.behaviour import MEASURES, measure, measure_players
from mpgenie.datasets.coverage import Cells, coverage
from mpgenie.datasets.episode import Episode, Header
from mpgenie.datasets.schema import COLUMNS
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE, HIT
from mpgenie.errors import ConfigError

RADIUS = 30.0


def made(frames=5, players=2, **given):
    """An episode of players who stand together on a pole, save for what is given."""
    sizes = {"F": frames, "T": frames - 1, "P": players, "N": 0}
    arrays = {
        name: np.zeros([sizes.get(axis, axis) for axis in column.shape], column.dtype)
        for name, column in COLUMNS.items()
    }
    arrays["state/active"][:] = arrays["state/alive"][:] = True
    arrays["state/id"][:] = 1 + np.arange(players)
    arrays["state/position"][..., 2] = RADIUS
    for name, value in given.items():
        arrays[name.replace("__", "/")] = value
    names = tuple(f"player_{p}" for p in range(players))
    header = Header(type="made", unit=0, seed=0, planet_seed=0, players=names, length=frames - 1)
    return Episode(header, arrays)


def at(*places):
    """(F, P, 3) positions of two players: the first moves, the second stays at the pole."""
    position = np.zeros((len(places), 2, 3))
    position[:, 0], position[:, 1] = places, (0.0, 0.0, RADIUS)
    return position


def test_who_stands_still_has_no_way_behind_and_no_height_below():
    still = measure(made())
    assert {name for name, value in still.items() if value} == {"latitude", "faces"}
    assert (still["latitude"], still["faces"]) == (1.0, 1.0)


def test_ways_count_along_the_ground_and_heights_apart():
    up, over = (0.0, 0.0, RADIUS + 2.0), (0.0, 3.0, np.sqrt((RADIUS + 2.0) ** 2 - 9.0))
    found = measure_players(made(3, state__position=at((0.0, 0.0, RADIUS), up, over)))
    assert found["walked"] == [pytest.approx(3.0, abs=0.01), 0.0]
    assert found["climb"] == [2.0, 0.0]


def test_who_is_put_elsewhere_or_dead_does_not_walk():
    far = at((0.0, 0.0, RADIUS), (RADIUS, 0.0, 0.0), (RADIUS, 1.0, 0.0))
    assert measure_players(made(3, state__position=far))["walked"][0] == pytest.approx(1, abs=0.02)
    alive = np.array([[True, True], [True, True], [False, True]])
    assert measure_players(made(3, state__position=far, state__alive=alive))["walked"] == [0, 0]


def test_distance_is_the_mean_over_frames_and_others():
    places = at((0.0, 4.0, RADIUS), (0.0, 8.0, RADIUS))
    assert measure_players(made(2, state__position=places))["separation"] == [6.0, 6.0]


def test_seeing_each_other_takes_two():
    visible = np.zeros((4, 2, 2), "<i4")
    visible[:2, 0, 1], visible[1:3, 1, 0], visible[:, 0, 0] = 9, 9, 9
    found = measure_players(made(4, state__visible=visible))
    assert found["in_view"] == [0.5, 0.5]
    assert found["mutual_view"] == [0.25, 0.25]


def test_deeds_count_for_who_did_them():
    rows = [(0, kind, actor, 0, 0, 0) for kind in (BLOCK_PLACE, DIG_DONE, HIT) for actor in (1, 9)]
    events = np.array(rows + rows[:1], COLUMNS["events"].dtype)
    found = measure_players(made(events=events))
    assert (found["placed"], found["mined"], found["hits"]) == ([2, 0], [1, 0], [1, 0])


def test_planets_have_six_faces_and_two_poles():
    places = at((RADIUS, 0.0, 0.0), (-RADIUS, 0.0, 0.0), (0.0, 0.0, -RADIUS))
    found = measure_players(made(3, state__position=places))
    assert found["faces"] == [3.0, 1.0]
    assert found["latitude"] == [pytest.approx(1 / 3), 1.0]


def test_an_unknown_measure_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'walked'"):
        measure(made(), ["waked"])


def test_random_play_is_measured_whole(plain_episode):
    values = measure(plain_episode)
    assert set(values) == set(MEASURES) and np.isfinite(list(values.values())).all()


def test_an_edge_belongs_to_the_bin_above():
    cells = Cells(edges={"walked": (1.0, 2.0), "placed": (1.0,)})
    assert cells.cell({"walked": 1.0, "placed": 0.0}) == (1, 0)
    assert cells.count == 6
    assert cells.says((1, 1)) == "walked 1 to 2, placed from 1"


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=40))
def test_coverage_counts_cells_and_entropy_is_at_most_their_logarithm(found):
    seen = coverage(Cells(edges={"walked": (1.0, 2.0), "placed": (1.0,)}, thin=2), found)
    assert seen.filled == len(set(found)) and seen.episodes == len(found)
    assert seen.share == seen.filled / 6
    assert seen.thin == sorted(cell for cell in set(found) if found.count(cell) == 1)
    assert -1e-9 <= seen.entropy <= np.log2(seen.filled) + 1e-9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"edges": {}}, "at least one measure"),
        ({"edges": {"waked": (1.0,)}}, "cells.waked: .* Did you mean 'walked'"),
        ({"edges": {"walked": (2.0, 1.0)}}, "cells.walked: edges rise"),
        ({"thin": 0}, "thin: must be at least 1"),
    ],
)
def test_bad_cells_are_refused_with_the_key(options, message):
    with pytest.raises(ConfigError, match=message):
        Cells(**options)
