"""Clones at play, in `parallel_env` and in `vector_env`.

policy = cloned("out/bc")
env = mpgenie.parallel_env(**policy.env_options)
observations, _ = env.reset(seed=7)
state = None
while env.agents:
    actions, state = policy.act(observations, state)
    observations, *_ = env.step(actions)
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.state_observation import STATE_SIZE
from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .clone_network import Memory
from .cloning import Cloned, load_clone

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

from mpgenie.agents.noise import kept_noise, noise  # noqa: E402


class Playing(NamedTuple):
    """What a clone remembers from tick to tick."""

    names: tuple[str, ...]
    """Whose rows those of the memory are; none for rows without names."""
    memory: Memory
    noise: bytes
    """The state of what chooses among likely actions."""


class ClonePolicy:
    """Plays as those did whom it was cloned from; it keeps nothing between calls.

    Args:
        clone: What was learnt.
        seed: What is drawn when it chooses.
        temperature: Below 1 likely actions become likelier; 0 takes the likeliest always.
    """

    def __init__(self, clone: Cloned, *, seed: int = 0, temperature: float = 1.0) -> None:
        if not 0.0 <= temperature <= 100.0:
            raise ConfigError(f"temperature must lie in 0..100, got {temperature}")
        self.clone, self.seed, self.temperature = clone, seed, temperature

    @property
    def env_options(self) -> dict[str, Any]:
        """Options of `parallel_env` and `vector_env` for the game that it was cloned in."""
        options = dict(self.clone.game)
        if self.clone.config.observe == "rgb":
            options["resolution"] = self.clone.config.network.resolution
        return options

    def act(
        self, observations: Mapping[str, Any], state: Playing | None = None
    ) -> tuple[dict[str, NDArray[np.int64]], Playing]:
        """Choose discrete actions for players.

        Args:
            observations: What each of them observes.
            state: What the last call returned; None when an episode begins.  Players that were
                not there then begin anew.
        """
        names = tuple(observations)
        memory = self.clone.model.fresh(len(names))
        if state is not None:
            memory = _ordered(memory, names, state)
        if not names:
            return {}, Playing(names, memory, kept_noise(self._noise(state)))
        seen = [self._own(observations[name]) for name in names]
        actions, after = self._choose(np.stack(seen), memory, self._noise(state))
        return dict(zip(names, actions, strict=True)), after._replace(names=names)

    def choose(
        self,
        observations: Any,
        state: Playing | None = None,
        *,
        begins: NDArray[np.bool_] | None = None,
    ) -> tuple[NDArray[np.int64], Playing]:
        """Choose for the rows of a vector environment.

        Args:
            observations: Of B rows.
            state: What the last call returned; None at first.
            begins: (B,) whose episode begins with what is observed now, `infos["tick"] == 0`.

        Returns:
            (B, C) discrete actions, and the state for the next call.
        """
        rows = self._own(observations)
        memory = self.clone.model.fresh(len(rows)) if state is None else state.memory
        if len(memory.ticks) != len(rows):
            raise ConfigError(f"the state is of {len(memory.ticks)} rows, not of {len(rows)}")
        if begins is not None:
            goes_on = torch.from_numpy(~np.asarray(begins, np.bool_))
            memory = memory._replace(ticks=memory.ticks * goes_on)
        return self._choose(rows, memory, self._noise(state))

    @torch.no_grad()
    def _choose(
        self, rows: NDArray[np.uint8], memory: Memory, rng: torch.Generator
    ) -> tuple[NDArray[np.int64], Playing]:
        model, classes = self.clone.model, self.clone.classes
        seen = torch.from_numpy(np.ascontiguousarray(rows)).unsqueeze(1)
        convolves = self.clone.config.observe == "rgb"  # nothing else is faster in 16 bits
        with torch.autocast("cpu", torch.bfloat16, enabled=convolves):
            told, memory = model.follow(seen, memory)
        chosen = self._drawn(told["classes"][:, 0], rng).numpy()
        turns = self._drawn(told["camera"][:, 0], rng).numpy()
        actions = classes.rows(chosen, turns)
        if self.clone.game.get("messages"):  # a clone says nothing
            actions = np.pad(actions, ((0, 0), (0, 1)))
        return actions, Playing((), memory, kept_noise(rng))

    def _drawn(self, scores: Tensor, rng: torch.Generator) -> Tensor:
        """(B,) a choice for scores (B, choices)."""
        if self.temperature == 0.0:
            return scores.argmax(-1)
        noise = torch.empty_like(scores).exponential_(generator=rng)
        return (scores / self.temperature - noise.log()).argmax(-1)

    def _noise(self, state: Playing | None) -> torch.Generator:
        return noise(self.seed, None if state is None else state.noise)

    def _own(self, observed: Any) -> NDArray[np.uint8]:
        """What the clone looks at of what is observed."""
        name, network = self.clone.config.observe, self.clone.config.network
        if isinstance(observed, Mapping):
            if name not in observed:
                raise ConfigError(f"a clone of {name!r} was shown {sorted(observed)}")
            observed = observed[name]
        seen = np.asarray(observed)
        wanted = (*network.resolution, 3) if name == "rgb" else (STATE_SIZE,)
        if seen.dtype != np.uint8 or seen.shape[-len(wanted) :] != wanted:
            raise ConfigError(
                f"this clone looks at {name!r}, uint8 {wanted}, but was shown {seen.dtype} "
                f"{seen.shape}: make the environment with its env_options"
            )
        return seen


def _ordered(fresh: Memory, names: tuple[str, ...], state: Playing) -> Memory:
    """The memory of some players in their order; fresh for those who are not in the state."""
    if state.names == names:
        return state.memory
    known = [k for k, name in enumerate(names) if name in state.names]
    here = torch.tensor(known, dtype=torch.int64)
    there = torch.tensor([state.names.index(names[k]) for k in known], dtype=torch.int64)

    def taken(new: Tensor, old: Tensor) -> Tensor:
        return new.index_copy(0, here, old[there])

    kept = tuple(taken(new, old) for new, old in zip(fresh.kept, state.memory.kept, strict=True))
    parts = {
        name: taken(getattr(fresh, name), getattr(state.memory, name))
        for name in Memory._fields
        if name != "kept"
    }
    return Memory(**parts, kept=kept)


def cloned(path: str | Path, *, seed: int = 0, temperature: float = 1.0) -> ClonePolicy:
    """A clone as a policy.

    Args:
        path: The file of a clone, or the folder of its run.
        seed: As of `ClonePolicy`.
        temperature: As of `ClonePolicy`.
    """
    return ClonePolicy(load_clone(Path(path)), seed=seed, temperature=temperature)
