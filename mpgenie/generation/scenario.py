"""A scenario: one episode, as far as a template says what it shall be."""

from dataclasses import dataclass
from typing import Any

from mpgenie.agents.bots.episodes.wishes import Wishes


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What was drawn for one unit."""

    type: str
    planet: str
    size: int
    players: int
    wishes: Wishes

    def as_dict(self) -> dict[str, Any]:
        """Plain values, without what nobody wished for."""
        wished = {name: value for name, value in vars(self.wishes).items() if value is not None}
        facts = {"type": self.type, "planet": self.planet, "size": self.size}
        return {
            **facts,
            "players": self.players,
            **wished,
            "parameters": dict(wished["parameters"]),
        }
