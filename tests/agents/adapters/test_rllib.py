"""RLlib trains on our worlds, and knows the end of time from the end of a life."""

import math

import pytest

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]
SMALL = {"scenario": "tag", "planet": "flat", "size": 16, "mobs": False, "observe": "state"}
TIME = 12


@pytest.fixture(scope="module")
def rllib():
    """The library, with one process of its own and no dashboard."""
    pytest.importorskip("ray.rllib", exc_type=ImportError, reason="RLlib is not installed")
    import ray

    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    yield ray.rllib
    ray.shutdown()


def ppo(env, env_config, **training):
    """PPO with one policy for all players, all in this process."""
    from ray.rllib.algorithms.ppo import PPOConfig

    config = (
        PPOConfig()
        .environment(env, env_config=env_config)
        .env_runners(num_env_runners=0)
        .learners(num_learners=0)
        .multi_agent(policies={"all"}, policy_mapping_fn=lambda agent, episode, **_: "all")
        .training(train_batch_size_per_learner=96, minibatch_size=48, **training)
    )
    return config.build_algo()


def test_ppo_trains_and_time_is_a_truncation(rllib):
    from mpgenie.agents.adapters.rllib import RllibEnv

    algo = ppo(RllibEnv, {**SMALL, "max_cycles": TIME}, num_epochs=1)
    for _ in range(3):
        told = algo.train()
    assert told["env_runners"]["episode_len_mean"] == TIME
    assert math.isfinite(told["learners"]["all"]["total_loss"])
    (episode,) = algo.env_runner.sample(num_episodes=1, random_actions=True)
    players = episode.agent_episodes.values()
    assert episode.is_truncated and not episode.is_terminated
    assert [(p.is_truncated, p.is_terminated, len(p)) for p in players] == [(True, False, TIME)] * 2
    algo.stop()


def test_what_the_rules_end_is_terminated(rllib):
    from mpgenie.agents.adapters.rllib import RllibEnv
    from mpgenie.envs.scenarios.tag import Tag

    env = RllibEnv({**SMALL, "max_cycles": TIME, "scenario": Tag(infection=True)})
    env.reset(seed=1)
    env.par_env.unwrapped._scenario.role[0] = 1  # nobody runs any more
    *_, terminations, truncations, _ = env.step(
        {agent: env.action_space[agent].sample() for agent in env.agents}
    )
    assert terminations == {"player_0": True, "player_1": True, "__all__": True}
    assert truncations == {"__all__": False}
    env.close()


def learned_value(kind, game):
    """What RLlib takes the one state of a game to be worth, through a class of ours or its own."""
    import torch
    from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv

    class Payday(kind):
        def __init__(self, config):
            ParallelPettingZooEnv.__init__(self, game)

    algo = ppo(Payday, {}, gamma=0.9, lambda_=1.0, lr=0.02, vf_clip_param=1e9, num_epochs=4)
    for _ in range(25):
        algo.train()
    with torch.no_grad():
        value = algo.learner_group._learner.module["all"].compute_values({"obs": torch.ones(1, 1)})
    algo.stop()
    return float(value)


def test_what_time_cuts_off_is_worth_as_much_as_if_it_went_on(rllib, payday_of_two):
    from mpgenie.agents.adapters.rllib import RllibEnv

    assert learned_value(RllibEnv, payday_of_two) == pytest.approx(10.0, rel=0.1)


def test_without_the_adapter_time_is_taken_for_death(rllib, payday_of_two):
    """When this fails RLlib has mended it, and the adapter is not needed any more."""
    from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv

    assert learned_value(ParallelPettingZooEnv, payday_of_two) < 6.0
