"""Procgen's frames per CPU-second: python peer_procgen.py coinrun SECONDS.

Runs by itself, with Procgen and nothing of mpgenie.  64 environments of one player each, seen from
the side in two dimensions, 64x64; they run in threads of one process, all of which count.
"""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")
import numpy as np  # noqa: E402
from procgen import ProcgenGym3Env  # noqa: E402

COUNT = 64


def main(game: str, seconds: float) -> None:
    """Step at random for some CPU-seconds, and print one line of JSON."""
    env, rng = ProcgenGym3Env(num=COUNT, env_name=game), np.random.default_rng(0)
    actions = [rng.integers(0, 15, COUNT, dtype=np.int32) for _ in range(64)]
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for action in actions:
            env.act(action)
            _, seen, _ = env.observe()
        done += COUNT * len(actions)
    assert seen["rgb"].shape == (COUNT, 64, 64, 3)
    value = done / (time.process_time() - start)
    print(json.dumps({"name": "peer_procgen", "value": value}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
