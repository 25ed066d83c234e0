"""Every rule lets a good episode pass, and is tripped by a bad one."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mpgenie.datasets.pictures import file_name, from_memory
from mpgenie.datasets.quality import RULES, QualityConfig, check_episode
from mpgenie.datasets.quality.streams import times
from mpgenie.envs.simulation.actions import ATTACK, BACK, FORWARD
from mpgenie.envs.simulation.events import DEATH

from .acting import doctored, happened, logged, packed, pictures, redrawn, restreamed, sunk

CONFIG = QualityConfig(black_frames=30, flat_frames=30, stuck=30, no_progress=50, mutual_view=0.9)
RGB, SEGMENTATION, MOVIE = "ego_64x64", "ego_64x64_segmentation", "third_32x32"
EPISODE_RULES = [name for name, rule in RULES.items() if rule.level != "dataset"]


def blank(value):
    def paint(frames):
        frames[10:60, 0] = value

    return lambda episode: redrawn(episode, RGB, paint)


def freeze(frames):
    frames[45:70] = frames[45]


def at(where, value):
    def write(array):
        array[where] = value

    return write


def of_another_size(episode):
    small = packed(episode.streams["third_32x32"], pictures(episode, MOVIE))
    spec = replace(small.spec, mode="frames")
    stream = packed(replace(small, spec=spec), pictures(episode, MOVIE))
    wide = replace(spec, width=64)
    files = from_memory({file_name(wide): stream.files[file_name(spec)]})
    return restreamed(episode, MOVIE, replace(stream, spec=wide, fetch=files))


def too_short(episode):
    stream = episode.streams[RGB]
    return restreamed(episode, RGB, packed(stream, pictures(episode, RGB)[:-9]))


def with_a_flipped_bit(episode):
    stream = episode.streams[RGB]
    data = bytearray(stream.files[file_name(stream.spec)])
    data[len(data) // 2] ^= 4
    files = from_memory({file_name(stream.spec): bytes(data)})
    return restreamed(episode, RGB, replace(stream, fetch=files))


def idle(episode, **more):
    return doctored(episode, actions__buttons=0, actions__camera=0, **more)


def stay(position):
    position[:] = position[0]


def phase(player, name, tick, outcome="success"):
    facts = {"player": player, "name": name, "outcome": outcome}
    return json.dumps({"tick": tick, "kind": "phase", **facts})


def without_figures(frames):
    frames[frames >= 1000] = 5


BAD = {
    "black_frames": blank(3),
    "flat_frames": blank(90),
    "frozen_frames": lambda e: redrawn(e, RGB, freeze),
    "not_finite": lambda e: doctored(e, state__position=at((5, 1, 0), np.nan)),
    "wrong_size": of_another_size,
    "camera_in_block": lambda e: doctored(e, state__position=lambda p: sunk(p, 2.5)),
    "frame_count": too_short,
    "decodes": with_a_flipped_bit,
    "monotonic_time": lambda e: doctored(e, world__tick=at(slice(40, None), 7)),
    "pulse_alignment": lambda e: redrawn(e, RGB, lambda f: np.roll(f, 1, axis=0)),
    "noop_share": idle,
    "camera_jumps": lambda e: doctored(e, actions__camera=at((7, 1, 1), 30.0)),
    "impossible_buttons": lambda e: doctored(e, actions__buttons=FORWARD | BACK),
    "stuck": lambda e: doctored(e, actions__buttons=FORWARD, state__position=stay),
    "camera_applied": lambda e: doctored(e, actions__camera=lambda c: -c),
    "outcome": lambda e: doctored(e, {"outcome": "failure", "reason": "nobody came"}),
    "no_progress": lambda e: idle(e, state__position=stay),
    "partner_in_view": lambda e: doctored(e, state__visible=0),
    "in_water": lambda e: doctored(e, state__in_water=True),
    "deaths": lambda e: happened(e, (9, DEATH, int(e["state/id"][0, 1]), 0, -1, 0)),
    "phase_timeouts": lambda e: logged(e, phase(0, "guide", 3, "timeout")),
    "barrier_skew": lambda e: logged(e, phase(0, "guide", 3), phase(1, "guest", 9)),
    "seen_in_segmentation": lambda e: redrawn(e, SEGMENTATION, without_figures),
    "seen_in_frustum": lambda e: doctored(e, state__heading=lambda h: -h),
    "mutual_view": lambda e: doctored(e, state__visible=at((slice(None), 0, 1), 0)),
}


def verdicts(findings, rule):
    return {one.verdict for one in findings if one.rule == rule}


@pytest.fixture(scope="module")
def of_the_good(good):
    return check_episode(good, CONFIG)


@pytest.mark.parametrize("name", EPISODE_RULES)
def test_a_good_episode_is_measured_and_passes(of_the_good, name):
    assert verdicts(of_the_good, name) == {"pass"}


@pytest.mark.parametrize("name", EPISODE_RULES)
def test_a_bad_episode_trips_the_rule(good, name):
    (broken,) = verdicts(check_episode(BAD[name](good), CONFIG), name) - {"pass"}
    assert broken == ("flag" if name in CONFIG.flag else "reject")


def test_findings_say_who_where_and_by_how_much(good):
    bad = doctored(good, actions__camera=at((7, 1, 1), 30.0))
    (one,) = [f for f in check_episode(bad) if f.rule == "camera_jumps" and f.verdict != "pass"]
    assert (one.player, one.frame, one.value, one.limit, one.unit) == (1, 7, 1.0, 0.0, 0)


def test_limits_decide_and_rules_can_be_left_out(good):
    bad = doctored(good, state__in_water=True)
    assert verdicts(check_episode(bad, QualityConfig(in_water=1.0)), "in_water") == {"pass"}
    assert verdicts(check_episode(bad, QualityConfig(flag=("in_water",))), "in_water") == {"flag"}
    assert verdicts(check_episode(bad, QualityConfig(skip=("in_water",))), "in_water") == set()


def test_a_picture_that_shows_early_is_late_by_a_negative_lag(good):
    early = redrawn(good, RGB, lambda frames: np.roll(frames, -1, axis=0))
    found = [f.value for f in check_episode(early) if f.rule == "pulse_alignment"]
    assert max(found) == 1.0


def test_videos_show_a_frame_in_every_tick(good):
    stream = good.streams[MOVIE]
    assert np.array_equal(times(stream, 1), np.arange(stream.frames))
    torn = from_memory({"third_32x32.0.mp4": b"\0" * 99, "third_32x32.1.mp4": b""})
    findings = check_episode(restreamed(good, MOVIE, replace(stream, fetch=torn)))
    assert "reject" in verdicts(findings, "frame_count")
    assert "reject" in verdicts(findings, "decodes")


def test_attacks_alone_are_not_stuck(good):
    still = doctored(good, actions__buttons=ATTACK, state__position=stay)
    assert verdicts(check_episode(still, CONFIG), "stuck") == {"pass"}
