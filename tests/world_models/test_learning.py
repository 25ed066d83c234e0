"""A dataset becomes a checkpoint that dreams, stage after stage, and every damage is refused."""

import json
import os
import shutil
import signal
import subprocess
import sys

import av
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import mpgenie
from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.training.log import Log
from mpgenie.agents.training.stopping import Pace
from mpgenie.cli import main
from mpgenie.errors import CheckpointError, ConfigError
from mpgenie.pictures import made_by_us
from mpgenie.world_models import checkpoint as checkpoints
from mpgenie.world_models.checkpoint import load_world_model
from mpgenie.world_models.curves import draw_stages
from mpgenie.world_models.dream import DreamEnv
from mpgenie.world_models.learning import best_machine, train_world_model
from mpgenie.world_models.plan import Plan
from mpgenie.world_models.training import Machine

SHAPE = {
    "width": 32, "heads": 2, "blocks": 1, "channels": 8, "convolutions": 8, "window": 4,
    "tokenizer": "autoencoder", "predicts": "velocity", "moves": False, "gates": False, "steps": 4,
}  # fmt: skip


def plan(preset="debug", **chosen):
    return Plan.of(preset, **{"share": 0.005, **SHAPE, **chosen})


@pytest.fixture(scope="module")
def learnt(dataset, tmp_path_factory):
    out = tmp_path_factory.mktemp("world")
    torch.set_num_threads(1)  # before `one_thread` does
    assert train_world_model(dataset, out, plan())
    return out


def test_all_stages_leave_a_checkpoint_strips_and_figures(learnt):
    assert {path.name for path in (learnt / "stages").iterdir()} == {
        "tokenizer", "causal", "distill",
    }  # fmt: skip
    names = {path.name.split("_")[0] for path in (learnt / "strips").iterdir()}
    assert names == {"tokenizer", "causal", "distill"}
    videos = sorted((learnt / "strips").glob("causal_*.mp4"))
    with av.open(videos[-1]) as video:
        shown = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(videos) == 3 and shown[-1].shape[:2] == (196, 196) and len(shown) > 8
    left, right = (np.float32(shown[0][:96, x : x + 96]) for x in (0, 98))
    assert np.abs(left - right).mean() < 4  # the first frames are what it is shown
    scores = json.loads((learnt / "scores.json").read_text())
    assert scores["tokenizer"]["psnr"] > 15
    assert set(scores["causal"]) == {"dream", "copy_last", "no_action", "shuffled", "tokenizer"}
    assert len(scores["distill"]["dream"]) == 8
    about = json.loads((learnt / "config.json").read_text())
    assert [*about["stages"]] == ["tokenizer", "causal", "distill"]
    assert about["config"]["sampler"] == "renoise"


