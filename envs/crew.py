"""Threads that share out a list of tasks; kernels hold no lock, so they run side by side.

A tick of many worlds may take less than a millisecond, so a thread is woken and waited for by
nothing more than a lock: a pool of `concurrent.futures` takes ten times as long.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable

Task = Callable[[], None]


class _Worker:
    """A thread that waits until it is called, works, and waits again."""

    def __init__(self, work: Task) -> None:
        self._work: Task | None = work
        self.failure: BaseException | None = None
        self._called, self._busy = threading.Lock(), threading.Lock()
        self._called.acquire()
        # A daemon, or a process that forgets to close its environment would never end.
        self._thread = threading.Thread(target=self._serve, name="mpgenie worlds", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            self._called.acquire()
            if (work := self._work) is None:
                return
            self.failure = None
            try:
                work()
            except BaseException as failure:
                self.failure = failure
            self._busy.release()

    def call(self) -> None:
        """Let it work, once it is done with what it was called for before."""
        self._busy.acquire()
        self._called.release()

    def wait(self) -> None:
        """Until it has done its work."""
        with self._busy:
            pass

    def end(self) -> None:
        """Let the thread go."""
        self.wait()
        self._work = None
        self._called.release()
        self._thread.join()


class Crew:
    """Some threads, the caller's among them.

    Args:
        threads: How many at most.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._process = os.getpid()
        self._tasks: deque[Task] = deque()
        self._workers: list[_Worker] = []
        self._at_work: list[_Worker] = []

    def start(self, tasks: Iterable[Task], others: int) -> None:
        """Let `others` threads beside the caller's begin with the tasks; `finish` comes next."""
        self._tasks = deque(tasks)
        if self._process != os.getpid():  # a fork has no threads
            self._process, self._workers = os.getpid(), []
        while len(self._workers) < others:
            self._workers.append(_Worker(self._work))
        self._at_work = self._workers[:others]
        for worker in self._at_work:
            worker.call()

    def finish(self) -> None:
        """Lend a hand until all tasks are done; raise what the first of them that failed raised."""
        try:
            self._work()
        finally:
            for worker in self._at_work:
                worker.wait()
        for worker in self._at_work:
            if worker.failure is not None:
                raise worker.failure

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
        workers, self._workers = self._workers, []
        if self._process == os.getpid():
            for worker in workers:
                worker.end()
