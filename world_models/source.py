"""What a dream is made of: a model, the game that it has seen, and places to begin at.

`load_world_model` reads one from a checkpoint; tests make theirs of a stand-in.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from mpgenie.checks import check_known
from mpgenie.envs.config import EnvConfig, config_from
from mpgenie.errors import ConfigError

from .starts import Start

CHOICES = ("action_mode", "missing", "death", "render_mode", "debug", "seed")
"""Options of `parallel_env` that a dream has too; the others belong to the game that was learnt."""


class State(Protocol):
    """What a model remembers of B dreams, a row for each."""

    there: Any
    """(B, P) bool, who is in the world; changed when somebody leaves."""
    seeds: Any
    """(B,) int64, from which all noise follows."""

    def rows(self, index: Sequence[int]) -> "State":
        """Some of the dreams, copied; any may be named twice."""

    def put(self, index: Sequence[int], other: Any) -> None:
        """Overwrite some of the dreams with those of another state."""

    def parts(self) -> dict[str, Any]:
        """All its tensors by name."""

    @classmethod
    def of(cls, parts: Mapping[str, Any]) -> "State":
        """From what `parts` gave."""

    @classmethod
    def joined(cls, states: Sequence[Any]) -> "State":
        """All dreams of some states, in order."""


class Model(Protocol):
    """What dreams, such as `session.WorldModel`: it knows neither episodes nor names."""

    def open(self, frames: Any, controls: Any, there: Any, seeds: Any) -> Any:
        """Begin dreams that go on from clips.

        Args:
            frames: (B, T, P, H, W, 3) uint8.
            controls: (B, T - 1, P, 22) float32, what led from each frame to the next.
            there: (B, T, P) bool.
            seeds: (B,) int64.

        Returns:
            A `State` of B dreams.
        """

    def step(self, state: Any, controls: Any) -> Any:
        """Dream the next frame of all, given (B, P, 22) controls; the state moves on in place.

        Returns:
            Tensors `frames` (B, P, H, W, 3) uint8, `rewards` (B, P), `chance` (B, P): how likely it
            is that a player's episode ends with this frame, and `finite` (B,): whether what was
            dreamt is numbers.
        """


@dataclass(frozen=True, eq=False)
class Source:
    """A model and all that an environment needs to know of it."""

    model: Model
    options: Mapping[str, Any]
    """Options of `parallel_env` for the game that it has seen; `resolution` is that of its frames,
    `players` the most that it has seen at a time."""
    starts: Sequence[Start] = ()
    """Where dreams begin if nobody says otherwise."""
    pool: int = 16
    """The most players that it can tell apart."""
    path: str | None = None
    """The checkpoint that it is from, if any."""
    name: str = ""
    """Says which model it is, so that no snapshot is taken up by another."""

    @property
    def fixed(self) -> bool:
        """Whether it takes exactly as many players as it has seen."""
        return bool(getattr(getattr(self.model, "config", None), "fixed", False))

    @property
    def config(self) -> EnvConfig:
        """Of the game that it has seen."""
        return config_from(self.options)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.path is not None:
            return source_of, (self.path, str(getattr(self.model, "device", "auto")))
        return Source, tuple(getattr(self, each.name) for each in fields(self))


def dream_config(
    source: Source, players: int | None, horizon: int, options: Mapping[str, Any]
) -> EnvConfig:
    """The config of a dream: that of the game, but for what may be chosen.

    Args:
        source: What dreams.
        players: How many; None = as many as it has seen.
        horizon: Ticks after which everybody is truncated.
        options: Those of `CHOICES`.

    Raises:
        ConfigError: If an option belongs to the game or is wrong, or there are too many players.
    """
    for name in options:
        if name in ("horizon", "max_cycles"):
            raise ConfigError("horizon says after how many ticks a dream is truncated")
        if name in {each.name for each in fields(EnvConfig)} - {*CHOICES}:
            raise ConfigError(
                f"{name} belongs to the game that the model has seen "
                f"({source.options.get(name, getattr(source.config, name))!r}): learn another, or "
                f"leave it out; a dream's own options are {', '.join(CHOICES)}"
            )
        check_known("option", name, CHOICES)
    seen = source.config
    players = seen.players if players is None else players
    ours = {"observe": "rgb", "messages": 0, "copy": True, "players": players}
    config = config_from({**source.options, **options, **ours, "max_cycles": horizon})
    if source.fixed and players != seen.players:
        raise ConfigError(f"this model takes exactly {seen.players} players, got {players}")
    if players > source.pool:
        raise ConfigError(
            f"this model tells {source.pool} players apart at most, got players={players}"
        )
    if players > seen.players:
        warnings.warn(
            f"this model has seen {seen.players} players at a time and now dreams of {players}",
            stacklevel=4,
        )
    return config


def is_world_model(folder: Path) -> bool:
    """Whether a folder holds a checkpoint of a world model, or what is left of one."""
    return any((folder / name).is_file() for name in ("config.json", "model.safetensors"))


def source_of(checkpoint: "str | Path | Source", device: str = "auto") -> Source:
    """What a checkpoint holds, read if it has not been read already.

    Args:
        checkpoint: A folder, or what was made of one.
        device: As of `load_world_model`.
    """
    if isinstance(checkpoint, Source):
        return checkpoint
    from .checkpoint import load_world_model

    return load_world_model(checkpoint, device=device)
