"""In the harvest fruit is picked by treading on it, and grows back only where some is left."""

import numpy as np
import pytest

from mpgenie.agents.bots.scenarios import play
from mpgenie.agents.bots.scenarios.harvest import greedy, sustainable
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.scenarios.base import KIND
from mpgenie.envs.scenarios.harvest import DAZED, GREY, LAST, PICKER, RIPE, THIN, Harvest
from mpgenie.envs.scenarios.orchard import FRUIT, POOR_SOIL, SOIL, spots_of
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)


@pytest.fixture
def make():
    made = []

    def make(players=2, planet="flat", seed=3, **rules):
        size = 16 if planet == "flat" else 48
        env = parallel_env(
            Harvest(**rules), players, planet=planet, size=size, mobs=False, observe="proprio"
        )
        env.reset(seed=seed)
        made.append(env)
        return env

    yield make
    for env in made:
        env.close()


def rest(env, ticks=1):
    """Everybody does nothing; the parts of the rewards of the last tick, by player."""
    for _ in range(ticks):
        results = env.step({agent: IDLE for agent in env.agents})
    return [info["reward_parts"] for info in results[4].values()]


def tread(env, player, spot):
    """Put a player onto a spot, and let a tick pass."""
    env.simulation.teleport(0, player, env.scenario.at[0][spot])
    return rest(env)


def away(env, player):
    """Put a player to the other side of the planet."""
    env.simulation.teleport(0, player, -env.scenario.at[0, 0, 0])


def block_at(env, spot):
    return env.simulation.state.cells.blocks[0].reshape(-1)[env.scenario.spots[0][spot]]


def leave(env, patch, count):
    """Leave only so many fruits in a patch, and none in all others."""
    rules, blocks = env.scenario, env.simulation.state.cells.blocks[0].reshape(-1)
    rules.ripe[0] = 0
    rules.ripe[0, patch, :count] = 1
    for k, i in np.argwhere(rules.spots[0] >= 0):
        blocks[rules.spots[0, k, i]] = FRUIT if rules.ripe[0, k, i] else SOIL


@pytest.mark.parametrize("planet", ["flat", "normal"])
@pytest.mark.parametrize(("players", "patches", "size"), [(1, 2, 2), (4, 5, 2), (16, 8, 3)])
def test_fruit_lies_around_every_tree(make, planet, players, patches, size):
    rules = (env := make(players, planet)).scenario
    blocks = env.simulation.state.cells.blocks[0]
    assert rules.spots.shape[1:] == (patches, spots_of(size))
    assert (rules.spots[0] >= 0).mean() > 0.6
    for k in range(patches):
        cells = rules.spots[0, k][rules.spots[0, k] >= 0]
        assert (blocks.reshape(-1)[cells] == FRUIT).all() and rules.ripe[0, k].sum() == len(cells)
        assert rules.marks[0, k, KIND] == (RIPE if len(cells) else 0)
    flat = rules.spots[rules.spots >= 0] // LAYERS
    assert len(set(flat.tolist())) == len(flat)


@pytest.mark.laws
def test_treading_on_fruit_picks_it_for_a_point(make):
    env = make(2)
    away(env, 1)
    parts = tread(env, 0, (0, 0))
    assert parts[0]["picked"] == 1.0 and parts[1]["picked"] == 0.0
    assert block_at(env, (0, 0)) == SOIL and env.scenario.ripe[0, 0, 0] == 0
    assert rest(env)[0]["picked"] == 0.0


def test_nobody_picks_from_high_above(make):
    env = make(1)
    at = env.scenario.at[0, 0, 0]
    env.simulation.teleport(0, 0, at * (1.0 + 1.5 / np.sqrt(at @ at)))
    assert rest(env)[0]["picked"] == 0.0
    assert sum(rest(env)[0]["picked"] for _ in range(20)) == 1.0  # it has landed


@pytest.mark.laws
def test_fruit_grows_back_beside_fruit_and_nowhere_else(make):
    env = make(1, patches=2, regrowth=1.0)
    away(env, 0)
    leave(env, 0, 6)
    rest(env, 100)
    assert env.scenario.ripe[0, 0].sum() == (env.scenario.spots[0, 0] >= 0).sum()
    assert env.scenario.ripe[0, 1].sum() == 0


def test_it_grows_the_faster_the_more_is_left(make):
    grown = []
    for count in (1, 6):
        total = 0
        for seed in range(6):
            env = make(1, seed=seed, regrowth=0.02)
            away(env, 0)
            leave(env, 0, count)
            rest(env, 100)
            total += int(env.scenario.ripe[0].sum()) - count
        grown.append(total)
    assert grown[1] > 1.5 * grown[0]


def test_land_may_be_unequal(make):
    env = make(3, patches=3, unequal=1.0, regrowth=0.05)
    rates = env.scenario.rates[0]
    assert sorted(rates.tolist()) == [0.0, 1.0, 2.0]
    poor = int(rates.argmin())
    tread(env, 0, (poor, 0))
    assert block_at(env, (poor, 0)) == POOR_SOIL
    away(env, 0)
    rest(env, 100)
    assert env.scenario.ripe[0, poor, 0] == 0


