"""How flags change hands in `capture_the_flag`, tick by tick; its rules are told there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.cells import Cells
from mpgenie.envs.planet.geometry import Geometry
from mpgenie.envs.simulation.events import HIT

from .base import slot_of
from .flags import hoist, keep_bases
from .places import squared_distance
from .teams import TEAM_COLOURS

PLAYER, CARRIER, STUNNED = range(3)
"""Roles."""
BASE, FLAG = 1, 2
"""Kinds of landmark; those of team t (from 0) are the rows 2 t and 2 t + 1."""
CAPTURE, CONCEDED, TAKEN, LOST, RETURNED, APPROACH = range(6)
"""Parts of a reward."""
NO_AIM = -1
"""Else a player's aim is a row of the landmarks."""


class Game(NamedTuple):
    """What the kernels of capture the flag read and change."""

    players: NDArray[np.void]
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]
    blocks: Cells
    geometry: Geometry
    role: NDArray[np.int64]
    marks: NDArray[np.float64]
    score: NDArray[np.int64]
    carrier: NDArray[np.int64]
    wait: NDArray[np.int64]
    cells: NDArray[np.int64]
    aim: NDArray[np.int64]
    distance: NDArray[np.float64]
    before: NDArray[np.float64]
    """(2, P) work space: aim and distance a tick ago."""
    parts: NDArray[np.float64]
    ended: NDArray[np.bool_]
    radius: float
    stun: int
    captures: int
    flag_home: bool
    per_capture: float
    per_taken: float
    per_returned: float
    per_metre: float


