"""What looking at views together is worth: players whose own view is hidden, and who did it.

Somebody's view goes dark for 8 ticks, while another player sees them or while nobody does.  A model
that looks at views together may know what the hidden player did in the first case; it cannot in the
second.  The same is asked of a model that looks at each view alone, so that the difference is what
the others' views tell, and not what can be guessed from the ticks before and after.

When a block changes and two players could have done it, the question is whose button says so.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BUTTONS

from .corpus import APPLIED, STREAM, Play, load_play
from .metrics import Told, Truth, scores
from .network import InverseDynamics
from .telling import WINDOW, tell, truth_of

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset

LENGTH = 8
"""Ticks for which a view is hidden."""
PIXELS = 12
"""Of a player in another's view, from which on it counts as seen there."""
ACTS = tuple(BUTTONS.index(n) for n in ("forward", "back", "left", "right", "attack"))
"""Buttons that show from outside."""
WATCHED, UNWATCHED = "watched", "unwatched"


class Watched(NamedTuple):
    """A play, and who saw whom in it."""

    play: Play
    visible: NDArray[np.integer]
    """(T + 1, P, P): pixels of the second in the first's view."""
    edits: NDArray[np.integer]
    """(n, 2) tick of each change of a block that a player made, and the player's slot."""


def load_watched(dataset: "Dataset", stream: str = STREAM) -> list[Watched]:
    """The episodes of a dataset with who saw whom."""
    found = []
    for entry in dataset.episodes:
        shard = dataset.load(entry)
        ids, blocks = np.asarray(shard["state/id"]), np.asarray(shard["blocks"])
        blocks = blocks[(blocks["tick"] >= 0) & (blocks["actor"] > 0)]
        rows, slots = np.nonzero(ids[blocks["tick"]] == blocks["actor"][:, None])
        edits = np.stack([blocks["tick"][rows], slots], -1)
        play = load_play(dataset, entry, APPLIED, stream)
        found.append(Watched(play, np.asarray(shard["state/visible"]), edits))
    return found


def hidden(watched: Watched, how: str, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Stretches to hide, one in each window of time at most.

    Args:
        watched: The play.
        how: `WATCHED`, while somebody else sees the player in every tick, or `UNWATCHED`, while
            nobody does.
        rng: Draws players and ticks.

    Returns:
        (T, P) bool.
    """
    play, found = watched.play, np.zeros(watched.play.there.shape, np.bool_)
    most = np.asarray(watched.visible.max(1))[:-1]  # (T, P) in anybody's view
    fits: NDArray[np.bool_] = np.logical_and(
        play.there, most >= PIXELS if how == WATCHED else most == 0
    )
    for start in range(0, play.ticks - LENGTH + 1, WINDOW // 2):
        stretches = [
            (t, p)
            for t in range(start, min(start + WINDOW // 2 - LENGTH, play.ticks - LENGTH) + 1)
            for p in range(play.players)
            if fits[t : t + LENGTH, p].all() and play.down[t : t + LENGTH, p][:, ACTS].any()
        ]
        if stretches:
            t, p = stretches[int(rng.integers(len(stretches)))]
            found[t : t + LENGTH, p] = True
    return found


def compare(
    models: dict[str, InverseDynamics], watched: Sequence[Watched], seed: int = 0
) -> dict[str, dict[str, dict[str, float]]]:
    """How well hidden players are told of.

    Args:
        models: By name.
        watched: Plays of planets that none of them has learnt from.
        seed: Draws what is hidden, the same for all.

    Returns:
        For `full`, `watched` and `unwatched`, and each model: `macro_f1` over the buttons that
        show, `macro_average_precision` over the same, and `ticks`, how many were judged.
    """
    results: dict[str, dict[str, dict[str, float]]] = {}
    for how in ("full", WATCHED, UNWATCHED):
        rng = np.random.default_rng(seed)
        dark = [np.zeros_like(w.play.there) if how == "full" else hidden(w, how, rng)
                for w in watched]  # fmt: skip
        results[how] = {
            name: _judged(model, watched, dark, everywhere=how == "full")
            for name, model in models.items()
        }
    return results


def _judged(
    model: InverseDynamics,
    watched: Sequence[Watched],
    dark: Sequence[NDArray[np.bool_]],
    *,
    everywhere: bool,
) -> dict[str, float]:
    """The figures of one model on the hidden ticks, or on all."""
    truths: list[Truth] = []
    told: list[Told] = []
    for each, hide in zip(watched, dark, strict=True):
        if not everywhere and not hide.any():
            continue
        counts = each.play.there if everywhere else hide
        truths.append(_shown(truth_of(each.play)._replace(counts=counts)))
        said = tell(model, each.play, seen=~hide)
        told.append(said._replace(sure=_only(said.sure), down=_only(said.down)))
    if not truths:
        return {"macro_f1": 0.0, "macro_average_precision": 0.0, "ticks": 0}
    found = scores(truths, told)
    return {name: found[name] for name in ("macro_f1", "macro_average_precision", "ticks")}


def _shown(truth: Truth) -> Truth:
    return truth._replace(down=_only(truth.down))


def _only(array: NDArray[Any]) -> NDArray[Any]:
    """(T, P, 20) with nothing in the buttons that do not show."""
    kept = np.zeros_like(array)
    kept[..., ACTS] = array[..., ACTS]
    return kept


def attribution(model: InverseDynamics, watched: Sequence[Watched]) -> dict[str, float]:
    """Whose button says so, when somebody changed a block while another stood by and saw it.

    Each change is given to whoever of the two is surer to have had `attack` or `use` down.

    Returns:
        `accuracy`, and `pairs`, how many were asked of.
    """
    attack, use = BUTTONS.index("attack"), BUTTONS.index("use")
    right = pairs = 0
    for each in watched:
        play = each.play
        if not len(each.edits):
            continue
        sure = tell(model, play).sure
        said = np.maximum(sure[..., attack], sure[..., use])
        for tick, actor in each.edits.tolist():
            for other in range(play.players):
                stood_by = not play.down[tick, other][[attack, use]].any()
                if other != actor and stood_by and each.visible[tick, other, actor]:
                    pairs += 1
                    right += int(said[tick, actor] > said[tick, other])
    return {"accuracy": right / pairs if pairs else 0.0, "pairs": pairs}
