"""Films that are over in a moment, and a tiny dataset."""

import numpy as np
import pytest

from mpgenie.datasets.reading import open_dataset
from mpgenie.envs.simulation.actions import CAMERA_BINS, CAMERA_CAP
from mpgenie.world_models.clips import POSE, Film, Reel
from mpgenie.world_models.controls import CONTROLS
from tests.datasets.random_play import two_episodes
from tests.runs import one_thread as one_thread

EDGE = 32


def panned(seed=0, ticks=60, players=2, edge=EDGE):
    """A reel in which turning moves each player's own picture, a pixel for two degrees."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((players, edge // 4, edge // 4, 3))
    pictures = (np.kron(coarse, np.ones((1, 4, 4, 1))) * 255).astype(np.uint8)
    camera = rng.choice(CAMERA_BINS, (ticks, players, 2)).astype(np.float32)
    controls = np.zeros((ticks, players, CONTROLS), np.float32)
    controls[..., -2:] = camera / CAMERA_CAP
    place = np.rint(np.cumsum(camera, 0) / 2).astype(int)
    frames = np.empty((ticks + 1, players, edge, edge, 3), np.uint8)
    for t in range(ticks + 1):
        for p in range(players):
            y, x = place[t - 1, p] if t else (0, 0)
            frames[t, p] = np.roll(pictures[p], (-y, -x), (0, 1))
    rewards = np.arange(ticks, dtype=np.float32)[:, None].repeat(players, 1)
    return Reel(
        frames,
        controls,
        rewards,
        np.zeros((ticks, players), np.bool_),
        np.zeros((ticks, players, len(POSE)), np.float32),
        np.ones((ticks + 1, players), np.bool_),
    )


@pytest.fixture
def film():
    """Two episodes of different lengths."""
    return Film([panned(0), panned(1, ticks=40)], "panned")


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """Two episodes of two players."""
    return open_dataset(two_episodes(tmp_path_factory.mktemp("data") / "data"))
