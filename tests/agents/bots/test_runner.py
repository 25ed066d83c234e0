"""Scripts run in lock-step, meet in time, and can neither hang nor hurt each other."""

import numpy as np
import pytest

from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.agents.bots.episodes.episode import stage
from mpgenie.agents.bots.outcome import SUCCESS, Outcome
from mpgenie.agents.bots.runner import Play, run_plays
from mpgenie.agents.bots.skills.look import wait
from mpgenie.agents.policy import IDLE


def test_each_script_takes_one_tick_for_each_action(field):
    play = field().run(lambda bot: wait(bot, 7), lambda bot: wait(bot, 12))
    assert play.outcome == SUCCESS
    assert play.ticks == 12


def test_those_who_meet_go_on_in_the_same_tick(field):
    passed = {}

    def script(ticks):
        def go(bot):
            yield from wait(bot, ticks)
            yield from bot.meet("there")
            passed[bot.slot] = bot.tick
            return SUCCESS

        return go

    field(players=3).run(script(30), script(0), script(11))
    assert len(set(passed.values())) == 1


def test_a_meeting_that_nobody_comes_to_fails_in_time(field):
    def alone(bot):
        return (yield from bot.meet("there", limit=20))

    play = field().run(alone, lambda bot: wait(bot, 100))
    assert play.outcomes[0].status == "failed"
    assert "nobody came" in play.outcomes[0].reason


def test_a_meeting_ends_when_another_has_gone(field):
    def alone(bot):
        return (yield from bot.meet("there", limit=500))

    play = field().run(alone, lambda bot: wait(bot, 10))
    assert play.ticks < 20
    assert "gone" in play.outcomes[0].reason


def test_an_error_ends_the_episode_and_closes_the_other_scripts(field):
    closed = []

    def careful(bot):
        try:
            yield from wait(bot, 1_000)
        finally:
            closed.append(bot.tick)
        return SUCCESS

    def clumsy(bot):
        yield from wait(bot, 5)
        raise RuntimeError("tripped")

    play = field().run(careful, clumsy)
    assert play.outcome == Outcome("crashed", "RuntimeError: tripped")
    assert len(closed) == 1


def test_nothing_goes_on_beyond_the_limit(field):
    def forever(bot):
        while True:
            yield IDLE

    play = field().run(forever, forever, limit=50)
    assert play.outcome.status == "timeout"
    assert play.ticks == 50


def test_a_letter_arrives_in_the_next_tick_whoever_is_first(field):
    read = {}

    def writer(bot):
        bot.send(1 - bot.slot, "hello", bot.tick)
        for _ in range(3):
            yield IDLE
            letter = bot.read("hello")
            if letter is not None:
                read[bot.slot] = bot.tick - letter
        return SUCCESS

    field().run(writer, writer)
    assert read == {0: 1, 1: 1}


def test_worlds_side_by_side_play_what_each_plays_alone(field):
    def hashes(worlds):
        here = field(worlds=len(worlds), kind="normal")
        plays = [
            stage(here.sim, w, EPISODES["chase"], seed, planet=here.planet)
            for w, seed in enumerate(worlds)
        ]
        run_plays_for(here.sim, plays, 110)
        return [here.sim.state_hash(w) for w in range(len(worlds))]

    assert hashes([1, 2]) == hashes([1]) + hashes([2])


def run_plays_for(sim, plays, ticks):
    buttons = np.zeros((sim.worlds, sim.players), np.uint32)
    camera = np.zeros((sim.worlds, sim.players, 2), np.float32)
    message = np.zeros((sim.worlds, sim.players), np.uint8)
    for _ in range(ticks):
        for play in plays:
            assert play.act(buttons, camera, message)
        sim.step(buttons, camera, message)


def test_a_world_that_has_ended_stands_still_while_others_go_on(field):
    here = field(worlds=2)
    plays = [
        Play(here.sim, 0, {0: lambda bot: wait(bot, 3)}),
        Play(here.sim, 1, {0: lambda bot: wait(bot, 30)}),
    ]
    run_plays(here.sim, plays)
    assert [play.ticks for play in plays] == [3, 30]


@pytest.mark.parametrize("name", sorted(EPISODES))
def test_the_same_seed_plays_the_same_episode(field, name):
    def final():
        here = field("normal")
        play = here.play(EPISODES[name], 4)
        return here.sim.state_hash(0), play.ticks, [p.end for p in play.crew.phases]

    assert final() == final()
