"""LeRobot v3: tables, videos of many episodes, and what they mean.

    data/chunk-000/file-000.parquet                              a row for each tick
    videos/observation.images.ego/chunk-000/file-000.mp4         episodes one after the other
    meta/info.json, stats.json, tasks.parquet, episodes/chunk-000/file-000.parquet

Each player of each episode is an episode of LeRobot's; `session_id` (our unit) and `agent_index`
say which belong together.  With `joint=True` all players of an episode share its rows, each with
a camera of their own.  Row t holds frame t, the state and the action chosen on seeing it, whose
effect shows in row t + 1; the last frame has no action and is left out.  Written without LeRobot,
which does not run beside our other packages.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.datasets.movies import FRAMES_PER_SECOND, QUALITY, Movie
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.schema import Array
from mpgenie.datasets.shards import Shard
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import ConfigError

from .lerobot_stats import MOST_EDGE, MOST_PICTURES, Totals, stats_of, stats_of_pictures
from .lerobot_tables import EpisodeTable, RowTable, write_tasks
from .takes import Take, takes

FILES_A_CHUNK = 1000
DATA_MEGABYTES, VIDEO_MEGABYTES = 100, 200
STATE = ("position", "velocity", "heading", "pitch", "health", "on_ground")
_AXES = {"position": "xyz", "velocity": "xyz", "heading": "xyz"}
STATE_NAMES = [f"{n}.{axis}" if axis else n for n in STATE for axis in _AXES.get(n, [""])]
ACTION_NAMES = [*BUTTONS, "camera.pitch", "camera.yaw"]


class LerobotSet:
    """Writes a LeRobot dataset.

    Args:
        target: The folder.
        dataset: Of which all episodes must have the same number of players if they are joint.
        stream: Which pictures.
        spec: Of the stream.
        joint: Whether all players of an episode share its rows.
        quality: x264's constant rate factor.
    """

    def __init__(
        self,
        target: Path,
        dataset: Dataset,
        stream: str,
        spec: StreamSpec,
        *,
        joint: bool = False,
        quality: int = QUALITY,
    ) -> None:
        counts = sorted({entry.players for entry in dataset.episodes})
        if joint and len(counts) > 1:
            raise ConfigError(
                f"a joint dataset needs the same players in every episode, but there are {counts}: "
                "export a part of them, or leave joint out"
            )
        self.target, self.stream, self.spec, self.joint = target, stream, spec, joint
        self.players = [f"player_{p}" for p in range(counts[0])] if joint else [""]
        self._films = {
            _key(name): _Films(target, _key(name), spec, quality) for name in self.players
        }
        self._rows = RowTable(target, DATA_MEGABYTES)
        self._episodes = EpisodeTable(target)
        self._totals = Totals()
        self._tasks: dict[str, int] = {}
        self._frames = self._count = 0

    def add(self, shard: Shard) -> None:
        """Write one episode; one without a tick has no row and is left out."""
        mine = takes(shard, self.stream)
        for group in [mine] if self.joint else [[take] for take in mine]:
            if group[0].length:
                self._add(group)

    def _add(self, group: list[Take]) -> None:
        first, length = group[0], group[0].length
        task = first.header.type if self.joint else first.task
        number = self._tasks.setdefault(task, len(self._tasks))
        columns = _columns(group, self._count, self._frames, number)
        data = self._rows.write(columns)
        stats = {name: stats_of(rows) for name, rows in columns.items()}
        row: dict[str, Any] = {
            "episode_index": self._count,
            "tasks": [task],
            "length": length,
            "dataset_from_index": self._frames,
            "dataset_to_index": self._frames + length,
            "data/chunk_index": data // FILES_A_CHUNK,
            "data/file_index": data % FILES_A_CHUNK,
        }
        for (key, films), take in zip(self._films.items(), group, strict=True):
            place, sample = films.add(take)
            row |= place
            stats[key] = stats_of_pictures(sample)
        self._totals.add(stats)
        self._episodes.add(row, stats)
        self._count += 1
        self._frames += length

    def finish(self) -> None:
        """Write what is known at the end."""
        for films in self._films.values():
            films.finish()
        self._rows.close()
        self._episodes.finish()
        write_tasks(self.target, self._tasks)
        meta = self.target / "meta"
        (meta / "stats.json").write_text(json.dumps(self._totals.result(), indent=1))
        (meta / "info.json").write_text(json.dumps(self._info(), indent=1))

    def close(self) -> None:
        """Let go of every file."""
        for films in self._films.values():
            films.close()
        self._rows.close()
        self._episodes.close()

    def _info(self) -> dict[str, Any]:
        path = "chunk-{chunk_index:03d}/file-{file_index:03d}"
        return {
            "codebase_version": "v3.0",
            "robot_type": "mpgenie",
            "total_episodes": self._count,
            "total_frames": self._frames,
            "total_tasks": len(self._tasks),
            "chunks_size": FILES_A_CHUNK,
            "data_files_size_in_mb": DATA_MEGABYTES,
            "video_files_size_in_mb": VIDEO_MEGABYTES,
            "fps": FRAMES_PER_SECOND,
            "splits": {"train": f"0:{self._count}"},
            "data_path": f"data/{path}.parquet",
            "video_path": f"videos/{{video_key}}/{path}.mp4",
            "features": self._features(),
            "alignment": "the action of row t shows in the frame of row t + 1",
        }

    def _features(self) -> dict[str, Any]:
        def named(names: list[str]) -> list[str]:
            return [f"{p}.{name}" if p else name for p in self.players for name in names]

        height, width = self.spec.height, self.spec.width
        video = {
            "dtype": "video",
            "shape": [height, width, 3],
            "names": ["height", "width", "channels"],
            "info": {
                "video.height": height,
                "video.width": width,
                "video.codec": "h264",
                "video.pix_fmt": "yuv420p",
                "video.is_depth_map": False,
                "video.fps": FRAMES_PER_SECOND,
                "video.channels": 3,
                "has_audio": False,
            },
        }
        features: dict[str, Any] = {
            "observation.state": _vector(named(STATE_NAMES)),
            "action": _vector(named(ACTION_NAMES)),
        }
        kinds = {"next.reward": "float32", "next.done": "bool", "timestamp": "float32"}
        whole = ("session_id", "agent_index", "frame_index", "episode_index", "index", "task_index")
        for name, dtype in {**kinds, **dict.fromkeys(whole, "int64")}.items():
            features[name] = {"dtype": dtype, "shape": [1], "names": None}
        return features | {key: video for key in self._films}


class _Films:
    """The videos of one camera: many episodes in each file."""

    def __init__(self, target: Path, key: str, spec: StreamSpec, quality: int) -> None:
        self.folder, self.key, self.spec = target / "videos" / key, key, spec
        self.quality, self.number = quality, -1
        self._movie: Movie | None = None

    def add(self, take: Take) -> tuple[dict[str, Any], Array]:
        """Append an episode; returns where it lies, and some of its pictures, made smaller."""
        if self._movie is not None and self._movie.bytes >= VIDEO_MEGABYTES * 2**20:
            self.finish()
        if self._movie is None:
            self.number += 1
            chunk, file = divmod(self.number, FILES_A_CHUNK)
            path = self.folder / f"chunk-{chunk:03d}" / f"file-{file:03d}.mp4"
            path.parent.mkdir(parents=True, exist_ok=True)
            size = self.spec.height, self.spec.width
            self._movie = Movie(path, *size, quality=self.quality)
        first = self._movie.frames
        step = -(-max(self.spec.height, self.spec.width) // MOST_EDGE)
        wanted = np.linspace(0, take.length - 1, min(take.length, MOST_PICTURES)).astype(int)
        sample = []
        for piece in take.pieces(take.length):
            for picture in piece:
                t = self._movie.frames - first
                self._movie.add(picture, key=t == 0)
                if t in wanted:
                    sample.append(picture[::step, ::step].copy())
        place = {
            f"videos/{self.key}/chunk_index": self.number // FILES_A_CHUNK,
            f"videos/{self.key}/file_index": self.number % FILES_A_CHUNK,
            f"videos/{self.key}/from_timestamp": first / FRAMES_PER_SECOND,
            f"videos/{self.key}/to_timestamp": self._movie.frames / FRAMES_PER_SECOND,
        }
        return place, np.stack(sample)

    def finish(self) -> None:
        """End the file that is open."""
        if self._movie is not None:
            self._movie.finish()
            self._movie = None

    def close(self) -> None:
        """Let go of it, whole or not."""
        if self._movie is not None:
            self._movie.close()
            self._movie = None


def _columns(group: list[Take], episode: int, first: int, task: int) -> dict[str, Array]:
    """The rows of an episode, by column: (T,) or (T, d)."""
    length = group[0].length
    ticks = np.arange(length)
    ended = [take["outcome/terminated"] | take["outcome/truncated"] for take in group]
    done = np.logical_and.reduce(ended)
    done[-1] = True
    rewards = [take["outcome/reward"] for take in group]
    return {
        "observation.state": np.concatenate([_state(take) for take in group], axis=1),
        "action": np.concatenate([_action(take) for take in group], axis=1),
        "next.reward": np.sum(rewards, axis=0).astype(np.float32),
        "next.done": done,
        "session_id": np.full(length, group[0].header.unit),
        "agent_index": np.full(length, -1 if len(group) > 1 else group[0].player),
        "timestamp": (ticks / FRAMES_PER_SECOND).astype(np.float32),
        "frame_index": ticks,
        "episode_index": np.full(length, episode),
        "index": first + ticks,
        "task_index": np.full(length, task),
    }


def _state(take: Take) -> Array:
    rows = [take[f"state/{name}"][: take.length].reshape(take.length, -1) for name in STATE]
    return np.concatenate(rows, axis=1).astype(np.float32)


def _action(take: Take) -> Array:
    return np.concatenate([take.buttons(), take["actions/camera"]], axis=1).astype(np.float32)


def _vector(names: list[str]) -> dict[str, Any]:
    return {"dtype": "float32", "shape": [len(names)], "names": names}


def _key(player: str) -> str:
    return f"observation.images.{player or 'ego'}"
