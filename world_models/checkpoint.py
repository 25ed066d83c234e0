"""World models on disk: a folder that anybody may be handed, and that is read with suspicion.

    model.safetensors       the dynamics
    tokenizer.safetensors   what turns frames into latents and back
    config.json             sizes, the game's options and spaces, its palette, versions, hashes
    starts.npz              a few clips that dreams begin with

Nothing in it can run.  It is refused, by the name of what is wrong, if a file is damaged or was
changed, or if the game here has other rules, colours or spaces than the one that was watched.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from mpgenie import __version__
from mpgenie.agents.arrays_file import read_arrays, write_arrays
from mpgenie.envs.config import config_from as game_from
from mpgenie.envs.planet.planet import TERRAIN_VERSION
from mpgenie.envs.rendering.appearance import PALETTE
from mpgenie.envs.simulation.snapshot import VERSION
from mpgenie.envs.spaces import action_space, observation_space
from mpgenie.errors import CheckpointError, ConfigError, StorageError
from mpgenie.extras import require

from .config import WorldModelConfig, config_from
from .session import WorldModel
from .source import Source
from .starts import Start
from .tokenizer import Tokenizer, make_tokenizer
from .transformer import MultiplayerTransformer

require("torch", extra="dreams")
require("safetensors", extra="dreams")
import torch  # noqa: E402
from safetensors.torch import load as tensors_of  # noqa: E402
from safetensors.torch import save as bytes_of  # noqa: E402
from torch import Tensor, nn  # noqa: E402

FORMAT = 1
"""Goes up by one whenever older folders can no longer be read."""
KIND = "world model"
MODEL, TOKENIZER, CONFIG = "model.safetensors", "tokenizer.safetensors", "config.json"
STARTS = "starts.npz"
LARGEST = {MODEL: 2**32, TOKENIZER: 2**30, CONFIG: 2**20, STARTS: 2**30}
"""Bytes of each file that we would open."""
MOST_STARTS = 4096
Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class Checkpoint:
    """All that a folder holds."""

    config: WorldModelConfig
    options: Mapping[str, Any]
    """Of `parallel_env`, for the game that was watched."""
    tokenizer: Tokenizer
    transformer: MultiplayerTransformer
    starts: Sequence[Start] = ()
    facts: Mapping[str, Any] | None = None
    """What else is known, such as the data and the stages that it went through."""


def save_world_model(folder: Path, checkpoint: Checkpoint, *, half: bool = False) -> None:
    """Write a checkpoint; the file that says what belongs together comes last.

    Args:
        folder: New, or one whose checkpoint is replaced.
        checkpoint: What.
        half: Whether weights are kept in 16 bits: half the size, and nearly the same model.

    Raises:
        StorageError: If the disk refuses.
    """
    files = {
        MODEL: bytes_of(_state(checkpoint.transformer, half)),
        TOKENIZER: bytes_of(_state(checkpoint.tokenizer, half)),
    }
    for name, content in files.items():
        write_whole(folder / name, content)
    arrays = {
        f"{k}.{name}": getattr(start, name)
        for k, start in enumerate(checkpoint.starts)
        for name in ("frames", "controls", "there")
    }
    write_arrays(folder / STARTS, {"starts": len(checkpoint.starts)}, arrays)
    files[STARTS] = (folder / STARTS).read_bytes()
    about = {
        "kind": KIND,
        "format": FORMAT,
        "mpgenie": __version__,
        "engine": _engine(),
        "palette": _palette(),
        "spaces": _spaces(checkpoint.options),
        "options": dict(checkpoint.options),
        "config": asdict(checkpoint.config),
        "files": {name: _hash(content) for name, content in files.items()},
        **(checkpoint.facts or {}),
    }
    write_whole(folder / CONFIG, json.dumps(about, indent=1, allow_nan=False).encode())


def load_world_model(path: str | Path, device: str = "cpu") -> Source:
    """Read a checkpoint, ready to dream.

    Args:
        path: The folder.
        device: As torch names it; "auto" = a GPU if there is one.

    Raises:
        CheckpointError: If it is none, is damaged, or is of another version, palette or game.
    """
    folder = Path(path)
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    about = _about(folder)
    with _sense(folder / CONFIG):
        config = config_from(about["config"])
        options = {**about["options"], "resolution": tuple(config.resolution)}
        _check_game(folder, about, options)
        hashes = {name: str(about["files"][name]) for name in (MODEL, TOKENIZER, STARTS)}
    tokenizer = _module(folder / TOKENIZER, hashes[TOKENIZER], lambda: make_tokenizer(config))
    network = _module(folder / MODEL, hashes[MODEL], lambda: MultiplayerTransformer(config))
    starts = _starts(folder / STARTS, hashes[STARTS], config)
    model = WorldModel(tokenizer.to(device).eval(), network.to(device))
    name = _hash((hashes[MODEL] + hashes[TOKENIZER]).encode())[:16]
    return Source(model, options, starts, config.pool, str(folder), name)


def _about(folder: Path) -> dict[str, Any]:
    """What a folder says about itself, if it is one of ours and of this version."""
    path = folder / CONFIG
    try:
        about = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from error
    if not isinstance(about, dict) or about.get("kind") != KIND:
        raise CheckpointError(f"{path} is of no world model")
    if about.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} has format {about.get('format')!r}, this reads {FORMAT}: train it anew"
        )
    return about


def _check_game(folder: Path, about: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Refuse a model of another game than the one that is here."""
    for name, version in _engine().items():
        if (watched := about["engine"].get(name)) != version:
            raise CheckpointError(
                f"{folder} has watched version {watched!r} of the {name}, here is {version}: train "
                f"it anew, or use the mpgenie that it is from ({about.get('mpgenie')})"
            )
    ours, theirs = _palette(), about["palette"]
    changed = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    if changed:
        raise CheckpointError(
            f"{folder} has watched another palette: {changed[0]} was {theirs.get(changed[0])} and "
            f"is {ours.get(changed[0])}; train it anew"
        )
    here = _spaces(options)
    for name, space in here.items():
        if about["spaces"].get(name) != space:
            raise CheckpointError(
                f"{folder} was made for the {name} space {about['spaces'].get(name)}, but its game "
                f"has {space}"
            )


