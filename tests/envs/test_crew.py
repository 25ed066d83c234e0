"""A crew does every task once, on several threads, and tells what went wrong."""

import threading
import time
from functools import partial

import pytest

from mpgenie.envs.crew import Crew


@pytest.fixture
def crew():
    made = Crew(3)
    yield made
    made.close()


@pytest.mark.parametrize("others", [0, 1, 3])
def test_every_task_is_done_once(crew, others):
    for _ in range(200):
        done = []
        crew.start([partial(done.append, n) for n in range(7)], others)
        crew.finish()
        assert sorted(done) == list(range(7))


def test_tasks_run_side_by_side(crew):
    together = threading.Barrier(3, timeout=20)
    crew.start([together.wait] * 3, 2)
    crew.finish()


def test_work_begins_before_it_is_waited_for(crew):
    begun = threading.Event()
    crew.start([begun.set], 1)
    assert begun.wait(20)
    crew.finish()


def test_the_first_failure_is_raised_and_the_crew_goes_on(crew):
    def fail():
        raise ValueError("no luck")

    for others in (0, 2):
        with pytest.raises(ValueError, match="no luck"):
            crew.start([fail, fail, fail], others)
            crew.finish()
        done = []
        crew.start([partial(done.append, 1)] * 3, others)
        crew.finish()
        assert len(done) == 3


def test_closing_waits_and_ends_all_threads():
    before, done = threading.active_count(), []
    crew = Crew(2)
    crew.start([lambda: (time.sleep(0.2), done.append(1))], 2)
    time.sleep(0.1)
    crew.close()
    crew.close()
    assert done == [1] and threading.active_count() == before
