"""What a template draws its values from.

A sampler turns a number from 0 up to 1 into a value, the smaller numbers into the earlier or
smaller values, so that any part of it can be drawn from alone.  In TOML, and as plain values:

    4                                       always 4
    ["dry", "wet"]                          one of them, each equally likely
    {choice = ["dry", "wet"], weights = [3, 1]}
    {uniform = [0, 24]}                     anything between
    {log_uniform = [4, 64]}                 anything between; 4 to 8 as likely as 32 to 64
    {integers = [2, 5]}                     2, 3, 4 or 5
    {grid = [2, 4]}                         each in turn; all grids of a template are combined
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from mpgenie.envs.planet.exact import exp
from mpgenie.errors import ConfigError, suggest

Value = str | int | float
Part = tuple[float, float]
"""Of the numbers from 0 to 1."""

RANGES = ("uniform", "log_uniform", "integers")
LISTS = ("choice", "grid")
_DIGITS = 4  # of values between bounds: what is written down is what is used


@dataclass(frozen=True)
class Sampler:
    """Draws the values of one variable.

    Args:
        kind: One of `RANGES` or `LISTS`.
        values: The values, or the bounds of a range.
        weights: Of the values of a choice; none: each equally likely.
    """

    kind: str
    values: tuple[Value, ...]
    weights: tuple[float, ...] = ()

    def at(self, share: float) -> Value:
        """The value of a number from 0 up to 1."""
        if self.kind in LISTS:
            until = self._until()
            return self.values[min(bisect_right(until, share), len(self.values) - 1)]
        least, most = self._bounds()
        if self.kind == "integers":
            return int(least) + int(share * (int(most) - int(least) + 1))
        if self.kind == "uniform":
            return round(least + (most - least) * share, _DIGITS)
        return round(min(most, max(least, least * float(exp(_log(most / least) * share)))), _DIGITS)

    def parts(self, bins: int) -> list[Part]:
        """Parts of the numbers from 0 to 1 that make the strata of a variable.

        Args:
            bins: Into how many equally likely parts a range is cut; lists are cut into values.
        """
        if self.kind in LISTS:
            until = [0.0, *self._until()]
        else:
            if self.kind == "integers":
                least, most = self._bounds()
                bins = min(bins, int(most) - int(least) + 1)
            until = [k / bins for k in range(bins + 1)]
        return list(zip(until, until[1:], strict=False))

    def says(self, part: Part) -> str:
        """What values a part has, in words."""
        if self.kind in LISTS:
            return str(self.at((part[0] + part[1]) / 2))
        low, high = self.at(part[0]), self.at(min(part[1], 1.0 - 2.0**-53))
        return f"{low:g}" if low == high else f"{low:g} to {high:g}"

    @property
    def whole(self) -> bool:
        """Whether all values are whole numbers."""
        return self.kind == "integers" or (
            self.kind in LISTS and all(type(value) is int for value in self.values)
        )

    @property
    def varies(self) -> bool:
        """Whether there is more than one value."""
        return len(set(self.values)) > 1

    def as_plain(self) -> Any:
        """As it stands in TOML."""
        if self.kind == "choice" and not self.weights:
            return self.values[0] if len(self.values) == 1 else list(self.values)
        weights = {"weights": list(self.weights)} if self.weights else {}
        return {self.kind: list(self.values), **weights}

    def _until(self) -> list[float]:
        weights = self.weights or (1.0,) * len(self.values)
        sums = list(accumulate(weights))
        return [each / sums[-1] for each in sums]

    def _bounds(self) -> tuple[float, float]:
        least, most = self.values
        assert not isinstance(least, str) and not isinstance(most, str)
        return least, most


def sampler(key: str, given: Any) -> Sampler:
    """Read a sampler.

    Args:
        key: Where it stands, for messages.
        given: As at the top of this file, or a sampler.

    Raises:
        ConfigError: If it is none; the message names the key.
    """
    if isinstance(given, Sampler):
        return given
    if isinstance(given, Mapping):
        return _from_table(key, given)
    values = given if isinstance(given, list | tuple) else [given]
    return Sampler("choice", _values(key, values))


def _from_table(key: str, given: Mapping[str, Any]) -> Sampler:
    kinds = [name for name in given if name != "weights"]
    if len(kinds) != 1:
        known = ", ".join((*RANGES, *LISTS))
        raise ConfigError(f"{key}: name one of {known}, got {dict(given)}")
    kind = kinds[0]
    if kind not in RANGES + LISTS:
        raise ConfigError(f"{key}: there is no sampler {kind!r}. {suggest(kind, RANGES + LISTS)}")
    if not isinstance(given[kind], list | tuple):
        raise ConfigError(f"{key}.{kind}: write a list, got {given[kind]!r}")
    values = _values(f"{key}.{kind}", given[kind])
    if "weights" in given and kind != "choice":
        raise ConfigError(f"{key}.weights: only a choice has weights, not {kind}")
    if kind in RANGES:
        _check_range(f"{key}.{kind}", kind, values)
    return Sampler(kind, values, _weights(f"{key}.weights", given.get("weights", ()), len(values)))


def _values(key: str, given: Sequence[Any]) -> tuple[Value, ...]:
    for value in given:
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value != value:
            raise ConfigError(f"{key}: values are words and numbers, got {value!r}")
    if not given or len(set(given)) < len(given):
        raise ConfigError(f"{key}: name one value or more, each once, got {list(given)}")
    return tuple(given)


def _check_range(key: str, kind: str, bounds: tuple[Value, ...]) -> None:
    numbers = [value for value in bounds if not isinstance(value, str)]
    if len(bounds) != 2 or len(numbers) != 2 or not numbers[0] < numbers[1]:
        raise ConfigError(f"{key}: name two numbers, the least and the most, got {list(bounds)}")
    if kind == "integers" and not all(isinstance(bound, int) for bound in numbers):
        raise ConfigError(f"{key}: name two whole numbers, got {list(bounds)}")
    if kind == "log_uniform" and not (0 < numbers[0] and numbers[1] / numbers[0] < 1e9):
        raise ConfigError(f"{key}: the least is more than 0, got {list(bounds)}")


def _weights(key: str, given: Any, count: int) -> tuple[float, ...]:
    if not isinstance(given, list | tuple) or (given and len(given) != count):
        raise ConfigError(f"{key}: write one for each of the {count} values, got {given!r}")
    for weight in given:
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < 1e9:
            raise ConfigError(f"{key}: weights are numbers above 0, got {weight!r}")
    return tuple(given)


def _log(ratio: float) -> float:
    """The natural logarithm of a number above 1, by Halley's method on our own exponential."""
    power, y = ratio, 0.0
    while power > 2.0:
        power, y = power / 2.0, y + 0.7
    for _ in range(8):
        e = float(exp(y))
        y += 2.0 * (ratio - e) / (ratio + e)
    return y
