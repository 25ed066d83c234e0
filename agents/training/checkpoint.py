"""What a run has learnt, as one file: arrays in an uncompressed npz, and a line of JSON among them.

Nothing in it is code, and a file is checked before any of it is used: names, types, shapes and
sizes must be those of the config that it names.  Files are written beside their name, synced and
then renamed, so that whatever stops the machine leaves the old one or the new one whole.

`policy.npz` has what it takes to play; `resume.npz` all that the future of the run follows from.
"""

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie import __version__
from mpgenie.envs.scenarios.registry import scenario_config
from mpgenie.errors import CheckpointError, ConfigError, StorageError
from mpgenie.extras import require

from .config import PPOConfig

require("torch", extra="agents")
import torch  # noqa: E402

from .ppo import Learner, Policies  # noqa: E402

FORMAT = 1
"""Goes up by one whenever older files can no longer be read."""
LARGEST = 2**31
"""Bytes of a file that we would open."""
POLICY, RESUME = "policy.npz", "resume.npz"
Arrays = dict[str, NDArray[Any]]
_ABOUT = "about"
_ADAM = ("exp_avg", "exp_avg_sq", "step")


def save_policy(path: Path, config: PPOConfig, policies: Policies, **facts: Any) -> None:
    """Write what it takes to play.

    Args:
        path: The file.
        config: Of the run.
        policies: What it learnt.
        **facts: What else is worth knowing, as JSON takes it.
    """
    write(path, config, _weights(policies), "policy", facts)


def load_policy(path: Path) -> tuple[PPOConfig, Policies, dict[str, Any]]:
    """Read what it takes to play, from either kind of file.

    Returns:
        The config of the run, the policies, and the facts beside them.

    Raises:
        CheckpointError: If the file is no checkpoint, damaged, or of another version.
    """
    config, arrays, about = read(path)
    policies = Policies(config)
    _take_weights(path, policies, arrays)
    return config, policies.eval(), about["facts"]


def save_run(path: Path, learner: Learner) -> None:
    """Write all that the future of a run follows from, between two updates."""
    arrays = _weights(learner.policies)
    for k, state in learner.adam.state_dict()["state"].items():
        for name in _ADAM:
            arrays[f"adam.{k}.{name}"] = state[name].numpy()
    arrays["rng"] = learner.rng.get_state().numpy()
    arrays["fresh"] = learner.fresh.numpy()
    snapshots = []
    for b, bank in enumerate(learner.banks):
        snapshots += [bank.envs.snapshot(w) for w in range(bank.envs.num_worlds)]
        arrays |= {f"bank.{b}.rewards": bank.rewards, f"bank.{b}.lengths": bank.lengths}
        arrays |= {f"bank.{b}.part.{name}": total for name, total in bank.parts.items()}
    arrays["worlds"] = np.frombuffer(b"".join(snapshots), np.uint8)
    arrays["world_sizes"] = np.array([len(each) for each in snapshots], np.int64)
    write(path, learner.config, arrays, "run", {"decisions": learner.decisions})


def load_run(path: Path, threads: int | None = None) -> Learner:
    """Go on with a run as if it had never been stopped.

    Args:
        path: What `save_run` wrote.
        threads: As of `Learner`.

    Raises:
        CheckpointError: If the file is no run, damaged, or of another version.
    """
    config, arrays, about = read(path)
    if about["kind"] != "run":
        raise CheckpointError(
            f"{path} is what a run learnt, not the run itself: go on with its {RESUME}"
        )
    learner = Learner(config, threads)
    try:
        _take_weights(path, learner.policies, arrays)
        _take_run(learner, arrays, about["facts"])
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        learner.close()
        raise CheckpointError(f"{path} is damaged: {error}") from error
    return learner


