"""Whether what was done can be read back off what was told, by a network of inverse dynamics.

The network (`mpgenie train idm`) says of frames what players did.  It errs on frames of the game,
too, so what counts is the ratio: its score on what a model told, for its score on the game's frames
of the same episodes.  Beside it stand its score on reconstructions, and two that look at no frame:
what is mostly done, and what was done at some other tick.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.agents.vpt.corpus import Play
from mpgenie.agents.vpt.idm import load_idm
from mpgenie.agents.vpt.metrics import Told as Said
from mpgenie.agents.vpt.metrics import baselines, scores
from mpgenie.agents.vpt.model_file import model_path
from mpgenie.agents.vpt.targets import buttons_down
from mpgenie.agents.vpt.telling import tell, truth_of
from mpgenie.errors import ConfigError

from .cases import SHOWN, Case
from .game import Pictures

FIGURES = ("macro_f1", "key_accuracy", "camera_r2", "camera_step_accuracy")
"""Of `mpgenie.agents.vpt.metrics.scores`."""
RATIOS = ("macro_f1", "camera_r2")
"""Those of which who does nothing gets little."""
TICKS = 64
"""Of each case that are read at most."""


class ActionsRead:
    """A network, and the cases that it reads.

    Args:
        path: The network's file, or the folder of its run.
        cases: Any.

    Raises:
        CheckpointError: If it is no network of inverse dynamics.
        ConfigError: If it is for frames of another size.
    """

    def __init__(self, path: Path, cases: Sequence[Case]) -> None:
        self._network, config = load_idm(path)
        size = cases[0].frames.shape[2:4]
        if config.network.resolution != size:
            raise ConfigError(
                f"the network in {path} is for frames of {config.network.resolution}, these are "
                f"of {size}: learn one with `mpgenie train idm` on frames of this size"
            )
        self.cases = cases
        self._hash = hashlib.sha256(model_path(path).read_bytes()).hexdigest()
        self._truths = [truth_of(_play(case, case.real)) for case in cases]
        self._real = self._figures(self._said([case.real for case in cases]))

    def about(self) -> dict[str, Any]:
        """What stands beside every model's figures; plain data."""
        rules = baselines(self._truths)
        return {
            "idm": self._hash,
            "cases": len(self.cases),
            "real": self._real,
            **{name: self._figures(rules[name]) for name in ("majority", "shuffled")},
        }

    def read(self, told: Sequence[Pictures]) -> dict[str, Any]:
        """How well actions are read off frames (N, P, H, W, 3) for each case; plain data.

        Returns:
            The figures of `FIGURES`, and `ratio`, of some of them to those of the game's frames.
        """
        found = self._figures(self._said(told))
        real = self._real
        ratio = {name: found[name] / real[name] if real[name] > 0 else None for name in RATIOS}
        return {**found, "ratio": ratio}

    def _said(self, told: Sequence[Pictures]) -> list[Said]:
        return [
            tell(self._network, _play(case, frames))
            for case, frames in zip(self.cases, told, strict=True)
        ]

    def _figures(self, said: Sequence[Said]) -> dict[str, float]:
        found = scores(self._truths, said)
        return {name: found[name] for name in FIGURES}


def _play(case: Case, told: Pictures) -> Play:
    """The frames that are shown, and what was told; only the latter's ticks count."""
    told = told[:TICKS]
    frames = np.concatenate([case.frames[:SHOWN], told])
    actions = case.actions.at(slice(len(frames) - 1))
    counts = np.zeros(actions.buttons.shape, np.bool_)
    counts[SHOWN - 1 :] = True
    return Play(0, case.name, 0, frames, buttons_down(actions.buttons), actions.camera, counts)
