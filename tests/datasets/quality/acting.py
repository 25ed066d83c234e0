"""Two players who face each other, nod and step about; and episodes doctored into bad ones."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from mpgenie.datasets.episode import Episode
from mpgenie.datasets.pictures import Stream, packer
from mpgenie.datasets.places import unit
from mpgenie.datasets.recorder import Recorder
from mpgenie.datasets.schema import Array
from mpgenie.datasets.studio import Studio
from mpgenie.envs.simulation.actions import ATTACK, BACK, FORWARD
from mpgenie.envs.simulation.world import Simulation

TICKS = 100


def face_each_other(sim: Simulation, metres: float = 4.0) -> None:
    """Put both players of world 0 on the ground, one before the other."""
    players = sim.state.players
    here = players.position[0, 0].copy()
    ahead = players.heading[0, 0].copy()
    radius = np.linalg.norm(here)
    angle = metres / radius
    up = here / radius
    players.position[0, 1] = (up * np.cos(angle) + ahead * np.sin(angle)) * radius
    players.heading[0, 1] = up * np.sin(angle) - ahead * np.cos(angle)


def act(sim: Simulation, studio: Studio, **facts: Any) -> Episode:
    """Nods with pauses, then a steady swing of the head, then steps back and forth."""
    sim.reset(0, facts.get("unit", 0), planet=5, separation=(1.0, 3.0))
    face_each_other(sim)
    known = {"type": "nodding", "unit": 0, "roles": ("guide", "guest"), **facts}
    recorder = Recorder(sim, studio=studio, **known)
    for tick in range(TICKS):
        studio.draw()
        recorder.observe()
        buttons, camera = np.zeros((1, 2), np.uint32), np.zeros((1, 2, 2), np.float32)
        if tick < 40 and tick % 5 == 0:
            camera[0] = (4.0, 0.0) if tick % 10 else (-4.0, 0.0)
        elif 40 <= tick < 72:
            camera[0, :, 1] = 1.5 if (tick // 8) % 2 else -1.5
        elif tick >= 72:
            buttons[0] = FORWARD if (tick // 4) % 2 else BACK
            buttons[0, 0] |= ATTACK if tick % 8 == 0 else 0
        sim.step(buttons, camera, np.zeros((1, 2), np.uint8))
        recorder.record(buttons[0], camera[0])
    studio.draw()
    recorder.observe()
    for player, role in enumerate(("guide", "guest")):
        recorder.note("phase", tick=8, player=player, name=role, end=TICKS, outcome="success")
    return recorder.finish()


def doctored(episode: Episode, /, header: dict[str, Any] | None = None, **changes: Any) -> Episode:
    """The episode with other arrays, or with arrays changed by functions; still as the schema says.

    Names have `__` in place of `/`.
    """
    arrays = dict(episode.arrays)
    for written, change in changes.items():
        name = written.replace("__", "/")
        array = arrays[name].copy()
        if callable(change):
            made = change(array)
            array = array if made is None else made
        else:
            array[...] = change
        arrays[name] = np.ascontiguousarray(array, arrays[name].dtype)
    bad = Episode(replace(episode.header, **(header or {})), arrays, episode.streams)
    bad.check()
    return bad


def pictures(episode: Episode, name: str) -> Array:
    """(F, P, ...) all frames of a stream."""
    stream = episode.streams[name]
    return np.stack([stream.read(p, 0, stream.frames) for p in range(stream.players)], axis=1)


def packed(stream: Stream, frames: Array) -> Stream:
    """Frames packed as a stream is."""
    pack = packer(stream.spec, stream.players)
    for row in frames:
        pack.add(row)
    return pack.finish()


def redrawn(episode: Episode, name: str, change: Callable[[Array], Array | None]) -> Episode:
    """The episode with the frames of a stream changed."""
    frames = pictures(episode, name)
    made = change(frames)
    stream = packed(episode.streams[name], frames if made is None else made)
    return restreamed(episode, name, stream)


def restreamed(episode: Episode, name: str, stream: Stream) -> Episode:
    """The episode with another stream in place of one."""
    return Episode(episode.header, episode.arrays, {**episode.streams, name: stream})


def logged(episode: Episode, *lines: str) -> Episode:
    """The episode with another log."""
    arrays = {**episode.arrays, "log": np.frombuffer("\n".join(lines).encode(), "u1")}
    return Episode(episode.header, arrays, episode.streams)


def happened(episode: Episode, *events: tuple[int, ...]) -> Episode:
    """The episode with more events: (tick, kind, actor, target, cell, value)."""
    before = episode["events"]
    rows = np.concatenate([before, np.array(list(events), before.dtype)])
    return Episode(episode.header, {**episode.arrays, "events": rows}, episode.streams)


def sunk(position: Array, metres: float) -> Array:
    """Positions so many metres further down."""
    return position - unit(position) * metres
