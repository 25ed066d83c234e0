"""Whatever stops a writer, no finished episode is lost and nothing unfinished is ever seen.

And going on afterwards ends with the same content as a run that nothing disturbed.
"""

import errno
import multiprocessing
import os
import signal
import time

import numpy as np
import pytest

import mpgenie
from mpgenie.datasets.episode import Episode, Header
from mpgenie.datasets.store import Store
from mpgenie.datasets.verify import verify
from mpgenie.errors import StorageError

from .failing_disks import CountingDisk, DeadlyDisk, FullDisk, VolatileDisk
from .random_play import play

KILLS = int(os.environ.get("MPGENIE_FAULTS", "20"))
"""How many writers are killed at a random moment; 200 before a release."""
CUTS, PLAN = 3 * KILLS, 6


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def episodes(drawn_episode):
    """Six units, all alike but for their number and a little of their content."""
    made = []
    for unit in range(PLAN):
        header = Header(**{**vars(drawn_episode.header), "unit": unit})
        arrays = {**drawn_episode.arrays, "policy/value": np.full(20, unit, np.float32)}
        made.append(Episode(header, arrays, drawn_episode.streams))
    return made


def write(root, episodes, disk=None, told=None):
    """Go on with a dataset until its plan is done, saying what is finished."""
    with Store(root, {"seed": 1}, disk=disk) as store:
        for unit in store.left(range(len(episodes))):
            store.commit(episodes[unit])
            if told is not None:
                os.write(told, bytes([unit]))


def finish(root, episodes):
    """Go on undisturbed, and compare with a run that nothing disturbed."""
    write(root, episodes)
    entries = mpgenie.open_dataset(root).episodes
    assert [e.content_hash for e in entries] == [e.content_hash for e in episodes]
    assert verify(root, deep=True).whole
    assert list((root / ".staging").iterdir()) == []


def killed_writer(root, episodes, disk, after=None):
    """Run a writer in a child that dies; returns the units that it said were finished."""
    reader, told = os.pipe()
    child = multiprocessing.get_context("fork").Process(
        target=write, args=(root, episodes, disk, told)
    )
    child.start()
    os.close(told)
    if after is not None:
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    with os.fdopen(reader, "rb") as pipe:
        return set(pipe.read()), child.exitcode


def whole_units(root):
    """The units that a reader sees; every one of them must be whole."""
    if not (root / "dataset.json").exists():
        return set()
    assert verify(root, deep=True).problems == {}
    return {entry.unit for entry in mpgenie.open_dataset(root).episodes}


def test_a_kill_at_every_step_of_a_run_loses_nothing(episodes, tmp_path):
    some = episodes[:2]
    counting = CountingDisk()
    write(tmp_path / "whole", some, counting)
    assert counting.steps > 20
    for step in range(1, counting.steps + 1):
        root = tmp_path / str(step)
        told, code = killed_writer(root, some, DeadlyDisk(step))
        assert code == -signal.SIGKILL
        assert told <= whole_units(root)
        finish(root, some)


def test_a_kill_at_any_moment_loses_nothing(episodes, tmp_path):
    started = time.monotonic()
    write(tmp_path / "whole", episodes)
    takes = time.monotonic() - started
    rng = np.random.default_rng(3)
    killed = lost = 0
    for trial in range(KILLS):
        root = tmp_path / str(trial)
        told, code = killed_writer(root, episodes, None, rng.random() * 1.2 * takes)
        killed += code == -signal.SIGKILL
        lost += len(told - whole_units(root))
        if trial % 5 == 0:
            finish(root, episodes)
    assert lost == 0
    assert killed > KILLS // 3


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_full_disk_at_any_step_is_one_clear_error_and_one_may_go_on(episodes, tmp_path, code):
    some = episodes[:1]
    counting = CountingDisk()
    write(tmp_path / "whole", some, counting)
    for step in range(1, counting.steps + 1):
        root, disk = tmp_path / f"{code}_{step}", FullDisk(step, code)
        try:
            with Store(root, {"seed": 1}, disk=disk) as store:
                with pytest.raises(StorageError, match=os.strerror(code)):
                    store.commit(some[0])
                assert whole_units(root) <= {0}
                disk.has_room = True
                store.commit(some[0])
                assert store.done() == {0}
        except StorageError as error:
            assert str(root) in str(error) and "run again" in str(error)
        finish(root, some)


def test_a_power_cut_keeps_every_commit_that_returned(episodes, tmp_path):
    rng = np.random.default_rng(6)
    some = episodes[:2]

    class Stop(Exception):
        pass

    class Stopping(VolatileDisk):
        steps, stops_at = 0, 0

        def __getattribute__(self, name):
            if name in ("put", "sync", "move", "make_folder"):
                self.steps += 1
                if self.steps == self.stops_at:
                    raise Stop
            return super().__getattribute__(name)

        def remove(self, path):
            """A machine without power tidies nothing."""

    for cut in range(CUTS):
        root = tmp_path / str(cut)
        disk = Stopping(root)
        disk.stops_at = int(rng.integers(1, 60))
        done = set()
        try:
            store = Store(root, {"seed": 1}, disk=disk)
            for episode in some:
                store.commit(episode)
                done.add(episode.header.unit)
        except Stop:
            pass
        disk.stops_at = 0
        if not (root / "dataset.json").exists():
            continue
        disk.safe_names.add(root / "dataset.json")
        disk.cut_power(rng)
        assert done <= whole_units(root)


def test_two_writers_share_a_plan_without_losing_or_doubling(episodes, tmp_path):
    Store(tmp_path, {"seed": 1}).close()
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write, args=(tmp_path, episodes)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    finish(tmp_path, episodes)


def test_the_order_of_commits_does_not_matter(tmp_path):
    for name, order in (("up", (0, 1, 2)), ("down", (2, 1, 0))):
        with Store(tmp_path / name) as store:
            for unit in order:
                store.commit(play(unit))
    up, down = (mpgenie.open_dataset(tmp_path / name).episodes for name in ("up", "down"))
    assert [e.content_hash for e in up] == [e.content_hash for e in down]
