"""Rounds follow from template and seed, whoever plays them and however often they are disturbed."""

import json
import shutil

import pytest

import mpgenie
from mpgenie.cli import main
from mpgenie.datasets.coverage import Cells, cells_of, coverage
from mpgenie.errors import ConfigError
from mpgenie.generation.orchestrate import read_rounds
from mpgenie.generation.steering import Steering
from mpgenie.generation.template import Template

from .conftest import hashes

CELLS = Cells(edges={"separation": (3.0, 5.0, 8.0), "turning": (0.1, 0.5)}, thin=2)


def orchestrated(out, **options):
    usual = {"rounds": 3, "episodes_per_round": 6, "seed": 4}
    quick = {"workers": 0, "worlds": 6, "video": "none", "progress": False}
    template = Template(
        type=["quick_episodes:NOD", "quick_episodes:STAY"],
        planet="flat",
        size=48,
        distance={"uniform": [2, 12]},
        cells=CELLS,
        steering=Steering(bins=2),
    )
    return mpgenie.orchestrate(out, template, **{**usual, **quick, **options})


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three rounds of six episodes, made in one go."""
    made = {}

    def once():
        if not made:
            made["root"] = tmp_path_factory.mktemp("orchestrated") / "data"
            made["hashes"] = hashes(orchestrated(made["root"]))
        return made["root"], made["hashes"]

    return once


def test_each_round_is_planned_played_and_told(made):
    root, _ = made()
    dataset, rounds = mpgenie.open_dataset(root), read_rounds(root)
    assert [line["round"] for line in rounds] == [0, 1, 2]
    assert [line["episodes"] for line in rounds] == [6, 12, 18]
    assert sum(line["new"] for line in rounds) == rounds[-1]["filled"]
    cells = coverage(CELLS, cells_of(dataset, CELLS))
    assert rounds[-1]["filled"] == cells.filled
    assert rounds[-1]["entropy"] == pytest.approx(cells.entropy, abs=1e-6)
    assert sum(json.loads((root / "rounds/00001.json").read_text())["weights"].values()) == (
        pytest.approx(1)
    )


def test_workers_make_no_difference(made, tmp_path):
    assert hashes(orchestrated(tmp_path / "data", workers=2, worlds=2)) == made()[1]


def test_stopped_in_a_round_and_resumed_makes_what_was_to_be_made(made, tmp_path):
    root, whole = made()
    shutil.copytree(root, tmp_path / "data")
    for unit in (9, 10, 12, 13, 14, 15, 16, 17):  # as if it had ended within round 1
        shutil.rmtree(tmp_path / f"data/shards/u{unit:08d}")
    for name in ("rounds/00001.found.json", "rounds/00002.json", "rounds/00002.found.json"):
        (tmp_path / "data" / name).unlink()
    assert hashes(orchestrated(tmp_path / "data")) == whole
    for name in ("rounds.jsonl", "rounds/00002.json", "rounds/00001.found.json"):
        assert (tmp_path / "data" / name).read_bytes() == (root / name).read_bytes()


def test_more_rounds_are_added_to_those_that_are_there(made, tmp_path):
    few = orchestrated(tmp_path / "data", rounds=1)
    assert hashes(few).items() < made()[1].items()
    assert hashes(orchestrated(tmp_path / "data")) == made()[1]


def test_what_cannot_be_made_is_counted_and_left_out(tmp_path):
    template = Template(type=["quick_episodes:NOD", "quick_episodes:RAISE"], planet="flat", size=48)
    options = {"rounds": 2, "episodes_per_round": 4, "workers": 0, "video": "none"}
    dataset = mpgenie.orchestrate(tmp_path / "data", template, **options, progress=False)
    rounds = read_rounds(tmp_path / "data")
    assert sum(line["failed"] for line in rounds) == 8 - len(dataset) > 0
    assert rounds[-1]["episodes"] == len(dataset)


def test_the_command_prints_how_coverage_grew(made, tmp_path, capsys):
    template = mpgenie.open_dataset(made()[0]).facts["config"]["template"]
    (tmp_path / "drawn.toml").write_text(Template.from_dict(template).to_toml())
    data, file = str(tmp_path / "data"), str(tmp_path / "drawn.toml")
    quick = "--episodes-per-round 6 --seed 4 --workers 0 --video none".split()
    arguments = ["orchestrate", "--out", data, "--template", file, "--rounds", "1", *quick]
    assert main([*arguments, "--against", str(made()[0])]) == 0
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert said[0] == ["round", "episodes", "cells", "new", "thin", "entropy"]
    assert said[1][:2] == ["0", "6"]
    assert [said[1][2], *said[1][4:]] == said[2][2:]  # the same first round
    assert hashes(mpgenie.open_dataset(data)).items() < made()[1].items()


def test_another_seed_makes_another_dataset(made, tmp_path):
    other = hashes(orchestrated(tmp_path / "data", rounds=1, seed=5))
    assert not set(other.values()) & set(made()[1].values())


def test_rounds_of_another_size_are_refused(made):
    with pytest.raises(ConfigError, match="begun with round = 6, not 7"):
        orchestrated(made()[0], episodes_per_round=7)


def test_no_rounds_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="rounds and their episodes: 1 or more"):
        orchestrated(tmp_path / "data", rounds=0)


def test_a_dataset_without_rounds_says_so(tmp_path):
    with pytest.raises(ConfigError, match="was not made in rounds"):
        read_rounds(tmp_path)