@pytest.mark.laws
def test_marks_say_how_much_is_left(make):
    env = make(1, patches=2, regrowth=0.0)
    away(env, 0)
    for count, kind in ((12, RIPE), (5, THIN), (1, LAST)):
        leave(env, 0, count)
        rest(env)
        assert env.scenario.marks[0, :, KIND].tolist() == [kind, 0.0]


@pytest.mark.laws
def test_the_episode_ends_when_nothing_is_left_to_grow(make):
    env = make(1)
    away(env, 0)
    leave(env, 1, 1)
    rest(env)
    assert env.agents
    tread(env, 0, (1, 0))
    assert env.agents == [] and env.scenario.ended[0]


@pytest.mark.laws
def test_a_blow_dazes(make):
    env = make(2, daze=15)
    players = env.simulation.state.players
    own = players.colour[0, 1].tolist()
    ahead = players.heading[0, 1].copy()
    env.simulation.teleport(0, 0, players.position[0, 1] - 1.2 * ahead, ahead)
    players.pitch[0, 0] = 5.0
    rest(env)
    strike = IDLE + np.eye(10, dtype=int)[4]
    env.step({"player_0": strike, "player_1": IDLE})
    assert env.scenario.role[0].tolist() == [PICKER, DAZED]
    assert tuple(players.colour[0, 1]) == GREY and players.health[0, 1] == 20
    assert tread(env, 1, (0, 0))[1]["picked"] == 0.0
    parts = [rest(env)[1]["picked"] for _ in range(20)]
    assert sum(parts) == 1.0 and parts[:10] == [0.0] * 10
    assert env.scenario.role[0, 1] == PICKER and players.colour[0, 1].tolist() == own


@pytest.mark.laws
def test_teams_share_what_they_pick(make):
    env = make(4, teams=2, shared=0.5)
    for p in range(1, 4):
        away(env, p)
    parts = tread(env, 0, (0, 0))
    assert [part["picked"] for part in parts] == [0.5, 0.0, 0.0, 0.0]
    assert [part["team"] for part in parts] == [0.25, 0.0, 0.25, 0.0]


@pytest.mark.laws
def test_coming_nearer_is_paid_and_taken_back(make):
    env = make(1)
    rules, player = env.scenario, env.simulation.state.players
    away(env, 0)
    rest(env)
    far = rules.distance[0, 0]
    place = player.position[0, 0] + 2.0 * player.heading[0, 0]
    env.simulation.teleport(0, 0, place)
    paid = rest(env)[0]["approach"]
    assert paid == pytest.approx(0.02 * (far - rules.distance[0, 0])) and paid != 0.0


@pytest.mark.laws
def test_orchards_are_neither_dug_up_nor_built_over(make):
    env = make(1)
    state = env.simulation.state
    spot = env.scenario.spots[0, 0, 0]
    at = env.scenario.at[0, 0, 0]
    up = at / np.sqrt(at @ at)
    aside = np.cross(up, [0.36, 0.48, 0.8])
    env.simulation.teleport(0, 0, at + 1.1 * aside / np.sqrt(aside @ aside) + 0.01 * up)
    env.scenario.ripe[0] = 0
    env.scenario.ripe[0, 0, 0] = env.scenario.ripe[0, 1, 0] = 1
    state.clock.event_count[0] = 2
    blocks = state.cells.blocks[0].reshape(-1)
    blocks[spot], blocks[spot + 1] = 0, BLOCK["dirt"]
    me = state.players.id[0, 0]
    state.clock.event[0, 0] = (0, DIG_DONE, me, 0, spot, FRUIT)
    state.clock.event[0, 1] = (0, BLOCK_PLACE, me, 0, spot + 1, BLOCK["dirt"])
    env.scenario.step(0, 1)
    assert blocks[spot] == FRUIT and blocks[spot + 1] == 0


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"patches": 0}, "between 1 and 8"),
        ({"size": 9}, "between 1 and 6"),
        ({"regrowth": 1.5}, "between 0 and 1"),
        ({"near": 0.0}, "near must be"),
        ({"daze": -1}, "daze must"),
        ({"teams": 5}, "teams must be"),
    ],
)
def test_absurd_options_are_refused(options, hint):
    with pytest.raises(ConfigError, match=hint):
        Harvest(**options)


def test_leaving_some_gives_everybody_more_than_taking_all():
    def harvest(script, seed):
        match = play(
            "harvest", 3, seed, script=script, planet="flat", size=48, mobs=False, max_cycles=2000
        )
        return match.parts["picked"].sum()

    for seed in range(2):
        assert harvest(sustainable, seed) > 1.5 * harvest(greedy, seed)


def test_scripts_pick_more_than_chance():
    options = {"planet": "normal", "size": 48, "max_cycles": 300}
    scripted = sum(play("harvest", 2, seed, **options).returns.sum() for seed in range(2))
    random = sum(play("harvest", 2, seed, "random", **options).returns.sum() for seed in range(2))
    assert scripted > random + 20.0
