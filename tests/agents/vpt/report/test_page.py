"""The page tells what there is to tell, in one file, and others may add to it."""

import json
import re

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.learning import Schedule
from mpgenie.agents.vpt.idm import IdmConfig, train_idm
from mpgenie.agents.vpt.network_config import SIZES
from mpgenie.agents.vpt.report import arm, read_report, report_idm, write_report
from mpgenie.errors import ConfigError, StorageError


@pytest.fixture(scope="module")
def models(folder, tmp_path_factory):
    """Two seeds of one step."""
    made = []
    for seed in (0, 1):
        plan = IdmConfig(
            network=SIZES["tiny"], schedule=Schedule(steps=1), ticks=8, views=2, seed=seed
        )
        made.append(train_idm(mpgenie.open_dataset(folder), tmp_path_factory.mktemp("idm"), plan))
    return made


@pytest.fixture(scope="module")
def results(folder, models, tmp_path_factory):
    dataset = mpgenie.open_dataset(folder)
    return report_idm(models, dataset, tmp_path_factory.mktemp("report"), learnt_from=dataset)


def test_every_figure_is_a_mean_over_seeds_with_its_spread(results):
    model = results["scores"]["model"]
    for name in ("macro_f1", "event_f1_0", "event_f1_1", "joint_exact", "camera_r2", "camera_mae"):
        figure = model["figures"][name]
        assert len(figure["each"]) == 2 and figure["mean"] == pytest.approx(np.mean(figure["each"]))
    assert set(results["scores"]) == {"model", "majority", "copy_previous", "shuffled"}
    assert results["scores"]["copy_previous"]["figures"]["event_f1_0"]["mean"] == 0.0
    assert set(model["buttons"]["forward"]) >= {"prevalence", "f1", "average_precision"}
    assert [each["seed"] for each in results["models"]] == [0, 1]
    assert results["vpt"] == {"key_accuracy": 0.906, "camera_r2": 0.97}


def test_parts_are_by_planet_and_by_source(results, folder):
    planets = {str(e.planet_seed) for e in mpgenie.open_dataset(folder).episodes}
    assert set(results["parts"]["planet"]) == planets
    ticks = sum(each["ticks"] for each in results["parts"]["planet"].values())
    assert ticks == sum(each["ticks"] for each in results["parts"]["source"].values()) > 0


def test_planets_that_were_learnt_from_are_named(results, tmp_path):
    assert len(results["data"]["planets_learnt_from"]) == 2
    assert "figures are too good" in write_report(results, tmp_path).read_text()


def test_results_are_plain_and_the_page_stands_alone(results, tmp_path):
    page = write_report(results, tmp_path)
    text = page.read_text()
    assert page.name == "report.html" and read_report(tmp_path) == json.loads(json.dumps(results))
    assert not re.search(r'(src|href)="(?!data:)', text)
    for name in ("buttons.png", "events.png", "turns.png", "types.png"):
        assert (tmp_path / name).stat().st_size > 5000 and f'alt="{name}"' in text
    for title in ("Buttons", "Presses that can be told at all", "The camera", "Models"):
        assert f"<h2>{title}</h2>" in text


def test_others_add_arms_videos_and_tables(tmp_path):
    rng = np.random.default_rng(0)
    results = {
        "title": "The loop",
        "notes": ["A small run."],
        "arms": [
            arm("true labels", rng.random(20), survival=[1.0] * 20, distance=[3.0, 5.0]),
            arm("labels of the model", rng.random(20) / 2, note="10 x more play"),
        ],
        "videos": [{"file": "gone.mp4", "title": "gone"}],
        "tables": [{"title": "Attention", "head": ["to", "mass"], "rows": [["<others>", 0.25]]}],
    }
    text = write_report(results, tmp_path).read_text()
    assert "labels of the model" in text and "10 x more play" in text and "A small run." in text
    assert "&lt;others&gt;" in text and "gone" not in text and "<h2>Buttons" not in text
    assert (tmp_path / "arms.png").exists()


def test_what_cannot_be_reported_is_refused(folder, tmp_path):
    with pytest.raises(ConfigError, match="at least one model and one episode"):
        report_idm([], mpgenie.open_dataset(folder), tmp_path)
    with pytest.raises(ConfigError, match="holds no report"):
        read_report(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="name another place"):
        write_report({}, tmp_path / "file")
