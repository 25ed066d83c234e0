"""Whoever is in a seeker's picture with nothing between is seen, and that decides who is paid."""

import numpy as np
import pytest

from mpgenie.agents.bots.scenarios import play
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.blocks import BLOCK, ITEM
from mpgenie.envs.planet.geometry import column_of
from mpgenie.envs.scenarios.hide_and_seek import (
    COLOURS,
    FROZEN_SEEKER,
    HIDER,
    SEEKER,
    SEEN_HIDER,
    HideAndSeek,
)
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.vector import vector_env
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)
laws = pytest.mark.laws
SMALL = {"planet": "flat", "size": 32}


def make(players=2, options=None, seed=2, **rules):
    rules = {"preparation": 0, "shelters": 0, **rules}
    env = parallel_env(
        HideAndSeek(**rules), players, observe="state", **{**SMALL, **(options or {})}
    )
    env.reset(seed=seed)
    return env


def idle(env):
    return env.step({agent: IDLE for agent in env.agents})


def slots(env, *roles):
    return [p for p, role in enumerate(env.scenario.role[0].tolist()) if role in roles]


def face(env, seeker, hider, metres=6.0, turn=1.0):
    """Put a hider before a seeker (behind it for turn = -1), and let a tick pass."""
    players = env.simulation.state.players
    ahead = players.position[0, seeker] + metres * turn * players.heading[0, seeker]
    env.simulation.teleport(0, hider, ahead, -players.heading[0, seeker])
    players.pitch[0, seeker] = 0.0
    for _ in range(5):
        result = idle(env)
    return result


@laws
def test_a_hider_before_a_seekers_eyes_is_seen():
    env = make()
    (seeker,), (hider,) = slots(env, SEEKER), slots(env, HIDER, SEEN_HIDER)
    _, rewards, *_ = face(env, seeker, hider)
    assert env.scenario.role[0, hider] == SEEN_HIDER
    assert rewards[f"player_{hider}"] == -0.02 and rewards[f"player_{seeker}"] == 0.02
    assert (env.simulation.state.players.colour[0, hider] == COLOURS[SEEN_HIDER]).all()
    env.close()


@laws
def test_nobody_has_eyes_in_the_back_of_the_head():
    env = make()
    (seeker,), (hider,) = slots(env, SEEKER), slots(env, HIDER, SEEN_HIDER)
    _, rewards, *_ = face(env, seeker, hider, turn=-1.0)
    assert env.scenario.role[0, hider] == HIDER
    assert rewards[f"player_{hider}"] == 0.02 and rewards[f"player_{seeker}"] == -0.02
    env.close()


@laws
@pytest.mark.parametrize(("field_of_view", "seen"), [(100.0, True), (80.0, False)])
def test_the_picture_has_an_edge(field_of_view, seen):
    env = make(field_of_view=field_of_view)
    (seeker,), (hider,) = slots(env, SEEKER), slots(env, HIDER, SEEN_HIDER)
    face(env, seeker, hider)
    players = env.simulation.state.players
    up = players.position[0, seeker] / np.linalg.norm(players.position[0, seeker])
    right = np.cross(players.heading[0, seeker], up)
    players.heading[0, seeker] = (players.heading[0, seeker] + right) / np.sqrt(2.0)  # 45 degrees
    idle(env)
    assert (env.scenario.role[0, hider] == SEEN_HIDER) == seen
    env.close()


@laws
def test_sight_ends_somewhere():
    env = make(sight=5.0)
    (seeker,), (hider,) = slots(env, SEEKER), slots(env, HIDER, SEEN_HIDER)
    face(env, seeker, hider, metres=8.0)
    assert env.scenario.role[0, hider] == HIDER
    env.close()


@laws
def test_a_wall_hides_and_glass_does_not():
    env = make()
    sim, (seeker,), (hider,) = env.simulation, slots(env, SEEKER), slots(env, HIDER, SEEN_HIDER)
    face(env, seeker, hider)
    between = 0.5 * (sim.state.players.position[0, seeker] + sim.state.players.position[0, hider])
    column = int(column_of(sim.geometry, *between))
    layer = int(np.linalg.norm(sim.state.players.position[0, seeker]) - sim.geometry.bottom + 0.01)
    columns = {column, *(int(sim.geometry.neighbour[column, k]) for k in range(4))}
    for block, role in (("glass", SEEN_HIDER), ("stone", HIDER)):
        for there in columns:
            for height in range(3):
                sim.set_block(0, there * 64 + layer + height, block)
        idle(env)
        assert env.scenario.role[0, hider] == role
    env.close()


@laws
def test_seekers_are_shut_in_until_the_preparation_is_over():
    env = make(preparation=30)
    blocks = env.simulation.state.cells.blocks[0]
    assert (blocks == BLOCK["bedrock"]).sum() > 6 * 32 * 32
    (seeker,) = slots(env, FROZEN_SEEKER)
    at = env.simulation.state.players.position[0, seeker].copy()
    forward = IDLE.copy()
    forward[0], forward[2], forward[4] = 1, 1, 1
    for _ in range(29):
        _, rewards, *_ = env.step({agent: forward for agent in env.agents})
        assert set(rewards.values()) == {0.0}
        assert slots(env, FROZEN_SEEKER) == [seeker]
    assert np.linalg.norm(env.simulation.state.players.position[0, seeker] - at) < 0.5
    env.step({agent: IDLE for agent in env.agents})
    assert slots(env, SEEKER) == [seeker]
    _, rewards, *_ = idle(env)
    assert sum(rewards.values()) == pytest.approx(0.0) and set(rewards.values()) != {0.0}
    env.close()


