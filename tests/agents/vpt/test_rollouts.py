"""Whoever plays, rollouts are of the same held-out worlds, and count what the game pays."""

import pytest

from mpgenie.agents.bots.scenarios.playing import action_for
from mpgenie.agents.training.player import trained
from mpgenie.agents.vpt.rollouts import ByChance, ByPolicy, ByScript, roll_out, seeds_of
from mpgenie.envs.parallel import parallel_env

GAME = {
    "scenario": "gather", "players": 2, "planet": "flat", "size": 48, "mobs": False,
    "max_cycles": 60,
}  # fmt: skip


def test_seeds_are_odd_and_follow_from_their_number():
    assert seeds_of(3, 5)[:2] == seeds_of(3, 2) != seeds_of(4, 2)
    assert all(seed % 2 for seed in seeds_of(0, 20)) and len(set(seeds_of(0, 20))) == 20


def test_scores_are_what_the_game_pays_a_player():
    seen = []
    played = roll_out(ByScript(), GAME, [11], on_tick=lambda envs: seen.append(envs[0].cycle))
    assert seen == list(range(60)) and played[0].ticks == 60
    env = parallel_env(**GAME, action_mode="raw", observe="proprio")
    chooser, paid = ByScript(), 0.0
    env.reset(seed=11)
    chooser.begin([env], [11])
    while env.agents:
        chosen = chooser.act([dict.fromkeys(env.agents)])[0]
        _, rewards, *_ = env.step({p: action_for(env, a) for p, a in chosen.items()})
        paid += sum(rewards.values()) / 2
    env.close()
    assert played[0].score == pytest.approx(paid) == pytest.approx(sum(played[0].parts.values()))
    assert played[0].score > 0 and played[0].survival == 1.0
    assert played[0].distance < 0.1 < roll_out(ByChance(), GAME, [11])[0].distance


@pytest.mark.parametrize("who", ["script", "chance", "policy"])
def test_it_matters_not_how_many_are_played_side_by_side(who):
    def choosers():
        return {"script": ByScript, "chance": ByChance}.get(
            who, lambda: ByPolicy(trained("gather", likeliest=True))
        )()

    seeds = seeds_of(0, 3)
    game = {**GAME, "max_cycles": 20}
    assert roll_out(choosers(), game, seeds, at_a_time=3) == roll_out(
        choosers(), game, seeds, at_a_time=1
    )
