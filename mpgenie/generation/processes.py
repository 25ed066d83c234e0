"""Workers as processes of their own, started afresh: nothing is inherited by a fork.

A worker is `python -m mpgenie.generation.processes FD`, with one end of a socket as FD.  It ends
when the other end does, however its parent died.  Ctrl-C does not reach it.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from mpgenie.envs.kernels import cache_root

from .engines import Worker, WorkerLost
from .plan import Plan, Unit
from .work import Reply, Work


class Process:
    """One worker process.

    Args:
        plan: Of the dataset.
        root: Its folder.
        worlds: How many worlds it plays side by side.
    """

    def __init__(self, plan: Plan, root: Path, worlds: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mpgenie.generation.processes", str(theirs.fileno())],
                env={
                    **os.environ,
                    "MPGENIE_CACHE": str(cache_root().parent),
                    "PYTHONPATH": os.pathsep.join(os.path.abspath(folder) for folder in sys.path),
                },
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.connection = Connection(ours.detach())
        self.connection.send((plan, str(root), worlds))
        self.name = f"process {self._process.pid}"

    def ask(self, strips: Sequence[list[Unit]]) -> None:
        """Hand over strips, and let it work for a spell."""
        try:
            self.connection.send(list(strips))
        except OSError:
            pass  # `answer` says that it is gone

    def answer(self) -> list[Reply] | None:
        """What it says; None while it is at work."""
        try:
            if not self.connection.poll():
                return None
            replies: list[Reply] = self.connection.recv()
            return replies
        except (EOFError, OSError) as error:
            status = self._process.wait()
            raise WorkerLost(f"{self.name} ended {_way(status)}") from error

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        self.connection.close()


class Processes:
    """As many processes as are asked for."""

    def __init__(self, plan: Plan, root: Path, worlds: int) -> None:
        self._desk = plan, root, worlds

    def start(self) -> Worker:
        """A new process."""
        return Process(*self._desk)

    def wait(self, workers: Sequence[Worker], seconds: float) -> None:
        """Return when one has an answer or is gone, or when the time is over."""
        wait([worker.connection for worker in workers if isinstance(worker, Process)], seconds)

    def close(self) -> None:
        """Nothing to let go of."""


def _way(status: int) -> str:
    if status >= 0:
        return f"with status {status}"
    try:
        return f"by {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"


def _main(descriptor: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Connection(descriptor) as parent:
        try:
            plan, root, worlds = parent.recv()
            work = Work(plan, root, worlds)
            while True:
                parent.send(work.run(parent.recv()))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            os._exit(1)  # the parent has gone; the dataset tidies up by itself


if __name__ == "__main__":
    _main(int(sys.argv[1]))
