"""Noise is smooth, bounded and the same everywhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.noise import noise, octaves, smooth

pytestmark = pytest.mark.laws

places = st.floats(-500.0, 500.0)
keys = st.integers(0, 2**64 - 1).map(np.uint64)


@settings(deadline=None, max_examples=50)
@given(keys, places, places, places)
def test_a_small_step_changes_it_little(key, x, y, z):
    here = noise(key, x, y, z)
    assert -1.1 <= here <= 1.1
    for dx, dy, dz in ((1e-4, 0.0, 0.0), (0.0, 1e-4, 0.0), (0.0, 0.0, -1e-4)):
        assert abs(noise(key, x + dx, y + dy, z + dz) - here) < 1e-3


@settings(deadline=None, max_examples=20)
@given(keys, st.integers(-99, 99), st.integers(-99, 99), st.integers(-99, 99))
def test_it_is_nothing_at_lattice_points(key, x, y, z):
    assert noise(key, float(x), float(y), float(z)) == 0.0


def test_another_key_is_another_noise():
    values = {noise(np.uint64(key), 0.4, 0.3, 0.2) for key in range(50)}
    assert len(values) > 12


def test_its_bits_never_change():
    """Planets are stored as seeds, so this number must be the same on every machine."""
    assert octaves(np.uint64(1), 1.5, 2.25, -3.75, 7.0, 3).hex() == "-0x1.d35b38704bb34p-2"


def test_smooth_is_a_slope_with_flat_ends():
    assert [smooth(x) for x in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