@kernel
def judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`, and let flags change hands."""
    game = opened(bundle)
    for w in range(first, last):
        for p in range(game.wait.shape[1]):
            for k in range(game.parts.shape[2]):
                game.parts[w, p, k] = 0.0
            if game.wait[w, p] > 0:
                game.wait[w, p] -= 1
                if game.wait[w, p] == 0:
                    _become(game.players, game.role, w, p, PLAYER)
        keep_bases(game.players, w, game.cells[w])
        _feel_blows(bundle, w)
        for t in range(game.carrier.shape[1]):
            p = game.carrier[w, t]
            if p >= 0 and not game.players[w, p].alive:
                game.parts[w, p, LOST] -= game.per_taken
                _send_home(bundle, w, t)
        for p in range(game.wait.shape[1]):
            if game.players[w, p].alive and game.players[w, p].team > 0 and not game.wait[w, p]:
                _touch_posts(bundle, w, p)
        _pay_ways(bundle, w)
        game.ended[w] = False
        for t in range(game.score.shape[1]):
            if game.score[w, t] >= game.captures:
                game.ended[w] = True


@kernel
def _feel_blows(bundle, w):  # type: ignore[no-untyped-def]
    """Stun who was hit, and send the flags home that they carried.

    Who is stunned already is hit in vain and hits in vain; two who hit each other at once both are.
    """
    game = opened(bundle)
    for k in range(min(game.event_count[w], game.event.shape[1])):
        if game.event[w, k, 1] != HIT:
            continue
        hitter = slot_of(game.players, w, game.event[w, k, 2])
        hit = slot_of(game.players, w, game.event[w, k, 3])
        if hitter < 0 or hit < 0 or game.players[w, hitter].team == game.players[w, hit].team:
            continue
        if 0 < game.wait[w, hitter] < game.stun or 0 < game.wait[w, hit] < game.stun:
            continue
        for t in range(game.carrier.shape[1]):
            if game.carrier[w, t] == hit:
                game.parts[w, hit, LOST] -= game.per_taken
                game.parts[w, hitter, RETURNED] += game.per_returned
                _send_home(bundle, w, t)
        if game.stun > 0:
            game.wait[w, hit] = game.stun
            _become(game.players, game.role, w, hit, STUNNED)


@kernel
def _touch_posts(bundle, w, p):  # type: ignore[no-untyped-def]
    """Let a living player capture the flag that it carries, or take one."""
    game = opened(bundle)
    own = game.players[w, p].team - 1
    if game.role[w, p] == CARRIER:
        if _near(bundle, w, p, own) and (game.carrier[w, own] < 0 or not game.flag_home):
            _capture(bundle, w, p, own)
        return
    for t in range(game.carrier.shape[1]):
        if t != own and game.carrier[w, t] < 0 and _near(bundle, w, p, t):
            game.carrier[w, t] = p
            game.parts[w, p, TAKEN] += game.per_taken
            _become(game.players, game.role, w, p, CARRIER)
            hoist(game.blocks, game.geometry, w, game.cells[w, t, 0], t, False)
            return


@kernel
def _near(bundle, w, p, t):  # type: ignore[no-untyped-def]
    """Whether a player is at a team's post."""
    game = opened(bundle)
    base = game.marks[w, 2 * t]
    away = squared_distance(game.players[w, p].position, base[0], base[1], base[2])
    return away <= game.radius * game.radius


@kernel
def _capture(bundle, w, p, own):  # type: ignore[no-untyped-def]
    """Count the flag that player p has brought home to its team."""
    game = opened(bundle)
    game.score[w, own] += 1
    for t in range(game.carrier.shape[1]):
        if game.carrier[w, t] == p:
            for q in range(game.players.shape[1]):
                if game.players[w, q].team == own + 1:
                    game.parts[w, q, CAPTURE] += game.per_capture
                if game.players[w, q].team == t + 1:
                    game.parts[w, q, CONCEDED] -= game.per_capture
            _send_home(bundle, w, t)


@kernel
def _send_home(bundle, w, t):  # type: ignore[no-untyped-def]
    """Put a flag back on its post; whoever carried it carries nothing now."""
    game = opened(bundle)
    p = game.carrier[w, t]
    game.carrier[w, t] = -1
    _become(game.players, game.role, w, p, PLAYER)
    hoist(game.blocks, game.geometry, w, game.cells[w, t, 0], t, True)


@kernel
def _become(players, role, w, p, now):  # type: ignore[no-untyped-def]
    """Give a player a role, and the shirt of its team: pale for carriers, dark for the stunned."""
    role[w, p] = now
    team = players[w, p].team
    if team > 0:
        for k in range(3):
            colour = TEAM_COLOURS[team - 1][k]
            if now == CARRIER:
                colour = (colour + 2 * 255) // 3
            elif now == STUNNED:
                colour = colour // 3
            players[w, p].colour[k] = colour


@kernel
def look_around(bundle, w):  # type: ignore[no-untyped-def]
    """Note where the flags are, and what everybody should do next, and how far that is."""
    game = opened(bundle)
    for t in range(game.carrier.shape[1]):
        p = game.carrier[w, t]
        for axis in range(3):
            there = game.players[w, p].position[axis] if p >= 0 else game.marks[w, 2 * t, axis]
            game.marks[w, 2 * t + 1, axis] = there
    for p in range(game.aim.shape[1]):
        game.aim[w, p], game.distance[w, p] = NO_AIM, 0.0
        if game.players[w, p].alive and game.players[w, p].team > 0:
            _choose_aim(bundle, w, p)


@kernel
def _choose_aim(bundle, w, p):  # type: ignore[no-untyped-def]
    game = opened(bundle)
    own = game.players[w, p].team - 1
    thief = game.carrier[w, own]
    if game.role[w, p] == CARRIER:
        aim = 2 * own + 1 if thief >= 0 and game.flag_home else 2 * own
        game.aim[w, p], game.distance[w, p] = aim, _away(bundle, w, p, aim)
        return
    for t in range(game.carrier.shape[1]):
        wanted = thief >= 0 if t == own else game.carrier[w, t] < 0
        if wanted:
            away = _away(bundle, w, p, 2 * t + 1)
            if game.aim[w, p] == NO_AIM or away < game.distance[w, p]:
                game.aim[w, p], game.distance[w, p] = 2 * t + 1, away


@kernel
def _away(bundle, w, p, row):  # type: ignore[no-untyped-def]
    """Metres from a player to a landmark."""
    game = opened(bundle)
    mark = game.marks[w, row]
    return np.sqrt(squared_distance(game.players[w, p].position, mark[0], mark[1], mark[2]))


@kernel
def _pay_ways(bundle, w):  # type: ignore[no-untyped-def]
    """Look around, and pay for what came nearer."""
    game = opened(bundle)
    before = game.before
    for p in range(game.aim.shape[1]):
        before[0, p], before[1, p] = game.aim[w, p], game.distance[w, p]
    look_around(bundle, w)
    for p in range(game.aim.shape[1]):
        same = before[0, p] == game.aim[w, p] and game.aim[w, p] != NO_AIM
        nearer = before[1, p] - game.distance[w, p]
        game.parts[w, p, APPROACH] = game.per_metre * nearer if same else 0.0
