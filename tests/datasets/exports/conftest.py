"""The dataset of pulses, made once."""

from pathlib import Path

import pytest

import mpgenie
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.studio import Studio

from .pulses import make_pulses


@pytest.fixture(scope="session")
def pulses(tmp_path_factory: pytest.TempPathFactory, studio: Studio) -> Path:
    """A dataset whose players each turn once."""
    return make_pulses(tmp_path_factory.mktemp("pulses"), studio)


@pytest.fixture(scope="session")
def source(pulses: Path) -> Dataset:
    """The same, open."""
    return mpgenie.open_dataset(pulses)
