"""Bots get where they want to, in every kind of land, and say so when they cannot."""

import pytest

from mpgenie.agents.bots.outcome import SUCCESS
from mpgenie.agents.bots.skills.heights import pillar_up
from mpgenie.agents.bots.skills.look import look_at, look_away
from mpgenie.agents.bots.skills.travel import flee, follow
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import towards, walked


def stay(bot):
    return SUCCESS
    yield


@pytest.mark.parametrize("kind", ["flat", "normal"])
@pytest.mark.parametrize("seed", range(5))
def test_a_bot_walks_to_its_partner(field, kind, seed):
    here = field(kind, seed=seed)

    def visit(bot):
        outcome = yield from go_to(bot, bot.feet_of(1), within=1.2)
        assert bot.distance(bot.feet_of(1)) <= 1.2
        return outcome

    assert here.run(visit, stay).outcome == SUCCESS


def test_sprinting_is_faster_than_walking(field):
    def travel(sprint):
        def script(bot):
            goal = walked(bot.feet, towards(bot.feet, bot.feet_of(1)), 20.0)
            return (yield from go_to(bot, goal, sprint=sprint))

        return script

    assert field().run(travel(True), stay).ticks < 0.9 * field().run(travel(False), stay).ticks


def test_a_bot_goes_around_a_wall(field):
    here = field()

    def script(bot):
        senses, goal = bot.senses, bot.feet_of(1)
        ahead = senses.cell_of(walked(bot.feet, towards(bot.feet, goal), 4.0))
        wall = [ahead]
        for direction in ((0, 2), (1, 3)):
            cell = ahead
            for k in range(8):
                cell = senses.beside(cell, direction[k % 2])
                wall.append(cell)
        for cell in wall:
            for layer in range(4):
                here.sim.set_block(0, cell + layer, "stone")
        return (yield from go_to(bot, goal, within=1.2))

    assert here.run(script, stay).outcome == SUCCESS


def test_a_walled_in_bot_gives_up_in_time(field):
    here = field()

    def script(bot):
        for direction in range(4):
            for layer in range(3):
                here.sim.set_block(0, bot.senses.beside(bot.cell, direction) + layer, "stone")
        return (yield from go_to(bot, bot.feet_of(1), limit=100))

    play = here.run(script, stay)
    assert play.outcome.status == "failed"
    assert play.ticks <= 110


def test_eyes_find_a_head_and_lose_it_again(field):
    def script(bot):
        yield from look_at(bot, bot.eye_of(1))
        pitch, yaw = bot.turn_to(bot.eye_of(1))
        assert abs(pitch) < 1.0 and abs(yaw) < 1.0
        yield from look_away(bot, bot.eye_of(1))
        assert abs(bot.turn_to(bot.eye_of(1))[1]) > 80.0
        return SUCCESS

    assert field().run(script, stay).outcome == SUCCESS


def test_one_who_follows_somebody_out_of_reach_goes_on_until_the_end(field):
    here = field()

    def climber(bot):
        return (yield from pillar_up(bot, 6, "stone"))

    play = here.run(lambda bot: follow(bot, 1, 300, 1.0), climber, limit=400)
    assert play.outcome == SUCCESS
    assert play.ticks == 300


def test_a_follower_stays_near_and_a_runner_gets_away(field):
    ends = {}

    def runner(bot):
        yield from flee(bot, [1], 160)
        ends["runner"] = bot.distance(bot.feet_of(1))
        return SUCCESS

    def stroller(bot):
        return (yield from flee(bot, [1], 160, sprint=False))

    def follower(bot):
        outcome = yield from follow(bot, 0, 160, sprint=True)
        ends["follower"] = bot.distance(bot.feet_of(0))
        return outcome

    assert field().run(runner, lambda bot: follow(bot, 0, 160)).outcome == SUCCESS
    assert ends["runner"] > 8.0
    assert field().run(stroller, follower).outcome == SUCCESS
    assert ends["follower"] < 6.0
