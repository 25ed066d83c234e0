"""A world as one number, and as bytes.

The hash covers the exact bits of all rows in use, slot by slot, the clock and, through the sum
that every edit keeps up, the blocks.  A snapshot is a header, the planet's key, the blocks that
differ from the planet as generated, and the same rows: everything from which the same future
follows.

    magic 4s | version u16 | terrain version u16 | kind 8s | size u16 | slots 3 x u32 |
    row bytes 4 x u16 | planet seed u64 | seed 16s | planet hash u64 | counts: edits, players,
    mobs, items 4 x u32 | checksum of everything else u32
    edits: cells i32, blocks u8 | for each group of rows: slots u32, rows | the clock
"""

import struct
import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import allocating_kernel, kernel
from mpgenie.envs.planet.cells import Cells
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.exact import mix
from mpgenie.envs.planet.geometry import Geometry
from mpgenie.envs.planet.planet import TERRAIN_VERSION, Planet, PlanetConfig
from mpgenie.errors import SnapshotError

from .state import Records, words_of

VERSION = 2
"""Goes up by one whenever the bytes or the rules that continue them change."""
_MAGIC = b"MPGN"
_HEADER = struct.Struct("<4sHH8sH3I4HQ16sQ4I")
_CHECKSUM = struct.Struct("<I")
_START = np.uint64(0x243F6A8885A308D3)


class Words(NamedTuple):
    """Rows as 64-bit words: (W, slots, words) each."""

    players: NDArray[np.uint64]
    mobs: NDArray[np.uint64]
    items: NDArray[np.uint64]


class Content(NamedTuple):
    """What a snapshot says, checked."""

    planet_seed: int
    planet_hash: int
    seed: int
    cells: NDArray[np.int32]
    blocks: NDArray[np.uint8]
    slots: tuple[NDArray[np.uint32], ...]
    """Slots in use of players, mobs, items."""
    rows: tuple[NDArray[np.void], ...]
    clock: NDArray[np.void]


@kernel
def _hash_words(words, start):  # type: ignore[no-untyped-def]
    total = start
    for k in range(words.shape[0]):
        total = mix(total ^ words[k])
    return total


@kernel
def hash_row(rows, w, slot):  # type: ignore[no-untyped-def]
    """The hash of one row of words."""
    return _hash_words(rows[w, slot], _START)


@kernel
def _hash_rows(rows, w, total):  # type: ignore[no-untyped-def]
    # Each row is hashed by itself, so the processor works on several at once.
    for slot in range(rows.shape[1]):
        if rows[w, slot, 0] & np.uint64(1):  # the first byte is the flag `active`
            total += _hash_words(rows[w, slot], mix(np.uint64(slot) ^ _START))
    return mix(total)


@kernel
def hash_state(words, clock, cells_hash, w):  # type: ignore[no-untyped-def]
    """The hash of a world: `Words`, the words of the clocks, the hashes of the cells."""
    total = _hash_words(clock[w], _START)
    total = _hash_rows(words.players, w, total)
    total = _hash_rows(words.mobs, w, total)
    total = _hash_rows(words.items, w, total)
    return mix(total ^ cells_hash[w])


def _groups(records: Records) -> tuple[NDArray[np.void], ...]:
    return records.players, records.mobs, records.items


def _row_sizes(records: Records) -> tuple[int, ...]:
    return tuple(rows.dtype.itemsize for rows in (*_groups(records), records.clock))


