"""Who is in the background: frozen players, told by what they are so that figures can be compared.

`usual` stands for all that come with mpgenie for a scenario: players who learnt it from state, its
script if somebody wrote one, and chance.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from mpgenie import __version__
from mpgenie.agents.bots.scenarios import SCRIPTS
from mpgenie.agents.training.checkpoint import read
from mpgenie.agents.training.player import find, shipped

from .players import NEED_NO_FILE, RANDOM, SCRIPT, files_of

USUAL = "usual"


def named(names: Sequence[str], scenario: str) -> list[str | Path]:
    """Who some names stand for, `usual` and folders of several among them; everybody once.

    Args:
        names: As of `players.entered`, and `usual`.
        scenario: That is played.
    """
    found: list[str | Path] = []
    for name in names:
        theirs = usual(scenario) if name == USUAL else [name]
        found += [each for one in theirs for each in files_of(one)]
    return list(dict.fromkeys(found))


def usual(scenario: str) -> list[str]:
    """All that come with mpgenie for a scenario, in an order that does not change."""
    learnt = []
    for name in shipped():
        config = read(find(name))[0]
        if config.scenario == scenario and config.observe == "state":
            learnt.append(name)
    return [*learnt, *([SCRIPT] if scenario in SCRIPTS else []), RANDOM]


def versions(names: Sequence[str | Path]) -> dict[str, str]:
    """What each is: the first 16 digits of the SHA-256 of its file, or the version of mpgenie."""
    return {
        str(name): f"mpgenie {__version__}"
        if name in NEED_NO_FILE
        else sha256(find(name).read_bytes()).hexdigest()[:16]
        for name in names
    }
