"""What attending to others is worth: where attention goes, and what is lost without it.

Attention alone proves nothing: a network may look at somebody and make nothing of it.  So four
things are measured of clones of scripted players, who observe states:

    masses    the share of attention that team-mates, opponents, items and mobs get, by phase of
              the game, beside the share that even attention would give them
    without   how much worse a clone foretells, and plays, when it cannot see some of them
    near      attention against averaging and against nobody, with as many parameters
    swapped   what a player's team earns with its own partners, with the same partners' actions in
              another order, which answer nothing, and with partners who stand still

An opponent is a player of another team or, in games without teams (`BY_ROLE`), of another role.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.scenarios import ScriptedPlayers
from mpgenie.agents.bots.scenarios.playing import action_for
from mpgenie.agents.policy import IDLE
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.scenarios.waves import PAUSE
from mpgenie.envs.simulation.actions import STILL
from mpgenie.envs.state_observation import FIRST_MOB, ITEM, OTHER_PLAYER, STATE, unpack_state
from mpgenie.envs.vector import vector_env
from mpgenie.extras import require

from .clone_policy import ClonePolicy
from .cloning import Cloned
from .corpus import Play
from .targets import buttons_down

require("torch", extra="agents")
import torch  # noqa: E402

GROUPS = ("team-mates", "opponents", "items", "mobs", "landmarks", "itself")
"""On what attention may lie."""
TEAM_MATES, OPPONENTS, ITEMS, MOBS, LANDMARKS, ITSELF = range(len(GROUPS))
BY_ROLE = ("tag", "hide_and_seek")
BLOCK = 20
"""Ticks of a partner's actions that stay together when they are shuffled."""
Floats = NDArray[np.float64]
States = NDArray[np.uint8]


@dataclass(frozen=True)
class Demonstration:
    """An episode of scripts, as they observed it."""

    play: Play
    """Its frames are states."""
    phase: NDArray[np.int64]
    """(T, P) the phase of the game for each player: an index into `phases_of(scenario)`."""
    returns: Floats
    """(P,) what each player earned."""


def phases_of(scenario: str) -> tuple[str, ...]:
    """The phases that a scenario is told apart into."""
    return _PHASES[scenario][0] if scenario in _PHASES else ("play",)


def demonstrate(
    scenario: str, players: int, seed: int, *, ticks: int = 600, **options: Any
) -> Demonstration:
    """Let scripts play an episode of a scenario and note what they see and do; nothing is drawn.

    Args:
        scenario: Its name.
        players: How many.
        seed: The episode follows from it, and its planet.
        ticks: At most.
        **options: Other options of `parallel_env`.
    """
    env = parallel_env(
        scenario, players, **options, observe="state", action_mode="raw", max_cycles=ticks
    )
    try:
        observations, _ = env.reset(seed=seed)
        bots = ScriptedPlayers(
            env.simulation, env.scenario, range(players), env.config.rules.name, seed=seed
        )
        phase_now = _PHASES.get(scenario, (("play",), _no_phases))[1]
        rows = env.simulation.state.players
        seen, done, phases, alive = [], [], [], []
        returns = np.zeros(players)
        while env.agents:
            seen.append(np.stack([observations[name] for name in env.possible_agents]))
            alive.append((rows.active[WORLD] & rows.alive[WORLD]).copy())
            phases.append(phase_now(env.scenario))
            chosen = bots.act()
            done.append([chosen.get(slot, IDLE) for slot in range(players)])
            acting = {
                name: action_for(env, action)
                for name, action in zip(env.possible_agents, done[-1], strict=True)
            }
            observations, rewards, *_ = env.step(acting)
            returns += [rewards[name] for name in env.possible_agents]
        seen.append(np.stack([observations[name] for name in env.possible_agents]))
        alive.append((rows.active[WORLD] & rows.alive[WORLD]).copy())
    finally:
        env.close()
    living = np.stack(alive)
    buttons = np.array([[a.buttons for a in row] for row in done], np.uint32)
    camera = np.array([[(a.pitch, a.yaw) for a in row] for row in done], np.float32)
    there = living[:-1] & living[1:]
    play = Play(seed, scenario, seed, np.stack(seen), buttons_down(buttons), camera, there)
    return Demonstration(play, np.stack(phases), returns)


