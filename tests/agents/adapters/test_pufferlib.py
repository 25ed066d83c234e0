"""PufferLib's emulation takes our environments, and its vectorisation steps many of them."""

import numpy as np
import pytest

from mpgenie.agents.adapters.plain import plain_env

pytestmark = pytest.mark.filterwarnings("ignore")
SMALL = {"planet": "flat", "size": 16, "mobs": False, "max_cycles": 12}


@pytest.fixture(scope="module")
def emulation():
    """The module of PufferLib that emulates."""
    return pytest.importorskip(
        "pufferlib.emulation", exc_type=ImportError, reason="PufferLib is not installed"
    )


@pytest.mark.parametrize("observe", ["state", ("state", "proprio")], ids=str)
def test_emulated_observations_are_those_of_the_game(emulation, observe):
    game = plain_env("tag", observe=observe, floats=False, **SMALL)
    puffer = emulation.PettingZooPufferEnv(plain_env("tag", observe=observe, floats=False, **SMALL))
    expected, _ = game.reset(seed=3)
    puffer.reset(seed=3)
    choose = np.random.default_rng(0)
    while game.agents:
        for row, agent in enumerate(game.agents):
            seen = puffer.observations[row]
            if observe == "state":
                np.testing.assert_array_equal(seen, expected[agent])
                continue
            for name, part in expected[agent].items():
                np.testing.assert_array_equal(seen.view(puffer.obs_dtype)[0][name], part)
        actions = choose.integers(0, puffer.single_action_space.nvec, (2, 10)).astype(np.int32)
        expected, *_ = game.step(dict(zip(game.agents, actions, strict=True)))
        puffer.step(actions)
    assert puffer.done and puffer.truncations.all() and not puffer.terminals.any()
    game.close()
    puffer.close()


def test_many_are_stepped_together(emulation):
    import pufferlib.vector

    def make(buf=None, seed=0):
        game = plain_env("tag", observe="state", floats=False, **SMALL)
        return emulation.PettingZooPufferEnv(game, buf=buf)

    envs = pufferlib.vector.make(make, num_envs=3, backend=pufferlib.vector.Serial)
    envs.reset(seed=5)
    late = 0
    for _ in range(30):
        seen, _, _, truncations, *_ = envs.step(envs.action_space.sample())
        late += int(truncations.sum())
    assert seen.shape[0] == 6 and late == 2 * 6
    envs.close()
