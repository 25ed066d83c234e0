"""Who is a team-mate or an opponent, what is left without them, and how partners are swapped."""

import numpy as np
import pytest
import torch

from mpgenie.agents.vpt import worth
from mpgenie.agents.vpt.classes import Classes, combinations_of, turns_of
from mpgenie.agents.vpt.clone_network import Clone, CloneNetworkConfig
from mpgenie.agents.vpt.clone_policy import ClonePolicy
from mpgenie.agents.vpt.cloning import CloneConfig, Cloned
from mpgenie.envs.simulation.actions import BUTTONS, STILL
from mpgenie.envs.state_observation import STATE_SIZE, unpack_state

GAME = {"scenario": "tag", "players": 3, "planet": "flat", "size": 48, "observe": "state"}


def clone(classes=(0,)):
    """One that has learnt nothing, of a few classes."""
    torch.manual_seed(0)
    network = CloneNetworkConfig(observe="state", width=48, heads=3, blocks=1, past=8)
    model = Clone(network, len(classes)).eval()
    return Cloned(model, CloneConfig(network=network), Classes(tuple(classes)), GAME)


def near(*entities, role=0):
    """A state with entities of (kind, role), three metres ahead and farther."""
    state = np.zeros(STATE_SIZE, np.uint8)
    parts = unpack_state(state)
    parts["body"][7] = role
    for k, (kind, own_role) in enumerate(entities):
        parts["entities"][k] = 140 + 4 * k, 128, 128, kind, 20, 0, own_role
    return state


def test_teams_tell_friend_from_foe_and_without_them_roles_do():
    state = near((1, 0), (2, 0), (3, 0), (4, 0), (7, 0))
    mates, foes, items, mobs = range(4)
    assert worth.groups_of(state).tolist() == [mates, foes, items, mobs, mobs, -1, -1, -1]
    state = near((1, 0), (1, 1), (4, 0), role=1)
    assert worth.groups_of(state, by_role=True).tolist()[:4] == [foes, mates, mobs, -1]


def test_those_left_out_are_gone_and_nothing_else_is():
    state = near((1, 0), (2, 0), (1, 0), (4, 0))
    left = worth.without(np.stack([state, state]), [worth.TEAM_MATES])[1]
    there = unpack_state(left)["entities"]
    assert not there[[0, 2]].any()
    np.testing.assert_array_equal(there[[1, 3]], unpack_state(state)["entities"][[1, 3]])
    np.testing.assert_array_equal(left[:405], state[:405])
    np.testing.assert_array_equal(left[461:], state[461:])
    np.testing.assert_array_equal(worth.without(state, []), state)


def test_shares_of_attention_add_up():
    states = np.stack([near((1, 0), (2, 0)), near((4, 0))])
    shares, even = worth.masses(clone(), states)
    np.testing.assert_allclose(shares.sum(-1), 1.0, atol=1e-6)
    np.testing.assert_allclose(even.sum(-1), 1.0)
    np.testing.assert_allclose(even[0], [1 / 3, 1 / 3, 0, 0, 0, 1 / 3])
    assert shares[0, worth.OPPONENTS] > 0 and shares[0, worth.MOBS] == 0
    assert shares[1, worth.MOBS] > 0 and shares[1, worth.TEAM_MATES] == 0


def test_a_permutation_test_knows_chance():
    assert worth.chance_of(np.ones(10)) == 2 / 2**10
    assert worth.chance_of(np.array([1.0, -1.0] * 4)) == 1.0
    assert worth.chance_of(np.array([1.0, np.nan, 1.0])) == 0.5
    assert worth.chance_of(np.full(40, 0.1)) < 1e-3
    assert worth.chance_of(np.random.default_rng(0).normal(size=40)) > 0.01


def test_scripts_are_watched_without_a_renderer():
    shown = worth.demonstrate("tag", 3, 7, ticks=30, planet="flat", size=48)
    play = shown.play
    assert play.frames.shape == (31, 3, STATE_SIZE) and play.down.shape == (30, 3, 20)
    assert shown.phase.shape == play.there.shape == (30, 3) and play.there.all()
    roles = unpack_state(play.frames[:-1])["body"][..., 7]
    np.testing.assert_array_equal(shown.phase, roles)  # who chases, as everybody sees it
    assert worth.phases_of("tag") == ("running", "chasing")
    assert np.isfinite(shown.returns).all() and shown.returns.any()


@pytest.mark.parametrize("scenario", ["defend", "capture_the_flag", "gather"])
def test_every_tick_has_a_phase(scenario):
    shown = worth.demonstrate(scenario, 2, 7, ticks=60, planet="flat", size=48)
    assert set(np.unique(shown.phase)) <= set(range(len(worth.phases_of(scenario))))
    if scenario == "defend":
        assert set(np.unique(shown.phase)) == {0, 1}  # the first wave comes after 40 ticks


def walking():
    """The class of walking ahead."""
    down = np.zeros((1, 20), np.bool_)
    down[0, BUTTONS.index("forward")] = True
    return int(combinations_of(down, turns_of(np.zeros((1, 2))))[0])


def test_clones_see_what_is_left_and_partners_play_what_they_are_given():
    policy, seen = ClonePolicy(clone((0, walking()))), []

    def change(states):
        seen.append(states.shape)
        return np.zeros_like(states)

    still = np.zeros((5, 2, 1, 10), np.int64)
    still[..., 8:] = STILL
    still[..., 0] = 1
    out = worth.roll_out(policy, 2, seed=3, ticks=5, change=change, partners=([1], still))
    assert seen == [(2, 3, STATE_SIZE)] * 5
    assert out.returns.shape == (2, 3)
    np.testing.assert_array_equal(out.actions[:, :, [1]], still)
    again = worth.roll_out(policy, 2, seed=3, ticks=5, change=change, partners=([1], still))
    np.testing.assert_array_equal(out.returns, again.returns)


def test_partners_are_shuffled_by_the_second():
    actions = np.arange(60)
    out = worth.shuffled_in_time(actions, 100)
    assert len(out) == 100 and sorted(out[:60]) == list(range(60))
    assert (np.diff(out).reshape(-1)[: worth.BLOCK - 1] == 1).all()
    assert (out[:60] != actions).any()


def test_a_team_is_paid_with_its_own_partners_and_with_others():
    policy, game = ClonePolicy(clone((0, walking()))), {"seed": 3, "ticks": 6}
    own = worth.roll_out(policy, 2, **game)
    found = worth.swap_partners(policy, own, [0, 2], **game)
    assert set(found) == {"own", "shuffled", "idle"}
    assert all(each.shape == (2, 2) for each in found.values())
    np.testing.assert_array_equal(found["own"][:, 1], own.returns[:, 0])
