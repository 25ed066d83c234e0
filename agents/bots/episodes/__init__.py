"""Episodes: what a group of players does together, a script for each role.

A new type is one file: write a script for each role, describe them with `Episode`, and add the
file's episode to `EPISODES`.
"""

from .build_house import BUILD_HOUSE
from .build_structure import BUILD_STRUCTURE
from .build_tower import BUILD_TOWER
from .chase import CHASE
from .circumnavigation import CIRCUMNAVIGATION
from .collector import COLLECTOR
from .episode import Episode
from .horizon_peek import HORIZON_PEEK
from .looks_away import BOTH_LOOK_AWAY, ONE_LOOKS_AWAY
from .mine import MINE
from .orbit import ORBIT
from .place_and_mine import PLACE_AND_MINE
from .pole_crossing import POLE_CROSSING
from .pve import PVE
from .pvp import PVP
from .rotation import ROTATION
from .straight_line_walk import STRAIGHT_LINE_WALK
from .structure import STRUCTURE
from .sunset_line import SUNSET_LINE
from .tower_bridge import TOWER_BRIDGE
from .translation import TRANSLATION
from .turn_to_look import TURN_TO_LOOK, TURN_TO_LOOK_OPPOSITE
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
        CIRCUMNAVIGATION,
        HORIZON_PEEK,
        POLE_CROSSING,
        SUNSET_LINE,
        TRANSLATION,
        ROTATION,
        ONE_LOOKS_AWAY,
        BOTH_LOOK_AWAY,
        STRUCTURE,
        TURN_TO_LOOK,
        TURN_TO_LOOK_OPPOSITE,
    )
}
"""Every type of episode by name; those that are `held_out` serve evaluation only."""
