"""Players move as in Minecraft, on a ball: walking, jumping, sneaking, swimming, falling."""

import numpy as np
import pytest

from mpgenie.envs.planet.exact import PI
from mpgenie.envs.planet.geometry import position_of
from mpgenie.envs.simulation.bodies import TOP_SPEED
from mpgenie.envs.simulation.movement import SNEAKING, SPRINTING, WALK

pytestmark = pytest.mark.laws


def angle_between(here, there):
    """Exact also where the angle is tiny."""
    cross, dot = np.linalg.norm(np.cross(here, there)), float(here @ there)
    return float(np.arctan2(cross, dot))


@pytest.mark.parametrize(
    ("buttons", "speed"),
    [
        ("forward", 4.317),
        ("back", 4.317),
        ("left forward", 4.317),
        ("forward sprint", 5.612),
        ("back sprint", 4.317),
        ("right", 4.317),
        ("forward sneak sprint", 1.295),
    ],
)
def test_level_ground_is_walked_at_the_stated_speed(arena, buttons, speed):
    world = arena(players=1)
    world.settle()
    world.tick(30, p0=buttons)
    before = world.position()
    world.tick(p0=buttons)
    walked = angle_between(before, world.position()) * np.linalg.norm(before)
    assert walked * 20 == pytest.approx(speed, rel=1e-6)


def test_opposite_buttons_stand_still(arena):
    world = arena(players=1)
    world.settle()
    before = world.position()
    world.tick(5, p0="forward back left right")
    assert np.array_equal(before, world.position())


def test_a_jump_reaches_a_metre_and_a_quarter(arena):
    world = arena(players=1)
    world.settle()
    ground, top = world.height(), 0.0
    events = world.tick(p0="jump")
    for _ in range(14):
        top = max(top, world.height() - ground)
        events += world.tick()
    assert top == pytest.approx(1.2522, abs=1e-3)
    assert world.height() == pytest.approx(ground, abs=1e-5)
    assert [event["kind"] for event in events] == ["jump", "land"]


def test_a_step_of_one_block_takes_a_jump(arena):
    world = arena(players=1)
    world.put(0, 0, 2.5, 4.5)
    for a in (4.5, 5.5, 6.5, 7.5):
        for b in range(8):
            world.build(world.cell(0, a, b + 0.5))
    world.settle()
    ground = world.height()
    world.tick(20, p0="forward")
    assert world.height() == pytest.approx(ground, abs=1e-5)
    world.tick(8, p0="forward jump")
    world.tick(10, p0="forward")
    assert world.height() == pytest.approx(ground + 1.0, abs=1e-5)


def test_walking_around_the_planet_returns_home(arena):
    world = arena(players=1)
    world.settle()
    home, heading = world.position(), world.state.players.heading[0, 0].copy()
    world.tick(20, p0="forward")
    before = world.position()
    world.tick(p0="forward")
    step = angle_between(before, world.position())
    # The rest of the way round, to the nearest tick.
    gone = angle_between(home, world.position())
    world.tick(round((2 * PI - gone) / step), p0="forward")
    assert angle_between(home, world.position()) <= 0.51 * step
    assert world.state.players.heading[0, 0] @ heading > 0.999
    axis = np.cross(home, heading)
    assert abs(world.position() @ axis) / np.linalg.norm(axis) < 1e-3, "it left the great circle"


def test_heading_stays_a_unit_tangent(arena, ticks):
    world = arena(players=1)
    world.camera[0, 0] = (0.3, 5.0)
    world.tick(ticks(2000), p0="forward sprint jump")
    feet, heading = world.position(), world.state.players.heading[0, 0]
    assert abs(np.linalg.norm(heading) - 1.0) < 1e-12
    assert abs(feet @ heading) < 1e-9


def test_the_camera_turns_right_and_down_and_is_cut(arena):
    world = arena(players=1)
    world.settle()
    up = world.position() / np.linalg.norm(world.position())
    ahead = world.state.players.heading[0, 0].copy()
    world.camera[0, 0] = (90.0, 90.0)
    world.tick()
    assert world.state.players.camera[0, 0] == pytest.approx([8.594, 8.594])
    assert world.state.players.pitch[0, 0] == pytest.approx(8.594)
    right = np.cross(ahead, up)
    turned = world.state.players.heading[0, 0]
    assert np.degrees(np.arctan2(turned @ right, turned @ ahead)) == pytest.approx(8.594, abs=1e-5)
    world.tick(30)
    assert world.state.players.pitch[0, 0] == 90.0


