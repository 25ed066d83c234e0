"""Members in one match, each learning from what it lives through with the update of PPO.

A match is whole episodes of some worlds side by side.  Every member's rows go through its own
network; what each is paid is mixed as its numbers say (see `groups`).  How a game ended is told by
the scenario's own rewards, without what only shapes them.

Shapes: T decisions, W worlds, P slots of each, N = W * P rows.
"""

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.arrays_file import Arrays
from mpgenie.agents.training.checkpoint import read, save_policy
from mpgenie.agents.training.config import PPOConfig
from mpgenie.envs.rows_env import Seeing
from mpgenie.envs.vector import PlanetVectorEnv, vector_env
from mpgenie.errors import CheckpointError
from mpgenie.extras import require

from .curriculum import Level
from .diversity import divergences, mean_of_pairs
from .game import Match, Played
from .groups import MIX, mixed
from .hypers import Numbers
from .matches import Ints
from .seats import outcomes, sides_in, taken
from .takes import Take

require("torch", extra="agents")
import torch  # noqa: E402

from mpgenie.agents.training.networks import Choices  # noqa: E402
from mpgenie.agents.training.policies import Policies  # noqa: E402
from mpgenie.agents.training.start import start_of  # noqa: E402
from mpgenie.agents.training.update import Experience, Terms, improve  # noqa: E402
from mpgenie.agents.weights import adam_arrays, take_adam, take_weights, weights_of  # noqa: E402

PLACE = 4.0
"""Edge of a place that one can be in for the first time, in metres."""
PROBES = 500
"""Observations on which decisions are compared."""
HELD_OUT = 10_000_000
"""The first seed of the worlds in which levels are judged, and of their planets; nobody learns in
them."""
HELD_OUT_PLANETS = 4
"""How many they are on at most, where a population has only some; few, so that all are kept."""
_HERE = Path("memory")


