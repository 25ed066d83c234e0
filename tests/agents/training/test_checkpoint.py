"""Files of runs: what is read is what was written, and nothing else is ever read."""

import io
import json
import os
import pickle
import zipfile

import numpy as np
import pytest
import torch

from mpgenie.agents import arrays_file
from mpgenie.agents.training.checkpoint import load_policy, save_policy
from mpgenie.agents.training.saved_run import load_run, save_run
from mpgenie.errors import CheckpointError, StorageError

from .conftest import tiny


def weights(learner):
    return torch.cat([each.flatten() for each in learner.policies.state_dict().values()])


@pytest.mark.parametrize("policies", ["shared", "per_player"])
def test_a_run_goes_on_as_if_it_had_never_been_stopped(make, tmp_path, policies):
    config = {"policies": policies, "env": {"max_cycles": 20, "mobs": True}}  # ends within updates
    straight, first = make(**config), make(**config)
    figures = [straight.update() for _ in range(4)]
    for _ in range(2):
        first.update()
    save_run(tmp_path / "resume.npz", first)
    second = load_run(tmp_path / "resume.npz", threads=1)
    again = [second.update() for _ in range(2)]
    second.close()
    assert torch.equal(weights(second), weights(straight))
    for ours, theirs in zip(again, figures[2:], strict=True):
        for name in theirs.keys() - {"per_second", "env_share"}:
            assert ours[name] == theirs[name], name


def test_a_run_goes_on_in_the_middle_of_a_scenario(make, tmp_path):
    straight = make("gather", env={"max_cycles": 50})
    straight.update()
    save_run(tmp_path / "resume.npz", straight)
    again = load_run(tmp_path / "resume.npz", threads=1)
    straight.update()
    again.update()
    again.close()
    assert torch.equal(weights(again), weights(straight))


@pytest.fixture
def saved(make, tmp_path):
    learner = make()
    path = tmp_path / "policy.npz"
    save_policy(path, learner.config, learner.policies, decisions=7)
    return path


def test_a_policy_is_read_as_it_was_written(make, saved):
    config, policies, facts = load_policy(saved)
    assert config == tiny() and facts == {"decisions": 7}
    learner = make()
    assert torch.equal(
        torch.cat([each.flatten() for each in policies.state_dict().values()]), weights(learner)
    )
    assert saved.stat().st_size < 5_000_000
    assert os.listdir(saved.parent) == ["policy.npz"]


def test_a_policy_is_not_the_run_itself(saved):
    with pytest.raises(CheckpointError, match="go on with its resume.npz"):
        load_run(saved)


def altered(path, **arrays):
    """The file with some of its arrays replaced, or left out where they are None."""
    with np.load(path) as file:
        kept = {name: file[name] for name in file.files} | arrays
    buffer = io.BytesIO()
    np.savez(buffer, **{name: array for name, array in kept.items() if array is not None})
    path.write_bytes(buffer.getvalue())


def about(path, **changed):
    with np.load(path) as file:
        found = json.loads(file["about"].tobytes())
    config = found["config"] | changed.pop("config", {})
    line = json.dumps(found | {"config": config} | changed).encode()
    altered(path, about=np.frombuffer(line, np.uint8))


def test_code_is_never_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trapped"),)

    pickled = tmp_path / "pickled.npz"
    pickled.write_bytes(pickle.dumps(Trap()))
    array = tmp_path / "array.npz"
    np.savez(array, about=np.array([Trap()], object))
    model = tmp_path / "model.pt"
    torch.save({"trap": Trap()}, model)
    for path in (pickled, array, model):
        with pytest.raises(CheckpointError):
            load_policy(path)
    assert not (tmp_path / "trapped").exists()


def test_damaged_files_are_refused(saved):
    whole = saved.read_bytes()
    rng = np.random.default_rng(0)
    broken = [b"", b"PK", whole[: len(whole) // 2], whole[:-30], b"x" * 100]
    for _ in range(30):
        flipped = bytearray(whole)
        flipped[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        broken.append(bytes(flipped))
    for data in broken:
        saved.write_bytes(data)
        try:
            load_policy(saved)
        except CheckpointError as error:
            assert str(saved) in str(error)
    with pytest.raises(CheckpointError, match="there is no file"):
        load_policy(saved.with_name("nothing.npz"))


def test_what_would_unfold_to_more_than_it_is_is_not_opened(saved):
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.npy", bytes(50_000_000))
    with pytest.raises(CheckpointError, match="would unfold to 50,000,000 bytes"):
        load_policy(saved)


def test_huge_headers_reserve_no_memory(saved):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (10**13,)}
    )
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("about.npy", header.getvalue())
    with pytest.raises(CheckpointError, match="no checkpoint, or damaged"):
        load_policy(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"net.nets.0.value.bias": np.full(1, np.nan, np.float32)}, "must be finite"),
        ({"net.nets.0.value.bias": np.zeros(2, np.float32)}, r"got float32 \(2,\)"),
        ({"net.nets.0.value.bias": np.zeros(1)}, "got float64"),
        ({"net.nets.0.value.bias": None}, "other weights than its config"),
        ({"net.more": np.zeros(1, np.float32)}, "other weights than its config: more"),
        ({"about": None}, "no checkpoint"),
        ({"about": np.frombuffer(b"[1, 2]", np.uint8)}, "no checkpoint"),
        ({"about": np.frombuffer(b"[" * 100_000, np.uint8)}, "no checkpoint"),
    ],
    ids=lambda change: next(iter(change)) if isinstance(change, dict) else None,
)
def test_weights_that_do_not_fit_are_refused(saved, change, message):
    altered(saved, **change)
    with pytest.raises(CheckpointError, match=message):
        load_policy(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"config": {"hidden": 10**9}}, "hidden must be a whole number"),
        ({"config": {"scenario": "gahter"}}, "Did you mean 'gather'"),
        ({"config": {"colour": "red"}}, "unknown setting 'colour'"),
        ({"config": {"env": 5}}, "settings are wrong"),
        ({"config": {"observe": "rgb", "env": {"resolution": [1080, 1920]}}}, "at most 65,536"),
        ({"format": 99}, "is of format 99"),
        ({"scenario": ["look_down", 1]}, "learn anew"),
    ],
    ids=str,
)
def test_settings_that_are_none_are_refused(saved, change, message):
    about(saved, **change)
    with pytest.raises(CheckpointError, match=message):
        load_policy(saved)


def test_a_damaged_run_is_refused(make, tmp_path):
    path = tmp_path / "resume.npz"
    learner = make()
    learner.update()
    save_run(path, learner)
    whole = path.read_bytes()
    for change in (
        {"worlds": np.zeros(100, np.uint8)},
        {"world_sizes": np.zeros(2, np.int64)},
        {"rng": np.zeros(3, np.uint8)},
        {"fresh": np.zeros(3, np.bool_)},
        {"bank.0.rewards": None},
        {"adam.3.exp_avg": None},
    ):
        path.write_bytes(whole)
        altered(path, **change)
        with pytest.raises(CheckpointError, match="is damaged"):
            load_run(path, threads=1)


def test_a_write_that_fails_leaves_the_old_file(make, saved, monkeypatch):
    before = saved.read_bytes()

    def full(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(arrays_file.os, "fsync", full)
    learner = make()
    with pytest.raises(StorageError, match="no space left"):
        save_policy(saved, learner.config, learner.policies)
    assert saved.read_bytes() == before and os.listdir(saved.parent) == [saved.name]
