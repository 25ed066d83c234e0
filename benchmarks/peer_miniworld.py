"""Miniworld's views per CPU-second: python peer_miniworld.py Maze SECONDS.

Runs by itself, with Miniworld and nothing of mpgenie.
"""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")
import pyglet  # noqa: E402

pyglet.options["headless"] = True
import gymnasium  # noqa: E402
import miniworld  # noqa: E402, F401


def main(scene: str, seconds: float) -> None:
    """Step at random for some CPU-seconds, and print one line of JSON."""
    env = gymnasium.make(f"MiniWorld-{scene}-v0", obs_width=64, obs_height=64)
    env.reset(seed=0)
    actions = [env.action_space.sample() for _ in range(64)]
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for action in actions:
            _, _, ended, cut, _ = env.step(action)
            if ended or cut:
                env.reset()
        done += len(actions)
    value = done / (time.process_time() - start)
    print(json.dumps({"name": "peer_miniworld", "value": value}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
