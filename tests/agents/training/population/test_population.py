"""Populations find what is right where one knows what is, and go on exactly when killed."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from mpgenie.agents.training.population import store
from mpgenie.agents.training.population.curriculum import Level
from mpgenie.agents.training.population.executor import OnRay
from mpgenie.agents.training.population.game import Match
from mpgenie.agents.training.population.hypers import Range
from mpgenie.agents.training.population.member import hash_of
from mpgenie.agents.training.population.population import Population, Settings
from mpgenie.agents.training.population.scheduler import Schedule
from mpgenie.agents.training.population.store import Store, read_lineage
from mpgenie.errors import CheckpointError, ConfigError, StorageError

from .toys import (
    Forgetful,
    Growing,
    Lucky,
    MovingOptimum,
    Overflowing,
    RockPaperScissors,
    Settled,
    Told,
    best_rate,
    exploitability,
    played,
)

RATES = {"rate": Range(1e-5, 1e-1)}
SMALL = {"members": 4, "rounds": 1, "worlds": 4, "hypers": RATES, "remember": 1}
HASTY = Schedule(burn_in=8, cool_down=4, evidence=0.6)


def population(folder, game, executor=None, **chosen):
    settings = Settings(**{**SMALL, **chosen})
    return Population(settings, game, Store(Path(folder), {"seed": settings.seed}, game), executor)


def advanced(made, generations):
    for _ in range(generations):
        made.advance()
    return made


def reached(made):
    return [float(member.arrays["net.x"][0]) for member in made.members]


def test_evolution_tracks_an_optimum_that_moves(tmp_path):
    """Rates begin over four decades; the best one changes with what was reached."""
    chosen = {"members": 8, "worlds": 8, "past_share": 0.0, "remember": 0}
    schedule = Schedule(burn_in=16, cool_down=8)
    evolving = population(tmp_path / "a", MovingOptimum(), schedule=schedule, **chosen)
    fixed = population(tmp_path / "b", MovingOptimum(), schedule=None, **chosen)
    advanced(evolving, 50), advanced(fixed, 50)
    away = [m.numbers["rate"] / best_rate(m.arrays["net.x"][0]) for m in evolving.members]
    assert 1.0 / 3.0 < np.median(away) < 3.0  # beyond, ground is lost
    assert max(reached(evolving)) > max(reached(fixed))
    assert np.median(reached(evolving)) > 5.0 + np.median(reached(fixed))


def test_without_the_past_rock_paper_and_scissors_go_round_and_with_it_they_settle(tmp_path):
    """What the members of today play, on the mean, can always be beaten without it."""
    chosen = {"worlds": 64, "schedule": None, "hypers": {"rate": Range(2.0, 2.0)}}
    found, favourites = [], []
    for name, share in (("alone", 0.0), ("among", 0.5)):
        made = population(tmp_path / name, Forgetful(), past_share=share, **chosen)
        played_on_the_mean = []
        for _ in range(50):
            made.advance()
            strategies = [played(member.arrays["net.x"]) for member in made.members]
            played_on_the_mean.append(np.mean(strategies, axis=0))
        found.append(np.mean([exploitability(each) for each in played_on_the_mean[-20:]]))
        favourites.append({int(each.argmax()) for each in played_on_the_mean[-20:]})
    assert found[0] > 0.4 and found[1] < 0.1
    assert favourites[0] == {0, 1, 2}


def test_levels_change_where_they_should(tmp_path):
    """Everybody comes to g - 10 * level after g generations: the bar of 4.5 is passed at 5."""
    levels = tuple(Level(players=2, bar=4.5) for _ in range(3))
    made = population(tmp_path, Growing(), levels=levels, schedule=None)
    advanced(made, 20)
    told = [
        (e["generation"], e["kind"], e["level"]) for e in read_lineage(tmp_path) if "level" in e
    ]
    assert told == [(5, "promoted", 1), (15, "promoted", 2)]


def test_who_fails_twice_goes_down_and_all_as_if_nothing_had_stopped_it(tmp_path):
    """Everybody comes to g on the first level and to g - 10 on the second, where -5 fails."""
    levels = (Level(players=2, bar=1.5), Level(players=2, floor=-5.0))
    whole = population(tmp_path / "whole", Growing(), levels=levels, schedule=None)
    advanced(whole, 9)
    at = []
    for _ in range(9):
        made = population(tmp_path / "stopped", Growing(), levels=levels, schedule=None)
        at.append((made.curriculum.at, made.curriculum.failures))
        made.advance()
    assert at == [(0, 0), (0, 0), (1, 0), (1, 1), (0, 0), (1, 0), (1, 0), (1, 0), (1, 0)]
    events = read_lineage(tmp_path / "stopped")
    assert events == read_lineage(tmp_path / "whole") and end_of(made) == end_of(whole)
    told = [(e["generation"], e["kind"], e["level"]) for e in events if "level" in e]
    assert told == [(2, "promoted", 1), (4, "demoted", 0), (5, "promoted", 1)]


def end_of(made):
    return [(m.name, hash_of(m.arrays), m.numbers, m.rating, m.games) for m in made.members]


def test_the_lineage_tells_what_happened_to_whom(tmp_path):
    made = advanced(population(tmp_path, MovingOptimum(), schedule=HASTY), 12)
    events = read_lineage(tmp_path)
    assert [e["kind"] for e in events[:4]] == ["born"] * 4
    assert {e["kind"] for e in events} == {"born", "matched", "exploited", "explored"}
    for event in events:
        if event["kind"] == "exploited":
            assert event["donor"] != event["member"]
    last = {e["member"]: e for e in events}
    for member in made.members:
        assert last[member.name]["hash"] == hash_of(member.arrays)
        assert last[member.name]["hypers"] == {"rate": member.numbers["rate"]}


def test_by_returns_who_gets_less_becomes_a_clone_as_if_nothing_had_stopped_it(tmp_path):
    chosen = {"evidence_by": "returns", "worlds": 16, "past_share": 0.0, "remember": 0}
    schedule = Schedule(burn_in=8, cool_down=4)
    whole = advanced(population(tmp_path / "whole", Lucky(), schedule=schedule, **chosen), 8)
    for _ in range(8):
        made = population(tmp_path / "stopped", Lucky(), schedule=schedule, **chosen)
        made.advance()
    assert end_of(made) == end_of(whole)
    events = read_lineage(tmp_path / "stopped")
    assert events == read_lineage(tmp_path / "whole")
    worth = dict(enumerate(reached(population(tmp_path / "born", Lucky(), **chosen))))
    cloned = [e for e in events if e["kind"] == "exploited"]
    for event in cloned:
        member, donor = (int(event[who][1:]) for who in ("member", "donor"))
        assert worth[member] < worth[donor]
        worth[member] = worth[donor]
    assert cloned


CLONING = Schedule(burn_in=8, cool_down=4, evidence=0.6, resample=0.0)


def rates_of(made):
    """Decades that the rates of learning are apart."""
    rates = np.log10([member.numbers["rate"] for member in made.members])
    return float(rates.max() - rates.min())


def test_a_population_that_collapses_gets_other_numbers_once(tmp_path):
    """All become clones of who was born best, which learn by what was near its rate."""
    chosen = {"members": 6, "schedule": CLONING, "past_share": 0.0, "remember": 0}
    silent = advanced(population(tmp_path / "a", Settled(), **chosen), 24)
    assert len(set(reached(silent))) == 1 and rates_of(silent) < 0.7
    alarmed = population(tmp_path / "b", Settled(), floor=0.05, **chosen)
    while alarmed.generation < 24:
        before = {member.name: dict(member.numbers) for member in alarmed.members}
        alarmed.advance()
        if any(e["kind"] == "alarmed" for e in read_lineage(tmp_path / "b")):
            break
    assert rates_of(alarmed) > 1.5
    best = alarmed.best().name
    kept = [m.name for m in alarmed.members if m.numbers == before[m.name]]
    assert kept == [best] and len(set(reached(alarmed))) == 1  # what they know is still theirs
    assert not any(m.games >= m.cloned + CLONING.burn_in for m in alarmed.members if m.name != best)
    advanced(alarmed, 3)
    events = read_lineage(tmp_path / "b")
    (rung,) = [e for e in events if e["kind"] == "alarmed"]  # not armed again, it stays silent
    assert rung["divergence"] < rung["floor"] == 0.05
    others = [m.name for m in alarmed.members if m.name != best]
    assert [e["member"] for e in events if e["kind"] == "reset"] == others


@pytest.mark.parametrize("game", [RockPaperScissors, Growing])
def test_who_never_collapsed_is_left_alone(tmp_path, game):
    """The first always differ; of the others all are alike from the beginning."""
    made = population(tmp_path, game(), schedule=None, floor=0.01)
    numbers = [dict(member.numbers) for member in made.members]
    advanced(made, 6)
    assert [member.numbers for member in made.members] == numbers
    assert {e["kind"] for e in read_lineage(tmp_path)} == {"born", "matched"}


def test_an_alarm_rings_as_if_nothing_had_stopped_the_population(tmp_path):
    chosen = {"members": 6, "schedule": CLONING, "floor": 0.05, "remember": 0}
    whole = advanced(population(tmp_path / "whole", Settled(), **chosen), 20)
    for generation in range(20):
        made = population(tmp_path / "stopped", Settled(), **chosen)
        assert made.generation == generation
        made.advance()
    assert end_of(made) == end_of(whole)
    assert read_lineage(tmp_path / "stopped") == read_lineage(tmp_path / "whole")
    assert any(e["kind"] == "alarmed" for e in read_lineage(tmp_path / "whole"))


def test_a_lesson_that_comes_to_no_numbers_is_discarded_and_the_rate_halved(tmp_path):
    """Nothing of it is saved, and whoever goes on is who was never stopped."""
    chosen = {"schedule": None, "hypers": {"rate": Range(0.03, 0.04)}}
    for folder, stops in (("whole", False), ("stopped", True)):
        made = population(tmp_path / folder, Overflowing(), **chosen)
        for member in made.members[:2]:
            member.numbers["rate"] = 0.005
        born = reached(made)
        made.advance()
        if stops:
            made = population(tmp_path / folder, Overflowing(), **chosen)
        assert reached(made) == [born[0] + 1.0, born[1] + 1.0, *born[2:]]
        assert [member.numbers["rate"] for member in made.members[2:]] == [0.03, 0.03]
        advanced(made, 1)
    events = read_lineage(tmp_path / "stopped")
    assert events == read_lineage(tmp_path / "whole")
    told = [(e["generation"], e["member"]) for e in events if e["kind"] == "discarded"]
    assert told == [(1, "m02"), (1, "m03"), (2, "m02"), (2, "m03")]


class Killed(BaseException):
    """As kill -9 at this very moment would be."""


class Shelf:
    """Where games are kept, each once; the machine is killed when there is no more room."""

    def __init__(self, room=None):
        self.kept, self.room = {}, room

    def __call__(self, takes):
        for each in takes:
            if each.number in self.kept:
                continue
            if len(self.kept) == self.room:
                raise Killed
            plain = each.level, each.take.seed, each.take.who, each.take.decisions.tolist()
            self.kept[each.number] = plain


def shelved(folder, shelf, generations=3):
    """A population and its shelf, as `train` runs them."""
    made = population(folder, Told(), schedule=HASTY, matches=2)
    shelf(made.takes)
    while made.generation < generations:
        made.advance()
        shelf(made.takes)
    return made


def test_killed_at_any_sync_it_goes_on_to_the_same_members(tmp_path, monkeypatch):
    kept = Shelf()
    whole = end_of(shelved(tmp_path / "whole", kept))
    syncs, usual = [], os.fsync
    at = [10**9]

    def fsync(handle):
        syncs.append(handle)
        if len(syncs) == at[0]:
            raise Killed
        usual(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    first = population(tmp_path / "counted", Told(), schedule=HASTY, matches=2)
    after_birth = len(syncs)
    advanced(first, 2)
    one_generation = (len(syncs) - after_birth) // 2
    for k in range(1, one_generation + 1):
        syncs.clear()
        at[0] = after_birth + one_generation + k
        folder, shelf = tmp_path / f"killed_{k}", Shelf()
        with pytest.raises(Killed):
            shelved(folder, shelf)
        at[0] = 10**9
        assert Store(folder, {"seed": 0}, Told()).newest().number in (1, 2)
        assert end_of(shelved(folder, shelf)) == whole
        assert shelf.kept == kept.kept
        assert read_lineage(folder) == read_lineage(tmp_path / "whole")


def test_killed_between_saving_and_keeping_it_keeps_every_game_once(tmp_path):
    """Also when it is killed again at the same place while it makes up for it."""
    whole = Shelf()
    end = end_of(shelved(tmp_path / "whole", whole))
    seeds = [seed for _, seed, *_ in whole.kept.values()]
    assert 8 < len(whole.kept) < 3 * 2 * 4 and len(set(seeds)) == len(seeds)
    for k in range(len(whole.kept)):
        folder, shelf = tmp_path / f"killed_{k}", Shelf(k)
        for _ in range(2):
            with pytest.raises(Killed):
                shelved(folder, shelf)
        assert len(shelf.kept) == k
        shelf.room = None
        assert end_of(shelved(folder, shelf)) == end
        assert shelf.kept == whole.kept


def test_a_generation_from_before_games_were_in_it_is_gone_on_with(tmp_path):
    """What it had kept was numbered from 0 on, and nothing that comes later has such a number."""
    made = advanced(population(tmp_path, Told(), schedule=HASTY), 2)
    first = [each.number for each in made.takes]
    (tmp_path / "generations/gen_00002/takes.npz").unlink()
    again = population(tmp_path, Told(), schedule=HASTY)
    assert again.generation == 2 and again.takes == []
    again.advance()
    assert min(each.number for each in again.takes) > max(first) >= 2 * SMALL["worlds"]


def test_a_damaged_generation_is_passed_over(tmp_path):
    whole = end_of(advanced(population(tmp_path / "whole", MovingOptimum(), schedule=HASTY), 3))
    made = advanced(population(tmp_path / "hurt", MovingOptimum(), schedule=HASTY), 3)
    assert end_of(made) == whole
    file = tmp_path / "hurt/generations/gen_00003/members/m01/policy.npz"
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 1
    file.write_bytes(data)
    with (tmp_path / "hurt/lineage.jsonl").open("a") as lineage:
        lineage.write('{"generation": 4, "hypers": {"rate": 1}')  # torn in the middle
    made = population(tmp_path / "hurt", MovingOptimum(), schedule=HASTY)
    assert made.generation == 2
    assert end_of(advanced(made, 1)) == whole
    assert read_lineage(tmp_path / "hurt") == read_lineage(tmp_path / "whole")
    for generation in (2, 3):
        (tmp_path / f"hurt/generations/gen_0000{generation}/state.json").unlink()
    with pytest.raises(CheckpointError, match="is damaged"):
        population(tmp_path / "hurt", MovingOptimum(), schedule=HASTY)


def test_generations_follow_one_another_past_the_digits_of_their_names(tmp_path):
    made = population(tmp_path, MovingOptimum())
    made.generation = 99_998
    advanced(made, 3)
    kept = {path.name for path in (tmp_path / "generations").iterdir()}
    assert kept == {"gen_100000", "gen_100001"}
    assert population(tmp_path, MovingOptimum()).generation == 100_001


def test_a_disk_that_refuses_a_member_of_the_past_is_named_so(tmp_path, monkeypatch):
    made = population(tmp_path, MovingOptimum())

    def full(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_text", full)
    with pytest.raises(StorageError, match="cannot keep m00_gen_00007 for later"):
        made.store.remember("m00_gen_00007", made.members[0], 7)


def test_a_folder_of_another_population_is_refused(tmp_path):
    population(tmp_path, MovingOptimum())
    with pytest.raises(ConfigError, match="population with seed = 0, not 1"):
        population(tmp_path, MovingOptimum(), seed=1)


def test_a_folder_from_before_a_setting_goes_on_with_what_is_usual(tmp_path):
    game = Growing()
    Store(tmp_path, {"settings": {"members": 4}}, game)
    usual = {"settings": {"members": 8, "floor": 0.0}}
    with pytest.raises(ConfigError, match=r"population with settings\.floor = 0\.0, not 0\.1"):
        Store(tmp_path, {"settings": {"members": 4, "floor": 0.1}}, game, usual)
    Store(tmp_path, {"settings": {"members": 4, "floor": 0.0}}, game, usual)


@pytest.mark.parametrize("game", [MovingOptimum, Told])
def test_what_comes_of_a_match_can_be_sent_to_another_process(game):
    match = Match(0, (("a", "b"),) * 4, (0, 1), 5)
    who = {name: game().newborn(k) for k, name in enumerate("ab")}
    played = game().play(match, who, {"a": {}})
    there = pickle.loads(pickle.dumps(played))
    assert there.outcomes == played.outcomes and set(there.takes) == set(played.takes)


@pytest.mark.slow
def test_ray_gives_the_same_lineage(tmp_path):
    pytest.importorskip("ray")
    here = advanced(population(tmp_path / "here", MovingOptimum(), schedule=HASTY, matches=2), 3)
    executor = OnRay()
    try:
        there = population(tmp_path / "there", MovingOptimum(), executor, schedule=HASTY, matches=2)
        assert end_of(advanced(there, 3)) == end_of(here)
    finally:
        executor.close()
    assert read_lineage(tmp_path / "here") == read_lineage(tmp_path / "there")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"members": 1}, "members must be a whole number from 2"),
        ({"groups": ("grumpy",)}, "unknown group"),
        ({"past_share": 1.0}, "share of the past"),
        ({"floor": 1.0}, "floor is a divergence"),
        ({"evidence_by": "rumour"}, "unknown evidence"),
    ],
)
def test_absurd_populations_are_refused(wrong, message):
    with pytest.raises(ConfigError, match=message):
        Settings(**wrong)
