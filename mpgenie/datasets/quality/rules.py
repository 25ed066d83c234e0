"""What a rule is, and the list of them.

A rule measures, and its limit in `QualityConfig`, which bears its name, decides.  Its version goes
up whenever it measures otherwise, so that findings of old and new can be told apart.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, Literal, TypeAlias

from .config import QualityConfig

Level: TypeAlias = Literal["frame", "stream", "action", "session", "cross-view", "dataset"]
Bound: TypeAlias = Literal["most", "least"]
LEVELS: tuple[Level, ...] = ("frame", "stream", "action", "session", "cross-view", "dataset")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a rule found, in its own measure."""

    value: float
    player: int = -1
    """The slot; -1 = all of them."""
    stream: str = ""
    frame: int = -1
    """Where to look; -1 = nowhere in particular."""
    note: str = ""
    unit: int = -1
    """Of rules for whole datasets: the episode that is meant; -1 = none in particular."""


Measure: TypeAlias = Callable[[Any], Iterator[Measured]]
"""Measures an `Evidence`, or for the level "dataset" a list of `Digest`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A named, versioned check."""

    name: str
    level: Level
    bound: Bound
    """Whether the limit is the most or the least that is allowed."""
    version: int
    measure: Measure

    @property
    def summary(self) -> str:
        """What it measures, in a line."""
        return (self.measure.__doc__ or "").strip().splitlines()[0].rstrip(".")


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a rule for an episode, or for one of its players or streams."""

    unit: int
    """-1 = the whole dataset."""
    content_hash: str
    rule: str
    version: int
    level: str
    value: float
    limit: float
    verdict: str
    """"pass", "flag" or "reject"."""
    player: int
    stream: str
    frame: int
    note: str


RULES: dict[str, Rule] = {}
"""Every rule by name."""


def rule(level: Level, bound: Bound, version: int = 1) -> Callable[[Measure], Measure]:
    """Make a function a rule; its name is the rule's, the first line of its docstring its summary.

    Args:
        level: What it looks at.
        bound: Whether its limit is the most or the least that is allowed.
        version: Of what it measures.
    """

    def register(measure: Measure) -> Measure:
        name = measure.__name__
        RULES[name] = Rule(name, level, bound, version, measure)
        return measure

    return register


def judge(
    name: str, evidence: Any, config: QualityConfig, unit: int = -1, content_hash: str = ""
) -> list[Finding]:
    """Let one rule measure, and hold what it found against its limit.

    Args:
        name: Of the rule.
        evidence: What the rule looks at; see `Measure`.
        config: Holds the limit, and what follows.
        unit: Of the episode.
        content_hash: Of the episode.
    """
    its = RULES[name]
    limit = float(getattr(config, name))
    findings = []
    for found in its.measure(evidence):
        value = float(found.value)
        broken = value > limit if its.bound == "most" else value < limit
        worst = "flag" if name in config.flag else "reject"
        findings.append(
            Finding(
                found.unit if found.unit >= 0 else unit,
                content_hash,
                name,
                its.version,
                its.level,
                value,
                limit,
                worst if broken or isnan(value) else "pass",
                found.player,
                found.stream,
                found.frame,
                found.note,
            )
        )
    return findings


def rejected(findings: Sequence[Finding]) -> dict[int, dict[str, Any]]:
    """The units that a rule rejects, and for each why, by rule."""
    reasons: dict[int, dict[str, Any]] = {}
    for one in findings:
        if one.verdict == "reject" and one.unit >= 0:
            reasons.setdefault(one.unit, {})[one.rule] = {
                "value": one.value if one.value == one.value else "not a number",
                "limit": one.limit,
                "version": one.version,
                "player": one.player,
                "stream": one.stream,
                "frame": one.frame,
                "note": one.note,
            }
    return reasons
