"""An episode in a row: what an index can be asked about without opening the episode."""

from typing import Any

import numpy as np

from mpgenie.envs.simulation.events import KIND_NAMES

from .episode import Episode


def row_of(episode: Episode) -> dict[str, Any]:
    """The facts of an episode, and a dict for each of its players, as plain values."""
    header = episode.header
    kinds, counts = np.unique(episode["events"]["kind"], return_counts=True)
    planet = header.config.get("planet", {})
    return {
        "unit": header.unit,
        "type": header.type,
        "seed": str(header.seed),
        "planet_seed": header.planet_seed,
        "planet": planet.get("kind", ""),
        "size": planet.get("size", 0),
        "split": header.split,
        "players": len(header.players),
        "length": header.length,
        "outcome": header.outcome,
        "reason": header.reason,
        "content_hash": episode.content_hash,
        "final_hash": f"{int(episode['world/hash'][-1]):016x}",
        "time": int(episode["world/time"][0]),
        "raining": float(np.mean(episode["world/raining"])),
        "separation": _separation(episode),
        "mutual_visibility": _mutual_visibility(episode),
        "blocks_changed": len(episode["blocks"]),
        "events": {KIND_NAMES[k]: int(n) for k, n in zip(kinds, counts, strict=True)},
        "each": [_player(episode, p) for p in range(len(header.players))],
    }


def _separation(episode: Episode) -> float:
    """Mean distance of all pairs of players over the episode, metres; 0 for one player."""
    position = episode["state/position"].astype(np.float64)
    pairs = [
        np.sqrt(((position[:, a] - position[:, b]) ** 2).sum(-1)).mean()
        for a in range(position.shape[1])
        for b in range(a)
    ]
    return float(np.mean(pairs)) if pairs else 0.0


def _mutual_visibility(episode: Episode) -> float:
    """Share of frames and pairs in which each sees the other."""
    seen = episode["state/visible"].astype(np.int64) > 0
    both = seen & seen.swapaxes(1, 2)
    p = both.shape[1]
    return float(both[:, ~np.eye(p, dtype=bool)].mean()) if p > 1 else 0.0


def _player(episode: Episode, p: int) -> dict[str, Any]:
    header, events = episode.header, episode["events"]
    mine = np.unique(episode["state/id"][:, p].astype(np.int64))
    kinds = events["kind"].astype(np.int64)
    given = np.isin(events["actor"].astype(np.int64), mine[mine > 0])
    count = {KIND_NAMES[k]: int((given & (kinds == k)).sum()) for k in range(len(KIND_NAMES))}
    steps = np.diff(episode["state/position"][:, p].astype(np.float64), axis=0)
    camera = episode["actions/camera"][:, p].astype(np.float64)
    idle = (episode["actions/buttons"][:, p] == 0) & ~camera.any(-1)
    seen = np.delete(episode["state/visible"][:, p].astype(np.int64) > 0, p, axis=1)
    return {
        "player": header.players[p],
        "role": header.roles[p] if p < len(header.roles) else "",
        "policy": header.policies[p] if p < len(header.policies) else "",
        "distance": float(np.sqrt((steps**2).sum(-1)).sum()),
        "noop_share": float(idle.mean()) if len(idle) else 0.0,
        "camera_mean": float(np.abs(camera).mean()) if len(camera) else 0.0,
        "partner_visible": float(seen.any(-1).mean()) if seen.shape[1] else 0.0,
        "reward": float(episode["outcome/reward"][:, p].astype(np.float64).sum()),
        "blocks_placed": count["block_place"],
        "blocks_dug": count["block_dig_done"],
        "hits_given": count["hit"],
        "deaths": count["death"],
    }
