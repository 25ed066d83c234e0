"""A cache of compiled kernels that cannot be read is one that is not there."""

import os
import subprocess
import sys

import numba
import pytest

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled here")

SCRIPT = """
from pathlib import Path
import mpgenie.envs.kernels as kernels
kernels._ENVS = Path(__file__).parent
from game import Pair

@kernels.kernel
def total(pair):
    return pair.left + pair.right

print(total(Pair(2, 3)), sum(total._outer.stats.cache_hits.values()))
"""
TYPES = "from typing import NamedTuple\nclass Pair(NamedTuple):\n    left: int\n    right: int\n"


def run(folder):
    environment = {
        **os.environ,
        "MPGENIE_CACHE": str(folder / "cache"),
        "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
    }
    finished = subprocess.run(
        [sys.executable, folder / "script.py"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return finished.stdout.split()


@pytest.fixture
def kept(tmp_path):
    """A folder with a script, whose kernel is in the cache."""
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "game.py").write_text("from shapes import Pair\n")
    (tmp_path / "shapes.py").write_text(TYPES)
    assert run(tmp_path) == ["5", "0"]
    assert run(tmp_path) == ["5", "1"]
    return tmp_path


def test_a_type_that_moved_to_another_module(kept):
    (kept / "solids.py").write_text(TYPES)
    (kept / "shapes.py").write_text("")
    (kept / "game.py").write_text("from solids import Pair\n")
    assert run(kept) == ["5", "0"]
    assert run(kept) == ["5", "1"]


@pytest.mark.parametrize("left", [0, 1, 200])
def test_an_index_cut_short(kept, left):
    (index,) = (kept / "cache").rglob("*.nbi")
    index.write_bytes(index.read_bytes()[:left])
    assert run(kept) == ["5", "0"]
    assert run(kept) == ["5", "1"]
