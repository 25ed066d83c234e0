"""Player-steps of PettingZoo's Knights Archers Zombies per CPU-second: python peer_kaz.py image 1.

Runs by itself, with PettingZoo and nothing of mpgenie.  Four players share one screen; `image`
gives each a cutout of it, 512x512, `vector` a list of what there is.
"""

import json
import os
import sys
import time

os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
from pettingzoo.butterfly import knights_archers_zombies_v11  # noqa: E402


def main(method: str, seconds: float) -> None:
    """Step at random for some CPU-seconds, and print one line of JSON."""
    env = knights_archers_zombies_v11.parallel_env(obs_method=method)
    env.reset(seed=0)
    actions = {
        agent: [int(env.action_space(agent).sample()) for _ in range(64)]
        for agent in env.possible_agents
    }
    done, tick, start = 0, 0, time.process_time()
    while time.process_time() - start < seconds:
        for _ in range(16):
            if not env.agents:
                env.reset()
            done += len(env.agents)
            env.step({agent: actions[agent][tick % 64] for agent in env.agents})
            tick += 1
    value = done / (time.process_time() - start)
    print(json.dumps({"name": f"peer_kaz_{method}", "value": value}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
