"""BenchMARL trains on our scenarios, each team a group of its own."""

import pytest

from mpgenie.envs.config import EnvConfig
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.errors import ConfigError

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]
SMALL = {"planet": "flat", "size": 16, "mobs": False, "observe": "state", "max_cycles": 12}


@pytest.fixture(scope="module")
def adapter():
    """Our adapter, where BenchMARL is installed."""
    pytest.importorskip("benchmarl", exc_type=ImportError, reason="BenchMARL is not installed")
    from mpgenie.agents.adapters import benchmarl

    return benchmarl


def experiment(task, algorithm, folder):
    """A short experiment on two worlds."""
    from benchmarl import algorithms
    from benchmarl.experiment import Experiment, ExperimentConfig
    from benchmarl.models import MlpConfig

    config = ExperimentConfig.get_from_yaml()
    config.max_n_frames, config.max_n_iters = None, 2
    config.on_policy_collected_frames_per_batch = 48
    config.on_policy_n_envs_per_worker, config.on_policy_minibatch_size = 2, 24
    config.on_policy_n_minibatch_iters = 1
    config.evaluation, config.loggers, config.create_json = False, [], False
    config.save_folder = folder
    return Experiment(
        task=task,
        algorithm_config=getattr(algorithms, algorithm).get_from_yaml(),
        model_config=MlpConfig.get_from_yaml(),
        critic_model_config=MlpConfig.get_from_yaml(),
        seed=0,
        config=config,
    )


@pytest.mark.parametrize("algorithm", ["MappoConfig", "IppoConfig"])
def test_it_trains(adapter, algorithm, tmp_path):
    trial = experiment(adapter.planet_task("tag", players=3, **SMALL), algorithm, tmp_path)
    before = [weights.clone() for weights in trial.policy.parameters()]
    trial.run()
    assert trial.total_frames == 96
    after = trial.policy.parameters()
    assert any(not old.equal(new) for old, new in zip(before, after, strict=True))


def test_two_teams_learn_side_by_side(adapter, tmp_path):
    options = {**SMALL, "size": 48}
    task = adapter.planet_task("capture_the_flag", players=4, **options)
    trial = experiment(task, "MappoConfig", tmp_path)
    assert trial.group_map == {
        "team_1": ["player_0", "player_2"],
        "team_2": ["player_1", "player_3"],
    }
    trial.run()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_player_of_every_scenario_is_in_one_group(adapter, scenario):
    config = EnvConfig(scenario=scenario, players=8)
    groups = adapter.teams_of(config)
    players = [player for group in groups.values() for player in group]
    assert sorted(players) == [f"player_{slot}" for slot in range(8)]
    assert all(name == "players" or name.startswith("team_") for name in groups)


def test_groups_that_would_shrink_are_refused(adapter):
    with pytest.raises(ConfigError, match="respawn"):
        adapter.planet_task("tag", death="remove")
