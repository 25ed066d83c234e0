"""Playing an episode again from its seed and actions, and whether the same comes out.

The world starts from the episode's first snapshot, which on the planet of its seed is little more
than the players' rows, and takes up the later ones, where somebody rearranged the world from
outside.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.mobs import MOBS
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError, DatasetError, SnapshotError

from .episode import Episode
from .schema import Array


class Replayed(NamedTuple):
    """What came out of a replay."""

    ticks: int
    """How many were compared."""
    first_difference: int | None
    """The first frame whose state hash differs; None = all agree."""


def simulation_for(episode: Episode, worlds: int = 1) -> Simulation:
    """A simulation like the one that the episode was recorded in, of one world or more.

    Raises:
        DatasetError: If its config asks for what there cannot be.
    """
    config = episode.header.config
    try:
        return Simulation(
            PlanetConfig(**config["planet"]),
            worlds=worlds,
            players=config["players"],
            items=config["items"],
            **config["rules"],
        )
    except (ConfigError, KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"no world can be made as this episode says: {error!r}") from error


def replay(
    episode: Episode,
    simulation: Simulation | None = None,
    judge: Callable[[], None] | None = None,
) -> Iterator[int]:
    """Play an episode again; the simulation's world 0 stands at each frame in turn.

    Args:
        episode: What to play.
        simulation: One from `simulation_for` an episode with the same config.
        judge: Called after each tick, before snapshots: a scenario's rules, which may rearrange
            the world.  Snapshots that agree with what it then is are not taken up.

    Yields:
        The number of the frame, 0 to T.

    Raises:
        DatasetError: If a snapshot in it is damaged.
    """
    simulation = simulation or simulation_for(episode)
    slots, players = simulation.players, len(episode.header.players)
    buttons = np.zeros((1, slots), np.uint32)
    camera = np.zeros((1, slots, 2), np.float32)
    message = np.zeros((1, slots), np.uint8)
    if players != slots:
        raise DatasetError(
            f"the episode has {players} of the world's {slots} players: the others' actions are "
            "not in it, so it cannot be played again"
        )
    snapshots, spawns = _snapshots(episode), _spawns(episode)
    hashes = episode["world/hash"]
    if 0 not in snapshots:
        raise DatasetError("the episode has no snapshot of its first frame")
    for frame in range(episode.length + 1):
        if frame:
            buttons[0] = episode["actions/requested_buttons"][frame - 1]
            camera[0] = episode["actions/requested_camera"][frame - 1]
            message[0] = episode["actions/message"][frame - 1]
            for kind, place in spawns.get(frame - 1, ()):
                simulation.spawn_mob(0, kind, place)
            simulation.step(buttons, camera, message)
            if judge is not None:
                judge()
                if simulation.state_hash(0) == hashes[frame]:
                    snapshots.pop(frame, None)
        if frame in snapshots:
            try:
                simulation.restore(0, snapshots[frame])
            except SnapshotError as error:
                raise DatasetError(f"the snapshot of frame {frame}: {error}") from error
        yield frame


def check_replay(episode: Episode, simulation: Simulation | None = None) -> Replayed:
    """Play an episode again and compare the state of every frame by its hash."""
    simulation = simulation or simulation_for(episode)
    hashes = episode["world/hash"].tolist()
    for frame in replay(episode, simulation):
        if simulation.state_hash(0) != hashes[frame]:
            return Replayed(frame, frame)
    return Replayed(episode.length, None)


def _spawns(episode: Episode) -> dict[int, list[tuple[str, Array]]]:
    """The mobs that were brought in before each action."""
    found: dict[int, list[tuple[str, Array]]] = {}
    for tick, kind, *place in episode["spawns"].tolist():
        if not 0 <= kind < len(MOBS) or not np.isfinite(place).all():
            raise DatasetError(f"there is no mob of number {kind} to bring to {place}")
        found.setdefault(tick, []).append((MOBS[kind].name, np.array(place)))
    return found


def _snapshots(episode: Episode) -> dict[int, bytes]:
    data, at = episode["snapshots/data"].tobytes(), 0
    found: dict[int, bytes] = {}
    sizes: list[Any] = episode["snapshots/size"].tolist()
    for frame, size in zip(episode["snapshots/tick"].tolist(), sizes, strict=True):
        if size < 0 or at + size > len(data):
            raise DatasetError("the snapshots are shorter than the episode says")
        found[frame] = data[at : at + size]
        at += size
    return found
