"""Where matches are played and members learn: in this process, or by Ray on many machines.

Tasks are pure functions, so every executor gives the same results in the same order.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from mpgenie.extras import require


class Executor(Protocol):
    """Runs a function on several arguments."""

    def each(self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The results of a function, in the order of the tasks.

        Args:
            function: A method of the game.
            tasks: The arguments of each call.
        """

    def close(self) -> None:
        """Let go of the workers."""


class InProcess:
    """One task after another, here."""

    def each(self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]) -> list[Any]:
        """See `Executor`."""
        return [function(*task) for task in tasks]

    def close(self) -> None:
        """Nothing to let go of."""


class OnRay:
    """Tasks on the workers of a Ray cluster, each on one thread.

    Args:
        address: Of the cluster; None = this machine, with all of its processors.
    """

    def __init__(self, address: str | None = None) -> None:
        self.ray: Any = require("ray", extra="scale")
        self._began = not self.ray.is_initialized()
        if self._began:
            self.ray.init(address=address, include_dashboard=False, log_to_driver=False)
        self._run = self.ray.remote(_on_one_thread)

    def each(self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]) -> list[Any]:
        """See `Executor`."""
        shared = self.ray.put(function)
        results: list[Any] = self.ray.get([self._run.remote(shared, task) for task in tasks])
        return results

    def close(self) -> None:
        """Leave the cluster, if it was joined here."""
        if self._began:
            self.ray.shutdown()


def _on_one_thread(function: Callable[..., Any], task: tuple[Any, ...]) -> Any:
    """A task as it would run in a process that has set its threads to one."""
    require("torch", extra="agents").set_num_threads(1)
    return function(*task)
