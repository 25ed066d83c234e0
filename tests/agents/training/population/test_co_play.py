"""Members in one match: who sits where, what each is paid and learns, and how games end."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mpgenie.agents.training.player import trained
from mpgenie.agents.training.population.co_play import HELD_OUT, CoPlay, held_out
from mpgenie.agents.training.population.curriculum import Level
from mpgenie.agents.training.population.executor import InProcess, OnRay
from mpgenie.agents.training.population.game import Match
from mpgenie.agents.training.population.groups import MIX
from mpgenie.agents.training.population.hypers import Range
from mpgenie.agents.training.population.member import hash_of
from mpgenie.agents.training.population.population import Population, Settings
from mpgenie.agents.training.population.store import Store, read_lineage
from mpgenie.agents.training.population.training import TERMS, train
from mpgenie.envs.scenarios.fight import TeamFight
from mpgenie.envs.scenarios.hide_and_seek import HideAndSeek
from mpgenie.errors import CheckpointError, ConfigError

from ..conftest import tiny

PLAIN = {f"mix.{name}": float(name == "self") for name in MIX}


@pytest.fixture
def game():
    made = CoPlay(tiny(free=("camera pitch",), players=2, minibatch=256, epochs=8, rate=3e-3))
    yield made
    made.close()


def looking(game, bin_):
    """Somebody who always turns the camera so: 7 looks down, 3 up."""
    arrays = game.newborn(0)
    arrays["net.nets.0.scores.bias"] = arrays["net.nets.0.scores.bias"].copy()
    arrays["net.nets.0.scores.bias"][8 * 11 + bin_] = 50.0
    return arrays


def match(*rows, level=0):
    return Match(level, rows, tuple(p % 2 for p in range(len(rows[0]))), 7)


def test_everybody_learns_from_its_own_rows_alone(game):
    down, up = looking(game, 7), looking(game, 3)
    played = game.play(
        match(("a", "b"), ("b", "a"), ("a", "b")), {"a": down, "b": up}, {"a": PLAIN, "b": PLAIN}
    )
    for name, turn in (("a", 7), ("b", 3)):
        lived = played.lived[name]
        assert lived.actions.shape[:2] == (16, 3)
        assert set(lived.actions[..., 8].flatten().tolist()) == {turn}
        assert torch.equal(lived.rewards[:, 0], -lived.rewards[:, 1])  # odd slots are paid for up


def test_who_gets_more_wins(game):
    down = looking(game, 7)
    played = game.play(match(("a", "b"), ("b", "a")), {"a": down, "b": down}, {"a": PLAIN})
    assert set(played.lived) == {"a"}
    assert [outcome.sides for outcome in played.outcomes] == [(("a",), ("b",)), (("b",), ("a",))]
    for outcome in played.outcomes:
        assert outcome.ranks == [0, 1]  # down pays in slot 0
        assert outcome.scores[0] == pytest.approx(-outcome.scores[1])


def test_the_mix_says_what_one_is_paid(game):
    down = looking(game, 7)
    shared = {**PLAIN, "mix.team": 1.0}
    who, rows = {"a": down, "b": down}, match(("a", "b"))
    played = game.play(
        rows, who, {"a": shared, "b": {**PLAIN, "mix.novelty": 1.0, "part.look": 2.0}}
    )
    alone = game.play(rows, who, {"a": PLAIN, "b": PLAIN})
    assert played.lived["a"].rewards.abs().max() < 1e-6  # what one gets, the other loses
    paid = alone.lived["b"].rewards.flatten()
    new = torch.zeros(16)
    new[0] = 1.0  # nobody leaves the place of the beginning
    torch.testing.assert_close(played.lived["b"].rewards.flatten(), 2.0 * paid + new)
    assert played.outcomes == alone.outcomes  # who wins does not depend on it


def test_a_share_of_the_games_is_told_as_takes(game):
    game.record = 0.5
    down = looking(game, 7)
    played = game.play(match(*[("a", "b")] * 12), {"a": down, "b": down}, {"a": PLAIN})
    assert 2 < len(played.takes) < 10
    world, take = next(iter(played.takes.items()))
    assert take.decisions.shape == (16, 2, 10) and take.repeat == 2
    assert take.who == ("checkpoint:a", "checkpoint:b") and take.seed == 7 + world
    assert set(take.decisions[..., 8].flatten().tolist()) == {7}


def test_members_learn_what_pays_and_by_their_own_numbers(game):
    """Slot 0 is paid for looking down; one member learns at a rate of nearly nothing."""
    rows = match(*[("a", "b")] * 4)
    numbers = {"a": {**PLAIN, "rate": 3e-3}, "b": {**PLAIN, "rate": 1e-9}}
    who = {name: game.newborn(k) for k, name in enumerate("ab")}
    for turn in range(6):
        played = game.play(rows, who, numbers)
        before = dict(who)
        for name in "ab":
            who[name], told = game.learn(who[name], numbers[name], [played.lived[name]], turn)
            assert told["rate"] == numbers[name]["rate"]
    assert np.mean([outcome.scores[0] for outcome in played.outcomes]) > 4.0  # of 16
    still = [np.abs(who["b"][key] - before["b"][key]).max() for key in who["b"] if "scores" in key]
    assert max(still) < 1e-5


def test_a_lesson_of_no_numbers_takes_no_step_and_leaves_the_population_whole(game, tmp_path):
    who = {name: game.newborn(k) for k, name in enumerate("ab")}
    lived = game.play(match(("a", "b")), who, {"a": {**PLAIN, "rate": 1e-3}}).lived["a"]
    lived.rewards[3] = torch.inf
    after, told = game.learn(who["a"], {"rate": 1e-3}, [lived], 0)
    assert told["skipped"] == 1.0 and hash_of(after) == hash_of(who["a"])
    settings = Settings(
        members=2, worlds=8, rounds=1, hypers={"rate": Range(9e4, 1e5)}, schedule=None, remember=0
    )
    for generation in range(4):  # at such rates what they learn overflows
        made = Population(settings, game, Store(tmp_path, {}, game))
        assert made.generation == generation
        made.advance()
    assert "discarded" in {event["kind"] for event in read_lineage(tmp_path)}


def test_members_who_remember_learn_from_sequences_of_their_episodes():
    config = tiny(
        free=("camera pitch",), players=2, memory="slow", tau=3, latent=4, truncation=6, epochs=2,
        env={"max_cycles": 20},
    )  # fmt: skip
    game = CoPlay(config)
    who = {name: game.newborn(k) for k, name in enumerate("ab")}
    numbers = {"a": {**PLAIN, "rate": 1e-3, "prior": 0.0}}
    lived = game.play(match(("a", "b"), ("b", "a")), who, numbers).lived["a"]
    told = lived.memory.abs().sum(-1)
    assert lived.noise.shape == (10, 2, 4) and (told[0] == 0.0).all() and (told[1:] > 0.0).all()
    after, figures = game.learn(who["a"], numbers["a"], [lived], 5)
    assert figures["gap"] > 0.0
    dear = {**numbers["a"], "prior": 10.0}
    assert hash_of(game.learn(who["a"], dear, [lived], 5)[0]) != hash_of(after)
    assert hash_of(game.learn(who["a"], numbers["a"], [lived], 5)[0]) == hash_of(after)
    assert np.isfinite(game.judge(after, 0)).all()
    game.close()


def test_the_same_match_and_lesson_come_out_the_same(game):
    numbers = {"a": {**PLAIN, "rate": 1e-3}}
    hashes = set()
    for _ in range(2):
        who = {"a": game.newborn(1), "b": game.newborn(2)}
        played = game.play(match(("a", "b"), ("b", "a")), who, numbers)
        hashes.add(hash_of(game.learn(who["a"], numbers["a"], [played.lived["a"]], 5)[0]))
    assert len(hashes) == 1


def test_members_differ_by_what_they_would_do_on_seeing_the_same(game):
    down, up = looking(game, 7), looking(game, 3)
    lived = game.play(match(("a", "b")), {"a": down, "b": up}, {"a": PLAIN, "b": PLAIN}).lived
    assert game.divergence({"a": down, "b": down}, lived, 0) == 0.0
    assert game.divergence({"a": down, "b": up}, lived, 0) == pytest.approx(1.0, abs=1e-6)
    mixed = game.divergence({"a": down, "b": up, "c": down}, lived, 0)
    assert mixed == pytest.approx(2.0 / 3.0, abs=1e-6)  # two of three pairs


def test_levels_have_their_own_worlds_and_are_judged_alike():
    levels = (Level(players=1), Level(players=4, env={"max_cycles": 16}))
    game = CoPlay(tiny(free=("camera pitch",)), levels, judged=3)
    down = looking(game, 7)
    assert [game.players(level) for level in (0, 1)] == [1, 4]
    easy, hard = game.judge(down, 0), game.judge(down, 1)
    assert easy.shape == hard.shape == (3,) and easy.min() > 2.0
    assert hard == pytest.approx([0.0] * 3)  # two look the wrong way
    assert game.play(match(("a",) * 4, level=1), {"a": down}, {"a": PLAIN}).lived[
        "a"
    ].rewards.shape == (8, 4)
    game.close()


FLAGS = {"players": 4, "free": ("attack",), "env": {"size": 48, "max_cycles": 8}}


def test_a_level_has_teams_and_an_objective_of_its_own():
    """Sides are those of the level's rules, and what is not said is as the population plays it."""
    levels = (
        Level(players=4),
        Level(players=8, env={"teams": 4, "size": 64}),
        Level(players=4, env={"scenario": {"capture": 3.0}}),
        Level(players=4, env={"scenario": TeamFight(sides=(1, 3))}),
    )
    game = CoPlay(tiny("capture_the_flag", **FLAGS), levels[:3])
    assert [game.teams(level) for level in range(3)] == [[2, 2], [2, 2, 2, 2], [2, 2]]
    configs = [game.level(level).env_config() for level in range(3)]
    assert [config.size for config in configs] == [48, 64, 48]
    assert [config.rules.capture for config in configs] == [5.0, 5.0, 3.0]
    who = {name: game.newborn(k) for k, name in enumerate("abcd")}
    rows = (tuple("abcd") * 2,)
    played = game.play(Match(1, rows, (0, 1, 2, 3) * 2, 7), who, {})
    assert [outcome.sides for outcome in played.outcomes] == [(("a",), ("b",), ("c",), ("d",))]
    game.close()
    fight = CoPlay(tiny("team_fight", **FLAGS), (levels[0], levels[3]))
    assert [fight.teams(level) for level in (0, 1)] == [[2, 2], [1, 3]]
    one_against_three = Match(1, (("a", "b", "c", "d"),), (0, 1, 1, 1), 7)
    (outcome,) = fight.play(one_against_three, who, {}).outcomes
    assert outcome.sides == (("a",), ("b", "c", "d"))
    fight.close()


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"messages": 2}, "cannot differ in messages"),
        ({"players": 3}, "cannot differ in players"),
        ({"scenario": "tag"}, "config of capture_the_flag, or some options of it, got 'tag'"),
        ({"scenario": TeamFight()}, "capture_the_flag is learnt, so env.scenario cannot be team_f"),
        ({"scenario": {"captuer": 3}}, "unknown option of capture_the_flag 'captuer'"),
        ({"teams": 7}, "teams must be 2, 3 or 4, got 7"),
    ],
)
def test_what_no_level_can_differ_in_is_refused_by_name(env, message):
    with pytest.raises(ConfigError, match=message):
        CoPlay(tiny("capture_the_flag", **FLAGS), (Level(players=4, env=env),)).level(0)


