"""Groups of different temper: what their members care for, and that they stay what they are.

What a member is paid is a mix of what happens to itself and to others,

    self * own + team * mean of its team mates - opponents * mean of its opponents
    + novelty * (whether it is somewhere for the first time)

where what happens to somebody is the sum of the parts of the scenario's reward.  A group is a box
of mixes that evolution never leaves; no two boxes touch, so groups differ as long as they last.

In a scenario without teams all others are mates and opponents alike.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.checks import check_known
from mpgenie.errors import ConfigError

from .hypers import Numbers, Range, Ranges

MIX = ("self", "team", "opponents", "novelty")
"""What is mixed; a member's numbers have them as `mix.self` and so on."""
_ONLY, _NONE, _SOME, _LITTLE = (1.0, 1.0), (0.0, 0.0), (0.4, 1.0), (0.0, 0.2)
GROUPS: dict[str, dict[str, tuple[float, float]]] = {
    "plain": {"self": _ONLY, "team": _NONE, "opponents": _NONE, "novelty": _NONE},
    "cooperative": {"self": _SOME, "team": _SOME, "opponents": _NONE, "novelty": _NONE},
    "competitive": {"self": _SOME, "team": _LITTLE, "opponents": _SOME, "novelty": _NONE},
    "exploratory": {"self": _SOME, "team": _LITTLE, "opponents": _LITTLE, "novelty": (0.02, 0.2)},
}
"""Of each group the least and the most of everything; `plain` takes rewards as they are."""


def ranges_of(group: str) -> Ranges:
    """The box of a group, as ranges of `mix.self` and so on.

    Raises:
        ConfigError: If there is no such group.
    """
    check_known("group", group, GROUPS)
    return {f"mix.{name}": Range(*GROUPS[group][name], "linear") for name in MIX}


def check_inside(group: str, numbers: Numbers) -> None:
    """Refuse a mix that is not of the group.

    Raises:
        ConfigError: If there is one; the message names what is wrong.
    """
    for name, each in ranges_of(group).items():
        if not each.low <= numbers[name] <= each.high:
            raise ConfigError(
                f"a {group} member has {name} from {each.low:g} to {each.high:g}, not "
                f"{numbers[name]:g}: it would be of another group"
            )


def mixed(
    parts: NDArray[np.floating],
    novelty: NDArray[np.floating],
    worth: NDArray[np.floating],
    mix: NDArray[np.floating],
    teams: NDArray[np.integer],
) -> NDArray[np.float32]:
    """What everybody is paid.

    Args:
        parts: (T, W, P, K) parts of the scenario's reward, by decision, world and slot.
        novelty: (T, W, P) 1 where somebody is somewhere for the first time, else 0.
        worth: (W, P, K) what each part is worth to who sits there, whoever it happens to.
        mix: (W, P, 4) as in `MIX`.
        teams: (T, W, P), or what can be spread so: the team of each slot, at each decision; all
            different where there are none.

    Returns:
        (T, W, P).
    """
    happened = np.einsum("twjk,wik->twij", parts, worth)  # to j, as i sees it
    own = np.einsum("twii->twi", happened)
    players = teams.shape[-1]
    others = ~np.eye(players, dtype=np.bool_)
    together = teams[..., :, None] == teams[..., None, :]
    alone = (together.sum((-1, -2)) == players)[..., None, None]
    mates, opponents = others & (together | alone), ~together  # alone, all others are both
    means = [
        (happened * (among / np.maximum(among.sum(-1, keepdims=True), 1))).sum(-1)
        for among in (mates, opponents)
    ]
    paid = mix[..., 0] * own + mix[..., 1] * means[0] - mix[..., 2] * means[1]
    return np.asarray(paid + mix[..., 3] * novelty, np.float32)