def test_curves_show_each_stage(tmp_path):
    for stage in ("tokenizer", "causal"):
        with_log = Log(tmp_path / "stages" / stage, ("step", "loss", "flow", "rate"), by="step")
        for step in (20, 40, 60):
            with_log.add({"step": step, "loss": 1.0 / step, "flow": 0.5 / step, "rate": 1e-3})
        with_log.close()
    draw_stages(tmp_path, tmp_path / "curves.png")
    assert made_by_us(tmp_path / "curves.png")
    draw_stages(tmp_path / "nothing", tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_the_checkpoint_dreams_with_the_spaces_of_the_game(learnt):
    env = DreamEnv(load_world_model(learnt), seed=1)
    seen, _ = env.reset()
    assert {name: frame.shape for name, frame in seen.items()} == {
        "player_0": (32, 32, 3), "player_1": (32, 32, 3),
    }  # fmt: skip
    seen, rewards, *_ = env.step({agent: env.action_space(agent).sample() for agent in env.agents})
    assert seen["player_0"].dtype == np.uint8 and np.isfinite(rewards["player_0"])


def test_what_was_learnt_is_what_dreams(learnt):
    _, arrays = read_arrays(learnt / "stages" / "distill" / "model.npz")
    network = load_world_model(learnt).model.transformer
    for name, weight in network.state_dict().items():
        assert np.array_equal(arrays[f"net.{name}"], weight.numpy()), name


@pytest.mark.parametrize("bf16", [False, True])
def test_who_dreams_in_one_step_learns_from_its_own_dreams_at_last(dataset, tmp_path, bf16):
    one = Plan.of("debug", share=0.005, width=32, heads=2, blocks=1)
    assert train_world_model(dataset, tmp_path, one, machine=Machine(bf16=bf16))
    causal, rollout = (
        read_arrays(tmp_path / "stages" / stage / "model.npz") for stage in ("causal", "rollout")
    )
    assert (causal[0]["frames"], rollout[0]["frames"]) == (8, 22)  # as long as episodes are
    assert any(not np.array_equal(each, causal[1][name]) for name, each in rollout[1].items())
    about = json.loads((tmp_path / "config.json").read_text())
    assert about["stages"] == {"causal": 3, "rollout": 1}
    assert about["config"]["sampler"] == "euler"
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert set(scores) == {"causal", "rollout"}
    assert {path.name[:7] for path in (tmp_path / "strips").iterdir()} == {"causal_", "rollout"}
    kept = load_file(tmp_path / "model.safetensors")
    assert {weight.dtype for weight in kept.values()} == {(torch.float32, torch.float16)[bf16]}
    load_world_model(tmp_path)


def test_a_kill_before_a_stage_is_told_of_loses_nothing(learnt, dataset, tmp_path):
    out = tmp_path / "killed"
    shutil.copytree(learnt, out)
    scores = json.loads((out / "scores.json").read_text())
    before = {stage: each for stage, each in scores.items() if stage != "distill"}
    (out / "scores.json").write_text(json.dumps(before))
    (out / "model.safetensors").unlink()
    assert train_world_model(dataset, out, plan())
    assert json.loads((out / "scores.json").read_text()) == scores
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (out, learnt))
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[n], theirs[n]) for n in ours)


def test_a_finished_run_is_not_learnt_again(learnt, dataset):
    before = (learnt / "model.safetensors").stat().st_mtime_ns
    assert train_world_model(dataset, learnt, plan())
    assert (learnt / "model.safetensors").stat().st_mtime_ns == before
    with pytest.raises(ConfigError, match="holds a run with"):
        train_world_model(dataset, learnt, plan(seed=1, share=0.01))


def test_a_stopped_run_goes_on_to_the_same_model(learnt, dataset, tmp_path):
    def stop(stage, effort, figures):
        if stage == "causal" and figures["step"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="stopped at step 1 of"):
        train_world_model(dataset, tmp_path, plan(), on_step=stop)
    assert train_world_model(dataset, tmp_path, plan())
    for name in ("model.safetensors", "tokenizer.safetensors", "starts.npz"):
        assert (tmp_path / name).read_bytes() == (learnt / name).read_bytes()


IN_ONE_STEP = {"share": 0.025, "width": 32, "heads": 2, "blocks": 1}
KILLED = """
import json, os, signal, sys
import mpgenie, torch
from pathlib import Path
from mpgenie.world_models.learning import train_world_model
from mpgenie.world_models.plan import Plan

def stop(stage, effort, figures):
    if stage == "rollout" and figures["step"] == 1:
        os.kill(os.getpid(), signal.SIGKILL)

torch.set_num_threads(1)
data, out, shape = sys.argv[1:]
plan = Plan.of("debug", **json.loads(shape))
train_world_model(mpgenie.open_dataset(data), Path(out), plan, on_step=stop)
"""


