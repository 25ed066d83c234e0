"""Saying what was done in an episode: windows that overlap, and one reading of all they say.

Near the ends of a window the model knows less of what came before or after, so windows overlap and
what they say of a tick is averaged, as scores, without the ticks next to an end.

Buttons are read as the likeliest course of being up and down: the score of being down at each tick
plus what the press and release heads say of each change (Viterbi's algorithm with two states).  Two
numbers make up for what scores leave out: buttons are down rarely, so a missed press costs more
than one made up (`LEAN`), and what is said of changes follows largely from what is said of being
down, so it counts for less (`EDGES`).  They were chosen with another model, on planets that it had
not seen and that are not those of judging; the models whose figures are told learnt on them later.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.extras import require

from .corpus import Play, cut
from .metrics import Told, Truth
from .network import InverseDynamics
from .targets import turn_of

require("torch", extra="agents")
import torch  # noqa: E402

WINDOW, MARGIN = 64, 8
"""Ticks seen at once, and of those how many next to an end do not count."""
LEAN, EDGES = 1.0, 0.4
"""Added to scores of being down; what scores of changes are worth."""
Floats = NDArray[np.float64]


def truth_of(play: Play) -> Truth:
    """What was done."""
    return Truth(play.down, play.camera, play.there)


def tell(
    model: InverseDynamics,
    play: Play,
    *,
    seen: NDArray[np.bool_] | None = None,
    together: bool | None = None,
) -> Told:
    """Say what everybody did.

    Args:
        model: Who says it.
        play: What was seen; its actions are not looked at.
        seen: (T, P) whose views are known; all by default.
        together: Whether views are looked at together; as the model learnt it by default.
    """
    seen = np.ones(play.there.shape, np.bool_) if seen is None else seen
    together = model.config.players if together is None else together
    everybody = np.arange(play.players)
    groups = [everybody] if together else [everybody[p : p + 1] for p in everybody]
    parts = [_scores(model, play, group, seen) for group in groups]
    buttons, changes, camera = (np.concatenate(each, 1) for each in zip(*parts, strict=True))
    shares = np.exp(camera - camera.max(-1, keepdims=True))
    return Told(
        _sigmoid(buttons),
        likeliest_course(buttons + LEAN, changes, EDGES),
        turn_of(shares / shares.sum(-1, keepdims=True)),
    )


def likeliest_course(buttons: Floats, changes: Floats, edges: float = 1.0) -> NDArray[np.bool_]:
    """When each button was down.

    Args:
        buttons: (T, ...) scores of being down.
        changes: (T, ..., 2) scores of going down, and of coming up, at each tick.
        edges: What those are worth.

    Returns:
        (T, ...) bool.
    """
    press, release = np.moveaxis(changes, -1, 0)
    stay = edges * np.stack([_log_sigmoid(-press), _log_sigmoid(-release)])  # (state, T, ...)
    leave = edges * np.stack([_log_sigmoid(press), _log_sigmoid(release)])
    best = np.stack([np.zeros_like(buttons[0]), buttons[0]])
    came = np.zeros((len(buttons), 2, *buttons.shape[1:]), np.bool_)  # from the other state
    for t in range(1, len(buttons)):
        kept, changed = best + stay[:, t], (best + leave[:, t])[::-1]
        came[t] = changed > kept
        best = np.maximum(kept, changed)
        best[1] += buttons[t]
    down = np.empty(buttons.shape, np.bool_)
    state = best[1] > best[0]
    for t in range(len(buttons) - 1, -1, -1):
        down[t] = state
        state = state ^ np.where(state, came[t, 1], came[t, 0])
    return down


@torch.no_grad()
def _scores(
    model: InverseDynamics, play: Play, slots: NDArray[np.integer], seen: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Mean scores of buttons (T, N, 20), changes (T, N, 20, 2), camera (T, N, 2, 11)."""
    model.eval()
    device = next(model.parameters()).device
    ticks = play.ticks
    sums: list[Floats] = []
    weight = np.zeros(ticks)
    last = max(0, ticks - WINDOW)
    for start in sorted({*range(0, last, WINDOW - 2 * MARGIN), last}):
        clip = cut(play, start, min(WINDOW, ticks), slots, model.config)
        length = len(clip.down)
        known = torch.from_numpy(seen[start : start + length][:, slots].T.copy()[None])
        with torch.autocast(device.type, torch.bfloat16):
            frames, who = torch.from_numpy(clip.frames[None]), torch.from_numpy(clip.who[None])
            told = model(frames.to(device), known.to(device), who.to(device))
        parts = [told[name][0].cpu().numpy() for name in ("buttons", "changes", "camera")]
        parts = [np.swapaxes(part, 0, 1).astype(np.float64) for part in parts]
        sums = sums or [np.zeros((ticks, *part.shape[1:])) for part in parts]
        a = 0 if start == 0 else MARGIN
        b = length if start == last else length - MARGIN
        for total, part in zip(sums, parts, strict=True):
            total[start + a : start + b] += part[a:b]
        weight[start + a : start + b] += 1.0
    buttons, changes, camera = (
        total / weight.reshape(-1, *[1] * (total.ndim - 1)) for total in sums
    )
    return buttons, changes, camera


def _sigmoid(x: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))


def _log_sigmoid(x: Floats) -> Floats:
    return -np.logaddexp(0.0, -x)
