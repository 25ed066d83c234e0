"""Help for whoever has to compile everything first: a second process takes the renderer's half.

The first environment on a machine finds no compiled kernels.  While this process compiles the game,
a `Helper` draws an empty picture, which leaves the renderer's kernels in the cache that both share
(see `mpgenie.envs.kernels`).  Nothing depends on it: what it has not left there, for whatever
reason, is compiled here as it would have been without.
"""

import os
import signal
import subprocess
import sys
import threading
from weakref import WeakSet

import numpy as np

from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.rendering.camera import new_views
from mpgenie.envs.rendering.renderer import make_renderer, may_take_opengl
from mpgenie.envs.rendering.scene import Scene
from mpgenie.envs.rendering.software import draw_views, new_frames
from mpgenie.envs.simulation.world import Simulation

from .config import EnvConfig
from .kernels import Kernel, cache_root

_PATIENCE = 300.0
"""Seconds after which a helper is given up."""
_helpers: "WeakSet[Helper]" = WeakSet()


class Helper:
    """A process that compiles the software renderer; it never outlives this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mpgenie.envs.warm_up"],
            env={
                **os.environ,
                "MPGENIE_CACHE": str(cache_root().parent),
                "PYTHONPATH": os.pathsep.join(os.path.abspath(folder) for folder in sys.path),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def works(self) -> bool:
        """Whether it is still at it."""
        return self._process.poll() is None

    def wait(self, simulation: Simulation) -> None:
        """Compile the tick of a simulation meanwhile, then wait for the helper to end."""
        try:
            compile_tick(simulation)
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.close()

    def close(self) -> None:
        """End it; closing twice is fine."""
        self._process.kill()
        self._process.communicate()


def helper_for(config: EnvConfig) -> Helper | None:
    """A helper that has just started, if an environment of this config has use for one.

    One at a time is enough: another would do the same.
    """
    draws = config.draws or config.render_mode is not None
    pixels = config.players * config.resolution[0] * config.resolution[1]
    if not draws or may_take_opengl(config.renderer, pixels):
        return None
    if not _is_cold() or _processors() < 2 or any(helper.works for helper in _helpers):
        return None
    if not sys.executable or getattr(sys, "frozen", False):  # it would start another program
        return None
    try:
        _helpers.add(helper := Helper())
    except OSError:
        return None
    return helper


def compile_tick(simulation: Simulation) -> None:
    """Have the kernels of a tick compiled; no world advances."""
    shape = (simulation.worlds, simulation.players)
    simulation.step(
        np.zeros(shape, np.uint32), np.zeros((*shape, 2), np.float32), np.zeros(shape, np.uint8),
        first=0, last=0,
    )  # fmt: skip


def compile_renderer() -> None:
    """Have the kernels of the software renderer compiled; no view is drawn."""
    simulation = Simulation(PlanetConfig(size=8))
    scene = Scene(simulation.geometry, simulation.state)
    renderer = make_renderer("software", scene, 32, 32)
    scene.update()
    renderer.draw(new_views(0), new_frames(0, 32, 32, simulation.players))
    scene.make_room()


def _is_cold() -> bool:
    return isinstance(draw_views, Kernel) and not draw_views.kept


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _end_with_parent() -> None:
    sys.stdin.read()  # until the other process closes its end, or dies
    os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    threading.Thread(target=_end_with_parent, daemon=True).start()
    compile_renderer()
