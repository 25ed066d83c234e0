"""A block goes against the face looked at, in reach, onto something, and never into a body."""

import pytest

from mpgenie.envs.planet.blocks import BLOCK

pytestmark = pytest.mark.laws


def builder(arena, players=1, ahead=2.5):
    world = arena(players=players)
    world.put(0, 0, ahead, 4.5)
    world.settle()
    world.look(0, 15.0)  # the ground falls away
    return world


def reasons(events):
    return [event["reason"] for event in events if event["kind"] == "block_place_fail"]


def test_a_block_goes_on_top_of_the_ground_looked_at(arena):
    world = builder(arena)
    world.look(0, 45.0)
    events = world.tick(p0="use")
    placed = [event for event in events if event["kind"] == "block_place"]
    assert len(placed) == 1 and placed[0]["block"] == "stone"
    assert world.block(placed[0]["cell"]) == "stone"
    assert world.hotbar()[BLOCK["stone"]] == 63


def test_a_block_goes_against_the_side_looked_at(arena):
    world = builder(arena)
    wall = world.cell(0, 5.5, 4.5, above=1)
    world.build(wall, "planks")
    beside = world.cell(0, 4.5, 4.5, above=1)
    events = world.tick(p0="use")
    assert [event["cell"] for event in events if event["kind"] == "block_place"] == [beside]


def test_holding_use_places_every_four_ticks(arena):
    world = builder(arena)
    world.look(0, 35.0)
    events = world.tick(9, p0="use")
    ticks = [event["tick"] for event in events if event["kind"].startswith("block_place")]
    assert [tick - ticks[0] for tick in ticks] == [0, 4, 8]


def test_no_block_goes_into_ones_own_body(arena):
    world = builder(arena)
    world.look(0, 90.0)
    assert reasons(world.tick(p0="use")) == ["inside_body"]


def test_no_block_goes_into_another_player_or_a_mob(arena):
    world = builder(arena, players=2)
    world.build(world.cell(0, 5.5, 4.5, above=1), "planks")
    world.put(1, 0, 4.5, 4.1)
    # The other one stands where the block would go, beside the line of sight.
    assert reasons(world.tick(p0="use")) == ["inside_body"]
    world.put(1, 2, 4.5, 4.5)
    world.sim.spawn_mob(0, "zombie", world.spot(world.blocks, 0, 4.5, 4.1))
    world.tick(4)
    assert reasons(world.tick(p0="use")) == ["inside_body"]


def test_a_torch_may_share_a_cell_with_a_body_but_hangs_from_no_ceiling(arena):
    world = builder(arena)
    world.look(0, 90.0)
    events = world.tick(p0="use hotbar.5")
    assert [event["kind"] for event in events] == ["block_place"]
    world.build(world.cell(0, 2.5, 4.5, above=2), "planks")
    world.look(0, -90.0)
    world.tick(4)
    assert reasons(world.tick(p0="use")) == ["no_support"]


def test_nothing_is_placed_in_thin_air(arena):
    world = builder(arena)
    world.look(0, -80.0)
    assert reasons(world.tick(p0="use")) == ["out_of_reach"]


def test_empty_hands_and_tools_are_not_placed(arena):
    world = builder(arena)
    world.look(0, 45.0)
    assert reasons(world.tick(p0="use hotbar.2")) == ["no_item"]
    world.tick()
    assert reasons(world.tick(p0="use hotbar.9")) == ["no_item"]


def test_a_block_replaces_water_but_not_a_torch(arena):
    world = builder(arena)
    wall = world.cell(0, 5.5, 4.5, above=1)
    world.build(wall, "planks")
    beside = world.cell(0, 4.5, 4.5, above=1)
    world.build(beside, "water")
    world.tick(p0="use")
    assert world.block(beside) == "stone"
    world.build(beside, "torch")
    world.tick(6)
    world.look(0, 5.0)
    world.tick(p0="use")
    assert world.block(beside) == "torch"


def test_a_placed_torch_lights_its_cell(arena):
    world = builder(arena)
    world.look(0, 45.0)
    (event,) = (e for e in world.tick(p0="use hotbar.5") if e["kind"] == "block_place")
    column, layer = divmod(event["cell"], 64)
    assert world.state.cells.light[0, column, layer] & 15 == 14


@pytest.mark.parametrize("face", range(6))
@pytest.mark.parametrize("edge", range(4))
def test_blocks_are_placed_across_every_edge(arena, face, edge):
    world = arena(players=1)
    a, b = {0: (6.5, 4.5), 1: (1.5, 4.5), 2: (4.5, 6.5), 3: (4.5, 1.5)}[edge]
    world.put(0, face, a, b, ahead="a" if edge < 2 else "b")
    world.state.players.heading[0, 0] *= -1.0 if edge % 2 else 1.0
    world.settle()
    a, b = {0: (8.5, 4.5), 1: (-0.5, 4.5), 2: (4.5, 8.5), 3: (4.5, -0.5)}[edge]
    beyond = world.cell(face, a, b, above=1)
    world.build(beyond, "planks")
    events = world.tick(p0="use")
    (cell,) = (event["cell"] for event in events if event["kind"] == "block_place")
    a, b = {0: (7.5, 4.5), 1: (0.5, 4.5), 2: (4.5, 7.5), 3: (4.5, 0.5)}[edge]
    assert cell // 64 == world.cell(face, a, b) // 64
    world.tick(160, p0="attack")
    assert world.block(cell) == "air"
