"""Our ids are in both registries, whichever package is imported first."""

import subprocess
import sys

import pytest

from mpgenie.registries import SCENARIOS, ids, single_ids

CHECK = f"""
import gymnasium
from pettingzoo.env_registry import registration
assert set({list(single_ids())}) <= set(gymnasium.registry)
for registry in (registration.parallel_registry, registration.aec_registry):
    assert set({list(ids())}) <= set(registry)
"""
pytest.importorskip("pettingzoo.env_registry")


@pytest.mark.parametrize(
    "first",
    [
        "import mpgenie",
        "import gymnasium, mpgenie",
        "import pettingzoo, mpgenie",
        "import mpgenie, importlib; importlib.reload(mpgenie)",
    ],
)
def test_ids_are_registered(first):
    subprocess.run([sys.executable, "-W", "error", "-c", first + CHECK], check=True, timeout=120)


def test_importing_us_imports_neither():
    code = "import mpgenie, sys; assert not {'gymnasium', 'pettingzoo', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_scenario_has_an_id_of_its_version():
    from mpgenie.envs.scenarios import registry

    table = {scenario: (version, fewest) for scenario, version, fewest in SCENARIOS.values()}
    assert table == {
        name: (config.version, config.players[0]) for name, config in registry.SCENARIOS.items()
    }


@pytest.mark.parametrize("name", ids())
def test_pettingzoo_makes_them(name):
    from pettingzoo.env_registry.registration import make

    for kind in ("parallel", "aec"):
        env = make(kind, name, planet="flat", size=24, observe="state", mobs=False)
        env.reset(seed=1)
        assert env.possible_agents == ["player_0", "player_1"]
        env.close()


@pytest.mark.parametrize("name", single_ids())
def test_gymnasium_makes_them(name):
    import gymnasium

    env = gymnasium.make(name, planet="flat", size=16, observe="state", mobs=False)
    observation, _ = env.reset(seed=1)
    assert env.observation_space.contains(observation)
    env.close()
