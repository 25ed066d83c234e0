"""What a dataset shall hold: unit `i` of it follows from the plan's seed and `i` alone.

A unit is one episode.  So that planets are worth making, a few units share one: `STRIP` for each
number of players.  Units of one strip follow each other in a world; which worker plays them, when,
and beside which others makes no difference to them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from math import sqrt
from typing import Any, NamedTuple

import mpgenie
from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.agents.bots.episodes.episode import Episode
from mpgenie.datasets.episode import SPLITS
from mpgenie.datasets.pictures import CAMERAS, PASSES, StreamSpec
from mpgenie.envs.planet.planet import KINDS, TERRAIN_VERSION
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.envs.simulation.snapshot import VERSION
from mpgenie.errors import ConfigError, suggest

from .scenario import Scenario

STRIP = 8
"""Units with one number of players that share a planet."""
FRAMES_UP_TO = 128 * 128
"""Pixels up to which streams are kept without loss unless the plan says how."""
VIDEO = ("auto", "frames", "mp4", "none")
_KEY, _EPISODE, _TYPE, _PLANET = 40, 0, 1, 2
_GOLDEN = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio
_WORD = 2**64


class Setting(NamedTuple):
    """What the worlds of a batch have in common."""

    planet: str
    players: int
    size: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One episode to make."""

    number: int
    type: str
    setting: Setting
    planet_seed: int
    """Even for training, odd for evaluation: no planet is both."""
    seed: int
    strip: int
    scenario: Scenario | None = None
    """What was drawn for it, if the plan has a template."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that the content of a dataset follows from."""

    seed: int = 0
    types: tuple[str, ...] = ()
    """Names of `EPISODES`, or "module:NAME" of an `Episode` elsewhere; () = all of the split."""
    players: tuple[int, ...] = (2,)
    """How many play, in turns."""
    planet: tuple[str, ...] = ("normal",)
    """Kinds of planets, in turns."""
    size: int = 96
    resolution: tuple[tuple[int, int], ...] = ((64, 64),)
    """(height, width) of the frames; each is a stream of its own."""
    video: str = "auto"
    """"frames" without loss, "mp4", "none", or "auto": frames up to 128 x 128 pixels, else mp4."""
    cameras: tuple[str, ...] = ("ego",)
    passes: tuple[str, ...] = ("rgb",)
    split: str = "train"

    def __post_init__(self) -> None:
        for name, allowed in (("planet", KINDS), ("cameras", CAMERAS), ("passes", tuple(PASSES))):
            values = getattr(self, name)
            if not values or len(set(values)) < len(values):
                raise ConfigError(f"{name} are one or more, each once, got {list(values)}")
            for value in values:
                _one_of(name, value, allowed)
        _one_of("video", self.video, VIDEO)
        _one_of("split", self.split, SPLITS)
        if self.seed < 0:
            raise ConfigError(f"seed must be at least 0, got {self.seed}")
        if not self.players or not all(1 <= count <= 1024 for count in self.players):
            raise ConfigError(f"players must lie between 1 and 1024, got {list(self.players)}")
        if not 8 <= self.size <= 400:
            raise ConfigError(
                f"planet size must lie between 48 and 400 (from 8 in tests), got {self.size}"
            )
        if not self.types:
            of_split = [e.name for e in EPISODES.values() if e.held_out == (self.split == "eval")]
            object.__setattr__(self, "types", tuple(of_split))
        if not self.types:
            raise ConfigError(f"there is no type of episode for split {self.split}")
        for name in self.types:
            if episode_type(name).held_out and self.split != "eval":
                raise ConfigError(
                    f"{name} is held out for evaluation: ask for it with split eval, in a dataset "
                    "of its own"
                )
        _ = self.streams

    @cached_property
    def streams(self) -> tuple[StreamSpec, ...]:
        """What is recorded of each episode."""
        if self.video == "none":
            return ()
        return tuple(
            StreamSpec(camera=camera, look=look, height=h, width=w, mode=self._mode(h * w, look))
            for h, w in self.resolution
            for camera in self.cameras
            for look in self.passes
        )

    def _mode(self, pixels: int, look: str) -> Any:
        if look != "rgb":
            return "frames"  # no video keeps metres and ids
        if self.video == "auto":
            return "frames" if pixels <= FRAMES_UP_TO else "mp4"
        return self.video

    @cached_property
    def _shares(self) -> list[tuple[int, str]]:
        """Until which word, of 2**64, each type is drawn: longer episodes more seldom."""
        weights = [1.0 / sqrt(episode_type(name).seconds) for name in self.types]
        until, total = 0.0, sum(weights)
        shares = []
        for name, weight in zip(self.types, weights, strict=True):
            until += weight / total
            shares.append((round(until * _WORD), name))
        return shares

    def unit(self, number: int) -> Unit:
        """The unit of a number.

        Types come along a golden ratio sequence: in any stretch about as often as they should.
        """
        block, place = divmod(number, STRIP * len(self.players))
        held_out = self.split == "eval"
        word = (key_of(self.seed, _KEY, held_out, _TYPE) + number * _GOLDEN) % _WORD
        name = next((name for until, name in self._shares if word < until), self.types[-1])
        drawn = key_of(self.seed, _KEY, held_out, _PLANET, block) % 2**31
        turn = place % len(self.players)
        return Unit(
            number=number,
            type=name,
            setting=Setting(self.planet[block % len(self.planet)], self.players[turn], self.size),
            planet_seed=2 * drawn + held_out,
            seed=key_of(self.seed, _KEY, held_out, _EPISODE, number) % 2**63,
            strip=block * len(self.players) + turn,
        )

    def strips(self, numbers: Iterable[int]) -> Iterator[list[Unit]]:
        """The units of some numbers, those of one strip together."""
        found: dict[int, list[Unit]] = {}
        for number in numbers:
            unit = self.unit(number)
            found.setdefault(unit.strip, []).append(unit)
        yield from found.values()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; what whoever goes on with a dataset must agree on."""
        versions = {"mpgenie": mpgenie.__version__, "simulation": VERSION}
        values = {field.name: getattr(self, field.name) for field in fields(Plan)}
        return {**values, "versions": {**versions, "terrain": TERRAIN_VERSION}}


def episode_type(name: str) -> Episode:
    """The type of episode of a name.

    Raises:
        ConfigError: If there is none.
    """
    if name in EPISODES:
        return EPISODES[name]
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ConfigError(f"no episode is called {name!r}. {suggest(name, EPISODES)}")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"no episode is called {name!r}: {error}") from error
    if not isinstance(found, Episode):
        raise ConfigError(f"{name} is {found!r}, not an Episode")
    return found


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(f"{name}: there is no {value!r}. {suggest(value, allowed)}")
