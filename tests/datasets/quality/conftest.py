"""An episode that nothing is wrong with."""

import pytest

from mpgenie.datasets.episode import Episode
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.studio import Studio

from ..random_play import simulation
from .acting import act


@pytest.fixture(scope="session")
def stage() -> Studio:
    """Draws two players on a small plain in every way that rules look at."""
    streams = [
        StreamSpec(),
        StreamSpec(look="segmentation"),
        StreamSpec(look="depth", height=16, width=16),
        StreamSpec(camera="third", height=32, width=32, mode="mp4"),
    ]
    return Studio(simulation(size=24), streams)


@pytest.fixture(scope="session")
def good(stage: Studio) -> Episode:
    """A hundred ticks, with frames, segmentation, depth and a video."""
    return act(stage.simulation, stage)
