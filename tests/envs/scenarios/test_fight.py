"""In duels and team fights blows and knock-outs change hands, and the first to enough has won."""

import numpy as np
import pytest

from mpgenie.agents.bots.scenarios import play
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.blocks import ITEM
from mpgenie.envs.scenarios.fight import FALLEN, FIGHTER, Duel, TeamFight
from mpgenie.envs.scenarios.teams import TEAM_COLOURS
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.vector import vector_env
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)
laws = pytest.mark.laws
SMALL = {"planet": "flat", "size": 16}


def make(scenario=None, players=2, **options):
    env = parallel_env(scenario or Duel(), players, observe="state", **{**SMALL, **options})
    env.reset(seed=2)
    return env


def idle(env):
    return env.step({agent: IDLE for agent in env.agents})


def strike(env, attacker, victim):
    """Put one player before another, and let it strike; what the step returned."""
    players = env.simulation.state.players
    place, ahead = players.position[0, victim].copy(), players.heading[0, victim].copy()
    players.position[0, attacker] = place - 1.2 * ahead
    players.heading[0, attacker], players.pitch[0, attacker] = ahead, 5.0
    players.attack_wait[0, attacker] = players.hurt_wait[0, victim] = 0
    idle(env)
    actions = {agent: IDLE.copy() for agent in env.agents}
    actions[f"player_{attacker}"][4] = 1
    return env.step(actions)


def parts_of(env):
    names = env.config.rules.part_names
    return [dict(zip(names, row, strict=True)) for row in env.scenario.parts[0].tolist()]


def knock_out(env, attacker, victim):
    env.simulation.state.players.health[0, victim] = 1
    return strike(env, attacker, victim)


@laws
def test_everybody_has_a_sword_and_nothing_else():
    env = make()
    assert (env.simulation.state.players.hotbar_item[0] == ITEM["iron_sword"]).all()
    throw = IDLE.copy()
    throw[6] = 1
    env.step({agent: throw for agent in env.agents})
    assert (env.simulation.state.players.hotbar_item[0] == ITEM["iron_sword"]).all()
    idle(env)
    assert not env.simulation.state.items.active[0].any()
    env.close()


@laws
def test_a_blow_pays_as_much_as_it_costs():
    env = make()
    strike(env, 0, 1)
    mine, theirs = parts_of(env)
    assert mine["dealt"] == pytest.approx(6 * 0.05)
    assert theirs["taken"] == pytest.approx(-6 * 0.05)
    assert mine["taken"] == theirs["dealt"] == 0.0
    env.close()


@laws
def test_a_knock_out_counts_and_the_fallen_comes_back():
    env = make()
    knock_out(env, 0, 1)
    mine, theirs = parts_of(env)
    assert mine["knock_outs"] == 1.0 and theirs["knocked_out"] == -1.0
    assert env.scenario.score[0].tolist() == [1, 0]
    assert env.scenario.role[0].tolist() == [FIGHTER, FALLEN]
    for _ in range(40):
        idle(env)
    assert env.scenario.role[0].tolist() == [FIGHTER, FIGHTER]
    assert env.simulation.state.players.health[0, 1] == 20
    env.close()


@laws
def test_enough_knock_outs_win_and_end_the_episode():
    env = make(Duel(points=1))
    _, rewards, terminations, truncations, _ = knock_out(env, 1, 0)
    assert all(terminations.values()) and not any(truncations.values())
    mine, theirs = parts_of(env)[::-1]
    assert mine["won"] == 1.0 and theirs["won"] == -1.0
    assert sum(rewards.values()) == pytest.approx(0.0)
    env.close()


@laws
def test_without_return_the_last_side_standing_ends_it():
    env = make(Duel(points=3), players=3, death="remove")
    knock_out(env, 0, 1)
    assert sorted(env.agents) == ["player_0", "player_2"]
    knock_out(env, 0, 2)
    assert env.agents == []
    env.close()


