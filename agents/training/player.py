"""Trained players: a checkpoint as a policy, for `parallel_env`, `vector_env` and windows.

policy = trained("gather")
env = mpgenie.parallel_env(**policy.env_options)
observations, _ = env.reset(seed=7)
state = None
while env.agents:
    actions, state = policy.act(observations, state)
    observations, *_ = env.step(actions)
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.policy import Learned
from mpgenie.errors import CheckpointError, suggest
from mpgenie.extras import require

from .checkpoint import POLICY, RESUME, load_policy
from .config import PPOConfig

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

from mpgenie.agents.noise import kept_noise, noise  # noqa: E402

from .networks import Choices  # noqa: E402
from .policies import Policies  # noqa: E402

MODEL = "model.npz"
"""What `mpgenie train bc` leaves."""
SHIPPED = Path(__file__).parent / "policies"
"""A folder for each policy that comes with mpgenie."""


class Playing(NamedTuple):
    """What a trained policy remembers from tick to tick."""

    left: int
    """Ticks for which the last choices are still played."""
    choices: dict[str, NDArray[np.int64]]
    noise: bytes
    """The state of what chooses among likely actions."""
    memory: dict[str, NDArray[np.float32]]
    """(M,) of each player, as of `cores`."""


class Decided(NamedTuple):
    """What was made of some rows."""

    actions: NDArray[np.int64]
    """(B, C)."""
    choices: Choices
    """How likely all were."""
    values: Tensor
    """(B,) what the future is worth, on the scale of rewards."""
    memory: Tensor
    """(B, M) for their next decisions."""


class TrainedPolicy:
    """Plays as it has learnt to; it keeps nothing between calls.

    Args:
        config: Of the run that it is from.
        policies: What was learnt.
        seed: What is drawn when it chooses.
        likeliest: Whether to choose the likeliest action always, rather than each as often as it
            is likely.
    """

    def __init__(
        self, config: PPOConfig, policies: Policies, *, seed: int = 0, likeliest: bool = False
    ) -> None:
        self.config, self.policies = config, policies
        self.seed, self.likeliest = seed, likeliest
        self._everything = torch.ones(1, sum(config.counts()), dtype=torch.int8)

    @property
    def env_options(self) -> dict[str, Any]:
        """Options of `parallel_env` and `vector_env` for a game as it was learnt."""
        return self.config.env_options()

    def act(
        self, observations: Mapping[str, Any], state: Playing | None = None
    ) -> tuple[dict[str, NDArray[np.int64]], Playing]:
        """Choose discrete actions for players named as in `parallel_env`, `player_0` first.

        Args:
            observations: What each of them observes.
            state: What the last call returned; None when an episode begins.
        """
        names = list(observations)
        if state is not None and state.left and set(names) <= set(state.choices):
            choices = {name: state.choices[name] for name in names}
            return choices, state._replace(left=state.left - 1)
        rng = noise(self.seed, None if state is None else state.noise)
        if not names:
            return {}, Playing(0, {}, kept_noise(rng), {} if state is None else state.memory)
        slots = np.array([int(name.rpartition("_")[2]) for name in names])
        seen = [observations[name] for name in names]
        rows = (
            {key: np.stack([each[key] for each in seen]) for key in seen[0]}
            if isinstance(seen[0], Mapping)
            else np.stack(seen)
        )
        kept: Mapping[str, NDArray[np.float32]] = {} if state is None else state.memory
        nothing = np.zeros(self.policies.memory, np.float32)
        before = torch.from_numpy(np.stack([kept.get(name, nothing) for name in names]))
        decided = self.decide(rows, slots, rng=rng, memory=before)
        chosen = dict(zip(names, decided.actions, strict=True))
        after = {**kept, **dict(zip(names, decided.memory.numpy(), strict=True))}
        return chosen, Playing(self.config.repeat - 1, chosen, kept_noise(rng), after)

    def choose(
        self,
        observations: Any,
        slots: NDArray[np.int64] | None = None,
        masks: NDArray[np.int8] | None = None,
        rng: torch.Generator | None = None,
    ) -> NDArray[np.int64]:
        """Choose for rows, as of a vector environment made with `repeat=config.repeat`.

        Who remembers is taken to be at the beginning of an episode; see `decide`.

        Args:
            observations: Of B rows.
            slots: (B,) the player slot of each; by default 0, 1, ... world after world.
            masks: (B, choices) `infos["action_mask"]`, if they are known.
            rng: What draws; by default one that is new for each call.

        Returns:
            (B, C) discrete actions.
        """
        return self.decide(observations, slots, masks, rng).actions

    def consider(
        self,
        observations: Any,
        slots: NDArray[np.int64] | None = None,
        masks: NDArray[np.int8] | None = None,
    ) -> tuple[Choices, Tensor]:
        """How likely each choice is, and what the future is worth, for rows as of `choose`.

        Returns:
            The choices, and (B,) values on the scale of rewards.
        """
        decided = self.decide(observations, slots, masks, surely=True)
        return decided.choices, decided.values

    @torch.no_grad()
    def decide(
        self,
        observations: Any,
        slots: NDArray[np.int64] | None = None,
        masks: NDArray[np.int8] | None = None,
        rng: torch.Generator | None = None,
        memory: Tensor | None = None,
        *,
        surely: bool = False,
    ) -> Decided:
        """Choose for rows as of `choose`, and remember.

        Args:
            observations: As of `choose`, like the next three.
            slots: (B,).
            masks: (B, choices).
            rng: What draws.
            memory: (B, M) what the last decision of each row left; zeros, or None, when its episode
                begins.
            surely: Whether nothing is left to chance, as if the player chose the likeliest.
        """
        if not isinstance(observations, Mapping):
            observations = {self.config.observe: observations}
        seen = {
            name: torch.from_numpy(np.ascontiguousarray(observations[name]))
            for name in self.policies.nets[0].encoders  # type: ignore[union-attr]
        }
        rows = len(next(iter(seen.values())))
        where = np.arange(rows) % self.config.players if slots is None else slots
        whose = self.policies.whose(seen, torch.from_numpy(where % self.config.players))
        surely, rng = surely or self.likeliest, rng or noise(self.seed)
        drawn = torch.zeros(rows, self.policies.noise) if surely else self.policies.draw(rows, rng)
        before = torch.zeros(rows, self.policies.memory) if memory is None else memory
        scores, values, after = self.policies.decide(seen, whose, before, drawn)
        mean, std = self.policies.scale(whose)
        given = self._everything.expand(rows, -1) if masks is None else torch.from_numpy(masks)
        choices = Choices(scores, self.policies.masks.read(given))
        actions = choices.best() if surely else choices.sample(rng)
        return Decided(actions.numpy(), choices, values * std + mean, after)


def shipped() -> list[str]:
    """The names of the policies that come with mpgenie."""
    return sorted(path.parent.name for path in SHIPPED.glob(f"*/{POLICY}"))


def find(name: str | Path) -> Path:
    """The file of a checkpoint.

    Args:
        name: A file, a folder of a run, or the name of a policy that comes with mpgenie.

    Raises:
        CheckpointError: If there is none; the message says which there are.
    """
    path = Path(name)
    if path.is_file():
        return path
    for file in (POLICY, MODEL, RESUME):
        if path.is_dir() and (path / file).is_file():
            return path / file
    if str(name) in shipped():
        return SHIPPED / str(name) / POLICY
    if path.exists():
        raise CheckpointError(f"{path} holds no {POLICY}: name a folder that `mpgenie train` made")
    raise CheckpointError(
        f"{str(name)!r} is neither a file nor a shipped policy. {suggest(name, shipped())}"
    )


def trained(name: str | Path, *, seed: int = 0, likeliest: bool = False) -> Learned:
    """A trained policy, or a clone.

    Args:
        name: As of `find`.
        seed: As of `TrainedPolicy`.
        likeliest: As of `TrainedPolicy`.
    """
    file = find(name)
    if read_arrays(file)[0].get("kind") == "clone":
        from mpgenie.agents.vpt.clone_policy import cloned

        return cloned(file, seed=seed, temperature=0.0 if likeliest else 1.0)
    config, policies, _ = load_policy(file)
    return TrainedPolicy(config, policies, seed=seed, likeliest=likeliest)
