"""Disks that fail on purpose: full at the n-th step, dead at the n-th step, or without power."""

import errno
import os
import shutil
import signal
from pathlib import Path

from mpgenie.datasets.disk import Disk


class CountingDisk(Disk):
    """Counts every step that reaches the system."""

    def __init__(self) -> None:
        self.steps = 0

    def step(self) -> None:
        self.steps += 1

    def make_folder(self, path: Path) -> None:
        self.step()
        super().make_folder(path)

    def put(self, descriptor: int, data: memoryview) -> int:
        self.step()
        return super().put(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self.step()
        super().sync(descriptor)

    def move(self, source: Path, target: Path) -> None:
        self.step()
        super().move(source, target)


class FullDisk(CountingDisk):
    """Refuses writing from its n-th step on, after half of the bytes, until there is room."""

    def __init__(self, fails_at: int, code: int = errno.ENOSPC) -> None:
        super().__init__()
        self.fails_at, self.code, self.has_room = fails_at, code, False

    def put(self, descriptor: int, data: memoryview) -> int:
        if self.steps + 1 >= self.fails_at and not self.has_room:
            os.write(descriptor, data[: len(data) // 2])
        return super().put(descriptor, data)

    def step(self) -> None:
        self.steps += 1
        if self.steps >= self.fails_at and not self.has_room:
            raise OSError(self.code, os.strerror(self.code))

    def make_folder(self, path: Path) -> None:
        from mpgenie.datasets.disk import _refusals

        with _refusals("make the folder", path):
            self.step()
        Disk.make_folder(self, path)

    def move(self, source: Path, target: Path) -> None:
        from mpgenie.datasets.disk import _refusals

        with _refusals(f"move {source} to", target):
            self.step()
        Disk.move(self, source, target)


class DeadlyDisk(CountingDisk):
    """Kills the process at its n-th step, in the middle of it where it writes."""

    def __init__(self, dies_at: int) -> None:
        super().__init__()
        self.dies_at = dies_at

    def put(self, descriptor: int, data: memoryview) -> int:
        if self.steps + 1 == self.dies_at:
            os.write(descriptor, data[: len(data) // 2])
        return super().put(descriptor, data)

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


class VolatileDisk(Disk):
    """Remembers what has reached the platter, and can cut the power.

    A file's bytes are safe after its sync; a name after the sync of its folder.  A cut keeps what
    is safe, and of the rest whatever the draw says: nothing, a torn part, or all.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.safe_names: set[Path] = set()
        self.safe_bytes: dict[int, int] = {}

    def sync(self, descriptor: int) -> None:
        info = os.fstat(descriptor)
        self.safe_bytes[info.st_ino] = info.st_size
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if path.is_dir():
            self.safe_names |= {entry for entry in path.iterdir()}

    def move(self, source: Path, target: Path) -> None:
        super().move(source, target)
        moved = {p for p in self.safe_names if source in (p, *p.parents)}
        self.safe_names |= {target / p.relative_to(source) for p in moved if p != source}

    def cut_power(self, rng) -> None:
        """Leave on disk what a machine may find after its power was cut now."""
        for path in sorted(self.root.rglob("*"), reverse=True):
            if path.is_dir():
                if path.parent.name == "shards" and path not in self.safe_names:
                    if rng.random() < 0.5:  # the rename never reached the platter
                        shutil.rmtree(path)
                continue
            size, safe = path.stat().st_size, self.safe_bytes.get(path.stat().st_ino, 0)
            if path not in self.safe_names and rng.random() < 0.5:
                path.unlink()
            elif safe < size and rng.random() < 0.7:
                os.truncate(path, int(rng.integers(safe, size + 1)))
