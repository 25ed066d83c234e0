"""Reality and a dream of it side by side: the same start, the same actions, tick by tick.

Those who play look at reality; the dream hears what they do and sees nothing after its start.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.parallel import PlanetEnv
from mpgenie.errors import DivergedError
from mpgenie.pictures import Picture, fitted, grid
from mpgenie.play.overlay import Line, lay_panel, scale_for
from mpgenie.world_models.dream import DreamEnv
from mpgenie.world_models.dreams import BROKEN
from mpgenie.world_models.starts import Recent

Chooser = Callable[[], Mapping[str, Any]]
"""Chooses everybody's actions of the tick to come."""


@dataclass(frozen=True, eq=False)
class Pair:
    """What everybody sees in one tick."""

    tick: int
    """Since the dream began; 0 = what it began with, where both are one."""
    real: NDArray[np.uint8]
    """(P, H, W, 3)."""
    dreamt: NDArray[np.uint8]
    """The same."""

    @property
    def psnr(self) -> list[float]:
        """Of each player, how near the dream is in dB; 99 = equal."""
        far = ((self.real.astype(np.float64) - self.dreamt) ** 2).mean(axis=(1, 2, 3))
        nearness: list[float] = (10.0 * np.log10(255.0**2 / np.maximum(far, 1e-6))).tolist()
        return [min(99.0, each) for each in nearness]

    def picture(self, view: tuple[int, int]) -> Picture:
        """A row for each player, reality on the left and the dream on the right.

        Args:
            view: (height, width) of each.
        """
        pictures = []
        for real, dreamt in zip(self.real, self.dreamt, strict=True):
            for frame, word in ((real, "real"), (dreamt, f"dreamt +{self.tick}")):
                large = fitted(frame, view)
                lay_panel(large, [Line(word)], 0.0, 0.0, scale_for(view[0]))
                pictures.append(large)
        return grid(pictures, columns=2)


def side_by_side(
    real: Recent,
    dream: DreamEnv,
    cast: Callable[[PlanetEnv], Chooser],
    *,
    opening: int,
    ticks: int,
    seed: int,
) -> Iterator[Pair]:
    """Play in both.

    Args:
        real: Remembers at least `opening` frames; reset here.
        dream: With as many players and the same form of actions.
        cast: Brings those who play, once reality has been reset.
        opening: How many frames of reality the dream begins with.
        ticks: How long the dream is, unless an episode ends before.
        seed: Of both.

    Yields:
        What everybody sees, from tick 0 on.

    Raises:
        DivergedError: If the model breaks down.
    """
    real.reset(seed=seed)
    choose = cast(real.env)
    for _ in range(opening - 1):
        if real.agents:
            actions = choose()
            real.step({agent: actions[agent] for agent in real.agents})
    dream.reset(seed=seed, options={"start": real})
    yield Pair(0, dream.state(), dream.state())
    for tick in range(1, ticks + 1):
        if not (real.agents and dream.agents):
            return
        actions = choose()
        real.step({agent: actions[agent] for agent in real.agents})
        *_, infos = dream.step({agent: actions[agent] for agent in dream.agents})
        check_unbroken(infos, tick)
        yield Pair(tick, real.start().frames[-1], dream.state())


def check_unbroken(infos: Mapping[str, Mapping[str, Any]], tick: int) -> None:
    """Refuse to go on with a dream that is no numbers any more.

    Args:
        infos: Of a step of a dream, by player.
        tick: Its number.

    Raises:
        DivergedError: If it is one.
    """
    if any(info["reason"] == BROKEN for info in infos.values()):
        raise DivergedError(
            f"the dream is no numbers any more at tick {tick}: this model is broken, learn it "
            "again at a lower rate"
        )


def strip(pairs: Sequence[Pair], at: Sequence[int], view: tuple[int, int]) -> Picture:
    """Some ticks beside each other: for each player reality and, below, the dream.

    Args:
        pairs: From tick 0 on.
        at: The ticks shown, as far as there are.
        view: (height, width) of each picture.
    """
    shown = [pairs[tick] for tick in at if tick < len(pairs)]
    pictures = []
    for player in range(len(shown[0].real)):
        for name in ("real", "dreamt"):
            for pair in shown:
                large = fitted(getattr(pair, name)[player], view)
                word = f"{name} +{pair.tick}"
                lay_panel(large, [Line(word)], 0.0, 0.0, scale_for(view[0]))
                pictures.append(large)
    return grid(pictures, columns=len(shown))
