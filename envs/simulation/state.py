"""Everything that changes in a batch of worlds, as arrays with leading axes (worlds, slots).

Players, mobs and items live in slots with an `active` mask and an id that is never used again;
joining, leaving and dying change masks, not shapes.  Positions are float64 metres with the core
as origin, at the feet; velocities are metres per tick; headings are unit tangent vectors; pitch is
in degrees, down positive; times are ticks of 50 ms.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.planet.cells import Cells, new_cells
from mpgenie.envs.planet.geometry import Geometry

HOTBAR = 9
"""Slots of a hotbar."""
STACK = 64
"""The most of one block that a slot holds."""
EVENT_FIELDS = 6
"""Numbers in an event: tick, kind, actor id, target id, cell, value."""


class Players(NamedTuple):
    """(W, P, ...) one row per player slot."""

    active: NDArray[np.bool_]
    id: NDArray[np.int64]
    """Entity id, unique in a world among players, mobs and items, never used again; 0 = none."""
    alive: NDArray[np.bool_]
    position: NDArray[np.float64]
    velocity: NDArray[np.float64]
    heading: NDArray[np.float64]
    pitch: NDArray[np.float64]
    on_ground: NDArray[np.bool_]
    in_water: NDArray[np.bool_]
    sneaking: NDArray[np.bool_]
    sprinting: NDArray[np.bool_]
    health: NDArray[np.int32]
    """Half hearts, 0 to 20."""
    fall: NDArray[np.float64]
    """Metres fallen since the feet last stood on something."""
    attack_wait: NDArray[np.int32]
    use_wait: NDArray[np.int32]
    hurt_wait: NDArray[np.int32]
    regeneration: NDArray[np.int32]
    """Ticks since health last changed."""
    respawn_wait: NDArray[np.int32]
    """Ticks until a dead player comes back."""
    swing: NDArray[np.int32]
    """Ticks left of the arm's swing (animation), 0 to 6."""
    stride: NDArray[np.float64]
    """Metres walked, for the legs' animation."""
    hotbar_item: NDArray[np.uint8]
    """(W, P, 9) item numbers; 0 = empty."""
    hotbar_count: NDArray[np.uint8]
    held: NDArray[np.uint8]
    """The chosen hotbar slot, 0 to 8."""
    dig_cell: NDArray[np.int64]
    """The cell being mined, -1 = none."""
    dig_ticks: NDArray[np.int32]
    """Ticks already spent on it."""
    dig_needed: NDArray[np.int32]
    """Ticks it takes with the item in hand."""
    buttons: NDArray[np.uint32]
    """Last tick's buttons, so that a press can be told from a hold."""
    camera: NDArray[np.float32]
    """(W, P, 2) the camera turn applied last tick (pitch, yaw), in degrees."""
    message: NDArray[np.uint8]
    """The token said last tick, 0 = none."""
    team: NDArray[np.int32]
    colour: NDArray[np.uint8]
    """(W, P, 3) RGB of the figure."""
    spawn: NDArray[np.float64]
    """(W, P, 3) where the player comes back after death."""
    spawn_heading: NDArray[np.float64]
    key: NDArray[np.uint64]
    """The player's own key for random draws."""


class Mobs(NamedTuple):
    """(W, M, ...) one row per mob slot."""

    active: NDArray[np.bool_]
    id: NDArray[np.int64]
    kind: NDArray[np.int32]
    """A row of `mobs.MOBS`: zombie, skeleton, spider, husk (hostile), sheep (passive)."""
    position: NDArray[np.float64]
    velocity: NDArray[np.float64]
    heading: NDArray[np.float64]
    on_ground: NDArray[np.bool_]
    in_water: NDArray[np.bool_]
    health: NDArray[np.int32]
    fall: NDArray[np.float64]
    attack_wait: NDArray[np.int32]
    hurt_wait: NDArray[np.int32]
    swing: NDArray[np.int32]
    stride: NDArray[np.float64]
    target: NDArray[np.int64]
    """Id of the player it chases, 0 = none."""
    goal: NDArray[np.float64]
    """(W, M, 3) the point it walks to next."""
    think_wait: NDArray[np.int32]
    """Ticks until it thinks again."""
    plan: NDArray[np.uint8]
    """Directions of the steps planned, two bits each, the step under way lowest."""
    plan_steps: NDArray[np.uint8]
    """How many of them are left, the one under way included."""
    lost: NDArray[np.bool_]
    """Whether the steps planned do not get to the one it chases."""
    rests: NDArray[np.uint64]
    """The hash of all blocks when it last came to rest, 0 = it moves."""
    key: NDArray[np.uint64]


