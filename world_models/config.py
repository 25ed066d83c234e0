"""The shape of a world model: sizes, who attends to whom, and how players are told apart."""

from dataclasses import dataclass, fields
from math import prod

from mpgenie.errors import ConfigError, suggest

LAYOUTS = ("joint", "independent", "frame_concat", "concat_view")
"""How the views of players meet.

`joint`: tokens attend to all players'.  The others are there to be compared with.  `independent`:
each view is a world of its own.  `frame_concat`: views are stacked as channels of one picture
(Multiverse; Savva et al., "Solaris").  `concat_view`: views stand side by side in one picture.
"""
IDENTITIES = ("simplex", "learned", "aie", "none")
"""How players are told apart.

`simplex`: a part of each head's numbers is turned by angles of the player's slot (Gamma-World);
those are the corners of a simplex if there are as many pairs of numbers as slots, else as far apart
as draws come: 16 slots in the 4 pairs of `debug` agree by cosines from -0.8 to 0.7.
`learned`: a vector per slot is added to tokens in every block (Solaris).  `aie`: what a player did
is turned by its slot before it is added (MultiWorld's agent identity embedding).
"""
INJECTIONS = ("add", "macm")
"""How tokens learn what players did.

`add`: each gets what its own player did.  `macm`: tokens attend to what all players did, pooled
to one token a frame (MultiWorld's multi-agent condition module).
"""
PREDICTIONS = ("velocity", "x0", "change")
"""What the network tells of a noisy latent: where it flows, what it was without noise, or how that
differs from the frame before, which tokens then see beside their own (`change`)."""
FINE = 4
"""Pixels from one place for which a token tells a move to the next."""
SAMPLERS = ("euler", "renoise")
"""How a frame is denoised in few steps: along the flow, from one draw of noise, or by telling x0
and adding new noise at each (consistency models, after distillation)."""
REWARDS = ("two_hot", "value")
"""How rewards are told: as chances of steps on a symlog scale (DreamerV3), or as one number."""
TOKENIZERS = ("autoencoder", "patches")
"""What turns frames into latents."""

