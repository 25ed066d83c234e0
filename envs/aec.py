"""The planet as a PettingZoo `AECEnv`, one player after the other: `mpgenie.env()`.

The tick passes when the last living player has acted; until then `last()` tells of the tick before.
"""

from typing import Any

from pettingzoo import AECEnv
from pettingzoo.utils.conversions import parallel_to_aec

from .config import EnvConfig, made_from
from .parallel import PlanetEnv


def _in_turns(config: EnvConfig) -> AECEnv[str, Any, Any]:
    return parallel_to_aec(PlanetEnv(config))  # it also enforces the order of calls


env = made_from(
    EnvConfig,
    _in_turns,
    """The planet as a PettingZoo `AECEnv`; the options are the fields of `EnvConfig`.""",
)
