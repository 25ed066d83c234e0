"""The network of a clone: what a player sees to what it does, tick by tick and at two time scales.

    pictures (n, before + T, H, W, 3), or states (n, before + T, 536)
      -> a token for each tick, (n, T, D)
      -> the slow core: every `tau` ticks it looks at the mean of the last `tau` tokens and at its
         own past, and what it says, `latent` numbers, is added to the tokens of the next `tau`
      -> blocks of attention to the last `past` ticks
      -> scores of classes (n, T, K) and of the camera's joint steps (n, T, 121)

Nothing looks ahead, and nothing sees what was done before: a clone that knows its last action
learns to repeat it.  Clips are seen at once (`forward`) or piece by piece with a memory (`follow`),
with the same result.  The slow clock counts from the beginning of the episode.  After Baker et al.,
"Video PreTraining" (2022), and the two clocks of Jaderberg et al., "Human-level performance in 3D
multiplayer games" (2019).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from mpgenie.checks import check_known, check_whole
from mpgenie.envs.state_observation import STATE_SIZE
from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .classes import STRAIGHT, TURNS
from .graph import ATTENTION, WAYS, EntityEncoder
from .network import TimeBlock
from .network_config import NetworkConfig
from .pictures import Pictures

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

OBSERVE = ("rgb", "state")
NEVER = -1e4
"""The score of a camera that moves without turning."""
_BOUNDS = {"past": (1, 4096), "tau": (0, 1000), "latent": (1, 1024), "slow_past": (1, 4096)}


@dataclass(frozen=True, kw_only=True)
class CloneNetworkConfig(NetworkConfig):
    """The size of a clone, and what it sees."""

    observe: str = "rgb"
    """`rgb`: frames; `state`: state observations, for which `channels`, `mixed`, `residuals` and
    `resolution` mean nothing."""
    entities: str = ATTENTION
    """How a clone that sees states takes in who is near, as of `graph.EntityEncoder`."""
    after: int = 0
    past: int = 32
    tau: int = 10
    """Ticks from one run of the slow core to the next; 0 = there is none."""
    latent: int = 32
    """Numbers that it says."""
    slow_past: int = 6
    """Of its earlier runs that it looks at."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, choices in (("observe", OBSERVE), ("entities", WAYS)):
            check_known(name, getattr(self, name), choices)
        if self.after or self.players:
            raise ConfigError(
                "a clone sees no frame to come, and its own view alone, "
                f"got after={self.after}, players={self.players}"
            )
        for name, (least, most) in _BOUNDS.items():
            check_whole(name, getattr(self, name), least, most)


SIZES: dict[str, dict[str, object]] = {
    "tiny": {"channels": (8, 16, 16), "mixed": (16, 32), "width": 48, "heads": 3, "blocks": 1},
    "small": {},
    "base": {
        "channels": (64, 96, 128), "mixed": (192, 256), "residuals": 2, "width": 512, "heads": 8,
        "blocks": 4, "past": 128,
    },
}  # fmt: skip
"""For tests; for a processor; for a GPU: what differs from the defaults."""


class Memory(NamedTuple):
    """What a clone keeps of n episodes; a row whose `ticks` are 0 begins anew."""

    ticks: Tensor
    """(n,) int64, since each episode began."""
    seen: Tensor
    """(n, before, ...) uint8, the last frames."""
    kept: tuple[Tensor, ...]
    """(n, past, 2 D) of each block: keys and values of the last ticks."""
    total: Tensor
    """(n, D) the sum of the tokens since the slow core ran."""
    latent: Tensor
    """(n, latent) what it said."""
    slow: Tensor
    """(n, slow_past, 2 D) its keys and values."""


class Senses(nn.Module):
    """State observations to tokens."""

    def __init__(self, config: CloneNetworkConfig) -> None:
        super().__init__()
        self.before = config.before
        self.encoder = EntityEncoder(config.width, config.entities)
        self.token = nn.Linear((config.before + 1) * config.width, config.width)
        self.norm = nn.LayerNorm(config.width)

    def forward(self, states: Tensor) -> Tensor:
        """(n, T, D) for states (n, before + T, 536), uint8.

        What was made of those before is taken as its difference from a tick's own.
        """
        ticks = states.shape[1] - self.before
        x = self.encoder(states.flatten(0, 1)).unflatten(0, states.shape[:2])
        now = x[:, self.before :]
        around = [x[:, k : k + ticks] - now for k in range(self.before)]
        tokens: Tensor = self.norm(self.token(torch.cat([*around, now], -1)))
        return tokens


