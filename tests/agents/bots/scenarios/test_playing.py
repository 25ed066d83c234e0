"""Scripted players play every scenario that has a script, by its rules, and better than chance."""

import numpy as np
import pytest

from mpgenie.agents.bots.outcome import SUCCESS
from mpgenie.agents.bots.scenarios import SCRIPTS, play, script_of
from mpgenie.agents.bots.skills.look import wait
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.errors import ConfigError

SMALL = {"planet": "flat", "size": 32}


def test_every_scenario_has_a_script():
    assert set(SCRIPTS) == set(SCENARIOS)


def test_a_scenario_without_one_is_told_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'gather'"):
        script_of("gather_")


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("who", ["script", "random", "idle"])
def test_parts_add_up_and_a_match_repeats(name, who):
    first, again = (play(name, 3, 5, who, max_cycles=80, **SMALL) for _ in range(2))
    np.testing.assert_array_equal(first.returns, again.returns)
    total = sum(first.parts.values(), np.zeros(3))
    np.testing.assert_allclose(total, first.returns, atol=1e-9)
    assert first.ticks == 80 or first.ended


@pytest.mark.parametrize("mode", ["discrete", "raw"])
def test_scripts_play_with_either_kind_of_action(mode):
    match = play("gather", 1, 2, max_cycles=150, action_mode=mode, **SMALL)
    assert match.parts["mined"][0] >= 1.0


def test_each_slot_may_be_played_by_another():
    match = play("gather", 3, 4, ["script", "random", "idle"], max_cycles=200, **SMALL)
    assert match.returns.argmax() == 0
    assert match.returns[2] == 0.0


def test_a_script_begins_anew_when_it_ends():
    begun = []

    def short(bot, game):
        begun.append(bot.tick)
        yield from wait(bot, 9)
        return SUCCESS

    play("free_play", 1, script=short, max_cycles=30, **SMALL)
    assert begun == [0, 9, 18, 27]


def test_a_script_that_does_nothing_stands_still():
    def nothing(bot, game):
        return SUCCESS
        yield

    assert play("free_play", 2, script=nothing, max_cycles=20, **SMALL).ticks == 20


def test_errors_of_scripts_come_out():
    def broken(bot, game):
        yield from wait(bot, 3)
        raise RuntimeError("no idea")

    with pytest.raises(RuntimeError, match="no idea"):
        play("free_play", 2, script=broken, max_cycles=20, **SMALL)


@pytest.mark.parametrize("who", ["scripted", ["script"], ["script", "nobody"]])
def test_who_plays_must_be_known(who):
    with pytest.raises(ConfigError, match="who plays"):
        play("tag", 2, 0, who, **SMALL)


def test_tag_is_passed_on_by_scripts():
    touches = [play("tag", 3, seed, **SMALL).parts["touch"].sum() for seed in range(3)]
    assert sum(touches) >= 3


def test_gatherers_bring_much_more_than_chance():
    scripted = np.mean([play("gather", 2, seed, **SMALL).returns for seed in range(2)])
    random = np.mean([play("gather", 2, seed, "random", **SMALL).returns for seed in range(2)])
    assert scripted > random + 10.0
