"""What a unit is follows from the plan's seed and its number alone."""

from collections import Counter
from itertools import pairwise

import pytest

from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.errors import ConfigError
from mpgenie.generation.plan import STRIP, Plan, episode_type

TRAIN = [name for name, episode in EPISODES.items() if not episode.held_out]


def test_types_come_about_as_often_as_they_should():
    count = Counter(Plan().unit(number).type for number in range(1000))
    weights = {name: EPISODES[name].seconds ** -0.5 for name in TRAIN}
    for name, weight in weights.items():
        assert count[name] == pytest.approx(1000 * weight / sum(weights.values()), abs=5)


def test_every_type_comes_soon_with_every_number_of_players():
    plan = Plan(players=(2, 4), seed=3)
    seen = {(u.type, u.setting.players) for u in map(plan.unit, range(12 * len(TRAIN)))}
    assert seen == {(name, count) for name in TRAIN for count in (2, 4)}


def test_another_seed_makes_other_units():
    one, other = (Plan(seed=seed).unit(7) for seed in (1, 2))
    assert one.seed != other.seed and one.planet_seed != other.planet_seed


def test_no_planet_and_no_seed_is_of_both_splits():
    train, held_out = (
        [Plan(split=split, types=("orbit",)).unit(i) for i in range(400)]
        for split in ("train", "eval")
    )
    for what in ("planet_seed", "seed"):
        assert not {getattr(u, what) for u in train} & {getattr(u, what) for u in held_out}
    assert {u.planet_seed % 2 for u in train} == {0}
    assert {u.planet_seed % 2 for u in held_out} == {1}


def test_units_of_a_strip_share_planet_and_players():
    plan = Plan(players=(2, 3), planet=("normal", "flat"))
    strips = list(plan.strips(range(4 * STRIP)))
    assert [len(strip) for strip in strips] == [STRIP] * 4
    for strip in strips:
        assert len({(unit.planet_seed, unit.setting) for unit in strip}) == 1
    for one, other in pairwise(strips[::2]):
        assert one[0].planet_seed != other[0].planet_seed


def test_depth_is_never_kept_as_video():
    plan = Plan(resolution=((360, 640),), passes=("rgb", "depth"))
    assert {spec.look: spec.mode for spec in plan.streams} == {"rgb": "mp4", "depth": "frames"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"types": ("chace",)}, "Did you mean 'chase'"),
        ({"types": ("nowhere:NOD",)}, "No module named 'nowhere'"),
        ({"planet": ("cube",)}, "no 'cube'"),
        ({"players": (0,)}, "between 1 and 1024"),
        ({"size": 7}, r"between 48 and 400 \(from 8 in tests\), got 7"),
        ({"cameras": ("ego", "ego")}, "each once"),
        ({"types": ("quick_episodes:HELD_OUT",)}, "held out for evaluation"),
    ],
)
def test_what_cannot_be_made_is_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        Plan(**options)


def test_a_type_may_live_in_any_module():
    assert episode_type("quick_episodes:NOD").name == "nod"