@laws
def test_coming_near_pays_and_going_away_costs_as_much():
    env = make()
    players, scenario = env.simulation.state.players, env.scenario
    idle(env)
    away = players.position[0, 1] - players.position[0, 0]
    home, before = players.position[0, 0].copy(), scenario.near[0, 0]
    players.position[0, 0] += 0.3 * away
    idle(env)
    there = parts_of(env)[0]["approach"]
    assert there == pytest.approx(0.02 * (before - scenario.near[0, 0]))
    assert there > 0.0
    players.position[0, 0] = home
    idle(env)
    assert parts_of(env)[0]["approach"] == pytest.approx(-there, abs=1e-3)
    env.close()


@laws
def test_teams_wear_their_colours_and_face_each_other():
    env = make(TeamFight(), players=5)
    players = env.simulation.state.players
    assert players.team[0].tolist() == [1, 2, 1, 2, 1]
    assert [tuple(colour) for colour in players.colour[0, :2]] == list(TEAM_COLOURS[:2])
    between = np.linalg.norm(players.position[0, 0] - players.position[0, 1])
    assert 9.0 < between < 18.0
    way = players.position[0, 1] - players.position[0, 0]
    assert way @ players.heading[0, 0] > 0.7 * between
    env.close()


@laws
def test_sides_may_be_unequal_and_share_what_they_earn():
    env = make(TeamFight(sides=(1, 3)), players=4)
    assert env.simulation.state.players.team[0].tolist() == [1, 2, 2, 2]
    strike(env, 2, 0)
    parts = parts_of(env)
    assert parts[0]["taken"] == pytest.approx(-0.3)
    assert [part["dealt"] for part in parts] == pytest.approx([0.0, 0.1, 0.1, 0.1])
    env.close()


@laws
def test_friends_cannot_hurt_each_other():
    env = make(TeamFight(), players=4)
    strike(env, 0, 2)
    assert (env.simulation.state.players.health[0] == 20).all()
    assert all(part["dealt"] == part["taken"] == 0.0 for part in parts_of(env))
    env.close()


@pytest.mark.parametrize("scenario", [Duel(), TeamFight(teams=3), TeamFight(sides=(1, 2, 3))])
def test_all_but_shaping_adds_up_to_nothing(scenario):
    match = play(scenario, 6, 4, max_cycles=400, **SMALL)
    contest = sum(row.sum() for name, row in match.parts.items() if name != "approach")
    assert match.parts["dealt"].sum() > 0.0
    assert contest == pytest.approx(0.0, abs=1e-9)


def test_it_is_played_in_a_vector_environment():
    envs = vector_env(2, scenario="team_fight", players=4, observe="state", **SMALL)
    envs.reset(seed=1)
    _, rewards, *_ = envs.step(np.zeros((8, 10), np.int64))
    assert rewards.shape == (8,)
    envs.close()


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"points": 0}, "points must lie"),
        ({"sword": "spoon"}, "unknown sword"),
        ({"teams": 5}, "teams must be"),
        ({"sides": (3,)}, "teams must be"),
        ({"sides": (0, 2)}, "at least one player"),
        ({"apart": 0}, "apart must lie"),
    ],
)
def test_absurd_options_are_refused(options, hint):
    with pytest.raises(ConfigError, match=hint):
        TeamFight(**options)


@pytest.mark.parametrize(
    ("scenario", "players", "hint"),
    [
        (Duel(), 1, "for 2 to 32 players"),
        (TeamFight(sides=(1, 3)), 2, "are for 4 players, got 2"),
        (TeamFight(teams=4), 3, "4 teams need"),
    ],
)
def test_sides_that_players_cannot_fill_are_refused(scenario, players, hint):
    with pytest.raises(ConfigError, match=hint):
        parallel_env(scenario, players, **SMALL)


@pytest.mark.parametrize("name", ["duel", "team_fight"])
def test_a_scripted_fighter_beats_chance(name):
    who = ["script", "random"]
    matches = [play(name, 2, seed, who, **SMALL) for seed in range(3)]
    assert all(match.ended for match in matches)
    assert min(match.returns[0] for match in matches) > 3.0
