"""Rules for whole datasets: balance, coverage, twins, and planets on both sides of a split."""

from dataclasses import replace

import numpy as np
import pytest

from mpgenie.datasets.quality import RULES, QualityConfig
from mpgenie.datasets.quality.evidence import Evidence
from mpgenie.datasets.quality.rules import judge
from mpgenie.datasets.quality.sets import digest
from mpgenie.envs.simulation.actions import CAMERA_CAP

from .acting import doctored


def everywhere(position):
    points = np.random.default_rng(0).normal(size=position.shape)
    return points / np.linalg.norm(points, axis=-1, keepdims=True) * 9.0


@pytest.fixture(scope="module")
def one(good):
    return digest(Evidence(doctored(good, state__position=everywhere)))


@pytest.fixture(scope="module")
def hurried(good):
    return digest(Evidence(doctored(good, {"unit": 1}, actions__camera=CAMERA_CAP)))


def many(digest, *types):
    return [replace(digest, unit=unit, type=name) for unit, name in enumerate(types)]


CASES = {
    "type_balance": (
        lambda one, _: many(one, *["a", "b"] * 20),
        lambda one, _: many(one, *["a"] * 39, "b"),
    ),
    "place_coverage": (
        lambda one, _: [one],
        lambda one, _: [replace(one, places=np.eye(1, one.places.size, dtype=np.int64)[0])],
    ),
    "camera_at_cap": (lambda one, _: [one], lambda one, hurried: [hurried]),
    "duplicates": (
        lambda one, hurried: [one, replace(hurried, look=one.look)],
        lambda one, _: [one, replace(one, unit=1)],
    ),
    "split_leakage": (
        lambda one, _: [one, replace(one, unit=1, split="eval", planet_seed=one.planet_seed + 1)],
        lambda one, _: [one, replace(one, unit=1, split="eval")],
    ),
}


@pytest.mark.parametrize("name", [n for n, rule in RULES.items() if rule.level == "dataset"])
def test_a_good_set_passes_and_a_bad_one_trips_the_rule(one, hurried, name):
    good, bad = (make(one, hurried) for make in CASES[name])
    config = QualityConfig()
    assert {found.verdict for found in judge(name, good, config)} == {"pass"}
    assert {found.verdict for found in judge(name, bad, config)} - {"pass"}


def test_twins_look_alike_and_go_alike(one):
    turned = replace(one, unit=1, look=one.look ^ (2**64 - 1))
    longer = replace(one, unit=2, figures=one.figures * 1.01)
    found = judge("duplicates", [one, turned, longer], QualityConfig())
    assert [(f.unit, f.value) for f in found] == [(0, 0.0), (1, 0.0), (2, 0.0)]


def test_leaks_name_the_episode_that_must_go(one):
    held_out = replace(one, unit=4, split="eval")
    found = judge("split_leakage", [replace(one, unit=3), held_out], QualityConfig())
    assert [(f.unit, f.verdict) for f in found] == [(3, "reject")]
