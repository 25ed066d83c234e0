"""Episodes follow from seeds; planets are made once, and ahead of time where that is possible."""

import threading
import time

import pytest

from mpgenie.envs import planets
from mpgenie.envs.episodes import Episode, Episodes
from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.planets import PlanetMaker

TINY = PlanetConfig(kind="flat", size=8)


@pytest.fixture(autouse=True)
def empty_shelf(monkeypatch):
    monkeypatch.setattr(planets, "_shelf", planets._Shelf())


def test_a_planet_is_made_once():
    maker, other = PlanetMaker(TINY), PlanetMaker(TINY)
    assert maker.get(3) is maker.get(3) is other.get(3)
    assert maker.get(4) is not maker.get(3)


def test_a_planet_is_prepared_in_the_background():
    maker = PlanetMaker(TINY)
    maker.prepare(5)
    maker.close()
    assert not any(thread.name == "mpgenie planet" for thread in threading.enumerate())
    begun = time.perf_counter()
    maker.get(5)
    assert time.perf_counter() - begun < 0.05


def test_the_background_thread_keeps_no_process_waiting_for_long():
    maker = PlanetMaker(TINY)
    maker.prepare(5)
    assert maker._thread is not None and not maker._thread.daemon
    maker.close()
    assert maker._thread is None


def test_only_so_many_planets_are_kept(monkeypatch):
    maker = PlanetMaker(TINY)
    one = maker.get(0)
    monkeypatch.setattr(planets, "ROOM", 3 * (one.blocks.nbytes + one.light.nbytes))
    for seed in range(6):
        maker.get(seed)
    assert [key[1] for key in planets._shelf.planets] == [3, 4, 5]


def test_a_prepared_planet_is_the_one_that_is_needed():
    episodes = Episodes(PlanetMaker(TINY), None, 1)
    episodes.next(None, {})
    episodes.look_ahead()
    episodes.maker.close()
    assert [key[1] for key in planets._shelf.planets] == [episodes.next(None, {}).planet_seed]


def test_a_seed_is_the_seed_of_its_episode():
    episodes = Episodes(PlanetMaker(TINY), 4, None)
    assert episodes.next(6, {}) == Episode(6, 2)
    assert episodes.next(6, {"planet_seed": 9}) == Episode(6, 9)
