"""Runs of learning in tests: on one thread, stopped at a step, compared by what they leave."""

import os
import signal

import numpy as np
import pytest
import torch

from mpgenie.agents.arrays_file import read_arrays


@pytest.fixture(autouse=True)
def one_thread():
    """Larger teams gain nothing here, and sums are the same each time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def interrupt_at(step):
    """Presses Ctrl-C when a run tells of a step."""

    def on_step(figures):
        if figures["step"] == step:
            os.kill(os.getpid(), signal.SIGINT)

    return on_step


def same(a, b):
    """Whether two files hold the same arrays, bit by bit."""
    (_, one), (_, two) = read_arrays(a), read_arrays(b)
    return one.keys() == two.keys() and all(np.array_equal(one[n], two[n]) for n in one)
