"""Snapshots of an environment: its own counters around the simulation's snapshot.

A snapshot is the line `MARK`, one line of JSON (config that must agree, counters, the scenario's
state) and the simulation's bytes.  `state_hash` covers the same.
"""

import json
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.planet.exact import mix
from mpgenie.envs.scenarios.base import WORLD, Scenario
from mpgenie.envs.simulation.snapshot import Content
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import SnapshotError

from .config import EnvConfig

MARK = b"mpgenie environment 2\n"


def write_snapshot(
    config: EnvConfig,
    counters: dict[str, Any],
    scenario: Scenario,
    simulation: Simulation,
    w: int = WORLD,
) -> bytes:
    """The bytes of a snapshot.

    Args:
        config: Of the environment.
        counters: What the environment itself counts, as plain values.
        scenario: Whose state goes in.
        simulation: Whose world goes in.
        w: Which world.
    """
    head = {"config": _identity(config), "counters": counters, "scenario": scenario.snapshot(w)}
    line = json.dumps(head, separators=(",", ":"), allow_nan=False).encode()
    return b"".join((MARK, line, b"\n", simulation.snapshot(w)))


class Saved(NamedTuple):
    """What a snapshot says, checked but not yet taken up."""

    counters: dict[str, Any]
    scenario: dict[str, NDArray[np.generic]]
    content: Content


def read_snapshot(
    data: bytes, config: EnvConfig, scenario: Scenario, simulation: Simulation
) -> Saved:
    """Check a snapshot and read it.

    Raises:
        SnapshotError: If it is no snapshot, or one of another config.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise SnapshotError(f"a snapshot is bytes, got {type(data).__name__}")
    data = bytes(data)
    if not data.startswith(MARK):
        raise SnapshotError("these bytes are not a snapshot of an environment of this version")
    line, _, body = data[len(MARK) :].partition(b"\n")
    try:
        head = json.loads(line)
        _check_identity(head["config"], config)
        counters = _checked(head["counters"], config)
        state = scenario.read(head["scenario"])
    except SnapshotError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotError(f"this snapshot is damaged: {error}") from error
    return Saved(counters, state, simulation.read(body))


def state_hash(simulation: Simulation, scenario: Scenario, cycle: int, w: int = WORLD) -> int:
    """The simulation's hash, stirred with what the environment and the scenario add to it."""
    own, game = np.uint64(scenario.state_hash(w)), np.uint64(simulation.state_hash(w))
    return int(mix(mix(mix(np.uint64(cycle)) ^ own) ^ game))


def _identity(config: EnvConfig) -> dict[str, Any]:
    """What two environments must have in common to exchange snapshots, as plain values."""
    rules = json.loads(json.dumps(asdict(config.rules)))
    return {
        "planet": config.planet,
        "size": config.size,
        "players": config.players,
        "scenario": config.rules.title(),
        "rules": rules,
        "day": config.day,
        "mobs": config.mobs,
        "weather": config.weather,
        "death": config.death,
    }


def _check_identity(theirs: dict[str, Any], config: EnvConfig) -> None:
    for name, ours in _identity(config).items():
        if theirs.get(name) != ours:
            raise SnapshotError(
                f"this snapshot is of an environment with {name} = {theirs.get(name)!r}, "
                f"this one has {ours!r}: restore it in one made alike"
            )


def _checked(counters: dict[str, Any], config: EnvConfig) -> dict[str, Any]:
    names = [f"player_{slot}" for slot in range(config.players)]
    agents, stream, episode = counters["agents"], counters["stream"], counters["episode"]
    numbers = [counters["cycle"], *stream, *episode]
    if any(agent not in names for agent in agents) or len(set(agents)) < len(agents):
        raise ValueError(f"its players are {agents}")
    if any(type(n) is not int or not 0 <= n < 2**63 for n in numbers) or len(numbers) != 5:
        raise ValueError(f"its counters are {counters}")
    return counters
