"""SolarisEngine's layout, for its loader: pairs of players as its bots Alpha and Bravo.

    train/batch_0_000042_Alpha_instance_000.mp4              T + 1 frames
                                           .json             T + 1 records, one for each frame
                                           _episode_info.json
          batch_0_000042_Bravo_instance_000...
    test/...                                                 episodes that are held out

Record t is action t beside frame t; its effect shows in frame t + 1, and the last record does
nothing.  Solaris's loader takes records s to e with frames s + 1 to e + 1, so it pairs each action
with the frame that shows it.  Both players have equal times: nothing is to be aligned.  Yaw grows
counter-clockwise from north, pitch upwards, in radians; `camera` is (yaw, pitch) with these signs.
Players are paired two by two (0 with 1, 2 with 3, ...), a pair is an `instance`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.movies import QUALITY
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.shards import Shard
from mpgenie.envs.simulation.actions import BIT
from mpgenie.errors import ConfigError

from .chart import chart
from .takes import Take, facts_of, takes
from .vpt import write_movie

BOTS = ("Alpha", "Bravo")
FIRST_MILLISECOND = 1_600_000_000_000
"""When every episode begins; above 10**12, or their tools take it for something else."""
HELD = ("forward", "back", "left", "right", "jump", "sprint", "sneak")
ONCE = ("attack", "use", "mount", "dismount", "place_block", "place_entity")
EPISODES_A_BATCH = 1_000_000


class Solaris:
    """Writes SolarisEngine's layout.

    Args:
        target: The folder.
        dataset: Whose episodes have two players or more.
        stream: Which pictures.
        spec: Of the stream.
        quality: x264's constant rate factor.
    """

    def __init__(
        self,
        target: Path,
        dataset: Dataset,
        stream: str,
        spec: StreamSpec,
        *,
        quality: int = QUALITY,
    ) -> None:
        alone = [entry.unit for entry in dataset.episodes if entry.players < 2]
        if alone:
            raise ConfigError(
                f"Solaris needs two players, but episode {alone[0]} has one: leave out such with "
                "dataset.where(test=lambda entry: entry.players > 1)"
            )
        self.target, self.stream, self.spec, self.quality = target, stream, spec, quality

    def add(self, shard: Shard) -> None:
        """Write one episode."""
        folder = self.target / ("test" if shard.header.split == "eval" else "train")
        folder.mkdir(parents=True, exist_ok=True)
        batch, episode = divmod(shard.header.unit, EPISODES_A_BATCH)
        for slot, take in enumerate(
            takes(shard, self.stream)[: len(shard.header.players) // 2 * 2]
        ):
            pair, bot = divmod(slot, 2)
            name = f"batch_{batch}_{episode:06d}_{BOTS[bot]}_instance_{pair:03d}"
            write_movie(folder / f"{name}.mp4", take, take.length + 1, self.spec, self.quality)
            (folder / f"{name}.json").write_text(json.dumps(records(take, BOTS[bot])))
            info = _info(take, BOTS[bot], episode, pair)
            (folder / f"{name}_episode_info.json").write_text(json.dumps(info))

    def finish(self) -> None:
        """Nothing is left to write."""

    def close(self) -> None:
        """Nothing stays open."""


def _info(take: Take, bot: str, episode: int, pair: int) -> dict[str, Any]:
    header = take.header
    return {
        "timestamp": FIRST_MILLISECOND,
        "bot_name": bot,
        "world_type": header.config.get("planet", {}).get("kind", ""),
        "episode_number": episode,
        "episode_type": header.type,
        "instance_id": pair,
        "encountered_error": False,
        "peer_encountered_error": False,
        "bot_died": bool((~take["state/alive"]).any()),
        "episode_recording_started": True,
        "eval_metadata": {},
        "mpgenie": {**facts_of(take.shard), "player": take.name},
    }


def records(take: Take, bot: str) -> list[dict[str, Any]]:
    """A record for each frame; the last one does nothing."""
    poses = chart(take["state/position"], take["state/heading"])
    yaw = np.radians(-poses.compass) % (2.0 * np.pi)
    pitch = np.radians(-take["state/pitch"])
    actions = _actions(take)
    found = []
    for t in range(take.length + 1):
        found.append(
            {
                "bot": bot,
                "x": round(float(poses.east[t]), 3),
                "y": round(float(poses.height[t]), 3),
                "z": round(float(poses.south[t]), 3),
                "yaw": round(float(yaw[t]), 3),
                "pitch": round(float(pitch[t]), 3),
                "action": actions[t],
                "inventory": {"quickbarSlot": int(take["state/held"][t])},
                "renderTime": FIRST_MILLISECOND + 50 * t,
                "physicsTime": FIRST_MILLISECOND + 50 * t,
                "relativeTimeMs": 50 * t,
                "epochTime": (FIRST_MILLISECOND + 50 * t) / 1000.0,
                "worldAgeTicks": int(take["world/tick"][t]),
                "isInWater": bool(take["state/in_water"][t]),
                "frame_count": t,
                "episode_id": take.header.unit,
                "extra_info": {"seed": take.header.seed},
            }
        )
    return found


def _actions(take: Take) -> list[dict[str, Any]]:
    held = take["actions/buttons"]
    new = held & ~np.concatenate([np.zeros(1, held.dtype), held[:-1]])
    camera = np.radians(-take["actions/camera"][:, ::-1].astype(np.float64))
    events = take.events()
    mine = _digging(take)
    found = []
    for t in range(take.length):
        action: dict[str, Any] = {name: bool(held[t] & BIT[name]) for name in HELD}
        action |= dict.fromkeys(ONCE, False)
        happened = events.get(t, {})
        action["attack"] = "hit" in happened
        action["place_block"] = "block_place" in happened
        action["use"] = bool(new[t] & BIT["use"]) and not action["place_block"]
        action["mine"] = bool(mine[t])
        action |= {f"hotbar.{n}": bool(new[t] & BIT[f"hotbar.{n}"]) for n in range(1, 10)}
        action["camera"] = camera[t].tolist()
        found.append(action)
    names = [*HELD, *ONCE, "mine", *(f"hotbar.{n}" for n in range(1, 10))]
    return [*found, {**dict.fromkeys(names, False), "camera": [0.0, 0.0]}]


def _digging(take: Take) -> NDArray[np.bool_]:
    """(T,) whether the player is at a block, from the tick they begin to the one they end."""
    found = np.zeros(take.length, bool)
    since: int | None = None
    for t, happened in sorted(take.events().items()):
        if "block_dig_start" in happened and since is None:
            since = t
        if {"block_dig_done", "block_dig_abort"} & set(happened) and since is not None:
            found[since : t + 1] = True
            since = t if list(happened)[-1] == "block_dig_start" else None
    if since is not None:
        found[since:] = True
    return found
