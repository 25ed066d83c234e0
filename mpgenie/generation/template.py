"""A template of scenarios: what each variable of an episode is drawn from.

    type = ["chase", "build_tower"]
    planet = ["normal", "flat"]
    players = {grid = [2, 4]}
    distance = {log_uniform = [4, 24]}

    [objective.build_tower]
    height = {integers = [4, 12]}

    [cells]
    walked = [10, 40]
    placed = [1]

docs/templates.md has every key.  Unit `i` follows from the template, the seed and `i` alone.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from math import prod, sqrt
from pathlib import Path
from typing import Any, Self

import numpy as np

from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.agents.bots.episodes.wishes import ROLES, WEATHER, Wishes
from mpgenie.datasets.coverage import Cells
from mpgenie.envs.planet.planet import KINDS
from mpgenie.errors import ConfigError, suggest

from .plan import episode_type
from .samplers import Part, Sampler, Value, sampler
from .scenario import Scenario
from .steering import Steering

VARIABLES = ("type", "planet", "size", "players", "hour", "weather", "distance", "roles")
_BRANCH, _PARAMETERS = 42, 16  # of the tree of keys; the word of a unit's first parameter


def _training_types() -> Sampler:
    """All types for training, longer episodes more seldom."""
    types = [episode for episode in EPISODES.values() if not episode.held_out]
    weights = tuple(round(1.0 / sqrt(episode.seconds), 4) for episode in types)
    return Sampler("choice", tuple(episode.name for episode in types), weights)


@dataclass(frozen=True, kw_only=True)
class Template:
    """What scenarios are drawn from; None leaves a variable to the type of the episode.

    Each may be given as a `Sampler`, or as it stands in TOML.
    """

    type: Any = field(default_factory=_training_types)
    planet: Any = "normal"
    size: Any = 96
    players: Any = 2
    hour: Any = None
    """Local hour at which an episode begins, 12 being noon."""
    weather: Any = None
    """"dry" or "wet"."""
    distance: Any = None
    """Metres between players at first."""
    roles: Any = "drawn"
    """How roles are dealt: see `wishes.ROLES`."""
    objective: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Samplers for the parameters of types, by type and name: see `Episode.parameters`."""
    cells: Cells = field(default_factory=Cells)
    """Of behaviour, which `mpgenie.orchestrate` fills."""
    steering: Steering = field(default_factory=Steering)

    def __post_init__(self) -> None:
        for name in VARIABLES:
            given = getattr(self, name)
            if given is not None:
                drawn = sampler(name, given)
                _CHECKS[name](name, drawn)
                object.__setattr__(self, name, drawn)
        for name in ("type", "planet", "size", "players", "roles"):
            if getattr(self, name) is None:
                raise ConfigError(f"{name}: name a value or a sampler, got None")
        object.__setattr__(self, "objective", self._objective())
        for name in self.steering.by:
            if name not in VARIABLES or getattr(self, name) is None:
                known = [name for name in VARIABLES if getattr(self, name) is not None]
                raise ConfigError(f"steering.by: nothing draws {name!r}. {suggest(name, known)}")

    def _objective(self) -> dict[str, dict[str, Sampler]]:
        found: dict[str, dict[str, Sampler]] = {}
        for type_, given in self.objective.items():
            key = f"objective.{type_}"
            if type_ not in self.type.values:
                names = [str(value) for value in self.type.values]
                raise ConfigError(
                    f"{key}: the template makes no {type_!r}. {suggest(type_, names)}"
                )
            parameters = episode_type(type_).parameters
            found[type_] = {}
            for name, spec in sorted(given.items()):
                if name not in parameters:
                    raise ConfigError(f"{key}.{name}: {suggest(name, parameters)}")
                drawn = sampler(f"{key}.{name}", spec)
                least, most = parameters[name]
                _Allowed(least=least, most=most, whole=True).check(f"{key}.{name}", drawn)
                found[type_][name] = drawn
        return found

    @property
    def by(self) -> tuple[str, ...]:
        """The variables that make strata: those named, else the usual ones that vary."""
        usual = ("type", "planet", "hour", "distance")
        drawn = {name: getattr(self, name) for name in usual}
        varying = tuple(n for n, each in drawn.items() if each is not None and each.varies)
        return self.steering.by or varying

    @property
    def types(self) -> tuple[str, ...]:
        """All types that may be drawn."""
        return tuple(str(value) for value in self.type.values)

    def draw(self, seed: int, number: int, parts: Mapping[str, Part] | None = None) -> Scenario:
        """The scenario of a unit.

        Args:
            seed: Of the dataset.
            number: Of the unit.
            parts: Of variables that are drawn from a part of their sampler alone.
        """
        words = np.random.SeedSequence(seed, spawn_key=(_BRANCH, number)).generate_state(
            _PARAMETERS + 8, np.uint64
        )
        shares = [int(word) / 2**64 * (1.0 - 2.0**-53) for word in words]
        values = {
            name: self._value(name, number, shares[k], (parts or {}).get(name))
            for k, name in enumerate(VARIABLES)
        }
        objective = self.objective.get(str(values["type"]), {})
        parameters = {
            name: each.at(share)
            for (name, each), share in zip(objective.items(), shares[_PARAMETERS:], strict=False)
        }
        world = {name: values[name] for name in ("type", "planet", "size", "players")}
        wished = {name: values[name] for name in ("hour", "weather", "distance", "roles")}
        return Scenario(**world, wishes=Wishes(**wished, parameters=parameters))  # type: ignore[arg-type]

    def _value(self, name: str, number: int, share: float, part: Part | None) -> Value | None:
        drawn: Sampler | None = getattr(self, name)
        if drawn is None:
            return None
        if part is not None:
            return drawn.at(part[0] + (part[1] - part[0]) * share)
        if drawn.kind == "grid":
            return drawn.values[number // self._stride(name) % len(drawn.values)]
        return drawn.at(share)

    def _stride(self, name: str) -> int:
        """After how many units a grid goes on to its next value: the first goes on each time."""
        before = (getattr(self, each) for each in VARIABLES[: VARIABLES.index(name)])
        return prod(len(s.values) for s in before if s is not None and s.kind == "grid")

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as they stand in TOML."""
        drawn = {name: getattr(self, name) for name in VARIABLES}
        plain: dict[str, Any] = {n: s.as_plain() for n, s in drawn.items() if s is not None}
        objective = {
            type_: {name: each.as_plain() for name, each in parameters.items()}
            for type_, parameters in self.objective.items()
        }
        edges = {name: list(edges) for name, edges in self.cells.edges.items()}
        steering = self.steering.as_dict() | {"thin": self.cells.thin}
        return {**plain, "objective": objective, "cells": edges, "steering": steering}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `as_dict` gave, or what stands in a TOML file.

        Raises:
            ConfigError: If a key or value is none of ours; the message names the key.
        """
        given = dict(values)
        for name in given:
            known = [each.name for each in fields(cls)]
            if name not in known:
                raise ConfigError(f"{name}: there is no such key. {suggest(name, known)}")
        for name in ("objective", "cells", "steering"):
            _check_table(name, given.get(name, {}))
        for name, parameters in given.get("objective", {}).items():
            _check_table(f"objective.{name}", parameters)
        steering = dict(given.pop("steering", {}))
        cells: dict[str, Any] = {"thin": steering.pop("thin")} if "thin" in steering else {}
        if "cells" in given:
            cells["edges"] = {name: _edges(name, e) for name, e in given.pop("cells").items()}
        return cls(**given, cells=Cells(**cells), steering=Steering.from_dict(steering))

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read the text of a template."""
        try:
            return cls.from_dict(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"this is no TOML: {error}") from error

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read the file of a template."""
        try:
            return cls.from_toml(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} cannot be read: {error}") from error
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from error

    def to_toml(self) -> str:
        """The text of the template, every key in it."""
        plain = self.as_dict()
        tables = {name: plain.pop(name) for name in ("objective", "cells", "steering")}
        given = tables.pop("objective").items()
        objective = {f"objective.{_key(type_)}": parameters for type_, parameters in given}
        lines = [f"{name} = {_toml(value)}" for name, value in plain.items()]
        for name, table in {**objective, **tables}.items():
            lines += ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())]
        return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() else json.dumps(name)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _check_table(key: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{key}: write a table, got {value!r}")


def _edges(name: str, given: Any) -> tuple[float, ...]:
    if not isinstance(given, list | tuple) or not all(type(edge) in (int, float) for edge in given):
        raise ConfigError(f"cells.{name}: write a list of numbers, got {given!r}")
    return tuple(map(float, given))


@dataclass(frozen=True)
class _Allowed:
    """What a sampler may give: some words, or numbers between two bounds."""

    words: tuple[str, ...] = ()
    least: float = 0
    most: float = 0
    whole: bool = False

    def check(self, key: str, drawn: Sampler) -> None:
        """Refuse a sampler that may give anything else."""
        for value in drawn.values:
            if self.words and value not in self.words:
                raise ConfigError(f"{key}: there is no {value!r}. {suggest(value, self.words)}")
            if not self.words and (isinstance(value, str) or not self.least <= value <= self.most):
                raise ConfigError(
                    f"{key}: must lie between {self.least} and {self.most}, got {value!r}"
                )
        if self.whole and not drawn.whole:
            raise ConfigError(f"{key}: only whole numbers will do: use integers, grid or a list")


def _check_types(key: str, drawn: Sampler) -> None:
    for value in drawn.values:
        try:
            episode_type(str(value))
        except ConfigError as error:
            raise ConfigError(f"{key}: {error}") from error


_CHECKS: Mapping[str, Callable[[str, Sampler], None]] = {
    "type": _check_types,
    "planet": _Allowed(KINDS).check,
    "size": _Allowed(least=8, most=400, whole=True).check,
    "players": _Allowed(least=1, most=1024, whole=True).check,
    "hour": _Allowed(least=0, most=24).check,
    "weather": _Allowed(WEATHER).check,
    "distance": _Allowed(least=1, most=400).check,
    "roles": _Allowed(ROLES).check,
}
