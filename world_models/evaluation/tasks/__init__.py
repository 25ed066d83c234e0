"""Tasks: kinds of episodes, and what is asked of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mpgenie.checks import check_known, check_whole
from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation.cases import Case, case_of
from mpgenie.world_models.evaluation.game import Game, Take

from .asking import Asked
from .building import building, no_building, unbuilt
from .consistency import turn_to_look, turn_to_look_opposite
from .looking_away import looking_away
from .movement import rotation, translation

__all__ = ["TASKS", "Task", "cases_of"]

ON_A_PLANET = 4
"""Episodes of a task that are played on one planet."""
TRIES = 4
"""Episodes that are played at most, for each that is wanted."""


@dataclass(frozen=True)
class Task:
    """A kind of episode, and what is asked."""

    title: str
    kind: str
    """Of `mpgenie.agents.bots.episodes.EPISODES`."""
    ask: Callable[[Game, Take], Asked | None]
    """What is asked of an episode; None if it is none to ask about, as the other is hardly seen."""
    question: str
    """In words, for a judge who reads them."""
    retake: Callable[[Game, Take], Take] | None = None
    """Makes another episode of the one that was played."""


_BEFORE = "The first frame is from before, the second from now. "
_MOVED = _BEFORE + "Which way did the other player go, as it is seen here?"
_TURNED = _BEFORE + "How far round did the view turn?"
_OTHER = _BEFORE + "Is another player in view now?"
_BUILT = _BEFORE + "Does a structure of blocks stand there now that did not before?"
_SAME = "These are two players' views. Do they show the same scenery?"
TASKS = {
    "movement_a": Task("Movement: steps", "translation", translation, _MOVED),
    "movement_b": Task("Movement: turns", "rotation", rotation, _TURNED),
    "grounding": Task("Grounding: one looks away", "one_looks_away", looking_away, _OTHER),
    "memory": Task("Memory: both look away", "both_look_away", looking_away, _OTHER),
    "building": Task("Building", "structure", building, _BUILT),
    "no_building": Task("Building: nothing built", "structure", no_building, _BUILT, unbuilt),
    "consistency_same": Task("Consistency: one side", "turn_to_look", turn_to_look, _SAME),
    "consistency_opposite": Task(
        "Consistency: opposite sides", "turn_to_look_opposite", turn_to_look_opposite, _SAME
    ),
}  # fmt: skip
"""Solaris's five, with the control that its Building has not."""


def cases_of(
    game: Game, names: Sequence[str] | None, count: int, seed: int
) -> dict[str, list[Case]]:
    """Play episodes for some tasks, and prepare what is asked.

    Args:
        game: To play in.
        names: Of `TASKS`; None = all.
        count: How many for each.
        seed: Everything random follows from it.

    Raises:
        ConfigError: If a task is unknown, a number absurd, or scripts do not succeed often enough
            on these planets.
    """
    check_whole("episodes", count, 1, 4096)
    check_whole("seed", seed, 0, 2**16)
    wanted = list(TASKS) if names is None else list(names)
    if not wanted:
        raise ConfigError(f"name one task or more: {', '.join(TASKS)}; leave them out for all")
    for name in wanted:
        check_known("task", name, TASKS)
    return {name: _cases(game, name, count, seed) for name in wanted}


def _cases(game: Game, name: str, count: int, seed: int) -> list[Case]:
    task, found = TASKS[name], list[Case]()
    for number in range(TRIES * count):
        planet = 2 * (seed * 4096 + number // ON_A_PLANET) + 1
        take = game.play(task.kind, seed * 65_536 + number, planet)
        if not take.success:
            continue
        if task.retake is not None:
            take = task.retake(game, take)
        if (asked := task.ask(game, take)) is not None:
            found.append(case_of(game, f"{name}_{number}", take, *asked))
        if len(found) == count:
            return found
    raise ConfigError(
        f"of {TRIES * count} episodes of {task.kind} {len(found)} went as scripted, not {count}: "
        "larger or more level planets are needed"
    )
