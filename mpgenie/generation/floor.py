"""Where workers make episodes: each is given strips of units, heard, and replaced if it is lost."""

from dataclasses import dataclass, field
from time import monotonic

from mpgenie.envs.rendering.software import draw_views
from mpgenie.errors import StateError, StorageError

from .backlog import Backlog
from .engines import Engine, Worker, WorkerLost
from .inspector import Inspector
from .plan import STRIP, Setting, Unit
from .status import Status
from .work import DiskRefused, Done, Failed, Reply

_AHEAD = 2  # strips that wait in a worker for a world to be free
_STILLBORN = 3  # workers that may die in a row without ever answering


class Floor:
    """Keeps workers busy until nothing is left.

    Args:
        backlog: What is left.
        status: Told what is done.
        worlds: How many a worker plays side by side.
        patience: Seconds after which a silent worker counts as hung.
        inspector: Looks at each episode that is done; None = nobody does.
    """

    def __init__(
        self,
        backlog: Backlog,
        status: Status,
        worlds: int,
        patience: float,
        inspector: Inspector | None = None,
    ) -> None:
        self.backlog, self.status, self.inspector = backlog, status, inspector
        self.worlds, self.patience = worlds, patience
        self.hands: list[_Hand] = []
        self.stillborn = 0
        self._given_up = status.failed

    def __enter__(self) -> "Floor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        state = "finished" if kind is None else "stopped"
        self.status.count_sealed()
        self.status.tell(state, self.backlog.left, [], now=True)
        self.status.close()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            raise KeyboardInterrupt(
                f"stopped with {self.status.done} of {self.status.episodes} episodes safe in "
                f"{self.status.root}; run the same again to go on"
            )

    def run(self, engine: Engine, workers: int) -> None:
        """Work off the backlog."""
        try:
            while self.backlog or any(hand.strips for hand in self.hands):
                self._staff(engine, workers)
                for hand in self.hands:
                    if hand.silent is None:
                        self._give(hand, workers)
                busy = [hand for hand in self.hands if hand.silent is not None]
                began = monotonic()
                engine.wait([hand.worker for hand in busy], 0.5)
                # A machine that slept or stopped us meanwhile shall not make workers look hung.
                waited = min(monotonic() - began, 1.0)
                for hand in busy:
                    self._hear(hand, waited)
                self._tell("running")
        finally:
            for hand in self.hands:
                hand.worker.stop()
            engine.close()

    def _staff(self, engine: Engine, workers: int) -> None:
        """Start workers that are missing; while nothing is compiled, one at first."""
        if self.hands and not any(hand.answered for hand in self.hands) and not _compiled():
            return
        while len(self.hands) < min(workers, self.backlog.left + len(self.hands)):
            self.hands.append(_Hand(engine.start()))

    def _give(self, hand: "_Hand", workers: int) -> None:
        """Ask a worker to go on, with more to do where it has room."""
        strips = []
        if self.backlog.suspects and not hand.strips:
            strips, hand.alone = [[self.backlog.suspect()]], True
        elif not (hand.alone and hand.strips):
            hand.alone = False
            strips = self._strips(hand, workers)
        hand.strips += [{unit.number: unit for unit in strip} for strip in strips]
        if hand.strips:
            hand.worker.ask(strips)
            hand.silent = 0.0

    def _strips(self, hand: "_Hand", workers: int) -> list[list[Unit]]:
        strips: list[list[Unit]] = []
        while len(hand.strips) + len(strips) < self.worlds + _AHEAD:
            most = max(1, min(STRIP, self.backlog.left // (2 * workers * self.worlds)))
            strip = self.backlog.strip(hand.setting, most) if hand.setting else []
            if not strip:
                if hand.strips or strips or self.backlog.setting() is None:
                    break
                hand.setting = self.backlog.setting()
                continue
            strips.append(strip)
        return strips

    def _hear(self, hand: "_Hand", waited: float) -> None:
        """Take in what a worker says, or that it is lost."""
        assert hand.silent is not None
        try:
            replies = hand.worker.answer()
        except WorkerLost as lost:
            self._lose(hand, str(lost))
            return
        if replies is None:
            hand.silent += waited
            if hand.silent > self.patience:
                self._lose(hand, f"{hand.worker.name} was silent for {self.patience:g} s")
            return
        hand.silent, hand.answered, self.stillborn = None, True, 0
        for reply in replies:
            self._take(hand, reply)

    def _take(self, hand: "_Hand", reply: Reply) -> None:
        match reply:
            case Done():
                hand.drop(reply.unit)
                hand.episodes += 1
                self.status.sealed(reply)
                if self.inspector is not None:
                    self.status.rejects.update(self.inspector.look_at(reply.unit))
            case Failed():
                self._failed([hand.drop(number) for number in reply.units], reply.trace)
            case DiskRefused():
                raise StorageError(reply.message)

    def _lose(self, hand: "_Hand", why: str) -> None:
        hand.worker.stop()
        self.hands.remove(hand)
        self.stillborn += not hand.answered
        if self.stillborn >= _STILLBORN and not hand.answered:
            raise StateError(f"workers end before they begin; the last one: {why}")
        self._failed(hand.units, why)

    def _failed(self, units: list[Unit], why: str) -> None:
        self.backlog.failed(units, why)
        self.status.failed = self._given_up + self.backlog.given_up

    def _tell(self, state: str) -> None:
        workers = [
            {"name": hand.worker.name, "episodes": hand.episodes, "units": len(hand.units)}
            for hand in self.hands
        ]
        self.status.tell(state, self.backlog.left, workers)


@dataclass
class _Hand:
    """A worker, and what it has in hand."""

    worker: Worker
    strips: list[dict[int, Unit]] = field(default_factory=list)
    setting: Setting | None = None
    alone: bool = False
    """Whether it plays one suspect and nothing else."""
    silent: float | None = None
    """Seconds since it was asked; None = it waits to be asked."""
    episodes: int = 0
    answered: bool = False

    @property
    def units(self) -> list[Unit]:
        return [unit for strip in self.strips for unit in strip.values()]

    def drop(self, number: int) -> Unit:
        """Take a unit out of its hand."""
        for strip in self.strips:
            if number in strip:
                unit = strip.pop(number)
                if not strip:
                    self.strips.remove(strip)
                return unit
        raise KeyError(number)


def _compiled() -> bool:
    return bool(getattr(draw_views, "kept", True))
