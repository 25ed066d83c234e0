"""What a model costs to run, in floating-point operations: products of matrices alone.

A multiplication and an addition are two operations.  What is not counted (norms, softmax, turning)
is a few parts in a hundred of it.
"""

from .config import WorldModelConfig


def pass_flops(config: WorldModelConfig, players: int, seen: int, frames: int = 1) -> int:
    """Of one look at frames.

    Args:
        config: The model's.
        players: P.
        seen: Frames to which each attends, without regard to masks: a mask saves nothing but with
            FlexAttention.
        frames: How many are looked at.
    """
    d, s = config.width, config.tokens
    worlds = players if config.layout == "independent" else 1
    stacked = players if config.layout == "frame_concat" else 1
    views = players // (worlds * stacked)
    n = frames * views * s  # tokens of a world
    rows = frames * views  # that have a condition each
    block = n * 2 * 12 * d * d + rows * 2 * 6 * d * d + 2 * 2 * n * (seen * views * s) * d
    bins = (41 if config.reward == "two_hot" else 1) + 1 + config.pose
    changes, moves = int(config.predicts == "change"), config.told_moves + config.told_gates
    ends = (
        2 * n * 2 * stacked * config.channels * d  # latents in and out
        + n * 2 * stacked * (changes * 9 * config.channels + moves) * d  # the frame before
        + rows * 2 * (stacked * (128 + 23) * d + 2 * d * d)  # noise levels and controls
        + rows * 2 * 2 * d * d  # the last shift and scale
        + rows * 2 * (d * d + stacked * bins * d)  # heads
    )
    if config.injection == "macm":
        block += n * 2 * 2 * d * d + seen * 2 * 2 * d * d + 2 * 2 * n * seen * d
        ends += frames * (views * 2 * 4 * d * d + 2 * 2 * views * views * d + 2 * d * d)
        if config.adaptive:
            ends += frames * views * 2 * (d * d // 4 + d // 4)
    return worlds * (config.blocks * block + ends)


def step_flops(config: WorldModelConfig, players: int) -> int:
    """Of one frame of a dream: its denoising steps, and the one that keeps it; no tokenizer.

    Args:
        config: The model's.
        players: P.
    """
    tries = config.steps * (players + 1 if config.compose else 1)
    return (tries + 1) * pass_flops(config, players, config.window + config.sink)
