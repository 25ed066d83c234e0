"""An episode holds what happened, tick by tick, and nothing is one tick off."""

import numpy as np
import pytest

from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.recorder import Recorder
from mpgenie.datasets.studio import Studio
from mpgenie.envs.simulation.actions import CAMERA_CAP
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import StateError

from .random_play import play, play_together, simulation


def test_there_is_one_more_frame_than_there_are_actions(drawn_episode):
    assert drawn_episode.length == 20
    assert drawn_episode["actions/buttons"].shape == (20, 2)
    assert drawn_episode["state/position"].shape == (21, 2, 3)
    assert drawn_episode.streams["ego_64x64"].frames == 21


def test_requested_and_applied_turns_differ_by_the_cap_alone(plain_episode):
    asked = plain_episode["actions/requested_camera"]
    assert np.array_equal(plain_episode["actions/camera"], asked.clip(-CAMERA_CAP, CAMERA_CAP))
    assert np.abs(asked).max() > CAMERA_CAP


def test_the_same_unit_is_the_same_episode_and_another_is_not(plain_episode):
    assert play().content_hash == plain_episode.content_hash
    assert play(unit=1).content_hash != plain_episode.content_hash


def test_pictures_are_no_part_of_the_content_hash(studio, drawn_episode):
    large = play(streams=[StreamSpec(height=32, width=48)])
    assert large.content_hash == drawn_episode.content_hash


def test_a_world_of_a_batch_is_recorded_as_if_it_were_alone():
    for unit, together in zip((3, 8), play_together((3, 8)), strict=True):
        alone = play(unit, streams=[StreamSpec()])
        assert together.content_hash == alone.content_hash
        assert together.streams["ego_64x64"].files == alone.streams["ego_64x64"].files


def test_a_turn_of_the_head_first_shows_in_the_next_frame():
    pictures = []
    for pulse in (0.0, 8.0):
        sim = simulation(players=1)
        sim.reset(0, 3, planet=5)
        studio = Studio(sim, [StreamSpec()])
        recorder = Recorder(sim, studio=studio)
        for tick in range(7):
            studio.draw()
            recorder.observe()
            if tick < 6:
                camera = np.full((1, 1, 2), pulse if tick == 3 else 0.0, np.float32)
                still = np.zeros((1, 1), np.uint32)
                sim.step(still, camera, still.astype(np.uint8))
                recorder.record(still[0], camera[0])
        pictures.append(recorder.finish().streams["ego_64x64"].read(0, 0, 7))
    same = [np.array_equal(a, b) for a, b in zip(*pictures, strict=True)]
    assert same == [True] * 4 + [False] * 3


def test_pictures_come_back_as_they_were_drawn(studio):
    sim = studio.simulation
    sim.reset(0, 2, planet=5, separation=(1.0, 3.0))
    recorder, drawn = Recorder(sim, studio=studio), []
    still, calm = np.zeros((1, 2), np.uint32), np.full((1, 2, 2), 3.0, np.float32)
    for tick in range(20):
        studio.draw()
        recorder.observe()
        drawn.append(studio.frames(studio.streams[0], 0).copy())
        if tick < 19:
            sim.step(still, calm, still.astype(np.uint8))
            recorder.record(still[0], calm[0])
    stream = recorder.finish().streams["ego_64x64"]
    for player in (0, 1):
        assert np.array_equal(stream.read(player, 0, 20), np.stack(drawn)[:, player])
        assert np.array_equal(stream.read(player, 5, 18), np.stack(drawn)[5:18, player])


def test_every_camera_pass_and_size_is_a_stream_of_its_own():
    specs = [
        StreamSpec(),
        StreamSpec(look="depth"),
        StreamSpec(look="segmentation", height=32, width=32),
        StreamSpec(camera="third", height=32, width=32),
        StreamSpec(camera="top", height=32, width=48, mode="mp4"),
    ]
    episode = play(ticks=12, streams=specs)
    shapes = {name: s.read(1, 10, 13).shape for name, s in episode.streams.items()}
    assert shapes == {
        "ego_64x64": (3, 64, 64, 3),
        "ego_64x64_depth": (3, 64, 64),
        "ego_32x32_segmentation": (3, 32, 32),
        "third_32x32": (3, 32, 32, 3),
        "top_48x32": (3, 32, 48, 3),
    }


def test_block_changes_lead_from_the_planet_to_the_last_state():
    def build(sim: Simulation, tick: int) -> None:
        if tick == 0:
            sim.set_block(0, 64 * 10 + 40, "stone")

    sim = simulation()
    episode = play(ticks=60, sim=sim, arrange=build)
    blocks = sim.planet(5).blocks.copy().reshape(-1)
    for _, cell, before, after, _ in episode["blocks"].tolist():
        assert blocks[cell] == before
        blocks[cell] = after
    assert np.array_equal(blocks, sim.state.cells.blocks[0].reshape(-1))
    by_hand = episode["blocks"][:1]
    assert (int(by_hand["tick"][0]), int(by_hand["actor"][0])) == (-1, 0)


def test_who_sees_whom_is_counted_in_pixels(drawn_episode):
    visible = drawn_episode["state/visible"]
    assert visible.shape == (21, 2, 2)
    assert visible.max() > 0
    assert not visible[:, [0, 1], [0, 1]].any()


def test_a_change_from_outside_is_kept_as_a_snapshot():
    def give(sim: Simulation, tick: int) -> None:
        if tick == 7:
            sim.give(0, 1, "stone", 3)

    assert play()["snapshots/tick"].tolist() == [0]
    assert play(arrange=give)["snapshots/tick"].tolist() == [0, 7]


def test_events_are_told_in_ticks_of_the_episode(plain_episode):
    events = plain_episode.events()
    assert events and {event["kind"] for event in events} >= {"message"}
    for event in events:
        if event["kind"] == "message":
            said = plain_episode["actions/message"][event["tick"]]
            assert event["value"] in said.tolist()


def test_a_forgotten_call_is_told():
    sim = simulation()
    sim.reset(0, 1, planet=5, separation=(1.0, 3.0))
    recorder = Recorder(sim)
    with pytest.raises(StateError, match="`observe` before"):
        recorder.record(np.zeros(2, np.uint32), np.zeros((2, 2), np.float32))
    recorder.observe()
    with pytest.raises(StateError, match="`record` after"):
        recorder.observe()


def test_an_episode_may_have_no_ticks_at_all():
    episode = play(ticks=0)
    assert episode.length == 0 and episode["state/position"].shape == (1, 2, 3)
