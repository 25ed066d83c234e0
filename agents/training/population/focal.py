"""Focal players among frozen others: do they get along with those whom they never learnt with?

After Leibo et al., "Scalable Evaluation of Multi-Agent Reinforcement Learning with Melting Pot"
(2021).  In each match some slots are focal, the others are drawn from a background of players who
learn nothing any more, each slot by itself and with replacement:

    self_play   everybody is focal
    resident    all but one are focal: a stranger visits
    visitor     one is focal, among strangers
    solo        one is focal, and nobody else moves

What counts is the mean score of the focal slots of a match.  Which slot is the odd one goes round,
and match k has the same world and the same background for every focal player.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mpgenie.checks import check_known
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.errors import ConfigError
from mpgenie.intervals import Estimate, stratified

from .matches import Arena, Ints
from .players import Idle, Player

MODES = ("self_play", "resident", "visitor", "solo")
_KEY = 47


class Trial(NamedTuple):
    """How a focal player did in one mode."""

    focal: str
    mode: str
    score: Estimate
    """The interquartile mean over matches."""
    each: list[float]
    """Match by match."""

    def to_plain(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {**self._asdict(), "score": list(self.score)}


def trials(
    focal: Mapping[str, Player],
    background: Mapping[str, Player],
    game: Mapping[str, Any],
    *,
    modes: Sequence[str] = MODES,
    matches: int = 32,
    seed: int = 0,
    worlds: int = 16,
    threads: int | None = 1,
) -> list[Trial]:
    """Try every focal player in every mode.

    Args:
        focal: Who is judged, by name.
        background: Who the others are drawn from.
        game: As of `Arena`.
        modes: Some of `MODES`.
        matches: In each mode.
        seed: Of worlds, which are odd, and of the draws.
        worlds: How many matches are played side by side.
        threads: As of `Arena`.

    Raises:
        ConfigError: If there is no such mode, or nobody in the background.
    """
    for mode in modes:
        check_known("mode", mode, MODES)
    if not background or matches < 1:
        raise ConfigError("trials need somebody in the background, and matches")
    worlds, found = min(worlds, matches), []
    everybody = [*background.values(), Idle()]
    for name, player in focal.items():
        with Arena([player, *everybody], game, worlds, threads) as arena:
            for mode in modes:
                each = _scores(arena, mode, matches, seed)
                found.append(Trial(name, mode, stratified([each]), each))
    return found


def seats(mode: str, match: int, slots: int, background: int, seed: int = 0) -> Ints:
    """Who sits where in a match.

    Args:
        mode: One of `MODES`.
        match: Its number.
        slots: Of each world.
        background: How many players there are in the background.
        seed: Of the draws.

    Returns:
        (slots,) 0 for the focal player, 1 and more for those of the background, and one more than
        all of those for nobody.
    """
    rng = np.random.default_rng([key_of(seed, _KEY, match), 1])
    drawn = rng.integers(1, background + 1, slots)
    odd = np.arange(slots) == match % slots
    others = {
        "self_play": np.zeros(slots, np.bool_), "resident": odd, "visitor": ~odd, "solo": ~odd,
    }[mode]  # fmt: skip
    strangers = drawn if mode != "solo" else np.full(slots, background + 1)
    return np.where(others, strangers, 0)


def _scores(arena: Arena, mode: str, matches: int, seed: int) -> list[float]:
    """Mean scores of focal slots, match by match; the last batch is filled up and cut off."""
    worlds, slots = arena.envs.num_worlds, arena.envs.config.players
    found: list[float] = []
    while len(found) < matches:
        numbers = range(len(found), len(found) + worlds)
        rows = np.stack([seats(mode, k, slots, len(arena.players) - 2, seed) for k in numbers])
        played = arena.play(rows, [2 * (key_of(seed, _KEY, k) % 2**31) + 1 for k in numbers])
        found += [float(played.scores[w][rows[w] == 0].mean()) for w in range(worlds)]
    return found[:matches]


def table(found: Sequence[Trial]) -> str:
    """For a terminal: a line for each focal player, a column for each mode."""
    modes = list(dict.fromkeys(trial.mode for trial in found))
    wide = max(6, *(len(trial.focal) for trial in found))
    lines = [f"{'focal':{wide}}" + "".join(f"{mode:>24}" for mode in modes)]
    for name in dict.fromkeys(trial.focal for trial in found):
        cells = {trial.mode: str(trial.score) for trial in found if trial.focal == name}
        lines.append(f"{name:{wide}}" + "".join(f"{cells[mode]:>24}" for mode in modes))
    return "\n".join(lines)
