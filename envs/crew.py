"""Threads that share out a list of tasks; kernels hold no lock, so they run side by side."""

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

Task = Callable[[], None]


class Crew:
    """Some threads, the caller's among them.

    Args:
        threads: How many at most.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._executor: ThreadPoolExecutor | None = None
        self._process = os.getpid()
        self._tasks: deque[Task] = deque()
        self._others: list[Future[None]] = []

    def start(self, tasks: Iterable[Task], others: int) -> None:
        """Let `others` threads beside the caller's begin with the tasks; `finish` comes next."""
        self._tasks = deque(tasks)
        if others:
            if self._executor is None or self._process != os.getpid():  # a fork has no threads
                self._process = os.getpid()
                self._executor = ThreadPoolExecutor(self.threads, "mpgenie worlds")
            self._others = [self._executor.submit(self._work) for _ in range(others)]

    def finish(self) -> None:
        """Lend a hand until all tasks are done; raise what the first of them that failed raised."""
        try:
            self._work()
        finally:
            others, self._others = self._others, []
            failures = [failure for future in others if (failure := future.exception())]
        if failures:
            raise failures[0]

    def _work(self) -> None:
        while self._tasks:
            try:
                task = self._tasks.popleft()
            except IndexError:  # another thread was quicker
                return
            task()

    def close(self) -> None:
        """Wait for the threads and let them go; closing twice is fine."""
        self._tasks.clear()
        if self._executor is not None and self._process == os.getpid():
            self._executor.shutdown()
        self._executor = None
