"""WebDataset: tar files whose samples are whole episodes, all players side by side.

    shard-000000.tar
        u00000042.json            facts of the episode, and the alignment
        u00000042.0.npz           player 0: frames, actions, outcome and state, (T + 1 or T, ...)
        u00000042.1.npz
        u00000042.0.mp4           with video=True, instead of the frames in the npz

Frame t is what the player saw when action t was chosen; its effect shows in frame t + 1.  Equal
datasets make equal bytes.
"""

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.datasets.movies import QUALITY, Movie
from mpgenie.datasets.mp4_boxes import moov_first
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.schema import COLUMNS, Array
from mpgenie.datasets.shards import Shard, shard_name
from mpgenie.datasets.store import CONVENTIONS
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import ConfigError

from .takes import Take, facts_of, takes


class WebdatasetTar:
    """Writes tar files.

    Args:
        target: The folder.
        dataset: Unused: episodes come one by one.
        stream: Which pictures.
        spec: Of the stream.
        video: Whether pictures are kept as mp4 instead of without loss.
        quality: x264's constant rate factor.
        shard_megabytes: A new file is begun after so much.
    """

    def __init__(
        self,
        target: Path,
        dataset: Dataset,
        stream: str,
        spec: StreamSpec,
        *,
        video: bool = False,
        quality: int = QUALITY,
        shard_megabytes: float = 1000.0,
    ) -> None:
        if not shard_megabytes > 0:
            raise ConfigError(f"shard_megabytes must be more than 0, got {shard_megabytes}")
        self.target, self.stream, self.spec = target, stream, spec
        self.video, self.quality, self.most = video, quality, shard_megabytes * 1e6
        target.mkdir()
        self._count = 0
        self._tar: tarfile.TarFile | None = None

    def add(self, shard: Shard) -> None:
        """Write one episode."""
        if self._tar is not None and self._tar.offset >= self.most:
            self.close()
        if self._tar is None:
            path = self.target / f"shard-{self._count:06d}.tar"
            self._tar = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)
            self._count += 1
        key = shard_name(shard.header.unit)
        facts = {**facts_of(shard), **CONVENTIONS, "buttons": BUTTONS}
        self._write(f"{key}.json", json.dumps(facts, sort_keys=True).encode())
        for take in takes(shard, self.stream):
            self._write(f"{key}.{take.player}.npz", _packed(self._arrays(take)))
            if self.video:
                self._write(f"{key}.{take.player}.mp4", self._movie(take))

    def _arrays(self, take: Take) -> dict[str, Array]:
        """By the last part of their names; `buttons` and `camera` are those that were applied."""
        names = [name for name, column in COLUMNS.items() if "P" in column.shape]
        arrays = {name.rpartition("/")[2]: take[name] for name in names}
        if not self.video:
            arrays["frames"] = take.pictures(0, take.length + 1)
        return arrays

    def _movie(self, take: Take) -> bytes:
        file = io.BytesIO()
        movie = Movie(file, self.spec.height, self.spec.width, quality=self.quality)
        for piece in take.pieces(take.length + 1):
            for picture in piece:
                movie.add(picture)
        movie.finish()
        return moov_first(file.getvalue())

    def _write(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o644
        assert self._tar is not None
        self._tar.addfile(entry, io.BytesIO(data))

    def finish(self) -> None:
        """Nothing is left to write."""

    def close(self) -> None:
        """End the file that is open."""
        if self._tar is not None:
            self._tar.close()
            self._tar = None


def _packed(arrays: dict[str, Any]) -> bytes:
    """An npz file without the time of its making."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(arrays):
            one = io.BytesIO()
            np.lib.format.write_array(one, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy"), one.getvalue(), zipfile.ZIP_DEFLATED, 1
            )
    return file.getvalue()