def test_a_killed_run_goes_on_to_the_same_model(dataset, tmp_path):
    given = (dataset.root, tmp_path / "killed", json.dumps(IN_ONE_STEP))
    command = [sys.executable, "-c", KILLED, *map(str, given)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "killed" / "stages" / "rollout" / "model.npz").exists()
    for out in ("killed", "whole"):
        assert train_world_model(dataset, tmp_path / out, Plan.of("debug", **IN_ONE_STEP))
    a, b = (tmp_path / out / "model.safetensors" for out in ("killed", "whole"))
    assert a.read_bytes() == b.read_bytes()


def test_every_stage_of_solaris_and_patches(dataset, tmp_path):
    stages = ("single", "bidirectional", "causal")
    shape = {"width": 32, "heads": 2, "blocks": 1, "window": 4, "share": 0.001, "stages": stages}
    assert train_world_model(dataset, tmp_path, Plan.of("debug", **shape))
    assert load_world_model(tmp_path).config.resolution == (32, 32)
    assert [path.name for path in sorted((tmp_path / "stages").iterdir())] == sorted(stages)


def test_time_is_up_between_stages_too(dataset, tmp_path):
    assert not train_world_model(dataset, tmp_path, plan(), minutes=1e-9)
    assert not (tmp_path / "model.safetensors").exists()


@pytest.fixture
def copy(learnt, tmp_path):
    return shutil.copytree(learnt, tmp_path / "copy")


def edited(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_another_engine_palette_or_game_is_refused_by_name(copy):
    about = json.loads((copy / "config.json").read_text())
    edited(copy, engine={**about["engine"], "simulation": 1000})
    with pytest.raises(CheckpointError, match="version 1000 of the simulation"):
        load_world_model(copy)
    edited(copy, engine=about["engine"], palette={**about["palette"], "stone": [1, 2, 3]})
    with pytest.raises(CheckpointError, match=r"another palette: stone was \[1, 2, 3\]"):
        load_world_model(copy)
    wrong = {**about["spaces"], "action": {"choices": [3, 3]}}
    edited(copy, palette=about["palette"], spaces=wrong)
    with pytest.raises(CheckpointError, match="for the action space"):
        load_world_model(copy)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.safetensors", "starts.npz"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_damaged_files_are_refused_by_name(copy, name, damage):
    path, content = copy / name, bytearray((copy / name).read_bytes())
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[-5] ^= 1
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match=name):
        load_world_model(copy)


def hashed(folder):
    """Let the config tell of the files that are there, as a forger would."""
    about = json.loads((folder / "config.json").read_text())
    edited(folder, files={n: checkpoints._hash((folder / n).read_bytes()) for n in about["files"]})


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: weights.pop("entry.bias"),
        lambda weights: weights.update({"entry.bias": torch.zeros(3)}),
        lambda weights: weights.update({"more": torch.zeros(3)}),
        lambda weights: weights["entry.bias"].fill_(torch.nan),
        lambda weights: weights.update({"entry.bias": weights["entry.bias"].long()}),
    ],
    ids=["missing", "misshapen", "surplus", "nan", "integers"],
)
def test_forged_weights_are_refused(copy, change):
    weights = load_file(copy / "model.safetensors")
    change(weights)
    save_file(weights, copy / "model.safetensors")
    hashed(copy)
    with pytest.raises(CheckpointError, match="model.safetensors"):
        load_world_model(copy)


@pytest.mark.parametrize("content", [b"", b"\xff" * 64, b"\x80\x04N.", b"\x08" + b"\0" * 7 + b"{}"])
def test_files_that_are_no_tensors_are_refused(copy, content):
    (copy / "model.safetensors").write_bytes(content)
    hashed(copy)
    with pytest.raises(CheckpointError, match="model.safetensors"):
        load_world_model(copy)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"kind": "world model"}', "[" * 100_000])
def test_configs_that_make_no_sense_are_refused(copy, text):
    (copy / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match="config.json"):
        load_world_model(copy)


