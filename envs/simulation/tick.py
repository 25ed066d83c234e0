"""One tick of fifty milliseconds: the systems of the game, in the order in which they run.

Python checks the actions before; nothing that is not a number gets here.  Holding a button counts
for walking, digging and placing (every four ticks); attacking a body, dropping and the first block
placed answer to the press.  An action of tick t shows in frame t + 1.
"""

from mpgenie.envs.kernels import kernel

from .crowd import gather_crowd, push_apart
from .movement import move_players, turn_heads
from .state import opened


@kernel
def tick_world(state, geometry, table, rules, work, buttons, camera, message, w):  # type: ignore[no-untyped-def]
    """Advance one world by a tick."""
    cells, players, mobs, items, clock = state
    clock.event_count[w] = 0

    turn_heads(players, w, camera)
    move_players(players, cells, geometry, table, clock, w, buttons)
    gather_crowd(work.crowd, players, mobs, w)
    push_apart(work.crowd, players, mobs, w)

    for p in range(players.active.shape[1]):
        players.buttons[w, p] = buttons[w, p]
    clock.tick[w] += 1


@kernel
def tick(  # type: ignore[no-untyped-def]
    records, cells, geometry, table, rules, work, buttons, camera, message, first_world, last_world
):
    """Advance worlds `first_world` up to, not including, `last_world` by a tick.

    Returns:
        The most edits that one of these worlds has listed.
    """
    state = opened(records, cells)
    edits = 0
    for w in range(first_world, last_world):
        tick_world(state, geometry, table, rules, work, buttons, camera, message, w)
        edits = max(edits, cells.edit_count[w])
    return edits
