"""What every model of players is learnt by."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

from mpgenie.agents.learning import Schedule

from .augment import Augmentation
from .network_config import NetworkConfig


@dataclass(frozen=True, kw_only=True)
class LearningConfig:
    """A network, how it learns, and how its clips are changed; others build on it."""

    network_type: ClassVar[type[NetworkConfig]] = NetworkConfig

    network: NetworkConfig
    schedule: Schedule
    augmentation: Augmentation

    def to_plain(self) -> dict[str, Any]:
        """As JSON gives it back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """From what `to_plain` gave."""
        parts = {
            "network": cls.network_type(**plain["network"]),
            "schedule": Schedule(**plain["schedule"]),
            "augmentation": Augmentation(**plain["augmentation"]),
        }
        return cls(**{**plain, **parts})

    def about(self) -> dict[str, Any]:
        """As a file of a model says it: schedules may change while a run goes on."""
        plain = self.to_plain()
        return {"schedule": plain.pop("schedule"), "config": plain}

    @classmethod
    def told(cls, about: Mapping[str, Any]) -> Self:
        """From what `about` gave."""
        return cls.from_plain({**about["config"], "schedule": about["schedule"]})
