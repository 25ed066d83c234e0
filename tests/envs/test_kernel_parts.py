"""A part is linked into what calls it, now or from the cache, and has no machine code itself."""

import os
import subprocess
import sys
from types import SimpleNamespace

import numba
import pytest
from numba.core.compiler import Compiler

from mpgenie.envs.kernel_parts import PartCompiler, part_compiler

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled here")


def test_a_part_works_inside_another_kernel():
    half = numba.njit(pipeline_class=PartCompiler, no_cpython_wrapper=True)(lambda x: x / 2)
    quarter = numba.njit(lambda x: half(x) / 2)
    assert quarter(8.0) == 2.0


def test_a_part_has_no_machine_code():
    half = numba.njit(pipeline_class=PartCompiler, no_cpython_wrapper=True)(lambda x: x / 2)
    numba.njit(lambda x: half(x) / 2)(8.0)
    (part,) = half.overloads.values()
    assert part.library.get_pointer_to_function(part.fndesc.llvm_func_name) == 0


@pytest.mark.parametrize(
    ("release", "compiler"), [((0, 61), PartCompiler), ((0, 68), PartCompiler), ((0, 69), Compiler)]
)
def test_a_numba_that_nobody_looked_into_compiles_parts_its_own_way(release, compiler, monkeypatch):
    monkeypatch.setattr(numba, "version_info", SimpleNamespace(short=release))
    assert part_compiler() is compiler


def test_a_part_is_taken_from_the_cache(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        """
import sys
import numba
from mpgenie.envs.kernel_parts import PartCompiler

@numba.njit(pipeline_class=PartCompiler, no_cpython_wrapper=True, cache=True)
def half(x):
    if x < 0:
        raise ValueError("less than nothing")
    return x / 2

@numba.njit
def whole(x):
    return half(x) + half(x)

try:
    print(whole(8.0), end=" ")
    whole(-8.0)
except ValueError as error:
    print(error, sum(half.stats.cache_hits.values()))
"""
    )
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    for hits in (0, 1):
        run = subprocess.run(
            [sys.executable, script], env=environment, capture_output=True, text=True, check=True
        )
        assert run.stdout == f"8.0 less than nothing {hits}\n"
