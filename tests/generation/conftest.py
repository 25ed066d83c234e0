"""Short datasets on a small plain, and the episodes of `quick_episodes` by name."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mpgenie
from mpgenie.datasets.reading import Dataset

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _quick_episodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `quick_episodes:NOD` be found here and in the processes that are started."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


def make(out: Path, **options: Any) -> Dataset:
    """A dataset of four short episodes, made in this process unless told otherwise."""
    usual = {
        "episodes": 4, "types": "quick_episodes:NOD", "planet": "flat", "size": 48, "worlds": 2,
        "workers": 0, "video": "none", "progress": False,
    }  # fmt: skip
    return mpgenie.generate(out, **{**usual, **options})


def hashes(dataset: Dataset) -> dict[int, str]:
    """The content hash of each unit."""
    return {entry.unit: entry.content_hash for entry in dataset.episodes}


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[int, str]]:
    """The content hashes of six units with two and three players, made in one go, once."""
    made: dict[int, str] = {}

    def once() -> dict[int, str]:
        if not made:
            folder = tmp_path_factory.mktemp("undisturbed") / "data"
            made.update(hashes(make(folder, **SIX)))
        return made

    return once


SIX: dict[str, Any] = {
    "episodes": 6, "players": (2, 3), "types": ("quick_episodes:NOD", "walk_look_away"),
    "video": "frames", "resolution": (32, 32), "seed": 9,
}  # fmt: skip
