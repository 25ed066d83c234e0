"""Learning works, goes on exactly, survives bad numbers and damage, and refuses hostile files."""

import os
import shutil

import numpy as np
import pytest
import torch

from mpgenie.agents.arrays_file import read_arrays, write_arrays
from mpgenie.agents.learning import PATIENCE, Run, Schedule, learn
from mpgenie.agents.training.log import read_progress
from mpgenie.agents.vpt.corpus import Corpus
from mpgenie.agents.vpt.idm import IdmConfig, IdmLesson, load_idm
from mpgenie.agents.vpt.metrics import scores
from mpgenie.agents.vpt.telling import tell, truth_of
from mpgenie.errors import CheckpointError, ConfigError, DivergedError
from tests.runs import interrupt_at, same

from .conftest import config, lesson, network, panned


def test_a_few_hundred_frames_teach_to_tell_turns_and_presses(tmp_path):
    play = panned(ticks=400)
    taught = IdmLesson(config(steps=300, views=12, ticks=8), Corpus([play]))
    model, _ = load_idm(learn(taught, tmp_path))
    found = scores([truth_of(play)], [tell(model, play)])
    assert found["camera_r2"] > 0.5 and found["macro_f1"] > 0.9
    rows = read_progress(tmp_path / "progress.csv")
    assert [row["step"] for row in rows] == [20.0 * k for k in range(1, 16)]
    assert rows[-1]["loss"] < rows[0]["loss"]


def test_learning_begins_with_brief_clips_of_many_scenes():
    taught = IdmLesson(config(steps=10, ticks=16, views=2, brief=3, begin=0.5), Corpus([panned()]))
    assert [taught.batch(step).down.shape[::2] for step in (4, 5)] == [(8, 3), (2, 16)]


def test_stretches_in_which_more_is_done_are_drawn_more_often():
    still = panned(seed=1)
    still.down[:], still.camera[:] = False, 0.0
    corpus, rng = Corpus([panned(), still]), np.random.default_rng(0)
    for draws, least, most in ((1, 0.35, 0.65), (3, 0.75, 0.95)):
        clips = [corpus.clip(rng, 8, 1, network(), draws=draws) for _ in range(200)]
        assert least < np.mean([clip.camera.any() for clip in clips]) < most


