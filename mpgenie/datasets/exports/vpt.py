"""VPT's contractor format: a video and a file of lines for each player of each episode.

    mpgenie-u00000042-player_0.mp4             frames 0 to T - 1, 20 a second
                              .jsonl           line t: the action chosen on seeing frame t
                              -options.json    facts of the episode
    index.json                                 {"basedir": "", "relpaths": [...]}

The effect of line t shows in frame t + 1; the last frame has no line and is left out.  Positions
are those of `chart` in Minecraft's axes (x east, y up, z south), yaw is Minecraft's (0 south,
clockwise).  The key `planet` is ours: where on the ball the player is.
"""

import json
from pathlib import Path
from typing import Any

from mpgenie.datasets.movies import QUALITY, Movie
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.shards import Shard, shard_name
from mpgenie.envs.planet.blocks import ITEM_NAMES

from .chart import Poses, chart
from .takes import Take, facts_of, takes
from .vpt_lines import line_of

ALIGNMENT = {"frames": "T", "lines": "T", "action_causes": "next frame"}


class Vpt:
    """Writes recordings in VPT's contractor format.

    Args:
        target: The folder.
        dataset: Unused: episodes come one by one.
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
        self.target, self.stream, self.spec, self.quality = target, stream, spec, quality
        self._names: list[str] = []
        target.mkdir()

    def add(self, shard: Shard) -> None:
        """Write one episode."""
        for take in takes(shard, self.stream):
            name = f"mpgenie-{shard_name(shard.header.unit)}-{take.label}"
            write_movie(self.target / f"{name}.mp4", take, take.length, self.spec, self.quality)
            with (self.target / f"{name}.jsonl").open("w") as file:
                for line in lines(take):
                    file.write(json.dumps(line) + "\n")
            facts = {**facts_of(shard), "player": take.name, "alignment": ALIGNMENT}
            (self.target / f"{name}-options.json").write_text(json.dumps({"mpgenie": facts}))
            self._names.append(f"{name}.mp4")

    def finish(self) -> None:
        """Write the index."""
        index = {"basedir": "", "relpaths": self._names}
        (self.target / "index.json").write_text(json.dumps(index))

    def close(self) -> None:
        """Nothing stays open."""


def write_movie(path: Path, take: Take, frames: int, spec: StreamSpec, quality: int) -> None:
    """The first so many frames of a take as a video."""
    movie = Movie(path, spec.height, spec.width, quality=quality)
    try:
        for piece in take.pieces(frames):
            for picture in piece:
                movie.add(picture)
        movie.finish()
    finally:
        movie.close()


def lines(take: Take) -> list[dict[str, Any]]:
    """A line for each tick."""
    position, heading = take["state/position"], take["state/heading"]
    poses = chart(position, heading)
    buttons, camera = take["actions/buttons"].tolist(), take["actions/camera"]
    events = take.events()
    found = []
    for t in range(take.length):
        line = line_of(buttons[t], buttons[t - 1] if t else None, camera[t])
        line |= _where(take, poses, t)
        line["planet"] = {"position": position[t].tolist(), "heading": heading[t].tolist()}
        line["stats"] = events.get(t, {})
        found.append(line)
    return found


def _where(take: Take, poses: Poses, t: int) -> dict[str, Any]:
    """What VPT tells of the player besides the input; the hotbar as it is after the tick."""
    items = zip(take["state/hotbar_item"][t], take["state/hotbar_count"][t], strict=True)
    return {
        "hotbar": int(take["state/held"][t + 1]),
        "yaw": float((poses.compass[t] + 360.0) % 360.0 - 180.0),
        "pitch": float(take["state/pitch"][t]),
        "xpos": float(poses.east[t]),
        "ypos": float(poses.height[t]),
        "zpos": float(poses.south[t]),
        "tick": t,
        "milli": t * 50,
        "inventory": [
            {"type": ITEM_NAMES[int(item)], "quantity": int(count)}
            for item, count in items
            if count
        ],
        "serverTick": int(take["world/tick"][t]),
        "serverTickDurationMs": 50.0,
    }
