"""What a run of PPO has learnt, as a file of arrays (see `arrays_file`).

A file is checked before any of it is used: names, types, shapes and sizes must be those of the
config that it names.

`policy.npz` has what it takes to play; `resume.npz` all that the future of the run follows from
(see `saved_run`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpgenie import __version__
from mpgenie.agents.arrays_file import Arrays, read_arrays, write_arrays
from mpgenie.envs.scenarios.registry import scenario_config
from mpgenie.errors import CheckpointError, ConfigError
from mpgenie.extras import require

from .config import PPOConfig

require("torch", extra="agents")
from mpgenie.agents.weights import take_weights, weights_of  # noqa: E402

from .policies import Policies  # noqa: E402

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
