"""How a player behaves in an episode, in a row of numbers that can be compared.

Rates and shares, so that episodes of any length compare; `behaviour` has the exact sums that decide
what is generated.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import (
    ATTACK,
    BACK,
    FORWARD,
    JUMP,
    LEFT,
    RIGHT,
    SNEAK,
    SPRINT,
    USE,
)  # fmt: skip
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE, HIT, ITEM_PICK

from .episode import Recorded

_SECOND, _MINUTE = 20.0, 1200.0
_BUTTONS = {
    "forward": FORWARD, "back": BACK, "sideways": LEFT | RIGHT, "jump": JUMP, "sneak": SNEAK,
    "sprint": SPRINT, "attack": ATTACK, "use": USE,
}  # fmt: skip
_EVENTS = {"placed": BLOCK_PLACE, "mined": DIG_DONE, "hits": HIT, "picked_up": ITEM_PICK}

DESCRIPTORS: Mapping[str, str] = {
    "speed": "metres a second",
    "fastest": "metres a second, exceeded in 1 % of ticks",
    "straightness": "from first to last place, over the way walked",
    "turn_rate": "degrees a second, mean",
    "turn_fastest": "degrees a second, exceeded in 1 % of ticks",
    "turn_jerk": "degrees a tick by which turns change from tick to tick",
    "camera_still": "share of ticks",
    "pitch": "degrees down, mean",
    "pitch_spread": "degrees, standard deviation",
    "button_changes": "a second",
    "idle": "share of ticks",
    **{f"press_{name}": "share of ticks" for name in _BUTTONS},
    **{name: "a minute" for name in _EVENTS},
    "airborne": "share of frames",
    "in_water": "share of frames",
    "nearest": "metres to the nearest other player, mean",
    "sees_partner": "share of frames",
}
"""Every descriptor and its unit."""


def describe(episode: Recorded) -> NDArray[np.float64]:
    """The descriptors of every player of an episode.

    Args:
        episode: Of at least one tick.

    Returns:
        (P, D), columns in the order of `DESCRIPTORS`.
    """
    players = range(len(episode.header.players))
    rows = [_walk(episode, p) | _hands(episode, p) | _company(episode, p) for p in players]
    return np.array([[row[name] for name in DESCRIPTORS] for row in rows], np.float64)


def _walk(episode: Recorded, p: int) -> dict[str, float]:
    position = episode["state/position"][:, p]
    steps = np.linalg.norm(np.diff(position, axis=0), axis=-1)
    way, net = steps.sum(), np.linalg.norm(position[-1] - position[0])
    return {
        "speed": float(steps.mean() * _SECOND),
        "fastest": float(np.quantile(steps, 0.99) * _SECOND),
        "straightness": float(net / way) if way > 1.0 else 0.0,
        "airborne": float((~episode["state/on_ground"][:, p]).mean()),
        "in_water": float(episode["state/in_water"][:, p].mean()),
        "pitch": float(episode["state/pitch"][:, p].mean()),
        "pitch_spread": float(episode["state/pitch"][:, p].std()),
    }


def _hands(episode: Recorded, p: int) -> dict[str, float]:
    camera = episode["actions/camera"][:, p].astype(np.float64)
    down = episode["actions/buttons"][:, p]
    turned = np.hypot(camera[:, 0], camera[:, 1])
    changes = np.diff(down.astype(np.int64), prepend=0) != 0
    jerk = np.abs(np.diff(camera, axis=0)).sum(-1)
    events = episode["events"]
    mine = np.isin(events["actor"], np.setdiff1d(episode["state/id"][:, p], [0]))
    minutes = len(down) / _MINUTE
    return {
        "turn_rate": float(turned.mean() * _SECOND),
        "turn_fastest": float(np.quantile(turned, 0.99) * _SECOND),
        "turn_jerk": float(jerk.mean()) if len(jerk) else 0.0,
        "camera_still": float((turned == 0.0).mean()),
        "button_changes": float(changes.mean() * _SECOND),
        "idle": float(((down == 0) & (turned == 0.0)).mean()),
        **{
            f"press_{name}": float(((down & np.uint32(mask)) != 0).mean())
            for name, mask in _BUTTONS.items()
        },
        **{
            name: float((mine & (events["kind"] == kind)).sum() / minutes)
            for name, kind in _EVENTS.items()
        },
    }


def _company(episode: Recorded, p: int) -> dict[str, float]:
    position = episode["state/position"]
    others = np.delete(position, p, axis=1)
    if not others.shape[1]:
        return {"nearest": 0.0, "sees_partner": 0.0}
    apart = np.linalg.norm(others - position[:, p : p + 1], axis=-1).min(-1)
    seen = np.delete(episode["state/visible"][:, p], p, axis=1) > 0
    return {"nearest": float(apart.mean()), "sees_partner": float(seen.any(-1).mean())}
