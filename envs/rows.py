"""What a caller of a vector environment says about worlds and rows, checked.

row = world * players + player.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from mpgenie.checks import check_known
from mpgenie.errors import ConfigError

from .episodes import whole_seed


def whole_count(name: str, value: object, most: int) -> int:
    """A whole number from 1 to `most`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise ConfigError(f"{name} must be a whole number, got {value!r}")
    if not 1 <= value <= most:
        raise ConfigError(f"{name} must lie between 1 and {most}, got {value}")
    return int(value)


def mode_named(mode: AutoresetMode | str) -> AutoresetMode:
    """One of Gymnasium's modes, by itself, its name or its value."""
    names = {name: each for each in AutoresetMode for name in (each.name, each.value)}
    if isinstance(mode, AutoresetMode):
        return mode
    check_known("autoreset_mode", mode, names)
    return names[mode]


def world_numbered(world: object, worlds: int) -> int:
    """The number of a world."""
    if isinstance(world, bool) or not isinstance(world, (int, np.integer)):
        raise ConfigError(f"a world is named by its number, got {world!r}")
    if not 0 <= world < worlds:
        raise ConfigError(f"worlds are 0 to {worlds - 1}, got {world}")
    return int(world)


def seeds_of(
    seed: int | Sequence[int | None] | None, worlds: int, players: int
) -> list[int | None]:
    """One seed for each world: consecutive ones from an int on, or those of a list."""
    if seed is None:
        return [None] * worlds
    if isinstance(seed, (Sequence, np.ndarray)) and not isinstance(seed, (str, bytes)):
        seeds = [None if one is None else whole_seed("seed", one) for one in seed]
        if len(seeds) != worlds:
            raise ConfigError(
                f"seed must be one number or {worlds}, one for each world (the {players} "
                f"players of a world share its seed), got {len(seeds)}"
            )
        return seeds
    first = whole_seed("seed", seed)
    whole_seed("seed of the last world", first + worlds - 1)
    return [first + w for w in range(worlds)]


def worlds_of(rows: Any, worlds: int, players: int) -> NDArray[np.bool_]:
    """(W,) the worlds that a `reset_mask` picks; all of them, if it is None."""
    if rows is None:
        return np.ones(worlds, np.bool_)
    shape = (worlds * players,)
    kind = rows.dtype if isinstance(rows, np.ndarray) else type(rows).__name__
    if kind != np.bool_ or rows.shape != shape:
        got = rows.shape if isinstance(rows, np.ndarray) else ""
        raise ConfigError(f"reset_mask must be a bool array of shape {shape}, got {kind} {got}")
    chosen: NDArray[np.bool_] = rows.reshape(worlds, players)
    torn = np.flatnonzero(chosen.any(axis=1) != chosen.all(axis=1))
    if torn.size:
        raise ConfigError(
            f"all players of a world are reset together, but reset_mask names some of world "
            f"{torn[0]}: {chosen[torn[0]].tolist()}"
        )
    if not rows.any():
        raise ConfigError("reset_mask names no row: leave the call out")
    return chosen[:, 0].copy()
