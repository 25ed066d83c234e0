"""What the loop of video pre-training is made of."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from mpgenie.agents.learning import Schedule
from mpgenie.agents.training.config import RECIPES
from mpgenie.checks import check_known
from mpgenie.errors import ConfigError

from .cloning import CloneConfig
from .idm import IdmConfig

SCRIPT = "script"
WATCHED = {"gather": "gather_pixels"}
"""Trained policies that choose by what they see alone: what they do can be learnt from frames."""


@dataclass(frozen=True, kw_only=True)
class LoopConfig:
    """Everything that a loop follows from, but for datasets that are there already."""

    scenario: str | None = None
    """What is played; None: gather, or what given datasets show."""
    players: int = 2
    who: str | None = None
    """Who is watched: `script`, or the name or folder of a trained policy; None: one of `WATCHED`,
    else the script."""
    env: Mapping[str, Any] | None = None
    """Where, as options of `parallel_env`; None: where PPO learns the scenario (`RECIPES`)."""
    ticks: int = 400
    """Of an episode that is recorded."""
    labelled: int = 8
    """Episodes whose actions are known."""
    unlabelled: int = 80
    """Episodes whose frames alone are known."""
    idm: IdmConfig = field(default_factory=IdmConfig)
    idm_minutes: float | None = 8.0
    """When it stops learning if it is not done; None = when it is."""
    clone: CloneConfig = field(default_factory=CloneConfig)
    clone_minutes: float | None = 4.0
    judged: int = 6
    """Unlabelled episodes on which labels are compared with what was truly done."""
    asked: int = 0
    """One in so many of their ticks is asked whether its presses can be told at all; 0 = none."""
    rollouts: int = 24
    """Episodes that each player is tried in."""
    rollout_ticks: int = 400
    seeds: tuple[int, ...] = (0,)
    """Of models; each learns from the same episodes.  The first is also that of the episodes."""

    def __post_init__(self) -> None:
        for name in ("players", "ticks", "labelled", "unlabelled", "judged", "rollouts"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds) or min(self.seeds) < 0:
            raise ConfigError(f"seeds are one or more, each once, from 0, got {list(self.seeds)}")
        if self.rollout_ticks < 1 or self.asked < 0:
            raise ConfigError("rollout_ticks are at least 1, asked at least 0")

    @property
    def played(self) -> str:
        """The scenario that is played where no datasets are given."""
        return self.scenario or "gather"

    @property
    def watched(self) -> str:
        """Who is watched there."""
        return self.who or WATCHED.get(self.played, SCRIPT)

    @property
    def game(self) -> dict[str, Any]:
        """Options of `parallel_env` for it."""
        env = RECIPES.get(self.played, {}).get("env", {}) if self.env is None else self.env
        return {**env, "scenario": self.played, "players": self.players}

    @classmethod
    def of(cls, size: str = "small", **chosen: Any) -> "LoopConfig":
        """A loop of one of `SIZES`.

        Args:
            size: Its name.
            **chosen: Other fields.
        """
        check_known("size", size, SIZES)
        known = [each.name for each in fields(cls)]
        for name in chosen:
            check_known("setting", name, known)
        return cls(**{**SIZES[size], **chosen})

    def to_plain(self) -> dict[str, Any]:
        """As JSON gives it back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


SIZES: dict[str, dict[str, Any]] = {
    "small": {
        "idm": IdmConfig.of("small", schedule=Schedule(steps=2000)),
        "clone": CloneConfig.of("small", schedule=Schedule(steps=400)),
    },
    "tiny": {
        "ticks": 60,
        "labelled": 1,
        "unlabelled": 3,
        "idm": IdmConfig.of("tiny", schedule=Schedule(steps=24, warm_up=4), views=4),
        "clone": CloneConfig.of("tiny", schedule=Schedule(steps=24, warm_up=4), clips=4),
        "judged": 2,
        "rollouts": 4,
        "rollout_ticks": 40,
    },
}
"""For two cores and half an hour; for a minute, which shows how it goes and not how well."""
