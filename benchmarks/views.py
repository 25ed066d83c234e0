"""Views per CPU-second, by renderer and resolution: what 16 players see, in one batch.

Eight worlds of two players on normal planets of the default size, each with its own time of day,
view distance 48 m.  Light, ambient occlusion, water, figures and mobs are part of the picture.
"""

from collections.abc import Iterator

import numpy as np

from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.rendering.camera import first_person_views, new_views
from mpgenie.envs.rendering.renderer import make_renderer
from mpgenie.envs.rendering.scene import Scene
from mpgenie.envs.rendering.software import new_frames
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import RendererError

from .measure import Figure, Setting, rate

CASES = (
    ("views_64_software", "software", (64, 64)),
    ("views_160x120_software", "software", (120, 160)),
    ("views_64_opengl", "opengl", (64, 64)),
)
WORLDS, PLAYERS = 8, 2


def played_worlds() -> Simulation:
    """Worlds in which two players have wandered for five seconds."""
    sim = Simulation(PlanetConfig(kind="normal", size=96), worlds=WORLDS, players=PLAYERS)
    for w in range(WORLDS):
        sim.reset(w, w)
    rng = np.random.default_rng(0)
    buttons = np.zeros((WORLDS, PLAYERS), np.uint32)
    message = np.zeros((WORLDS, PLAYERS), np.uint8)
    for _ in range(100):
        camera = rng.normal(0.0, (1.0, 4.0), (WORLDS, PLAYERS, 2)).astype(np.float32)
        buttons[:] = 4 + 8 * (rng.random(buttons.shape) < 0.3)  # forward, and now and then a jump
        sim.step(buttons, camera, message)
    return sim


def figures(setting: Setting) -> Iterator[Figure]:
    """Draw the same sixteen views again and again."""
    sim = played_worlds()
    views = new_views(WORLDS * PLAYERS)
    first_person_views(sim.state, views)
    for name, kind, (height, width) in CASES:
        scene = Scene(sim.geometry, sim.state)
        scene.update()
        try:
            renderer = make_renderer(kind, scene, height, width, views=len(views.world))
        except RendererError as error:
            print(f"{name}: {error}")
            continue
        frames = new_frames(len(views.world), height, width, PLAYERS)

        def draw(renderer=renderer, frames=frames) -> int:  # type: ignore[no-untyped-def]
            renderer.draw(views, frames)
            return WORLDS * PLAYERS

        yield rate(name, draw, setting)
        renderer.close()
