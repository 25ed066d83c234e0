"""A run of PPO as a file of arrays: all that its future follows from (see `checkpoint`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.agents.arrays_file import Arrays, floats
from mpgenie.errors import CheckpointError
from mpgenie.extras import require

from .checkpoint import RESUME, read, write
from .config import PPOConfig

require("torch", extra="agents")
import torch  # noqa: E402

from mpgenie.agents.weights import adam_arrays, take_adam, take_weights, weights_of  # noqa: E402

from .policies import Policies  # noqa: E402
from .ppo import Learner  # noqa: E402
from .start import frozen  # noqa: E402

_START = "start."


def save_run(path: Path, learner: Learner) -> None:
    """Write all that the future of a run follows from, between two updates."""
    arrays = weights_of(learner.policies)
    if learner.start is not None:
        arrays |= {_START + name: array for name, array in weights_of(learner.start).items()}
    arrays |= adam_arrays(learner.adam)
    arrays["rng"] = learner.rng.get_state().numpy()
    arrays["fresh"] = learner.fresh.numpy()
    if learner.policies.memory:
        arrays["memory"] = learner.memory.numpy()
    snapshots = []
    for b, bank in enumerate(learner.banks):
        snapshots += [bank.envs.snapshot(w) for w in range(bank.envs.num_worlds)]
        arrays |= {f"bank.{b}.rewards": bank.rewards, f"bank.{b}.lengths": bank.lengths}
        arrays |= {f"bank.{b}.part.{name}": total for name, total in bank.parts.items()}
    arrays["worlds"] = np.frombuffer(b"".join(snapshots), np.uint8)
    arrays["world_sizes"] = np.array([len(each) for each in snapshots], np.int64)
    facts = {"decisions": learner.decisions, "slowed": learner.slowed}
    write(path, learner.config, arrays, "run", facts)


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
    learner = Learner(config, threads, _start_among(path, config, arrays))
    try:
        take_weights(path, learner.policies, arrays)
        _take_run(learner, arrays, about["facts"])
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        learner.close()
        raise CheckpointError(f"{path} is damaged: {error}") from error
    return learner


def _start_among(path: Path, config: PPOConfig, arrays: Arrays) -> Policies | None:
    """The players that a run started from; they are kept, as their file may go or change."""
    if config.start is None:
        return None
    start = Policies(config)
    kept = {name[len(_START) :]: arrays[name] for name in arrays if name.startswith(_START)}
    take_weights(path, start, kept)
    return frozen(start)


def _take_run(learner: Learner, arrays: Arrays, facts: Mapping[str, Any]) -> None:
    """Put a learner into the state of a run."""
    take_adam(learner.adam, arrays)
    learner.rng.set_state(torch.from_numpy(arrays["rng"].astype(np.uint8)))
    learner.fresh[:] = torch.from_numpy(arrays["fresh"].astype(np.bool_))
    if learner.policies.memory:
        learner.memory[:] = torch.from_numpy(floats(arrays, "memory", tuple(learner.memory.shape)))
    learner.decisions = int(facts["decisions"])
    learner.slowed = float(facts.get("slowed", 1.0))
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
