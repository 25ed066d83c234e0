"""In capture the flag one takes another's flag home, and a blow on the way undoes it."""

import numpy as np
import pytest

from mpgenie.agents.bots.scenarios import play
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.blocks import AIR, BLOCK
from mpgenie.envs.scenarios.capture_the_flag import CaptureTheFlag
from mpgenie.envs.scenarios.capturing import CARRIER, PLAYER, STUNNED
from mpgenie.envs.scenarios.flags import CLOTHS
from mpgenie.envs.scenarios.teams import TEAM_COLOURS
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.state_observation import OTHERS, OWN, unpack_state
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)


@pytest.fixture
def make():
    made = []

    def make(players=2, **rules):
        env = parallel_env(
            CaptureTheFlag(**rules), players, planet="flat", size=48, mobs=False, observe="state"
        )
        env.reset(seed=4)
        made.append(env)
        return env

    yield make
    for env in made:
        env.close()


def go(env, player, team, beside=1.0):
    """Put a player beside the post of a team."""
    post = env.scenario.marks[0, 2 * team, :3]
    ahead = env.simulation.state.players.heading[0, player].copy()
    env.simulation.teleport(0, player, post + beside * ahead + post / np.sqrt(post @ post) * 0.1)


def rest(env, ticks=1):
    """Everybody does nothing; the parts of the rewards of the last tick, by player."""
    for _ in range(ticks):
        results = env.step({agent: IDLE for agent in env.agents})
    return [info["reward_parts"] for info in results[4].values()]


def strike(env, hitter, hit):
    """Put one player before another, and let it strike; the parts of everybody's reward."""
    players = env.simulation.state.players
    ahead = players.heading[0, hit].copy()
    env.simulation.teleport(0, hitter, players.position[0, hit] + 1.2 * ahead, -ahead)
    players.pitch[0, hitter] = 5.0
    players.attack_wait[0, hitter] = players.hurt_wait[0, hit] = 0
    rest(env)
    actions = {agent: IDLE.copy() for agent in env.agents}
    actions[f"player_{hitter}"][4] = 1
    return [info["reward_parts"] for info in env.step(actions)[4].values()]


def roles(env):
    return env.scenario.role[0].tolist()


def flag_block(env, team):
    return env.simulation.state.cells.blocks[0].reshape(-1)[env.scenario.cells[0, team, 0]]


@pytest.mark.parametrize(("teams", "players"), [(2, 2), (2, 5), (3, 4), (4, 9)])
def test_every_team_starts_at_its_base(make, teams, players):
    env = make(players, teams=teams)
    state, marks = env.simulation.state.players, env.scenario.marks[0]
    for p in range(players):
        away = [np.linalg.norm(state.position[0, p] - marks[2 * t, :3]) for t in range(teams)]
        assert int(np.argmin(away)) == p % teams and 1.0 < min(away) < 7.0
        assert tuple(state.colour[0, p]) == TEAM_COLOURS[p % teams]
    assert len(np.unique(state.position[0].round(1), axis=0)) == players
    for t in range(teams):
        assert flag_block(env, t) == CLOTHS[t]
    assert 12.0 < np.linalg.norm(marks[0, :3] - marks[2, :3]) < 28.0
    assert not state.hotbar_count[0].any()


def test_everybody_knows_bases_and_flags(make):
    env = make(4, teams=4)
    observations, *_ = env.step({agent: IDLE for agent in env.agents})
    marks = unpack_state(observations["player_1"])["marks"]
    assert marks[:, 4].tolist() == [1, 2] * 4
    assert marks[:, 5].tolist() == [OWN] * 2 + [OTHERS] * 6


def test_critics_and_learners_know_roles_teams_and_landmarks(make):
    env = make(3)
    go(env, 2, 1)
    *_, infos = env.step({agent: IDLE for agent in env.agents})
    assert [(info["team"], info["role"]) for info in infos.values()] == [(1, 0), (2, 0), (1, 1)]
    marks = env.state()[-3 - 4 * 6 : -3].reshape(4, 6)
    assert (marks[:, 0] == 1.0).all() and (marks[:, 4] * 8).tolist() == [1, 2, 1, 2]
    places = env.scenario.marks[0, :, :3]
    assert np.allclose(
        marks[:, 1:4] * np.linalg.norm(places[0]) / np.linalg.norm(marks[0, 1:4]), places
    )
    assert env.state().reshape(-1)[: 3 * 25].reshape(3, 25)[:, 24].tolist() == [0.0, 0.0, 0.125]


