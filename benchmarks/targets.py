"""The budgets of `targets.toml`, read once."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Target:
    """What one figure must reach, and what we aim at."""

    what: str
    unit: str
    better: Literal["more", "less"]
    must: float | None = None
    aim: float | None = None
    peers: tuple[str, ...] = ()
    """Rows of other packages beside which the same run puts it."""

    def is_met_by(self, value: float) -> bool:
        """Whether a figure reaches what it must."""
        if self.must is None:
            return True
        return value >= self.must if self.better == "more" else value <= self.must


def read_targets() -> dict[str, Target]:
    """All budgets by name, in the order of the file."""
    text = files(__package__).joinpath("targets.toml").read_text()
    return {
        name: Target(**table | {"peers": tuple(table.get("peers", ()))})
        for name, table in tomllib.loads(text).items()
    }


TARGETS = read_targets()