class Items(NamedTuple):
    """(W, I, ...) one row per item lying on the ground or flying."""

    active: NDArray[np.bool_]
    id: NDArray[np.int64]
    item: NDArray[np.uint8]
    count: NDArray[np.uint8]  # type: ignore[assignment]
    position: NDArray[np.float64]
    velocity: NDArray[np.float64]
    on_ground: NDArray[np.bool_]
    age: NDArray[np.int32]
    pick_wait: NDArray[np.int32]
    """Ticks until anyone may pick it up."""
    thrower: NDArray[np.int64]
    """Id of the player who threw it, 0 = it was mined or dropped by the dying."""
    rests: NDArray[np.uint64]
    """The hash of all blocks when it last came to rest, 0 = it moves."""


class Clock(NamedTuple):
    """(W, ...) what belongs to a world as a whole."""

    tick: NDArray[np.int64]
    day_offset: NDArray[np.int64]
    """Ticks added to `tick` for the time of day."""
    raining: NDArray[np.bool_]
    weather_until: NDArray[np.int64]
    """Tick at which the weather is drawn anew."""
    next_id: NDArray[np.int64]
    key: NDArray[np.uint64]
    """Key of the world's own draws (weather, spawning)."""
    event: NDArray[np.int64]
    """(W, E, 6) events of the last tick, see `EVENT_FIELDS`."""
    event_count: NDArray[np.int64]
    """(W,) how many; beyond E they are counted and lost."""


class WorldState(NamedTuple):
    """A batch of worlds.  Kernels take it whole."""

    cells: Cells
    players: Players
    mobs: Mobs
    items: Items
    clock: Clock


_SHAPES: dict[str, tuple[int, ...]] = {
    "position": (3,), "velocity": (3,), "heading": (3,), "spawn": (3,), "spawn_heading": (3,),
    "goal": (3,), "camera": (2,), "colour": (3,), "hotbar_item": (HOTBAR,),
    "hotbar_count": (HOTBAR,),
}  # fmt: skip


_BESIDE_ROWS = ("event", "event_count")


def _rows(kind: type, *shape: int) -> dict[str, NDArray[np.generic]]:
    fields = [
        (name, annotation.__args__[1].__args__[0], _SHAPES.get(name, ()))
        for name, annotation in kind.__annotations__.items()
        if name not in _BESIDE_ROWS
    ]
    dtype = np.dtype((np.record, np.dtype(fields, align=True)))
    records = np.zeros(shape, dtype)
    return {name: records[name] for name, _, _ in fields}


class Records(NamedTuple):
    """The same memory as a `WorldState`'s, row by row; what the kernels of the game take.

    `records.players[w, p].health` is `state.players.health[w, p]`.  Eighty arrays would cost ten
    microseconds to hand to a kernel, and a minute to compile it for; these six cost one.
    """

    players: NDArray[np.void]
    mobs: NDArray[np.void]
    items: NDArray[np.void]
    clock: NDArray[np.void]
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]


class Timeline(NamedTuple):
    """What kernels need to note an event."""

    row: NDArray[np.void]
    """(W,) rows of `Clock`."""
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]


def records_of(state: WorldState) -> Records:
    """The rows behind the arrays of a state made by `new_state`."""
    players, mobs, items, clock = (
        part[0].base for part in (state.players, state.mobs, state.items, state.clock)
    )
    event, count = state.clock.event, state.clock.event_count
    return Records(players, mobs, items, clock, event, count)  # type: ignore[arg-type]


def words_of(rows: NDArray[np.void]) -> NDArray[np.uint64]:
    """Rows as (..., words) 64-bit words, padding (always 0) included."""
    return rows.view(np.uint64).reshape(*rows.shape, rows.dtype.itemsize // 8)


def new_state(
    geometry: Geometry,
    worlds: int = 1,
    players: int = 2,
    mobs: int = 32,
    items: int = 128,
    events: int = 1024,
) -> WorldState:
    """Empty worlds: nobody active, all air, tick 0.

    All fields of one row lie side by side in memory (see `Records`), so the arrays are strided.
    """
    state = WorldState(
        cells=new_cells(geometry, worlds),
        players=Players(**_rows(Players, worlds, players)),  # type: ignore[arg-type]
        mobs=Mobs(**_rows(Mobs, worlds, mobs)),  # type: ignore[arg-type]
        items=Items(**_rows(Items, worlds, items)),  # type: ignore[arg-type]
        clock=Clock(
            **_rows(Clock, worlds),  # type: ignore[arg-type]
            event=np.zeros((worlds, events, EVENT_FIELDS), np.int64),
            event_count=np.zeros(worlds, np.int64),
        ),
    )
    state.clock.next_id[:] = 1
    return state
