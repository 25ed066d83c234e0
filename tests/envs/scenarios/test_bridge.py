"""In bridge nobody gets across alone, and together everybody does."""

import numpy as np
import pytest

from mpgenie.agents.bots.scenarios import play
from mpgenie.agents.bots.skills.travel import for_ticks
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.policy import Action
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.blocks import BLOCK, BLOCKS
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.scenarios.base import KIND
from mpgenie.envs.scenarios.bridge import GATE, Bridge
from mpgenie.envs.scenarios.crossing import ACROSS, GATE_MARK, HOLDING, OPEN, SHUT, WAITING
from mpgenie.envs.scenarios.lane import NEAR, point_in
from mpgenie.envs.simulation.actions import FORWARD, JUMP, NO_OP, SNEAK, SPRINT
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)
USE = IDLE + np.eye(10, dtype=int)[5]
DIG = IDLE + np.eye(10, dtype=int)[4]
DUCK = IDLE + np.eye(10, dtype=int)[3]


def make(players=2, seed=3, planet="flat", size=32, **rules):
    env = parallel_env(Bridge(**rules), players, planet=planet, size=size, observe="state")
    env.reset(seed=seed)
    return env


@pytest.fixture
def env():
    env = make()
    yield env
    env.close()


def step(env, *chosen, ticks=1):
    """Let players act (those not named do nothing): parts of the last tick, and its results."""
    for _ in range(ticks):
        rows = [*chosen, *[IDLE] * (len(env.possible_agents) - len(chosen))]
        results = env.step(dict(zip(env.possible_agents, rows, strict=True)))
    return [info["reward_parts"] for info in results[4].values()], results


def put(env, p, along, aside):
    """Put a player on the floor of the lane, at rest and looking ahead."""
    rules = env.scenario
    feet = rules.point(0, along, aside)
    env.simulation.teleport(0, p, feet, rules.point(0, along + 2, aside) - feet)


def where(env, p):
    at = env.simulation.state.players.position[0, p]
    return point_in(env.simulation.geometry, env.scenario.lane[0], at)