@pytest.mark.parametrize("direction", ["forward", "back", "left", "right", "forward left"])
def test_sneaking_never_leaves_a_pillar(arena, ticks, direction):
    world = arena(players=1)
    for above in range(4):
        world.build(world.cell(0, 4.5, 4.5), "stone")
        assert above >= 0
    world.put(0, 0, 4.5, 4.5)
    world.settle()
    top = world.height()
    for turn in range(6):
        world.camera[0, 0, 1] = turn
        world.tick(ticks(60), p0=f"{direction} sneak")
    assert world.height() == pytest.approx(top, abs=1e-5)
    world.camera[:] = 0
    world.tick(40, p0=direction)
    assert world.height() < top - 3.0, "without sneaking one falls"


def test_a_long_fall_hurts_and_a_short_one_does_not(arena):
    world = arena(players=1)
    world.put(0, 0, 4.5, 4.5, above=2.9)
    world.tick(30)
    assert world.state.players.health[0, 0] == 20
    world.put(0, 0, 4.5, 4.5, above=10.0)
    events = world.tick(60)
    assert world.state.players.health[0, 0] == 20 - 7
    kinds = [event["kind"] for event in events]
    assert kinds == ["land", "hurt"]


def test_a_rule_can_make_falls_harmless(arena):
    world = arena(players=1, fall_damage=False)
    world.put(0, 0, 4.5, 4.5, above=20.0)
    world.tick(80)
    assert world.state.players.health[0, 0] == 20


def pool(world):
    """A hole three deep, full of water, in the middle of face 0."""
    for a in range(2, 6):
        for b in range(2, 6):
            column = world.cell(0, a + 0.5, b + 0.5) // 64
            ground = world.cell(0, a + 0.5, b + 0.5) % 64
            for layer in range(ground - 3, ground):
                world.build(column * 64 + layer, "water")


def test_a_swimmer_floats_and_climbs_out(arena):
    world = arena(players=1)
    shore = world.cell(0, 1.5, 4.5) % 64
    pool(world)
    world.sim.teleport(0, 0, np.array(position_of(world.geometry, 0, 4.5, 4.5, shore - 2.0)))
    events = world.tick(60, p0="jump")
    assert world.height() > shore - 1.0
    assert {"enter_water"} <= {event["kind"] for event in events}
    world.put(0, 0, 1.5, 4.5)
    world.sim.teleport(
        0, 0, np.array(position_of(world.geometry, 0, 4.0, 4.0, shore - 1.5)),
        -world.geometry.axes[0, 1],
    )  # fmt: skip
    world.tick(90, p0="forward jump")
    assert not world.state.players.in_water[0, 0]


def test_nobody_moves_faster_than_allowed(arena, ticks):
    rng = np.random.default_rng(3)
    world = arena(players=4, size=8)
    fastest = 0.0
    for _ in range(ticks(1500)):
        world.buttons[:] = rng.integers(0, 2**20, (1, 4))
        world.camera[:] = rng.normal(0, 5, (1, 4, 2))
        before = world.state.players.position[0].copy()
        alive = world.state.players.alive[0].copy()
        world.sim.step(world.buttons, world.camera, world.message)
        moved = np.linalg.norm(world.state.players.position[0] - before, axis=1)
        moved = moved[alive & world.state.players.alive[0]]
        fastest = max([fastest, *moved])
    assert fastest < TOP_SPEED


def test_legs_alone_never_beat_the_sprint(arena, ticks):
    rng = np.random.default_rng(4)
    world = arena(players=1)
    for _ in range(ticks(1000)):
        world.buttons[:] = rng.integers(0, 2**8, (1, 1)) & ~1  # no digging
        world.camera[:] = rng.normal(0, 5, (1, 1, 2))
        before = world.position()
        world.sim.step(world.buttons, world.camera, world.message)
        walked = angle_between(before, world.position()) * np.linalg.norm(before)
        assert walked <= SPRINTING * (1 + 1e-9)
    assert SNEAKING < WALK < SPRINTING


def test_bodies_push_each_other_apart_and_keep_their_momentum(arena):
    from mpgenie.envs.simulation.crowd import gather_crowd, push_apart

    world = arena(players=3)
    for slot, shift in enumerate((0.0, 0.2, 0.35)):
        world.put(slot, 0, 4.0 + shift, 4.0)
    velocity, game = world.state.players.velocity, world.sim._game
    velocity[:] = np.random.default_rng(1).normal(0, 0.1, (1, 3, 3))
    before = velocity.sum(axis=1)
    gather_crowd(game, 0)
    push_apart(game, 0)
    assert np.allclose(velocity.sum(axis=1), before, atol=1e-15)
    velocity[:] = 0.0
    world.tick(80)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert np.linalg.norm(world.position(one) - world.position(other)) > 0.5


def test_bodies_in_one_place_part_too(arena):
    world = arena(players=2)
    world.put(0, 4, 4.0, 4.0)
    world.put(1, 4, 4.0, 4.0)
    world.tick(60)
    assert np.linalg.norm(world.position(0) - world.position(1)) > 0.5