def test_who_touches_the_post_takes_the_flag(make):
    env = make()
    go(env, 0, 1)
    parts = rest(env)
    assert roles(env) == [CARRIER, PLAYER] and parts[0]["taken"] == 1.0
    assert flag_block(env, 1) == AIR and flag_block(env, 0) == CLOTHS[0]
    assert tuple(env.simulation.state.players.colour[0, 0]) > TEAM_COLOURS[0]
    rest(env)
    mark = env.scenario.marks[0, 3]
    assert (mark[:3] == env.simulation.state.players.position[0, 0]).all() and mark[4] == 2


def test_one_cannot_take_the_own_flag_nor_two(make):
    env = make(3, teams=3)
    go(env, 0, 0)
    rest(env)
    assert roles(env) == [PLAYER] * 3
    for team in (1, 2):
        go(env, 0, team)
        rest(env)
    assert env.scenario.carrier[0].tolist() == [-1, 0, -1]


def test_a_flag_brought_home_is_captured(make):
    env = make(4)
    go(env, 0, 1)
    rest(env)
    go(env, 0, 0)
    parts = rest(env)
    assert [part["capture"] for part in parts] == [5.0, 0.0, 5.0, 0.0]
    assert [part["conceded"] for part in parts] == [0.0, -5.0, 0.0, -5.0]
    assert env.scenario.score[0].tolist() == [1, 0] and roles(env)[0] == PLAYER
    assert flag_block(env, 1) == CLOTHS[1]
    assert tuple(env.simulation.state.players.colour[0, 0]) == TEAM_COLOURS[0]


@pytest.mark.parametrize("flag_home", [True, False])
def test_the_own_flag_has_to_be_at_home_if_so_agreed(make, flag_home):
    env = make(flag_home=flag_home, captures=2)
    go(env, 0, 1)
    go(env, 1, 0)
    rest(env)
    assert roles(env) == [CARRIER, CARRIER]
    go(env, 0, 0)
    rest(env)
    assert env.scenario.score[0].tolist() == [0 if flag_home else 1, 0]


def test_flags_brought_home_decide_a_match_and_nothing_else():
    deciding = set(CaptureTheFlag.part_names) - set(CaptureTheFlag.shaping)
    assert deciding == {"capture", "conceded"}


def test_a_blow_sends_the_flag_home_and_stuns(make):
    env = make(stun=30)
    go(env, 0, 1)
    rest(env)
    parts = strike(env, 1, 0)
    assert parts[0]["lost"] == -1.0 and parts[1]["returned"] == 0.5
    assert roles(env) == [STUNNED, PLAYER] and flag_block(env, 1) == CLOTHS[1]
    assert tuple(env.simulation.state.players.colour[0, 0]) < TEAM_COLOURS[0]
    go(env, 0, 1)
    rest(env, 10)
    assert roles(env)[0] == STUNNED
    rest(env, 20)
    go(env, 0, 1)
    rest(env)
    assert roles(env)[0] == CARRIER


def test_the_stunned_strike_in_vain_and_cannot_be_stunned_for_longer(make):
    env = make(stun=40)
    strike(env, 1, 0)
    left = int(env.scenario.wait[0, 0])
    strike(env, 0, 1)
    assert roles(env) == [STUNNED, PLAYER]
    strike(env, 1, 0)
    assert env.scenario.wait[0, 0] == left - 4


def test_friends_stun_nobody(make):
    env = make(4)
    strike(env, 2, 0)
    assert roles(env) == [PLAYER] * 4
    assert (env.simulation.state.players.health[0] == 20).all()


def test_a_carrier_who_dies_loses_the_flag(make):
    env = make()
    go(env, 0, 1)
    rest(env)
    env.simulation.state.players.health[0, 0] = 0
    parts = rest(env)
    assert parts[0]["lost"] == -1.0 and flag_block(env, 1) == CLOTHS[1]


