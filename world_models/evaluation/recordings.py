"""Cases on disk, for models that live elsewhere, and the videos that come back from them.

`write_cases` writes what a model is shown and told; nothing in it needs mpgenie to be read:

    CASES/index.json                names, in order, how many frames follow each, and hashes of
                                    what is shown and done in each
    CASES/NAME/shown.npy            uint8 (T, P, H, W, 3), what everybody saw
    CASES/NAME/buttons.npy          uint32 (T - 1 + N, P), bit fields, from the first frame on
    CASES/NAME/camera.npy           float32 (T - 1 + N, P, 2), degrees down and right

Row t of the actions leads from frame t to frame t + 1; the last N lead to what is asked for.  What
comes back has either of these, and is read by `Recordings`:

    VIDEOS/NAME/told.npy            uint8 (N, P, H, W, 3)
    VIDEOS/NAME/player_0.mp4, ...   N frames each, of the size of `shown` or whole times as large

and beside them a copy of index.json, so that nothing is judged that was told of another seed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import av
import numpy as np

from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import ConfigError, StorageError
from mpgenie.world_models.clips import shrunk

from .actions import Actions
from .cases import SHOWN, Case
from .game import Pictures
from .models import Context

INDEX = "index.json"


def write_cases(cases: Mapping[str, Sequence[Case]], folder: Path) -> None:
    """Write what models are shown and told.

    Args:
        cases: By task.
        folder: New, or of cases that are replaced.

    Raises:
        StorageError: If the disk refuses.
    """
    everything = [case for each in cases.values() for case in each]
    try:
        for case in everything:
            place = folder / case.name
            place.mkdir(parents=True, exist_ok=True)
            np.save(place / "shown.npy", case.frames[:SHOWN])
            np.save(place / "buttons.npy", case.actions.buttons)
            np.save(place / "camera.npy", case.actions.camera)
        about = {
            "shown": SHOWN,
            "buttons": BUTTONS,
            "cases": {case.name: len(case.real) for case in everything},
            "hashes": {case.name: asked(case.frames[:SHOWN], case.actions) for case in everything},
        }
        (folder / INDEX).write_text(json.dumps(about, indent=1), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}") from error


def asked(shown: Pictures, actions: Actions) -> str:
    """A hash of what a model is asked.

    Args:
        shown: (SHOWN, P, H, W, 3).
        actions: (SHOWN - 1 + N, P), from the first frame on.
    """
    word = hashlib.sha256()
    for array, kind in (shown, "u1"), (actions.buttons, "<u4"), (actions.camera, "<f4"):
        word.update(f"{array.shape}".encode())
        word.update(np.ascontiguousarray(array, kind).tobytes())
    return word.hexdigest()[:16]


class Recordings:
    """Videos that a model made elsewhere of cases that `write_cases` wrote.

    Args:
        folder: With a folder for each case, and the index of the cases.

    Raises:
        ConfigError: If there is no such folder, or no index in it.
    """

    batch = 1
    """Each video is as long as its own case."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise ConfigError(f"there is no folder {self.folder} with videos")
        self._hashes = _hashes(self.folder / INDEX)
        self.name = hashlib.sha256("".join(self._hashes.values()).encode()).hexdigest()[:16]
        """Says which cases these videos are of."""

    def rollout(self, context: Context, actions: Actions) -> Pictures:
        """What the videos of these cases show."""
        for row, name in enumerate(context.names):
            does = Actions.joined([context.actions.at(row), actions.at(row)])
            if self._hashes.get(name) != asked(context.frames[row], does):
                raise ConfigError(
                    f"{self.folder} does not tell of {name} as it is asked now, but of another "
                    "seed, size or kind of planets, or of nothing: write cases with the same "
                    "options as are evaluated, and tell of those"
                )
        shape = (actions.buttons.shape[1], *context.frames.shape[2:])
        return np.stack([self._read(self.folder / name, shape) for name in context.names])

    def _read(self, place: Path, shape: tuple[int, ...]) -> Pictures:
        """(N, P, H, W, 3) of one case."""
        whole = place / "told.npy"
        if whole.exists():
            told = _array(whole)
        else:
            views = [_movie(place / f"player_{p}.mp4", shape) for p in range(shape[1])]
            lengths = {len(view) for view in views}
            if len(lengths) > 1:
                raise ConfigError(f"the videos in {place} have {sorted(lengths)} frames")
            told = np.stack(views, 1)
        if told.dtype != np.uint8 or told.shape != shape:
            raise ConfigError(
                f"{place} must hold uint8 frames {shape} (frames, players, height, width, 3), got "
                f"{told.dtype} {told.shape}"
            )
        return told


def _hashes(path: Path) -> dict[str, str]:
    """Of what was asked, by case."""
    try:
        hashes: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["hashes"]
    except OSError as error:
        raise ConfigError(
            f"there is no {path}: copy that of the cases there, so that it can be seen which they "
            "were"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} is no index of cases that has their hashes: {error}") from error
    return hashes


def _array(path: Path) -> Pictures:
    try:
        array: Pictures = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    return array


def _movie(path: Path, shape: tuple[int, ...]) -> Pictures:
    """(n, H, W, 3) of a video."""
    if not path.is_file():
        raise ConfigError(
            f"there is neither {path.with_name('told.npy')} nor {path}: a model tells of every "
            "case, in a folder of the case's name"
        )
    try:
        with av.open(str(path)) as video:
            pictures = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
            frames: Pictures = np.stack(pictures).astype(np.uint8)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    by, rest = divmod(frames.shape[1], shape[2])
    if rest or by < 1 or frames.shape[2] != by * shape[3]:
        raise ConfigError(
            f"{path} has frames of {frames.shape[2]}x{frames.shape[1]}, which is not whole times "
            f"{shape[3]}x{shape[2]}"
        )
    return shrunk(frames, by)
