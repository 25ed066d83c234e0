"""The loop of video pre-training: from a few labels to players, stopped and resumed at will."""

import json
import shutil

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.learning import Schedule
from mpgenie.agents.vpt.augment import NONE
from mpgenie.agents.vpt.cloning import CloneConfig
from mpgenie.agents.vpt.idm import IdmConfig
from mpgenie.agents.vpt.loop import Loop, stream_of, vpt
from mpgenie.agents.vpt.loop_config import LoopConfig
from mpgenie.datasets.exports.export import export
from mpgenie.datasets.manifest import read_sealed_json, sealed_json
from mpgenie.datasets.verify import verify
from mpgenie.errors import ConfigError, DatasetError
from mpgenie.play.recording import record
from tests.play.conftest import Table

STEPS = Schedule(steps=3, warm_up=1)


def small(**chosen):
    settings = {
        "ticks": 24, "labelled": 1, "unlabelled": 2, "judged": 1, "rollouts": 2,
        "rollout_ticks": 10, "who": "script", "idm_minutes": None, "clone_minutes": None,
        "idm": IdmConfig.of("tiny", schedule=STEPS, augmentation=NONE, ticks=8, views=2),
        "clone": CloneConfig.of("tiny", schedule=STEPS, augmentation=NONE, ticks=16, clips=2),
    }  # fmt: skip
    return LoopConfig.of("tiny", **{**settings, **chosen})


def never(*_, **__):
    raise AssertionError("nothing is recorded where datasets are given")


@pytest.fixture(scope="module")
def loops(tmp_path_factory):
    """One loop that was stopped twice, and one that was not."""
    stopped, whole = (tmp_path_factory.mktemp("loop") / name for name in ("stopped", "whole"))
    for stage in ("record", "clone_true_0"):

        def stop(name, share, stage=stage):
            if name == stage and share > 0.3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            vpt(small(), stopped, record=record, on_stage=stop)
    seen = []
    vpt(small(), stopped, record=record, on_stage=lambda name, _: seen.append(name))
    assert "idm_0" not in seen and "clone_true_0" in seen
    vpt(small(), whole, record=record)
    return stopped, whole


def test_all_arms_are_tried_and_both_claims_are_told(loops):
    results = json.loads((loops[1] / "results.json").read_text())
    assert [arm["arm"] for arm in results["arms"]] == [
        "cloned by the model's labels", "cloned by true labels",
        "cloned from the labelled set alone", "who was watched", "chance",
    ]  # fmt: skip
    for arm in results["arms"]:
        assert arm["episodes"] == 2 and arm["low"] <= arm["score"] <= arm["high"]
        assert arm["survival"] == 1.0 and arm["distance"] >= 0.0
    assert [claim["line"].split(":")[0] for claim in results["claims"]] == [
        "Labels of the model give at least 90% of the score that true labels give",
        "They give more than the small labelled set alone, 95 % intervals apart",
    ]
    page = (loops[1] / "report" / "report.html").read_text()
    assert "cloned by true labels" in page and "data:video/mp4" in page
    assert (loops[1] / "report" / "clone.png").is_file()


def test_a_loop_that_was_stopped_comes_to_the_same(loops):
    found, wanted = (json.loads((root / "results.json").read_text()) for root in loops)
    assert found["arms"] == wanted["arms"] and found["idm"] == wanted["idm"]


def test_a_finished_loop_has_nothing_to_do(loops):
    seen = []
    loop = Loop(small(), loops[0], never, on_stage=lambda name, _: seen.append(name))
    assert loop.finished
    assert loop.run() == json.loads((loops[0] / "results.json").read_text()) and not seen


def test_a_folder_of_another_loop_is_refused(loops, tmp_path):
    with pytest.raises(ConfigError, match="holds a loop with rollouts = 2, not 3"):
        vpt(small(rollouts=3), loops[0], record=never)
    (tmp_path / "mine").write_text("not a loop")
    with pytest.raises(ConfigError, match="is not empty and holds no loop"):
        vpt(small(), tmp_path, record=never)


def test_pseudo_labels_lie_beside_the_unlabelled_episodes(loops):
    dataset = mpgenie.open_dataset(loops[0] / "unlabelled")
    (labels,) = (dataset.root / "labels").iterdir()
    assert labels.name.startswith("vpt-") and len(list(labels.iterdir())) == 2
    assert not (loops[0] / "labelled" / "labels").exists()