class SlowCore(nn.Module):
    """Runs every `tau` ticks and says something that holds until it runs again."""

    def __init__(self, config: CloneNetworkConfig) -> None:
        super().__init__()
        self.tau, self.past, self.latent = config.tau, config.slow_past, config.latent
        self.block = TimeBlock(replace(config, past=config.slow_past))
        self.norm = nn.LayerNorm(config.width)
        self.say = nn.Linear(config.width, config.latent)
        self.hear = nn.Linear(config.latent, config.width, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(n, T, latent) while tokens (n, T, D) come in, of clips that begin with a run."""
        n, ticks, _ = tokens.shape
        runs = (ticks - 1) // self.tau
        silence = tokens.new_zeros(n, 1, self.latent)
        if not runs:
            return silence.expand(-1, ticks, -1)
        means = tokens[:, : runs * self.tau].unflatten(1, (runs, self.tau)).mean(2)
        said = self.say(self.norm(self.block(means)[0]))
        latents = torch.cat([silence.to(said.dtype), said], 1)
        return latents.repeat_interleave(self.tau, 1)[:, :ticks]

    def tick(self, token: Tensor, memory: Memory) -> Memory:
        """The memory, after the core has run where it is due and token (n, D) has come in."""
        ticks, total, latent, slow = memory.ticks, memory.total, memory.latent, memory.slow
        begins = ticks == 0
        due = ~begins & (ticks % self.tau == 0)
        latent = latent.masked_fill(begins.unsqueeze(1), 0.0)
        if bool(due.any()):
            rows = due.nonzero().squeeze(1)
            hidden = unknown(ticks[rows] // self.tau - 1, self.past)
            x, kept = self.block((total[rows] / self.tau).unsqueeze(1), slow[rows], hidden)
            said = self.say(self.norm(x[:, 0]))
            latent = latent.index_copy(0, rows, said.to(latent.dtype))
            slow = slow.index_copy(0, rows, kept.to(slow.dtype))
        total = torch.where((begins | due).unsqueeze(1), token, total + token)
        return memory._replace(total=total.to(memory.total.dtype), latent=latent, slow=slow)


class Clone(nn.Module):
    """Scores of what a player does, from what it sees.

    Args:
        config: Its size.
        classes: K, of the vocabulary.
    """

    def __init__(self, config: CloneNetworkConfig, classes: int) -> None:
        super().__init__()
        self.config = config
        self.eyes = Pictures(config) if config.observe == "rgb" else Senses(config)
        self.slow = SlowCore(config) if config.tau else None
        self.times = nn.ModuleList([TimeBlock(config) for _ in range(config.blocks)])
        self.norm = nn.LayerNorm(config.width)
        self.classes = nn.Linear(config.width, classes)
        self.camera = nn.Linear(config.width, TURNS)

    def forward(self, seen: Tensor) -> dict[str, Tensor]:
        """Scores for whole clips; each begins at a multiple of `tau` ticks.

        Args:
            seen: (n, before + T, H, W, 3) frames or (n, before + T, 536) states, uint8.

        Returns:
            `classes` (n, T, K) and `camera` (n, T, 121), float32; `features` (n, T, D).
        """
        x = self.eyes(seen)
        if self.slow is not None:
            x = x + self.slow.hear(self.slow(x))
        for block in self.times:
            x, _ = block(x)
        return self._told(x)

    def follow(self, seen: Tensor, memory: Memory) -> tuple[dict[str, Tensor], Memory]:
        """Scores for the next T ticks of some episodes.

        Args:
            seen: (n, T, H, W, 3) frames or (n, T, 536) states, uint8.
            memory: Of the ticks before; `fresh` where episodes begin.

        Returns:
            As of `forward`, and the memory after those ticks.
        """
        began, ticks = memory.ticks, seen.shape[1]
        seen = self._with_context(seen, memory)
        x = self.eyes(seen)
        if self.slow is not None:
            latents = []
            for t in range(ticks):
                memory = self.slow.tick(x[:, t], memory)._replace(ticks=began + t + 1)
                latents.append(memory.latent)
            x = x + self.slow.hear(torch.stack(latents, 1))
        hidden = unknown(began, self.config.past)
        caches = []
        for block, kept in zip(self.times, memory.kept, strict=True):
            x, cache = block(x, kept, hidden)
            caches.append(cache.to(kept.dtype))
        last = seen[:, seen.shape[1] - self.config.before :]
        after = memory._replace(ticks=began + ticks, seen=last, kept=tuple(caches))
        return self._told(x), after

    def fresh(self, rows: int) -> Memory:
        """The memory of episodes that begin."""
        config, weight = self.config, self.classes.weight
        seen = (*config.resolution, 3) if config.observe == "rgb" else (STATE_SIZE,)
        return Memory(
            torch.zeros(rows, dtype=torch.int64, device=weight.device),
            torch.zeros(rows, config.before, *seen, dtype=torch.uint8, device=weight.device),
            tuple(weight.new_zeros(rows, config.past, 2 * config.width) for _ in self.times),
            weight.new_zeros(rows, config.width),
            weight.new_zeros(rows, config.latent),
            weight.new_zeros(rows, config.slow_past, 2 * config.width),
        )

    def _with_context(self, seen: Tensor, memory: Memory) -> Tensor:
        """With the frames before; before an episode's first, the first again."""
        before = self.config.before
        if not before:
            return seen
        first = seen[:, :1].expand(-1, before, *seen.shape[2:])
        begins = (memory.ticks == 0).view(-1, *[1] * (seen.dim() - 1))
        return torch.cat([torch.where(begins, first, memory.seen), seen], 1)

    def _told(self, x: Tensor) -> dict[str, Tensor]:
        features = self.norm(x)
        camera = self.camera(features).float()
        straight = torch.arange(TURNS, device=camera.device) == STRAIGHT
        return {
            "classes": self.classes(features).float(),
            "camera": camera.masked_fill(straight, NEVER),
            "features": features,
        }


def unknown(ticks: Tensor, kept: int) -> Tensor:
    """(n, kept) bool: of the last `kept` ticks, those before episodes that are `ticks` (n,) old."""
    return torch.arange(kept, device=ticks.device) < kept - ticks.unsqueeze(1)
