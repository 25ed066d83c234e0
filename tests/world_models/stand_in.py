"""Stands in for a world model: dreams by arithmetic, in an instant, and breaks down when asked to.

A player's frame is one colour.  Its red counts up by what the player itself did, its green by what
everybody who is there did, its blue is noise from the seed and the step.  Moving forward pays 1.
"""

from dataclasses import dataclass

import numpy as np
import torch

from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.world_models.controls import CONTROLS
from mpgenie.world_models.source import Source
from mpgenie.world_models.starts import Start

FORWARD, JUMP = BUTTONS.index("forward"), BUTTONS.index("jump")
MEMORY = 4
"""Ticks that it remembers."""


@dataclass
class StandInState:
    """What it remembers of B dreams of P players."""

    memory: torch.Tensor
    """(B, MEMORY, P) what each did, the latest last."""
    colour: torch.Tensor
    """(B, P, 3) float32."""
    there: torch.Tensor
    seeds: torch.Tensor
    steps: torch.Tensor
    """(B,)."""

    def parts(self):
        return vars(self).copy()

    @classmethod
    def of(cls, parts):
        return cls(**parts)

    def rows(self, index):
        return self.of({name: part[index] for name, part in self.parts().items()})

    def put(self, index, other):
        for name, part in self.parts().items():
            part[index] = getattr(other, name)

    @classmethod
    def joined(cls, states):
        parts = [state.parts() for state in states]
        return cls.of({name: torch.cat([each[name] for each in parts]) for name in parts[0]})


@dataclass
class Seen:
    frames: torch.Tensor
    rewards: torch.Tensor
    terminated: torch.Tensor
    chance: torch.Tensor
    finite: torch.Tensor


class StandIn:
    """A world model without a network.

    Args:
        resolution: (height, width) of its frames.
        chance: How likely it says that an episode ends, in every tick: of all, or of each player.
        breaks: The step of a dream at which it says what is no number.
    """

    def __init__(self, resolution=(32, 32), chance=0.0, breaks=None):
        self.resolution, self.chance, self.breaks = resolution, chance, breaks
        self.opened, self.stepped = [], []
        """The batch size of each call."""

    def told(self, controls):
        """What somebody did as one number."""
        return (controls * torch.arange(1, CONTROLS + 1)).sum(-1)

    def open(self, frames, controls, there, seeds):
        frames, controls, there, seeds = map(torch.from_numpy, (frames, controls, there, seeds))
        rows, ticks, players = frames.shape[:3]
        assert controls.shape == (rows, ticks - 1, players, CONTROLS) and there.dtype == torch.bool
        self.opened.append(rows)
        memory = torch.zeros(rows, MEMORY, players)
        done = self.told(controls)[:, -MEMORY:]
        memory[:, MEMORY - done.shape[1] :] = done
        colour = frames[:, -1].float().mean((2, 3))
        steps = torch.zeros(rows, dtype=torch.int64)
        return StandInState(memory, colour, there[:, -1].clone(), seeds.clone(), steps)

    def step(self, state, controls):
        controls = torch.from_numpy(controls)
        rows, players, _ = controls.shape
        self.stepped.append(rows)
        there = state.there.float()
        own = self.told(controls)
        state.memory = torch.cat([state.memory[:, 1:], own[:, None]], 1)
        state.colour[..., 0] += state.memory.sum(1)
        state.colour[..., 1] += (own * there).sum(1, keepdim=True)
        noise = (state.seeds * 7919 + state.steps * 104729) % 251
        state.colour[..., 2] = (noise[:, None] + torch.arange(players)).float()
        state.steps += 1
        broken = state.steps == self.breaks if self.breaks else torch.zeros(rows, dtype=torch.bool)
        flat = (state.colour.long() % 256).to(torch.uint8)
        frames = flat[:, :, None, None].expand(rows, players, *self.resolution, 3)
        rewards = torch.where(broken[:, None], torch.nan, controls[..., FORWARD])
        chance = torch.as_tensor(self.chance, dtype=torch.float32).expand(rows, players).clone()
        return Seen(frames, rewards, chance > 0.5, chance, ~broken)


def start(frames=3, players=2, resolution=(32, 32), shade=60):
    """A start in one colour for each player, in which everybody moved forward."""
    colours = shade + 10 * np.arange(players, dtype=np.uint8)
    pictures = np.broadcast_to(colours[:, None, None, None], (frames, players, *resolution, 3))
    controls = np.zeros((frames - 1, players, CONTROLS), np.float32)
    controls[..., FORWARD] = 1.0
    return Start(pictures.copy(), controls, np.ones((frames, players), np.bool_))


def source(players=2, resolution=(32, 32), starts=None, name="stand-in", options=None, **model):
    """A stand-in and all that an environment needs to know of it."""
    if starts is None:
        starts = [start(ticks, players, resolution, 20 * ticks) for ticks in (3, 1, 5)]
    options = {
        "scenario": "free_play", "planet": "flat", "size": 16, "mobs": False, "players": players,
        "resolution": resolution, "renderer": "software", "view_distance": 16.0, **(options or {}),
    }  # fmt: skip
    return Source(StandIn(resolution, **model), options, starts, name=name)
