"""A unit that makes trouble is tried three times, written down and skipped; the others are made."""

import os
import signal
import time
from pathlib import Path

import pytest

from mpgenie.errors import StateError, StorageError
from mpgenie.generation.backlog import FAILED, read_failed
from mpgenie.generation.engines import InProcess
from mpgenie.generation.processes import Process
from mpgenie.generation.work import DiskRefused, Work

from .conftest import hashes, make

EIGHT = {"episodes": 8, "worlds": 4}


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("RAISE", {}, "RuntimeError: a mistake in a script"),
        ("DIE", {"workers": 1, "episodes": 4}, "ended by SIGKILL"),
        ("HANG", {"workers": 2, "patience": 6.0, "episodes": 3}, "was silent for 6 s"),
    ],
)
def test_one_bad_type_costs_only_its_own_units(tmp_path, kind, options, reason):
    types = ("quick_episodes:NOD", f"quick_episodes:{kind}")
    dataset = make(tmp_path / "data", **{**EIGHT, "types": types, **options})
    failed = read_failed(tmp_path / "data")
    assert failed and {line["type"] for line in failed} == {types[1]}
    assert all(line["attempts"] == 3 and reason in line["error"] for line in failed)
    assert {entry.type for entry in dataset.episodes} == {"nod"}
    units = {entry.unit for entry in dataset.episodes} | {line["unit"] for line in failed}
    assert units == set(range(options.get("episodes", 8)))


def test_units_that_were_given_up_are_not_tried_again(tmp_path):
    options = {"types": ("quick_episodes:NOD", "quick_episodes:RAISE")}
    first = make(tmp_path / "data", **options)
    written = (tmp_path / "data" / FAILED).read_text()
    assert hashes(make(tmp_path / "data", **options)) == hashes(first)
    assert (tmp_path / "data" / FAILED).read_text() == written


def test_an_error_that_all_worlds_share_is_found_by_playing_alone(tmp_path, monkeypatch):
    run, marks = Work._tick, []

    def tick(work):
        batch = work._batch
        if any(unit.number == 2 for unit in batch.under_way):
            marks.append(len(batch.under_way))
            monkeypatch.setattr(batch.studio, "draw", lambda worlds: 1 / 0)
        return run(work)

    monkeypatch.setattr(Work, "_tick", tick)
    dataset = make(tmp_path / "data", episodes=4, worlds=4)
    assert [line["unit"] for line in read_failed(tmp_path / "data")] == [2]
    assert "ZeroDivisionError" in read_failed(tmp_path / "data")[0]["error"]
    assert sorted(hashes(dataset)) == [0, 1, 3]
    assert marks == [4, 1, 1]


def test_a_killed_worker_is_replaced(tmp_path, monkeypatch):
    ask, killed = Process.ask, []

    def ask_and_kill(worker, strips):
        ask(worker, strips)
        if not killed:
            time.sleep(1.0)
            os.kill(int(worker.name.split()[1]), signal.SIGKILL)
            killed.append(worker.name)

    monkeypatch.setattr(Process, "ask", ask_and_kill)
    assert len(make(tmp_path / "data", workers=1)) == 4
    assert killed and read_failed(tmp_path / "data") == []


def test_workers_that_cannot_even_start_are_not_started_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(Process, "ask", lambda worker, strips: worker.connection.send("nonsense"))
    with pytest.raises(StateError, match="end before they begin"):
        make(tmp_path / "data", workers=1)


def test_a_full_disk_stops_everything_with_one_line(tmp_path, monkeypatch):
    refusal = DiskRefused("cannot write: No space left on device")
    monkeypatch.setattr(Work, "run", lambda work, strips: [refusal])
    with pytest.raises(StorageError, match="No space left"):
        make(tmp_path / "data")


def test_the_worker_of_this_process_needs_no_waiting():
    engine = InProcess(None, Path(), 1)
    assert engine.wait([], 100.0) is None
