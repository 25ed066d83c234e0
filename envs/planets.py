"""Planets that this process has made already, and the next one in the making.

A planet is a pure function of its config and seed, and read-only, so all environments of a process
share them.  The most recently used are kept, within `ROOM` bytes.
"""

import os
import threading
from collections import OrderedDict

from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet

ROOM = 160 * 2**20
"""Bytes of planets that are kept: 22 of the default size."""

Key = tuple[PlanetConfig, int]


class _Shelf:
    """The planets of this process, the least recently used first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.planets: OrderedDict[Key, Planet] = OrderedDict()

    def take(self, key: Key) -> Planet | None:
        with self.lock:
            planet = self.planets.get(key)
            if planet is not None:
                self.planets.move_to_end(key)
            return planet

    def put(self, key: Key, planet: Planet) -> None:
        with self.lock:
            self.planets[key] = planet
            self.planets.move_to_end(key)
            room = sum(kept.blocks.nbytes + kept.light.nbytes for kept in self.planets.values())
            while room > ROOM and len(self.planets) > 1:
                _, least = self.planets.popitem(last=False)
                room -= least.blocks.nbytes + least.light.nbytes

    def renew_lock(self) -> None:
        self.lock = threading.Lock()


_shelf = _Shelf()
if hasattr(os, "register_at_fork"):  # a thread of the parent may have held it
    os.register_at_fork(after_in_child=_shelf.renew_lock)


class PlanetMaker:
    """Makes planets for one environment, one of them ahead of time."""

    def __init__(self, config: PlanetConfig) -> None:
        self.config = config
        self._thread: threading.Thread | None = None

    def get(self, seed: int) -> Planet:
        """The planet of a seed: from the shelf, from the background, or made now."""
        self.close()
        key = (self.config, seed)
        planet = _shelf.take(key)
        if planet is None:
            planet = make_planet(self.config, seed)
            _shelf.put(key, planet)
        return planet

    def prepare(self, seed: int) -> None:
        """Make the planet of a seed in the background, if it is not there yet."""
        self.close()
        key = (self.config, seed)
        if _shelf.take(key) is None:
            self._thread = threading.Thread(target=_prepare, args=key, name="mpgenie planet")
            self._thread.start()

    def close(self) -> None:
        """Wait for the background."""
        thread, self._thread = self._thread, None
        if thread is not None and thread.is_alive():
            thread.join()


def _prepare(config: PlanetConfig, seed: int) -> None:
    _shelf.put((config, seed), make_planet(config, seed))