class CoPlay:
    """A scenario that members play together.

    Args:
        config: What is played, seen and chosen, and all terms of learning that no number says.
        levels: Of the curriculum; none = what the config says.
        judged: Held-out seeds of a level.
        record: The share of games that are told as takes.
    """

    def __init__(
        self,
        config: PPOConfig,
        levels: Sequence[Level] = (),
        judged: int = 50,
        record: float = 0.0,
    ) -> None:
        self.config = replace(config, policies="shared")
        self.levels, self.judged, self.record = tuple(levels), judged, record
        self._blank = Policies(self.config)
        self._worlds: dict[tuple[int, int], PlanetVectorEnv] = {}
        self._teams: dict[int, list[int] | None] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_worlds": {}}

    def players(self, level: int) -> int:
        """See `Game`."""
        return self.level(level).players

    def teams(self, level: int) -> Sequence[int] | None:
        """See `Game`; the rules are asked for an episode."""
        if level not in self._teams:
            envs = self._open(level, 1)
            envs.reset(seed=0)
            sizes = np.bincount(sides_in(envs)[0]).tolist()
            self._teams[level] = sizes if 1 < len(sizes) < self.players(level) else None
        return self._teams[level]

    def level(self, level: int) -> PPOConfig:
        """What is played on a level."""
        if not self.levels:
            return self.config
        return self.levels[level].played(self.config)

    def newborn(self, seed: int) -> Arrays:
        """See `Game`."""
        policies = Policies(replace(self.config, seed=seed))
        if (start := start_of(self.config)) is not None:
            policies.load_state_dict(start.state_dict())
        return weights_of(policies)

    def play(
        self, match: Match, who: Mapping[str, Arrays], numbers: Mapping[str, Numbers]
    ) -> Played:
        """See `Game`."""
        config, envs = self.level(match.level), self._open(match.level, len(match.seating))
        episode = _Episode(envs, config, self._blank, match.seed)
        sides = self._sides(match, envs)
        names = taken(np.array(match.seating), np.array(match.sides), sides)  # (W, P)
        rows = {name: torch.from_numpy(np.flatnonzero(names.ravel() == name)) for name in who}
        nets = {name: self._policies(arrays) for name, arrays in who.items()}
        episode.looks_for_places = any(each["mix.novelty"] for each in numbers.values())
        mixed_up = any(each["mix.team"] or each["mix.opponents"] for each in numbers.values())
        episode.looks_for_teams = mixed_up and self.teams(match.level) is not None
        episode.play(nets, rows)
        self._pay(episode, names, numbers)
        lived = {name: episode.lived_by(rows[name]) for name in numbers}
        takes = self._takes(episode, names, match.seed)
        return Played(outcomes(names, episode.scores(), sides), lived, takes)

    def learn(
        self, arrays: Arrays, numbers: Numbers, lived: Sequence[Experience], seed: int
    ) -> tuple[Arrays, dict[str, float]]:
        """See `Game`."""
        policies = self._policies(arrays)
        adam = torch.optim.Adam(policies.parameters(), eps=1e-5)
        take_adam(adam, arrays)
        evolved: dict[str, Any] = {name: numbers[name] for name in Terms._fields if name in numbers}
        terms = Terms.of(self.config, 0)._replace(**evolved)
        figures = improve(policies, adam, lived, terms, torch.Generator().manual_seed(seed))
        return {**weights_of(policies), **adam_arrays(adam)}, figures

    def judge(self, arrays: Arrays, level: int) -> NDArray[np.float64]:
        """See `Game`: the score in each world, in a contest among players who act at random."""
        config, envs = self.level(level), self._open(level, self.judged)
        slots = np.arange(envs.num_envs) % config.players
        ours = (slots % 2 == 0) | (not config.contest)
        episode = _Episode(envs, config, self._blank, HELD_OUT, begun=held_out(envs))
        rows = torch.from_numpy(np.flatnonzero(ours))
        episode.play({"judged": self._policies(arrays)}, {"judged": rows})
        scores = episode.scores().reshape(-1)
        scores[~ours] = np.nan
        return np.asarray(np.nanmean(scores.reshape(-1, config.players), 1))

    @torch.no_grad()
    def divergence(
        self, who: Mapping[str, Arrays], lived: Mapping[str, Experience], seed: int
    ) -> float:
        """See `Game`: the mean divergence of Jensen and Shannon, as of `diversity`."""
        rng, seen, masks = torch.Generator().manual_seed(seed), [], []
        for each in lived.values():
            places = each.counts.nonzero()
            chosen = torch.randperm(len(places), generator=rng)[: -(-PROBES // len(lived))]
            t, row = places[chosen].unbind(1)
            seen.append({name: array[t, row] for name, array in each.seen.items()})
            masks.append(each.masks[t, row])
        common = {name: torch.cat([each[name] for each in seen]) for name in seen[0]}
        allowed = self._blank.masks.read(torch.cat(masks))
        whose = torch.zeros(len(allowed), dtype=torch.int64)
        chances = [
            Choices(self._policies(arrays)(common, whose)[0], allowed).logs.exp().double().numpy()
            for arrays in who.values()
        ]
        return mean_of_pairs(divergences(np.stack(chances)))

    def save(self, path: Path, arrays: Arrays, facts: Mapping[str, Any]) -> None:
        """See `Game`."""
        save_policy(path, self.config, self._policies(arrays), **facts)

    def load(self, path: Path) -> Arrays:
        """See `Game`."""
        config, arrays, _ = read(path)
        if config != self.config:
            raise CheckpointError(f"{path} is of a player of another game than the population's")
        take_weights(path, deepcopy(self._blank), arrays)
        return arrays

    def close(self) -> None:
        """See `Game`."""
        for envs in self._worlds.values():
            envs.close()
        self._worlds.clear()

    # ------------------------------------------------------------------ parts

    def _open(self, level: int, worlds: int) -> PlanetVectorEnv:
        """Worlds of a level, made when they are first needed."""
        if (level, worlds) not in self._worlds:
            config = self.level(level)
            self._worlds[level, worlds] = vector_env(
                worlds, threads=1, repeat=config.repeat, copy=False, **config.env_options()
            )
        return self._worlds[level, worlds]

    def _sides(self, match: Match, envs: PlanetVectorEnv) -> Ints:
        """(W, P) the side of each slot in the episodes that have just begun."""
        if self.teams(match.level) is not None:
            return sides_in(envs)
        return np.tile(np.array(match.sides), (len(match.seating), 1))

    def _policies(self, arrays: Arrays) -> Policies:
        policies = deepcopy(self._blank)  # sooner than drawing weights that are replaced
        network = {name: array for name, array in arrays.items() if name.startswith("net.")}
        take_weights(_HERE, policies, network)
        return policies

    def _takes(self, episode: "_Episode", names: NDArray[np.str_], seed: int) -> dict[int, Take]:
        """Some of the first episodes; which ones follows from the seed."""
        chosen = np.random.default_rng(seed).random(len(names)) < self.record
        actions = episode.lived.actions.unflatten(1, names.shape).numpy()  # (T, W, P, C)
        return {
            w: Take(
                seed + w,
                actions[episode.first[:, w], w].copy(),
                self.config.repeat,
                tuple(f"checkpoint:{name}" for name in names[w].tolist()),
            )
            for w in np.flatnonzero(chosen).tolist()
        }

    def _pay(
        self, episode: "_Episode", names: NDArray[np.str_], numbers: Mapping[str, Numbers]
    ) -> None:
        """Fill the rewards of what was lived through: what everybody who learns is paid."""
        worlds, players = names.shape
        worth = np.ones((worlds, players, len(episode.part_names)))
        mix = np.tile((1.0, 0.0, 0.0, 0.0), (worlds, players, 1))
        for name, theirs in numbers.items():
            worth[names == name] = [theirs.get(f"part.{part}", 1.0) for part in episode.part_names]
            mix[names == name] = [theirs[f"mix.{each}"] for each in MIX]
        paid = mixed(episode.parts, episode.novelty, worth, mix, episode.teams)
        episode.lived.rewards[:] = torch.from_numpy(paid).flatten(1)


def held_out(envs: PlanetVectorEnv) -> Seeing:
    """Begin the held-out episode of each world, on a planet that nobody learns on.

    Returns:
        As `reset`.
    """
    planets, players = envs.config.planets, envs.config.players
    if planets is None:  # each seed has a planet of its own
        return envs.reset(seed=HELD_OUT)
    worlds = np.arange(envs.num_envs) // players
    begun = envs.reset(seed=HELD_OUT, options={"planet_seed": HELD_OUT})
    count = min(planets, HELD_OUT_PLANETS, envs.num_worlds)
    for k in range(1, count):
        options = {"planet_seed": HELD_OUT + k, "reset_mask": worlds % count == k}
        begun = envs.reset(seed=HELD_OUT, options=options)
    return begun


class _Episode:
    """An episode of each world, as it was lived through; worlds that end early begin another.

    Args:
        envs: The worlds.
        config: What is played.
        policies: Of the kind that play it.
        seed: Worlds and what players draw follow from it.
        begun: What the worlds showed when they were reset; by default they are reset here.
    """

    def __init__(
        self,
        envs: PlanetVectorEnv,
        config: PPOConfig,
        policies: Policies,
        seed: int,
        begun: Seeing | None = None,
    ) -> None:
        self.envs, self.config = envs, config
        self._look(*(begun or envs.reset(seed=seed)))
        horizon = math.ceil(envs.config.max_cycles / config.repeat)
        self.lived = Experience.empty(horizon, envs.num_envs, self._seen, self._masks, policies)
        self.part_names = envs.config.rules.part_names
        self._shape = (envs.num_worlds, envs.config.players)
        self.parts = np.zeros((horizon, *self._shape, len(self.part_names)))
        """(T, W, P, K)."""
        self.novelty = np.zeros((horizon, *self._shape))
        """(T, W, P) whether somebody came to a place for the first time in its episode."""
        self.first = np.ones((horizon, envs.num_worlds), np.bool_)
        """(T, W) whether a decision was in a world's first episode."""
        self.looks_for_places = False
        """Whether `novelty` is filled."""
        self.teams = np.tile(np.arange(self._shape[1]), (horizon, self._shape[0], 1))
        """(T, W, P) the side of each slot before each decision; all different by default."""
        self.looks_for_teams = False
        """Whether `teams` is filled: they may change, and the next episode's be others."""
        self._been: list[set[tuple[int, ...]]] = [set() for _ in range(envs.num_worlds)]
        self._fresh = torch.zeros(envs.num_envs, dtype=torch.bool)
        self._rng = torch.Generator().manual_seed(seed)

    @torch.no_grad()
    def play(self, nets: Mapping[str, Policies], rows: Mapping[str, torch.Tensor]) -> None:
        """Let everybody choose for their rows; whose row nobody has does anything at random."""
        lived, reader = self.lived, next(iter(nets.values())).masks
        memory = torch.zeros_like(lived.memory[0])
        scores = torch.zeros(self.envs.num_envs, *reader.shape)
        horizon = len(lived.rewards)
        for t in range(horizon + 1):
            for name, net in nets.items():
                seen = {key: array[rows[name]] for key, array in self._seen.items()}
                whose = torch.zeros(len(rows[name]), dtype=torch.int64)
                noise, before = net.draw(len(whose), self._rng), memory[rows[name]]
                scores[rows[name]], values, after = net.decide(seen, whose, before, noise)
                mean, std = net.scale(whose)
                lived.values[t, rows[name]] = values * std + mean
                if t < horizon:
                    lived.memory[t, rows[name]], lived.noise[t, rows[name]] = before, noise
                memory[rows[name]] = after * ~self._fresh[rows[name], None]
            if t < horizon:
                if self.looks_for_teams:
                    self.teams[t] = sides_in(self.envs)
                choices = Choices(scores, reader.read(self._masks))
                self._do(t, choices, choices.sample(self._rng))

    def scores(self) -> NDArray[np.float64]:
        """(W, P) what the first episode came to, without what only shapes."""
        rules = self.envs.config.rules
        real = np.array([name not in rules.shaping for name in self.part_names])
        return np.asarray(np.einsum("twpk,k,tw->wp", self.parts, real, self.first))

    def lived_by(self, rows: torch.Tensor) -> Experience:
        """What those in some rows lived through."""
        seen = {name: array[:, rows] for name, array in self.lived.seen.items()}
        others = {
            field.name: getattr(self.lived, field.name)[:, rows]
            for field in fields(Experience)
            if field.name not in ("seen", "start_logs")
        }
        return Experience(seen=seen, **others)

    def _do(self, t: int, choices: Choices, actions: torch.Tensor) -> None:
        """Decision t of everybody, and what came of it."""
        lived = self.lived
        for name, array in self._seen.items():
            lived.seen[name][t] = array
        lived.masks[t], lived.actions[t] = self._masks, actions
        lived.logs[t] = choices.log_likelihood(actions)
        lived.counts[t] = ~self._fresh
        observations, _, terminated, truncated, infos = self.envs.step(actions.numpy())
        lived.terminated[t] = torch.from_numpy(terminated)
        self._fresh = torch.from_numpy(terminated | truncated)
        lived.ended[t] = self._fresh
        for k, name in enumerate(self.part_names):
            self.parts[t, ..., k] = infos["reward_parts"][name].reshape(self._shape)
        if t + 1 < len(lived.rewards):
            over = self._fresh.numpy().reshape(self._shape)[:, 0]
            self.first[t + 1] = self.first[t] & ~over
        if self.looks_for_places:
            self._visit(t)
        self._look(observations, infos)

    def _visit(self, t: int) -> None:
        """Note who came to which place."""
        over = self._fresh.numpy().reshape(self._shape)[:, 0]
        for world, been in enumerate(self._been):
            simulation, _, w = self.envs.world(world)
            places = np.floor(simulation.state.players.position[w] / PLACE).astype(np.int64)
            for p, place in enumerate(places.tolist()):
                here = (p, *place)
                self.novelty[t, world, p] = here not in been
                been.add(here)
            if over[world]:
                been.clear()

    def _look(self, observations: Any, infos: Mapping[str, Any]) -> None:
        seen = (
            observations if isinstance(observations, dict) else {self.config.observe: observations}
        )
        self._seen = {name: torch.from_numpy(array) for name, array in seen.items()}
        self._masks = torch.from_numpy(infos["action_mask"])
