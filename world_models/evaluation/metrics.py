"""How near frames come to those of the game.

PSNR and SSIM as everybody has them.  SSIM: Wang, Bovik, Sheikh and Simoncelli, "Image quality
assessment", IEEE Trans. Image Processing 13 (2004), with its window of 11 x 11 (Gaussian, 1.5
pixels), on each colour alone, the mean of the windows that lie wholly inside.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .game import Pictures

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402

WINDOW, SIGMA = 11, 1.5
C1, C2 = (0.01 * 255.0) ** 2, (0.03 * 255.0) ** 2


def squared_errors(real: Pictures, told: Pictures) -> NDArray[np.float64]:
    """(...) mean squared errors of frames (..., H, W, 3), of colours in 0..1."""
    away = (real.astype(np.float32) - told) / np.float32(255.0)
    means: NDArray[np.float64] = np.square(away).mean((-1, -2, -3), dtype=np.float64)
    return means


def ssim(real: Pictures, told: Pictures) -> NDArray[np.float64]:
    """(...) structural similarity of frames (..., H, W, 3), 1 for equal ones.

    Raises:
        ConfigError: If frames are smaller than the window, or differ in shape.
    """
    if real.shape != told.shape or min(real.shape[-3:-1]) < WINDOW:
        raise ConfigError(
            f"SSIM compares frames of one size from {WINDOW} x {WINDOW} up, got {real.shape} and "
            f"{told.shape}"
        )
    x, y = (_planes(frames) for frames in (real, told))
    mean_x, mean_y = _blurred(x), _blurred(y)
    var_x, var_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    both = _blurred(x * y) - mean_x * mean_y
    alike = (2.0 * mean_x * mean_y + C1) * (2.0 * both + C2)
    alike = alike / ((mean_x**2 + mean_y**2 + C1) * (var_x + var_y + C2))
    means: NDArray[np.float64] = alike.mean((1, 2, 3)).numpy().reshape(real.shape[:-3])
    return means


def _planes(frames: Pictures) -> Tensor:
    """(n, 3, H, W) float64."""
    flat = np.ascontiguousarray(frames.reshape(-1, *frames.shape[-3:]))
    return torch.from_numpy(flat).permute(0, 3, 1, 2).double()


def _blurred(planes: Tensor) -> Tensor:
    """Weighted means over all windows."""
    at = torch.arange(WINDOW, dtype=torch.float64) - WINDOW // 2
    bell = torch.exp(-(at**2) / (2.0 * SIGMA**2))
    bell = (bell / bell.sum()).expand(3, 1, 1, WINDOW)
    return F.conv2d(F.conv2d(planes, bell, groups=3), bell.transpose(2, 3), groups=3)
