"""Which tokens may attend to which: one rule, for every implementation of attention.

Tokens stand in the order (t p s).  A rule says which frames a frame sees; from it follows a mask
over frames and views, which is spread over tokens for `scaled_dot_product_attention`, or the same
as a function of two tokens' numbers for FlexAttention.

An absent player's tokens are seen by nobody but themselves, and by those only within their own
frame, so that no row is empty: whatever they hold changes nothing for others.
"""

from collections.abc import Callable

from mpgenie.errors import ConfigError, suggest
from mpgenie.extras import require

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

Rule = Callable[[Tensor, Tensor], Tensor]
"""From the frames of queries and of keys to whether the one sees the other."""
MaskMod = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""As FlexAttention asks for it: from row, head, query and key to whether it is seen."""

MASKS = ("bidirectional", "causal", "teacher")
"""`bidirectional`: frames see each other.  `causal`: those before, within a window, and the first
(`sink`).  `teacher`: a clip stands there twice, clean and then noisy; clean frames are causal, a
noisy one sees the clean ones before it, and itself."""


def frame_rule(mask: str, frames: int, window: int, sink: int = 0) -> Rule:
    """Which frames see which.

    Args:
        mask: One of `MASKS`.
        frames: How many there are; for `teacher` both halves together.
        window: Frames that one sees, itself among them.
        sink: First frames that all later ones see.

    Raises:
        ConfigError: If no mask has this name, or `teacher` gets an odd number of frames.
    """

    def everything(q: Tensor, k: Tensor) -> Tensor:
        return (q >= 0) & (k >= 0)

    def causal(q: Tensor, k: Tensor) -> Tensor:
        return (k <= q) & ((q - k < window) | (k < sink))

    def teacher(q: Tensor, k: Tensor) -> Tensor:
        q_frame, k_frame = q % half, k % half
        clean_key, past = k < half, causal(q_frame, k_frame)
        to_noisy = (clean_key & past & (k_frame < q_frame)) | (k == q)
        return ((q < half) & clean_key & past) | ((q >= half) & to_noisy)

    half = frames // 2
    if mask == "teacher" and frames % 2:
        raise ConfigError(f"mask 'teacher' takes clean and noisy frames, got {frames} in all")
    if mask not in MASKS:
        raise ConfigError(f"no mask is called {mask!r}. {suggest(mask, MASKS)}")
    return {"bidirectional": everything, "causal": causal, "teacher": teacher}[mask]


def mask_mod(rule: Rule, views: int, tokens: int, there: Tensor | None = None) -> MaskMod:
    """The mask as a function of the numbers of two tokens.

    Args:
        rule: Which frames see which.
        views: V, views of a frame.
        tokens: S, tokens of a view.
        there: (B, T, V) bool, which of them are there; all by default.
    """

    def visible(row: Tensor, head: Tensor, q: Tensor, k: Tensor) -> Tensor:
        q_view, k_view = q // tokens, k // tokens
        q_frame, k_frame = q_view // views, k_view // views
        seen = rule(q_frame, k_frame)
        if there is None:
            return seen
        return seen & (there[row, k_frame, k_view % views] | (q_view == k_view))

    return visible


def dense_mask(
    rule: Rule, frames: int, views: int, tokens: int, there: Tensor | None, device: torch.device
) -> Tensor:
    """The mask as a matrix: (B, 1, T V S, T V S) bool, or (1, 1, ...) if all are there."""
    each = torch.arange(frames * views, device=device)
    rows = torch.arange(1 if there is None else len(there), device=device)
    seen = mask_mod(rule, views, 1, there)(rows.view(-1, 1, 1), rows, each.unsqueeze(1), each)
    seen = seen.expand(len(rows), -1, -1)
    return seen.repeat_interleave(tokens, 1).repeat_interleave(tokens, 2).unsqueeze(1)
