"""What a tick of `defend` is worth, and how its waves follow each other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import BLOCK, ITEM
from mpgenie.envs.simulation.events import DEATH, HURT, MOB_DEATH, MOB_DESPAWN, emit
from mpgenie.envs.simulation.hands import eye_of
from mpgenie.envs.simulation.items import clear_item
from mpgenie.envs.simulation.mobs import MOB_HEIGHT
from mpgenie.envs.simulation.state import Timeline

from .base import KIND, slot_of
from .places import squared_distance
from .siege import Siege, besiege

SWORD = ITEM["diamond_sword"]
PILLAR = 3
"""Blocks of the core, one over the other: wool, which turns red from below, and a lamp."""
WHITE, RED, LAMP = (BLOCK[name] for name in ("white_wool", "red_wool", "lamp"))
SPAWN_EVERY = 4
"""Ticks between two mobs of a wave, for up to four players; for up to eight two come at a time."""
TALLY = 8
WAVE, LEFT, DUE, PAUSE, QUIET, STRENGTH, CALLED, SITE = range(TALLY)
"""Columns of the tally of a world: waves beaten, mobs of this one that live or are due, those that
are due, ticks until the next wave (0 = it is here), ticks since a blow fell, what the core has
left, places drawn for mobs, the lowest cell of the core."""
REPAIR, CALL = 1, 2
"""Build the core as it should be; bring in mobs."""
_CLOSE = 2.0  # metres from a mob at which a player is near enough
_FAR = 1e30


class Worth(NamedTuple):
    """What things are worth; the core, each half heart of its strength."""

    killed: float
    wave: float
    core: float
    died: float
    struck: float
    approach: float
    facing: float


class Game(NamedTuple):
    """What the judge reads and changes; arrays of W worlds with P players."""

    siege: Siege
    items: NDArray[np.void]
    clock: Timeline
    marks: NDArray[np.float64]
    tally: NDArray[np.int64]
    aim: NDArray[np.int64]
    feet: NDArray[np.float64]
    look: NDArray[np.float64]
    parts: NDArray[np.float64]
    ended: NDArray[np.bool_]
    needs: NDArray[np.int64]
    """(W,) what has to be done to a world, for whom judges: a sum of `REPAIR` and `CALL`."""
    worth: Worth
    waves: int
    rest: int
    patience: int
    full: int
    first: float
    more: float


@kernel
def judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`; whether any needs a hand."""
    game = opened(bundle)
    siege, parts = game.siege, game.parts
    needy = False
    for w in range(first, last):
        tally = game.tally[w]
        _return_swords(siege.players, game.items, w)
        for p in range(parts.shape[1]):
            for k in range(parts.shape[2]):
                parts[w, p, k] = 0.0
        _count_the_dead(game, w)
        _close_in(game, w)
        taken = min(besiege(siege, w), tally[STRENGTH])
        tally[STRENGTH] -= taken
        if taken > 0:
            tally[QUIET] = 0
        beaten = _go_on(game, w)
        for p in range(parts.shape[1]):
            parts[w, p, 1] = game.worth.wave * beaten
            parts[w, p, 2] = -game.worth.core * taken
        if 2 * tally[STRENGTH] < game.full:
            game.marks[w, 0, KIND] = 2.0 if tally[STRENGTH] > 0 else 0.0
        game.ended[w] = tally[STRENGTH] == 0 or tally[WAVE] >= game.waves
        needs = REPAIR if _looks_wrong(game, w) else 0
        if tally[DUE] > 0 and siege.clock[w].tick % SPAWN_EVERY == 0:
            needs += CALL
        game.needs[w], needy = needs, needy or needs > 0
    return needy


@inlined
def _looks_wrong(game, w):  # type: ignore[no-untyped-def]
    """Whether the core is made of anything but what it should be."""
    cell = game.tally[w, SITE]
    strength, wrong = game.tally[w, STRENGTH], False
    for height in range(PILLAR):
        block = game.siege.blocks[w, cell >> 6, (cell & 63) + height]
        wrong = wrong or block != core_block(strength, game.full, height)
    return wrong


@kernel
def core_block(strength, full, height):  # type: ignore[no-untyped-def]
    """What the core is made of at a height, with some of its full strength left."""
    if height == PILLAR - 1:
        return LAMP
    return WHITE if PILLAR * strength > (PILLAR - 1 - height) * full else RED


