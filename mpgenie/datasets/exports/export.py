"""Turn a dataset into the files of another format, an episode at a time.

mpgenie.export("data", "lerobot", "out")
"""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from mpgenie.datasets.reading import Dataset, open_dataset
from mpgenie.datasets.shards import Shard
from mpgenie.errors import ConfigError, suggest

from .formats import FORMATS, SPLITS
from .staging import staged
from .takes import choose_stream


class Exporter(Protocol):
    """Writes one format: made with (target, dataset, stream, spec, **options)."""

    def add(self, shard: Shard) -> None:
        """Write one episode."""

    def finish(self) -> None:
        """Write what can only be known at the end."""

    def close(self) -> None:
        """Let go of every file, whole or not."""


def export(
    dataset_path: str | Path | Dataset,
    format: str,
    out: str | Path,
    *,
    stream: str | None = None,
    split: str = "train",
    overwrite: bool = False,
    progress: bool = True,
    **options: Any,
) -> Path:
    """Write a dataset in another format.

    The result appears under its name when it is whole; after a crash, run the same again.

    Args:
        dataset_path: The folder of a dataset, or a part of one (`dataset.where(type="pvp")`).
        format: One of `FORMATS`.
        out: The file or folder to make.
        stream: Which pictures; by default the first through the players' eyes.
        split: "train", "eval" (held-out episodes alone) or "all".
        overwrite: Whether what is at `out` may be replaced.
        progress: Whether a bar is shown.
        **options: Of the format; see its class.

    Returns:
        `out`.

    Raises:
        ConfigError: If the format, an option, the stream or `out` cannot be had.
        DatasetError: If an episode is damaged.
        StorageError: If the disk refuses; nothing has appeared then.
        MissingExtraError: If the format needs a package that is not installed.
    """
    maker = _maker(format, options)
    if split not in SPLITS:
        raise ConfigError(f"split must be one of {SPLITS}, got {split!r}")
    dataset = dataset_path if isinstance(dataset_path, Dataset) else open_dataset(dataset_path)
    if split != "all":
        dataset = dataset.where(split=split)
    name, spec = choose_stream(dataset, stream)
    with staged(Path(out), overwrite=overwrite) as target:
        exporter: Exporter = maker(target, dataset, name, spec, **options)
        try:
            for entry in tqdm(dataset.episodes, unit="episode", disable=not progress):
                exporter.add(dataset.load(entry))
            exporter.finish()
        finally:
            exporter.close()
    return Path(out)


def _maker(format: str, options: dict[str, Any]) -> Any:
    if format not in FORMATS:
        raise ConfigError(f"there is no format {format!r}. {suggest(format, FORMATS)}")
    module, name = FORMATS[format]
    maker = getattr(import_module(f".{module}", __package__), name)
    known = [
        p.name for p in inspect.signature(maker).parameters.values() if p.kind is p.KEYWORD_ONLY
    ]
    for option in options:
        if option not in known:
            raise ConfigError(f"{format} has no option {option!r}. {suggest(option, known)}")
    return maker
