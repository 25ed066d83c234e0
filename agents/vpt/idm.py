"""A model of inverse dynamics: learn it from episodes, read it back, and let it label others.

model = train_idm(mpgenie.open_dataset("data"), Path("out/idm"))
told = tell(load_idm(Path("out/idm")), play)
"""

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mpgenie.agents.learning import OnStep, Schedule, learn
from mpgenie.checks import check_known
from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .augment import Augmentation, augmented
from .corpus import APPLIED, STREAM, Clip, Corpus, Play, load_play, stretch
from .learning_config import LearningConfig
from .lessons import Batch, batch_of, losses
from .metrics import baselines, scores
from .model_file import ModelFile, fast
from .network import InverseDynamics
from .network_config import SIZES, NetworkConfig
from .targets import step_shares
from .telling import tell, truth_of

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset

KIND = "inverse dynamics"


@dataclass(frozen=True, kw_only=True)
class IdmConfig(LearningConfig):
    """All that a model of inverse dynamics follows from, but for the episodes."""

    network: NetworkConfig = field(default=SIZES["small"])
    schedule: Schedule = field(default_factory=lambda: Schedule(steps=6000))
    augmentation: Augmentation = field(default_factory=lambda: Augmentation(turned=0.4))
    players: int = 1
    """Views of a clip; more than one for a network that attends to other players."""
    ticks: int = 32
    """Of a clip."""
    views: int = 6
    """Views in a step: clips times players."""
    brief: int = 4
    """Ticks of the clips to begin with, of which a step has four times as many: what moved is
    learnt many times as fast from many scenes as from the same ticks of a few."""
    begin: float = 0.7
    """The share of steps that have such clips."""
    draws: int = 3
    """Clips drawn for each that is taken, likelier one in which more was done."""
    dark: float = 0.0
    """For what share of the clips one view is hidden for a while."""
    stream: str = STREAM
    seed: int = 0

    def __post_init__(self) -> None:
        if self.network.players != (self.players > 1):
            raise ConfigError(
                "a network that attends to other players learns from several views, any other "
                f"from one, got players={self.players}"
            )
        if self.players < 1 or self.ticks < 2 or self.views < self.players:
            raise ConfigError(f"a step needs at least a clip of two ticks, got {self}")

    @classmethod
    def of(cls, size: str = "small", *, players: int = 1, **chosen: Any) -> "IdmConfig":
        """A config of one of the sizes of `network_config.SIZES`.

        Args:
            size: Its name.
            players: More than 1: views are looked at together, and one goes dark at times.
            **chosen: Other fields.
        """
        check_known("size", size, SIZES)
        network = asdict(SIZES[size]) | {"players": players > 1}
        dark = 0.5 if players > 1 else 0.0
        return cls(network=NetworkConfig(**network), players=players, **{"dark": dark, **chosen})


