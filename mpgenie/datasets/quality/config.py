"""What each rule allows, and what follows when it is broken."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from mpgenie.errors import ConfigError, suggest


@dataclass(frozen=True, kw_only=True)
class QualityConfig:
    """The limit of each rule by the rule's name, in the rule's own measure."""

    black_frames: float = 60
    flat_frames: float = 60
    frozen_frames: float = 20
    not_finite: float = 0
    wrong_size: float = 0
    camera_in_block: float = 0
    frame_count: float = 0
    decodes: float = 0
    monotonic_time: float = 0
    pulse_alignment: float = 0
    noop_share: float = 0.95
    camera_jumps: float = 0
    impossible_buttons: float = 0.02
    stuck: float = 100
    camera_applied: float = 0.01
    outcome: float = 0
    no_progress: float = 400
    partner_in_view: float = 0.01
    in_water: float = 0.5
    deaths: float = 0
    phase_timeouts: float = 0
    barrier_skew: float = 1
    seen_in_segmentation: float = 0.98
    seen_in_frustum: float = 0.999
    mutual_view: float = 0.5
    type_balance: float = 10
    place_coverage: float = 0.1
    camera_at_cap: float = 0.3
    duplicates: float = 0
    split_leakage: float = 0

    flag: tuple[str, ...] = (
        "noop_share",
        "phase_timeouts",
        "partner_in_view",
        "deaths",
        "mutual_view",
        "type_balance",
        "place_coverage",
        "camera_at_cap",
    )
    """Rules whose breach is noted but sets nothing aside."""
    skip: tuple[str, ...] = ()
    """Rules that are not looked at."""

    def __post_init__(self) -> None:
        for name in (*self.flag, *self.skip):
            if name not in self.limits():
                raise ConfigError(f"there is no rule {name!r}. {suggest(name, self.limits())}")
        for name, limit in self.limits().items():
            if isinstance(limit, bool) or not isinstance(limit, (int, float)):
                raise ConfigError(f"the limit of {name} must be a number, got {limit!r}")

    def limits(self) -> dict[str, float]:
        """The limit of every rule."""
        names = (field.name for field in fields(self))
        return {name: getattr(self, name) for name in names if name not in ("flag", "skip")}

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read a file that says what differs from the defaults.

            stuck = 200
            skip = ["in_water"]

        Raises:
            ConfigError: If it cannot be read, or a name or value in it is none of ours.
        """
        try:
            values: dict[str, Any] = tomllib.loads(Path(path).read_text())
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"{path} cannot be read: {error}") from error
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise ConfigError(f"{path}: there is no rule {name!r}. {suggest(name, known)}")
        for name in ("flag", "skip"):
            if name in values:
                values[name] = tuple(values[name])
        return cls(**values)