def _take_run(learner: Learner, arrays: Arrays, facts: Mapping[str, Any]) -> None:
    """Put a learner into the state of a run."""
    state = learner.adam.state_dict()
    shapes = [parameter.shape for parameter in learner.policies.parameters()]
    if "adam.0.step" in arrays:
        state["state"] = {
            k: {
                name: torch.from_numpy(
                    _checked(arrays, f"adam.{k}.{name}", () if name == "step" else tuple(shape))
                )
                for name in _ADAM
            }
            for k, shape in enumerate(shapes)
        }
    learner.adam.load_state_dict(state)
    learner.rng.set_state(torch.from_numpy(arrays["rng"].astype(np.uint8)))
    learner.fresh[:] = torch.from_numpy(arrays["fresh"].astype(np.bool_))
    learner.decisions = int(facts["decisions"])
    data, ends = arrays["worlds"].tobytes(), np.cumsum(arrays["world_sizes"]).tolist()
    snapshots = [data[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    for b, bank in enumerate(learner.banks):
        count = bank.envs.num_worlds
        observations, infos = bank.envs.restore(range(count), snapshots[:count])
        snapshots = snapshots[count:]
        learner.look(bank, observations, infos)
        bank.rewards[:] = arrays[f"bank.{b}.rewards"]
        bank.lengths[:] = arrays[f"bank.{b}.lengths"]
        for name, total in bank.parts.items():
            total[:] = arrays[f"bank.{b}.part.{name}"]


# ---------------------------------------------------------------------- files


def write(
    path: Path, config: PPOConfig, arrays: Arrays, kind: str, facts: Mapping[str, Any]
) -> None:
    """Write a file whole or not at all."""
    about = {
        "format": FORMAT,
        "kind": kind,
        "mpgenie": __version__,
        "scenario": [config.scenario, scenario_config(config.scenario).version],
        "config": config.to_plain(),
        "facts": dict(facts),
    }
    line = np.frombuffer(json.dumps(about, allow_nan=False).encode(), np.uint8)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **{_ABOUT: line, **arrays})
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {error}") from error


def read(path: Path) -> tuple[PPOConfig, Arrays, dict[str, Any]]:
    """Read a file: its config, its arrays and what it says about itself.

    Raises:
        CheckpointError: If it is none, damaged, or of another version.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise CheckpointError(f"{path} has {size:,} bytes: that is no checkpoint of ours")
        with zipfile.ZipFile(path) as archive:
            inside = sum(entry.file_size for entry in archive.infolist())
            if inside > size:  # ours are not compressed
                raise CheckpointError(f"{path} would unfold to {inside:,} bytes: not opened")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(arrays.pop(_ABOUT).tobytes())
        found = about["format"], tuple(about["scenario"])
        facts, kind = dict(about["facts"]), str(about["kind"])
        plain = dict(about["config"])
    except FileNotFoundError:
        raise CheckpointError(f"there is no file {path}") from None
    except CheckpointError:
        raise
    except Exception as error:  # there is no end to the ways in which a file can be broken
        raise CheckpointError(f"{path} is no checkpoint, or damaged: {error}") from error
    try:
        config = PPOConfig.from_plain(plain)
        ours = FORMAT, (config.scenario, scenario_config(config.scenario).version)
    except (ConfigError, TypeError) as error:
        raise CheckpointError(f"{path}: {error}") from error
    if found != ours:
        raise CheckpointError(
            f"{path} is of format {found[0]} and learnt {found[1]}; this mpgenie has {ours}: "
            f"use mpgenie {about.get('mpgenie')}, or learn anew"
        )
    return config, arrays, {"facts": facts, "kind": kind}


def _weights(policies: Policies) -> Arrays:
    return {f"net.{name}": each.numpy() for name, each in policies.state_dict().items()}


def _take_weights(path: Path, policies: Policies, arrays: Arrays) -> None:
    """Fill policies with the weights among some arrays; all that they need and nothing else."""
    wanted = policies.state_dict()
    theirs = {name[4:] for name in arrays if name.startswith("net.")}
    if theirs != set(wanted):
        wrong = sorted(theirs ^ set(wanted))
        raise CheckpointError(f"{path} has other weights than its config: {', '.join(wrong[:4])}")
    try:
        weights = {
            name: torch.from_numpy(_checked(arrays, f"net.{name}", tuple(each.shape)))
            for name, each in wanted.items()
        }
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged: {error}") from error
    policies.load_state_dict(weights)


def _checked(arrays: Arrays, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """An array that is finite and of a shape, or a refusal."""
    array = arrays[name]
    if array.dtype != np.float32 or array.shape != shape or not np.isfinite(array).all():
        raise ValueError(
            f"{name!r} must be finite float32 {shape}, got {array.dtype} {array.shape}"
        )
    return array.copy()
