"""Recordings in VPT's format as a dataset, so that learners read both alike.

Frame t of a recording is what was seen when line t was chosen, so n lines and frames make an
episode of n - 1 ticks: n frames, and the first n - 1 actions.  What VPT does not tell (whose world
it is, health, who sees whom) is zero; positions and headings are in Minecraft's axes.  Such
episodes cannot be played again: they have no planet.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from mpgenie.errors import ConfigError, DatasetError

from .episode import Episode, Header
from .exports.vpt_lines import LineReader
from .manifest import sha256
from .movies import FRAMES_PER_SECOND, MovieReader
from .pictures import FramePacker, Stream, StreamSpec
from .schema import COLUMNS, Array
from .store import Store

MOST_LINE_BYTES = 2**20
_OFF = 0.05  # of the rate that a recording may be off by


class Imported(NamedTuple):
    """What `import_vpt` found."""

    episodes: int
    """That are in the dataset now, those of earlier runs included."""
    problems: Mapping[str, str]
    """What is wrong with the recordings that were left out, by file."""


def import_vpt(
    folder: str | Path,
    out: str | Path,
    *,
    height: int = 128,
    width: int = 128,
    progress: bool = True,
) -> Imported:
    """Make a dataset of the recordings in a folder; run again to go on, or to add new ones.

    Args:
        folder: Has `NAME.mp4` and `NAME.jsonl` for each recording, also in folders below it.
        out: The dataset; open it with `mpgenie.open_dataset`.
        height: Frames are brought to this size, bilinearly, as VPT does.
        width: Likewise.
        progress: Whether a bar is shown.

    Raises:
        ConfigError: If there is no recording, or `out` holds others.
        StorageError: If the disk refuses.
    """
    root = Path(folder)
    names = sorted(path for path in root.rglob("*.mp4") if path.with_suffix(".jsonl").is_file())
    if not names:
        raise ConfigError(f"{root} has no recording: NAME.mp4 with NAME.jsonl beside it")
    spec = StreamSpec(height=height, width=width)
    problems: dict[str, str] = {}
    with Store(out, {"source": "vpt", "height": height, "width": width}) as store:
        done = store.done()
        for path in tqdm(names, unit="recording", disable=not progress):
            name = path.relative_to(root).with_suffix("").as_posix()
            if _number(name) in done:
                continue
            try:
                store.commit(read_recording(path, name, spec))
            except DatasetError as error:
                problems[name] = str(error)
        return Imported(len(store.done()), problems)


def read_recording(path: Path, name: str, spec: StreamSpec) -> Episode:
    """One recording as an episode of one player.

    Args:
        path: The video; its lines are beside it.
        name: What the episode is told apart by.
        spec: The size of its frames.

    Raises:
        DatasetError: If the recording is damaged or shorter than two ticks.
    """
    lines = list(_lines(path.with_suffix(".jsonl")))
    stream = _frames(path, spec, len(lines))
    ticks = stream.frames - 1
    if ticks < 1:
        raise DatasetError(f"{path} has {stream.frames} frames and {len(lines)} lines: too short")
    facts = _facts(path, name)
    header = Header(
        type=str(facts.get("type", "vpt")),
        unit=_number(name),
        seed=int(facts.get("seed", 0)),
        planet_seed=int(facts.get("planet_seed", _number(name))),
        players=(str(facts.get("player", "player_0")),),
        length=ticks,
        policies=("human vpt",) if "player" not in facts else (),
        versions={"source": "vpt"},
        details={"recording": name, "lines": len(lines)},
    )
    episode = Episode(header, _arrays(lines, ticks), {spec.name: stream})
    episode.check()
    return episode


def _number(name: str) -> int:
    """A unit that follows from the recording's name alone, so that others may be added."""
    return int(sha256(name.encode())[:12], 16)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
    for number, raw in enumerate(data.splitlines()):
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode("windows-1252", "replace")
        try:
            line = json.loads(text) if len(raw) < MOST_LINE_BYTES else None
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"{path}, line {number + 1}: {error}") from error
        if not isinstance(line, dict):
            raise DatasetError(f"{path}, line {number + 1} is not one of VPT's")
        yield line


def _frames(path: Path, spec: StreamSpec, most: int) -> Stream:
    packer = FramePacker(spec, 1)
    reader = MovieReader(path, resize=True)
    try:
        if reader.rate and abs(reader.rate / FRAMES_PER_SECOND - 1.0) > _OFF:
            raise DatasetError(
                f"{path} has {reader.rate:g} frames a second, a tick is a frame of "
                f"{FRAMES_PER_SECOND}: bring its frames and its lines to that rate first"
            )
        for picture in reader.pictures(spec.height, spec.width, most):
            packer.add(picture[None])
    finally:
        reader.close()
    return packer.finish()


def _facts(path: Path, name: str) -> dict[str, Any]:
    """What our own export says of an episode; nothing of anybody else's."""
    try:
        facts = json.loads(path.with_name(path.stem + "-options.json").read_bytes())["mpgenie"]
        return dict(facts)
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _arrays(lines: list[dict[str, Any]], ticks: int) -> dict[str, Array]:
    sizes = {"F": ticks + 1, "T": ticks, "P": 1, "N": 0}
    arrays: dict[str, Array] = {}
    for name, column in COLUMNS.items():
        shape = [edge if isinstance(edge, int) else sizes[edge] for edge in column.shape]
        arrays[name] = np.zeros(shape, column.dtype)
    reader = LineReader()
    for t, line in enumerate(lines[: ticks + 1]):
        buttons, camera = reader.read(line)
        if t < ticks:
            for asked in ("", "requested_"):
                arrays[f"actions/{asked}buttons"][t] = buttons
                arrays[f"actions/{asked}camera"][t] = camera
        yaw, pitch = np.radians(_number_in(line, "yaw")), _number_in(line, "pitch")
        arrays["state/heading"][t, 0] = -np.sin(yaw), 0.0, np.cos(yaw)
        arrays["state/pitch"][t] = pitch
        arrays["state/position"][t, 0] = [_number_in(line, f"{axis}pos") for axis in "xyz"]
        arrays["state/held"][t] = int(line.get("hotbar", 0))
        arrays["world/tick"][t] = int(_number_in(line, "tick"))
    for name in ("active", "alive"):
        arrays[f"state/{name}"][:] = True
    arrays["state/id"][:] = 1
    return arrays


def _number_in(line: Mapping[str, Any], name: str) -> float:
    value = line.get(name, 0.0)
    if not isinstance(value, (int, float)) or not abs(value) < 2**53:
        raise DatasetError(f"a VPT line has {name} = {value!r}")
    return float(value)
