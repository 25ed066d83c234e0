"""Scores on the presses that a picture can tell of, and how many those are.

A button of a player at a tick is *identifiable* if pressing otherwise would have changed what that
player sees next (`counterfactual`).  Where it is not, nobody can know, so neither a press missed
there nor one made up there counts.  Ticks close to an episode's end, or to where the world was
rearranged, cannot be asked about and count for nothing either.

F1 only looks at buttons that were down or are said to be.  So only those are asked about, and what
was found is kept in a file: another model costs what it says differently.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.arrays_file import read_arrays, write_arrays
from mpgenie.agents.vpt.corpus import STREAM
from mpgenie.agents.vpt.counterfactual import REACH, identifiable, telling_ticks
from mpgenie.agents.vpt.metrics import LEAST, Told, Truth
from mpgenie.agents.vpt.targets import BITS, bit_fields, buttons_down
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import CheckpointError, ConfigError, DatasetError

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset, Entry

KIND = "identifiable presses"
Flags = NDArray[np.bool_]


class Known(NamedTuple):
    """What was asked about an episode, and the answers."""

    asked: Flags
    """(T, P, 20)."""
    found: Flags
    """(T, P, 20) whether it was identifiable; only where asked."""
    ticks: Flags
    """(T,) which ticks are judged: those that could be asked about, one in `every`."""


def ask(
    dataset: "Dataset",
    entry: "Entry",
    wanted: Flags,
    memory: Path | None = None,
    *,
    every: int = 1,
    stream: str = STREAM,
) -> Known:
    """Which of some buttons were identifiable.

    Args:
        dataset: Where the episode is.
        entry: Which.
        wanted: (T, P, 20) which are asked about.
        memory: A folder where answers are kept; None = nowhere.
        every: Only one tick in so many is asked about.
        stream: Of whose frames.

    Returns:
        At least what was wanted at those ticks; nothing if the episode cannot be played again, or
        its frames are lossy.
    """
    file = None if memory is None else memory / f"{entry.content_hash[:24]}.npz"
    asked, found = _remembered(file, entry, stream, wanted.shape)
    episode = dataset.load(entry)
    ticks = np.zeros(len(wanted), np.bool_)
    ticks[telling_ticks(episode, every)] = True
    now = wanted & ticks[:, None, None] & ~asked
    rows = np.flatnonzero(now.any((1, 2)))
    if len(rows):
        try:
            answer = identifiable(episode, rows.tolist(), asked=now[rows], stream=stream)
        except (ConfigError, DatasetError):  # imported, or lossy: nobody can play it again
            return Known(asked, found, np.zeros_like(ticks))
        found[rows] |= answer
        asked |= now
        if file is not None:
            fields = {"asked": bit_fields(asked), "found": bit_fields(found)}
            write_arrays(file, _about(entry, stream), fields)
    return Known(asked, found, ticks)


def scores_where_identifiable(
    truths: Sequence[Truth], told: Sequence[Told], known: Sequence[Known]
) -> dict[str, Any]:
    """How well what can be known was told.

    Args:
        truths: One for each episode.
        told: What was said of the same episodes.
        known: What was found about them; all presses true and told must have been asked about,
            save at ticks that cannot be.

    Returns:
        `ticks` of players judged; `macro_f1`, over buttons with at least `metrics.LEAST`
        identifiable presses; `joint_exact`, the share of ticks with every identifiable button
        right; `share` of all presses that is identifiable; and `buttons` with, for each: `presses`,
        how many `identifiable`, their `share`, and `f1`, `precision` and `recall` where
        identifiable.  The share is the most that recall on all presses can be without guessing.
    """
    hits, missed, made_up, presses = (np.zeros(BITS, np.int64) for _ in range(4))
    ticks = right = 0
    for truth, said, (asked, found, judged) in zip(truths, told, known, strict=True):
        counts = truth.counts & judged[:, None]
        here = asked & counts[..., None]
        seen = found & here
        presses += (truth.down & here).sum((0, 1))
        hits += (truth.down & said.down & seen).sum((0, 1))
        missed += (truth.down & ~said.down & seen).sum((0, 1))
        made_up += (~truth.down & said.down & seen).sum((0, 1))
        ticks += int(counts.sum())
        right += int((counts & ~((truth.down != said.down) & seen).any(-1)).sum())
    table = {
        BUTTONS[b]: _row(int(hits[b]), int(missed[b]), int(made_up[b]), int(presses[b]))
        for b in range(BITS)
        if presses[b] or made_up[b]
    }
    common = [row["f1"] for row in table.values() if row["identifiable"] >= LEAST]
    return {
        "ticks": ticks,
        "macro_f1": float(np.mean(common)) if common else 0.0,
        "joint_exact": right / max(1, ticks),
        "share": int((hits + missed).sum()) / max(1, int(presses.sum())),
        "buttons": table,
    }


def wanted(truth: Truth, told: Sequence[Told]) -> Flags:
    """(T, P, 20) the presses that scores of what was said look at."""
    pressed: Flags = truth.down.copy()
    for said in told:
        pressed |= said.down
    return pressed & truth.counts[..., None]


def _row(hits: int, missed: int, made_up: int, presses: int) -> dict[str, float]:
    seen = hits + missed
    return {
        "presses": presses,
        "identifiable": seen,
        "share": seen / presses if presses else 0.0,
        "f1": 2.0 * hits / (2 * hits + missed + made_up) if seen + made_up else 1.0,
        "precision": hits / max(1, hits + made_up),
        "recall": hits / max(1, seen),
    }


def _remembered(
    file: Path | None, entry: "Entry", stream: str, shape: tuple[int, ...]
) -> tuple[Flags, Flags]:
    """Which buttons were asked about before, and the answers."""
    if file is not None and file.exists():
        try:
            about, arrays = read_arrays(file)
            asked, found = (buttons_down(arrays[name]) for name in ("asked", "found"))
            if about == _about(entry, stream) and asked.shape == found.shape == shape:
                return asked, found
        except (CheckpointError, KeyError, TypeError):
            pass  # a damaged file is a file less
    return np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)


def _about(entry: "Entry", stream: str) -> dict[str, Any]:
    return {"kind": KIND, "episode": entry.content_hash, "stream": stream, "reach": REACH}
