"""What a scenario wishes of an episode, where the type of it leaves that open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ROLES = ("drawn", "in_order", "reversed")
"""How roles are dealt to slots: by the seed, the first role to the first slot, or to the last."""
WEATHER = ("dry", "wet")
_NEAR, _FAR = 0.85, 1.15  # shares of the distance wished


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """None and "drawn" wish for nothing.

    A type with an hour of its own keeps it, and stays dry; one that chooses its places keeps those.
    """

    hour: float | None = None
    """Local hour at which it begins, 0 to 24, 12 being noon."""
    weather: str | None = None
    """"dry" or "wet", from the beginning to the end."""
    distance: float | None = None
    """Metres between players at first."""
    roles: str = "drawn"
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Values of `Episode.parameters`."""

    def separation(self, usual: tuple[float, float]) -> tuple[float, float]:
        """Metres between players at first, least and most."""
        if self.distance is None:
            return usual
        return _NEAR * self.distance, _FAR * self.distance

    def order(self, slots: Sequence[int], drawn: Sequence[int]) -> Sequence[int]:
        """The slots in the order in which roles are dealt."""
        if self.roles == "drawn":
            return drawn
        return sorted(slots, reverse=self.roles == "reversed")


NO_WISHES = Wishes()
