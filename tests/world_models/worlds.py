"""Worlds to hold to one contract: real and dreamt ones, alone and in a batch."""

import numpy as np
import torch
from pettingzoo import ParallelEnv

import mpgenie
from mpgenie.world_models.config import WorldModelConfig
from mpgenie.world_models.dream import dream_env
from mpgenie.world_models.dream_vector import dream_vector_env
from mpgenie.world_models.session import WorldModel
from mpgenie.world_models.source import Source
from mpgenie.world_models.tokenizer import make_tokenizer
from mpgenie.world_models.transformer import MultiplayerTransformer

from .stand_in import source, start

GAME = {
    "planet": "flat", "size": 16, "mobs": False, "resolution": (32, 32), "view_distance": 16.0,
    "renderer": "software",
}  # fmt: skip
ENDS = 12
"""Ticks of an episode."""


def network(players=2, seed=0, starts=None, **options):
    """A tiny world model that has learnt nothing, and where it begins."""
    torch.manual_seed(seed)
    config = WorldModelConfig(
        resolution=(32, 32), tokenizer="patches", channels=192, width=32, heads=2, blocks=2,
        window=4, steps=2, predicts="x0", players=players,
    )  # fmt: skip
    net = MultiplayerTransformer(config)
    with torch.no_grad():
        for weight in net.parameters():  # those that begin as zeros too
            weight.add_(0.05 * torch.randn(weight.shape))
    model = WorldModel(make_tokenizer(config).eval(), net)
    starts = [start(ticks, players) for ticks in (2, 4)] if starts is None else starts
    return Source(model, {**GAME, "players": players, **options}, starts, name="untrained")


class OneOfMany(ParallelEnv):  # type: ignore[misc]
    """World 1 of a vector environment, as an environment of its own."""

    def __init__(self, envs):
        self.envs, players = envs, envs.config.players
        self.rows = slice(players, 2 * players)
        self.possible_agents = [f"player_{slot}" for slot in range(players)]
        self.agents = []
        self.spaces = {
            agent: (envs.single_observation_space, envs.single_action_space)
            for agent in self.possible_agents
        }
        self.envs.action_space.seed(0)
        self.metadata, self.render_mode = envs.metadata, envs.render_mode

    def observation_space(self, agent):
        return self.spaces[agent][0]

    def action_space(self, agent):
        return self.spaces[agent][1]

    def reset(self, seed=None, options=None):
        seeds = None if seed is None else [None, seed, None]
        if self.envs._begun:
            mask = self.over.copy()
            mask[self.rows] = True
            options = {**(options or {}), "reset_mask": mask}
        observations, infos = self.envs.reset(seed=seeds, options=options)
        self.over = np.zeros(self.envs.num_envs, bool)
        self.agents = self.possible_agents[:]
        return self._mine(observations), self._infos(infos)

    def step(self, actions):
        rows = [self.envs.single_action_space.sample() for _ in range(self.envs.num_envs)]
        rows[self.rows] = [actions[agent] for agent in self.possible_agents]
        seen, rewards, terminations, truncations, infos = self.envs.step(rows)
        self.over = terminations | truncations
        self.agents = [] if self.over[self.rows].any() else self.agents
        return (
            self._mine(seen),
            {agent: float(reward) for agent, reward in self._mine(rewards).items()},
            {agent: bool(flag) for agent, flag in self._mine(terminations).items()},
            {agent: bool(flag) for agent, flag in self._mine(truncations).items()},
            self._infos(infos),
        )

    def render(self):
        return self._mine(self.envs.render())

    def snapshot(self):
        return self.envs.snapshot(1)

    def restore(self, snapshot):
        observations, infos = self.envs.restore(1, snapshot)
        self.agents = self.possible_agents[:]
        return self._mine(observations), self._infos(infos)

    def state_hash(self):
        return self.envs.state_hash(1)

    def close(self):
        self.envs.close()

    def _mine(self, values):
        return dict(zip(self.possible_agents, values[self.rows], strict=True))

    def _infos(self, infos):
        told = {agent: {} for agent in self.possible_agents}
        for name, values in infos.items():
            if name.startswith("_") or name == "ignored_options":
                continue
            for p, agent in enumerate(self.possible_agents, self.rows.start):
                parts = isinstance(values, dict)
                told[agent][name] = (
                    {k: float(v[p]) for k, v in values.items() if not k.startswith("_")}
                    if parts
                    else values[p]
                )
        return told


def real_batch(ends=ENDS, **options):
    return mpgenie.vector_env(3, **{**GAME, "max_cycles": ends, "threads": 2, **options})


def dream_batch(ends=ENDS, **options):
    return dream_vector_env(source(), 3, horizon=ends, **options)


def network_batch(ends=ENDS, **options):
    return dream_vector_env(network(), 3, horizon=ends, ending=None, **options)


EVERY_BATCH = (real_batch, dream_batch, network_batch)


def real(**options):
    return mpgenie.parallel_env(**{**GAME, "max_cycles": ENDS, **options})


def real_of_many(**options):
    return OneOfMany(real_batch(autoreset_mode="DISABLED", **options))


def dreamt(**options):
    return dream_env(source(), horizon=ENDS, **options)


def dreamt_of_many(**options):
    return OneOfMany(dream_batch(autoreset_mode="DISABLED", **options))


def network_dream(**options):
    return dream_env(network(), horizon=ENDS, ending=None, **options)


def networks_of_many(**options):
    return OneOfMany(network_batch(autoreset_mode="DISABLED", **options))


EVERY_WORLD = (
    real, real_of_many, dreamt, dreamt_of_many, network_dream, networks_of_many,
)  # fmt: skip
