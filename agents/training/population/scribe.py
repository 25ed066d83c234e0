"""Looks on at matches and notes them as takes.

scribe = Scribe()
matches = arena.play(seating, seeds, scribe)
takes = scribe.takes(matches, names)
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .matches import Arena, Matches, Step
from .players import Trained
from .takes import Take


class Scribe:
    """Looks on at matches and notes what everybody decided.

    Args:
        arena: Where they are played, to note logits and values of trained players, too; None = only
            decisions.
    """

    def __init__(self, arena: Arena | None = None) -> None:
        self.arena = arena
        self._decisions: list[NDArray[np.int64]] = []
        self._playing: list[NDArray[np.bool_]] = []
        self._thoughts: list[tuple[NDArray[np.float16], NDArray[np.float32]]] = []
        self._repeat = 1

    def __call__(self, step: Step) -> None:
        """A step has passed, or matches begin."""
        if not len(step.actions):
            self._decisions, self._playing, self._thoughts = [], [], []
            self._repeat = step.envs.repeat
            return
        self._decisions.append(step.actions.copy())
        self._playing.append(step.playing)
        if self.arena is not None:
            self._thoughts.append(self._considered(step, self.arena))

    def takes(self, matches: Matches, who: Sequence[str]) -> list[Take]:
        """The matches that have just been played.

        Args:
            matches: How they went.
            who: Of each player of the arena what it is called, as in `Take`.
        """
        decisions, playing = np.stack(self._decisions), np.stack(self._playing)
        found = []
        for w, seed in enumerate(matches.seeds):
            on = playing[:, w]
            thoughts = {}
            if self._thoughts:
                logits, values = (
                    np.stack(each)[on, w] for each in zip(*self._thoughts, strict=True)
                )
                thoughts = {"logits": logits, "values": values}
            names = tuple(who[k] for k in matches.seating[w].tolist())
            found.append(Take(seed, decisions[on, w], self._repeat, names, thoughts))
        return found

    def _considered(
        self, step: Step, arena: Arena
    ) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
        """(W, P, C, K) logits and (W, P) values; nan of those who have none."""
        worlds, slots, parts = step.actions.shape
        counts = arena.envs.single_action_space.nvec  # type: ignore[attr-defined]
        logits = np.full((worlds * slots, parts, int(counts.max())), np.nan, np.float16)
        values = np.full(worlds * slots, np.nan, np.float32)
        for player, rows in arena.seated:
            if isinstance(player, Trained):
                logs, worth = player.thoughts
                logits[rows], values[rows] = np.maximum(logs, -1e4), worth
        return logits.reshape(worlds, slots, parts, -1), values.reshape(worlds, slots)
