"""Lazy zeros are zeros, and take memory only where they are written."""

import os

import numpy as np
import pytest

from mpgenie.benchmarks.memory import resident
from mpgenie.envs.pages import lazy_zeros


@pytest.mark.parametrize("shape", [0, 5, (2, 0), (3, 4, 5)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int64])
def test_they_are_zeros_that_can_be_written(shape, dtype):
    array = lazy_zeros(shape, dtype)
    np.testing.assert_array_equal(array, np.zeros(shape, dtype), strict=True)
    array[...] = 1
    assert array.all()


def test_what_is_not_written_takes_no_memory():
    del_me = np.ones(30_000_000, np.uint8)  # from here on numpy clears large arrays by writing
    del del_me
    before = resident()
    arrays = [lazy_zeros(20_000_000, np.uint8) for _ in range(10)]
    arrays[3][12_345_678] = 1
    assert resident() - before < 10_000_000


def test_a_fork_writes_into_pages_of_its_own():
    array = lazy_zeros(10, np.uint8)
    child = os.fork()
    if child == 0:
        array[3] = 7
        os._exit(0)
    os.waitpid(child, 0)
    assert array[3] == 0
