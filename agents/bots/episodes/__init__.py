"""Episodes: what a group of players does together, a script for each role.

A new type is one file: write a script for each role, describe them with `Episode`, and add the
file's episode to `EPISODES`.
"""

from .build_house import BUILD_HOUSE
from .build_structure import BUILD_STRUCTURE
from .build_tower import BUILD_TOWER
from .chase import CHASE
from .collector import COLLECTOR
from .episode import Episode
from .mine import MINE
from .orbit import ORBIT
from .place_and_mine import PLACE_AND_MINE
from .pve import PVE
from .pvp import PVP
from .straight_line_walk import STRAIGHT_LINE_WALK
from .tower_bridge import TOWER_BRIDGE
from .walk_look import WALK_LOOK
from .walk_look_away import WALK_LOOK_AWAY

EPISODES: dict[str, Episode] = {
    episode.name: episode
    for episode in (
        STRAIGHT_LINE_WALK,
        CHASE,
        ORBIT,
        WALK_LOOK,
        WALK_LOOK_AWAY,
        PVP,
        PVE,
        BUILD_STRUCTURE,
        BUILD_TOWER,
        MINE,
        TOWER_BRIDGE,
        BUILD_HOUSE,
        COLLECTOR,
        PLACE_AND_MINE,
    )
}
"""Every type of episode by name."""
