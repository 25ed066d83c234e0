"""Behavioural cloning: a player learnt from what players asked for, and read back.

file = train_clone(mpgenie.open_dataset("data"), Path("out/bc"))
score_clone(file, mpgenie.open_dataset("held_out"))

Of each tick a clone learns the class of what was done (`classes`) and, where the camera moves, its
joint step.  Ticks in which nothing was done stay in sight and count less, so that a clone does not
learn above all to wait.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mpgenie.agents.learning import OnStep, Schedule, learn
from mpgenie.checks import check_known
from mpgenie.envs.config import config_from
from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .augment import NONE, Augmentation, augmented, augmented_states
from .classes import Classes, combinations_of, turns_of
from .clone_network import SIZES, Clone, CloneNetworkConfig
from .corpus import STREAM, Clip, Corpus
from .demonstrations import Labels, demonstrations, done_in, game_of
from .learning_config import LearningConfig
from .model_file import ModelFile, fast

require("torch", extra="agents")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset

KIND = "clone"


@dataclass(frozen=True, kw_only=True)
class CloneConfig(LearningConfig):
    """All that a clone follows from, but for the episodes."""

    network_type = CloneNetworkConfig

    network: CloneNetworkConfig = field(default_factory=CloneNetworkConfig)
    schedule: Schedule = field(default_factory=lambda: Schedule(steps=1500))
    augmentation: Augmentation = field(
        default=Augmentation(**{**asdict(NONE), "shift": 2, "mirror": True})
    )
    """Of frames; of states the mirror alone."""
    ticks: int = 64
    """Of a clip."""
    clips: int = 8
    """In a step, each of one player."""
    null_weight: float = 0.2
    """What a tick counts in which nothing was done."""
    stream: str = STREAM
    seed: int = 0

    def __post_init__(self) -> None:
        if self.ticks < max(2, self.network.tau + 1) or self.clips < 1:
            raise ConfigError(
                "a step needs a clip of two ticks, and of more than tau, "
                f"got ticks={self.ticks}, clips={self.clips}, tau={self.network.tau}"
            )
        if not 0.0 <= self.null_weight <= 1.0:
            raise ConfigError(f"null_weight must lie in 0..1, got {self.null_weight}")

    @property
    def observe(self) -> str:
        """What it sees: `rgb` or `state`."""
        return self.network.observe

    @classmethod
    def of(
        cls, size: str = "small", *, network: Mapping[str, Any] | None = None, **chosen: Any
    ) -> "CloneConfig":
        """A config of one of the sizes of `clone_network.SIZES`.

        Args:
            size: Its name.
            network: Other fields of the network, such as `observe` and `tau`.
            **chosen: Other fields.
        """
        check_known("size", size, SIZES)
        return cls(network=CloneNetworkConfig(**{**SIZES[size], **(network or {})}), **chosen)


class CloneLesson:
    """Clips of a corpus, a clone, and what they teach it.

    Args:
        config: Of the clone.
        corpus: What is cloned.
        game: Options of `parallel_env` for the game that it shows.
        device: As torch names it.
    """

    parts = ("classes", "camera")

    def __init__(
        self, config: CloneConfig, corpus: Corpus, game: Mapping[str, Any], device: str = "cpu"
    ) -> None:
        if config.observe == "rgb" and corpus.resolution != config.network.resolution:
            raise ConfigError(
                f"the clone is for frames of {config.network.resolution}, the episodes have "
                f"{corpus.resolution}"
            )
        self.config, self.schedule, self.corpus = config, config.schedule, corpus
        self.game, self.device = dict(game), device
        done = [done_in(play)[0][play.there] for play in corpus.plays]
        self.classes = Classes.made_from(done)
        torch.manual_seed(config.seed)
        self.model = fast(Clone(config.network, len(self.classes)).to(device))

    def losses(self, step: int) -> dict[str, Tensor]:
        """Parts of the loss of a step."""
        config, how = self.config, self.config.augmentation
        every = max(1, config.network.tau)
        rng = np.random.default_rng((config.seed, step))
        changed = augmented if config.observe == "rgb" else augmented_states
        clips = [
            changed(self.corpus.clip(rng, config.ticks, 1, config.network, every), rng, how)
            for _ in range(config.clips)
        ]
        seen, *targets = (part.to(self.device) for part in self._batch(clips))
        return clone_losses(self.model(seen), *targets)

    def about(self) -> dict[str, Any]:
        """The config, the vocabulary, the game, and how much is learnt from."""
        return {
            "kind": KIND,
            **self.config.about(),
            "classes": list(self.classes.combinations),
            "game": json.loads(json.dumps(self.game)),
            "minutes": round(self.corpus.minutes, 3),
        }

    def _batch(self, clips: Sequence[Clip]) -> tuple[Tensor, ...]:
        """What is seen, classes, steps of the camera, and weights of both losses."""
        frames, down, camera, there = (
            np.stack([getattr(clip, name)[:, 0] for clip in clips])
            for name in ("frames", "down", "camera", "there")
        )
        turns = turns_of(camera)
        done = combinations_of(down, turns)
        classes = self.classes.nearest[done]
        weight = np.where(done == 0, self.config.null_weight, 1.0) * there
        moving = self.classes.moves[classes] & (done % 2 == 1)
        return (
            torch.from_numpy(frames),
            torch.from_numpy(classes),
            torch.from_numpy(turns),
            torch.from_numpy(weight.astype(np.float32)),
            torch.from_numpy((weight * moving).astype(np.float32)),
        )


def clone_losses(
    told: Mapping[str, Tensor], classes: Tensor, turns: Tensor, weight: Tensor, moving: Tensor
) -> dict[str, Tensor]:
    """The negative log likelihoods of classes and of the camera, their sum that of actions.

    Args:
        told: By `Clone.forward`.
        classes: (n, T) what was done.
        turns: (n, T) joint steps of the camera.
        weight: (n, T) float32, what each tick counts.
        moving: (n, T) the same, 0 where the camera does not move.
    """
    total = weight.sum().clamp(min=1e-6)
    each = {
        "classes": _unlikely(told["classes"], classes) * weight,
        "camera": _unlikely(told["camera"], turns) * moving,
    }
    return {name: loss.sum() / total for name, loss in each.items()}


def train_clone(
    dataset: "Dataset | Sequence[Dataset]",
    out: Path,
    config: CloneConfig | None = None,
    *,
    labels: "Labels | Sequence[Labels]" = None,
    minutes: float | None = None,
    labelled: float | None = None,
    device: str = "cpu",
    on_step: OnStep | None = None,
) -> Path:
    """Clone the players of a dataset, or of several, or go on with it.

    Args:
        dataset: What they saw, and what they asked for.
        out: The folder of the run.
        config: What is learnt; by default of size "small", from frames.
        labels: The name of labels to learn from instead, for all datasets or for each.
        minutes: When to stop; None = when all steps are made.
        labelled: Take whole episodes up to so many player-minutes; None = all.
        device: As torch names it.
        on_step: Told the figures of each step.

    Returns:
        The file of the clone.
    """
    config = config or CloneConfig()
    plays = demonstrations(
        dataset, labels, minutes=labelled, observe=config.observe, stream=config.stream
    )
    lesson = CloneLesson(config, Corpus(plays), game_of(dataset, config.observe), device)
    return learn(lesson, out, minutes=minutes, on_step=on_step)


class Cloned(NamedTuple):
    """A clone and what it takes to let it play."""

    model: Clone
    config: CloneConfig
    classes: Classes
    game: dict[str, Any]
    """Options of `parallel_env` for the game that it was cloned in."""


def load_clone(path: Path) -> Cloned:
    """A clone from a file, or from the folder of a run.

    Raises:
        CheckpointError: If it is no clone, damaged, or of another version.
    """
    file = ModelFile(path, KIND)
    with file.checked():
        config = CloneConfig.told(file.about)
        classes = Classes(tuple(file.about["classes"]))
        game = dict(file.about["game"])
        config_from(game)
    model = file.model(lambda: Clone(config.network, len(classes)))
    return Cloned(model, config, classes, game)


def _unlikely(scores: Tensor, truth: Tensor) -> Tensor:
    flat = F.cross_entropy(scores.flatten(0, 1), truth.flatten(), reduction="none")
    return flat.view(truth.shape)
