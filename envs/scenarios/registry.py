"""Which scenarios there are, by name."""

from mpgenie.checks import check_known

from .base import ScenarioConfig
from .bridge import Bridge
from .build import Build
from .capture_the_flag import CaptureTheFlag
from .defend import Defend
from .fight import Duel, TeamFight
from .free_play import FreePlay
from .gather import Gather
from .harvest import Harvest
from .hide_and_seek import HideAndSeek
from .tag import Tag

SCENARIOS: dict[str, type[ScenarioConfig]] = {
    config.name: config
    for config in (
        FreePlay,
        Tag,
        Gather,
        CaptureTheFlag,
        Duel,
        TeamFight,
        HideAndSeek,
        Defend,
        Bridge,
        Build,
        Harvest,
    )
}
"""The config of each scenario by name."""


def scenario_config(name: str) -> ScenarioConfig:
    """The default config of a scenario.

    Raises:
        ConfigError: If there is none of that name; the message offers the nearest.
    """
    check_known("scenario", name, SCENARIOS)
    return SCENARIOS[name]()
