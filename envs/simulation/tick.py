"""One tick of fifty milliseconds: the systems of the game, in the order in which they run.

Python checks the actions before; nothing that is not a number gets here.  Holding a button counts
for walking, digging and placing (every four ticks); attacking a body, dropping and the first block
placed answer to the press.  An action of tick t shows in frame t + 1.
"""

from typing import NamedTuple

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
from .state import Records, Timeline
from .weather import change_weather


class Work(NamedTuple):
    """Work space for kernels; nothing in it outlives a tick."""

    crowd: Crowd
    search: Search


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
def tick_world(records, cells, geometry, table, rules, work, buttons, camera, message, w):  # type: ignore[no-untyped-def]
    """Advance one world by a tick."""
    players, mobs, items = records.players, records.mobs, records.items
    clock = Timeline(records.clock, records.event, records.event_count)
    crowd, search = work
    clock.event_count[w] = 0

    wait_and_heal(players, w)
    turn_heads(players, w, camera)
    choose_slots(players, w, buttons)
    move_players(players, cells, geometry, table, clock, w, buttons)
    land(players, rules, clock, w)

    gather_crowd(crowd, players, mobs, w)
    push_apart(crowd, players, mobs, w)
    use_hands(players, mobs, items, cells, geometry, table, rules, clock, crowd, w, buttons)
    move_items(items, cells, geometry, table, clock, w)
    pick_up(crowd, players, items, clock, w)

    move_mobs(players, mobs, cells, geometry, table, rules, clock, search, w)
    spawn_mobs(players, mobs, cells, geometry, table, rules, clock, w)
    change_weather(clock.row[w], rules)

    bury_dead(players, items, rules, clock, w)
    bring_back(players, cells, geometry, table, rules, clock, w)
    remember(players, clock, w, buttons, message)
    clock.row[w].tick += 1


class Game(NamedTuple):
    """What `tick` reads and changes."""

    records: Records
    cells: Cells
    geometry: Geometry
    table: BlockTable
    rules: Rules
    work: Work


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
    records, cells, geometry, table, rules, work = opened(bundle)
    edits = 0
    for w in range(first_world, last_world):
        tick_world(records, cells, geometry, table, rules, work, buttons, camera, message, w)
        edits = max(edits, cells.edit_count[w])
    return edits