def _engine() -> dict[str, int]:
    return {"simulation": VERSION, "terrain": TERRAIN_VERSION}


def _palette() -> dict[str, list[int]]:
    return {name: list(colour) for name, colour in PALETTE.items()}


def _spaces(options: Mapping[str, Any]) -> dict[str, Any]:
    """The spaces of a game's players, as JSON takes them."""
    game = game_from({**options, "observe": "rgb", "action_mode": "discrete"})
    seen, done = observation_space(game), action_space(game)
    return {
        "observation": {"shape": list(seen.shape or ()), "dtype": str(seen.dtype)},
        "action": {"choices": [int(n) for n in done.nvec]},  # type: ignore[attr-defined]
    }


def _state(module: nn.Module, half: bool) -> dict[str, Tensor]:
    kind = torch.float16 if half else torch.float32
    return {name: w.detach().cpu().to(kind).contiguous() for name, w in module.state_dict().items()}


def _module(path: Path, wanted_hash: str, make: Callable[[], Module]) -> Module:
    """A network with the weights in a file; nothing is made before they are known to fit."""
    content = _read(path)
    if _hash(content) != wanted_hash:
        raise CheckpointError(f"{path} is damaged: it is not the file that {CONFIG} tells of")
    try:
        weights = tensors_of(content)
    except Exception as error:  # whatever a broken file makes of it
        raise CheckpointError(f"{path} is damaged: {error}") from error
    with _sense(path):
        with torch.device("meta"):
            wanted = {name: tuple(w.shape) for name, w in make().state_dict().items()}
        theirs = {name: tuple(w.shape) for name, w in weights.items()}
        wrong = [name for name in {**wanted, **theirs} if wanted.get(name) != theirs.get(name)]
        if wrong:
            raise ValueError(f"{wrong[0]} is not of the shape that {CONFIG} tells of")
        for name, w in weights.items():
            if w.dtype not in (torch.float32, torch.float16) or not bool(w.isfinite().all()):
                raise ValueError(f"{name} must be finite float32 or float16")
        module = make()
        module.load_state_dict({name: w.float() for name, w in weights.items()})
    return module


def _starts(path: Path, wanted_hash: str, config: WorldModelConfig) -> list[Start]:
    if _hash(_read(path)) != wanted_hash:
        raise CheckpointError(f"{path} is damaged: it is not the file that {CONFIG} tells of")
    about, arrays = read_arrays(path)
    with _sense(path):
        count = int(about["starts"])
        if not 0 <= count <= MOST_STARTS:
            raise ValueError(f"{count} starts")
        names = ("frames", "controls", "there")
        starts = [Start(*(np.asarray(arrays[f"{k}.{n}"]) for n in names)) for k in range(count)]
        if any(start.resolution != tuple(config.resolution) for start in starts):
            raise ValueError("its frames are of another size")
    return starts


@contextmanager
def _sense(path: Path) -> Iterator[None]:
    """While what a file says is made sense of: whatever is wrong with that is damage."""
    try:
        yield
    except CheckpointError:
        raise
    except (ConfigError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from error


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST[path.name]:
            raise CheckpointError(f"{path} has {size:,} bytes: that is none of ours")
        return path.read_bytes()
    except FileNotFoundError:
        raise CheckpointError(f"there is no file {path}: no world model, or half of one") from None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all.

    Raises:
        StorageError: If the disk refuses.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error}") from error


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
