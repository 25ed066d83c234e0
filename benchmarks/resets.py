"""CPU time of a reset: onto a planet that is known, and onto a new one."""

import itertools
from collections.abc import Iterator

import mpgenie

from .measure import Figure, Setting, duration


def figures(setting: Setting) -> Iterator[Figure]:
    """Reset two players on the default planet."""
    known = mpgenie.parallel_env(renderer="software", planets=1)
    seeds = itertools.count()
    yield duration("reset_known", lambda: known.reset(seed=next(seeds)), setting, unit=0.001)
    known.close()

    fresh = mpgenie.parallel_env(renderer="software")
    yield duration("reset_new", lambda: fresh.reset(seed=next(seeds)), setting, unit=0.001)
    fresh.close()