_CHOICES = {
    "layout": LAYOUTS, "identity": IDENTITIES, "injection": INJECTIONS,
    "predicts": PREDICTIONS, "sampler": SAMPLERS, "reward": REWARDS, "tokenizer": TOKENIZERS,
}  # fmt: skip
_BOUNDS = {
    "resolution": (8, 512), "cell": (2, 32), "channels": (1, 4096), "convolutions": (1, 512),
    "width": (16, 4096),
    "heads": (1, 64), "blocks": (1, 64), "window": (1, 256), "sink": (0, 16), "players": (1, 64),
    "pool": (1, 1024), "pose": (0, 64), "steps": (1, 128), "context_noise": (0.0, 0.5),
    "aie_base": (1.0, 1e6),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class WorldModelConfig:
    """The shape of a world model.  `PRESETS` has four of them."""

    resolution: tuple[int, int] = (64, 64)
    """(height, width) of frames."""
    tokenizer: str = "autoencoder"
    """One of `TOKENIZERS`."""
    cell: int = 8
    """Pixels on the edge of the square that one token stands for."""
    channels: int = 16
    """Numbers of a latent, for each cell."""
    convolutions: int = 32
    """Channels of the autoencoder's first convolution."""
    width: int = 192
    """Of a token."""
    heads: int = 6
    blocks: int = 6
    window: int = 8
    """Frames that a token attends to, its own among them."""
    sink: int = 0
    """First frames of a clip that stay in sight beyond the window."""
    players: int = 2
    """Those it is trained with at most; `frame_concat` and `concat_view` need exactly these."""
    pool: int = 16
    """Slots that tell players apart; as many players can be dreamt."""
    layout: str = "joint"
    """One of `LAYOUTS`."""
    identity: str = "simplex"
    """One of `IDENTITIES`."""
    injection: str = "add"
    """One of `INJECTIONS`."""
    adaptive: bool = True
    """Whether `macm` weighs players by a learnt score, or sums them alike."""
    aie_base: float = 20.0
    """Of the angles of `aie`: MultiWorld found 20 better than 10,000."""
    compose: bool = False
    """Whether each player's action gets a pass of its own, and the changes are summed (COMBO)."""
    predicts: str = "velocity"
    """One of `PREDICTIONS`; `velocity` asks too much of a narrow network if latents have many
    numbers, such as patches."""
    moves: bool = False
    """Whether tokens also tell where their pixels were in the frame before; goes with `patches` and
    `change`."""
    gates: bool = False
    """Whether tokens also tell, for each pixel and move, how much of it is to count: nearly nothing
    where nothing happens, or else dreams grey and blur with time; goes with `moves`."""
    steps: int = 4
    """Denoising steps of a dreamt frame."""
    sampler: str = "euler"
    """One of `SAMPLERS`."""
    context_noise: float = 0.05
    """Share of noise in the frames that are attended to, against drift."""
    reward: str = "two_hot"
    """One of `REWARDS`."""
    pose: int = 6
    """Numbers told about how a player moved, as an auxiliary task."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "resolution", tuple(self.resolution))
        for name, choices in _CHOICES.items():
            if (value := getattr(self, name)) not in choices:
                raise ConfigError(f"{name} cannot be {value!r}. {suggest(value, choices)}")
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(_within(number, least, most) for number in numbers):
                raise ConfigError(f"{name} must lie in {least}..{most}, got {value!r}")
        self._check_together()

    def _check_together(self) -> None:
        """Refuse numbers that do not go together."""
        if len(self.resolution) != 2 or any(edge % self.cell for edge in self.resolution):
            raise ConfigError(
                f"resolution must be two multiples of cell, {self.cell}, got {self.resolution}"
            )
        if self.width % self.heads or self.head % 8:
            raise ConfigError(
                f"width must be heads, {self.heads}, times a multiple of 8, got {self.width}"
            )
        if self.moves and self.cell % FINE:
            raise ConfigError(f"moves are told every {FINE} pixels, got cell {self.cell}")
        if self.moves and (self.tokenizer, self.predicts) != ("patches", "change"):
            raise ConfigError(
                "moves are of pixels in the frame before: they go with tokenizer 'patches' and "
                f"predicts 'change', not {self.tokenizer!r} and {self.predicts!r}"
            )
        if self.gates and not self.moves:
            raise ConfigError("gates are of changes and moves: they go with moves")
        if self.pool < self.players:
            raise ConfigError(f"a pool of {self.pool} is too small for {self.players} players")
        if self.compose and (self.layout == "frame_concat" or self.injection == "macm"):
            raise ConfigError(
                "compose tells what one player did at a time: "
                "it goes with injection 'add' and every layout but 'frame_concat'"
            )

    @property
    def head(self) -> int:
        """Numbers of a head."""
        return self.width // self.heads

    @property
    def latent(self) -> tuple[int, int, int]:
        """(h, w, C) of a frame's latents."""
        height, width = (edge // self.cell for edge in self.resolution)
        return height, width, self.channels

    @property
    def tokens(self) -> int:
        """S, tokens of a frame and player."""
        return prod(self.latent[:2])

    @property
    def told_moves(self) -> int:
        """Numbers of the moves that a token tells: to the right and down, for each place."""
        return 2 * (self.cell // FINE) ** 2 if self.moves else 0

    @property
    def told_gates(self) -> int:
        """Numbers of its gates, of pixels and moves."""
        return self.cell**2 + self.told_moves if self.gates else 0

    @property
    def fixed(self) -> bool:
        """Whether it takes exactly `players` players."""
        return self.layout in ("frame_concat", "concat_view")

    def check_players(self, count: int) -> None:
        """Refuse a number of players that it cannot dream.

        Raises:
            ConfigError: If it is that of no layout of this model.
        """
        if self.fixed and count != self.players:
            raise ConfigError(
                f"layout {self.layout!r} takes exactly {self.players} players, got {count}; "
                "let some of them be absent, or use layout 'joint'"
            )
        if not 1 <= count <= self.pool:
            raise ConfigError(f"this model dreams 1 to {self.pool} players, got {count}")


def _within(number: object, least: float, most: float) -> bool:
    """Whether this is a number between two, and whole where those are."""
    kinds = (int,) if isinstance(least, int) else (int, float)
    return isinstance(number, kinds) and not isinstance(number, bool) and least <= number <= most


def config_from(plain: dict[str, object]) -> WorldModelConfig:
    """A config from what `dataclasses.asdict` or JSON made of one.

    Raises:
        ConfigError: If a name is unknown or a value is out of bounds.
    """
    known = [field.name for field in fields(WorldModelConfig)]
    for name in plain:
        if name not in known:
            raise ConfigError(f"no setting is called {name!r}. {suggest(name, known)}")
    return WorldModelConfig(**plain)  # type: ignore[arg-type]


PRESETS = {
    "debug": WorldModelConfig(
        resolution=(32, 32), tokenizer="patches", channels=192, width=128, heads=4, blocks=4,
        predicts="change", moves=True, gates=True, steps=1,
    ),
    "cpu": WorldModelConfig(
        tokenizer="patches", cell=16, channels=768, width=128, heads=4, blocks=4,
        predicts="change", moves=True, gates=True, steps=1,
    ),
    "small": WorldModelConfig(width=384, blocks=10),
    "base": WorldModelConfig(width=768, heads=12, blocks=12, window=16),
}  # fmt: skip
"""For tests; for two cores and a quarter of an hour; for one GPU; for a large one.

A step of two players costs 0.17, 0.28, 33 and 158 billion operations (`flops.step_flops`).
"""
