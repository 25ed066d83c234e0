"""Players who are cloned from play do what was shown."""

import numpy as np
import pytest
import torch

from mpgenie.agents.bots.outcome import Outcome
from mpgenie.agents.bots.scenarios import SCRIPTS
from mpgenie.agents.policy import Action
from mpgenie.agents.training.from_play import Cloning, clone_player, scores
from mpgenie.agents.training.player import trained
from mpgenie.agents.training.showing import Demonstrations, shown_by_scripts, shown_in
from mpgenie.envs.simulation.actions import ATTACK, FORWARD
from mpgenie.errors import ConfigError, DivergedError

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
    perfect = Demonstrations(shown.seen, shown.slots, shown.choices * 0, shown.episodes)
    policies = trained_on_nothing(scripted)
    told = scores(policies, perfect, np.arange(len(perfect)))
    assert told["by_chance"] == 0.0 and told["held_out"] > 0.0


def trained_on_nothing(config):
    from mpgenie.agents.training.policies import Policies

    return Policies(config)


def test_one_episode_is_too_little(scripted, tmp_path):
    with pytest.raises(ConfigError, match="two episodes or more"):
        clone_player(scripted, shown_by_scripts(scripted, episodes=1), tmp_path)


def test_a_rate_that_leads_astray_is_an_error(scripted, tmp_path):
    shown = shown_by_scripts(scripted, episodes=2)
    with pytest.raises(DivergedError, match="no number any more"):
        clone_player(scripted, shown, tmp_path, Cloning(looks=3, rate=1e30, minibatch=16))
    assert not (tmp_path / "policy.npz").exists()


def test_episodes_are_seen_as_states_or_as_frames():
    with pytest.raises(ConfigError, match="learnt from with observe"):
        shown_in(None, tiny(observe="both"))
