"""Which scenario is played by which script."""

from collections.abc import Callable
from typing import Any, TypeAlias

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.errors import ConfigError, suggest

from .bridge import bridge
from .build import build
from .capture_the_flag import capture
from .defend import defend
from .fighting import fight_on
from .free_play import wander
from .gather import gather
from .harvest import sustainable
from .hide_and_seek import hide_and_seek
from .tag import tag

GameScript: TypeAlias = Callable[[Bot, Any], Skill]
"""What a player does, given its body and the scenario's rules (a `Scenario` of its own kind, of
which the bot plays in world `bot.senses.w`).  It may end: then it is begun anew."""

SCRIPTS: dict[str, GameScript] = {
    "free_play": wander,
    "tag": tag,
    "gather": gather,
    "capture_the_flag": capture,
    "duel": fight_on,
    "team_fight": fight_on,
    "hide_and_seek": hide_and_seek,
    "defend": defend,
    "bridge": bridge,
    "build": build,
    "harvest": sustainable,
}
"""The script of each scenario by name; the same for all roles and teams."""


def script_of(name: str) -> GameScript:
    """The script for a scenario.

    Raises:
        ConfigError: If nobody wrote one; the message offers the nearest.
    """
    if name not in SCRIPTS:
        raise ConfigError(f"no script plays {name!r}. {suggest(name, SCRIPTS)}")
    return SCRIPTS[name]
