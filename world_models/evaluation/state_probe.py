"""A frozen probe of states: a small network that has learnt, of frames of the game, to say what any
frame shows, and is asked of what models tell.

    in view     whether the other is in view
    bearing     how many degrees to the right it is, within 5
    distance    how far off it is, within a quarter
    pitch       how many degrees one looks down, within 5
    daylight    how bright the day is, 0 to 1, within a quarter
    rain        whether it rains or snows

It learns from frames of planets that evaluation does not use, arranged by chance.  What it says of
a told frame is held beside how it truly was in the game then; its accuracy on the game's own frames
and on reconstructions stands beside, and that of always saying the same.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.arrays_file import read_arrays, write_arrays
from mpgenie.agents.bots.episodes.sky import keep_weather, set_hour, sun_height
from mpgenie.agents.bots.vectors import along_ground, bearing, raised, turned, unit, walked
from mpgenie.envs.rendering.camera import EYE_HEIGHT
from mpgenie.errors import CheckpointError, ConfigError
from mpgenie.extras import require

from .cases import SHOWN, Case
from .game import PLAYERS, Game, Pictures, WhatIf
from .tasks.asking import CLEAR

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

Floats = NDArray[np.float32]
KIND = "state probe"
STATES = ("in view", "bearing", "distance", "pitch", "daylight", "rain")
YES_OR_NO = ("in view", "rain")
SCALE = np.array([1.0, 30.0, 1.0, 30.0, 1.0, 1.0], np.float32)
"""What counts as one while it learns; distances are logarithms."""
WITHIN = np.array([0.5, 5.0, np.log(1.25), 5.0, 0.25, 0.5], np.float32)
"""How far off an answer may be."""
EVERY = 8
"""Of so many told frames one is asked about."""
SCENES, STEPS = 4000, 4000
"""That it learns from, and steps of learning, if it has to learn."""
ON_A_PLANET = 128
SIGHT = 70.0
"""Degrees that a frame shows, of squares from side to side."""
WIDTH, BATCH, RATE = 32, 32, 4e-3


class Net(nn.Module):
    """Frames (n, H, W, 3) uint8 to (n, 6): what one place of a frame shows, to which the network
    looks, says of the other; what all rows show on average, of the rest."""

    def __init__(self, resolution: tuple[int, int]) -> None:
        super().__init__()
        rows, columns = (-(-edge // 4) for edge in resolution)
        self.look = nn.Sequential(
            nn.Conv2d(3, 16, 5, 2, 2), nn.ReLU(), nn.Conv2d(16, WIDTH, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(WIDTH, WIDTH, 3, 1, 1), nn.ReLU(),
        )  # fmt: skip
        self.where = nn.Conv2d(WIDTH, 1, 1)
        self.other = nn.Sequential(nn.Linear(WIDTH + 3, 32), nn.ReLU(), nn.Linear(32, 3))
        self.rest = nn.Sequential(nn.Linear(WIDTH * rows, 32), nn.ReLU(), nn.Linear(32, 3))
        places = torch.meshgrid(*(torch.linspace(-1, 1, n) for n in (rows, columns)), indexing="ij")
        self.register_buffer("places", torch.stack(places).flatten(1), persistent=False)
        self.places: Tensor

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Answers in units of `SCALE`, of yes and no as scores; and (n, columns) where it looks."""
        seen = self.look(frames.permute(0, 3, 1, 2).float() / 127.5 - 1.0)
        scores = self.where(seen).flatten(1)  # (n, places)
        shares = scores.softmax(-1)
        there = torch.einsum("np,ncp->nc", shares, seen.flatten(2))
        sure = scores.logsumexp(-1, keepdim=True) - scores.mean(-1, keepdim=True)
        other = self.other(torch.cat([there, shares @ self.places.T, sure], -1))
        told = torch.cat([other, self.rest(seen.mean(-1).flatten(1))], -1)
        return told, shares.unflatten(1, seen.shape[2:]).sum(1)


