"""A plan that is improved inside the dream, and tried in the game.

From the same frames a search draws plans, dreams what each leads to, and draws the next ones around
the best (the cross-entropy method; Rubinstein 1999).  What the best plan is worth in the game says
whether one can learn in the dream; what the dream promises beyond that is what the search found to
exploit.  The same search in the game itself says how much there was to gain, doing nothing and
random plans what takes no model.

A plan is a few stretches, in each of which every player turns evenly and walks ahead, back, or
neither.  What it is worth is `fidelity.sky_seen`, summed over frames, unless another is given.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BACK, FORWARD
from mpgenie.errors import ConfigError
from mpgenie.intervals import interval

from .actions import Actions
from .cases import SHOWN, Case, told_by
from .fidelity import Reward, sky_seen
from .game import Pictures
from .models import Model

STRETCHES, TICKS = 3, 5
"""Of a plan, and ticks of each."""
ROUNDS, PLANS, BEST = 4, 16, 4
"""Of a search: rounds, plans in each, and how many of them the next are drawn around."""
FASTEST = 8.0
"""Degrees that a plan turns in a tick at most."""
Floats = NDArray[np.float64]


def places(cases: Sequence[Case], count: int) -> list[Case]:
    """So many of the cases, spread evenly over them, and so over tasks.

    Raises:
        ConfigError: If there are fewer.
    """
    if count > len(cases):
        raise ConfigError(
            f"plans are improved from the beginnings of episodes, of which there are {len(cases)}, "
            f"not {count}: ask for fewer plans, or more episodes or tasks"
        )
    return [cases[k * len(cases) // count] for k in range(count)]


def improved(
    model: Model, oracle: Model, cases: Sequence[Case], seed: int = 0, reward: Reward = sky_seen
) -> dict[str, Any]:
    """What plans are worth that were found in a model's dreams.

    Args:
        model: That dreams.
        oracle: The game.
        cases: From the last shown frames of which it plans.
        seed: The same for all models: their searches begin with the same plans.
        reward: What frames are worth.

    Returns:
        Plain data: returns with intervals over cases: `promised` in the dream and `real` in the
        game of the best plans, `nothing` and `random` of doing nothing and of the plans that a
        search begins with, in the game.
    """
    found: dict[str, list[float]] = {name: [] for name in ("promised", "real", "nothing", "random")}
    for number, case in enumerate(cases):
        plan, promised, first = _search(model, case, np.random.default_rng((seed, number)), reward)
        tried = returns(oracle, case, np.concatenate([plan[None], 0.0 * plan[None], first]), reward)
        worth = promised, tried[0], tried[1], tried[2:].mean()
        for name, value in zip(found, worth, strict=True):
            found[name].append(float(value))
    return {
        name: dict(zip(("mean", "low", "high"), interval(each), strict=True))
        for name, each in found.items()
    }


def _search(
    model: Model, case: Case, rng: np.random.Generator, reward: Reward
) -> tuple[Floats, float, Floats]:
    """The best plan, what the dream promises of it, and the plans of the first round."""
    middle, spread = 0.0, 1.0
    shape = (PLANS, STRETCHES, case.frames.shape[1], 3)
    best, promised, first = np.zeros(shape[1:]), -np.inf, np.zeros(shape)
    for n in range(ROUNDS):
        plans = np.clip(middle + spread * rng.standard_normal(shape), -1.0, 1.0)
        first = plans if n == 0 else first
        worth = returns(model, case, plans, reward)
        order = np.argsort(-worth, kind="stable")[:BEST]
        middle, spread = plans[order].mean(0), plans[order].std(0) + 0.1
        if worth[order[0]] > promised:
            best, promised = plans[order[0]], float(worth[order[0]])
    return best, promised, first


def returns(model: Model, case: Case, plans: Floats, reward: Reward) -> Floats:
    """(n,) what plans (n, STRETCHES, P, 3) lead to in a model, from the same frames on."""
    shown, before = case.frames[:SHOWN], case.actions.at(slice(SHOWN - 1))
    ahead = np.zeros((STRETCHES * TICKS, *shown.shape[1:]), np.uint8)  # nobody has been there
    ways = [
        replace(case, name=f"{case.name}_{k}", frames=np.concatenate([shown, ahead]),
                actions=Actions.joined([before, tape]), questions=())
        for k, tape in enumerate(taken(plans).ticks())
    ]  # fmt: skip
    told = told_by(model, ways, len(ways))
    return np.array([sum(map(_worth(reward), frames)) for frames in told])


def _worth(reward: Reward) -> Any:
    def of(frames: Pictures) -> float:
        return reward({str(p): frame for p, frame in enumerate(frames)})

    return of


def taken(plans: Floats) -> Actions:
    """(n, ticks, P) what is done by plans of shares -1 to 1: down, right and ahead."""
    rows = plans.repeat(TICKS, 1)
    ahead, back = rows[..., 2] > 1 / 3, rows[..., 2] < -1 / 3
    buttons = FORWARD * ahead.astype(np.uint32) + BACK * back.astype(np.uint32)
    return Actions(buttons.astype(np.uint32), (FASTEST * rows[..., :2]).astype(np.float32))