def groups_of(states: States, by_role: bool = False) -> NDArray[np.int64]:
    """(..., 8) the group of each entity in states (..., 536), -1 where there is none."""
    parts = unpack_state(states)
    kind, role = parts["entities"][..., 3], parts["entities"][..., 6]
    against = kind == OTHER_PLAYER
    if by_role:
        against = (role != parts["body"][..., 7:8]) & (kind < ITEM)
    groups = np.where(against, OPPONENTS, TEAM_MATES)
    groups = np.where(kind == ITEM, ITEMS, np.where(kind >= FIRST_MOB, MOBS, groups))
    return np.where(kind == 0, -1, groups).astype(np.int64)


def without(states: States, groups: Sequence[int], by_role: bool = False) -> States:
    """States (..., 536) in which nobody of these groups is near."""
    left = states.copy()
    gone = np.isin(groups_of(states, by_role), groups)
    start, shape = STATE["entities"]
    entities = left[..., start : start + shape[0] * shape[1]].reshape(*states.shape[:-1], *shape)
    left[..., start : start + shape[0] * shape[1]] = np.where(
        gone[..., None], np.uint8(0), entities
    ).reshape(*states.shape[:-1], -1)
    return left


@torch.no_grad()
def masses(clone: Cloned, states: States, by_role: bool = False) -> tuple[Floats, Floats]:
    """Where a clone's attention goes.

    Args:
        clone: One that attends to who is near.
        states: (..., 536).
        by_role: Whether players of another role are opponents.

    Returns:
        (..., 6) the share that each of `GROUPS` gets, and the share that even attention to all
        nodes would give it.
    """
    flat = states.reshape(-1, states.shape[-1])
    eyes: Any = clone.model.eyes
    mass = eyes.encoder.with_attention(torch.from_numpy(flat))[1].numpy().astype(np.float64)
    groups, marks = groups_of(flat, by_role), unpack_state(flat)["marks"][..., 4] > 0
    entities = groups.shape[1]
    nodes = 1 + (groups >= 0).sum(1) + marks.sum(1)
    shares, even = np.zeros((2, len(flat), len(GROUPS)))
    for group in range(LANDMARKS):
        shares[:, group] = (mass[:, :entities] * (groups == group)).sum(1)
        even[:, group] = (groups == group).sum(1) / nodes
    shares[:, LANDMARKS], even[:, LANDMARKS] = mass[:, entities:].sum(1), marks.sum(1) / nodes
    shares[:, ITSELF], even[:, ITSELF] = 1.0 - mass.sum(1), 1.0 / nodes
    shape = (*states.shape[:-1], len(GROUPS))
    return shares.reshape(shape), even.reshape(shape)


def mass_by_phase(clone: Cloned, shown: Sequence[Demonstration]) -> tuple[Floats, Floats]:
    """Attention of each episode by phase.

    Returns:
        (episodes, phases, 6) shares, and those of even attention; no numbers where an episode
        has no such phase.
    """
    found = []
    for one in shown:
        by_role = one.play.type in BY_ROLE
        both = masses(clone, one.play.frames[:-1], by_role)
        rows = []
        for phase in range(len(phases_of(one.play.type))):
            now = (one.phase == phase) & one.play.there
            rows.append([each[now].mean(0) if now.any() else np.full(6, np.nan) for each in both])
        found.append(rows)
    shares, even = np.moveaxis(np.array(found), 2, 0)
    return shares, even


def chance_of(differences: Floats, draws: int = 20_000, seed: int = 0) -> float:
    """How often differences this far from 0 on average come about if their signs are chance.

    A permutation test of pairs, two-sided; values that are no numbers are left out.
    """
    values = differences[np.isfinite(differences)]
    if not len(values):
        return 1.0
    if 2 ** len(values) <= draws:
        signs = (np.arange(2 ** len(values))[:, None] >> np.arange(len(values)) & 1) * 2 - 1
        means = np.abs((signs * values).mean(1))
        return float((means >= abs(values.mean()) - 1e-12).mean())
    signs = np.random.default_rng(seed).integers(0, 2, (draws, len(values))) * 2 - 1
    means = np.abs((signs * values).mean(1))
    return float(((means >= abs(values.mean()) - 1e-12).sum() + 1) / (draws + 1))


@dataclass(frozen=True)
class Rollout:
    """Episodes of clones, side by side."""

    returns: Floats
    """(worlds, players)."""
    actions: NDArray[np.int64]
    """(ticks, worlds, players, components)."""


