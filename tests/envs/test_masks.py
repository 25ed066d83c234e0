"""A masked action does no more than doing nothing does."""

import numpy as np
import pytest

from mpgenie.envs.masks import BLOCK, DEAD, EMPTY, TOOL, discrete_mask, raw_mask
from mpgenie.envs.planet.blocks import ITEM
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.simulation.state import Players

MEMORY = {"buttons", "camera", "use_wait"}
"""What the simulation remembers of the input itself."""


def state_of(env):
    """Every bit of the state but the memory of the input."""
    state = env.simulation.state
    parts = {
        f"players.{k}": v.copy() for k, v in state.players._asdict().items() if k not in MEMORY
    }
    parts |= {f"items.{k}": v.copy() for k, v in state.items._asdict().items()}
    parts["blocks"] = state.cells.hash.copy()
    return parts


def masked_actions(mask):
    """Doing nothing but one masked choice."""
    for component, allowed in enumerate(mask):
        for value in np.flatnonzero(allowed == 0):
            action = np.array(NO_OP)
            action[component] = value
            yield action


@pytest.mark.parametrize("hand", ["empty", "tool", "block", "dead"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_masked_action_does_nothing(make, hand, seed):
    env = make()
    _, infos = env.reset(seed=seed)
    rng = np.random.default_rng(seed)
    for _ in range(10):
        env.step(
            {agent: rng.integers(0, [3, 3, 2, 3, 2, 2, 2, 10, 11, 11]) for agent in env.agents}
        )
    players = env.simulation.state.players
    players.held[0, 0] = 2
    item = {"empty": 0, "tool": ITEM["diamond_axe"], "block": ITEM["stone"], "dead": 0}[hand]
    players.hotbar_item[0, 0, 2], players.hotbar_count[0, 0, 2] = item, min(item, 5)
    if hand == "dead":
        players.alive[0, 0], players.health[0, 0], players.respawn_wait[0, 0] = False, 0, 30
    saved = env.snapshot()
    _, infos = env.restore(saved)
    idle = np.array(NO_OP)
    env.step({"player_0": idle, "player_1": idle})
    expected = state_of(env)
    count = 0
    for action in masked_actions(infos["player_0"]["action_mask"]):
        env.restore(saved)
        env.step({"player_0": action, "player_1": idle})
        for name, value in state_of(env).items():
            np.testing.assert_array_equal(value, expected[name], err_msg=f"{action}: {name}")
        count += 1
    assert count >= {"empty": 3, "tool": 2, "block": 1, "dead": 20}[hand]


@pytest.mark.parametrize("grip", [DEAD, EMPTY, TOOL, BLOCK])
@pytest.mark.parametrize("messages", [0, 3])
def test_doing_nothing_is_never_masked(grip, messages):
    mask = discrete_mask(grip, 4, messages)
    assert all(mask[component][value] for component, value in enumerate(NO_OP))
    assert len(mask) == 10 + bool(messages)


@pytest.mark.parametrize("grip", [DEAD, EMPTY, TOOL, BLOCK])
@pytest.mark.parametrize("messages", [0, 3])
@pytest.mark.parametrize("mode", ["discrete", "raw"])
def test_spaces_sample_by_the_masks(make, grip, messages, mode):
    env = make(messages=messages, action_mode=mode)
    mask = (discrete_mask if mode == "discrete" else raw_mask)(grip, 4, messages)
    space = env.action_space("player_0")
    for _ in range(20):
        assert space.contains(space.sample(mask))


def test_masks_are_shared_and_cannot_be_changed():
    mask = discrete_mask(EMPTY, 1, 0)
    assert mask is discrete_mask(EMPTY, 1, 0)
    with pytest.raises(ValueError, match="read-only"):
        mask[0][0] = 0


def test_the_memory_of_the_input_is_a_part_of_the_state():
    assert set(Players._fields) >= MEMORY
