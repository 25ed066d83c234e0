"""What hands do truly happens: blocks are placed and mined, towers stood on, bridges crossed."""

import pytest

from mpgenie.agents.bots.aim import faces_for
from mpgenie.agents.bots.outcome import SUCCESS
from mpgenie.agents.bots.skills.hands import dig, equip, hand_over, place, receive
from mpgenie.agents.bots.skills.heights import bridge, pillar_up
from mpgenie.agents.bots.vectors import towards, walked

SEEDS = range(4)


def stay(bot):
    return SUCCESS
    yield


def ahead_of(bot, metres, above=0):
    """A cell over the ground some metres towards the partner."""
    point = walked(bot.feet, towards(bot.feet, bot.feet_of(1 - bot.slot)), metres)
    return bot.senses.footing(point) + above


@pytest.mark.parametrize("kind", ["flat", "normal"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_block_is_placed_and_mined_again(field, kind, seed):
    here = field(kind, seed=seed)

    def script(bot):
        spots = (ahead_of(bot, metres) for metres in (2.0, 2.5, 3.0, 1.5))
        cell = next(cell for cell in spots if faces_for(bot, cell))
        outcome = yield from place(bot, cell, "stone")
        assert outcome, outcome
        assert bot.senses.block_name(cell) == "stone"
        outcome = yield from dig(bot, cell)
        assert outcome, outcome
        assert bot.senses.block_name(cell) == "air"
        return outcome

    assert here.run(script, stay).outcome == SUCCESS
    assert {"block_place", "block_dig_done"} <= here.kinds()


def test_the_best_tool_is_used(field):
    here = field()

    def script(bot):
        yield from dig(bot, ahead_of(bot, 2.0) - 1)
        return SUCCESS

    play = here.run(script, stay)
    bot = play.bots["player_0"]
    assert bot.hotbar()[bot.held][0] == "diamond_shovel"


def test_a_block_in_the_air_has_no_face_to_build_on(field):
    def script(bot):
        return (yield from place(bot, ahead_of(bot, 2.5, above=2), "stone"))

    assert "no face" in field().run(script, stay).outcome.reason


def test_nobody_is_walled_in(field):
    def script(bot):
        return (yield from place(bot, bot.cell, "stone"))

    assert "stands there" in field().run(script, stay).outcome.reason


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tower_of_eight_is_stood_on(field, seed):
    def script(bot):
        ground = bot.layer
        outcome = yield from pillar_up(bot, 8, "stone")
        assert bot.layer == pytest.approx(ground + 8, abs=0.01)
        assert bot.on_ground
        return outcome

    assert field(seed=seed).run(script, stay).outcome == SUCCESS


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bridge_is_crossed(field, seed):
    here = field(seed=seed)

    def script(bot):
        yield from pillar_up(bot, 4, "stone")
        goal = walked(bot.feet, towards(bot.feet, bot.feet_of(1)), 6.0)
        height = bot.layer
        outcome = yield from bridge(bot, goal, "stone")
        assert bot.layer == pytest.approx(height, abs=0.01)
        assert bot.ground_distance(goal) <= 1.0
        return outcome

    assert here.run(script, stay).outcome == SUCCESS


def test_things_change_hands(field):
    here = field()

    def taker(bot):
        before = bot.count_of("torch")
        outcome = yield from receive(bot, "torch", 2)
        assert bot.count_of("torch") == before + 2
        return outcome

    assert here.run(lambda bot: hand_over(bot, 1, "torch", 2), taker).outcome == SUCCESS


def test_what_is_not_carried_cannot_be_taken_in_hand(field):
    play = field().run(lambda bot: equip(bot, "bricks"), stay)
    assert play.outcomes[0].status == "failed"
