"""What an environment is made of: every option of `parallel_env`, checked before anything is built.

Lengths are in metres, times in ticks of 50 ms, resolutions are (height, width) in pixels.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, Literal, ParamSpec, TypeVar, get_args

from mpgenie.checks import check_known, check_whole
from mpgenie.envs.rendering.appearance import Appearance
from mpgenie.envs.scenarios.base import ScenarioConfig
from mpgenie.envs.scenarios.registry import SCENARIOS, scenario_config
from mpgenie.errors import ConfigError, suggest

Observation = Literal["rgb", "depth", "segmentation", "proprio", "state", "pose", "visible"]
"""What a player may observe; see `mpgenie.envs.spaces`."""
PICTURES: frozenset[str] = frozenset({"rgb", "depth", "segmentation", "visible"})
"""The observations that a renderer has to draw."""

RENDERERS = ("auto", "opengl", "software")
RENDER_MODES = ("human", "rgb_array")
PLANETS = ("normal", "flat")
ALL_DAY = 24_000
"""Ticks of a day by default: twenty minutes."""


@dataclass(frozen=True)
class EnvConfig:
    """Everything that shapes an environment.  Equal configs and seeds give equal episodes."""

    scenario: str | ScenarioConfig = "free_play"
    """What is played: a name, or a scenario's own config such as `Tag(touch=1.0)`."""
    players: int = 2
    """How many players there are, 1 to 1024; they are named `player_0`, `player_1`, ..."""
    _: KW_ONLY
    planet: str = "normal"
    """The kind of planet: `normal` or `flat`."""
    size: int = 96
    """N, columns along the edge of one of the planet's six faces: 48 to 400 (from 8 for tests)."""
    resolution: tuple[int, int] = (64, 64)
    """(height, width) of a frame in pixels, from (32, 32) to (1080, 1920)."""
    observe: str | tuple[str, ...] = "rgb"
    """What players observe: one name gives an array, a tuple of names a dictionary."""
    renderer: str = "auto"
    """`opengl`, `software`, or `auto`: hardware OpenGL where it is the faster, else software."""
    action_mode: str = "discrete"
    """`discrete` (a MultiDiscrete of ten) or `raw` (twenty buttons and a camera turn)."""
    max_cycles: int = 1000
    """Ticks after which every player is truncated."""
    death: str = "respawn"
    """`respawn`: the dead come back and stay in `agents`; `remove`: they are terminated."""
    missing: str = "error"
    """What `step` does when a living player's action is missing: `error`, or `noop` for it."""
    messages: int = 0
    """K tokens (1 to K) that a player may say each tick; 0 = nobody speaks."""
    message_range: float = 32.0
    """How far a token is heard; infinite = everywhere."""
    message_team_only: bool = False
    """Whether only the speaker's team hears a token."""
    render_mode: str | None = None
    """`rgb_array`: `render` returns a picture of all views; `human`: `step` draws a window."""
    view_distance: float = 48.0
    """How far players see, 8 to 256."""
    hud: bool = False
    """Whether frames show crosshair, hotbar and health."""
    planets: int | None = None
    """Play on this many planets only (planet seed = reset seed mod `planets`), each made once."""
    day: int = ALL_DAY
    """From one sunrise to the next."""
    start_time: int | None = 1000
    """Time of day at the players' spawn when an episode starts (0 = sunrise); None draws one."""
    weather: bool = True
    """Whether it may rain and snow."""
    mobs: bool = True
    """Whether there are mobs."""
    appearance: Appearance | None = None
    """How the planet looks; None is the look of the game."""
    copy: bool = True
    """Whether observations are fresh arrays; else they are views that the next step overwrites."""
    debug: bool = False
    """Whether every observation is checked against its space (slow)."""
    seed: int | None = None
    """Where the stream of seeds starts if the first `reset` names none; None draws one."""

    def __post_init__(self) -> None:
        if isinstance(self.scenario, str):
            object.__setattr__(self, "scenario", scenario_config(self.scenario))
        elif not isinstance(self.scenario, ScenarioConfig):
            raise ConfigError(
                f"scenario must be a name or a scenario's config, got {self.scenario!r}. "
                + suggest(self.scenario, SCENARIOS)
            )
        for name in ("resolution", "observe"):
            if isinstance(value := getattr(self, name), list):
                object.__setattr__(self, name, tuple(value))
        for name, value, choices in self._choices():
            if (name, value) != ("render_mode", None):
                check_known(name, value, choices)
        self._check_numbers()
        self.rules.check_players(self.players)
        self._check_observations()
        if self.appearance is not None and not isinstance(self.appearance, Appearance):
            raise ConfigError(f"appearance must be an Appearance or None, got {self.appearance!r}")

    @property
    def rules(self) -> ScenarioConfig:
        """The scenario's config."""
        assert isinstance(self.scenario, ScenarioConfig)
        return self.scenario

    @property
    def observed(self) -> tuple[str, ...]:
        """The names of what players observe."""
        return (self.observe,) if isinstance(self.observe, str) else self.observe

    @property
    def draws(self) -> bool:
        """Whether observations need a renderer."""
        return not PICTURES.isdisjoint(self.observed)

    def _choices(self) -> list[tuple[str, object, tuple[str, ...]]]:
        return [
            ("planet", self.planet, PLANETS),
            ("renderer", self.renderer, RENDERERS),
            ("action_mode", self.action_mode, ("discrete", "raw")),
            ("death", self.death, ("respawn", "remove")),
            ("missing", self.missing, ("error", "noop")),
            ("render_mode", self.render_mode, RENDER_MODES),
        ]

    def _check_numbers(self) -> None:
        for name, low, high in _WHOLE_NUMBERS:
            value = getattr(self, name)
            if value is None and name in ("planets", "start_time", "seed"):
                continue
            check_whole(name, value, low, high)
        for name, least, most in (("view_distance", 8.0, 256.0), ("message_range", 0.0, math.inf)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ConfigError(f"{name} must be a number, got {value!r}")
            if not least <= value <= most:
                raise ConfigError(f"{name} must lie between {least:g} and {most:g} m, got {value}")
        for name in ("message_team_only", "hud", "weather", "mobs", "copy", "debug"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"{name} must be True or False, got {getattr(self, name)!r}")
        if not isinstance(self.resolution, tuple) or len(self.resolution) != 2:
            raise ConfigError(f"resolution must be (height, width), got {self.resolution!r}")
        check_whole("resolution[0], the height,", self.resolution[0], 32, 1080)
        check_whole("resolution[1], the width,", self.resolution[1], 32, 1920)

    def _check_observations(self) -> None:
        choices = get_args(Observation)
        if not self.observed or not isinstance(self.observe, (str, tuple)):
            raise ConfigError(f"observe must name something. {suggest('', choices)}")
        for name in self.observed:
            check_known("observation", name, choices)
        if len(set(self.observed)) < len(self.observed):
            raise ConfigError(f"observe names something twice: {self.observed}")


_WHOLE_NUMBERS: tuple[tuple[str, int, int], ...] = (
    ("players", 1, 1024),
    ("size", 8, 400),
    ("max_cycles", 1, 2**53),
    ("messages", 0, 255),
    ("planets", 1, 2**31),
    ("day", 20, 2**31),
    ("start_time", 0, 2**31),
    ("seed", 0, 2**63 - 1),
)


def config_from(options: Mapping[str, Any]) -> EnvConfig:
    """An `EnvConfig` from keyword arguments.

    Raises:
        ConfigError: If there is no such option, or a value is out of bounds.
    """
    known = [field.name for field in fields(EnvConfig)]
    for name in options:
        check_known("option", name, known)
    return EnvConfig(**options)


Options = ParamSpec("Options")
Made = TypeVar("Made")


def made_from(
    config: Callable[Options, EnvConfig], make: Callable[[EnvConfig], Made], about: str
) -> Callable[Options, Made]:
    """A function with the options of `EnvConfig` that makes something of the config."""

    def made(*args: Options.args, **kwargs: Options.kwargs) -> Made:
        named = dict(zip(("scenario", "players"), args, strict=False))
        if len(args) > len(named):
            raise ConfigError("only scenario and players may go without their names")
        return make(config_from({**named, **kwargs}))

    made.__doc__ = about
    made.__signature__ = inspect.signature(config)  # type: ignore[attr-defined]
    return made
