"""What players do with their hands: choose, throw, mine, strike and place.

A look meets the nearest body within the melee reach or the nearest block within the reach of the
arm, whichever is closer.  Choosing and throwing answer to the press of a button, striking a body
too; mining goes on while attack is held, placing repeats every four ticks while use is.
"""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.exact import PI, sincos
from mpgenie.envs.planet.raycast import cast

from .actions import ATTACK, DROP, FIRST_HOTBAR_BIT, USE
from .combat import SWING, body_looked_at, strike
from .digging import dig, stop_digging
from .items import throw_held
from .movement import eye_height
from .placing import place
from .state import HOTBAR

REACH = 4.5
"""Metres from the eye to the face of the block that is mined or built on."""
USE_WAIT = 4
"""Ticks between two blocks placed while use is held."""


@kernel
def eye_of(players, w, p):  # type: ignore[no-untyped-def]
    """Where a player's eye is, and the unit vector of the look: two triples."""
    player = players[w, p]
    feet, heading = player.position, player.heading
    r = np.sqrt(feet[0] * feet[0] + feet[1] * feet[1] + feet[2] * feet[2])
    ux, uy, uz = feet[0] / r, feet[1] / r, feet[2] / r
    s, c = sincos(player.pitch * (PI / 180.0))
    rise = r + eye_height(player.sneaking)
    eye = (ux * rise, uy * rise, uz * rise)
    look = (c * heading[0] - s * ux, c * heading[1] - s * uy, c * heading[2] - s * uz)
    return eye, look


@kernel
def choose_slots(players, w, buttons):  # type: ignore[no-untyped-def]
    """Hold the hotbar slot whose button is down; of several the lowest."""
    for p in range(players.shape[1]):
        player = players[w, p]
        flags = np.int64(buttons[w, p]) >> FIRST_HOTBAR_BIT
        if flags == 0 or not player.active or not player.alive:
            continue
        for slot in range(HOTBAR):
            if flags & (1 << slot):
                player.held = slot
                break


@kernel
def use_hands(bundle, w, buttons):  # type: ignore[no-untyped-def]
    """Throw, mine or strike, and place: every living player of a world, slot by slot."""
    game = opened(bundle)
    players, clock, crowd = game.players, game.clock, game.crowd
    for p in range(players.shape[1]):
        player = players[w, p]
        if not player.active or not player.alive:
            continue
        flags = np.int64(buttons[w, p])
        pressed = flags & ~np.int64(player.buttons)
        if flags & (ATTACK | USE | DROP) == 0:
            if player.dig_cell >= 0:
                stop_digging(players, clock, w, p)
            continue
        eye, look = eye_of(players, w, p)
        if pressed & DROP:
            throw_held(bundle, w, p, eye, look)
        uses = pressed & USE != 0 or (flags & USE != 0 and player.use_wait == 0)
        attacks = flags & ATTACK != 0
        if not attacks and player.dig_cell >= 0:
            stop_digging(players, clock, w, p)
        if not attacks and not uses:
            continue
        cell, side, away = cast(
            game.cells.blocks[w], game.geometry, eye[0], eye[1], eye[2], look[0], look[1], look[2],
            REACH, True,
        )  # fmt: skip
        if attacks:
            body, near = body_looked_at(crowd, players, game.mobs, w, p, eye, look)
            if body >= 0 and (cell < 0 or near < away):
                stop_digging(players, clock, w, p)
                if pressed & ATTACK != 0 and player.attack_wait == 0:
                    strike(bundle, w, p, body)
            elif cell >= 0:
                dig(bundle, w, p, cell)
            else:
                stop_digging(players, clock, w, p)
                if pressed & ATTACK != 0:
                    player.swing = SWING
        if uses:
            player.use_wait = USE_WAIT
            place(bundle, w, p, cell, side)