def test_who_hides_shares_with_who_hides_and_plays_on_that_side():
    """Roles are dealt by the seed, so nobody knows before it begins on which side a slot is."""
    env = {"size": 48, "max_cycles": 16, "scenario": HideAndSeek(preparation=4)}
    game = CoPlay(tiny("hide_and_seek", players=4, free=("jump",), env=env))
    assert game.teams(0) == [3, 1]
    who = {name: game.newborn(k) for k, name in enumerate("abcd")}
    numbers = {name: {**PLAIN, "mix.self": 0.0, "mix.team": 1.0} for name in "abcd"}
    both = [game.play(HIDING, who, each) for each in (numbers, dict.fromkeys("abcd", PLAIN))]
    shared, own = ({name: lived.rewards for name, lived in p.lived.items()} for p in both)
    for outcome in both[0].outcomes:
        assert [set(side) for side in outcome.sides] == [set("abc"), {"d"}]
    assert all(own[name].abs().max() > 0.0 for name in "abcd")
    assert shared["d"].abs().max() == 0.0  # nobody seeks beside it
    for name in "abc":
        mates = [own[other] for other in "abc" if other != name]
        torch.testing.assert_close(shared[name], sum(mates) / 2.0)
    game.close()


HIDING = Match(0, (("a", "d", "b", "c"),) * 4, (0, 1, 0, 0), 7)


