"""Workers as actors of Ray, on one machine or on many that share the dataset's folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mpgenie.extras import require

from .engines import Worker, WorkerLost
from .plan import Plan, Unit
from .work import Reply, Work


class _Desk:
    """What runs on Ray."""

    def __init__(self, plan: Plan, root: str, worlds: int) -> None:
        self._work = Work(plan, root, worlds)

    def run(self, strips: list[list[Unit]]) -> list[Reply]:
        """Work for a spell."""
        return self._work.run(strips)


class Actor:
    """One worker on Ray."""

    def __init__(self, ray: Any, actor: Any, name: str) -> None:
        self._ray, self._actor, self.name = ray, actor, name
        self.asked: Any = None

    def ask(self, strips: Sequence[list[Unit]]) -> None:
        """Hand over strips, and let it work for a spell."""
        self.asked = self._actor.run.remote(list(strips))

    def answer(self) -> list[Reply] | None:
        """What it says; None while it is at work."""
        ready, _ = self._ray.wait([self.asked], timeout=0)
        if not ready:
            return None
        try:
            replies: list[Reply] = self._ray.get(self.asked)
            return replies
        except self._ray.exceptions.RayActorError as error:
            raise WorkerLost(f"{self.name}: {error}") from error

    def stop(self) -> None:
        """Kill it."""
        self._ray.kill(self._actor)


class OnRay:
    """A cluster of Ray: the one that runs already, else one of this machine.

    Raises:
        MissingExtraError: If Ray is not installed.
    """

    def __init__(self, plan: Plan, root: Path, worlds: int, workers: int) -> None:
        self._ray = require("ray", extra="scale")
        self._ours = not self._ray.is_initialized()
        if self._ours:
            self._ray.init(log_to_driver=False, include_dashboard=False, num_cpus=workers)
        self._desk = plan, str(root.absolute()), worlds
        self._started = 0

    def start(self) -> Worker:
        """A new actor."""
        self._started += 1
        actor = self._ray.remote(num_cpus=1, max_restarts=0)(_Desk).remote(*self._desk)
        return Actor(self._ray, actor, f"actor {self._started}")

    def wait(self, workers: Sequence[Worker], seconds: float) -> None:
        """Return when one has an answer or is gone, or when the time is over."""
        asked = [w.asked for w in workers if isinstance(w, Actor) and w.asked is not None]
        self._ray.wait(asked, timeout=seconds)

    def close(self) -> None:
        """Shut down the cluster, if it is ours."""
        if self._ours:
            self._ray.shutdown()
