"""Plans are built, ores mined, lights set up and foes beaten, in the simulation itself."""

import pytest

from mpgenie.agents.bots.episodes.blueprint import laid_out, shared_out, spiral
from mpgenie.agents.bots.outcome import SUCCESS
from mpgenie.agents.bots.skills.build import build
from mpgenie.agents.bots.skills.dig_through import dig_through
from mpgenie.agents.bots.skills.fight import guard, spar
from mpgenie.agents.bots.skills.mine import dig_down, level_line, light_up, mine_ores
from mpgenie.agents.bots.vectors import towards, walked
from mpgenie.envs.planet.blocks import BLOCK


def stay(bot):
    return SUCCESS
    yield


def near(bot, metres):
    """A free cell on the ground, away from the partner."""
    way = towards(bot.feet_of(1), bot.feet)
    return bot.senses.footing(walked(bot.feet, way, metres))


@pytest.mark.parametrize("seed", range(4))
def test_a_wall_stands_as_planned(field, seed):
    here = field(seed=seed)
    cells = []

    def script(bot):
        wall = [(x, 0, y) for y in range(3) for x in range(4)]
        cells.extend(laid_out(bot.senses, near(bot, 3.0), wall))
        return (yield from build(bot, [(cell, "stone") for cell in cells]))

    play = here.run(script, stay)
    assert play.outcome == SUCCESS
    assert all(play.senses.block_name(cell) == "stone" for cell in cells)


def test_a_block_in_the_air_is_built_on_a_scaffold(field):
    def script(bot):
        cell = near(bot, 2.5) + 2
        outcome = yield from build(bot, [(cell, "stone")])
        assert bot.senses.block_name(cell) == "stone"
        return outcome

    assert field().run(script, stay).outcome == SUCCESS


def test_what_is_wrong_is_replaced(field):
    here = field()

    def script(bot):
        cell = near(bot, 2.5)
        here.sim.set_block(0, cell, "dirt")
        outcome = yield from build(bot, [(cell, "stone")])
        assert bot.senses.block_name(cell) == "stone"
        return outcome

    assert here.run(script, stay).outcome == SUCCESS


def test_ores_in_sight_are_mined(field):
    here = field()

    def script(bot):
        ores = [near(bot, 2.5), near(bot, 5.0)]
        for cell in ores:
            here.sim.set_block(0, cell, "coal_ore")
        yield from mine_ores(bot)
        assert [bot.senses.block(cell) for cell in ores] == [0, 0]
        return SUCCESS

    assert here.run(script, stay).outcome == SUCCESS
    assert "block_dig_done" in here.kinds()


def test_a_shaft_and_a_tunnel_are_dug(field):
    def script(bot):
        ground = bot.layer
        outcome = yield from dig_down(bot, 3)
        assert outcome, outcome
        assert bot.layer == pytest.approx(ground - 3, abs=0.01)
        start = bot.feet
        outcome = yield from dig_through(bot, level_line(bot, 0, 4, falling=1))
        assert bot.ground_distance(start) > 2.0
        assert bot.layer == pytest.approx(ground - 7, abs=0.01)
        return outcome

    assert field().run(script, stay).outcome == SUCCESS


def test_a_light_is_set_up(field):
    here = field()

    def script(bot):
        outcome = yield from light_up(bot)
        assert bot.count_of("torch") == 15
        return outcome

    assert here.run(script, stay).outcome == SUCCESS
    places = [event["block"] for event in here.events if event["kind"] == "block_place"]
    assert places == ["torch"]


def test_two_who_spar_both_hit(field):
    here = field()
    play = here.run(lambda bot: spar(bot, 1, 200), lambda bot: spar(bot, 0, 200))
    assert play.outcome == SUCCESS
    hits = {event["actor"] for event in here.events if event["kind"] == "hit"}
    assert len(hits) == 2


@pytest.mark.parametrize("kind", ["zombie", "spider", "skeleton", "husk"])
def test_a_guard_beats_a_mob_and_comes_back(field, kind):
    here = field()
    here.sim.give(0, 0, "iron_sword")

    def script(bot):
        post = bot.feet
        bot.senses.call_mob(kind, bot.senses.point_in(near(bot, 5.0)))
        outcome = yield from guard(bot, post)
        assert bot.distance(post) < 2.0
        return outcome

    assert here.run(script, stay).outcome == SUCCESS
    assert "mob_death" in here.kinds()


def test_shares_of_work_differ_by_one_block_at_most():
    cells = list(range(25))
    for parts in (1, 2, 3, 4, 7):
        shares = [shared_out(cells, part, parts) for part in range(parts)]
        assert sum(shares, []) == cells
        assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_spiral_goes_from_the_edge_to_the_middle():
    places = spiral(5)
    assert len(set(places)) == 25
    assert places[-1] == (2, 2)


def test_the_names_of_blocks_in_plans_exist():
    assert {"stone", "cobblestone", "planks", "bricks", "oak_log", "torch"} <= set(BLOCK)
