"""Labels for play that nobody labelled: what a model says was done, kept beside the episodes.

DATASET/labels/NAME/u00000042.npz    buttons (T, P) uint32, camera (T, P, 2) float32 degrees,
                                     sure (T, P, 20) float16, how likely each button was down

The episodes themselves stay as they are.  Each file names the model by the hash of its file and the
episode by the hash of its content, so labels can never be taken for those of another episode, nor
for the truth.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mpgenie.agents.arrays_file import read_arrays, write_arrays
from mpgenie.errors import CheckpointError, ConfigError, DatasetError

from .corpus import REQUESTED, Play, load_play
from .idm import load_idm
from .model_file import model_path
from .targets import bit_fields, buttons_down
from .telling import tell

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset, Entry

FOLDER = "labels"
_KIND = "pseudo-labels"


def label(
    dataset: "Dataset",
    model: Path,
    name: str = "idm",
    *,
    on_episode: Callable[["Entry"], None] | None = None,
) -> int:
    """Label all episodes of a dataset that have no labels of this model yet.

    Args:
        dataset: Which; its actions are not looked at.
        model: The file of a model of inverse dynamics, or the folder of its run.
        name: What the labels are called.
        on_episode: Told each episode that is done.

    Returns:
        How many episodes were labelled now.

    Raises:
        CheckpointError: If the model cannot be read.
        ConfigError: If the name is no name, or other labels have it already.
        DatasetError: If an episode has no frames of the model's size.
    """
    _check_name(name)
    file = model_path(model)
    network, config = load_idm(file)
    mark = hashlib.sha256(file.read_bytes()).hexdigest()
    made = 0
    for entry in dataset.episodes:
        path = labels_file(dataset, entry, name)
        if path.exists() and _is_of(path, entry, mark, name):
            continue
        play = load_play(dataset, entry, REQUESTED, config.stream)
        if play.frames.shape[2:4] != config.network.resolution:
            raise DatasetError(
                f"episode {entry.unit} has frames of {play.frames.shape[2:4]}, the model is for "
                f"{config.network.resolution}"
            )
        told = tell(network, play)
        write_arrays(
            path,
            {"kind": _KIND, "model": mark, "episode": entry.content_hash, "unit": entry.unit},
            {
                "buttons": bit_fields(told.down),
                "camera": told.camera.astype(np.float32),
                "sure": told.sure.astype(np.float16),
            },
        )
        made += 1
        if on_episode is not None:
            on_episode(entry)
    return made


def labelled(play: Play, dataset: "Dataset", entry: "Entry", name: str) -> Play:
    """The play of an episode with the actions that a model gave it.

    Raises:
        DatasetError: If it has no labels of this name, or they are damaged or of another episode.
    """
    path = labels_file(dataset, entry, name)
    try:
        about, arrays = read_arrays(path)
        down = buttons_down(np.asarray(arrays["buttons"], np.uint32))
        camera = np.asarray(arrays["camera"], np.float32)
    except (CheckpointError, KeyError) as error:
        raise DatasetError(
            f"episode {entry.unit} has no labels called {name!r} that can be read ({error}): make "
            f"them with `mpgenie label {dataset.root} --name {name}`"
        ) from error
    ours = about.get("episode"), down.shape, camera.shape
    if ours != (entry.content_hash, play.down.shape, play.camera.shape):
        raise DatasetError(f"{path} holds labels of another episode: remove it, and label again")
    return replace(play, down=down, camera=camera)


def labels_file(dataset: "Dataset", entry: "Entry", name: str) -> Path:
    """Where the labels of an episode lie."""
    return dataset.root / FOLDER / name / f"{entry.folder.name}.npz"


def _is_of(path: Path, entry: "Entry", mark: str, name: str) -> bool:
    """Whether a file of labels is whole and of this model; other models' are not overwritten."""
    try:
        about, _ = read_arrays(path)
    except CheckpointError:
        return False
    if about.get("model") != mark:
        raise ConfigError(f"labels called {name!r} are of another model: choose another --name")
    return bool(about.get("episode") == entry.content_hash)


def _check_name(name: str) -> None:
    if not name or not all(c.isalnum() or c in "-_" for c in name):
        raise ConfigError(f"labels are called by letters, digits, - and _, got {name!r}")
