"""Our ids are in both registries, whichever package is imported first."""

import subprocess
import sys

import numpy as np
import pytest

import mpgenie
import mpgenie.errors
from mpgenie.registries import SCENARIOS, ids, single_ids

CHECK = f"""
import gymnasium
from pettingzoo.env_registry import registration
assert set({[*single_ids(), *ids()]}) <= set(gymnasium.registry)
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


SMALL = {"planet": "flat", "size": 24, "observe": "state", "mobs": False}


@pytest.mark.parametrize("mode", [None, "vector_entry_point"])
@pytest.mark.parametrize("name", [*single_ids(), *ids()])
def test_gymnasium_makes_vectors_of_them(name, mode):
    import gymnasium

    players = 1 if name in single_ids() else 2
    envs = gymnasium.make_vec(f"mpgenie:{name}", num_envs=4, vectorization_mode=mode, **SMALL)
    assert isinstance(envs.unwrapped, mpgenie.PlanetVectorEnv)
    assert envs.num_envs == 4 and envs.unwrapped.num_worlds == 4 // players
    assert envs.unwrapped.config.rules.name == (single_ids() | ids())[name]
    observations, _ = envs.reset(seed=1)
    assert envs.observation_space.contains(observations)
    results = envs.step(envs.action_space.sample())
    assert [len(part) for part in results[:4]] == [4] * 4
    envs.close()


def test_options_of_vectors_are_those_of_vector_env():
    import gymnasium

    envs = gymnasium.make_vec(
        "mpgenie/Tag-v0", num_envs=6, players=3, threads=1, autoreset_mode="SAME_STEP", **SMALL
    )
    assert envs.unwrapped.num_worlds == 2 and envs.unwrapped.threads == 1
    assert envs.metadata["autoreset_mode"] is gymnasium.vector.AutoresetMode.SAME_STEP
    assert gymnasium.make_vec(envs.spec).num_envs == 6
    with pytest.raises(mpgenie.errors.ConfigError, match="a multiple of 2, got 5"):
        gymnasium.make_vec("mpgenie/Tag-v0", num_envs=5, **SMALL)
    with pytest.raises(mpgenie.errors.ConfigError, match="leave the 1 out"):
        gymnasium.make_vec("mpgenie/Tag1-v0", num_envs=4, players=2, **SMALL)


def test_vectors_of_one_player_are_gymnasiums_own():
    import gymnasium

    ours, theirs = (
        gymnasium.make_vec("mpgenie/Gather1-v0", num_envs=2, vectorization_mode=mode, **SMALL)
        for mode in ("vector_entry_point", "sync")
    )
    np.testing.assert_array_equal(ours.reset(seed=3)[0], theirs.reset(seed=3)[0])
    for _ in range(5):
        actions = ours.action_space.sample()
        for mine, other in zip(ours.step(actions)[:4], theirs.step(actions)[:4], strict=True):
            np.testing.assert_array_equal(mine, other)
