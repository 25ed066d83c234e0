"""Moving the index of an MP4 file to its beginning ("fast start"), in memory.

A file is a row of boxes: four bytes of size, four of name, then what is in it.  The muxer writes
the index (`moov`) last; the places in it (`stco`, `co64`) grow by its size when it moves forward.
"""

from collections.abc import Iterator

import numpy as np

_HOLDS_BOXES = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_TABLES = {b"stco": ">u4", b"co64": ">u8"}


def moov_first(data: bytes) -> bytes:
    """The same file with its index before its pictures."""
    boxes = list(_boxes(data, 0, len(data)))
    names = [name for name, _, _ in boxes]
    if b"moov" not in names or b"mdat" not in names or names.index(b"moov") < names.index(b"mdat"):
        return data
    _, start, end = boxes[names.index(b"moov")]
    moov = bytearray(data[start:end])
    _move(moov, 0, len(moov), len(moov))
    front = boxes[names.index(b"ftyp")][2] if b"ftyp" in names else 0
    return data[:front] + bytes(moov) + data[front:start] + data[end:]


def _boxes(data: bytes | bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, first byte, byte after the last) of each box in a range."""
    while start + 8 <= end:
        size = int.from_bytes(data[start : start + 4], "big")
        if size == 1:
            size = int.from_bytes(data[start + 8 : start + 16], "big")
        stop = end if size == 0 else start + max(size, 8)
        yield bytes(data[start + 4 : start + 8]), start, stop
        start = stop


def _move(data: bytearray, start: int, end: int, by: int) -> None:
    """Add to every place in the tables of a range."""
    for name, first, last in _boxes(data, start, end):
        if name in _HOLDS_BOXES:
            _move(data, first + 8, last, by)
        elif name in _TABLES:
            count = int.from_bytes(data[first + 12 : first + 16], "big")
            table = np.frombuffer(data, _TABLES[name], count, first + 16)
            table += np.array(by, table.dtype)
