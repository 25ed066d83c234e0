"""Episodes: what a group of players does together, a script for each role.

A new type is one file: write a script for each role, describe them with `Episode`, and add the
file's episode to `EPISODES`.
"""

from .chase import CHASE
from .episode import Episode
from .straight_line_walk import STRAIGHT_LINE_WALK

EPISODES: dict[str, Episode] = {episode.name: episode for episode in (STRAIGHT_LINE_WALK, CHASE)}
"""Every type of episode by name."""
