"""Snapshots of a dream: its counters, what everybody sees, and all that the model remembers.

As bytes a snapshot is the line `MARK`, one line of JSON and tensors in the form of safetensors,
which holds nothing that could run.  Its size is that of the model's memory.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import SnapshotError
from mpgenie.extras import require

require("torch", extra="dreams")
require("safetensors", extra="dreams")
import torch  # noqa: E402
from safetensors.torch import load, save  # noqa: E402

from .dreams import Dreams  # noqa: E402

MARK = b"mpgenie dream 1\n"
_SEEN, _THERE, _STATE = "seen", "here", "state."


class Kept(NamedTuple):
    """All that the future of one dream depends on but the actions."""

    counters: Mapping[str, Any]
    frames: NDArray[np.uint8]
    """(P, H, W, 3) what everybody sees."""
    there: NDArray[np.bool_]
    """(P,) who is in the world."""
    state: Any
    """What the model remembers: one row."""


def keep(dreams: Dreams, w: int, agents: Sequence[str]) -> Kept:
    """What there is to keep of a world.

    Args:
        dreams: Which batch.
        w: Which world; an episode has begun in it.
        agents: The players whose episode has not ended.
    """
    stream = dreams.streams[w]
    counters = {
        "agents": list(agents),
        "cycle": int(dreams.cycle[w]),
        "seed": int(dreams.seeds[w]),
        "start": int(dreams.begun_at[w]),
        "stream": [stream.root, stream.count],
    }
    state = dreams.state.rows([w])
    return Kept(counters, dreams.frames[w].copy(), dreams.there[w].copy(), state)


def write_snapshot(dreams: Dreams, kept: Kept) -> bytes:
    """The bytes of a snapshot."""
    arrays = {_SEEN: torch.from_numpy(kept.frames), _THERE: torch.from_numpy(kept.there)}
    arrays |= {f"{_STATE}{name}": part.cpu() for name, part in kept.state.parts().items()}
    body: bytes = save(arrays)
    head = {"dream": _identity(dreams), "counters": kept.counters, "body": _digest(body)}
    line = json.dumps(head, separators=(",", ":"), allow_nan=False).encode()
    return b"".join((MARK, line, b"\n", body))


def read_snapshot(data: bytes, dreams: Dreams) -> Kept:
    """Check a snapshot and read it.

    Raises:
        SnapshotError: If it is no snapshot, or one of another model or other players.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise SnapshotError(f"a snapshot is bytes, got {type(data).__name__}")
    data = bytes(data)
    if not data.startswith(MARK):
        raise SnapshotError("these bytes are not a snapshot of a dream of this version")
    line, _, body = data[len(MARK) :].partition(b"\n")
    try:
        head = json.loads(line)
        _check_identity(head["dream"], _identity(dreams))
        counters = _checked(head["counters"], dreams)
        if head["body"] != _digest(body):
            raise ValueError("what the model remembers was changed")
        arrays = load(body)
        frames, there = arrays.pop(_SEEN).numpy(), arrays.pop(_THERE).numpy()
        for found, ours in ((frames, dreams.frames[0]), (there, dreams.there[0])):
            if found.shape != ours.shape or found.dtype != ours.dtype:
                raise ValueError("what everybody sees is of another shape")
        state = _refilled(dreams.blank(), arrays)
    except SnapshotError:
        raise
    except Exception as error:  # there is no end to the ways in which bytes can be broken
        raise SnapshotError(f"this snapshot is damaged: {error!r}") from error
    return Kept(counters, frames, there, state)


def take_up(dreams: Dreams, worlds: Sequence[int], kept: Sequence[Kept]) -> None:
    """Put some worlds into states that were kept; nothing is shared with them."""
    for w, each in zip(worlds, kept, strict=True):
        counters = each.counters
        dreams.frames[w], dreams.there[w] = each.frames, each.there
        dreams.resume(w, counters["seed"], counters["start"], counters["cycle"])
        dreams.streams[w].root, dreams.streams[w].count = counters["stream"]
    states = [each.state for each in kept]
    dreams.put(worlds, states[0].joined(states))


def state_hash(kept: Kept) -> int:
    """64 bits that are equal in equal states of dreams of one model."""
    digest = hashlib.blake2b(digest_size=8)
    digest.update(json.dumps([kept.counters["cycle"], kept.counters["seed"]]).encode())
    for array in (kept.frames, kept.there):
        digest.update(array.tobytes())
    for part in kept.state.parts().values():
        digest.update(part.contiguous().cpu().view(torch.uint8).numpy().tobytes())
    return int.from_bytes(digest.digest(), "little")


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def _refilled(state: Any, arrays: Mapping[str, torch.Tensor]) -> Any:
    """A state like another one, with other tensors in it."""
    parts = state.parts()
    if arrays.keys() != {f"{_STATE}{name}" for name in parts}:
        raise ValueError(f"the model remembers {sorted(parts)}, not {sorted(arrays)}")
    for name, part in parts.items():
        found = arrays[f"{_STATE}{name}"]
        if found.shape != part.shape or found.dtype != part.dtype:
            raise ValueError(f"{name} is {found.dtype} {tuple(found.shape)}")
        parts[name] = found.to(part.device)
    return state.of(parts)


def _identity(dreams: Dreams) -> dict[str, Any]:
    """What two dreams must have in common to exchange snapshots, as plain values."""
    config = dreams.config
    return {"model": dreams.source.name, "players": config.players, "death": config.death}


def _check_identity(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    for name, value in ours.items():
        if theirs.get(name) != value:
            raise SnapshotError(
                f"this snapshot is of a dream with {name} = {theirs.get(name)!r}, this one has "
                f"{value!r}: restore it in one made alike"
            )


def _checked(counters: dict[str, Any], dreams: Dreams) -> dict[str, Any]:
    names = [f"player_{slot}" for slot in range(dreams.config.players)]
    agents, stream = counters["agents"], counters["stream"]
    numbers = [counters["cycle"], counters["seed"], *stream, counters["start"] + 1]
    if any(agent not in names for agent in agents) or len(set(agents)) < len(agents):
        raise ValueError(f"its players are {agents}")
    if any(type(n) is not int or not 0 <= n < 2**63 for n in numbers) or len(numbers) != 5:
        raise ValueError(f"its counters are {counters}")
    return counters
