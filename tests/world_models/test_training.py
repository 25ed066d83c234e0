"""Runs of world models go on exactly, keep a mean of weights, and may be shared by processes."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import mpgenie
from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.learning import learn
from mpgenie.errors import ConfigError
from mpgenie.world_models.clips import Film
from mpgenie.world_models.config import WorldModelConfig
from mpgenie.world_models.tokenizer_course import TokenizerCourse, brought_back
from mpgenie.world_models.training import Effort, Machine, WorldRun
from tests.runs import interrupt_at, same

from .conftest import panned

CONFIG = WorldModelConfig(resolution=(32, 32), channels=8, convolutions=8)


def course(machine=None, film=None, **chosen):
    film = film or Film([panned()], "panned")
    effort = Effort(**{"steps": 4, "rows": 4, "warm_up": 1, **chosen})
    return TokenizerCourse(CONFIG, effort, film, 0, machine or Machine())


def test_frames_come_back_better_than_at_first(tmp_path):
    film = Film([panned(seed, ticks=30) for seed in range(4)], "panned")
    taught = course(film=film, steps=60, rows=8, rate=2e-3, mean=0.9)
    before = brought_back(taught.model, film, 64)
    learn(taught, tmp_path, run_type=WorldRun)
    assert brought_back(taught.shadow, film, 64) > before + 0.1


def test_a_run_goes_on_as_if_it_had_never_been_stopped(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    learn(course(), whole, run_type=WorldRun)
    with pytest.raises(KeyboardInterrupt, match="stopped at step 2 of 4 and saved"):
        learn(course(), parts, on_step=interrupt_at(2), run_type=WorldRun)
    learn(course(), parts, run_type=WorldRun)
    assert same(whole / "resume.npz", parts / "resume.npz")
    assert same(whole / "model.npz", parts / "model.npz")


def test_what_is_used_is_the_mean_of_the_weights(tmp_path):
    run = WorldRun(course(mean=0.9), tmp_path)
    first = run.model.back.bias.clone()
    run.advance()
    after = run.model.back.bias
    slow = min(0.9, 1 / 10)
    assert torch.allclose(run.shadow.back.bias, slow * first + (1 - slow) * after)
    run.save()
    _, arrays = read_arrays(tmp_path / "model.npz")
    assert np.array_equal(arrays["net.back.bias"], run.shadow.back.bias.numpy())


def test_parts_of_a_batch_add_up_to_the_batch(tmp_path):
    one, two = course(rows=8), course(rows=8, parts=2)
    assert [*two.schedule.numbers(3, 0), *two.schedule.numbers(3, 1)] == [
        *one.schedule.numbers(3, 0)
    ]
    run = WorldRun(two, tmp_path)
    run.model.zero_grad()
    told = run.gradients(5)
    found = [w.grad.clone() for w in run.model.parameters()]
    run.model.zero_grad()
    halves = [run.course.share(5, part) for part in range(2)]
    sum(sum(half.values()) for half in halves).div(2).backward()
    for grad, weight in zip(found, run.model.parameters(), strict=True):
        assert torch.allclose(grad, weight.grad, atol=1e-7)
    mean = (halves[0]["error"] + halves[1]["error"]).item() / 2
    assert told["error"].item() == pytest.approx(mean)


WORKER = """
import sys, torch
from pathlib import Path
from tests.world_models.test_training import course
from mpgenie.world_models.training import WorldRun
torch.set_num_threads(1)
run = WorldRun(course(rows=4, parts=2), Path(sys.argv[1]))
run.gradients(0)
grads = {name: w.grad.clone() for name, w in run.model.named_parameters()}
for _ in range(2):
    run.advance()
run.save()
if run.leads:
    torch.save((run.team.size, grads), sys.argv[2])
assert not run.agreed(False) and run.agreed(run.team.rank == 1)
"""


def test_two_processes_give_the_gradients_of_one(tmp_path):
    places = [Path(mpgenie.__file__).parents[1], Path(__file__).parents[2]]  # it, and its tests
    worker = tmp_path / "worker.py"
    worker.write_text(WORKER)
    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        + [str(worker), str(tmp_path / "two"), str(tmp_path / "grads.pt")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))},
        timeout=180,
        check=True,
    )
    size, theirs = torch.load(tmp_path / "grads.pt")
    run = WorldRun(course(rows=4, parts=2), tmp_path / "one")
    run.gradients(0)
    assert size == 2
    for name, weight in run.model.named_parameters():
        assert torch.allclose(theirs[name], weight.grad, rtol=1e-4, atol=1e-7), name
    for _ in range(2):
        run.advance()
    run.save()
    (_, one), (_, two) = (read_arrays(tmp_path / n / "model.npz") for n in ("one", "two"))
    assert all(np.allclose(one[name], two[name], atol=1e-4) for name in one)


def test_other_precision_and_compiled_networks_are_choices(tmp_path, monkeypatch):
    run = WorldRun(course(Machine(bf16=True)), tmp_path / "bf16")
    assert np.isfinite(run.advance()["loss"]) and run.step == 1
    asked = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self, **how: asked.append(how))
    WorldRun(course(Machine(compiled="inductor")), tmp_path / "compiled")
    assert asked == [{"backend": "inductor"}]


def test_what_cannot_be_shared_is_refused(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match="multiple of parts"):
        Effort(rows=5, parts=2)
    with pytest.raises(ConfigError, match="mean must lie"):
        Effort(mean=1.0)
    run = WorldRun(course(), tmp_path)
    run.team.size = 2
    with pytest.raises(ConfigError, match="2 processes share"):
        WorldRun(course(), tmp_path, run.team)
