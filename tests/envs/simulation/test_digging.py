"""Mining takes the table's time and yields exactly what was there."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK, BLOCKS, ITEM, TABLE

pytestmark = pytest.mark.laws


def in_front(arena, block, **rules):
    """A player who looks at a block of a kind, two cells ahead and one up."""
    world = arena(players=1, **rules)
    world.put(0, 0, 2.5, 4.5)
    world.settle()
    cell = world.cell(0, 4.5, 4.5, above=1)
    world.build(cell, block)
    return world, cell


def hold(world, item):
    players = world.state.players
    players.hotbar_item[0, 0, :] = 0
    players.hotbar_count[0, 0, :] = 0
    if item:
        players.hotbar_item[0, 0, 0], players.hotbar_count[0, 0, 0] = ITEM[item], 1


@pytest.mark.parametrize("item", ["", "diamond_pickaxe", "diamond_shovel", "diamond_axe"])
@pytest.mark.parametrize("block", ["stone", "dirt", "oak_log", "torch", "glass"])
def test_mining_takes_the_ticks_of_the_table(arena, block, item):
    world, cell = in_front(arena, block)
    hold(world, item)
    if block == "torch":
        world.look(0, 5.0)
    needed = int(TABLE.dig_ticks[BLOCK[block], ITEM[item] if item else 0])
    events = world.tick(needed - 1, p0="attack")
    assert world.block(cell) == block
    events += world.tick(p0="attack")
    assert world.block(cell) == "air"
    assert [event["kind"] for event in events] == ["block_dig_start", "block_dig_done"]
    assert events[-1]["cell"] == cell and events[-1]["block"] == block


def test_letting_go_or_looking_away_starts_again(arena):
    world, cell = in_front(arena, "stone")
    world.tick(5, p0="attack")
    events = world.tick()
    assert [event["kind"] for event in events] == ["block_dig_abort"]
    assert events[0]["value"] == 5, "ticks"
    world.tick(5, p0="attack")
    world.look(0, -80.0)
    events = world.tick(p0="attack")
    assert [event["kind"] for event in events] == ["block_dig_abort"]
    assert world.state.players.dig_cell[0, 0] == -1
    assert world.block(cell) == "stone"


def test_another_tool_starts_again(arena):
    world, cell = in_front(arena, "stone")
    players = world.state.players
    fast = int(TABLE.dig_ticks[BLOCK["stone"], ITEM["diamond_pickaxe"]])
    world.tick(20, p0="attack")  # with a block of stone in hand
    world.tick(p0="attack hotbar.2")
    assert players.dig_ticks[0, 0] == 1
    world.tick(fast - 1, p0="attack")
    assert world.block(cell) == "air"


def test_bedrock_and_water_do_not_give_way(arena):
    for block in ("bedrock", "water"):
        world, cell = in_front(arena, block)
        events = world.tick(40, p0="attack")
        assert world.block(cell) == block
        assert not [event for event in events if event["cell"] == cell]


def test_what_is_out_of_reach_stays(arena):
    world = arena(players=1, size=16)
    world.put(0, 0, 2.5, 8.5)
    world.settle()
    world.look(0, 12.0)  # the ground falls away
    far, near = world.cell(0, 8.5, 8.5, above=1), world.cell(0, 6.5, 8.5, above=1)
    world.build(far)
    world.tick(200, p0="attack")
    assert world.block(far) == "stone"
    world.build(near)
    world.tick(200, p0="attack")
    assert world.block(near) == "air"


def test_mined_blocks_are_picked_up(arena):
    world, _ = in_front(arena, "stone")
    hold(world, "diamond_pickaxe")
    world.tick(40, p0="attack")
    dropped = world.state.items
    assert dropped.active[0].sum() == 1
    assert dropped.item[0, dropped.active[0]].tolist() == [BLOCK["cobblestone"]]
    world.tick(25, p0="forward")
    assert world.hotbar()[BLOCK["cobblestone"]] == 1
    assert not world.state.items.active.any()


def test_every_minable_block_has_a_time_and_a_drop():
    for number, block in enumerate(BLOCKS):
        minable = block.hardness != float("inf") and block.name != "air"
        assert (TABLE.dig_ticks[number] > 0).all() == minable
        assert not minable or TABLE.drops[number] > 0
    assert np.all(TABLE.dig_ticks[BLOCK["bedrock"]] == -1)
