"""What a run of PPO has learnt, as a file of arrays (see `arrays_file`).

A file is checked before any of it is used: names, types, shapes and sizes must be those of the
config that it names.

`policy.npz` has what it takes to play; `resume.npz` all that the future of the run follows from.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie import __version__
from mpgenie.agents.arrays_file import Arrays, read_arrays, write_arrays
from mpgenie.envs.scenarios.registry import scenario_config
from mpgenie.errors import CheckpointError, ConfigError
from mpgenie.extras import require

from .config import PPOConfig

require("torch", extra="agents")
import torch  # noqa: E402

from mpgenie.agents.weights import adam_arrays, take_adam, take_weights, weights_of  # noqa: E402

from .ppo import Learner, Policies  # noqa: E402

FORMAT = 1
"""Goes up by one whenever older files can no longer be read."""
POLICY, RESUME = "policy.npz", "resume.npz"


def save_policy(path: Path, config: PPOConfig, policies: Policies, **facts: Any) -> None:
    """Write what it takes to play.

    Args:
        path: The file.
        config: Of the run.
        policies: What it learnt.
        **facts: What else is worth knowing, as JSON takes it.
    """
    write(path, config, weights_of(policies), "policy", facts)


def load_policy(path: Path) -> tuple[PPOConfig, Policies, dict[str, Any]]:
    """Read what it takes to play, from either kind of file.

    Returns:
        The config of the run, the policies, and the facts beside them.

    Raises:
        CheckpointError: If the file is no checkpoint, damaged, or of another version.
    """
    config, arrays, about = read(path)
    policies = Policies(config)
    take_weights(path, policies, arrays)
    return config, policies.eval(), about["facts"]


def save_run(path: Path, learner: Learner) -> None:
    """Write all that the future of a run follows from, between two updates."""
    arrays = weights_of(learner.policies)
    arrays |= adam_arrays(learner.adam)
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
        take_weights(path, learner.policies, arrays)
        _take_run(learner, arrays, about["facts"])
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        learner.close()
        raise CheckpointError(f"{path} is damaged: {error}") from error
    return learner


def _take_run(learner: Learner, arrays: Arrays, facts: Mapping[str, Any]) -> None:
    """Put a learner into the state of a run."""
    take_adam(learner.adam, arrays)
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
    write_arrays(path, about, arrays)


def read(path: Path) -> tuple[PPOConfig, Arrays, dict[str, Any]]:
    """Read a file: its config, its arrays and what it says about itself.

    Raises:
        CheckpointError: If it is none, damaged, or of another version.
    """
    about, arrays = read_arrays(path)
    try:
        found = about["format"], tuple(about["scenario"])
        facts, kind = dict(about["facts"]), str(about["kind"])
        plain = dict(about["config"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is no checkpoint of PPO: {error!r}") from error
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
