"""Players who are cloned from play do what was shown."""

import numpy as np
import pytest
import torch

from mpgenie.agents.bots.outcome import Outcome
from mpgenie.agents.bots.scenarios import SCRIPTS
from mpgenie.agents.policy import Action
from mpgenie.agents.training.from_play import Cloning, clone_player, scores
from mpgenie.agents.training.player import trained
from mpgenie.agents.training.policies import Policies
from mpgenie.agents.training.showing import (
    Demonstrations,
    decisions_in,
    shown_by_scripts,
    shown_in,
)
from mpgenie.agents.vpt.corpus import Play
from mpgenie.agents.vpt.states import states_of
from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.store import Store
from mpgenie.envs.simulation.actions import ATTACK, FORWARD, JUMP, NO_OP
from mpgenie.errors import ConfigError, DivergedError
from tests.datasets.random_play import play

from .conftest import tiny

FREE = ("forward/back", "attack", "camera pitch")


def nod(bot, game):
    """Look down and up again; strike while looking down, and walk while not."""
    while True:
        turn = 5.8 if bot.tick % 20 < 10 else -5.8
        yield Action(ATTACK if bot.pitch > 20.0 else FORWARD, pitch=turn)
    return Outcome("success")


@pytest.fixture
def scripted(monkeypatch):
    """A config of a scenario in which everybody follows the script above."""
    monkeypatch.setitem(SCRIPTS, "look_down", nod)
    return tiny(free=FREE, env={"max_cycles": 60})


def test_a_clone_learns_a_rule_from_a_script(scripted, tmp_path):
    shown = shown_by_scripts(scripted, episodes=8)
    assert set(np.unique(shown.choices[:, 4])) == {0, 1}
    figures = []
    clone_player(
        scripted, shown, tmp_path, Cloning(looks=30, rate=3e-3, minibatch=32), figures.append
    )
    assert figures[-1]["attack"] > 0.85 and figures[-1]["forward/back"] > 0.85
    assert figures[-1]["held_out"] < 0.6 * figures[-1]["by_chance"]
    policy = trained(tmp_path)
    state = torch.from_numpy(shown.seen["state"][:200])
    looks_down = state[:, 479 + 2].int() - 90 > 20
    struck = policy.choose(state.numpy())[:, 4] == 1
    assert (struck == looks_down.numpy()).mean() > 0.85


def test_the_same_play_gives_the_same_clone(scripted, tmp_path):
    shown, again = (shown_by_scripts(scripted, episodes=2, seed=3) for _ in range(2))
    for one, other in zip(shown.seen.values(), again.seen.values(), strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(shown.choices, again.choices)
    files = [
        clone_player(scripted, shown, tmp_path / name, Cloning(looks=2)).read_bytes()
        for name in "ab"
    ]
    assert files[0] == files[1]


def test_those_who_do_anything_show_nothing(scripted):
    shown = shown_by_scripts(tiny(sparring=0.5, free=FREE, env={"max_cycles": 20}), episodes=4)
    spars = np.isin(shown.episodes, (1, 3))
    assert set(shown.slots[spars]) == {0} and set(shown.slots[~spars]) == {0, 1}
    assert len(shown) == (2 + 1 + 2 + 1) * 19  # every tick but the last begins two ticks


def test_a_perfect_player_foretells_all(scripted):
    shown = shown_by_scripts(scripted, episodes=2)
    nothing = np.broadcast_to(np.array(NO_OP), shown.choices.shape).copy()
    idle = Demonstrations(shown.seen, shown.slots, nothing, shown.episodes)
    policies, rows = Policies(scripted), np.arange(len(idle))
    told = scores(policies, idle, rows)
    assert told["by_chance"] == 0.0 and told["held_out"] > 1.0
    policies.nets[0].scores.bias.data[11 * np.arange(10) + NO_OP] = 50.0
    told = scores(policies, idle, rows)
    assert told["held_out"] < 1e-3 and told["all_right"] == 1.0


def test_one_episode_is_too_little(scripted, tmp_path):
    with pytest.raises(ConfigError, match="two episodes or more"):
        clone_player(scripted, shown_by_scripts(scripted, episodes=1), tmp_path)


def test_a_rate_that_leads_astray_is_an_error(scripted, tmp_path):
    shown = shown_by_scripts(scripted, episodes=2)
    with pytest.raises(DivergedError, match="no number any more"):
        clone_player(scripted, shown, tmp_path, Cloning(looks=3, rate=1e30, minibatch=16))
    assert not (tmp_path / "policy.npz").exists()


def test_the_states_of_recorded_episodes_are_learnt_from(tmp_path):
    with Store(tmp_path / "data", {"seed": 1}) as store:
        for unit in range(3):
            store.commit(play(unit, ticks=12))
    dataset = open_dataset(tmp_path / "data")
    config = tiny(free=("forward/back", "jump", "attack", "camera yaw"), turns=(1, 2, 3, 4, 5))
    shown = shown_in(dataset, config)
    assert shown.seen["state"].shape == (3 * 2 * 11, 536)
    assert shown.episodes.max() == 2 and set(shown.slots) == {0, 1}
    shard = dataset.load(dataset.episodes[1])
    first = np.flatnonzero(shown.episodes == 1)[:2]  # of both players
    assert np.array_equal(shown.seen["state"][first], states_of(shard)[0])
    asked = np.asarray(shard["actions/requested_buttons"])[:2]
    assert np.array_equal(shown.choices[first, 2], (asked & JUMP > 0).any(0))
    few = shown_in(dataset, config, minutes=0.001)
    assert few.episodes.max() == 0  # whole episodes, at least one
    assert clone_player(config, shown, tmp_path / "clone", Cloning(looks=1)).exists()


def test_frames_stand_beside_what_was_done_on_seeing_them():
    frames = np.zeros((6, 2, 64, 64, 3), np.uint8) + np.arange(6)[:, None, None, None, None]
    down, there = np.zeros((5, 2, 20), np.bool_), np.ones((5, 2), np.bool_)
    down[3, :, 0] = True  # both strike on seeing frame 3
    there[4, 1] = False
    seen = Play(0, "made up", 0, frames.astype(np.uint8), down, np.zeros((5, 2, 2)), there)
    shown = decisions_in(seen, tiny(observe="rgb", free=("attack",)))  # of two ticks
    assert shown.seen["rgb"][:, 0, 0, 0].tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert shown.slots.tolist() == [0, 1, 0, 1, 0, 1, 0]
    assert shown.choices[:, 4].tolist() == [0, 0, 0, 0, 1, 1, 1]


def test_episodes_are_seen_as_states_or_as_frames():
    with pytest.raises(ConfigError, match="learnt from with observe"):
        shown_in(None, tiny(observe="both"))