def roll_out(
    policy: ClonePolicy,
    worlds: int,
    *,
    seed: int,
    ticks: int,
    change: Callable[[States], States] | None = None,
    partners: tuple[Sequence[int], NDArray[np.int64]] | None = None,
    **options: Any,
) -> Rollout:
    """Let a clone play all players.

    Args:
        policy: The clone.
        worlds: How many episodes.
        seed: Of the first; the next has one more.
        ticks: How long at most.
        change: What becomes of states (worlds, players, 536) before the clone sees them.
        partners: Slots that play something else: (ticks, worlds, slots, components) instead.
        **options: Of `vector_env`, other than the policy's own.
    """
    envs = vector_env(worlds, **{**policy.env_options, "max_cycles": ticks, **options})
    try:
        players = envs.config.players
        observations, _ = envs.reset(seed=seed)
        state, done = None, []
        returns, going = np.zeros((worlds, players)), np.ones(worlds, np.bool_)
        for t in range(ticks):
            seen = observations.reshape(worlds, players, -1)
            seen = seen if change is None else change(seen)
            chosen, state = policy.choose(seen.reshape(observations.shape), state)
            actions = chosen.reshape(worlds, players, -1).copy()
            if partners is not None:
                actions[:, partners[0]] = partners[1][t]
            done.append(actions)
            observations, rewards, ended, late, _ = envs.step(actions.reshape(chosen.shape))
            returns[going] += rewards.reshape(worlds, players)[going]
            going &= ~(ended | late).reshape(worlds, players)[:, 0]
            if not going.any():
                break
    finally:
        envs.close()
    return Rollout(returns, np.stack(done))


def shuffled_in_time(actions: NDArray[np.int64], ticks: int, seed: int = 0) -> NDArray[np.int64]:
    """Actions (t, ...) in another order, `BLOCK` ticks together, again and again until `ticks`."""
    rng = np.random.default_rng(seed)
    blocks = [actions[k : k + BLOCK] for k in range(0, len(actions), BLOCK)]
    out: list[NDArray[np.int64]] = []
    while sum(len(each) for each in out) < ticks:
        out += [blocks[k] for k in rng.permutation(len(blocks))]
    return np.concatenate(out)[:ticks]


def swap_partners(
    policy: ClonePolicy,
    own: Rollout,
    team: Sequence[int],
    *,
    seed: int,
    ticks: int,
    **options: Any,
) -> dict[str, Floats]:
    """What a team earns as its first player's partners answer less and less.

    Args:
        policy: Plays everybody who is not swapped.
        own: What it did when it played everybody, in the same worlds.
        team: The slots of a team; all but the first are swapped.
        seed: As of `own`.
        ticks: Likewise.
        **options: Likewise.

    Returns:
        (worlds, 2) for `own` partners, those `shuffled` in time, and `idle` ones: what the team
        earns on average, and what its first player does.
    """
    one, *others = team
    shuffled = shuffled_in_time(own.actions[:, :, others], ticks)
    idle = np.zeros_like(shuffled)
    idle[..., 8:10] = STILL
    found = {"own": own.returns}
    for name, actions in (("shuffled", shuffled), ("idle", idle)):
        partners = others, actions
        worlds = len(own.returns)
        swapped = roll_out(policy, worlds, seed=seed, ticks=ticks, partners=partners, **options)
        found[name] = swapped.returns
    return {
        name: np.stack([returns[:, list(team)].mean(1), returns[:, one]], 1)
        for name, returns in found.items()
    }


def _no_phases(game: Any) -> NDArray[np.int64]:
    return np.zeros(game.players, np.int64)


def _phase_of_flags(game: Any) -> NDArray[np.int64]:
    """For each player: 1 = its team brings a flag home, 2 = its own is being taken away."""
    carrier, teams = game.carrier[WORLD], game.config.teams
    phases = np.zeros(game.players, np.int64)
    for slot in range(game.players):
        own = slot % teams
        if carrier[own] >= 0:
            phases[slot] = 2
        elif any(c >= 0 and c % teams == own for c in carrier.tolist()):
            phases[slot] = 1
    return phases


def _phase_of_waves(game: Any) -> NDArray[np.int64]:
    return np.full(game.players, int(game.tally[WORLD, PAUSE] == 0))


def _phase_of_tag(game: Any) -> NDArray[np.int64]:
    return np.asarray(game.role[WORLD].copy(), np.int64)


_PHASES: dict[str, tuple[tuple[str, ...], Callable[[Any], NDArray[np.int64]]]] = {
    "capture_the_flag": (("nothing taken", "bringing home", "robbed"), _phase_of_flags),
    "defend": (("rest", "wave"), _phase_of_waves),
    "tag": (("running", "chasing"), _phase_of_tag),
}
