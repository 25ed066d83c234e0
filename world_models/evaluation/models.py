"""What can be evaluated: anything that goes on from a few frames, told what everybody does.

    frames = model.rollout(context, actions)

That is all that a model has to do.  `Dreamer` does it with a world model of ours, `Oracle` with the
game itself, `CopyLast` without looking at actions, and `recordings.Recordings` with videos that
were made elsewhere.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable
from zlib import crc32

import numpy as np

from mpgenie.errors import ConfigError
from mpgenie.extras import require
from mpgenie.world_models.session import WorldModel
from mpgenie.world_models.source import Source

from .actions import Actions
from .game import PLAYERS, Game, Pictures

require("torch", extra="dreams")
import torch  # noqa: E402


class Context(NamedTuple):
    """Where B rollouts begin."""

    frames: Pictures
    """(B, T, P, H, W, 3) what everybody saw."""
    actions: Actions
    """(B, T - 1, P) what led from each frame to the next."""
    names: Sequence[str]
    """B names, such as `rotation_3`, by which videos from elsewhere are found."""
    snapshots: Sequence[bytes]
    """The game as it was at the last frame of each.  Only the oracle may look at these."""


class Model(Protocol):
    """What goes on from a context."""

    def rollout(self, context: Context, actions: Actions) -> Pictures:
        """What everybody sees next.

        Args:
            context: Where to begin.
            actions: (B, N, P) what everybody does from the context's last frame on.

        Returns:
            (B, N, P, H, W, 3), of which frame n shows what came of action n.
        """


@runtime_checkable
class Reconstructs(Protocol):
    """A model that sees frames through a tokenizer."""

    def reconstructed(self, frames: Pictures) -> Pictures:
        """What is left of frames (..., H, W, 3), which no dream can be better than."""


class Oracle:
    """The game itself: the most that a model could be."""

    def __init__(self, game: Game) -> None:
        self.game = game

    def rollout(self, context: Context, actions: Actions) -> Pictures:
        """Go back to each snapshot and play on."""
        told = []
        for snapshot, tape in zip(context.snapshots, actions.ticks(), strict=True):
            self.game.simulation.restore(0, snapshot)
            for row in tape.ticks():
                self.game.step(row)
                told.append(self.game.seen())
        return np.stack(told).reshape(*actions.buttons.shape[:2], *told[0].shape)


class CopyLast:
    """Nothing ever changes: what any model has to beat."""

    def rollout(self, context: Context, actions: Actions) -> Pictures:
        """The last frame again and again."""
        b, _, *frame = context.frames.shape
        shape = (b, actions.buttons.shape[1], *frame)
        return np.broadcast_to(context.frames[:, -1:], shape)


class Mirrored:
    """Another model that is told left for right: a control that must go wrong."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def rollout(self, context: Context, actions: Actions) -> Pictures:
        """What the other makes of the mirrored actions."""
        return self.model.rollout(context, actions.mirrored())


class Dreamer:
    """A world model of ours.

    Args:
        source: As `mpgenie.load_world_model` reads it.
        seed: Another one dreams other dreams.

    Raises:
        ConfigError: If the model does not take two players.
    """

    def __init__(self, source: Source, seed: int = 0) -> None:
        if source.config.players != PLAYERS and (source.fixed or source.config.players < PLAYERS):
            raise ConfigError(
                f"evaluation has {PLAYERS} players, this model takes {source.config.players}"
            )
        if not isinstance(source.model, WorldModel):
            raise ConfigError(f"{source.model!r} is no world model with a tokenizer")
        self.model: WorldModel = source.model
        self.seed = seed

    def rollout(self, context: Context, actions: Actions) -> Pictures:
        """Dream on; what is drawn in a row follows from its name, whatever stands beside it."""
        n, controls = actions.buttons.shape[1], actions.controls()
        seeds = np.array([crc32(f"{self.seed} {name}".encode()) for name in context.names])
        state = self.model.open(context.frames, context.actions.controls(), seeds=seeds)
        told = [
            self.model.step(state, controls[:, t]).sound().frames.cpu().numpy() for t in range(n)
        ]
        frames: Pictures = np.stack(told, 1)
        return frames

    def reconstructed(self, frames: Pictures) -> Pictures:
        """What comes back from the tokenizer."""
        tokenizer = self.model.tokenizer
        with torch.no_grad():
            seen = torch.from_numpy(np.ascontiguousarray(frames)).to(self.model.device)
            again: Pictures = tokenizer.decode(tokenizer.encode(seen)).cpu().numpy()
        return again