def states(game: Game) -> Floats:
    """(P, 6) what each player's frame shows now; NaN where that cannot be told."""
    world, found = WhatIf(game), np.full((PLAYERS, len(STATES)), np.nan, np.float32)
    game.seen()
    visible, clock = game.visible(), game.simulation.state.clock
    for slot in range(PLAYERS):
        feet, other = world.feet(slot), world.feet(1 - slot)
        pixels = int(visible[slot, 1 - slot])
        pitch = float(world.players.pitch[0, slot])
        bright = min(1.0, max(0.0, (sun_height(game.simulation, 0, feet) + 0.1) * 4.0))
        found[slot, 3:] = pitch, bright, bool(clock.raining[0])
        if pixels == 0:
            found[slot, 0] = 0.0
        elif pixels >= CLEAR:
            aim = raised(other, EYE_HEIGHT)
            _, yaw = bearing(raised(feet, EYE_HEIGHT), world.heading(slot), aim)
            found[slot, :3] = 1.0, yaw, np.log(max(0.5, along_ground(feet, other)))
    return found


def examples(game: Game, scenes: int, seed: int = 0) -> tuple[Pictures, Floats]:
    """Frames (2 * scenes, H, W, 3) of the game, arranged by chance, and their states."""
    rng, frames, truths = np.random.default_rng(seed), [], []
    for n in range(scenes):
        if n % ON_A_PLANET == 0:
            begin = game.beginning(seed + n, planet_seed=2 * (seed + n // ON_A_PLANET))
        _arrange(game.what_if(begin), rng)
        frames.append(game.seen())
        truths.append(states(game))
    return np.concatenate(frames), np.concatenate(truths)


def _arrange(world: WhatIf, rng: np.random.Generator) -> None:
    feet, heading = world.feet(0), world.heading(0)
    aside = rng.uniform(-45.0, 45.0)
    way = turned(unit(feet), heading, aside)
    world.stand(1, walked(feet, way, float(np.exp(rng.uniform(np.log(2.0), np.log(14.0))))))
    for slot in range(PLAYERS):
        pitch = rng.uniform(-25.0, 35.0) - float(world.players.pitch[0, slot])
        away = rng.uniform(-180.0, 180.0) if rng.random() < 0.4 else rng.uniform(-30.0, 30.0)
        world.turn(slot, float(away), float(pitch))
    set_hour(world.simulation, 0, feet, float(rng.uniform(0.0, 24.0)))
    keep_weather(world.simulation, 0, 1000, wet=bool(rng.random() < 0.3))


class StateProbe:
    """The probe.

    Args:
        net: What has learnt.
        resolution: (height, width) of frames.
    """

    def __init__(self, net: Net, resolution: tuple[int, int]) -> None:
        self.net, self.resolution = net.eval(), resolution

    @classmethod
    def learnt(cls, frames: Pictures, truths: Floats, steps: int, seed: int = 0) -> "StateProbe":
        """Learn from frames (n, H, W, 3) and states (n, 6)."""
        torch.manual_seed(seed)
        net, rng = Net(frames.shape[1:3]), np.random.default_rng(seed)
        optimiser = torch.optim.Adam(net.parameters(), RATE)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
        for _ in range(steps):
            rows = rng.integers(0, len(frames), BATCH)
            told, looks = net(torch.from_numpy(frames[rows]))
            loss = _loss(told, looks, truths[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        return cls(net, frames.shape[1:3])

    @classmethod
    def load(cls, path: Path, resolution: tuple[int, int]) -> "StateProbe":
        """Read one.

        Raises:
            CheckpointError: If it is none, or damaged.
            ConfigError: If it is for frames of another size.
        """
        about, arrays = read_arrays(path)
        if about.get("kind") != KIND:
            raise CheckpointError(f"{path} holds {about.get('kind')!r}, no {KIND}")
        if tuple(about.get("resolution", ())) != tuple(resolution):
            raise ConfigError(
                f"the probe in {path} is for frames of {about.get('resolution')}, these are of "
                f"{list(resolution)}: name a file that does not exist yet, to learn one"
            )
        net = Net(resolution)
        try:
            net.load_state_dict({name: torch.from_numpy(a) for name, a in arrays.items()})
        except (RuntimeError, TypeError) as error:
            raise CheckpointError(f"{path} is damaged: {error}") from error
        return cls(net, resolution)

    @classmethod
    def at(cls, path: Path, game: Game) -> "StateProbe":
        """The one in a file; if there is none, learn one (two minutes) and write it there."""
        if path.exists():
            return cls.load(path, game.resolution)
        probe = cls.learnt(*examples(game, SCENES), STEPS)
        probe.save(path)
        return probe

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        about = {"kind": KIND, "resolution": list(self.resolution)}
        write_arrays(path, about, {n: a.numpy() for n, a in self.net.state_dict().items()})

    @property
    def hash(self) -> str:
        """Of its weights."""
        sums = hashlib.sha256()
        for name, array in self.net.state_dict().items():
            sums.update(name.encode() + array.numpy().tobytes())
        return sums.hexdigest()

    @torch.no_grad()
    def says(self, frames: Pictures) -> Floats:
        """(n, 6) of frames (n, H, W, 3)."""
        parts = [
            self.net(torch.from_numpy(np.ascontiguousarray(frames[k : k + 256])))[0].numpy()
            for k in range(0, len(frames), 256)
        ]
        told = np.concatenate(parts) * SCALE
        for name in YES_OR_NO:
            column = STATES.index(name)
            told[:, column] = told[:, column] > 0.0
        return np.asarray(told, np.float32)


def _loss(told: Tensor, looks: Tensor, truths: Floats) -> Tensor:
    """How wrong answers are, and how little the network looks to where the other is."""
    known = torch.from_numpy(~np.isnan(truths))
    wanted = torch.from_numpy(np.nan_to_num(truths) / SCALE)
    yes_or_no = torch.tensor([name in YES_OR_NO for name in STATES])
    sure = F.binary_cross_entropy_with_logits(told, wanted, reduction="none")
    apart = F.smooth_l1_loss(told, wanted, reduction="none", beta=0.1)
    wrong = (torch.where(yes_or_no, 0.3 * sure, apart) * known).sum()
    seen = np.flatnonzero(truths[:, 0] == 1.0)
    half = looks.shape[1] / 2.0
    aside = np.tan(np.radians(truths[seen, 1])) / np.tan(np.radians(SIGHT / 2.0))
    column = np.clip(half + half * aside, 0.0, looks.shape[1] - 1.0).astype(np.int64)
    wrong = wrong - 0.3 * torch.log(looks[seen, column] + 1e-6).sum()
    return wrong / len(told)


class StatesRead:
    """A probe, and what is true of some cases.

    Args:
        probe: That reads.
        game: That knows.
        cases: Any.
    """

    def __init__(self, probe: StateProbe, game: Game, cases: Sequence[Case]) -> None:
        self.probe, self.cases = probe, cases
        self._truths = true_states(game, cases)

    def about(self) -> dict[str, Any]:
        """What stands beside every model's figures; plain data."""
        real = [case.real for case in self.cases]
        return {
            "hash": self.probe.hash,
            "real": self.read(real),
            "constant": constant(self._truths),
        }

    def read(self, told: Sequence[Pictures]) -> dict[str, float | None]:
        """The share of frames (N, P, H, W, 3), of each case, whose states are as in the game."""
        return accuracy(self.probe, told, self._truths)


def true_states(game: Game, cases: Sequence[Case]) -> list[Floats]:
    """(n, P, 6) of each case how it truly is at every `EVERY`th frame that is told."""
    found = []
    for case in cases:
        game.simulation.restore(0, case.snapshot)
        rows = []
        for t, row in enumerate(case.actions.at(slice(SHOWN - 1, None)).ticks()):
            game.step(row)
            if t % EVERY == 0:
                rows.append(states(game))
        found.append(np.stack(rows))
    return found


def accuracy(
    probe: StateProbe, told: Sequence[Pictures], truths: Sequence[Floats]
) -> dict[str, float | None]:
    """The share of frames (N, P, H, W, 3) of which each state is said right; None where none is."""
    frames = np.concatenate([each[::EVERY].reshape(-1, *each.shape[2:]) for each in told])
    wanted = np.concatenate([each.reshape(-1, len(STATES)) for each in truths])
    return _shares(probe.says(frames), wanted)


def constant(truths: Sequence[Floats]) -> dict[str, float | None]:
    """The same of whoever always says what is in the middle."""
    wanted = np.concatenate([each.reshape(-1, len(STATES)) for each in truths])
    known = [column[~np.isnan(column)] for column in wanted.T]
    middle = np.array([np.median(each) if len(each) else 0.0 for each in known], np.float32)
    return _shares(np.broadcast_to(middle, wanted.shape), wanted)


def _shares(said: Floats, wanted: Floats) -> dict[str, float | None]:
    shares: dict[str, Any] = {}
    for k, name in enumerate(STATES):
        known = ~np.isnan(wanted[:, k])
        near = np.abs(said[known, k] - wanted[known, k]) <= WITHIN[k]
        shares[name] = float(near.mean()) if known.any() else None
    return shares