def test_nobody_is_judged_on_a_planet_that_it_learns_on():
    """However few planets there are to learn on, held-out episodes are on others."""
    for planets, expected in ((2, 2), (9, 4), (None, 5)):
        game = CoPlay(tiny(players=2, env={"planets": planets}), judged=5)
        envs = game._open(0, 5)
        _, infos = held_out(envs)
        assert infos["seed"].tolist() == [HELD_OUT + w for w in range(5) for _ in range(2)]
        found = infos["planet_seed"].tolist()
        assert found == [HELD_OUT + w % expected for w in range(5) for _ in range(2)]
        assert envs.reset(seed=HELD_OUT)[1]["planet_seed"].tolist() != found or planets is None
        game.close()


def test_founders_are_copies_of_whom_a_population_begins_with(game, tmp_path):
    """Values included; the file is not needed any more once there is a generation."""
    down = looking(game, 7)
    game.save(tmp_path / "policy.npz", down, {})
    begun = CoPlay(tiny(free=("camera pitch",), players=2, start=str(tmp_path / "policy.npz")))
    assert hash_of(begun.newborn(5)) == hash_of(down) != hash_of(game.newborn(5))
    settings = Settings(members=2, worlds=2, rounds=1)
    made = Population(settings, begun, Store(tmp_path / "them", {}, begun))
    made.advance()
    (tmp_path / "policy.npz").unlink()
    again = Population(settings, begun, Store(tmp_path / "them", {}, begun))
    again.advance()
    assert again.generation == 2
    begun.close()


