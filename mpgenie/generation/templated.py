"""Plans whose units are drawn from a template, on planets that a few of them share.

Units whose scenarios want the same kind of world get a planet together, `STRIP` at most; they are
looked for within blocks of `BLOCK` units.  So a unit follows from the template, the seed, and the
numbers up to its own in its block.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from mpgenie.envs.simulation.entrance import key_of

from .plan import STRIP, Plan, Setting, Unit
from .scenario import Scenario
from .steering import Strata, Stratum
from .template import Template

BLOCK = 64
_BRANCH, _EPISODE, _PLANET, _ROUND = 43, 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class TemplatePlan(Plan):
    """A dataset of scenarios drawn one by one."""

    template: Template
    round: int = 0
    """Units of a round, where rounds follow each other; blocks do not reach beyond."""

    def scenario(self, number: int) -> Scenario:
        """The scenario of a unit."""
        return self.template.draw(self.seed, number)

    def unit(self, number: int) -> Unit:
        """The unit of a number; `strips` finds many of them faster."""
        return self._block(self._start(number))[number]

    def strips(self, numbers: Iterable[int]) -> Iterator[list[Unit]]:
        """The units of some numbers, those of one strip together."""
        wanted: dict[int, list[int]] = {}
        for number in numbers:
            wanted.setdefault(self._start(number), []).append(number)
        for start, mine in wanted.items():
            block = self._block(start)
            strips: dict[int, list[Unit]] = {}
            for number in mine:
                strips.setdefault(block[number].strip, []).append(block[number])
            yield from strips.values()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; what whoever goes on with a dataset must agree on."""
        drawn = ("types", "players", "planet", "size")
        plain = {name: value for name, value in super().as_dict().items() if name not in drawn}
        return {**plain, "template": self.template.as_dict(), "round": self.round}

    @classmethod
    def of(cls, template: Template, **fields: Any) -> Self:
        """The plan of a template, and those fields of a `Plan` that it leaves open."""
        first = {name: getattr(template, name).values for name in ("planet", "players")}
        return cls(template=template, types=template.types, **first, **fields)

    def _start(self, number: int) -> int:
        """The first number of a unit's block."""
        first = number // self.round * self.round if self.round else 0
        return first + (number - first) // BLOCK * BLOCK

    def _block(self, start: int) -> dict[int, Unit]:
        stop = start + BLOCK
        if self.round:
            stop = min(stop, (start // self.round + 1) * self.round)
        strips: dict[Setting, tuple[int, int]] = {}
        units, count, held_out = {}, 0, self.split == "eval"
        for number in range(start, stop):
            scenario = self.scenario(number)
            setting = Setting(scenario.planet, scenario.players, scenario.size)
            strip, members = strips.get(setting, (-1, STRIP))
            if members == STRIP:
                strip, members, count = start + count, 0, count + 1
            strips[setting] = strip, members + 1
            drawn = key_of(self.seed, _BRANCH, held_out, _PLANET, strip) % 2**31
            units[number] = Unit(
                number=number,
                type=scenario.type,
                setting=setting,
                planet_seed=2 * drawn + held_out,
                seed=key_of(self.seed, _BRANCH, held_out, _EPISODE, number) % 2**63,
                strip=strip,
                scenario=scenario,
            )
        return units


@dataclass(frozen=True, kw_only=True)
class SteeredPlan(TemplatePlan):
    """A dataset of rounds; of those that are chosen already, the stratum of each unit."""

    chosen: Mapping[int, Sequence[Stratum]] = field(default_factory=dict)
    """By round."""

    @cached_property
    def strata(self) -> Strata:
        """What units are chosen from."""
        template = self.template
        return Strata({name: getattr(template, name) for name in template.by}, template.steering)

    def scenario(self, number: int) -> Scenario:
        """The scenario of a unit, drawn from its stratum."""
        turn, place = divmod(number, self.round)
        return self.template.draw(self.seed, number, self.strata.parts(self.chosen[turn][place]))

    def choose(self, turn: int, weights: Sequence[float]) -> list[Stratum]:
        """Strata for the units of a round."""
        start = key_of(self.seed, _BRANCH, self.split == "eval", _ROUND, turn) / 2**64
        return self.strata.sequence(weights, self.round, start % 1.0)
