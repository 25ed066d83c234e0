"""A bundle gives a kernel the very arrays that were put into it."""

from typing import NamedTuple

import numba
import numpy as np
import pytest

from mpgenie.envs.bundle import Bundle, opened

pytestmark = pytest.mark.laws


class Herd(NamedTuple):
    weight: np.ndarray
    name: np.ndarray


@numba.njit(error_model="numpy", _nrt=False)  # as `kernels.kernel` does it
def _feed(bundle, more):
    herd, table, start, share, wet = opened(bundle)
    for k in range(herd.weight.shape[0]):
        herd.weight[k] += share * more * table[k, 1] if wet else 0.0
        herd.name[k].number = start + k
    return start


@pytest.fixture
def herd():
    named = np.zeros(3, np.dtype((np.record, [("age", np.float32), ("number", np.int64)])))
    return Herd(np.zeros(3), named)


def test_kernels_write_into_the_arrays(herd):
    table = np.arange(12.0).reshape(3, 4)[:, ::2]  # not contiguous
    assert _feed(Bundle((herd, table, 7, 0.5, True)), 2.0) == 7
    assert herd.weight.tolist() == [2.0, 6.0, 10.0]
    assert herd.name["number"].tolist() == [7, 8, 9]


def test_negative_numbers_and_truth_values_arrive(herd):
    assert _feed(Bundle((herd, np.ones((3, 2)), -3, -1.5, np.False_)), 1.0) == -3
    assert herd.weight.tolist() == [0.0, 0.0, 0.0]


def test_a_bundle_keeps_its_arrays_alive(herd):
    bundle = Bundle((herd, np.ones((3, 2)), 0, 1.0, True))
    weight = herd.weight
    del herd
    _feed(bundle, 1.0)
    assert weight.tolist() == [1.0, 1.0, 1.0]


def test_anything_else_is_refused():
    with pytest.raises(TypeError, match="got 'three'"):
        Bundle((np.zeros(3), "three"))