@kernel
def _return_swords(players, items, w):  # type: ignore[no-untyped-def]
    """Put thrown swords back, so that nobody is left without one, and none lies about."""
    for i in range(items.shape[1]):
        if items[w, i].active and items[w, i]["item"] == SWORD:
            clear_item(items, w, i)
    for p in range(players.shape[1]):
        player = players[w, p]
        for k in range(player.hotbar_item.shape[0]):
            player.hotbar_item[k] = SWORD
            player.hotbar_count[k] = 1


@inlined
def _count_the_dead(game, w):  # type: ignore[no-untyped-def]
    """Pay for blows and deaths; mobs that went away come again."""
    players, tally, parts = game.siege.players, game.tally[w], game.parts
    clock = game.clock
    tally[QUIET] += 1
    for k in range(min(clock.event_count[w], clock.event.shape[1])):
        event = clock.event[w, k]
        kind = event[1]
        if kind == MOB_DEATH:
            tally[LEFT] -= 1
            slayer = slot_of(players, w, event[3])
            if slayer >= 0:
                parts[w, slayer, 0] += game.worth.killed
        elif kind == MOB_DESPAWN:
            tally[DUE] += 1
        elif kind == DEATH:
            dead = slot_of(players, w, event[2])
            if dead >= 0:
                parts[w, dead, 3] -= game.worth.died
        elif kind == HURT:
            tally[QUIET] = 0
            striker = slot_of(players, w, event[3])
            if striker >= 0:
                parts[w, striker, 4] += game.worth.struck * event[5]


@inlined
def _close_in(game, w):  # type: ignore[no-untyped-def]
    """Pay for steps and turns towards the nearest mob, and note how near each is to a player."""
    players, mobs, near = game.siege.players, game.siege.mobs, game.siege.near
    for m in range(mobs.shape[1]):
        near[m] = _FAR
    for p in range(players.shape[1]):
        player = players[w, p]
        at, before, look_before = player.position, game.feet[w, p], game.look[w, p]
        found, nearest = -1, _FAR
        if player.active and player.alive:
            for m in range(mobs.shape[1]):
                if mobs[w, m].active:
                    there = mobs[w, m].position
                    square = squared_distance(at, there[0], there[1], there[2])
                    near[m] = min(near[m], square)
                    if square < nearest:
                        found, nearest = m, square
        aim = mobs[w, found].id if found >= 0 else 0
        eye, look = eye_of(players, w, p)
        if aim != 0 and aim == game.aim[w, p]:
            there, kind = mobs[w, found].position, mobs[w, found].kind
            far = np.sqrt(squared_distance(before, there[0], there[1], there[2]))
            nearer = max(far, _CLOSE) - max(np.sqrt(nearest), _CLOSE)
            game.parts[w, p, 5] = game.worth.approach * nearer
            straighter = _towards(eye, look, there, kind) - _towards(eye, look_before, there, kind)
            game.parts[w, p, 6] = game.worth.facing * straighter
        game.aim[w, p] = aim
        for axis in range(3):
            before[axis], look_before[axis] = at[axis], look[axis]


@inlined
def _towards(eye, look, feet, kind):  # type: ignore[no-untyped-def]
    """The cosine of the angle between a look and the way to the middle of a mob."""
    r = np.sqrt(feet[0] * feet[0] + feet[1] * feet[1] + feet[2] * feet[2])
    scale = 1.0 + 0.5 * MOB_HEIGHT[kind] / r
    x, y, z = feet[0] * scale - eye[0], feet[1] * scale - eye[1], feet[2] * scale - eye[2]
    length = np.sqrt(x * x + y * y + z * z)
    return (x * look[0] + y * look[1] + z * look[2]) / max(length, 1e-6)


@inlined
def _go_on(game, w):  # type: ignore[no-untyped-def]
    """Let the next wave come when it is time; whether one has just been beaten."""
    tally = game.tally[w]
    if tally[PAUSE] > 0:
        tally[PAUSE] -= 1
        if tally[PAUSE] == 0:
            tally[QUIET] = 0
            tally[LEFT] = tally[DUE] = int(np.ceil(game.first + game.more * tally[WAVE]))
        return False
    if tally[QUIET] >= game.patience:
        _send_away(game, w)
    if tally[LEFT] > 0:
        return False
    tally[WAVE] += 1
    tally[PAUSE] = game.rest
    return True


@inlined
def _send_away(game, w):  # type: ignore[no-untyped-def]
    """Take all mobs out of the world; as many are due again."""
    game.tally[w, QUIET] = 0
    for m in range(game.siege.mobs.shape[1]):
        mob = game.siege.mobs[w, m]
        if mob.active:
            mob.active = False
            game.tally[w, DUE] += 1
            emit(game.clock, w, MOB_DESPAWN, mob.id, 0, -1, mob.kind)
