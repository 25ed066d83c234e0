"""How a world model of each size is learnt: its stages, and how long each of them is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from mpgenie.checks import check_known
from mpgenie.errors import ConfigError

from .config import PRESETS, WorldModelConfig
from .training import Effort

STAGES = ("tokenizer", "single", "bidirectional", "causal", "distill", "rollout")
"""In order; see `tokenizer_course` and `dynamics_course`."""
USUAL = ("tokenizer", "causal", "distill")
"""Those that a model goes through if nobody says otherwise; with `rollout` in place of `distill`
if it dreams in one step."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is learnt, in which stages."""

    config: WorldModelConfig
    stages: Mapping[str, Effort]
    """How long each is learnt, in order."""
    frames: int = 16
    """Of a clip."""
    seed: int = 0
    episodes: int = 64
    """How many are made where the data is generated."""
    preset: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name in self.stages:
            check_known("stage", name, STAGES)
        order = [STAGES.index(name) for name in self.stages]
        if order != sorted(order) or not {*self.stages} & {*STAGES[1:]}:
            raise ConfigError(
                f"stages are some of {STAGES} in this order, not the first alone, got "
                f"{[*self.stages]}"
            )
        if self.config.tokenizer != "patches" and "tokenizer" not in self.stages:
            raise ConfigError("an autoencoder is learnt first: begin with the stage 'tokenizer'")
        for name in ("distill", "rollout"):
            if name in self.stages and "causal" not in self.stages:
                raise ConfigError(f"{name} goes on from a causal model: learn 'causal' first")
        if not 0 <= self.seed < 2**31:
            raise ConfigError(f"seed must lie in 0..2^31 - 1, got {self.seed}")
        if {"distill", "rollout"} <= {*self.stages}:
            raise ConfigError(
                "'rollout' would unlearn what 'distill' teaches: leave one of them out ('rollout' "
                "is for models that dream in one step)"
            )
        if "single" in self.stages and self.config.fixed:
            raise ConfigError(
                f"layout {self.config.layout!r} takes exactly {self.config.players} players: it "
                "has no stage 'single'"
            )
        if self.frames < 2:
            raise ConfigError(f"a clip needs two frames, got {self.frames}")

    @classmethod
    def of(
        cls,
        preset: str = "small",
        *,
        stages: Sequence[str] | None = None,
        seed: int = 0,
        share: float = 1.0,
        parts: int = 1,
        **config: Any,
    ) -> "Plan":
        """The plan of a preset.

        Args:
            preset: One of `config.PRESETS`.
            stages: Some of `STAGES`; `USUAL` by default.
            seed: Everything follows from it.
            share: Of the usual steps of each stage.
            parts: Parts of each batch, see `training.Effort`.
            **config: Fields of `WorldModelConfig` that differ.
        """
        check_known("preset", preset, PRESETS)
        for name in config:
            check_known("setting", name, [each.name for each in fields(WorldModelConfig)])
        shape = replace(PRESETS[preset], **config)
        names = USUAL if stages is None else tuple(stages)
        if stages is None and shape.steps == 1:  # fewer there cannot be
            names = (*names[:-1], "rollout")
        if shape.tokenizer == "patches":
            names = tuple(name for name in names if name != "tokenizer")
        for name in names:
            check_known("stage", name, STAGES)
        usual = _EFFORTS[preset]
        efforts = {}
        for name in names:
            effort = usual["tokenizer" if name == "tokenizer" else "dynamics"]
            if name == "distill":
                effort = replace(
                    effort, rate=effort.rate / 5, rows=max(1, effort.rows // 2),
                    steps=max(1, effort.steps // 3), mean=min(effort.mean, 0.99),
                )  # fmt: skip
            if name == "rollout":
                effort = replace(
                    effort, rate=effort.rate / 4, rows=max(1, effort.rows // 2),
                    steps=max(1, effort.steps // 10), mean=min(effort.mean, 0.99),
                )  # fmt: skip
            steps = max(1, round(share * effort.steps))
            rows = max(parts, effort.rows - effort.rows % parts)
            efforts[name] = replace(effort, steps=steps, rows=rows, parts=parts)
        frames, episodes = _CLIPS[preset], _EPISODES[preset]
        return cls(
            config=shape, stages=efforts, frames=frames, seed=seed, episodes=episodes,
            preset=preset,
        )  # fmt: skip


# Meant to take, in all: debug some minutes and cpu a quarter of an hour on two cores, small half an
# hour on a large GPU, base a few times as long.
_EFFORTS = {
    "debug": {
        "tokenizer": Effort(steps=300, rate=1e-3, rows=16, mean=0.98),
        "dynamics": Effort(steps=600, rate=2e-3, rows=8, mean=0.99, decay=0.0),
    },
    "cpu": {
        "tokenizer": Effort(steps=800, rate=2e-3, rows=16, mean=0.99, decay=0.0),
        "dynamics": Effort(steps=1200, rate=2e-3, rows=8, mean=0.99, decay=0.0),
    },
    "small": {
        "tokenizer": Effort(steps=8_000, rate=1e-3, rows=256, mean=0.999, decay=0.0),
        "dynamics": Effort(steps=8_000, rate=5e-4, rows=32, mean=0.999, warm_up=500),
    },
    "base": {
        "tokenizer": Effort(steps=20_000, rate=1e-3, rows=256, mean=0.999, decay=0.0),
        "dynamics": Effort(steps=60_000, rate=3e-4, rows=32, mean=0.9995, warm_up=1000),
    },
}
_CLIPS = {"debug": 8, "cpu": 8, "small": 16, "base": 24}
_EPISODES = {"debug": 16, "cpu": 32, "small": 256, "base": 1024}
