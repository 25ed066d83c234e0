"""PPO in one file, to read from top to bottom and to change: every player is a row of one batch.

    python ppo_single_file.py --scenario gather --decisions 400000
    python ppo_single_file.py --observe rgb --worlds 16
    python ppo_single_file.py --observe both --players 4 --save gather.pt

After Schulman et al., "Proximal Policy Optimization Algorithms" (2017).  All players share one
network.  Shapes: N rows (worlds * players), C components of an action, K choices of the largest.
"""

import argparse
import time
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Categorical

import mpgenie
from mpgenie.envs.spaces import COMPONENTS


@dataclass
class Settings:
    """What can be set on the command line."""

    scenario: str = "gather"
    players: int = 2
    worlds: int = 32
    observe: str = "state"
    """`state`, `rgb` or `both`."""
    planet: str = "flat"
    max_cycles: int = 400
    """Ticks of an episode."""
    repeat: int = 4
    """Ticks for which an action is held: a decision every 0.2 seconds."""
    hands: int = 0
    """1 = also sneak, sprint, use, drop and the hotbar; 0 = walk, jump, look and attack."""
    decisions: int = 400_000
    """Of all players together; then training ends."""
    horizon: int = 32
    """Decisions of each player between two updates."""
    epochs: int = 4
    minibatch: int = 512
    rate: float = 5e-4
    """Of learning; it falls to zero towards the end."""
    discount: float = 0.99
    trace: float = 0.95
    """How much of what comes later counts beside the values (the lambda of GAE)."""
    clip: float = 0.2
    entropy: float = 0.003
    seed: int = 1
    save: str = ""
    """Where to write the network's weights."""


class Player(nn.Module):
    """What a player sees, turned into scores of its choices and the worth of where it stands.

    Args:
        seen: What one player observes: `state`, `rgb` or both.
        real: (C, K) bool, which choices there are.
    """

    def __init__(self, seen: dict[str, tuple[int, ...]], real: Tensor) -> None:
        super().__init__()
        width = 0
        if "rgb" in seen:
            height, breadth, _ = seen["rgb"]
            self.eyes = nn.Sequential(
                nn.Conv2d(3, 16, 8, 4), nn.ReLU(), nn.Conv2d(16, 32, 4, 2), nn.ReLU(), nn.Flatten()
            )
            width += self.eyes(torch.zeros(1, 3, height, breadth)).shape[1]
        if "state" in seen:
            self.sense = nn.Sequential(nn.Linear(seen["state"][0], 256), nn.Tanh())
            width += 256
        self.think = nn.Sequential(nn.Linear(width, 128), nn.Tanh())
        self.choose, self.judge = nn.Linear(128, int(real.sum())), nn.Linear(128, 1)
        nn.init.orthogonal_(self.choose.weight, 0.01)  # all choices are alike at first
        self.register_buffer("real", real)

    def forward(self, seen: dict[str, Tensor]) -> tuple[Categorical, Tensor]:
        """The chances of each choice (N, C, K), and values (N,)."""
        felt = []
        if "rgb" in seen:  # (N, H, W, 3) uint8; torch wants the colours first
            felt.append(self.eyes(seen["rgb"].permute(0, 3, 1, 2).float() / 255))
        if "state" in seen:
            felt.append(self.sense(seen["state"].float() / 64 - 2))
        thought = self.think(torch.cat(felt, 1))
        scores = thought.new_full((len(thought), *self.real.shape), -1e9)
        scores[:, self.real] = self.choose(thought)
        return Categorical(logits=scores), self.judge(thought)[:, 0]


def choices_of(counts: np.ndarray, hands: bool) -> Tensor:
    """(C, K) bool, which choices a player has; without `hands` fewer, and found sooner."""
    choices = torch.arange(int(counts.max()))
    real = choices < torch.as_tensor(counts)[:, None]
    if not hands:
        for name in ("sneak/sprint", "use", "drop", "hotbar"):
            real[COMPONENTS.index(name)] = choices == 0
        for name in ("camera pitch", "camera yaw"):  # two turns each way instead of five
            real[COMPONENTS.index(name)] &= choices % 2 == 1
    return real


def tensors(seen: dict[str, np.ndarray]) -> dict[str, Tensor]:
    """Observations as they are, without a copy."""
    return {name: torch.from_numpy(array) for name, array in seen.items()}


def advantages_of(rewards: Tensor, values: Tensor, done: Tensor, settings: Settings) -> Tensor:
    """How much better each decision was than expected.

    Args:
        rewards: (T, N), with what a time limit cut off already added.
        values: (T + 1, N).
        done: (T, N) 1 where an episode ended, whatever the reason.
        settings: Discount and trace.

    Returns:
        (T, N).
    """
    advantages, later = torch.zeros_like(rewards), torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        surprise = rewards[t] + settings.discount * values[t + 1] * (1 - done[t]) - values[t]
        later = surprise + settings.discount * settings.trace * (1 - done[t]) * later
        advantages[t] = later
    return advantages


