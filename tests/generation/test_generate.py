"""The same arguments make the same dataset, whoever makes it and however often it is disturbed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import mpgenie
from mpgenie.datasets.quality import read_findings
from mpgenie.datasets.verify import verify
from mpgenie.errors import ConfigError

from .conftest import SIX, hashes, make

ROOT = Path(__file__).parents[2]
CALL = """
import signal, sys
from pathlib import Path
from tests.generation.conftest import make
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
make(sys.argv[1], **{})
"""


def started(out, **options):
    """A process that fills a folder."""
    return subprocess.Popen(
        [sys.executable, "-c", CALL.format(options), str(out)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ['PYTHONPATH']}"},
        stderr=subprocess.PIPE,
    )


def wait_for(condition, process):
    """Wait until something holds, as long as a process lives."""
    until = time.monotonic() + 300
    while not condition() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


def sealed(out):
    return len(list((out / "shards").glob("u*")))


def test_three_workers_make_what_one_makes(tmp_path, undisturbed):
    assert hashes(make(tmp_path / "data", **SIX, workers=3, worlds=1)) == undisturbed()


def test_killed_and_resumed_makes_what_was_to_be_made(tmp_path, undisturbed):
    process = started(tmp_path / "data", **SIX, workers=1)
    wait_for(lambda: sealed(tmp_path / "data") >= 2, process)
    process.kill()
    process.communicate()
    assert hashes(make(tmp_path / "data", **SIX)) == undisturbed()


def test_ray_makes_what_processes_make(tmp_path, undisturbed):
    pytest.importorskip("ray")
    assert hashes(make(tmp_path / "data", **SIX, engine="ray", workers=2)) == undisturbed()


def test_every_episode_can_be_played_again(tmp_path):
    make(tmp_path / "data", types=("quick_episodes:NOD", "pve"))
    found = verify(tmp_path / "data", deep=True, replay=1.0)
    assert found.problems == {} and found.replayed == 4


def test_an_episode_tells_roles_phases_and_who_came(tmp_path):
    dataset = make(tmp_path / "data", episodes=1)
    episode = dataset.load(dataset.episodes[0]).episode()
    assert episode.header.roles == ("nodder", "nodder")
    assert episode.header.policies == ("script:nod", "script:nod")
    assert [row["tick"] > 0 for row in episode["spawns"]] == [True]
    assert episode["outcome/truncated"][-1].all() and not episode["outcome/truncated"][:-1].any()
    phases = [line for line in episode.log() if line["kind"] == "phase" and line["player"] == 1]
    assert [phase["name"] for phase in phases] == ["opening", "nodder"]
    assert phases[0]["end"] <= phases[1]["tick"] < phases[1]["end"] <= episode.length
    ends = [line["outcome"] for line in episode.log() if line["kind"] == "outcome"]
    assert ends == ["success", "success"]


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path):
    options = {"types": "quick_episodes:SLOW", "workers": 1, "episodes": 1000}
    process = started(tmp_path / "data", **options)
    wait_for(lambda: sealed(tmp_path / "data") >= 1, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    status = json.loads((tmp_path / "data/status.json").read_text())
    assert status["state"] == "stopped" and 1 <= status["done"] == sealed(tmp_path / "data") < 1000
    assert f"{status['done']} of 1000 episodes safe" in said.decode()
    assert "run the same again to go on" in said.decode()
    assert list((tmp_path / "data/.staging").iterdir()) == []


def test_more_episodes_are_added_to_those_that_are_there(tmp_path):
    few = hashes(make(tmp_path / "data", episodes=2))
    many = hashes(make(tmp_path / "data", episodes=3))
    assert len(many) == 3 and few.items() <= many.items()


def test_other_arguments_are_refused_by_name(tmp_path):
    make(tmp_path / "data", episodes=1)
    with pytest.raises(ConfigError, match="begun with seed = 0, not 1"):
        make(tmp_path / "data", episodes=1, seed=1)


def test_the_second_of_two_generators_is_refused(tmp_path):
    process = started(tmp_path / "data", types="quick_episodes:SLOW", episodes=30)
    wait_for(lambda: sealed(tmp_path / "data") >= 1, process)
    with pytest.raises(ConfigError, match=f"filled by process {process.pid} on"):
        make(tmp_path / "data", types="quick_episodes:SLOW", episodes=30)
    process.kill()
    process.communicate()
    make(tmp_path / "data", types="quick_episodes:SLOW", episodes=1)  # the dead hold no lock


def test_the_held_out_types_are_for_evaluation_alone(tmp_path):
    with pytest.raises(ConfigError, match="held out for evaluation"):
        make(tmp_path / "data", types="quick_episodes:HELD_OUT")
    dataset = make(tmp_path / "eval", types="quick_episodes:HELD_OUT", split="eval", episodes=2)
    assert {entry.split for entry in dataset.episodes} == {"eval"}
    with pytest.raises(ConfigError, match="held out"):
        mpgenie.open_dataset(tmp_path / "eval").windows(stream=None)


def test_status_counts_everything(tmp_path):
    dataset = make(tmp_path / "data")
    status = json.loads((tmp_path / "data/status.json").read_text())
    assert status["state"] == "finished"
    assert (status["episodes"], status["done"], status["queue"], status["running"]) == (4, 4, 0, 0)
    assert status["frames"] == sum(2 * (entry.length + 1) for entry in dataset.episodes)
    assert status["bytes"] == sum(entry.bytes for entry in dataset.episodes)
    assert status["frames_per_second"] > 0 and status["hours_left"] == 0
    assert status["outcomes"] == {"success": 4}
    again = make(tmp_path / "data")  # nothing left to do
    assert hashes(again) == hashes(dataset)
    assert json.loads((tmp_path / "data/status.json").read_text())["frames"] == status["frames"]
    assert os.listdir(tmp_path / "data/.staging") == []


@pytest.mark.parametrize("workers", [0, 2])
def test_episodes_are_checked_as_they_are_sealed(tmp_path, workers):
    moody = {"types": "quick_episodes:MOODY", "episodes": 8}
    everything = make(tmp_path / "all", **moody)
    good = {e.unit: e.content_hash for e in everything.episodes if e.outcome == "success"}
    assert 0 < len(good) < 8
    dataset = make(tmp_path / "good", **moody, workers=workers, check=True)
    assert hashes(dataset) == good
    status = json.loads((tmp_path / "good/status.json").read_text())
    assert status["done"] == 8 and status["rejects"]["outcome"] == 8 - len(good)
    assert {one.unit for one in read_findings(tmp_path / "good")} >= set(range(8))
    assert len(make(tmp_path / "good", **moody, check=True)) == len(good)  # none is made again


def test_pictures_come_from_every_camera_and_change_nothing_else(tmp_path):
    cameras, passes = ("ego", "third", "top"), ("rgb", "depth", "segmentation")
    options = {"episodes": 2, "video": "frames", "resolution": ((32, 32), (24, 40))}
    rich = make(tmp_path / "rich", **options, cameras=cameras, passes=passes)
    assert hashes(rich) == hashes(make(tmp_path / "plain", episodes=2))
    assert len(rich.episodes[0].streams) == 18
    shard = rich.load(rich.episodes[0])
    for name, stream in shard.streams.items():
        assert stream.read(1, 0, 3).shape == (3, *stream.spec.shape), name
        assert np.ptp(stream.read(1, 0, 1)) > 0, name
