"""Where a run starts: with players who know something, and what it costs to leave them.

After Baker et al., "Video PreTraining" (2022), section 4.3: reinforcement learning begins with what
a clone learnt from play, and for a bonus for entropy it pays for the divergence KL(clone || player)
from the frozen clone, less and less.  So what was cloned is not forgotten before it has paid, where
rewards are rare.  Values and optimiser start afresh; at first only the values may learn.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpgenie.agents.arrays_file import read_arrays
from mpgenie.errors import CheckpointError
from mpgenie.extras import require

from .checkpoint import load_policy
from .config import OBSERVE, PPOConfig
from .player import find

require("torch", extra="agents")
from .policies import Policies  # noqa: E402

ALIKE = ("observe", "policies", "hidden", "free", "turns", "repeat")
"""The settings that a run takes from its start, if they are not chosen."""
_VALUES = ("value.", "mean", "std")


def start_of(config: PPOConfig) -> Policies | None:
    """The frozen players that a run starts from; None if it starts from nothing.

    Raises:
        CheckpointError: If their file is none, or they see or choose otherwise than those of the
            run.
    """
    if config.start is None:
        return None
    path, theirs, players = _read(config.start)
    for name, what in _MUST_AGREE.items():
        ours, found = what(config), what(theirs)
        if ours != found:
            raise CheckpointError(
                f"a run with {name} = {ours} cannot start from {path}, which has {found}: choose "
                "the same, or make another clone"
            )
    start = Policies(replace(config, seed=theirs.seed))
    if len(players.nets) not in (1, len(start.nets)):
        raise CheckpointError(
            f"{path} has {len(players.nets)} networks, the run {len(start.nets)}: start from one "
            "network for all, or from as many"
        )
    for k, net in enumerate(start.nets):
        net.load_state_dict(players.nets[k % len(players.nets)].state_dict())
    return frozen(start)


def frozen(players: Policies) -> Policies:
    """The players, who learn nothing any more."""
    return players.eval().requires_grad_(False)


def begin_with(policies: Policies, start: Policies) -> None:
    """Give players all that those of a start know, but for the values."""
    known = {
        name: weight
        for name, weight in start.state_dict().items()
        if not _is_of_values(name.split(".", 2)[2])
    }
    policies.load_state_dict(known, strict=False)


def only_values(policies: Policies) -> None:
    """Forget all gradients but those of the values' own weights."""
    for net in policies.nets:
        for name, weight in net.named_parameters():
            if not _is_of_values(name):
                weight.grad = None


def settings_from(start: str | Path, scenario: str | None = None) -> dict[str, Any]:
    """What a run that starts from a checkpoint takes over from it, as `recipe` takes it.

    Args:
        start: As of `find`.
        scenario: What will be played; None = what the checkpoint's players play.
    """
    _, theirs, _ = _read(start)
    names = list(ALIKE)
    if scenario in (None, theirs.scenario):
        names += ["scenario", "players", "env"]
    plain = theirs.to_plain()
    return {"start": str(start), **{name: plain[name] for name in names}}


def _read(start: str | Path) -> tuple[Path, PPOConfig, Policies]:
    path = find(start)
    if read_arrays(path)[0].get("kind") == "clone":
        raise CheckpointError(
            f"{path} is a clone with another network than PPO's: make one with "
            "`mpgenie train player`"
        )
    config, players, _ = load_policy(path)
    return path, config, players


def _is_of_values(name: str) -> bool:
    """Whether a weight of a `PlayerNet` serves the values alone."""
    return name.startswith(_VALUES)


def _choices(config: PPOConfig) -> list[list[int]]:
    """The allowed choices of each component of an action."""
    return [allowed.nonzero()[0].tolist() for allowed in config.allowed()]


def _resolution(config: PPOConfig) -> tuple[int, int] | None:
    """Of pictures, if they are looked at."""
    return config.env_config().resolution if "rgb" in OBSERVE[config.observe] else None


_MUST_AGREE: dict[str, Callable[[PPOConfig], Any]] = {
    "observe": lambda config: config.observe,
    "hidden": lambda config: config.hidden,
    "repeat": lambda config: config.repeat,
    "counts of choices": lambda config: config.counts(),
    "allowed choices (free, turns)": _choices,
    "resolution": _resolution,
}
