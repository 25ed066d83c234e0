"""Rules for what players did."""

from collections.abc import Iterator

import numpy as np

from mpgenie.datasets.places import unit
from mpgenie.envs.simulation.actions import (
    ALL_BUTTONS,
    BACK,
    CAMERA_CAP,
    FORWARD,
    LEFT,
    RIGHT,
)

from .evidence import Evidence, longest_run
from .rules import Measured, rule

_SHORT = 20
"""Ticks of an episode below which shares say nothing."""
_CREEP = 0.005
"""Metres in a tick that count as not moving."""
_DEGREES = 0.1
"""By how much a turn may differ from what was asked for."""


@rule("action", "most")
def noop_share(evidence: Evidence) -> Iterator[Measured]:
    """Share of ticks in which a player presses nothing and does not turn."""
    if evidence.header.length < _SHORT:
        return
    idle = (evidence["actions/buttons"] == 0) & ~evidence["actions/camera"].any(-1)
    for player, share in enumerate(idle.mean(0).tolist()):
        yield Measured(share, player)


@rule("action", "most")
def camera_jumps(evidence: Evidence) -> Iterator[Measured]:
    """Ticks in which the camera turned further than it can."""
    far = np.abs(evidence["actions/camera"]).max(-1) > CAMERA_CAP + 1e-3
    for player in range(evidence.players):
        mine = far[:, player]
        yield Measured(int(mine.sum()), player, frame=int(mine.argmax()) if mine.any() else -1)


@rule("action", "most")
def impossible_buttons(evidence: Evidence) -> Iterator[Measured]:
    """Share of ticks with opposite keys at once, or with buttons that do not exist."""
    if evidence.header.length < _SHORT:
        return
    down = evidence["actions/buttons"]
    opposite = np.zeros(down.shape, bool)
    for pair in (FORWARD | BACK, LEFT | RIGHT):
        opposite |= (down & np.uint32(pair)) == pair
    unknown = (down & ~np.uint32(ALL_BUTTONS)) != 0
    for player, share in enumerate((opposite | unknown).mean(0).tolist()):
        yield Measured(share, player)


@rule("action", "most")
def stuck(evidence: Evidence) -> Iterator[Measured]:
    """Longest run of ticks in which a player holds keys to walk and gets nowhere."""
    down = evidence["actions/buttons"]
    held = {key: (down & np.uint32(key)) != 0 for key in (FORWARD, BACK, LEFT, RIGHT)}
    walks = (held[FORWARD] ^ held[BACK]) | (held[LEFT] ^ held[RIGHT])
    still = walks & (evidence.moved < _CREEP) & evidence.there[1:]
    for player in range(evidence.players):
        length, start = longest_run(still[:, player])
        yield Measured(length, player, frame=start)


@rule("action", "most")
def camera_applied(evidence: Evidence) -> Iterator[Measured]:
    """Share of ticks in which a head did not turn as its action says."""
    if evidence.header.length < _SHORT:
        return
    camera = evidence["actions/camera"].astype(np.float64)
    pitch, up = evidence["state/pitch"], unit(evidence["state/position"])
    asked = np.clip(pitch[:-1] + camera[..., 0], -90.0, 90.0)
    wrong = np.abs(asked - pitch[1:]) > _DEGREES
    heading = evidence["state/heading"]
    carried = heading[:-1] - up[1:] * (heading[:-1] * up[1:]).sum(-1, keepdims=True)
    carried = unit(carried)
    right = np.cross(carried, up[1:])
    turn = np.radians(camera[..., 1])[..., None]
    expected = carried * np.cos(turn) + right * np.sin(turn)
    wrong |= np.linalg.norm(expected - heading[1:], axis=-1) > np.radians(_DEGREES)
    wrong &= evidence.there[:-1] & evidence.there[1:]
    for player in range(evidence.players):
        mine = wrong[:, player]
        frame = int(mine.argmax()) if mine.any() else -1
        yield Measured(float(mine.mean()), player, frame=frame)
