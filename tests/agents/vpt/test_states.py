"""What players observed without a picture comes out of a replay byte by byte."""

from dataclasses import replace

import numpy as np
import pytest

from mpgenie.agents.vpt.states import rules_of, states_of
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import open_dataset
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.scenarios.gather import Gather
from mpgenie.envs.state_observation import STATE_SIZE, unpack_state
from mpgenie.errors import DatasetError
from mpgenie.play.filming import Film
from mpgenie.play.game import Planet
from mpgenie.play.seats import Bots, Seat
from mpgenie.play.session import Session
from tests.datasets.random_play import play


def filmed(folder, scenario, players=3, ticks=50, **options):
    """An episode that scripts played, and what they observed while they did."""
    env = parallel_env(
        scenario,
        players,
        **{"planet": "flat", "size": 48, "observe": ("state",), "action_mode": "raw",
           "renderer": "software", "max_cycles": ticks, **options},
    )  # fmt: skip
    game = Planet(env)
    film, bots = Film(folder, game, [StreamSpec(height=32, width=32)]), Bots(game.scenario)
    seen = []
    reset, step = game.reset, game.step

    def noted(observations):
        seen.append(np.stack([observations[name]["state"] for name in game.players]))
        return observations

    game.reset = lambda seed: noted(reset(seed))
    game.step = lambda actions: (done := step(actions), noted(done.observations))[0]
    session = Session(game, [Seat(name, bots) for name in game.players], film)
    session.begin(5)
    while not session.over:
        session.tick()
    session.close()
    dataset = open_dataset(folder)
    return dataset.load(dataset.episodes[0]), np.stack(seen)


@pytest.mark.parametrize("scenario", ["tag", "gather", "defend", "capture_the_flag", "harvest"])
def test_a_game_is_observed_again_as_it_was(tmp_path, scenario):
    shard, seen = filmed(tmp_path / "data", scenario)
    np.testing.assert_array_equal(states_of(shard), seen)


def test_settings_of_a_scenario_are_those_of_the_recording(tmp_path):
    rules = Gather(ores=2, ring=(3.0, 5.0))
    shard, seen = filmed(tmp_path / "data", rules)
    assert rules_of(shard.header) == rules
    np.testing.assert_array_equal(states_of(shard), seen)


def test_settings_that_cannot_be_are_an_error(tmp_path):
    shard, _ = filmed(tmp_path / "data", "gather", ticks=5)
    episode = shard.episode()
    details = {**episode.header.details, "scenario": {}}
    assert rules_of(replace(episode.header, details=details)) is None
    ringless = {**episode.header.details["scenario"], "ring": [5.0, 1.0]}
    header = replace(episode.header, details={"scenario": ringless})
    with pytest.raises(DatasetError, match="ring must be"):
        states_of(replace(episode, header=header))


def test_rules_that_lead_elsewhere_are_an_error(tmp_path):
    shard, _ = filmed(tmp_path / "data", "defend", ticks=60)
    episode = shard.episode()
    crowded = {**episode.header.details["scenario"], "first": 4.0, "ring": [6.0, 8.0]}
    header = replace(episode.header, details={"scenario": crowded})
    with pytest.raises(DatasetError, match="by the rules that defend has here"):
        states_of(replace(episode, header=header))


def test_without_a_scenario_there_are_no_roles_and_no_landmarks():
    episode = play(3, ticks=30, players=3)
    states = states_of(episode)
    assert states.shape == (31, 3, STATE_SIZE)
    parts = unpack_state(states)
    assert not parts["marks"].any() and not parts["body"][..., 7].any()
    np.testing.assert_array_equal(parts["body"][..., 0], episode["state/health"])
    np.testing.assert_array_equal(parts["hotbar"][..., 0, :], episode["state/hotbar_item"])
    assert (parts["entities"][..., 0, 3] > 0).all()  # somebody is near
