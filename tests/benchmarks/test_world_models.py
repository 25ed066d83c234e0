"""Every variant is learnt and judged once; the same command finds the table done."""

import json

import numpy as np
import pytest

from mpgenie.benchmarks import world_models
from mpgenie.benchmarks.world_models import VARIANTS, Job, main, plan_of
from mpgenie.benchmarks.world_models_table import FREE, table, told, write_table
from mpgenie.errors import ConfigError
from mpgenie.pictures import made_by_us
from mpgenie.world_models import learning
from mpgenie.world_models.plan import Plan
from tests.datasets.random_play import two_episodes
from tests.runs import one_thread as one_thread

TINY = {"width": 32, "heads": 2, "blocks": 1, "window": 4, "steps": 1}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return str(two_episodes(tmp_path_factory.mktemp("data") / "data"))


@pytest.fixture
def small(monkeypatch):
    usual = Plan.of
    monkeypatch.setattr(Plan, "of", lambda preset, **how: usual(preset, **{**how, **TINY}))
    monkeypatch.setattr(learning, "SCORED", 1)
    monkeypatch.setattr(learning, "DREAMT", 2)
    monkeypatch.setattr(learning._Learner, "_picture", lambda *given: None)


def command(data, out, *more):
    usual = ["--data", data, "--valid", data, "--out", str(out), "--share", "0.001"]
    return [*usual, "--judged", "3", "--horizon", "8", "--seeds", "1", *more]


@pytest.mark.slow
def test_all_variants_and_the_same_table_again(data, small, tmp_path, capsys, monkeypatch):
    assert main(command(data, tmp_path)) == 0
    printed = capsys.readouterr().out
    for name in VARIANTS:
        assert f"{name} " in printed
    written = json.loads((tmp_path / "table.json").read_text())
    names = [row["name"] for row in written["rows"]]
    assert names == [*VARIANTS, *(name.replace("_", "-") for name in FREE), "real"]
    assert "too good" in written["notes"][0]
    rows = {row["name"]: row for row in written["rows"]}
    assert rows["ours"]["better"] == [0.0, 0.0, 0.0]
    assert rows["tokenizer"]["psnr"]["8"] == [60.0, 60.0, 60.0]
    assert len({rows[name]["clips"] for name in VARIANTS if name != "pretrained"}) == 1
    page = (tmp_path / "table.md").read_text()
    assert page.count("\n| ") == len(names) + 1 and page.startswith("| model | dB at 1 ")
    assert made_by_us(tmp_path / "horizon.png")

    monkeypatch.setattr(world_models, "train_world_model", None)
    (tmp_path / "table.json").unlink()
    assert main(command(data, tmp_path)) == 0
    assert json.loads((tmp_path / "table.json").read_text()) == written


def test_a_stopped_run_goes_on_to_the_same_figures(data, small, tmp_path, capsys):
    only = ("--only", "pretrained", "--share", "0.004")
    assert main(command(data, tmp_path / "a", *only)) == 0
    assert main(command(data, tmp_path / "b", *only, "--minutes", "1e-9")) == 0
    assert "the same command goes on" in capsys.readouterr().out
    assert not (tmp_path / "b" / "table.json").exists()
    assert main(command(data, tmp_path / "b", *only)) == 0
    a, b = ((tmp_path / each / "table.json").read_text() for each in "ab")
    assert a == b
    with pytest.raises(ConfigError, match="holds a run with"):
        main(command(data, tmp_path / "b", *only, "--judged", "2"))


def test_ctrl_c_is_heard(data, tmp_path, capsys, monkeypatch):
    def pressed(*given, **options):
        raise KeyboardInterrupt("stopped at step 1 of 2")

    monkeypatch.setattr(world_models, "train_world_model", pressed)
    assert main(command(data, tmp_path)) == 130
    assert "stopped at step 1" in capsys.readouterr().out


def test_all_variants_learn_as_long_from_as_many_clips():
    facts = {
        name: Job(name, 0, plan_of(variant, "debug", 0, 1.0)).facts
        for name, variant in VARIANTS.items()
    }
    assert len({(each["steps"], each["clips"]) for each in facts.values()}) == 1
    assert [*plan_of(VARIANTS["pretrained"], "debug", 0, 1.0).stages] == ["single", "causal"]
    assert [*plan_of(VARIANTS["ours"], "small", 0, 1.0).stages] == ["tokenizer", "causal"]
    flops = {name: each["step_flops"] for name, each in facts.items()}
    assert flops["compose"] > flops["ours"] > flops["frame_concat"]
    assert facts["pretrained"]["learning_flops"] < facts["ours"]["learning_flops"]


def made_up(name, seed, error):
    """A run whose dreams are this far off, and turn as told in all but one view."""
    rng = np.random.default_rng(seed)
    clips, steps = 12, 16
    wrong = error * rng.uniform(0.5, 1.5, (clips, 1)) * np.linspace(0.5, 2.0, steps)
    turns = np.ones((clips, 2), int)
    right = turns.copy()
    right[0] = 0
    steering = {"turns": turns.tolist(), "right": right.tolist()}
    return {
        "name": name, "what": name, "seed": seed, "steps": 10, "clips": 80, "parameters": 1e6,
        "step_flops": 2e9, "learning_flops": 3e12,
        "errors": {key: wrong.tolist() for key in ("dream", *FREE)},
        "steering": {key: steering for key in ("dream", "real", *FREE)},
    }  # fmt: skip


def test_intervals_are_of_the_same_clips(tmp_path):
    runs = [made_up(name, seed, error) for seed in range(3)
            for name, error in (("ours", 0.01), ("worse", 0.02))]  # fmt: skip
    ours, worse, *_ = table(runs)
    middle, low, high = ours["psnr"]["8"]
    assert low < middle < high and [*ours["psnr"]] == ["1", "4", "8", "16"]
    assert worse["better"] == pytest.approx([-3.01, -3.01, -3.01], abs=0.01)
    share, low, high = ours["camera"]["yaw"]
    assert share == pytest.approx(11 / 12, abs=1e-3) and low < share <= high
    assert ours["camera"]["both_turns"] == 24
    page = write_table(runs, tmp_path)
    assert "| 92% [" in page and "-3.01" in page
    assert "camera 92%" in told(runs[0])


def test_where_no_view_turns_nothing_is_said_of_the_camera(tmp_path):
    run = made_up("ours", 0, 0.01)
    none = np.zeros((12, 2), int).tolist()
    run["steering"] = {key: {"turns": none, "right": none} for key in run["steering"]}
    assert table([run])[0]["camera"]["both"] is None
    assert "no view turns" in told(run)
    assert (write_table([run], tmp_path)).startswith("| model |")
