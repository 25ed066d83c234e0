"""An episode without pictures, one with, and an empty dataset."""

from pathlib import Path
from typing import Any

import pytest

from mpgenie.datasets.episode import Episode
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.store import Store
from mpgenie.datasets.studio import Studio

from .random_play import play, simulation


@pytest.fixture(scope="session")
def plain_episode() -> Episode:
    """Twenty ticks of two players, without pictures."""
    return play()


@pytest.fixture(scope="session")
def studio() -> Studio:
    """Draws two players on a tiny plain, 64 x 64."""
    return Studio(simulation(), [StreamSpec()])


@pytest.fixture(scope="session")
def drawn_episode(studio: Studio) -> Episode:
    """Twenty ticks of two players, with pictures."""
    return play(studio=studio)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """An empty dataset."""
    with Store(tmp_path / "data", {"seed": 1}) as store:
        yield store
