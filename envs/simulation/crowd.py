"""Who is near whom: a grid of four-metre cubes over all bodies of a world, and soft pushes.

The grid is a hash table of linked lists, filled anew each tick: players first, then mobs.  A body
is numbered by its slot, mobs after all player slots.  Walks over it visit cubes in a fixed order
and the bodies of a cube by falling number, so nothing depends on who else is in the world.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel

CUBE = 4.0
"""Metres along the edge of a cube."""
PUSH = 0.05
"""Metres per tick that two bodies in one place push each other apart."""
_REACH = 1.93  # metres between the feet of bodies that may touch, at most
_OFFSET = 1 << 20
_PRIME_X, _PRIME_Y, _PRIME_Z = 73856093, 19349663, 83492791


class Crowd(NamedTuple):
    """Work space of one batch of worlds; nothing in it outlives a tick."""

    head: NDArray[np.int32]
    """(W, H) the last body in each bucket, -1 = none; H is a power of two."""
    link: NDArray[np.int32]
    """(W, B) the body before it in the same bucket."""
    cube: NDArray[np.int64]
    """(W, B) the cube of each body, -1 where the slot is empty."""


def new_crowd(worlds: int, bodies: int) -> Crowd:
    """Work space for so many bodies in each world."""
    buckets = 64
    while buckets < 2 * bodies:
        buckets *= 2
    return Crowd(
        head=np.full((worlds, buckets), -1, np.int32),
        link=np.full((worlds, bodies), -1, np.int32),
        cube=np.full((worlds, bodies), -1, np.int64),
    )


@kernel
def cube_index(x):  # type: ignore[no-untyped-def]
    """The number of a coordinate's cube along its axis."""
    return int(np.floor(x * (1.0 / CUBE)))


@kernel
def cube_key(i, j, k):  # type: ignore[no-untyped-def]
    """One number for a cube: unique while coordinates stay within two million metres."""
    return ((i + _OFFSET) * (2 * _OFFSET) + (j + _OFFSET)) * (2 * _OFFSET) + (k + _OFFSET)


@kernel
def first_in(crowd, w, i, j, k):  # type: ignore[no-untyped-def]
    """The head of the bucket in which a cube's bodies are listed, -1 = empty."""
    bucket = (i * _PRIME_X ^ j * _PRIME_Y ^ k * _PRIME_Z) & (crowd.head.shape[1] - 1)
    return crowd.head[w, bucket]


@kernel
def _enter(crowd, w, body, feet):  # type: ignore[no-untyped-def]
    i, j, k = cube_index(feet[0]), cube_index(feet[1]), cube_index(feet[2])
    bucket = (i * _PRIME_X ^ j * _PRIME_Y ^ k * _PRIME_Z) & (crowd.head.shape[1] - 1)
    crowd.cube[w, body] = cube_key(i, j, k)
    crowd.link[w, body] = crowd.head[w, bucket]
    crowd.head[w, bucket] = body


@kernel
def gather_crowd(bundle, w):  # type: ignore[no-untyped-def]
    """Sort all living bodies of a world into cubes."""
    game = opened(bundle)
    crowd, players, mobs = game.crowd, game.players, game.mobs
    slots = players.shape[1]
    crowd.head[w, :] = -1
    for p in range(slots):
        crowd.cube[w, p] = -1
        if players[w, p].active and players[w, p].alive:
            _enter(crowd, w, p, players[w, p].position)
    for m in range(mobs.shape[1]):
        mob = mobs[w, m]
        crowd.cube[w, slots + m] = -1
        if mob.active:
            _enter(crowd, w, slots + m, mob.position)


@kernel
def _push_pair(here, there, mine, theirs):  # type: ignore[no-untyped-def]
    """Push two bodies apart along the ground, each as hard as the other."""
    dx, dy, dz = here[0] - there[0], here[1] - there[1], here[2] - there[2]
    square = dx * dx + dy * dy + dz * dz
    if square > _REACH * _REACH:
        return
    scale = 1.0 / np.sqrt(here[0] * here[0] + here[1] * here[1] + here[2] * here[2])
    ux, uy, uz = here[0] * scale, here[1] * scale, here[2] * scale
    rise = dx * ux + dy * uy + dz * uz
    dx, dy, dz = dx - rise * ux, dy - rise * uy, dz - rise * uz
    apart = np.sqrt(dx * dx + dy * dy + dz * dz)
    if apart >= 0.6 or abs(rise) >= 1.8:
        return
    if apart < 1e-6:  # in one place: along the ground, square to the z axis or the x axis
        dx, dy, dz = -uy, ux, 0.0
        apart = np.sqrt(dx * dx + dy * dy)
        if apart < 0.1:
            dx, dy, dz, apart = 0.0, -uz, uy, np.sqrt(uz * uz + uy * uy)
        force = PUSH / apart
    else:
        force = PUSH * (1.0 - apart / 0.6) / apart
    mine[0] += force * dx
    mine[1] += force * dy
    mine[2] += force * dz
    theirs[0] -= force * dx
    theirs[1] -= force * dy
    theirs[2] -= force * dz


@kernel
def push_apart(bundle, w):  # type: ignore[no-untyped-def]
    """Soft pushes between all bodies that overlap; the sum of all velocities stays as it was."""
    game = opened(bundle)
    crowd, players, mobs = game.crowd, game.players, game.mobs
    slots = players.shape[1]
    for body in range(crowd.cube.shape[1]):
        if crowd.cube[w, body] < 0:
            continue
        if body < slots:
            here, mine = players[w, body].position, players[w, body].velocity
        else:
            here, mine = mobs[w, body - slots].position, mobs[w, body - slots].velocity
        own = crowd.cube[w, body]
        for i in range(cube_index(here[0] - _REACH), cube_index(here[0] + _REACH) + 1):
            for j in range(cube_index(here[1] - _REACH), cube_index(here[1] + _REACH) + 1):
                for k in range(cube_index(here[2] - _REACH), cube_index(here[2] + _REACH) + 1):
                    key = cube_key(i, j, k)
                    if key < own:  # every pair once: from the cube with the lower number
                        continue
                    other = first_in(crowd, w, i, j, k)
                    last = body if key == own else -1
                    while other > last:
                        if crowd.cube[w, other] == key:
                            if other < slots:
                                _push_pair(
                                    here, players[w, other].position,
                                    mine, players[w, other].velocity,
                                )  # fmt: skip
                            else:
                                _push_pair(
                                    here, mobs[w, other - slots].position,
                                    mine, mobs[w, other - slots].velocity,
                                )  # fmt: skip
                        other = crowd.link[w, other]