class Rollout:
    """The worlds, and what their players did in the last `horizon` decisions."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        observe = ("rgb", "state") if settings.observe == "both" else (settings.observe,)
        self.envs = mpgenie.vector_env(
            settings.worlds,
            players=settings.players,
            scenario=settings.scenario,
            observe=observe,
            planet=settings.planet,
            mobs=False,
            max_cycles=settings.max_cycles,
            repeat=settings.repeat,
            renderer="software",
            autoreset_mode="SAME_STEP",
        )
        space = self.envs.single_observation_space
        self.shapes = {name: space[name].shape for name in observe}
        self.counts = self.envs.single_action_space.nvec
        seen, _ = self.envs.reset(seed=settings.seed)
        self.seen = tensors(seen)
        shape = (settings.horizon, self.envs.num_envs)
        self.inputs = {
            name: torch.zeros((*shape, *size), dtype=torch.uint8)
            for name, size in self.shapes.items()
        }
        self.actions = torch.zeros((*shape, len(self.counts)), dtype=torch.int64)
        self.logs, self.rewards, self.done = (torch.zeros(shape) for _ in range(3))
        self.values = torch.zeros(shape[0] + 1, shape[1])

    @torch.no_grad()
    def collect(self, player: Player) -> float:
        """Play for a horizon; returns the mean reward of a decision."""
        earned = 0.0
        for t in range(self.settings.horizon):
            chances, self.values[t] = player(self.seen)
            action = chances.sample()  # (N, C)
            self.logs[t] = chances.log_prob(action).sum(1)
            self.actions[t] = action
            for name, array in self.seen.items():
                self.inputs[name][t] = array
            seen, rewards, terminated, truncated, infos = self.envs.step(action.numpy())
            earned += float(rewards.mean())
            # The end of time is no death: what would have come counts as much as was expected.
            late = np.flatnonzero(truncated & ~terminated)
            if len(late):
                last = [infos["final_obs"][row] for row in late]
                final = {name: np.stack([each[name] for each in last]) for name in self.shapes}
                rewards[late] += self.settings.discount * player(tensors(final))[1].numpy()
            self.rewards[t] = torch.from_numpy(rewards)
            self.done[t] = torch.from_numpy(terminated | truncated)
            self.seen = tensors(seen)
        self.values[-1] = player(self.seen)[1]
        return earned / self.settings.horizon


def learn(player: Player, adam: torch.optim.Optimizer, rollout: Rollout) -> None:
    """Make what went better than expected more likely, but not by much at once."""
    settings = rollout.settings
    advantages = advantages_of(rollout.rewards, rollout.values, rollout.done, settings)
    inputs = {name: array.flatten(0, 1) for name, array in rollout.inputs.items()}
    actions, logs = rollout.actions.flatten(0, 1), rollout.logs.flatten()
    targets = (advantages + rollout.values[:-1]).flatten()
    better = advantages.flatten()
    better = (better - better.mean()) / (better.std() + 1e-8)
    for _ in range(settings.epochs):
        for rows in torch.randperm(len(better)).split(settings.minibatch):
            chances, values = player({name: array[rows] for name, array in inputs.items()})
            ratio = (chances.log_prob(actions[rows]).sum(1) - logs[rows]).exp()
            clipped = ratio.clamp(1 - settings.clip, 1 + settings.clip)
            gain = torch.minimum(ratio * better[rows], clipped * better[rows]).mean()
            error = (values - targets[rows]).square().mean()
            spread = chances.entropy().sum(1).mean()
            loss = 0.5 * error - gain - settings.entropy * spread
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(player.parameters(), 0.5)
            adam.step()


def train(settings: Settings) -> list[float]:
    """Train; returns the mean reward of a decision in each update."""
    torch.manual_seed(settings.seed)
    rollout = Rollout(settings)
    player = Player(rollout.shapes, choices_of(rollout.counts, bool(settings.hands)))
    adam = torch.optim.Adam(player.parameters(), settings.rate, eps=1e-5)
    batch = settings.horizon * rollout.envs.num_envs
    updates = max(1, settings.decisions // batch)
    curve, began = [], time.perf_counter()
    for update in range(updates):
        adam.param_groups[0]["lr"] = settings.rate * (1 - update / updates)
        curve.append(rollout.collect(player))
        learn(player, adam, rollout)
        rate = (update + 1) * batch / (time.perf_counter() - began)
        print(
            f"{(update + 1) * batch:>9,} decisions  {rate:>7,.0f}/s  "
            f"reward {curve[-1]:+.4f} a decision"
        )
    rollout.envs.close()
    if settings.save:
        torch.save(player.state_dict(), settings.save)
    return curve


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for each in fields(Settings):
        parser.add_argument(f"--{each.name}", type=each.type, default=each.default)
    train(Settings(**vars(parser.parse_args())))
