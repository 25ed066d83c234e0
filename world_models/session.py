"""Dreams: the state of some, and a model that takes them a frame on.

Nothing here knows of episodes, names of agents or horizons; rows of a state are dreams of their
own, of any age, and none of them changes another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import ConfigError, DivergedError
from mpgenie.extras import require

from .config import WorldModelConfig
from .controls import CONTROLS
from .flow import AGAIN, CONTEXT, START, keyed_noise, levels, noised, to_x0
from .heads import expected_reward
from .injection import aligned
from .ring import Reading, Ring
from .transformer import MultiplayerTransformer, Predicted, followed

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

Numbers = Tensor | NDArray[np.generic]


class Tokenizer(Protocol):
    """What turns frames into latents of about unit scale, and back."""

    latent_shape: tuple[int, int, int]
    """(h, w, C)."""

    def encode(self, frames: Tensor) -> Tensor:
        """(..., h, w, C) float of frames (..., H, W, 3), uint8."""
        ...

    def decode(self, latents: Tensor) -> Tensor:
        """(..., H, W, 3) uint8 of latents (..., h, w, C)."""
        ...


@dataclass
class DreamState:
    """All there is to some dreams: whoever holds a copy can go on from it, bit by bit the same."""

    ring: Ring
    """What is remembered; its `frame` (B,) is the number of the frame to come."""
    latents: Tensor
    """(B, P, h, w, C) of the last frame; zeros for those who are not there."""
    seeds: Tensor
    """(B,) int64: what is drawn at a frame follows from its dream's seed and its number.  Other
    seeds make other dreams of the same past."""
    there: Tensor
    """(B, P) bool, who is in the world; unset it between steps for who leaves, see also `join`."""
    slots: Tensor
    """(B, P) int64, what tells players apart."""

    def __len__(self) -> int:
        """B."""
        return len(self.seeds)

    def parts(self) -> dict[str, Tensor]:
        """All its tensors by name, to be stored; rows are the first axis of each."""
        ring = {f"ring.{name}": part for name, part in self.ring.parts().items()}
        return {name: getattr(self, name) for name in _PARTS} | ring

    @classmethod
    def of(cls, parts: Mapping[str, Tensor]) -> Self:
        """From what `parts` gave."""
        ring = {name[5:]: part for name, part in parts.items() if name.startswith("ring.")}
        return cls(Ring(**ring), *(parts[name] for name in _PARTS))

    def clone(self) -> Self:
        """A copy that shares nothing."""
        return self.of({name: part.clone() for name, part in self.parts().items()})

    def rows(self, index: Sequence[int] | Tensor) -> Self:
        """Some of the dreams, copied; any may be named twice."""
        return self.of({name: part[self._rows(index)] for name, part in self.parts().items()})

    def put(self, index: Sequence[int] | Tensor, other: "DreamState") -> None:
        """Overwrite some of the dreams with those of another state."""
        theirs = other.parts()
        for name, part in self.parts().items():
            part[self._rows(index)] = theirs[name]

    @classmethod
    def joined(cls, states: Sequence["DreamState"]) -> Self:
        """All dreams of some states, in order."""
        parts = [state.parts() for state in states]
        return cls.of({name: torch.cat([each[name] for each in parts]) for name in parts[0]})

    def _rows(self, index: Sequence[int] | Tensor) -> Tensor:
        return torch.as_tensor(index, dtype=torch.int64, device=self.seeds.device)


_PARTS = ("latents", "seeds", "there", "slots")


class Dreamt(NamedTuple):
    """A frame that was dreamt."""

    frames: Tensor
    """(B, P, H, W, 3) uint8; black for those who are not there."""
    rewards: Tensor
    """(B, P) float32."""
    terminated: Tensor
    """(B, P) bool, whether a player's episode more likely ended with this frame than not."""
    chance: Tensor
    """(B, P) float32, how likely."""
    finite: Tensor
    """(B,) bool: a dream whose latents are no numbers any more is over, its frame means nothing."""

    def sound(self) -> Self:
        """Itself, where all dreams go on.

        Raises:
            DivergedError: If one is no numbers any more.
        """
        if not self.finite.all():
            row = int((~self.finite).nonzero()[0])
            raise DivergedError(
                f"dream {row} of {len(self.finite)} is no numbers any more: this model is broken, "
                "learn it again at a lower rate"
            )
        return self


