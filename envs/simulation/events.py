"""What happened: the kinds of events, how kernels note them, and how Python reads them.

An event is a row (tick, kind, actor id, target id, cell, value).  Its tick is the one whose actions
caused it: an event of tick t shows in frame t + 1.  Ids and cells that say nothing are 0 and -1.
"""

from typing import Any

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import ITEM_NAMES

from .state import WorldState

EVENTS: dict[str, str] = {
    "block_place": "block",
    "block_place_fail": "reason",
    "block_dig_start": "block",
    "block_dig_done": "block",
    "block_dig_abort": "ticks",
    "item_pick": "stack",
    "item_drop": "stack",
    "item_despawn": "stack",
    "hit": "damage",
    "hurt": "damage",
    "death": "",
    "respawn": "",
    "mob_spawn": "mob",
    "mob_death": "mob",
    "mob_despawn": "mob",
    "jump": "",
    "land": "centimetres",
    "enter_water": "",
    "leave_water": "",
    "message": "token",
    "join": "",
    "leave": "",
}
"""Each kind of event, and what its value means.

Actor and target: who placed, dug, picked up (target: the item's id), dropped (the item's id), hit
(whom), was hurt (by whom; 0 = a fall), died (by whom), spoke, joined, left.
"""

(
    BLOCK_PLACE, BLOCK_PLACE_FAIL, DIG_START, DIG_DONE, DIG_ABORT, ITEM_PICK, ITEM_DROP,
    ITEM_DESPAWN, HIT, HURT, DEATH, RESPAWN, MOB_SPAWN, MOB_DEATH, MOB_DESPAWN, JUMPED, LANDED,
    ENTER_WATER, LEAVE_WATER, MESSAGE, JOIN, LEAVE,
) = range(len(EVENTS))  # fmt: skip
KIND_NAMES: tuple[str, ...] = tuple(EVENTS)

REASONS: tuple[str, ...] = ("inside_body", "no_support", "out_of_reach", "no_item", "occupied")
"""Why a block could not be placed."""
INSIDE_BODY, NO_SUPPORT, OUT_OF_REACH, NO_ITEM, OCCUPIED = range(len(REASONS))


@kernel
def emit(clock, w, kind, actor, target, cell, value):  # type: ignore[no-untyped-def]
    """Note an event of this tick; beyond the capacity it is only counted."""
    k = clock.event_count[w]
    clock.event_count[w] = k + 1
    if k < clock.event.shape[1]:
        clock.event[w, k, 0] = clock.row[w].tick
        clock.event[w, k, 1] = kind
        clock.event[w, k, 2] = actor
        clock.event[w, k, 3] = target
        clock.event[w, k, 4] = cell
        clock.event[w, k, 5] = value


def read_events(state: WorldState, w: int) -> list[dict[str, Any]]:
    """The events of a world's last tick as plain dicts, in the order in which they happened."""
    from .mobs import MOBS

    clock = state.clock
    count = min(int(clock.event_count[w]), clock.event.shape[1])
    events = []
    for tick, number, actor, target, cell, value in clock.event[w, :count].tolist():
        kind = KIND_NAMES[number]
        event = {
            "tick": tick, "kind": kind, "actor": actor, "target": target, "cell": cell,
            "value": value,
        }  # fmt: skip
        meaning = EVENTS[kind]
        if meaning == "reason":
            event["reason"] = REASONS[value]
        elif meaning == "stack":
            event["item"], event["count"] = ITEM_NAMES[value & 255], value >> 8
        elif meaning == "block":
            event["block"] = ITEM_NAMES[value]
        elif meaning == "mob":
            event["mob"] = MOBS[value].name
        events.append(event)
    return events
