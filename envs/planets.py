"""Planets that this process has made already, and the next one in the making.

A planet is a pure function of its config and seed, and read-only, so all environments of a process
share them.  The most recently used are kept, within `ROOM` bytes.
"""

import os
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet

ROOM = 160 * 2**20
"""Bytes of planets that are kept: 22 of the default size."""

AHEAD = 32
"""Planets that a `PlanetQueue` has waiting: 230 MB of the default size."""

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


class Maker(Protocol):
    """Makes planets, some of them before they are needed."""

    def get(self, seed: int) -> Planet:
        """The planet of a seed."""

    def prepare(self, seed: int) -> None:
        """Perhaps make the planet of a seed in the background."""

    def close(self) -> None:
        """Wait for the background; closing twice is fine."""


class PlanetMaker:
    """Makes planets for one world, one of them ahead of time."""

    def __init__(self, config: PlanetConfig) -> None:
        self.config = config
        self._thread: threading.Thread | None = None

    def get(self, seed: int) -> Planet:
        """The planet of a seed: from the shelf, from the background, or made now."""
        self.close()
        return _from_shelf(self.config, seed)

    def prepare(self, seed: int) -> None:
        """Make the planet of a seed in the background, if it is not there yet."""
        self.close()
        key = (self.config, seed)
        if _shelf.take(key) is None:
            self._thread = threading.Thread(target=_from_shelf, args=key, name="mpgenie planet")
            self._thread.start()

    def close(self) -> None:
        """Wait for the background."""
        thread, self._thread = self._thread, None
        if thread is not None and thread.is_alive():
            thread.join()


class PlanetQueue:
    """Makes planets for many worlds, ahead of time, one after the other in one thread.

    Any thread may call it.
    """

    def __init__(self, config: PlanetConfig) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._coming: dict[int, Future[Planet]] = {}
        self._executor: ThreadPoolExecutor | None = None
        self._process = os.getpid()

    def get(self, seed: int) -> Planet:
        """The planet of a seed: from the shelf, from the background, or made now."""
        self._forget_parent()
        with self._lock:
            coming = self._coming.pop(seed, None)
        if coming is not None and not coming.cancel():  # begun: it is done the sooner
            return coming.result()
        return _from_shelf(self.config, seed)

    def prepare(self, seed: int) -> None:
        """Make the planet of a seed in the background, if few enough are waiting to be used."""
        self._forget_parent()
        with self._lock:
            if len(self._coming) >= AHEAD or seed in self._coming:
                return
            if self._executor is None:
                self._executor = ThreadPoolExecutor(1, "mpgenie planets")
            self._coming[seed] = self._executor.submit(_from_shelf, self.config, seed)

    def close(self) -> None:
        """Wait for the planet in the making, and leave the others."""
        self._forget_parent()
        with self._lock:
            executor, self._executor = self._executor, None
            self._coming.clear()
        if executor is not None:
            executor.shutdown(cancel_futures=True)

    def _forget_parent(self) -> None:
        """After a fork, drop what only the parent's thread could finish."""
        if os.getpid() != self._process:
            self._process, self._lock = os.getpid(), threading.Lock()
            self._coming, self._executor = {}, None


def _from_shelf(config: PlanetConfig, seed: int) -> Planet:
    """A planet from the shelf; if it is not there, made and put there."""
    planet = _shelf.take((config, seed))
    if planet is None:
        planet = make_planet(config, seed)
        _shelf.put((config, seed), planet)
    return planet