class WorldModel:
    """A tokenizer and a transformer that dream together.

    Args:
        tokenizer: Turns frames into latents and back.
        transformer: The dynamics.

    Raises:
        ConfigError: If the latents of the two differ in shape.
    """

    def __init__(self, tokenizer: Tokenizer, transformer: MultiplayerTransformer) -> None:
        self.tokenizer, self.transformer = tokenizer, transformer.eval()
        self.config: WorldModelConfig = transformer.config
        if tuple(tokenizer.latent_shape) != self.config.latent:
            raise ConfigError(
                f"the tokenizer makes latents of shape {tuple(tokenizer.latent_shape)}, "
                f"the transformer takes {self.config.latent}"
            )

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.transformer.places.device

    @torch.no_grad()
    def open(
        self,
        frames: Numbers,
        controls: Numbers,
        there: Numbers | None = None,
        seeds: Numbers | None = None,
        slots: Numbers | None = None,
    ) -> DreamState:
        """Begin dreams that go on from clips.

        Args:
            frames: (B, T, P, H, W, 3) uint8, T from 1 up.
            controls: (B, T - 1, P, 22), of the ticks between them.
            there: (B, T, P) bool, who was in the world; all by default.
            seeds: (B,) int64; 0, 1, 2, ... by default.
            slots: (B, P) int64, each player's own among the config's `pool`; in order by default.

        Returns:
            Their state; the players of the last frame stay in the world until `there` is changed.

        Raises:
            ConfigError: If shapes, the number of players or slots are not this model's.
        """
        video, did = self._tensor(frames, torch.uint8), self._tensor(controls, torch.float32)
        self._check_clip(video, did)
        b, t, p = video.shape[:3]
        present = torch.ones((b, t, p)) if there is None else there
        seen = self._tensor(present, torch.bool)
        whose = self._tensor(torch.arange(b) if seeds is None else seeds, torch.int64)
        slot = torch.arange(p).expand(b, p) if slots is None else slots
        who = self._tensor(slot, torch.int64).clone()
        self._check_rows(seen, whose, who, (b, t, p))
        x0 = self.tokenizer.encode(video).float()
        ring = Ring.empty(self.config, b, p, self.transformer.places)
        remembered = torch.stack(
            [self._noisy(x0[:, n], whose, torch.full_like(whose, n)) for n in range(t)], 1
        )
        level = torch.full((b, t, p), self.config.context_noise, device=self.device)
        before = followed(x0, seen) if self.config.predicts == "change" else None
        self.transformer(remembered, level, *aligned(did), seen, who, before, ring=ring)
        last, now = x0[:, -1], seen[:, -1].clone()
        last = torch.where(now[..., None, None, None], last, 0.0)
        return DreamState(ring, last, whose.clone(), now, who)

    @torch.no_grad()
    def step(self, state: DreamState, controls: Numbers) -> Dreamt:
        """Dream one frame more of each row.

        Args:
            state: Is taken on, in place.
            controls: (B, P, 22), what each player does now.

        Raises:
            ConfigError: If controls are of another shape.
        """
        did = self._tensor(controls, torch.float32)
        if did.shape != (*state.there.shape, CONTROLS):
            raise ConfigError(
                f"controls must be {(*state.there.shape, CONTROLS)}, got {tuple(did.shape)}"
            )
        look = _Look(self, state, did)
        x0 = look.dreamt()
        present = state.there[..., None, None, None]
        finite = (x0.isfinite() | ~present).flatten(1).all(1)
        told = look.keep(self._noisy(x0, state.seeds, state.ring.frame))
        state.latents.copy_(torch.where(present, x0, 0.0))
        frames = self.tokenizer.decode(state.latents.nan_to_num(0.0, 0.0, 0.0))
        chance = told.terminated[:, 0].float().sigmoid() * state.there
        return Dreamt(
            frames * present,
            expected_reward(told.reward[:, 0]) * state.there,
            chance > 0.5,
            chance,
            finite,
        )

    @torch.no_grad()
    def join(self, state: DreamState, rows: Numbers, players: Numbers, frames: Numbers) -> None:
        """Let players into dreams that are under way, with what they see there first.

        Args:
            state: Is changed in place; the next step shows what the joined see then.
            rows: (n,) which dreams.
            players: (n,) who joins each, places among P.
            frames: (n, H, W, 3) uint8.

        Raises:
            ConfigError: If frames are of another shape, or somebody is there already.
        """
        row, who = (self._tensor(each, torch.int64) for each in (rows, players))
        seen = self._tensor(frames, torch.uint8)
        wanted = (*row.shape, *self.config.resolution, 3)
        if tuple(seen.shape) != wanted or who.shape != row.shape or row.dim() != 1:
            raise ConfigError(
                f"who joins must be {tuple(row.shape)} with frames {wanted}, "
                f"got {tuple(who.shape)} and {tuple(seen.shape)}"
            )
        if state.there[row, who].any():
            taken = torch.stack([row, who], -1)[state.there[row, who]].tolist()
            raise ConfigError(f"who joins cannot be there already, got (row, player) {taken}")
        state.latents[row, who] = self.tokenizer.encode(seen).float()
        state.there[row, who] = True

    def _noisy(self, x0: Tensor, seeds: Tensor, frames: Tensor) -> Tensor:
        """Latents (B, P, h, w, C) of a frame as they are remembered."""
        share = self.config.context_noise
        if share == 0.0:
            return x0
        noise = keyed_noise(seeds, frames, CONTEXT, tuple(x0.shape[1:]), x0)
        return noised(x0, noise, torch.full(x0.shape[:2], share, device=x0.device))

    def _tensor(self, numbers: Numbers, kind: torch.dtype) -> Tensor:
        return torch.as_tensor(numbers).to(self.device, kind)

    def _check_clip(self, video: Tensor, controls: Tensor) -> None:
        """Refuse clips that this model cannot look at."""
        picture = (*self.config.resolution, 3)
        if video.dim() != 6 or tuple(video.shape[3:]) != picture or not video.shape[1]:
            raise ConfigError(f"frames must be (B, T, P, *{picture}), got {tuple(video.shape)}")
        b, t, p = video.shape[:3]
        self.config.check_players(p)
        if tuple(controls.shape) != (b, t - 1, p, CONTROLS):
            raise ConfigError(
                f"controls between these frames are {(b, t - 1, p, CONTROLS)}, "
                f"got {tuple(controls.shape)}"
            )

    def _check_rows(
        self, there: Tensor, seeds: Tensor, slots: Tensor, shape: tuple[int, int, int]
    ) -> None:
        """Refuse what is not told of every row, and slots that are not one's own."""
        b, t, p = shape
        for name, part, wanted in (
            ("there", there, (b, t, p)), ("seeds", seeds, (b,)), ("slots", slots, (b, p)),
        ):  # fmt: skip
            if tuple(part.shape) != wanted:
                raise ConfigError(f"{name} must be {wanted}, got {tuple(part.shape)}")
        pool = self.config.pool
        ordered = slots.sort(-1).values
        if ((slots < 0) | (slots >= pool)).any() or (ordered[:, 1:] == ordered[:, :-1]).any():
            raise ConfigError(f"each player of a dream needs a slot of its own in 0..{pool - 1}")


