"""Annotates a dataset, and writes the annotations beside it.

annotations/annotations.parquet     a row for each `Span`, with the unit of its episode
            captions.parquet        a sentence for each episode (player -1) and player
            MANIFEST.json           hashes, and the version of the rules
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.datasets.disk import Disk
from mpgenie.datasets.episode import Recorded
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.side_tables import read_side_table, write_side_table

from .captions import captions
from .formations import formations
from .intents import activities, intents
from .interactions import interactions
from .moments import confidence, cooperation, key_moments
from .spans import Span

if TYPE_CHECKING:
    import pyarrow

ANNOTATION_VERSION = 2
"""Goes up by one whenever an episode may be annotated otherwise."""
FOLDER = "annotations"
_SPANS = {
    "unit": int, "content_hash": str, "kind": str, "label": str, "player": int, "other": int,
    "first": int, "last": int, "value": float, "note": str,
}  # fmt: skip
_CAPTIONS = {"unit": int, "content_hash": str, "player": int, "text": str}


def annotate_episode(episode: Recorded) -> list[Span]:
    """All annotations of an episode, an `Episode` or a `Shard`, in order of time."""
    makers = (
        intents, activities, interactions, formations, cooperation, key_moments, confidence,
    )  # fmt: skip
    return sorted(span for make in makers for span in make(episode))


def annotate(
    dataset: str | Path | Dataset,
    *,
    disk: Disk | None = None,
    progress: Callable[[str], None] | None = None,
) -> int:
    """Annotate all episodes of a dataset, those in quarantine included, and write it down.

    Args:
        dataset: Its folder, or some of its episodes: then the others have no annotations any more.
        disk: How it writes.
        progress: Is told the name of every shard before it is looked at.

    Returns:
        How many annotations there are.
    """
    if not isinstance(dataset, Dataset):
        dataset = Dataset(dataset, quarantined=True)
    rows: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for entry in dataset.episodes:
        if progress is not None:
            progress(entry.folder.name)
        episode = dataset.load(entry)
        about = {"unit": entry.unit, "content_hash": entry.content_hash}
        spans = annotate_episode(episode)
        rows += [about | {name: getattr(span, name) for name in Span.__slots__} for span in spans]
        texts += [about | {"player": p, "text": text} for p, text in captions(episode, spans)]
    tables = {
        "annotations": ({name: [row[name] for row in rows] for name in _SPANS}, _SPANS),
        "captions": ({name: [row[name] for row in texts] for name in _CAPTIONS}, _CAPTIONS),
    }
    write_side_table(dataset.root / FOLDER, tables, {"version": ANNOTATION_VERSION}, disk)
    return len(rows)


def read_annotations(root: str | Path, table: str = "annotations") -> "pyarrow.Table":
    """The annotations of a dataset, or its "captions".

    Raises:
        DatasetError: If there are none, or they are damaged.
    """
    return read_side_table(Path(root) / FOLDER, table)
