"""Whether a dataset is whole: every file, every count, every hash, and every world played again.

Nothing is changed.  What is damaged is told by shard; `salvage` copies the rest.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError, DatasetError

from .disk import Disk
from .episode import Episode, content_hash
from .manifest import MANIFEST, read_sealed_json
from .movies import frames_in
from .replay import check_replay, simulation_for
from .shards import Shard, read_manifest
from .store import DATASET, SHARDS, Store
from .summary import row_of


@dataclass
class Report:
    """What `verify` found."""

    episodes: int = 0
    """That are whole."""
    frames: int = 0
    """Of all their players."""
    replayed: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    """What is wrong, by shard or file."""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(
    root: str | Path,
    *,
    deep: bool = False,
    replay: float = 0.0,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Check a dataset.

    Args:
        root: Its folder.
        deep: Also unpack every frame, and make content hashes and rows anew.
        replay: Share of the episodes that are played again, 0 to 1.
        seed: Which of them follows from it.
        progress: Is told the name of every shard before it is looked at.
    """
    if not 0.0 <= replay <= 1.0:
        raise ConfigError(f"replay is a share from 0 to 1, got {replay}")
    root, report = Path(root), Report()
    try:
        read_sealed_json(root / DATASET)
    except DatasetError as error:
        report.problems[DATASET] = str(error)
    rng = np.random.default_rng(seed)
    worlds: dict[str, Simulation] = {}
    planets: dict[int, str] = {}
    for folder in _folders(root):
        if progress is not None:
            progress(folder.name)
        chosen = rng.random() < replay
        try:
            episode = check_shard(folder, deep=deep)
            _check_split(planets, episode)
            if chosen:
                _replay(episode, worlds)
                report.replayed += 1
        except DatasetError as error:
            report.problems[folder.name] = str(error)
            continue
        report.episodes += 1
        report.frames += (episode.length + 1) * len(episode.header.players)
    return report


def _folders(root: Path) -> Iterator[Path]:
    """Everything that ought to be a shard; a folder without a manifest is not left out."""
    if (root / SHARDS).is_dir():
        yield from sorted((root / SHARDS).iterdir())


def check_shard(folder: Path, *, deep: bool = False) -> Episode:
    """See whether a sealed shard is whole.

    Raises:
        DatasetError: If not; the message says what is wrong.
    """
    manifest = read_manifest(folder)
    there = {path.name for path in folder.iterdir()}
    listed = {MANIFEST, *manifest["files"]}
    if there != listed:
        raise DatasetError(f"{folder} has the files {sorted(there)} instead of {sorted(listed)}")
    shard = Shard(folder, manifest)
    try:
        for name in manifest["files"]:
            shard.whole(name)
        if shard.header.unit != manifest["unit"]:
            raise DatasetError(f"{folder} holds unit {shard.header.unit}")
        episode = shard.episode()
        if deep:
            _check_deeply(folder, shard, episode)
    finally:
        shard.close()
    return episode


def _check_deeply(folder: Path, shard: Shard, episode: Episode) -> None:
    if content_hash(episode.header, episode.arrays) != shard.manifest["episode"]["content_hash"]:
        raise DatasetError(f"{folder}: the content is not that of its content hash")
    if _exact(row_of(episode)) != _exact(shard.manifest["episode"]):
        raise DatasetError(f"{folder}: the manifest tells another episode than there is")
    for name, stream in shard.streams.items():
        for player in range(stream.players):
            if stream.spec.mode == "frames":
                stream.read(player, 0, stream.frames)
            else:
                found = frames_in(shard.whole(f"{stream.spec.name}.{player}.mp4"))
                if found != stream.frames:
                    raise DatasetError(
                        f"{folder}: {name} of player {player} has {found} frames "
                        f"instead of {stream.frames}"
                    )


def _exact(row: Any) -> Any:
    """A row without its means and sums, whose last bits depend on the processor."""
    if isinstance(row, dict):
        return {name: _exact(v) for name, v in row.items() if not isinstance(v, float)}
    return [_exact(value) for value in row] if isinstance(row, list) else row


def _check_split(planets: dict[int, str], episode: Episode) -> None:
    """No planet may be both trained on and held out."""
    header = episode.header
    if planets.setdefault(header.planet_seed, header.split) != header.split:
        raise DatasetError(f"planet {header.planet_seed} is both of split train and of split eval")


def _replay(episode: Episode, worlds: dict[str, Simulation]) -> None:
    key = str(episode.header.config)
    if key not in worlds:
        worlds.clear()
        worlds[key] = simulation_for(episode)
    found = check_replay(episode, worlds[key])
    if found.first_difference is not None:
        raise DatasetError(
            f"played again, unit {episode.header.unit} differs from frame "
            f"{found.first_difference} on"
        )


def salvage(source: str | Path, target: str | Path, disk: Disk | None = None) -> Report:
    """Copy every whole episode of a damaged dataset into a new one.

    Args:
        source: Is not changed.
        target: A new folder, or an earlier salvage of the same to go on with.
        disk: How it writes.

    Returns:
        How many episodes were saved, and what is wrong with the others.
    """
    source, report = Path(source), Report()
    with Store(target, _config(source, report), disk=disk) as store:
        for folder in _folders(source):
            try:
                check_shard(folder, deep=True)
                shard = Shard(folder)
                episode = shard.episode(pictures=True)
                shard.close()
            except DatasetError as error:
                report.problems[folder.name] = str(error)
                continue
            store.commit(episode)
            report.episodes += 1
            report.frames += (episode.length + 1) * len(episode.header.players)
    return report


def _config(source: Path, report: Report) -> Mapping[str, Any]:
    try:
        facts = read_sealed_json(source / DATASET)
    except DatasetError as error:
        report.problems[DATASET] = str(error)
        return {}
    return dict(facts.get("config", {}))
