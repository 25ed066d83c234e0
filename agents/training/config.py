"""What a run of learning is made of, and what suits each scenario."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.checks import check_known, check_whole
from mpgenie.envs.config import EnvConfig, config_from
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.spaces import COMPONENTS, component_counts
from mpgenie.errors import ConfigError

OBSERVE = {"state": ("state",), "rgb": ("rgb",), "both": ("state", "rgb")}
"""What players may learn from."""
POLICIES = ("shared", "per_player", "per_team", "per_role")
"""Who shares a policy: everybody, nobody, those of a team, or those of a role at the time."""

MEMORIES = ("none", "fast", "slow")
"""What players remember with: nothing, one core, or two of different time scales."""

WALK = ("forward/back", "left/right", "jump", "camera pitch", "camera yaw")
"""The components of an action that every scenario needs."""

EASY = {"planet": "flat", "size": 48, "mobs": False}
"""A planet on which players learn fastest."""

RECIPES: dict[str, dict[str, Any]] = {
    "gather": {"free": (*WALK, "attack"), "env": EASY},
    "tag": {
        "env": EASY,
        "free": (*WALK, "attack"),
        "contest": True,
        "sparring": 0.5,
        "discount": 0.97,
    },
    "capture_the_flag": {
        "env": EASY,
        "free": (*WALK, "attack"),
        "contest": True,
        "sparring": 0.5,
        "players": 4,
        "worlds": 32,
    },
    "duel": {"env": EASY, "free": (*WALK, "attack"), "contest": True, "sparring": 0.5},
    "team_fight": {
        "env": EASY,
        "free": (*WALK, "attack"),
        "contest": True,
        "sparring": 0.5,
        "players": 4,
        "worlds": 32,
    },
    "hide_and_seek": {
        "env": EASY,
        "free": WALK,
        "contest": True,
        "sparring": 0.5,
        "players": 4,
        "worlds": 32,
    },
    "defend": {"free": (*WALK, "attack")},
    "bridge": {"free": (*WALK, "use")},
    "build": {"free": (*WALK, "use", "hotbar")},
    "harvest": {"free": (*WALK, "attack")},
}
"""What suits a scenario better than the defaults."""

FROM_START: dict[str, Any] = {"kl": (0.2, 0.0), "entropy": (0.0, 0.0), "warm_up": 10_000}
"""What suits a run that begins with players who know something."""


@dataclass(frozen=True, kw_only=True)
class PPOConfig:
    """Everything that a run follows from.  A decision is an action of one player; it is played for
    `repeat` ticks."""

    scenario: str = "gather"
    players: int = 2
    worlds: int = 64
    """Worlds played side by side."""
    env: Mapping[str, Any] = field(default_factory=dict)
    """Other options of the environment, as of `parallel_env`; as `scenario` it may hold the
    scenario's own config."""
    observe: str = "state"
    """`state`, `rgb` or `both`."""
    policies: str = "shared"
    """One of `POLICIES`."""
    free: tuple[str, ...] = COMPONENTS[:-1]
    """The components of an action that may be used; the others stay idle."""
    turns: tuple[int, ...] = (2, 4)
    """How many steps of the camera a turn may take, up to 5 each way: fewer to choose from."""
    contest: bool = False
    """Whether one's win is another's loss: then progress is measured against random players."""
    sparring: float = 0.0
    """In which share of the worlds those in odd slots do anything at random, and learn nothing."""
    repeat: int = 4
    """Ticks for which a decision is played."""
    steps: int = 4_000_000
    """Decisions of the whole run, of all players together."""
    horizon: int = 16
    """Decisions of each player between two updates."""
    epochs: int = 3
    """How often each update looks at each decision."""
    minibatch: int = 512
    """Decisions of a gradient step."""
    rate: float = 7e-4
    """Of learning at first; it falls to nothing on a line."""
    discount: float = 0.99
    """What the future is worth, for each decision."""
    trace: float = 0.95
    """Lambda of generalised advantages."""
    clip: float = 0.2
    """How far an update may move the likelihood of a decision."""
    entropy: tuple[float, float] = (0.01, 0.001)
    """What a nat of entropy is worth at first and at last, in deviations of the advantages."""
    start: str | None = None
    """The players that the run begins with: a checkpoint, as of `mpgenie watch`; None = nobody."""
    kl: tuple[float, float] = (0.0, 0.0)
    """What a nat of divergence from `start` costs at first and at last, in deviations of the
    advantages."""
    warm_up: int = 0
    """Decisions at first from which only the values learn."""
    value: float = 0.5
    """Weight of the value's error."""
    longest_step: float = 0.5
    """Gradients are cut to this length."""
    hidden: int = 128
    """Width of the networks."""
    memory: str = "none"
    """What players remember with, one of `MEMORIES`: see `cores`."""
    tau: int = 10
    """Decisions from one run of the slow core to the next."""
    latent: int = 32
    """Numbers that are drawn at each decision, with a slow core."""
    prior: float = 1e-3
    """What a nat costs that the slow core did not foretell, in deviations of the advantages."""
    truncation: int = 32
    """Decisions that a gradient goes back, for players who remember."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("scenario", self.scenario, tuple(SCENARIOS)),
            ("observe", self.observe, tuple(OBSERVE)),
            ("policies", self.policies, POLICIES),
            ("memory", self.memory, MEMORIES),
            *(("component of an action", each, COMPONENTS[:-1]) for each in self.free),
        ):
            check_known(name, value, choices)
        if not self.turns or not set(self.turns) <= {1, 2, 3, 4, 5}:
            raise ConfigError(f"turns are some of the steps 1 to 5, got {self.turns!r}")
        for name, low, high in _WHOLE:
            check_whole(name, getattr(self, name), low, high)
        numbers = (self.rate, self.discount, self.trace, self.clip, *self.entropy, *self.kl)
        if not all(
            isinstance(number, (int, float)) and 0.0 <= number < math.inf
            for number in (*numbers, self.value, self.longest_step, self.sparring, self.prior)
        ):
            raise ConfigError(f"rates and weights are numbers from 0 upwards, got {numbers}")
        if max(self.discount, self.trace, self.sparring) > 1.0:
            raise ConfigError(
                "discount, trace and sparring are at most 1, got "
                f"{self.discount}, {self.trace} and {self.sparring}"
            )
        if self.start is None and any(self.kl):
            raise ConfigError("kl is what it costs to leave the players of `start`: name them")
        if self.start is not None and self.memory != "none":
            raise ConfigError(
                'clones remember nothing, so a run that starts from one has memory="none", got '
                f"{self.memory!r}"
            )
        if self.policies == "per_role" and "state" not in OBSERVE[self.observe]:
            raise ConfigError('policies="per_role" reads roles: observe "state" or "both"')
        height, width = self.env_config().resolution  # raises if an option is wrong
        if (
            "rgb" in OBSERVE[self.observe]
            and not 36 <= min(height, width) <= height * width <= 2**16
        ):
            raise ConfigError(
                "to learn from, pictures have edges of at least 36 and at most 65,536 pixels, got "
                f"{height} x {width}"
            )

    def env_options(self) -> dict[str, Any]:
        """The options of the environment, as `parallel_env` and `vector_env` take them."""
        names = OBSERVE[self.observe]
        return {
            "scenario": self.scenario,
            **self.env,
            "players": self.players,
            "observe": names[0] if len(names) == 1 else names,
        }

    def env_config(self) -> EnvConfig:
        """The environment's own config."""
        config = config_from(self.env_options())
        if (name := config.rules.name) != self.scenario:
            raise ConfigError(f"{self.scenario} is learnt, so env.scenario cannot be {name}")
        if config.action_mode != "discrete":
            raise ConfigError('players learn discrete actions: leave action_mode="raw" out')
        return config

    def counts(self) -> tuple[int, ...]:
        """How many choices each component of an action has."""
        return tuple(component_counts(self.env_config().messages).tolist())

    def allowed(self) -> tuple[NDArray[np.bool_], ...]:
        """Which choices of each component of an action are ever made."""
        choices = []
        for name, count in zip(COMPONENTS, self.counts(), strict=False):
            idle = NO_OP[COMPONENTS.index(name)] if name in COMPONENTS[:-1] else 0
            away = np.abs(np.arange(count) - idle)
            free = np.isin(away, self.turns) if name.startswith("camera") else away > 0
            choices.append((away == 0) | (free & (name in self.free)))
        return tuple(choices)

    def to_plain(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "PPOConfig":
        """From what `to_plain` gave, also by way of JSON.

        Raises:
            ConfigError: If it is none.
        """
        known = [each.name for each in fields(cls)]
        for name in plain:
            check_known("setting", name, known)
        tuples = {
            name: tuple(value) for name, value in plain.items() if isinstance(value, (list, tuple))
        }
        if type(plain.get("turns")) is int:
            tuples["turns"] = (plain["turns"],)
        try:
            return cls(**{**plain, **tuples})
        except (TypeError, ValueError) as error:
            raise ConfigError(f"these settings are wrong: {error}") from error


_WHOLE: tuple[tuple[str, int, int], ...] = (
    ("players", 1, 32),
    ("worlds", 1, 4096),
    ("repeat", 1, 100),
    ("steps", 1, 10**12),
    ("warm_up", 0, 10**12),
    ("horizon", 1, 100_000),
    ("epochs", 1, 1000),
    ("minibatch", 2, 10**6),
    ("hidden", 1, 4096),
    ("tau", 1, 10_000),
    ("latent", 1, 4096),
    ("truncation", 1, 100_000),
    ("seed", 0, 2**31),
)


def recipe(scenario: str, **chosen: Any) -> PPOConfig:
    """The config that suits a scenario, with some settings chosen otherwise.

    Args:
        scenario: Its name.
        **chosen: Fields of `PPOConfig`.
    """
    started = {} if chosen.get("start") is None else FROM_START
    plain = {**RECIPES.get(scenario, {}), **started, "scenario": scenario, **chosen}
    env = {**RECIPES.get(scenario, {}).get("env", {}), **chosen.get("env", {})}
    return PPOConfig.from_plain({**plain, "env": env})
