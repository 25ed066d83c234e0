"""TorchRL's own wrapper takes plain environments, and knows the end of time from a death."""

import pytest

from mpgenie.agents.adapters.plain import MOVES, plain_env

pytestmark = pytest.mark.filterwarnings("ignore")
SMALL = {"planet": "flat", "size": 16, "mobs": False, "renderer": "software", "max_cycles": 12}


@pytest.fixture(scope="module")
def envs():
    """The module of TorchRL with the wrapper."""
    return pytest.importorskip("torchrl.envs", exc_type=ImportError, reason="TorchRL is missing")


@pytest.mark.parametrize("moves", [None, MOVES], ids=["MultiDiscrete", "moves"])
@pytest.mark.parametrize("observe", ["state", ("rgb", "proprio")], ids=str)
def test_its_specs_hold(envs, observe, moves):
    game = plain_env("tag", observe=observe, moves=moves, **SMALL)
    env = envs.PettingZooWrapper(game, categorical_actions=True, return_state=True, seed=3)
    envs.check_env_specs(env)
    env.close()


def test_a_rollout_is_truncated_by_time_and_never_terminated(envs):
    env = envs.PettingZooWrapper(plain_env("tag", observe="state", **SMALL), seed=3)
    steps = env.rollout(30, break_when_any_done=False)
    late = steps["next", "player", "truncated"][..., 0]
    assert late.nonzero()[:, 0].tolist() == [11, 11, 23, 23]
    assert not steps["next", "player", "terminated"].any()
    last, begun = steps["next", "player", "observation"][11], steps["player", "observation"][12]
    assert not last.equal(begun)  # what the player saw last is kept for the bootstrap
    env.close()


def test_equal_seeds_give_equal_rollouts(envs):
    import torch

    rewards = []
    for _ in range(2):
        torch.manual_seed(0)
        game = plain_env("gather", observe="state", moves=MOVES, **SMALL)
        env = envs.PettingZooWrapper(game, categorical_actions=True, seed=5)
        rewards.append(env.rollout(12)["next", "player", "reward"])
        env.close()
    assert rewards[0].equal(rewards[1])