@laws
def test_the_huts_leave_nothing_behind():
    env, bare = make(preparation=5), make(preparation=0)
    for _ in range(5):
        idle(env)
    blocks = [each.simulation.state.cells.blocks[0] for each in (env, bare)]
    np.testing.assert_array_equal(*blocks)
    env.close()
    bare.close()


@laws
@pytest.mark.parametrize(
    ("players", "wanted", "count"), [(2, None, 1), (8, None, 2), (6, 2, 2), (3, 31, 2)]
)
def test_so_many_seek(players, wanted, count):
    env = make(players, seekers=wanted)
    assert len(slots(env, SEEKER)) == count
    teams = env.simulation.state.players.team[0]
    assert [p for p in range(players) if teams[p] == 2] == slots(env, SEEKER)
    env.close()


def test_the_sides_are_unequal_and_still_add_up_to_nothing():
    match = play(HideAndSeek(preparation=40, caught_by_touch=True), 8, 1, max_cycles=300, **SMALL)
    assert match.returns.sum() == pytest.approx(0.0, abs=1e-9)
    assert match.parts["seen"].max() > 0.0


@laws
def test_a_touch_makes_a_seeker_of_a_hider_and_the_last_one_ends_it():
    env = make(3, caught_by_touch=True)
    (seeker,) = slots(env, SEEKER)
    for hider in slots(env, HIDER, SEEN_HIDER):
        face(env, seeker, hider, metres=1.2)
        env.simulation.state.players.hurt_wait[0] = 0
        actions = {agent: IDLE.copy() for agent in env.agents}
        actions[f"player_{seeker}"][4] = 1
        _, _, terminations, _, infos = env.step(actions)
        assert infos[f"player_{hider}"]["reward_parts"]["caught"] == -1.0
        assert env.scenario.role[0, hider] == SEEKER
        for _ in range(12):
            if env.agents:
                idle(env)
    assert all(terminations.values())
    env.close()


def test_without_that_rule_a_touch_is_nothing():
    match = play(HideAndSeek(preparation=0), 2, 3, max_cycles=300, **SMALL)
    assert (match.parts["caught"] == 0.0).all() and not match.ended


@laws
def test_hiders_carry_blocks_and_all_carry_tools():
    env = make(4, blocks=5, block="stone")
    items = env.simulation.state.players.hotbar_item[0]
    counts = env.simulation.state.players.hotbar_count[0]
    for p in range(4):
        assert ITEM["diamond_pickaxe"] in items[p] and ITEM["diamond_shovel"] in items[p]
        hides = p in slots(env, HIDER, SEEN_HIDER)
        assert counts[p][items[p] == BLOCK["stone"]].sum() == (5 if hides else 0)
    env.close()


@pytest.mark.parametrize("kind", [pytest.param("flat", marks=laws), "normal"])
def test_walls_stand_about_and_follow_from_the_seed(kind):
    envs = [make(4, {"planet": kind}, seed, shelters=8) for seed in (4, 4, 5)]
    counts = [int(env.simulation.state.cells.edit_count[0]) for env in envs]
    assert counts[0] == counts[1] > (20 if kind == "flat" else 0)
    assert envs[0].state_hash() == envs[1].state_hash() != envs[2].state_hash()
    for env in envs:
        env.close()


@laws
def test_it_goes_on_from_a_snapshot_as_it_would_have():
    env = make(4, preparation=20, shelters=4)
    for _ in range(10):
        idle(env)
    saved = env.snapshot()
    ends = []
    for _ in range(2):
        env.restore(saved)
        rng = np.random.default_rng(3)
        for _ in range(30):
            rows = [rng.integers(0, env.action_space(agent).nvec) for agent in env.agents]
            env.step(dict(zip(env.agents, rows, strict=True)))
        ends.append(env.state_hash())
    assert ends[0] == ends[1]
    assert slots(env, FROZEN_SEEKER) == []
    env.close()


def test_it_is_played_in_a_vector_environment():
    rules = HideAndSeek(preparation=3)
    envs = vector_env(2, scenario=rules, players=4, observe="state", **SMALL)
    envs.reset(seed=1)
    for _ in range(5):
        _, rewards, *_ = envs.step(np.tile(IDLE, (8, 1)))
    assert rewards.reshape(2, 4).sum(axis=1) == pytest.approx([0.0, 0.0])
    envs.close()


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"seekers": 0}, "seekers must lie"),
        ({"preparation": -1}, "preparation must lie"),
        ({"block": "torch"}, "unknown block"),
        ({"blocks": 65}, "blocks must lie"),
        ({"ring": (5.0, 4.0)}, "ring must be"),
        ({"field_of_view": 180.0}, "field_of_view must lie"),
    ],
)
def test_absurd_options_are_refused(options, hint):
    with pytest.raises(ConfigError, match=hint):
        HideAndSeek(**options)


def test_scripted_seekers_find_more_than_chance_and_scripted_hiders_hide_better():
    def seen(hiders, seekers):
        total = 0.0
        for seed in range(4):
            env = make(2, preparation=60, shelters=8, seed=seed)
            (seeker,) = slots(env, FROZEN_SEEKER)
            env.close()
            who = [seekers if p == seeker else hiders for p in range(2)]
            rules = HideAndSeek(preparation=60)
            total += play(rules, 2, seed, who, max_cycles=400, **SMALL).parts["seen"][seeker]
        return total

    assert seen("random", "script") > 3.0 * seen("random", "random")
    assert seen("script", "script") < 0.7 * seen("random", "script")