def test_what_a_time_limit_cut_short_is_told(loops, tmp_path):
    out = shutil.copytree(loops[1], tmp_path / "loop")
    mark = out / "done" / "idm_0.json"
    facts = read_sealed_json(mark)
    assert (facts["steps"], facts["planned"]) == (3, 3)
    mark.write_bytes(sealed_json({**facts, "steps": 1}))
    (out / "done" / "report.json").unlink()
    notes = vpt(small(), out, record=never)["notes"]
    assert (
        notes[-1] == "idm_0 was stopped by its time limit after 1 of 3 steps: more would be better."
    )


def human(root, seed):
    """Somebody walks and looks about for three seconds."""
    table = Table(root, scenario="gather", size=48, max_cycles=60)
    table.session.begin(seed)
    for key in ("W", "MOUSE_LEFT", "A"):
        table.inputs.press(key)
        table.tick(16, turn=9.0)
        table.inputs.release(key)
    table.session.close()
    return mpgenie.open_dataset(root)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A loop of two seeds on what people played: its folder, its datasets and its results."""
    root = tmp_path_factory.mktemp("people")
    sets = {"labelled": human(root / "few", 2), "unlabelled": human(root / "many", 3)}
    return root / "loop", sets, vpt(small(seeds=(3, 4)), root / "loop", record=never, **sets)


def test_the_loop_learns_from_what_people_played(people):
    out, sets, found = people
    assert [arm["episodes"] for arm in found["arms"]] == [4, 4, 4, 2]  # both seeds', and chance
    loop = Loop(small(seeds=(3, 4)), out, never, *sets.values())
    assert loop.finished and stream_of(*sets.values()) == ("ego_32x32", (32, 32))
    assert loop.game["scenario"] == "gather" and loop.game["size"] == 48
    with pytest.raises(ConfigError, match="labelled data"):
        Loop(small(seeds=(3, 4)), out, never, sets["unlabelled"], sets["unlabelled"])


def test_what_its_clones_play_can_be_recorded_and_plays_again(people, tmp_path):
    clone = people[0] / "seed_4" / "few"
    dataset = record(tmp_path / "data", episodes=1, who=str(clone), max_cycles=12)
    assert dataset.load(dataset.episodes[0]).header.policies == ("checkpoint:few",) * 2
    report = verify(tmp_path / "data", deep=True, replay=1.0)
    assert report.whole and report.replayed == 1


def test_the_loop_learns_from_recordings_in_vpts_format(loops, tmp_path):
    sets = []
    for name in ("labelled", "unlabelled"):
        export(mpgenie.open_dataset(loops[1] / name), "vpt", tmp_path / f"{name}-vpt")
        back = tmp_path / name
        assert not mpgenie.import_vpt(tmp_path / f"{name}-vpt", back, height=64, width=64).problems
        sets.append(mpgenie.open_dataset(back))
    assert [len(dataset) for dataset in sets] == [2, 4]  # a recording for each player
    found = vpt(
        small(scenario="gather"), tmp_path / "loop", record=never,
        labelled=sets[0], unlabelled=sets[1],
    )  # fmt: skip
    assert np.isfinite([arm["score"] for arm in found["arms"]]).all()


def test_frames_of_another_size_are_refused_with_the_way_out(loops, tmp_path):
    labelled = mpgenie.open_dataset(loops[1] / "labelled")
    other = record(
        tmp_path / "other", "gather", episodes=1, who="random", max_cycles=2, planet="flat",
        size=48, resolution=(48, 48),
    )  # fmt: skip
    with pytest.raises(DatasetError, match="ego_64x64.*ego_48x48.*both sets need one size"):
        vpt(small(), tmp_path / "loop", record=never, labelled=labelled, unlabelled=other)
    with pytest.raises(ConfigError, match="both a labelled and an unlabelled"):
        vpt(small(), tmp_path / "loop", record=never, labelled=labelled)
    assert not (tmp_path / "loop").exists()


@pytest.mark.parametrize(
    ("wrong", "way_out"),
    [
        ({"rollouts": 0}, "at least 1"),
        ({"seeds": (1, 1)}, "each once"),
        ({"rolouts": 3}, "Did you mean 'rollouts'"),
    ],
)
def test_wrong_settings_are_refused(wrong, way_out):
    with pytest.raises(ConfigError, match=way_out):
        small(**wrong)
