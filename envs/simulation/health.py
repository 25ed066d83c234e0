"""Waiting, healing, falling hard, dying and coming back."""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel

from .bodies import freed
from .combat import wound_player
from .events import LANDED, RESPAWN, emit
from .items import spill_hotbar
from .movement import PLAYER_HALF, PLAYER_HEIGHT, set_heading

FULL_HEALTH = 20
"""Half hearts."""
REGENERATION = 80
"""Ticks without a change of health until half a heart grows back."""
SAFE_FALL = 3.0
"""Metres that a body falls unhurt; each further metre costs half a heart."""


@kernel
def land(players, rules, clock, w):  # type: ignore[no-untyped-def]
    """End the falls of those who stand again."""
    for p in range(players.shape[1]):
        player = players[w, p]
        if not player.on_ground or player.fall == 0.0:
            continue
        fall = player.fall
        player.fall = 0.0
        if fall > 0.1 and player.alive:
            emit(clock, w, LANDED, player.id, 0, -1, int(fall * 100.0))
            if rules.fall_damage:
                wound_player(players, clock, w, p, int(np.ceil(fall - SAFE_FALL - 0.01)), 0)


@kernel
def wait_and_heal(players, w):  # type: ignore[no-untyped-def]
    """Count down what players wait for, and let the wounded heal."""
    for p in range(players.shape[1]):
        player = players[w, p]
        if not player.active or not player.alive:
            continue
        player.attack_wait = max(0, player.attack_wait - 1)
        player.use_wait = max(0, player.use_wait - 1)
        player.hurt_wait = max(0, player.hurt_wait - 1)
        player.swing = max(0, player.swing - 1)
        if 0 < player.health < FULL_HEALTH:
            player.regeneration += 1
            if player.regeneration >= REGENERATION:
                player.regeneration = 0
                player.health += 1


@kernel
def bury_dead(players, items, rules, clock, w):  # type: ignore[no-untyped-def]
    """Take those without health out of the world; what they carried stays, or goes with them."""
    for p in range(players.shape[1]):
        player = players[w, p]
        if not player.active or not player.alive or player.health > 0:
            continue
        if not rules.keep_hotbar:
            spill_hotbar(players, items, clock, w, p)
        player.alive = False
        player.respawn_wait = rules.respawn_wait
        player.on_ground, player.in_water = False, False
        player.sneaking, player.sprinting = False, False
        player.dig_cell, player.dig_ticks, player.dig_needed = -1, 0, 0
        player.swing, player.fall = 0, 0.0
        for axis in range(3):
            player.velocity[axis] = 0.0


@kernel
def bring_back(bundle, w):  # type: ignore[no-untyped-def]
    """Let the dead come back where they spawned, once they have waited."""
    game = opened(bundle)
    players, rules = game.players, game.rules
    if rules.respawn_wait < 0:
        return
    for p in range(players.shape[1]):
        player = players[w, p]
        if not player.active or player.alive:
            continue
        player.respawn_wait -= 1
        if player.respawn_wait > 0:
            continue
        spawn, feet, heading = player.spawn, player.position, player.heading
        x, y, z = freed(
            game.cells.blocks[w], game.table.solid, game.geometry, spawn[0], spawn[1], spawn[2],
            PLAYER_HALF, PLAYER_HEIGHT,
        )  # fmt: skip
        feet[0], feet[1], feet[2] = x, y, z
        scale = 1.0 / np.sqrt(x * x + y * y + z * z)
        ahead = player.spawn_heading
        set_heading(heading, ahead[0], ahead[1], ahead[2], x * scale, y * scale, z * scale)
        player.alive = True
        player.respawn_wait = 0
        player.health = FULL_HEALTH
        player.pitch = 0.0
        player.hurt_wait, player.attack_wait, player.use_wait = 0, 0, 0
        player.regeneration = 0
        emit(game.clock, w, RESPAWN, player.id, 0, -1, 0)