def test_a_run_goes_on_as_if_it_had_never_been_stopped(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    learn(lesson(), whole)
    with pytest.raises(KeyboardInterrupt, match="stopped at step 3 of 6 and saved"):
        learn(lesson(), parts, on_step=interrupt_at(3))
    learn(lesson(), parts)
    assert same(whole / "model.npz", parts / "model.npz")
    assert same(whole / "resume.npz", parts / "resume.npz")


def test_a_damaged_file_is_passed_over_for_the_one_before(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    learn(lesson(), whole)
    run = Run(lesson(), parts)
    for _ in range(2):
        run.advance()
        run.save()
    (parts / "resume.npz").write_bytes((parts / "resume.npz").read_bytes()[:-1000])
    assert Run(lesson(), parts).step == 1
    learn(lesson(), parts)
    assert same(whole / "model.npz", parts / "model.npz")
    for name in ("resume.npz", "previous.npz"):
        (parts / name).write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="is damaged .*: remove it"):
        Run(lesson(), parts)


def test_a_kill_between_two_files_loses_nothing(tmp_path):
    run = Run(lesson(), tmp_path)
    run.advance()
    run.save()
    (tmp_path / "resume.npz").rename(tmp_path / "previous.npz")
    assert Run(lesson(), tmp_path).step == 1


def test_other_settings_do_not_mix_with_a_run(tmp_path):
    learn(lesson(steps=1), tmp_path)
    with pytest.raises(ConfigError, match="holds a run with config"):
        learn(lesson(steps=1, seed=1), tmp_path)


class Astray:
    """A lesson whose losses are no numbers at some steps."""

    parts = ("buttons",)

    def __init__(self, bad):
        torch.manual_seed(0)
        self.model, self.schedule, self.bad = torch.nn.Linear(2, 1), Schedule(steps=12), bad

    def losses(self, step):
        loss = self.model(torch.ones(2)).float().square().sum()
        return {"buttons": loss * float("nan") if step in self.bad else loss}

    def about(self):
        return {"kind": "astray"}


def test_a_step_without_a_number_is_left_out_and_halves_the_rate(tmp_path):
    run = Run(Astray({1, 2}), tmp_path)
    run.advance()
    before = run.model.weight.clone()
    run.advance()
    run.advance()
    assert torch.equal(run.model.weight, before) and run.factor == 0.25 and run.step == 3
    run.advance()
    assert not torch.equal(run.model.weight, before) and run.model.weight.isfinite().all()


def test_a_run_that_went_astray_stops_and_leaves_a_dump(tmp_path):
    with pytest.raises(DivergedError, match="5 steps in a row up to 7 .* lower"):
        learn(Astray(range(2, 12)), tmp_path)
    about, arrays = read_arrays(tmp_path / "diverged.npz")
    assert about["step"] == 2 + PATIENCE and np.isfinite(arrays["net.weight"]).all()


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learnt")
    learn(lesson(steps=1), folder)
    return folder


def test_a_model_comes_back_with_its_config(learnt):
    model, kept = load_idm(learnt)
    assert kept == config(steps=1) == IdmConfig.from_plain(kept.to_plain())
    assert same(learnt / "model.npz", learnt / "model.npz") and not model.training


def width(about):
    about["config"]["network"]["width"] = 3 * 2**9


def blocks(about):
    about["config"]["network"]["blocks"] = 10**9


def kind(about):
    about["kind"] = "policy"


def unknown(about):
    about["config"]["network"]["shape"] = 1


def nothing(about):
    del about["config"]


@pytest.mark.parametrize("change", [width, blocks, kind, unknown, nothing])
def test_files_that_are_no_model_of_ours_are_refused(learnt, tmp_path, change):
    about, arrays = read_arrays(learnt / "model.npz")
    change(about)
    write_arrays(tmp_path / "model.npz", about, arrays)
    with pytest.raises(CheckpointError):
        load_idm(tmp_path)


@pytest.mark.parametrize("array", [np.full(20, np.nan, np.float32), np.zeros(3), None])
def test_weights_that_do_not_fit_are_refused(learnt, tmp_path, array):
    about, arrays = read_arrays(learnt / "model.npz")
    arrays["net.buttons.bias"] = array
    if array is None:
        del arrays["net.buttons.bias"]
    write_arrays(tmp_path / "model.npz", about, arrays)
    with pytest.raises(CheckpointError):
        load_idm(tmp_path)


def test_no_code_in_a_file_is_ever_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    trap = np.array([Trap()], dtype=object)
    np.savez(tmp_path / "model.npz", about=trap)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        load_idm(tmp_path)
    assert not (tmp_path / "sprung").exists()


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="several views"):
        config(players=2)
    with pytest.raises(ConfigError, match="Did you mean 'small'"):
        IdmConfig.of("smal")
    with pytest.raises(ConfigError, match="the network is for frames of"):
        IdmLesson(config(network=network(resolution=(64, 64))), Corpus([panned()]))
    with pytest.raises(ConfigError, match="got none"):
        Corpus([])


def test_several_views_are_learnt_together_while_one_is_dark(tmp_path):
    together = config(steps=2, players=2, dark=1.0, network=network(players=True))
    learn(IdmLesson(together, Corpus([panned(players=2)])), tmp_path)
    play = panned(1, ticks=150, players=3)  # more than it learnt from, longer than a window
    told = tell(load_idm(tmp_path)[0], play)
    assert told.down.shape == (150, 3, 20) and told.camera.shape == (150, 3, 2)


def test_a_copy_of_a_run_is_a_run(learnt, tmp_path):
    shutil.copytree(learnt, tmp_path / "copy")
    assert Run(lesson(steps=1), tmp_path / "copy").step == 1
