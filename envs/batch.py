"""The results of a tick of many worlds, as arrays whose rows are players.

row = world * players + player.  Shares of worlds fill them side by side; here they become what
`reset` and `step` return.

With `copy=True` pictures are drawn into fresh arrays, which are the caller's, and the rest is
copied.  With `copy=False` there are two sets of arrays that take turns: what one step returns is
overwritten by the second step after it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.rendering.software import new_frames

from .bodies_observation import FACTS
from .config import EnvConfig
from .masks import BLOCK, discrete_mask, raw_mask
from .observation import Array, new_arrays, observed_names, only_name, passes


class Told(NamedTuple):
    """What infos and rewards are made of, for W worlds of P players."""

    facts: NDArray[np.int64]
    """(W * P, FACTS), see `bodies_observation`."""
    seeds: NDArray[np.int64]
    """(W, 2) of the episode and of its planet."""
    cycle: NDArray[np.int64]
    """(W,) ticks since the episode began."""
    parts: NDArray[np.float64]
    """(W, P, K) parts of the reward."""
    rewards: NDArray[np.float64]
    """(W, P)."""


class Batch:
    """Results of `worlds` worlds.

    Args:
        config: Of each world.
        worlds: How many.
    """

    def __init__(self, config: EnvConfig, worlds: int) -> None:
        self.config, self.worlds = config, worlds
        self.part_names = config.rules.part_names
        self.rows = worlds * config.players
        sets = 1 if config.copy else 2
        frame = new_frames(1, *config.resolution, config.players, passes(config))
        pictures = {name: getattr(frame, name)[0] for name in passes(config)}
        self._shapes = {name: (picture.shape, picture.dtype) for name, picture in pictures.items()}
        self.buffers = [new_arrays(config, self.rows) for _ in range(sets)]
        """What is observed without a renderer; what nobody observes has no rows."""
        self._drawn = [] if config.copy else [self._new_pictures() for _ in range(sets)]
        self.pictures: dict[str, Array] = {}
        """Where pictures are drawn in this tick."""
        self.turn = 0
        """Which set of arrays this tick fills."""
        self.told = self._new_told()
        self.ended, self.late = np.zeros(worlds, np.bool_), np.zeros(worlds, np.bool_)
        """(W,) whether the rules, or `max_cycles`, ended the episode in this tick."""
        self._everybody = np.ones(self.rows, np.bool_)
        self._everybody.setflags(write=False)
        self._masks = _mask_table(config)
        self._forget_final()

    def turn_over(self) -> None:
        """Choose the arrays for the coming tick."""
        if self._final_rows.any():
            self._forget_final()
        if self.config.copy:
            self.pictures = self._new_pictures()
        else:
            self.turn = 1 - self.turn
            self.pictures = self._drawn[self.turn]

    def observations(self) -> Any:
        """What everybody observes: one array (N, ...), or a dictionary of them."""
        arrays = self._arrays()
        if self.config.copy:
            arrays = {
                name: array if name in self.pictures else array.copy()
                for name, array in arrays.items()
            }
        name = only_name(self.config)
        return arrays if name is None else arrays[name]

    def infos(self, mask: NDArray[np.bool_] | None = None) -> dict[str, Any]:
        """Infos as Gymnasium's vector environments give them, of all rows or those of a mask."""
        mask = self._everybody if mask is None else mask
        infos = with_mask(self._infos_of(self.told), mask)
        if self._final_rows.any():
            whose = self._final_rows
            final = with_mask(self._infos_of(self._final_told), whose)
            infos |= {"final_obs": self._final, "final_info": final}
            infos |= {"_final_obs": whose, "_final_info": whose.copy()}
        return infos

    def keep_final(self, rows: slice, ended: NDArray[np.bool_]) -> None:
        """Keep what some of these rows observed and were told, before they are reset."""
        name, arrays = only_name(self.config), self._arrays()
        for row in np.arange(rows.start, rows.stop)[ended].tolist():
            final = {key: array[row].copy() for key, array in arrays.items()}
            self._final[row] = final if name is None else final[name]
        self._final_rows[rows] = ended
        worlds = slice(rows.start // self.config.players, rows.stop // self.config.players)
        self._final_told.facts[rows] = self.told.facts[rows]
        for kept, now in zip(self._final_told[1:], self.told[1:], strict=True):
            kept[worlds] = now[worlds]

    def _forget_final(self) -> None:
        """Make room for the final observations of coming ticks; the caller keeps the last."""
        self._final = np.full(self.rows, None, object)
        self._final_rows = np.zeros(self.rows, np.bool_)
        self._final_told = self._new_told()

    def _arrays(self) -> dict[str, Array]:
        arrays = {**self.buffers[self.turn], **self.pictures}
        return {name: arrays[name] for name in observed_names(self.config)}

    def _infos_of(self, told: Told) -> dict[str, Any]:
        players = self.config.players
        parts = told.parts.reshape(self.rows, -1)
        return {
            "seed": np.repeat(told.seeds[:, 0], players),
            "planet_seed": np.repeat(told.seeds[:, 1], players),
            "tick": np.repeat(told.cycle, players),
            "id": told.facts[:, 0].copy(),
            "team": told.facts[:, 3].copy(),
            "role": told.facts[:, 4].copy(),
            "action_mask": self._masks[told.facts[:, 1], told.facts[:, 2]],
            "reward_parts": {name: parts[:, k].copy() for k, name in enumerate(self.part_names)},
        }

    def _new_pictures(self) -> dict[str, Array]:
        return {name: np.empty((self.rows, *s), kind) for name, (s, kind) in self._shapes.items()}

    def _new_told(self) -> Told:
        players = self.config.players
        return Told(
            facts=np.zeros((self.rows, FACTS), np.int64),
            seeds=np.zeros((self.worlds, 2), np.int64),
            cycle=np.zeros(self.worlds, np.int64),
            parts=np.zeros((self.worlds, players, len(self.part_names))),
            rewards=np.zeros((self.worlds, players)),
        )


def with_mask(infos: dict[str, Any], mask: NDArray[np.bool_]) -> dict[str, Any]:
    """The infos, and beside each key the rows that it holds for."""
    told: dict[str, Any] = {}
    for name, value in infos.items():
        told[name] = with_mask(value, mask) if isinstance(value, dict) else value
        told[f"_{name}"] = mask
    return told


def _mask_table(config: EnvConfig) -> NDArray[np.int8]:
    """(grip, held slot, choices) the masks of `masks`, all components of an action in one row."""
    rows = []
    for grip in range(BLOCK + 1):
        for held in range(9):
            if config.action_mode == "discrete":
                rows.append(np.concatenate(discrete_mask(grip, held, config.messages)))
            else:
                mask = raw_mask(grip, held, config.messages)
                rows.append(np.concatenate([part for part in mask.values() if part is not None]))
    return np.stack(rows).reshape(BLOCK + 1, 9, -1)
