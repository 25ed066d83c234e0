"""The switches of the game that a simulation is made with, as one tuple for kernels."""

from typing import NamedTuple


class Rules(NamedTuple):
    """Times are in ticks of 50 ms."""

    day: int = 24_000
    """From one sunrise to the next."""
    mobs: bool = True
    """Whether mobs come."""
    hostile_mobs: bool = True
    """Whether hostile ones are among them; those that a scenario brings in come anyway."""
    weather: bool = True
    """Whether it ever rains or snows."""
    fall_damage: bool = True
    """Whether falls of more than three metres hurt."""
    player_damage: bool = True
    """Whether players can hurt each other (the knock is felt anyway)."""
    team_damage: bool = True
    """Whether players of one team other than 0 can hurt each other."""
    keep_hotbar: bool = False
    """Whether the dead keep what they carried; else it lies where they fell."""
    respawn_wait: int = 40
    """From death to coming back; negative = never."""