class IdmLesson:
    """Clips of a corpus, a model, and what they teach it."""

    parts = ("buttons", "changes", "camera", "degrees", "moved", "early")

    def __init__(self, config: IdmConfig, corpus: Corpus, device: str = "cpu") -> None:
        if corpus.resolution != config.network.resolution:
            raise ConfigError(
                f"the network is for frames of {config.network.resolution}, the episodes have "
                f"{corpus.resolution}"
            )
        self.config, self.schedule, self.corpus = config, config.schedule, corpus
        torch.manual_seed(config.seed)
        model = InverseDynamics(config.network)
        model.expect(*_usual(corpus))
        self.model = fast(model.to(device))
        self.device = device

    def losses(self, step: int) -> dict[str, Tensor]:
        """Parts of the loss of a step."""
        return losses(self.model, self.batch(step))

    def batch(self, step: int) -> Batch:
        """What a step learns from."""
        config = self.config
        rng = np.random.default_rng((config.seed, step))
        ticks, views = config.ticks, config.views
        if step < config.begin * config.schedule.steps:
            ticks, views = min(ticks, config.brief), 4 * views
        clips = [
            augmented(self._clip(rng, ticks), rng, config.augmentation, config.network.before)
            for _ in range(max(1, views // config.players))
        ]
        return Batch._make(part.to(self.device) for part in batch_of(clips, rng, config.dark))

    def _clip(self, rng: np.random.Generator, ticks: int) -> Clip:
        config = self.config
        return self.corpus.clip(rng, ticks, config.players, config.network, draws=config.draws)

    def about(self) -> dict[str, Any]:
        """The config, and how much it learns from."""
        return {"kind": KIND, **self.config.about(), "minutes": round(self.corpus.minutes, 3)}


def train_idm(
    dataset: "Dataset",
    out: Path,
    config: IdmConfig | None = None,
    *,
    minutes: float | None = None,
    labelled: float | None = None,
    device: str = "cpu",
    on_step: OnStep | None = None,
) -> Path:
    """Learn inverse dynamics from the episodes of a dataset, or go on with it.

    Args:
        dataset: Whose applied actions and frames are looked at.
        out: The folder of the run.
        config: What is learnt; by default of size "small".
        minutes: When to stop; None = when all steps are made.
        labelled: So many player-minutes, spread over all episodes; None = all.
        device: As torch names it.
        on_step: Told the figures of each step.

    Returns:
        The file of the model.
    """
    config = config or IdmConfig()
    corpus = corpus_of(dataset, APPLIED, config.stream, labelled)
    return learn(IdmLesson(config, corpus, device), out, minutes=minutes, on_step=on_step)


def corpus_of(
    dataset: "Dataset", actions: str, stream: str = STREAM, minutes: float | None = None
) -> Corpus:
    """A dataset in memory, or so many player-minutes of it.

    The minutes are spread evenly: of every episode a stretch, drawn by its number, of the same
    length, or all of it where it is shorter.
    """
    plays: list[Play] = []
    left = math.inf if minutes is None else 1200.0 * minutes
    entries = sorted(dataset.episodes, key=lambda entry: entry.length * entry.players)
    for k, entry in enumerate(entries):
        play = load_play(dataset, entry, actions, stream)
        ticks = int(min(play.ticks, left / (len(entries) - k) / play.players))
        if ticks < play.ticks:
            start = int(np.random.default_rng(entry.unit).integers(play.ticks - ticks + 1))
            play = stretch(play, start, start + ticks)
        if ticks:
            plays.append(play)
        left -= ticks * play.players
    return Corpus(plays)


def score_idm(path: Path, dataset: "Dataset", *, device: str = "cpu") -> dict[str, dict[str, Any]]:
    """How well a model tells what was done in a dataset.

    Args:
        path: The file of the model, or the folder of its run.
        dataset: Of other planets than those that it learnt from.
        device: As torch names it.

    Returns:
        `model` and each of `metrics.baselines`, with what `metrics.scores` gives.
    """
    model, config = load_idm(path)
    model.to(device)
    plays = [load_play(dataset, entry, APPLIED, config.stream) for entry in dataset.episodes]
    truths = [truth_of(play) for play in plays]
    told = {"model": [tell(model, play) for play in plays], **baselines(truths)}
    return {name: scores(truths, each) for name, each in told.items()}


def load_idm(path: Path) -> tuple[InverseDynamics, IdmConfig]:
    """A model and what it was learnt with.

    Args:
        path: The file, or the folder of a run.

    Raises:
        CheckpointError: If it is no model of inverse dynamics, damaged, or of another version.
    """
    file = ModelFile(path, KIND)
    with file.checked():
        config = IdmConfig.told(file.about)
    return file.model(lambda: InverseDynamics(config.network)), config


def _usual(corpus: Corpus) -> tuple[Tensor, Tensor, Tensor]:
    """How often each button is down, each changes, and each step of the camera is taken."""
    down = np.concatenate([play.down[play.there] for play in corpus.plays])
    was = [play.down[:-1][play.there[1:]] for play in corpus.plays]
    now = [play.down[1:][play.there[1:]] for play in corpus.plays]
    changes = np.stack(
        [np.concatenate(now) & ~np.concatenate(was), np.concatenate(was) & ~np.concatenate(now)], -1
    )
    turns = step_shares(np.concatenate([play.camera[play.there] for play in corpus.plays]))
    shares = (array.mean(0, dtype=np.float64) for array in (down, changes, turns))
    return tuple(torch.from_numpy(share).float() for share in shares)  # type: ignore[return-value]