def block(env, along, aside, height):
    cell = env.scenario.cell(0, along, aside, height)
    return BLOCKS[env.simulation.state.cells.blocks[0, cell // LAYERS, cell % LAYERS]].name


def span(env, rows=6):
    """Build the bridge by decree."""
    for row in range(rows):
        cell = env.scenario.cell(0, NEAR + row, env.scenario.layout.side + 1, -1)
        env.simulation.set_block(0, cell, "planks")


def is_shut(env):
    return block(env, NEAR + 6, env.scenario.layout.side + 1, 0) == GATE


@pytest.mark.parametrize("planet", ["flat", "normal"])
@pytest.mark.parametrize("seed", range(4))
def test_the_stage_is_built_on_any_ground(planet, seed):
    env = make(3, seed, planet, 48)
    side = env.scenario.layout.side
    for along in range(env.scenario.layout.length):
        for aside in range(side, side + 3):
            ground = block(env, along, aside, -1)
            if NEAR <= along < NEAR + 6:
                assert ground == "water" and block(env, along, aside, -2) == "bedrock"
            else:
                assert BLOCKS[BLOCK[ground]].solid
            high = range(2, 6) if along == NEAR + 6 else range(6)
            assert {block(env, along, aside, height) for height in high} == {"air"}
    assert is_shut(env)
    for p in range(3):
        along, aside, high = where(env, p)
        assert 0 < along < NEAR - 1 and 0 < aside < 5 and high == pytest.approx(0.0, abs=1e-5)
        assert not (1 <= along < 3 and aside < 2)
    env.close()


@pytest.mark.parametrize("players", range(2, 33))
def test_nobody_has_enough_blocks_alone_and_all_have(players):
    rules = Bridge()
    assert rules.share(players) < rules.gap <= players * rules.share(players)


def test_thirty_two_find_room():
    env = make(32, size=32)
    places = {tuple(np.floor(where(env, p)[:2]).astype(int)) for p in range(32)}
    assert len(places) == 32
    env.close()


@pytest.mark.laws
def test_a_plate_opens_the_gate_for_as_long_as_somebody_stands_on_it(env):
    for along in (1, NEAR + 6 + 3):
        put(env, 0, along, 0)
        step(env, DUCK, ticks=3)
        assert not is_shut(env) and env.scenario.role[0].tolist() == [HOLDING, WAITING]
        assert env.scenario.marks[0, GATE_MARK, KIND] == OPEN
        put(env, 0, 4, 3)
        step(env, ticks=11)
        assert is_shut(env) and env.scenario.marks[0, GATE_MARK, KIND] == SHUT


@pytest.mark.laws
def test_a_plate_does_not_feel_those_who_never_did_anything(env):
    put(env, 1, 1, 0)
    step(env, ticks=5)
    assert is_shut(env)
    step(env, IDLE, DUCK)
    assert not is_shut(env)


@pytest.mark.laws
def test_the_gate_shuts_on_nobody(env):
    put(env, 0, 1, 0)
    put(env, 1, NEAR + 6, 2)
    step(env, DUCK, DUCK)
    put(env, 0, 4, 3)
    step(env, ticks=30)
    assert not is_shut(env)
    put(env, 1, 4, 2)
    step(env, ticks=12)
    assert is_shut(env)


@pytest.mark.laws
def test_leaning_against_the_gate_does_not_open_it(env):
    span(env)
    put(env, 0, NEAR + 5, 2)
    step(env, IDLE + np.eye(10, dtype=int)[0], ticks=30)
    assert where(env, 0)[0] > NEAR + 5.6 and is_shut(env)


@pytest.mark.laws
def test_who_falls_in_is_back_at_the_start(env):
    put(env, 0, NEAR + 2, 2)
    fell = sum(step(env)[0][0]["fell"] for _ in range(10))
    assert fell == -0.05
    np.testing.assert_allclose(
        env.simulation.state.players.position[0, 0], env.scenario.home[0, 0], atol=0.05
    )


@pytest.mark.parametrize("place", [(-2, 2), (2, -3), (NEAR + 2, 5)], ids=str)
@pytest.mark.laws
def test_who_leaves_the_stage_is_back_at_the_start(env, place):
    rules = env.scenario
    cell = rules.cell(0, *place)
    env.simulation.teleport(0, 0, env.simulation.geometry.centre[cell >> 6] * 60.0)
    step(env, ticks=2)
    along, aside, _ = where(env, 0)
    assert 0 < along < NEAR and 0 < aside < 5


def look_down(env, p, degrees=60.0):
    env.simulation.state.players.pitch[0, p] = degrees


@pytest.mark.laws
def test_blocks_stay_in_the_channel_and_pay_once_a_row(env):
    put(env, 0, NEAR - 1, 2)
    look_down(env, 0)
    paid = 0.0
    for _ in range(3):
        paid += step(env, USE)[0][0]["placed"]
        paid += step(env)[0][0]["placed"]
    rows = env.scenario.rows[0].sum()
    assert rows >= 1 and paid == pytest.approx(0.5 * rows)
    assert env.scenario.stock[0, 0] == 4 - rows
    assert (env.simulation.state.players.hotbar_count[0, 0] == 4 - rows).all()
    cell = env.scenario.cell(0, NEAR, 2, -1)
    env.simulation.set_block(0, cell, "water")
    again = sum(step(env, action)[0][0]["placed"] for action in (USE, IDLE) * 3)
    assert again == 0.0


@pytest.mark.laws
def test_blocks_stay_nowhere_else(env):
    put(env, 0, 2, 2)
    look_down(env, 0)
    step(env, USE, ticks=20)
    assert env.scenario.stock[0, 0] == 4
    assert {block(env, along, 2, 0) for along in range(NEAR)} == {"air"}


def test_what_is_mined_is_as_it_was(env):
    put(env, 0, 2, 2)
    look_down(env, 0, 85.0)
    before = block(env, 2, 2, -1)
    step(env, DIG, ticks=40)
    assert block(env, 2, 2, -1) == before and not env.simulation.state.items.active.any()
    put(env, 0, NEAR + 6 + 2, 2)
    env.simulation.state.players.heading[0, 0] *= -1.0
    look_down(env, 0, 20.0)
    step(env, DIG, ticks=60)  # through the gate, if it gave way
    assert is_shut(env)


@pytest.mark.laws
def test_who_mines_a_block_of_the_bridge_has_it(env):
    span(env)
    put(env, 0, NEAR + 1, 2)
    look_down(env, 0, 50.0)
    for _ in range(100):
        step(env, DIG)
        if env.scenario.stock[0, 0] > 4:
            break
    assert env.scenario.stock[0, 0] == 5
    assert [block(env, NEAR + row, 2, -1) for row in range(6)].count("water") == 1


@pytest.mark.laws
def test_thrown_blocks_come_back(env):
    step(env, IDLE + np.eye(10, dtype=int)[6])
    assert env.scenario.stock[0, 0] == 4 and not env.simulation.state.items.active.any()
    assert (env.simulation.state.players.hotbar_count[0, 0] == 4).all()


@pytest.mark.laws
def test_getting_across_pays_once_and_those_who_hold_the_gate_too(env):
    put(env, 0, 1, 0)
    step(env, DUCK)
    put(env, 1, NEAR + 6 + 2, 3)
    total = {"across": 0.0, "opened": 0.0}
    for _ in range(10):
        holder, comer = step(env, DUCK)[0]
        assert holder["across"] == comer["opened"] == 0.0
        total["across"] += comer["across"]
        total["opened"] += holder["opened"]
    assert total == {"across": 3.0, "opened": 1.0}
    assert env.scenario.role[0].tolist() == [HOLDING, ACROSS]


@pytest.mark.laws
def test_it_ends_when_all_are_across(env):
    for p in range(2):
        put(env, p, NEAR + 6 + 2 + p, 3)
    for _ in range(5):
        parts, results = step(env)
        if all(results[2].values()):
            break
    assert [part["everyone"] for part in parts] == [5.0, 5.0] and env.agents == []


@pytest.mark.laws
def test_progress_pays_for_new_ground_alone(env):
    put(env, 0, 0, 3)
    forth, back = IDLE + np.eye(10, dtype=int)[0], IDLE + 2 * np.eye(10, dtype=int)[0]
    env.scenario.best[0, 0] = where(env, 0)[0]
    first = sum(step(env, forth)[0][0]["progress"] for _ in range(12))
    gone = where(env, 0)[0]
    assert first == pytest.approx(0.1 * (gone - 0.5), abs=0.05) and first > 0.05
    rest = sum(step(env, back)[0][0]["progress"] for _ in range(10))
    rest += sum(step(env, forth)[0][0]["progress"] for _ in range(8))
    assert rest < 0.01


@pytest.mark.parametrize("planet", ["flat", "normal"])
@pytest.mark.parametrize("players", [2, 9])
def test_no_block_is_ever_lost_or_won(planet, players):
    env = make(players, 5, planet)
    rng = np.random.default_rng(players)
    side = env.scenario.layout.side
    channel = [
        env.scenario.cell(0, NEAR + row, side + aside, -1) for row in range(6) for aside in range(3)
    ]
    blocks = env.simulation.state.cells.blocks[0]
    for _ in range(400):
        rows = rng.integers(0, env.action_space("player_0").nvec, (players, 10))
        rows[:, 0], rows[:, 8] = 1, rng.integers(5, 8, players)
        step(env, *rows)
        laid = sum(blocks[cell // LAYERS, cell % LAYERS] == BLOCK["planks"] for cell in channel)
        assert env.scenario.stock[0].sum() + laid == players * Bridge().share(players)
    env.close()


def lone_run(along_first):
    """A script: stand on the near plate, then run for the gate as fast as one can."""

    def script(bot, game):
        x, y, z = game.point(0, 2, 1).tolist()
        yield from go_to(bot, (x, y, z), within=0.3, limit=60)
        yield Action(SNEAK)
        for along in along_first:
            goal = tuple(game.point(0, along, game.layout.side + 1).tolist())
            run = go_to(bot, goal, within=0.4, limit=80, sprint=True)
            for action in for_ticks(bot, run, 80):
                leap = JUMP if bot.tick % 12 == 0 and action.buttons & FORWARD else 0
                yield Action(action.buttons | leap | SPRINT, action.pitch, action.yaw)

    return script


@pytest.mark.parametrize("players", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_one_alone_does_not_get_across(players, seed, monkeypatch):
    """Not even over a whole bridge, and with all the tricks of the script."""
    build = Bridge.make

    def bridged(config, simulation):
        rules = build(config, simulation)
        reset = rules.reset

        def reset_with_bridge(w):
            reset(w)
            for row in range(6):
                cell = rules.cell(w, NEAR + row, rules.layout.side + 1, -1)
                simulation.set_block(w, cell, "planks")

        rules.reset = reset_with_bridge
        return rules

    monkeypatch.setattr(Bridge, "make", bridged)
    who = ["script"] + ["idle"] * (players - 1)
    for script in (None, lone_run((NEAR - 1, NEAR + 5, NEAR + 8))):
        match = play(
            Bridge(), players, seed, who, script=script, planet="flat", size=32, max_cycles=400
        )
        assert match.parts["across"].sum() == 0.0 and not match.ended


@pytest.mark.parametrize("planet", ["flat", "normal"])
@pytest.mark.parametrize("players", [2, 5])
def test_scripts_get_across_together(planet, players):
    for seed in range(3):
        match = play("bridge", players, seed, planet=planet, size=32)
        assert match.ended and (match.parts["across"] == 3.0).all()
        assert match.returns.mean() > 9.0


def test_the_blind_can_learn_where_the_reward_is():
    """Holding `use` while walking on earns more than either alone: a first thing to learn."""
    walk = IDLE + np.eye(10, dtype=int)[0]
    returns = {}
    for name, action in {"both": walk + USE - IDLE, "walk": walk, "use": USE}.items():
        env = make(2, 1)
        returns[name] = sum(step(env, action, action)[1][1]["player_0"] for _ in range(100))
        env.close()
    assert returns["both"] > max(returns["walk"], returns["use"]) + 0.3


def test_players_at_random_hardly_earn_anything():
    assert play("bridge", 2, 1, "random", planet="flat", size=32).returns.max() < 3.0


@pytest.mark.parametrize("options", [{"gap": 4}, {"spare": -1}, {"linger": 16}], ids=str)
def test_absurd_options_are_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        Bridge(**options)


def test_a_planet_without_room_is_refused():
    with pytest.raises(ConfigError, match="size 20 or more"):
        make(size=16)


def test_one_player_is_refused():
    with pytest.raises(ConfigError, match="2 to 32 players"):
        make(1)
