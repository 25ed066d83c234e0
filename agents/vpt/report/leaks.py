"""Whether pictures give buttons away: keys drawn over the view, debug text, a cursor.

A model that reads an overlay scores well and has learnt nothing.  So each frame is cut into 8 x 8
patches, and a line through what is simplest about each of them (least squares) is to tell each
button: its mean colour, and its darkest and brightest red, green and blue, which a single pixel
changes.  The line is fitted on one half of the episodes and judged on the other, and the other way
round, by the area under its curve of hits and false alarms (AUC: 0.5 = chance).  No honest picture
lets one patch know a button nearly always, in both halves; one that does is called a leak.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.vpt.corpus import Play
from mpgenie.envs.simulation.actions import BUTTONS

PATCHES = 8
"""So many by so many."""
SUSPECT = 0.98
"""The AUC above which it is a leak."""
LEAST = 20
"""Ticks that a button must be down, and up, in each half to be judged."""
LAGS = (0, 1)
"""Frames after that on which the action was chosen."""
FACTS = 9
"""Numbers that are known of a patch."""
Floats = NDArray[np.float64]


class Probe:
    """Looks at plays, then says what gives buttons away.

    Args:
        seed: Of how episodes are put into halves.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._patches: list[NDArray[np.float32]] = []  # (T + 1, P, 64, 9) of each play
        self._plays: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]] = []

    def add(self, play: Play) -> None:
        """Look at a play."""
        self._patches.append(patches(play.frames))
        self._plays.append((play.down, play.there))

    def found(self) -> dict[str, Any]:
        """What it is, as JSON takes it.

        Returns:
            `leaks`: a list of `button`, `row` and `column` of the patch, and `auc`, worst first;
            `buttons`: for each that could be judged `auc`, the highest of all patches, and `map`,
            (8, 8) of each; how many `episodes` there were, and `suspect`.
        """
        about = {"episodes": len(self._plays), "suspect": SUSPECT}
        halves = self._halves()
        if not halves:
            return {**about, "buttons": {}, "leaks": []}
        table = np.maximum.reduce([self._areas(halves, lag) for lag in LAGS])  # (8, 8, 20)
        judged = np.flatnonzero(~np.isnan(table[0, 0]))
        buttons = {
            BUTTONS[b]: {
                "auc": float(table[..., b].max()),
                "map": table[..., b].round(4).tolist(),
            }
            for b in judged
        }
        spots = np.argwhere(np.nan_to_num(table) > SUSPECT).tolist()
        spots.sort(key=lambda spot: -table[tuple(spot)])
        leaks = [
            {"button": BUTTONS[b], "row": y, "column": x, "auc": float(table[y, x, b])}
            for y, x, b in spots
        ]
        return {**about, "buttons": buttons, "leaks": leaks}

    def _halves(self) -> list[list[int]]:
        """Numbers of plays; nothing if there are fewer than two."""
        order = np.random.default_rng(self.seed).permutation(len(self._plays)).tolist()
        return [order[0::2], order[1::2]] if len(order) > 1 else []

    def _areas(self, halves: Sequence[Sequence[int]], lag: int) -> Floats:
        """(8, 8, 20) the lower AUC of the two ways; NaN for buttons that are too rare."""
        one, two = (self._gathered(half, lag) for half in halves)
        return np.minimum(_judge(one, two), _judge(two, one))

    def _gathered(self, half: Sequence[int], lag: int) -> tuple[Floats, NDArray[np.bool_]]:
        """(n, 64, 9) patches and (n, 20) buttons of the ticks that count."""
        facts, down = [], []
        for k in half:
            pressed, there = self._plays[k]
            facts.append(self._patches[k][lag : lag + len(pressed)][there])
            down.append(pressed[there])
        return np.concatenate(facts).astype(np.float64), np.concatenate(down)


def patches(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(..., 64, 9) what is known of the patches of frames (..., H, W, 3), each 0 to 1."""
    *lead, height, width, _ = frames.shape
    high, wide = height // PATCHES, width // PATCHES
    whole = frames[..., : high * PATCHES, : wide * PATCHES, :]
    each = whole.reshape(*lead, PATCHES, high, PATCHES, wide, 3)
    within = (-4, -2)
    facts = [each.mean(within, dtype=np.float32), each.min(within), each.max(within)]
    table = np.concatenate(facts, -1).reshape(*lead, PATCHES**2, FACTS)
    return (table / np.float32(255.0)).astype(np.float32)


def area_under_curve(truth: NDArray[np.bool_], score: Floats) -> float:
    """How often a true one scores above a false one, half for equals; NaN without either."""
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2.0  # mean rank of each run of equals, from 1
    above = float(rank[place][truth].sum()) - positives * (positives + 1) / 2.0
    return above / (positives * negatives)


def _judge(
    learnt: tuple[Floats, NDArray[np.bool_]], held_out: tuple[Floats, NDArray[np.bool_]]
) -> Floats:
    """(8, 8, 20) AUC of lines fitted on the one, on the other."""
    x, down = learnt
    judged_x, judged = held_out
    areas = np.full((PATCHES**2, len(BUTTONS)), np.nan)
    usable = [
        b
        for b in range(len(BUTTONS))
        if all(LEAST <= part[:, b].sum() <= len(part) - LEAST for part in (down, judged))
    ]
    for patch in range(PATCHES**2):
        mean = x[:, patch].mean(0)
        away = x[:, patch] - mean
        each = away.T @ away + 1e-6 * len(away) * np.eye(FACTS)
        line = np.linalg.solve(each, away.T @ (down - down.mean(0)))  # (9, 20)
        score = (judged_x[:, patch] - mean) @ line
        for b in usable:
            areas[patch, b] = area_under_curve(judged[:, b], score[:, b])
    return areas.reshape(PATCHES, PATCHES, -1)