def test_a_population_learns_and_its_members_are_players(game, tmp_path):
    settings = Settings(
        members=3, worlds=6, rounds=2, schedule=None, hypers={"rate": Range(1e-3, 5e-3)}, remember=2
    )
    made = Population(settings, game, Store(tmp_path, {}, game))
    for _ in range(2):
        made.advance()
    place = tmp_path / "generations/gen_00002/members/m01"
    player = trained(place)
    assert player.config.scenario == "look_down"
    assert trained(next((tmp_path / "history").iterdir())).config == player.config
    assert {path.name for path in place.iterdir()} == {"policy.npz", "optimiser.npz", "member.json"}
    again = Population(settings, game, Store(tmp_path, {}, game))
    assert [hash_of(m.arrays) for m in again.members] == [hash_of(m.arrays) for m in made.members]


@pytest.mark.parametrize("name", ["epochs", "minibatch", "entrpy", "part.nothing"])
def test_what_is_no_number_with_a_scale_does_not_evolve(name, tmp_path):
    settings = Settings(hypers={"rate": Range(1e-4, 1e-3), name: Range(1.0, 4.0)})
    with pytest.raises(ConfigError, match=f"unknown number that evolves '{name}'"):
        train(settings, tiny(players=2), tmp_path / "them")
    assert not (tmp_path / "them").exists()
    assert {"rate", "entropy", "discount", "prior"} <= set(TERMS)


def test_players_of_another_game_are_refused(game, tmp_path):
    other = CoPlay(tiny(hidden=16))
    other.save(tmp_path / "policy.npz", other.newborn(0), {})
    with pytest.raises(CheckpointError, match="another game"):
        game.load(Path(tmp_path / "policy.npz"))


def test_the_lineage_is_the_same_on_however_many_threads_networks_ran_before(tmp_path):
    lineages = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        within = []
        train(
            Settings(members=2, worlds=16, rounds=1, generations=1),
            tiny(players=2, minibatch=512),
            tmp_path / str(threads),
            on_generation=lambda _, seen=within: seen.append(torch.get_num_threads()),
        )
        assert within == [1] and torch.get_num_threads() == threads
        lineages.append(read_lineage(tmp_path / str(threads)))
    assert lineages[0] == lineages[1]


@pytest.mark.slow
def test_ray_teaches_networks_as_one_process_does(tmp_path):
    pytest.importorskip("ray")
    settings = Settings(members=2, worlds=4, rounds=1, generations=2)
    for name, executor in (("here", InProcess()), ("there", OnRay())):
        train(settings, tiny("capture_the_flag", **FLAGS), tmp_path / name, executor=executor)
    here, there = (tmp_path / name for name in ("here", "there"))
    assert read_lineage(here) == read_lineage(there)
    policies = sorted(path.relative_to(here) for path in here.glob("generations/*/*/*/policy.npz"))
    assert len(policies) >= 4
    for path in policies:
        assert (here / path).read_bytes() == (there / path).read_bytes(), path
