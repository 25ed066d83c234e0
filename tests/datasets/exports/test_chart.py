"""The chart is true from where it begins, and its compass is carried along."""

import numpy as np
import pytest

from mpgenie.datasets.exports.chart import chart

RADIUS = 50.0


def on_equator(degrees):
    turn = np.radians(np.atleast_1d(degrees))
    return RADIUS * np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)


def test_walking_along_the_equator_is_walking_east():
    degrees = np.array([0.0, 10.0, 90.0])
    turn = np.radians(degrees)
    heading = np.stack([-np.sin(turn), np.cos(turn), 0 * turn], axis=1)
    poses = chart(on_equator(degrees), heading)
    assert poses.east == pytest.approx(RADIUS * turn)
    assert poses.south == pytest.approx(0 * turn, abs=1e-9)
    assert poses.compass == pytest.approx(90.0)


def test_north_is_towards_the_pole_and_up_is_up():
    place = np.array([[RADIUS, 0, 0], [RADIUS * np.cos(0.2), 0, RADIUS * np.sin(0.2)]])
    place[1] *= 1.1
    heading = np.array([[0, 0, 1.0], [-np.sin(0.2), 0, np.cos(0.2)]])
    poses = chart(place, heading)
    assert poses.south == pytest.approx([0, -0.2 * RADIUS])
    assert poses.height == pytest.approx([0, 0.1 * RADIUS])
    assert np.cos(np.radians(poses.compass)) == pytest.approx(1.0)


def test_a_player_may_begin_at_the_pole():
    poses = chart(np.array([[0, 0, RADIUS]]), np.array([[0.0, 1.0, 0.0]]))
    assert np.isfinite(np.concatenate(poses)).all()
