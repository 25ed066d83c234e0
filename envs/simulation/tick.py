"""One tick of fifty milliseconds: the systems of the game, in the order in which they run.

Python checks the actions before; nothing that is not a number gets here.  Holding a button counts
for walking, digging and placing (every four ticks); attacking a body, dropping and the first block
placed answer to the press.  An action of tick t shows in frame t + 1.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import BlockTable
from mpgenie.envs.planet.cells import Cells
from mpgenie.envs.planet.geometry import Geometry

from .crowd import Crowd, gather_crowd, push_apart
from .events import MESSAGE, emit
from .hands import choose_slots, use_hands
from .health import bring_back, bury_dead, land, wait_and_heal
from .instinct import move_mobs, spawn_mobs
from .items import move_items, pick_up
from .movement import move_players, turn_heads
from .pursuit import Search
from .rules import Rules
from .state import Timeline
from .weather import change_weather


class Game(NamedTuple):
    """What a tick reads and changes; kernels take it as one, in a `Bundle`."""

    players: NDArray[np.void]
    """As in `Records`, as are mobs and items."""
    mobs: NDArray[np.void]
    items: NDArray[np.void]
    clock: Timeline
    cells: Cells
    geometry: Geometry
    table: BlockTable
    rules: Rules
    crowd: Crowd
    """Work space; nothing in it outlives a tick."""
    search: Search
    """Work space likewise."""


@kernel
def remember(players, clock, w, buttons, message):  # type: ignore[no-untyped-def]
    """Let players speak, and keep the buttons to tell the next press from a hold."""
    for p in range(players.shape[1]):
        player = players[w, p]
        if player.active:
            player.buttons = buttons[w, p]
            player.message = message[w, p]
            if message[w, p] != 0:
                emit(clock, w, MESSAGE, player.id, 0, -1, message[w, p])


@kernel
def tick_world(bundle, buttons, camera, message, w):  # type: ignore[no-untyped-def]
    """Advance one world by a tick."""
    game = opened(bundle)
    players, clock, rules = game.players, game.clock, game.rules
    clock.event_count[w] = 0

    wait_and_heal(players, w)
    turn_heads(players, w, camera)
    choose_slots(players, w, buttons)
    move_players(bundle, w, buttons)
    land(players, rules, clock, w)

    gather_crowd(bundle, w)
    push_apart(bundle, w)
    use_hands(bundle, w, buttons)
    move_items(bundle, w)
    pick_up(bundle, w)

    move_mobs(bundle, w)
    spawn_mobs(bundle, w)
    change_weather(clock.row[w], rules)

    bury_dead(players, game.items, rules, clock, w)
    bring_back(bundle, w)
    remember(players, clock, w, buttons, message)
    clock.row[w].tick += 1


@kernel
def tick(bundle, buttons, camera, message, first_world, last_world):  # type: ignore[no-untyped-def]
    """Advance worlds `first_world` up to, not including, `last_world` by a tick.

    Args:
        bundle: A `Game`.
        buttons: (W, P) uint32.
        camera: (W, P, 2) float32, degrees.
        message: (W, P) uint8.
        first_world: The first world to advance.
        last_world: The world before which to stop.

    Returns:
        The most edits that one of these worlds has listed.
    """
    edit_count = opened(bundle).cells.edit_count
    edits = 0
    for w in range(first_world, last_world):
        tick_world(bundle, buttons, camera, message, w)
        edits = max(edits, edit_count[w])
    return edits
