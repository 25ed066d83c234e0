"""Episodes of players who press at random, on a tiny plain; each follows from its unit alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.datasets.episode import Episode
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.recorder import Recorder
from mpgenie.datasets.store import Store
from mpgenie.datasets.studio import Studio
from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.actions import pack_buttons
from mpgenie.envs.simulation.world import Simulation

PRESSES = [
    pack_buttons(names.split()) for names in ("", "forward", "forward jump", "attack", "use")
]


def simulation(players: int = 2, size: int = 8, worlds: int = 1) -> Simulation:
    config = PlanetConfig(kind="flat", size=size)
    return Simulation(config, worlds=worlds, players=players, mobs=False)


def play(
    unit: int = 0,
    ticks: int = 20,
    players: int = 2,
    streams: Sequence[StreamSpec] = (),
    studio: Studio | None = None,
    sim: Simulation | None = None,
    planet: int = 5,
    arrange: Callable[[Simulation, int], None] | None = None,
    **facts: Any,
) -> Episode:
    """An episode that follows from its unit alone."""
    if studio is not None:
        sim = studio.simulation
    sim = sim or simulation(players)
    sim.reset(0, unit, planet=planet, separation=(1.0, 3.0))
    if streams and studio is None:
        studio = Studio(sim, streams)
    recorder = Recorder(sim, studio=studio, **{"type": "random", "unit": unit, **facts})
    rng = np.random.default_rng(unit)
    for tick in range(ticks):
        if arrange is not None:
            arrange(sim, tick)
        if studio is not None:
            studio.draw()
        recorder.observe()
        buttons = rng.choice(PRESSES, (1, sim.players)).astype(np.uint32)
        camera = rng.normal(0, 5, (1, sim.players, 2)).astype(np.float32)
        message = rng.integers(0, 2, (1, sim.players)).astype(np.uint8)
        sim.step(buttons, camera, message)
        recorder.record(buttons[0], camera[0], reward=[float(tick)] * sim.players)
    if studio is not None:
        studio.draw()
    recorder.observe()
    recorder.note("phase", name="end")
    return recorder.finish()


def two_episodes(folder: Path) -> Path:
    """A dataset of two episodes with frames, each on a planet of its own."""
    studio = Studio(simulation(), [StreamSpec()])
    with Store(folder, {"seed": 1}) as store:
        for unit in range(2):
            store.commit(play(unit, ticks=20 + unit, studio=studio, planet=unit))
    return folder


def play_together(units: Sequence[int], ticks: int = 20) -> list[Episode]:
    """The same episodes as `play` makes of these units, played in the worlds of one batch."""
    sim = simulation(worlds=len(units))
    studio = Studio(sim, [StreamSpec()])
    for w, unit in enumerate(units):
        sim.reset(w, unit, planet=5, separation=(1.0, 3.0))
    recorders = [
        Recorder(sim, w, studio=studio, type="random", unit=unit) for w, unit in enumerate(units)
    ]
    rngs = [np.random.default_rng(unit) for unit in units]
    for tick in range(ticks):
        studio.draw()
        for recorder in recorders:
            recorder.observe()
        buttons = np.stack([rng.choice(PRESSES, 2) for rng in rngs]).astype(np.uint32)
        camera = np.stack([rng.normal(0, 5, (2, 2)) for rng in rngs]).astype(np.float32)
        message = np.stack([rng.integers(0, 2, 2) for rng in rngs]).astype(np.uint8)
        sim.step(buttons, camera, message)
        for w, recorder in enumerate(recorders):
            recorder.record(buttons[w], camera[w], reward=float(tick))
    studio.draw()
    for recorder in recorders:
        recorder.observe()
        recorder.note("phase", name="end")
    return [recorder.finish() for recorder in recorders]