def test_nobody_gets_on_with_mining_a_base(make):
    env = make()
    players, cell = env.simulation.state.players, int(env.scenario.cells[0, 0, 1])
    go(env, 0, 0)
    players.heading[0, 0] *= -1.0
    players.pitch[0, 0] = 20.0
    dig = IDLE + np.eye(10, dtype=int)[4]
    for _ in range(100):
        env.step({"player_0": dig, "player_1": IDLE})
    assert players.dig_cell[0, 0] in env.scenario.cells[0, 0]
    blocks = env.simulation.state.cells.blocks[0].reshape(-1)
    assert blocks[cell] == BLOCK["oak_log"]


def test_ways_to_the_aim_are_paid_and_ways_back_taken_back(make):
    env = make()
    walk = IDLE + np.eye(10, dtype=int)[0]
    back = IDLE + 2 * np.eye(10, dtype=int)[0]
    start = env.scenario.distance[0, 0]
    paid = [
        env.step({"player_0": action, "player_1": IDLE})[4]["player_0"]["reward_parts"]["approach"]
        for action in [walk] * 20 + [back] * 10
    ]
    assert sum(paid[:20]) > 0.1 > 0.0 > sum(paid[20:])
    assert sum(paid) == pytest.approx(0.05 * (start - env.scenario.distance[0, 0]))


def test_the_episode_ends_when_enough_flags_are_captured(make):
    env = make(captures=1)
    go(env, 0, 1)
    rest(env)
    go(env, 0, 0)
    _, _, terminations, truncations, _ = env.step({agent: IDLE for agent in env.agents})
    assert all(terminations.values()) and not any(truncations.values()) and not env.agents


def test_a_snapshot_in_the_middle_has_the_same_future(make):
    env = make()
    go(env, 0, 1)
    rest(env, 3)
    saved = env.snapshot()
    other = make()
    other.reset(seed=99)
    other.restore(saved)
    for each in (env, other):
        strike(each, 1, 0)
        rest(each, 5)
    assert env.state_hash() == other.state_hash()
    assert flag_block(other, 1) == CLOTHS[1]


@pytest.mark.parametrize("teams", [2, 4])
def test_flags_are_on_their_posts_or_with_their_carriers(teams):
    """However chance plays, and whoever leaves the game."""
    env = parallel_env(
        CaptureTheFlag(teams=teams, stun=8, flag_home=False, captures=1000),
        9,
        size=48,
        observe="state",
        death="remove",
        planets=1,
    )
    env.reset(seed=3)
    env.action_space("player_0").seed(3)
    rng, rules, players = np.random.default_rng(3), env.scenario, env.simulation.state.players
    for tick in range(150):
        actions = {agent: env.action_space("player_0").sample() for agent in env.agents}
        if tick % 3 == 0:
            go(env, int(rng.choice(np.flatnonzero(players.active[0]))), int(rng.integers(teams)))
        if tick % 40 == 39:
            players.health[0, int(env.agents[0][7:])] = 0
        env.step(actions)
        carriers = rules.carrier[0][rules.carrier[0] >= 0].tolist()
        assert sorted(carriers) == np.flatnonzero(rules.role[0] == CARRIER).tolist()
        assert ((rules.role[0] == STUNNED) == (rules.wait[0] > 0)).all()
        for t in range(teams):
            there = rules.carrier[0, t] < 0
            assert flag_block(env, t) == (CLOTHS[t] if there else AIR)
    assert rules.score.sum() > 0
    env.close()


@pytest.mark.parametrize(
    "options",
    [
        {"teams": 1}, {"teams": 5}, {"apart": (4, 20)}, {"apart": (24, 16)}, {"captures": 0},
        {"radius": 0.5}, {"stun": -1},
    ],
)  # fmt: skip
def test_absurd_options_are_refused(options):
    with pytest.raises(ConfigError):
        CaptureTheFlag(**options)


def test_every_team_needs_a_player():
    with pytest.raises(ConfigError, match="4 teams need at least 4 players, got 3"):
        parallel_env(CaptureTheFlag(teams=4), 3)


@pytest.mark.parametrize("players", [2, 4])
def test_the_script_takes_flags_and_chance_does_not(players):
    scripted = play("capture_the_flag", players, 1, size=48, max_cycles=400)
    random = play("capture_the_flag", players, 1, "random", size=48, max_cycles=400)
    assert scripted.parts["taken"].sum() > random.parts["taken"].sum() + 1
    assert scripted.returns.sum() > random.returns.sum() + 2
    total = sum(scripted.parts.values())
    assert scripted.returns == pytest.approx(total)