def test_a_config_cannot_ask_for_more_than_the_file_holds(copy):
    about = json.loads((copy / "config.json").read_text())
    edited(copy, config={**about["config"], "width": 4096, "heads": 64, "blocks": 64})
    with pytest.raises(CheckpointError, match="is not of the shape"):
        load_world_model(copy)
    edited(copy, config={**about["config"], "blocks": 10**9})
    with pytest.raises(CheckpointError, match="config.json is damaged: blocks must lie"):
        load_world_model(copy)


def test_a_folder_without_a_checkpoint_says_so(tmp_path):
    with pytest.raises(CheckpointError, match="no world model"):
        load_world_model(tmp_path)


def test_plans_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="Did you mean 'small'"):
        Plan.of("smal")
    with pytest.raises(ConfigError, match="Did you mean 'causal'"):
        Plan.of("small", stages=("tokenizer", "casual"))
    for stages in (
        ("causal",), ("tokenizer",), ("causal", "tokenizer"), ("tokenizer", "distill"),
        ("tokenizer", "rollout"), ("tokenizer", "causal", "distill", "rollout"),
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            Plan.of("small", stages=stages)
    with pytest.raises(ConfigError, match="has no stage 'single'"):
        Plan.of("debug", stages=("single", "causal"), layout="frame_concat")
    with pytest.raises(ConfigError, match="Did you mean 'layout'"):
        Plan.of("debug", layuot="joint")
    assert [*Plan.of("debug").stages] == ["causal", "rollout"]
    assert [*Plan.of("debug", steps=4).stages] == ["causal", "distill"]
    assert best_machine("cpu") == Machine("cpu", False)
    assert best_machine("cuda:1") == Machine("cuda:1", True)


@pytest.mark.parametrize("seed", [-1, 2**31])
def test_seeds_that_cannot_be_are_refused(seed):
    with pytest.raises(ConfigError, match="seed must lie in"):
        Plan.of("debug", seed=seed)


def test_the_command_makes_what_it_watches_and_what_it_holds_out(dataset, tmp_path, monkeypatch):
    made = {}

    def generate(out, *, episodes, seed, **options):
        made[out.name] = (episodes, seed)
        return dataset

    monkeypatch.setattr(mpgenie, "generate", generate)
    command = ["train", "world-model", "--preset", "debug", "--data", "generate", "--seed", "3"]
    command += ["--out", str(tmp_path), "--minutes", "1e-9"]
    assert main(command) == 0
    assert made == {"held_out": (2, 4), "data": (16, 3)}


def test_the_time_that_data_takes_counts(dataset, tmp_path, monkeypatch):
    spent = []
    monkeypatch.setattr(Pace, "seconds", property(lambda pace: 0.0 if spent else 59.0))
    monkeypatch.setattr(
        "mpgenie.world_models.learning.train_world_model",
        lambda *args, minutes, **options: spent.append(minutes) or True,
    )
    command = ["train", "world-model", "--preset", "debug", "--data", str(dataset.root)]
    assert main([*command, "--out", str(tmp_path), "--minutes", "1"]) == 0
    assert spent == pytest.approx([1.0 / 60.0])


def test_the_command_learns_and_goes_on(dataset, tmp_path, capsys, monkeypatch):
    small = {**SHAPE}
    usual = Plan.of
    monkeypatch.setattr(Plan, "of", lambda preset, **how: usual(preset, **{**how, **small}))
    command = ["train", "world-model", "--preset", "debug", "--data", str(dataset.root)]
    command += ["--out", str(tmp_path), "--share", "0.001", "--stages", "tokenizer,causal"]
    command += ["--set", "identity=learned"]
    assert main([*command, "--minutes", "1e-9"]) == 0
    assert "the same command goes on" in capsys.readouterr().out
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "frames come back with" in printed and "copy last" in printed
    assert load_world_model(tmp_path).model.config.identity == "learned"
    assert main([*command, "--share", "-1"]) == 1