class _Look:
    """A model's look at the frame that comes next in each row of a state."""

    def __init__(self, model: WorldModel, state: DreamState, controls: Tensor) -> None:
        self._net, self._config, self._state = model.transformer, model.config, state
        self._did = controls.unsqueeze(1)
        self._there = state.there.unsqueeze(1)
        changes = self._config.predicts == "change"
        self._before = state.latents.unsqueeze(1).clone() if changes else None
        self._reading: Reading = self._net.reading(state.ring, state.there, state.slots)

    def dreamt(self) -> Tensor:
        """(B, P, h, w, C) from noise to latents, in few steps."""
        state, config = self._state, self._config
        shape = tuple(state.latents.shape[1:])
        x = keyed_noise(state.seeds, state.ring.frame, START, shape, state.latents)
        shares = levels(config.steps)
        for step, (share, after) in enumerate(zip(shares, shares[1:], strict=False)):
            times = torch.full(state.there.shape, share, device=x.device)
            x0 = to_x0(self._told(x, times), x, times, config.predicts)
            if after == 0.0:
                return x0
            if config.sampler == "euler":
                noise = (x - (1.0 - share) * x0) / share
            else:
                key = (state.seeds, state.ring.frame, AGAIN + step)
                noise = keyed_noise(*key, shape, x)
            x = (1.0 - after) * x0 + after * noise
        raise AssertionError("the last level is 0")

    def keep(self, remembered: Tensor) -> Predicted:
        """Remember the frame, and tell what happened in it."""
        level = torch.full(self._state.there.shape, self._config.context_noise)
        told = self._look(remembered, level.to(remembered.device), self._there)
        self._reading.commit()
        return told

    def _told(self, x: Tensor, times: Tensor) -> Tensor:
        """What the network tells of noisy latents (B, P, h, w, C)."""
        if not self._config.compose:
            return self._look(x, times, self._there).latents[:, 0]
        nobody = torch.zeros_like(self._there)
        base = self._look(x, times, nobody).latents[:, 0]
        each = torch.eye(self._there.shape[2], dtype=torch.bool, device=x.device)
        changes = [self._look(x, times, nobody | one).latents[:, 0] - base for one in each]
        return base + torch.stack(changes).sum(0)

    def _look(self, x: Tensor, times: Tensor, known: Tensor) -> Predicted:
        return self._net.next(
            self._reading,
            x.unsqueeze(1),
            times.unsqueeze(1),
            self._did,
            known & self._there,
            self._there,
            self._state.slots,
            self._before,
        )
