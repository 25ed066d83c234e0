"""Plays that are over in a moment, networks that learn in seconds, and a tiny dataset."""

import numpy as np
import pytest

from mpgenie.agents.learning import Schedule
from mpgenie.agents.vpt.augment import NONE
from mpgenie.agents.vpt.corpus import Corpus, Play
from mpgenie.agents.vpt.idm import IdmConfig, IdmLesson
from mpgenie.agents.vpt.network_config import NetworkConfig
from mpgenie.envs.simulation.actions import BUTTONS, CAMERA_BINS
from tests.datasets.random_play import two_episodes
from tests.runs import one_thread as one_thread

EDGE = 32


def network(**chosen):
    small = {"channels": (8, 16, 16), "mixed": (16, 32), "width": 48, "heads": 3, "blocks": 1}
    return NetworkConfig(**{**small, "resolution": (EDGE, EDGE), **chosen})


def config(steps=6, rate=3e-3, **chosen):
    schedule = Schedule(steps=steps, rate=rate, warm_up=5)
    small = {"network": network(), "augmentation": NONE, "ticks": 16, "views": 4}
    return IdmConfig(**{**small, "schedule": schedule, **chosen})


def panned(seed=0, ticks=200, players=1):
    """A play: turning moves a picture, a pixel for two degrees; `jump` shows in a corner."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((8, 8, 3))
    picture = (np.kron(coarse, np.ones((8, 8, 1))) * 255).astype(np.uint8)
    camera = rng.choice(CAMERA_BINS, (ticks, players, 2)).astype(np.float32)
    down = np.zeros((ticks, players, len(BUTTONS)), np.bool_)
    down[:, :, BUTTONS.index("jump")] = np.repeat(rng.random((ticks // 10, players)) < 0.5, 10, 0)
    place = np.rint(np.cumsum(camera, 0) / 2).astype(int)
    frames = np.zeros((ticks + 1, players, EDGE, EDGE, 3), np.uint8)
    for t in range(ticks + 1):
        for p in range(players):
            y, x = place[t - 1, p] if t else (0, 0)
            frames[t, p] = np.roll(picture, (-y, -x), (0, 1))[:EDGE, :EDGE]
            frames[t, p, :8, :8] = 255 * (t > 0 and down[t - 1, p].any())
    return Play(seed, "panned", seed, frames, down, camera, np.ones((ticks, players), np.bool_))


def lesson(**chosen):
    return IdmLesson(config(**chosen), Corpus([panned()]))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Two episodes of two players."""
    return two_episodes(tmp_path_factory.mktemp("data") / "data")
