"""Figures are those that everybody else computes."""

import numpy as np
import pytest

from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation.metrics import squared_errors, ssim


def pictures(seed=0, edge=24):
    rng = np.random.default_rng(seed)
    smooth = np.kron(rng.integers(0, 256, (edge // 4, edge // 4, 3)), np.ones((4, 4, 1)))
    noisy = smooth + rng.normal(0.0, 20.0, smooth.shape)
    return smooth.astype(np.uint8), noisy.clip(0, 255).astype(np.uint8)


def ssim_by_hand(x, y):
    """Window by window, as the paper writes it."""
    at = np.arange(11) - 5
    bell = np.exp(-(at[:, None] ** 2 + at**2) / (2 * 1.5**2))
    bell /= bell.sum()
    c1, c2, found = (0.01 * 255) ** 2, (0.03 * 255) ** 2, []
    for c in range(3):
        for row in range(len(x) - 10):
            for column in range(x.shape[1] - 10):
                a, b = (p[row : row + 11, column : column + 11, c].astype(float) for p in (x, y))
                ma, mb = (bell * a).sum(), (bell * b).sum()
                va, vb = (bell * (a - ma) ** 2).sum(), (bell * (b - mb) ** 2).sum()
                both = (bell * (a - ma) * (b - mb)).sum()
                alike = (2 * ma * mb + c1) * (2 * both + c2)
                found.append(alike / ((ma**2 + mb**2 + c1) * (va + vb + c2)))
    return np.mean(found)


SKIMAGE = {0: 0.9364182063831699, 1: 0.9164205804514935, 2: 0.8821065429807341}
"""What scikit-image 0.26 says: `structural_similarity(x, y, channel_axis=-1, gaussian_weights=True,
sigma=1.5, use_sample_covariance=False, data_range=255)`."""


@pytest.mark.parametrize("seed", SKIMAGE)
def test_ssim_is_that_of_its_paper(seed):
    x, y = pictures(seed)
    assert ssim(x, y) == pytest.approx(ssim_by_hand(x, y), abs=1e-9)
    assert ssim(x, y) == pytest.approx(SKIMAGE[seed], abs=1e-9)
    assert ssim(x, x) == 1.0
    both = ssim(np.stack([x, x]), np.stack([x, y]))
    assert both.tolist() == pytest.approx([1.0, float(ssim(x, y))])


def test_small_frames_have_no_ssim():
    with pytest.raises(ConfigError, match="from 11 x 11 up"):
        ssim(*(np.zeros((10, 32, 3), np.uint8),) * 2)


def test_errors_are_of_colours_between_0_and_1():
    black = np.zeros((2, 4, 4, 3), np.uint8)
    assert squared_errors(black, black + np.array([51, 255], np.uint8)[:, None, None, None]) == (
        pytest.approx([0.04, 1.0])
    )