def _edits(cells: Cells, w: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Cells that differ from the planet as generated, in order, and their blocks."""
    count = int(cells.edit_count[w])
    where = cells.edit_cell[w, :count]
    now = cells.blocks[w].reshape(-1)[where]
    differs = now != cells.edit_before[w, :count]
    order = np.argsort(where[differs], kind="stable")
    return where[differs][order], now[differs][order]


def pack(planet: Planet, seed: int, records: Records, cells: Cells, w: int) -> bytes:
    """A snapshot of world `w`."""
    where, blocks = _edits(cells, w)
    parts: list[bytes] = [where.astype("<i4").tobytes(), blocks.tobytes()]
    counts = [where.size]
    for rows in _groups(records):
        slots = np.flatnonzero(rows["active"][w])
        counts.append(slots.size)
        parts += [slots.astype("<u4").tobytes(), words_of(rows)[w, slots].tobytes()]
    parts.append(words_of(records.clock)[w].tobytes())
    header = _HEADER.pack(
        _MAGIC, VERSION, TERRAIN_VERSION, planet.config.kind.encode(), planet.config.size,
        *(rows.shape[1] for rows in _groups(records)), *_row_sizes(records),
        planet.seed, seed.to_bytes(16, "little"), planet.hash, *counts,
    )  # fmt: skip
    body = b"".join(parts)
    return header + _CHECKSUM.pack(zlib.crc32(body, zlib.crc32(header))) + body


def unpack(data: bytes, config: PlanetConfig, records: Records) -> Content:
    """Check a snapshot against a simulation and read it.

    Raises:
        SnapshotError: If it is broken or belongs to another planet, version or number of slots.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise SnapshotError(f"a snapshot is bytes, got {type(data).__name__}")
    data = bytes(data)
    start = _HEADER.size + _CHECKSUM.size
    if len(data) < start or data[:4] != _MAGIC:
        raise SnapshotError("these bytes are not a snapshot: they do not begin like one")
    fields = _HEADER.unpack_from(data)
    version, terrain, kind, size = fields[1:5]
    (checksum,) = _CHECKSUM.unpack_from(data, _HEADER.size)
    if version != VERSION or terrain != TERRAIN_VERSION:
        raise SnapshotError(
            f"this snapshot is of version {version} with terrain {terrain}, "
            f"but here they are {VERSION} and {TERRAIN_VERSION}"
        )
    if zlib.crc32(data[start:], zlib.crc32(data[: _HEADER.size])) != checksum:
        raise SnapshotError("this snapshot is damaged: its checksum does not match")
    if (kind.rstrip(b"\0").decode(), size) != (config.kind, config.size):
        raise SnapshotError(
            f"this snapshot is of a {kind.rstrip(bytes(1)).decode()} planet of size {size}, but "
            f"here planets are {config.kind} of size {config.size}"
        )
    slots = tuple(rows.shape[1] for rows in _groups(records))
    if fields[5:8] != slots or fields[8:12] != _row_sizes(records):
        raise SnapshotError(
            f"this snapshot has {fields[5:8]} slots for players, mobs and items, here are {slots}"
        )
    return _content(data, start, fields, records)


def _content(data: bytes, start: int, fields: tuple[int, ...], records: Records) -> Content:
    place = start

    def read(dtype: np.dtype[np.generic] | str, count: int) -> NDArray[np.generic]:
        nonlocal place
        array = np.frombuffer(data, dtype, count, place)
        place += array.nbytes
        return array

    planet_seed, seed, planet_hash = fields[12], fields[13], fields[14]
    counts = fields[15:19]
    cells, blocks = read("<i4", counts[0]), read("u1", counts[0])
    slots, rows = [], []
    for group, count in zip(_groups(records), counts[1:], strict=True):
        slots.append(read("<u4", count))
        rows.append(read(group.dtype, count))
    clock = read(records.clock.dtype, 1)
    return Content(
        planet_seed=planet_seed, planet_hash=planet_hash,
        seed=int.from_bytes(seed, "little"),  # type: ignore[arg-type]
        cells=cells, blocks=blocks, slots=tuple(slots), rows=tuple(rows), clock=clock,  # type: ignore[arg-type]
    )  # fmt: skip


@allocating_kernel
def _apply_edits(state_cells, geometry, w, cells, blocks):  # type: ignore[no-untyped-def]
    """Make exactly these cells differ from the planet as generated; both lists are sorted."""
    for k in range(state_cells.edit_count[w]):
        cell = np.int64(state_cells.edit_cell[w, k])
        low, high = 0, cells.shape[0]
        while low < high:
            middle = (low + high) >> 1
            if cells[middle] < cell:
                low = middle + 1
            else:
                high = middle
        if low == cells.shape[0] or cells[low] != cell:
            set_block(state_cells, geometry, w, cell, state_cells.edit_before[w, k])
    for k in range(cells.shape[0]):
        set_block(state_cells, geometry, w, np.int64(cells[k]), blocks[k])


def apply(content: Content, records: Records, cells: Cells, geometry: Geometry, w: int) -> None:
    """Put a world whose planet is laid into the state of a snapshot; there must be room."""
    _apply_edits(cells, geometry, w, content.cells, content.blocks)
    groups = zip(_groups(records), content.slots, content.rows, strict=True)
    for group, slots, rows in groups:
        words_of(group)[w] = 0
        words_of(group)[w, slots] = words_of(rows)
    words_of(records.clock)[w] = words_of(content.clock)[0]
    records.event_count[w] = 0
