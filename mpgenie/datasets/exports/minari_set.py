"""Minari: a folder of datasets, one for each player slot, or one for all players together.

    out/mpgenie/player_0-v0/data/main_data.hdf5, metadata.json      each player alone (default)
    out/mpgenie/joint-v0/data/...                                   joint=True

Observations have T + 1 rows and actions T: action t leads from observation t to t + 1.  Frames are
kept without loss.  Minari knows one player only, so the joint dataset has Dict spaces with a part
for each player, the sum of all rewards, and each player's own under `infos`.  The files are written
here, not by Minari, so that frames are packed and nothing but h5py is needed.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.pictures import CHUNK, StreamSpec
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.schema import Array
from mpgenie.datasets.shards import Shard
from mpgenie.envs.simulation.actions import BUTTONS, CAMERA_CAP
from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .sink import Sink
from .takes import PIECE, Take, facts_of, takes

MINARI_VERSION = "0.5.4"
"""Whose layout this is."""
NAMESPACE = "mpgenie"
STATE = ("position", "velocity", "heading", "pitch", "health", "on_ground", "active", "alive")
"""What of the state goes into `infos`, (T + 1, ...) each."""


class MinariSet:
    """Writes Minari datasets.

    Args:
        target: The folder that becomes `MINARI_DATASETS_PATH`.
        dataset: Of which all episodes must have the same players if they are joint.
        stream: Which pictures.
        spec: Of the stream.
        joint: Whether all players share one dataset.
    """

    def __init__(
        self, target: Path, dataset: Dataset, stream: str, spec: StreamSpec, *, joint: bool = False
    ) -> None:
        self.target, self.stream, self.spec, self.joint = target, stream, spec, joint
        self._parts: dict[str, _Part] = {}
        counts = sorted({entry.players for entry in dataset.episodes})
        if joint and len(counts) > 1:
            raise ConfigError(
                f"a joint dataset needs the same players in every episode, but there are {counts}: "
                "export a part of them, or leave joint out"
            )

    def add(self, shard: Shard) -> None:
        """Write one episode."""
        mine = takes(shard, self.stream)
        if self.joint:
            names = [take.label for take in mine]
            part = self._part("joint", names)
            with part.sink.refusals():
                part.add_joint(mine, names)
            return
        for take in mine:
            part = self._part(take.label, None)
            with part.sink.refusals():
                part.add_alone(take)

    def _part(self, name: str, players: list[str] | None) -> "_Part":
        if name not in self._parts:
            folder = self.target / NAMESPACE / f"{name}-v0" / "data"
            folder.mkdir(parents=True)
            self._parts[name] = _Part(folder, f"{NAMESPACE}/{name}-v0", self.spec, players)
        if players is not None and players != self._parts[name].players:
            raise ConfigError(
                f"a joint dataset has the same players throughout, but {players} are not "
                f"{self._parts[name].players}"
            )
        return self._parts[name]

    def finish(self) -> None:
        """Write what Minari wants to know of each dataset."""
        (self.target / NAMESPACE / "namespace_metadata.json").write_text("{}")
        for part in self._parts.values():
            part.finish()

    def close(self) -> None:
        """Let go of every file."""
        for part in self._parts.values():
            part.close()


class _Part:
    """One Minari dataset."""

    def __init__(
        self, folder: Path, name: str, spec: StreamSpec, players: list[str] | None
    ) -> None:
        self.folder, self.name, self.spec, self.players = folder, name, spec, players
        self.episodes = self.steps = 0
        h5py = require("h5py", extra="data")
        self.sink = Sink(folder / "main_data.hdf5")
        self._file = h5py.File(self.sink, "w", track_order=True, libver=("v108", "v110"))

    def add_alone(self, take: Take) -> None:
        """Add what one player saw and did, up to the tick in which their episode ended."""
        ended = take["outcome/terminated"] | take["outcome/truncated"]
        steps = int(ended.argmax()) + 1 if ended.any() else take.length
        group = self._group(take, steps)
        self._frames(group, "observations", take, steps + 1)
        _add_actions(group.create_group("actions"), take, steps)
        infos = group.create_group("infos")
        for name in STATE:
            infos[name] = take[f"state/{name}"][: steps + 1]
        terminated = take["outcome/terminated"][:steps]
        _add_outcome(group, take["outcome/reward"][:steps], terminated)
        group.attrs["player"] = take.name

    def add_joint(self, takes: list[Take], names: list[str]) -> None:
        """Add what all players saw and did."""
        first = takes[0]
        group = self._group(first, first.length)
        rewards = np.stack([take["outcome/reward"] for take in takes])
        for name, take, reward in zip(names, takes, rewards, strict=True):
            self._frames(group, f"observations/{name}", take, take.length + 1)
            _add_actions(group.create_group(f"actions/{name}"), take, take.length)
            infos = group.create_group(f"infos/{name}")
            infos["reward"] = np.append(0.0, reward)
            for part in STATE:
                infos[part] = take[f"state/{part}"]
        ended = np.logical_and.reduce([take["outcome/terminated"] for take in takes])
        _add_outcome(group, rewards.sum(axis=0), ended)

    def _group(self, take: Take, steps: int) -> Any:
        group = self._file.create_group(f"episode_{self.episodes}")
        for name, value in facts_of(take.shard).items():
            kept = json.dumps(value) if isinstance(value, list) else value
            group.attrs[name] = str(kept) if name == "seed" else kept
        group.attrs["id"] = self.episodes
        group.attrs["seed"] = take.header.seed % 2**63
        group.attrs["task"] = take.task
        group.attrs["total_steps"] = steps
        self.episodes += 1
        self.steps += steps
        return group

    def _frames(self, group: Any, name: str, take: Take, frames: int) -> None:
        shape = self.spec.shape
        made = group.create_dataset(
            name, (frames, *shape), np.uint8, chunks=(min(CHUNK, frames), *shape),
            track_times=False, compression="gzip", compression_opts=1, shuffle=True,
        )  # fmt: skip
        for number, piece in enumerate(take.pieces(frames)):
            made[number * PIECE : number * PIECE + len(piece)] = piece

    def finish(self) -> None:
        """Write the library's own tables, and the metadata."""
        with self.sink.refusals():
            self._file.close()
        seen: dict[str, Any] = _box(self.spec.shape, 0, 255, "uint8")
        done = {
            "type": "Dict",
            "subspaces": {
                "buttons": {"type": "MultiBinary", "n": len(BUTTONS)},
                "camera": _box((2,), -CAMERA_CAP, CAMERA_CAP, "float32"),
            },
        }
        if self.players is not None:
            seen = {"type": "Dict", "subspaces": dict.fromkeys(self.players, seen)}
            done = {"type": "Dict", "subspaces": dict.fromkeys(self.players, done)}
        metadata = {
            "dataset_id": self.name,
            "minari_version": MINARI_VERSION,
            "data_format": "hdf5",
            "jpeg_encoding": False,
            "total_episodes": self.episodes,
            "total_steps": self.steps,
            "dataset_size": (self.folder / "main_data.hdf5").stat().st_size / 1e6,
            "observation_space": json.dumps(seen),
            "action_space": json.dumps(done),
            "description": "Players on a round voxel planet, recorded by mpgenie. Buttons in the "
            f"order {', '.join(BUTTONS)}; camera (pitch, yaw) in degrees, down and right positive.",
            "alignment": "action t leads from observation t to observation t + 1",
        }
        (self.folder / "metadata.json").write_text(json.dumps(metadata))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        self.sink.close()


def _add_actions(group: Any, take: Take, steps: int) -> None:
    group["buttons"] = take.buttons()[:steps].astype(np.int8)
    group["camera"] = take["actions/camera"][:steps]


def _add_outcome(group: Any, rewards: Array, terminated: NDArray[np.bool_]) -> None:
    """An episode that did not end by the rules was cut short in its last tick."""
    truncated = np.zeros(len(rewards), bool)
    if len(truncated):
        truncated[-1] = not terminated[-1]
    group["rewards"], group["terminations"], group["truncations"] = rewards, terminated, truncated


def _box(shape: tuple[int, ...], low: float, high: float, dtype: str) -> dict[str, Any]:
    return {
        "type": "Box",
        "dtype": dtype,
        "shape": list(shape),
        "low": np.full(shape, low, dtype).tolist(),
        "high": np.full(shape, high, dtype).tolist(),
    }
