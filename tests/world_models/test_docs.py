"""What docs/world_models.md shows runs."""

import re
from pathlib import Path

import numpy as np
import pytest

import mpgenie
from mpgenie.world_models import dream, dream_vector

from .stand_in import source

PAGE = (Path(__file__).parents[2] / "docs" / "world_models.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def no_checkpoint(monkeypatch):
    """Every checkpoint holds a stand-in that dreams frames of 64 x 64."""
    made = source(resolution=(64, 64))
    for module in (dream, dream_vector):
        monkeypatch.setattr(module, "source_of", lambda name, device: made)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_example_runs(no_checkpoint, dataset, monkeypatch, number):
    if "stable_baselines3" in BLOCKS[number]:
        pytest.importorskip("stable_baselines3")
    monkeypatch.setattr(mpgenie, "open_dataset", lambda name: dataset)
    names = {}
    exec(BLOCKS[number], names)
    if "frames" in names:
        assert {np.asarray(frame).shape for frame in names["frames"].values()} == {(64, 64, 3)}
