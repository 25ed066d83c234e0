"""Here as everywhere: the state hashes written down in `tests/golden` come out again."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[2] / "golden"
_spec = importlib.util.spec_from_file_location("golden_make", GOLDEN / "make.py")
assert _spec is not None and _spec.loader is not None
make = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make)
TABLE = json.loads((GOLDEN / "state_hashes.json").read_text())


@pytest.mark.parametrize("case", make.CASES, ids=make.name_of)
def test_the_written_hashes_come_out(case):
    assert make.hashes(case) == TABLE[make.name_of(case)]


PROGRAM = """
import importlib.util
spec = importlib.util.spec_from_file_location("golden_make", {path!r})
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)
print(*make.hashes(make.CASES[{case}], {ticks}))
"""
ELSEWHERE = {
    "an old processor": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2",
    },
    "plain Python": {"NUMBA_DISABLE_JIT": "1"},
}


@pytest.mark.parametrize("place", ELSEWHERE)
def test_they_come_out_elsewhere_too(place):
    case, ticks = (0, 100) if place == "plain Python" else (2, 400)
    program = PROGRAM.format(path=str(GOLDEN / "make.py"), case=case, ticks=ticks)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=os.environ | ELSEWHERE[place], capture_output=True, text=True, check=True,
    )  # fmt: skip
    written = TABLE[make.name_of(make.CASES[case])]
    assert done.stdout.split() == written[: 1 + ticks // make.EVERY]
