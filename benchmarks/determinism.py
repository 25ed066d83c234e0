"""The same seed and actions give the same state everywhere: 20 seeds of 10,000 steps, seven ways.

python -m mpgenie.benchmarks.determinism            # all ways, a line each
python -m mpgenie.benchmarks.determinism --steps 500

Each way is a process of its own: another hash seed, other vector units of the processor, numba for
a generic processor, two threads over the worlds, a snapshot restored at 100 random ticks.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.world import Simulation

WAYS: dict[str, dict[str, str]] = {
    "as it is": {},
    "again, PYTHONHASHSEED=1": {"PYTHONHASHSEED": "1"},
    "PYTHONHASHSEED=2": {"PYTHONHASHSEED": "2"},
    "without AVX-512 in numpy, FMA and AVX2 in libm": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2",
    },
    "numba for a generic processor": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "two threads over the worlds": {"DETERMINISM_THREADS": "2"},
    "restored at 100 random ticks": {"DETERMINISM_RESTORE": "100"},
}
WORLDS, PLAYERS = 20, 2


def play(steps: int, threads: int, restores: int) -> list[int]:
    """The state hash of each world after so many steps of drawn actions."""
    sim = Simulation(PlanetConfig(kind="normal", size=48), worlds=WORLDS, players=PLAYERS)
    for w in range(WORLDS):
        sim.reset(w, w)
    rng = np.random.Generator(np.random.PCG64(7))
    stops = set(np.random.default_rng(8).integers(0, steps, restores).tolist())
    message = np.zeros((WORLDS, PLAYERS), np.uint8)
    half = WORLDS // 2
    with ThreadPoolExecutor(threads) as pool:
        for tick in range(steps):
            buttons = (
                rng.integers(0, 2**20, (WORLDS, PLAYERS), np.uint32)
                & rng.integers(0, 2**20, (WORLDS, PLAYERS), np.uint32)
            ) | np.uint32(4)
            camera = (rng.integers(-512, 513, (WORLDS, PLAYERS, 2)) / 64.0).astype(np.float32)
            if threads == 1:
                sim.step(buttons, camera, message)
            else:
                parts = ((0, half), (half, WORLDS))
                running = [pool.submit(sim.step, buttons, camera, message, *part) for part in parts]
                for step in running:
                    step.result()
            if tick in stops:
                for w in range(WORLDS):
                    sim.restore(w, sim.snapshot(w))
    return [sim.state_hash(w) for w in range(WORLDS)]


def main() -> int:
    """Play every way and compare; 0 if all hashes agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        threads = int(os.environ.get("DETERMINISM_THREADS", "1"))
        restores = int(os.environ.get("DETERMINISM_RESTORE", "0"))
        print(*(f"{h:016x}" for h in play(arguments.steps, threads, restores)))
        return 0
    command = [sys.executable, "-m", __spec__.name, "--child", "--steps", str(arguments.steps)]
    expected = None
    for way, environment in WAYS.items():
        done = subprocess.run(  # noqa: S603
            command, env=os.environ | environment, capture_output=True, text=True, check=True
        )
        hashes = done.stdout.split()
        expected = expected or hashes
        differing = sum(one != other for one, other in zip(hashes, expected, strict=True))
        verdict = "equal" if differing == 0 else f"{differing} of {len(hashes)} DIFFER"
        print(f"{way:50} {len(hashes)} seeds x {arguments.steps} steps: {verdict}", flush=True)
        if differing:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
