"""Gathering pays for ore that is mined and brought home, and points the way."""

import numpy as np
import pytest

from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.blocks import ITEM
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.scenarios.boulders import BASE_AIM, LAMP, ORE, ORE_AIM, was_laid
from mpgenie.envs.scenarios.gather import Gather
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)
MINE = IDLE + np.eye(10, dtype=int)[4]
WALK = IDLE + np.eye(10, dtype=int)[0]


@pytest.fixture(params=[1, 3], ids="players={}".format)
def env(request):
    env = parallel_env(
        Gather(ores=4), request.param, planet="flat", size=24, mobs=False, observe="state"
    )
    env.reset(seed=3)
    yield env
    env.close()


def everybody(env, action):
    results = env.step({agent: action for agent in env.agents})
    return results[1]["player_0"], results[4]["player_0"]["reward_parts"], results


def test_ore_and_base_are_laid(env):
    rules, cells = env._scenario, env.simulation.state.cells
    assert rules.left[0, 0] == 4 * 2 * len(env.agents)
    for cell in rules.ores[0, :, 0].astype(int):
        assert cells.blocks[0].reshape(-1)[cell] == ORE
    assert (cells.blocks[0] == LAMP).sum() >= 1
    assert cells.light[0].reshape(-1, LAYERS).max() > 0


def test_everybody_holds_a_pickaxe_and_looks_at_ore(env):
    players = env.simulation.state.players
    assert (players.hotbar_item[0, :, :8] == ITEM["diamond_pickaxe"]).all()
    assert (env._scenario.aiming == ORE_AIM).all()
    assert (env._scenario.distance < 4.0).all()


def test_holding_attack_mines_the_first_ore(env):
    total = {"mined": 0.0, "digging": 0.0}
    for _ in range(15):
        _, parts, _ = everybody(env, MINE)
        for name in total:
            total[name] += parts[name]
    assert total["mined"] >= 1.0
    assert total["digging"] == pytest.approx(0.3 * total["mined"], abs=0.3)


def test_starting_over_and_over_pays_far_less_than_finishing(env):
    def paid(actions):
        return sum(everybody(env, action)[0] for action in actions)

    assert 0 < paid(([MINE] * 5 + [IDLE]) * 4) < paid([MINE] * 13) / 2


def test_ore_in_the_hotbar_is_delivered_at_the_base(env):
    state, rules = env.simulation.state, env._scenario
    up = rules.base[0] / np.sqrt(rules.base[0] @ rules.base[0])
    players = state.players
    players.hotbar_item[0, 0, 8], players.hotbar_count[0, 0, 8] = ORE, 3
    players.position[0, 0] = rules.base[0] + up * 0.1
    left = rules.left[0, 0]
    _, parts, _ = everybody(env, IDLE)
    assert parts["delivered"] == 6.0
    assert players.hotbar_count[0, 0, 8] == 0 and rules.left[0, 0] == left - 3


def test_a_thrown_pickaxe_comes_back(env):
    drop = IDLE + np.eye(10, dtype=int)[6]
    for _ in range(5):
        everybody(env, drop)
        everybody(env, IDLE)
    players, items = env.simulation.state.players, env.simulation.state.items
    assert (players.hotbar_item[0, :, :8] == ITEM["diamond_pickaxe"]).all()
    assert not items.active.any()


def test_ore_that_somebody_placed_pays_nothing(env):
    for _ in range(14):
        everybody(env, MINE)
    cell = int(env._scenario.ores[0, 0, 0])
    env.simulation.set_block(0, env.simulation.geometry.size, "gold_ore")
    assert not was_laid(env._scenario.ores[0], env.simulation.geometry.size)
    assert was_laid(env._scenario.ores[0], cell) and not was_laid(env._scenario.ores[0], cell)


def test_the_aim_is_the_base_for_those_who_carry(env):
    players = env.simulation.state.players
    players.hotbar_item[0, 0, 8], players.hotbar_count[0, 0, 8] = ORE, 1
    players.position[0, 0] *= 1.0
    env._scenario.base[:] = -env._scenario.base  # far away
    _, parts, _ = everybody(env, IDLE)
    assert env._scenario.aiming[0, 0] == BASE_AIM and parts["approach"] == 0.0


def test_walking_to_ore_and_back_pays_nothing(env):
    """The shaping telescopes: what is paid on the way is taken back on the return."""
    back = IDLE + 2 * np.eye(10, dtype=int)[0]
    start = env._scenario.distance[0, 0]
    paid = sum(everybody(env, action)[1]["approach"] for action in [back] * 10 + [WALK] * 5)
    assert paid == pytest.approx(0.05 * (start - env._scenario.distance[0, 0]))


def test_the_episode_ends_when_all_is_delivered(env):
    env._scenario.left[0, 0] = 1
    state, rules = env.simulation.state, env._scenario
    state.players.hotbar_item[0, 0, 8], state.players.hotbar_count[0, 0, 8] = ORE, 1
    state.players.position[0, 0] = rules.base[0] * 1.001
    _, _, results = everybody(env, IDLE)
    assert all(results[2].values()) and not any(results[3].values()) and env.agents == []


@pytest.mark.parametrize("options", [{"ores": 0}, {"ores": 17}, {"ring": (0, 5)}, {"ring": (9, 5)}])
def test_absurd_options_are_refused(options):
    with pytest.raises(ConfigError):
        Gather(**options)


def test_the_blind_can_learn_where_the_reward_is():
    """Holding attack earns more than doing nothing or moving at random: a first thing to learn."""
    returns = {}
    for name in ("mine", "idle"):
        env = parallel_env("gather", 1, planet="flat", size=24, mobs=False, observe="state")
        env.reset(seed=1)
        action = {"mine": MINE, "idle": IDLE}[name]
        returns[name] = sum(everybody(env, action)[0] for _ in range(60))
        env.close()
    assert returns["mine"] > returns["idle"] + 0.5
