"""A batch of worlds in which units are played and recorded side by side.

All worlds are drawn in one call and advance in one call.  A world whose episode has ended gets its
next unit in the same tick, so that the batch stays full.  Nothing that is recorded depends on what
the other worlds hold.
"""

import traceback
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpgenie.agents.bots.episodes.episode import RULES, stage
from mpgenie.agents.bots.episodes.wishes import NO_WISHES
from mpgenie.agents.bots.runner import Play
from mpgenie.datasets.episode import Episode
from mpgenie.datasets.recorder import Recorder
from mpgenie.datasets.studio import Studio
from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet
from mpgenie.envs.simulation.world import Simulation

from .plan import Plan, Setting, Unit, episode_type

_OUTCOMES = {"success": "success", "partial": "partial"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A unit that could not be made."""

    unit: Unit
    trace: str


@dataclass(slots=True)
class Take:
    """A unit that is being played and recorded."""

    unit: Unit
    play: Play
    recorder: Recorder


class Batch:
    """Worlds of one setting.

    Args:
        plan: What is recorded.
        setting: Which planets, and how many players.
        worlds: How many worlds at most.
    """

    def __init__(self, plan: Plan, setting: Setting, worlds: int) -> None:
        self.plan, self.setting = plan, setting
        config = PlanetConfig(kind=setting.planet, size=setting.size)  # type: ignore[arg-type]
        self.simulation = Simulation(config, worlds=worlds, players=setting.players, **RULES)
        self.studio = Studio(self.simulation, plan.streams)
        self._takes: list[Take | None] = [None] * worlds
        self._queues: list[deque[Unit]] = [deque() for _ in range(worlds)]
        self._planets: list[Planet | None] = [None] * worlds
        self.frames = 0
        """How many were drawn, of all players."""
        shape = (worlds, setting.players)
        self._buttons = np.zeros(shape, np.uint32)
        self._camera = np.zeros((*shape, 2), np.float32)
        self._message = np.zeros(shape, np.uint8)

    @property
    def under_way(self) -> list[Unit]:
        """The units being played, and those that wait."""
        playing = [take.unit for take in self._takes if take is not None]
        return playing + [unit for queue in self._queues for unit in queue]

    @property
    def free(self) -> int:
        """How many worlds have nothing to do."""
        pairs = zip(self._takes, self._queues, strict=True)
        return sum(take is None and not queue for take, queue in pairs)

    def give(self, units: Sequence[Unit]) -> None:
        """Let one world play some units one after another: one that has nothing to do, if any."""
        shortest = min(
            range(len(self._queues)),
            key=lambda w: (len(self._queues[w]) + (self._takes[w] is not None), w),
        )
        self._queues[shortest].extend(units)

    def tick(self) -> Iterator[Episode | Failure]:
        """Play one tick in all worlds that have something to do; yields what ends with it."""
        yield from self._fill()
        takes = [(w, take) for w, take in enumerate(self._takes) if take is not None]
        if not takes:
            return
        self.studio.draw([w for w, _ in takes])
        self.frames += len(takes) * self.setting.players
        for _, take in takes:
            take.recorder.observe()
        goes_on = self._act([take for _, take in takes])
        going = []
        for (w, take), on in zip(takes, goes_on, strict=True):
            if on:
                going.append((w, take))
            else:
                self._takes[w] = None
                yield _finished(take)
        if going:
            self.simulation.step(
                self._buttons, self._camera, self._message, going[0][0], going[-1][0] + 1
            )
            for w, take in going:
                take.recorder.record(self._buttons[w], self._camera[w])

    def _act(self, takes: Sequence[Take]) -> list[bool]:
        """Let the bots of all worlds choose; says which episodes go on."""
        return [take.play.act(self._buttons, self._camera, self._message) for take in takes]

    def close(self) -> None:
        """Let go of the renderers."""
        self.studio.close()

    def _fill(self) -> Iterator[Failure]:
        for w, queue in enumerate(self._queues):
            while self._takes[w] is None and queue:
                unit = queue.popleft()
                try:
                    self._takes[w] = self._take(w, unit)
                except Exception:  # whatever a script or a planet may raise
                    yield Failure(unit, traceback.format_exc())

    def _take(self, w: int, unit: Unit) -> Take:
        episode, simulation = episode_type(unit.type), self.simulation
        planet = self._planet(w, unit.planet_seed)
        wishes = unit.scenario.wishes if unit.scenario else NO_WISHES
        play = stage(simulation, w, episode, unit.seed, planet=planet, wishes=wishes)
        recorder = Recorder(
            simulation,
            w,
            studio=self.studio,
            type=episode.name,
            unit=unit.number,
            split=self.plan.split,
            roles=tuple(bot.role for bot in play.bots.values()),
            policies=(f"script:{episode.name}",) * self.setting.players,
        )
        return Take(unit, play, recorder)

    def _planet(self, w: int, seed: int) -> Planet:
        """The planet of a seed; each world keeps its own for the rest of a strip."""
        known = (planet for planet in self._planets if planet is not None and planet.seed == seed)
        planet = self._planets[w] = next(known, None) or make_planet(self.simulation.config, seed)
        return planet


def _finished(take: Take) -> Episode | Failure:
    play, recorder = take.play, take.recorder
    try:
        if play.error is not None:
            raise play.error
        _note(play, recorder)
        outcome = play.outcome
        assert outcome is not None
        reason = f"timeout: {outcome.reason}" if outcome.status == "timeout" else outcome.reason
        result = _OUTCOMES.get(outcome.status, "failure")
        details = {"facts": plain(play.facts)}
        if take.unit.scenario is not None:
            details["scenario"] = take.unit.scenario.as_dict()
        return recorder.finish(result, reason, cut_short=True, details=details)
    except Exception:
        return Failure(take.unit, traceback.format_exc())


def _note(play: Play, recorder: Recorder) -> None:
    """Write down what bots were doing, what they weighed, how it went, and whom they called."""
    for phase in play.crew.phases:
        recorder.note(
            "phase",
            tick=phase.start,
            player=phase.agent,
            name=phase.name,
            end=phase.end if phase.end >= 0 else play.ticks,
            outcome=phase.outcome.status,
            reason=phase.outcome.reason,
        )
    for choice in play.crew.choices:
        recorder.note(
            "choice",
            tick=choice.tick,
            player=choice.agent,
            what=choice.what,
            scores=choice.scores,
            winner=choice.winner,
        )
    for slot, outcome in sorted(play.outcomes.items()):
        recorder.note("outcome", player=slot, outcome=outcome.status, reason=outcome.reason)
    for tick, kind, place in play.senses.called:
        recorder.spawned(tick, kind, place)


def plain(value: Any) -> Any:
    """A value as JSON can hold it; what it cannot hold, as its name."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(each) for each in value), key=repr)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return type(value).__name__
