"""A template says what scenarios are drawn from, and refuses by name what cannot be drawn."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mpgenie
from mpgenie.errors import ConfigError
from mpgenie.generation.plan import STRIP
from mpgenie.generation.template import Template
from mpgenie.generation.templated import BLOCK, SteeredPlan, TemplatePlan

from .conftest import hashes, make

PAGE = (Path(__file__).parents[2] / "docs/templates.md").read_text()
RICH = Template(
    type={"choice": ["chase", "build_tower"], "weights": [3, 1]},
    planet=["normal", "flat"],
    players={"grid": [2, 4]},
    hour={"uniform": [0, 24]},
    weather=["dry", "wet"],
    distance={"log_uniform": [4, 24]},
    roles=["drawn", "in_order"],
    objective={"build_tower": {"height": {"integers": [4, 12]}}},
)


def test_the_example_of_the_documentation_is_a_template():
    example = Template.from_toml(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1])
    assert len(example.types) > 2 and example.by
    assert Template.from_toml(example.to_toml()) == example


def test_the_documentation_names_every_key():
    for key in (*RICH.as_dict(), *Template().steering.as_dict(), "thin"):
        assert f"`{key}`" in PAGE


def test_a_template_survives_toml():
    for template in (Template(), RICH):
        assert Template.from_toml(template.to_toml()) == template


OPTIONS = {
    "type": st.lists(st.sampled_from(["chase", "orbit", "mine"]), min_size=1, unique=True),
    "planet": st.sampled_from(["flat", ["normal", "flat"], {"grid": ["flat", "normal"]}]),
    "players": st.sampled_from([2, {"integers": [2, 5]}, {"grid": [2, 3]}]),
    "hour": st.sampled_from([None, 12, {"uniform": [6.5, 18]}]),
    "distance": st.sampled_from([None, {"log_uniform": [3, 9]}, [4.0, 8.0]]),
    "weather": st.sampled_from([None, "wet", {"choice": ["dry", "wet"], "weights": [2, 1]}]),
}


@settings(deadline=None, max_examples=40)
@given(st.fixed_dictionaries({}, optional=OPTIONS))
def test_any_template_survives_toml(options):
    template = Template(**options)
    assert Template.from_toml(template.to_toml()) == template


@settings(deadline=None)
@given(st.integers(0, 2**40), st.integers(0, 10_000))
def test_a_scenario_is_what_its_template_allows(seed, number):
    drawn = RICH.draw(seed, number)
    assert drawn == RICH.draw(seed, number)
    assert drawn.type in RICH.types and drawn.planet in ("normal", "flat")
    assert drawn.players == (2, 4)[number % 2]
    assert 0 <= drawn.wishes.hour <= 24 and 4 <= drawn.wishes.distance <= 24
    assert set(drawn.wishes.parameters) == ({"height"} if drawn.type == "build_tower" else set())


def test_weights_are_kept():
    count = Counter(RICH.draw(0, number).type for number in range(1000))
    assert count["chase"] == pytest.approx(750, abs=50)


def test_grids_are_combined():
    template = Template(planet={"grid": ["normal", "flat"]}, players={"grid": [2, 3, 4]})
    drawn = [template.draw(5, number) for number in range(6)]
    assert len({(each.planet, each.players) for each in drawn}) == 6


def test_another_seed_draws_otherwise():
    assert RICH.draw(1, 3) != RICH.draw(2, 3)


def test_units_of_a_kind_share_planets_whatever_else_is_asked_for():
    plan = TemplatePlan.of(RICH, seed=2)
    whole = {unit.number: unit for strip in plan.strips(range(2 * BLOCK)) for unit in strip}
    for strip in plan.strips(range(2 * BLOCK)):
        assert 1 <= len(strip) <= STRIP
        assert len({(unit.planet_seed, unit.setting) for unit in strip}) == 1
    assert len({unit.planet_seed for unit in whole.values()}) < BLOCK // 2
    for number in (0, 17, BLOCK + 3):
        assert plan.unit(number) == whole[number]
        assert [strip for strip in plan.strips([number])] == [[whole[number]]]


def test_no_planet_is_of_both_splits():
    plans = [TemplatePlan.of(RICH, split=split) for split in ("train", "eval")]
    assert [{plan.unit(k).planet_seed % 2 for k in range(0, 9, 4)} for plan in plans] == [{0}, {1}]


def test_a_part_of_a_variable_can_be_drawn_alone():
    plan = SteeredPlan.of(RICH, round=32)
    strata = plan.strata
    assert list(strata.variables) == ["type", "planet", "hour", "distance"]
    assert sum(strata.usual) == pytest.approx(1)
    parts = strata.parts((1, 0, 2, 0))
    for number in range(20):
        drawn = RICH.draw(3, number, parts)
        assert (drawn.type, drawn.planet) == ("build_tower", "normal")
        assert drawn.wishes.hour >= 16 and drawn.wishes.distance <= 4 * 6 ** (1 / 3)
    assert strata.says((1, 0, 2, 0)).startswith("type build_tower, planet normal, hour 16 to 24")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("typ = 'chase'", "typ: there is no such key. Did you mean 'type'"),
        ("type = 'chace'", "type: no episode is called 'chace'. Did you mean 'chase'"),
        ("planet = 'cube'", "planet: there is no 'cube'"),
        ("players = 0", "players: must lie between 1 and 1024, got 0"),
        ("players = 'two'", "players: must lie between"),
        ("players = {uniform = [2, 4]}", "players: only whole numbers will do: use integers"),
        ("size = 1000", "size: must lie between 8 and 400"),
        ("hour = {uniform = [0, 25]}", "hour: must lie between 0 and 24, got 25"),
        ("weather = 'fog'", "weather: there is no 'fog'"),
        ("distance = {unifrom = [1, 2]}", "distance: there is no sampler 'unifrom'"),
        ("roles = 'any'", "roles: there is no 'any'"),
        ("objective = 3", "objective: write a table"),
        ("[objective]\nbuild_tower = 3", "objective.build_tower: write a table"),
        ("type = 'chase'\n[objective.mine]\ndepth = 1", "objective.mine: the template makes no"),
        ("[objective.mine]\ndeep = 1", r"objective.mine.deep: .*There are: 'depth'"),
        ("[objective.mine]\ndepth = 99", "objective.mine.depth: must lie between 1 and 4, got 99"),
        ("[cells]\nwaked = [1]", "cells.waked: .* Did you mean 'walked'"),
        ("[cells]\nwalked = 3", "cells.walked: write a list of numbers"),
        ("[cells]\nwalked = [3, 1]", "cells.walked: edges rise"),
        ("[steering]\nfloor = 0", "steering.floor: a share above 0"),
        ("[steering]\nflor = 1", "steering.flor: .* Did you mean 'floor'"),
        ("[steering]\nbins = 1.5", "steering.bins: 1.5 is of another kind"),
        ("[steering]\nthin = 0", "thin: must be at least 1"),
        ("[steering]\nby = ['hour']", "steering.by: nothing draws 'hour'"),
        ("type = ", "this is no TOML"),
    ],
)
def test_a_bad_template_is_refused_with_the_key(text, message):
    with pytest.raises(ConfigError, match=message):
        Template.from_toml(text)


def test_a_bad_file_is_named(tmp_path):
    (tmp_path / "bad.toml").write_text("planet = 'cube'")
    with pytest.raises(ConfigError, match="bad.toml: planet: there is no 'cube'"):
        mpgenie.generate(tmp_path / "data", episodes=1, template=tmp_path / "bad.toml")
    with pytest.raises(ConfigError, match="none.toml cannot be read"):
        Template.read(tmp_path / "none.toml")


def test_held_out_types_are_refused_here_too(tmp_path):
    with pytest.raises(ConfigError, match="held out for evaluation"):
        mpgenie.generate(tmp_path / "data", episodes=1, template=Template(type="rotation"))


def test_a_template_and_other_arguments_do_not_mix(tmp_path):
    with pytest.raises(ConfigError, match="what the template says"):
        mpgenie.generate(tmp_path / "data", episodes=1, template=Template(), players=3)


def test_scenarios_come_true_with_any_number_of_workers(tmp_path):
    quick = Template(
        type="quick_episodes:NOD", planet="flat", size=48, players={"grid": [2, 3]},
        distance={"uniform": [2, 12]}, hour=12, weather=["dry", "wet"],
    )  # fmt: skip
    options = {"types": (), "planet": "normal", "size": 96, "template": quick}
    dataset = make(tmp_path / "one", **options)
    assert hashes(make(tmp_path / "other", **options, workers=2)) == hashes(dataset)
    for entry in dataset.episodes:
        episode = dataset.load(entry)
        drawn = quick.draw(0, entry.unit)
        assert episode.header.details["scenario"] == drawn.as_dict()
        assert entry.players == drawn.players
        assert episode["world/raining"].all() == (drawn.wishes.weather == "wet")
