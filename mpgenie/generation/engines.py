"""Where workers run: in this process, in processes of this machine, or on Ray.

Each worker is asked with `ask` and answers once; the answer comes from `answer`, which waits no
longer than it is told.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .plan import Plan, Unit
from .work import Reply, Work

ENGINES = ("process", "ray")


class WorkerLost(Exception):
    """A worker died; what it had under way is lost."""


class Worker(Protocol):
    """One worker, from the side of whoever keeps it busy."""

    name: str
    """Such as "process 4711"."""

    def ask(self, strips: Sequence[list[Unit]]) -> None:
        """Hand over strips, and let it work for a spell."""

    def answer(self) -> list[Reply] | None:
        """What it says; None while it is at work.

        Raises:
            WorkerLost: If it is gone.
        """

    def stop(self) -> None:
        """End it at once; what it has under way is dropped."""


class Engine(Protocol):
    """Starts workers, and waits for any of them."""

    def start(self) -> Worker:
        """A new worker."""

    def wait(self, workers: Sequence[Worker], seconds: float) -> None:
        """Return when one has an answer or is gone, or when the time is over."""

    def close(self) -> None:
        """Let go of everything."""


class Here:
    """The only worker of `InProcess`."""

    name = "here"

    def __init__(self, work: Work) -> None:
        self._work = work
        self._asked: Sequence[list[Unit]] | None = None

    def ask(self, strips: Sequence[list[Unit]]) -> None:
        """Remember it; `answer` does the work."""
        self._asked = strips

    def answer(self) -> list[Reply] | None:
        """Work for a spell."""
        assert self._asked is not None
        return self._work.run(self._asked)

    def stop(self) -> None:
        """Drop what is under way."""
        self._work.close()


class InProcess:
    """Works in this process, one spell after another."""

    def __init__(self, plan: Plan, root: Path, worlds: int) -> None:
        self._desk = plan, root, worlds

    def start(self) -> Worker:
        """The worker."""
        return Here(Work(*self._desk))

    def wait(self, workers: Sequence[Worker], seconds: float) -> None:
        """Not needed: `answer` works."""

    def close(self) -> None:
        """Nothing to let go of."""


def make_engine(name: str, plan: Plan, root: Path, worlds: int, workers: int) -> Engine:
    """The engine of a name; no workers at all means this process."""
    if name == "ray":
        from .rays import OnRay

        return OnRay(plan, root, worlds, workers)
    if workers == 0:
        return InProcess(plan, root, worlds)
    from .processes import Processes

    return Processes(plan, root, worlds)
