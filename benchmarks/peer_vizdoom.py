"""VizDoom's frames or steps per CPU-second: python peer_vizdoom.py PLAYERS SECONDS.

Runs by itself, with VizDoom and nothing of mpgenie.  One player: the deathmatch scenario with
monsters.  More: a synchronous network game, an engine and a Python process for each player, the
way VizDoom does it.  CPU time is that of the whole process group, engines included.
"""

import json
import multiprocessing
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import vizdoom

HOST = (
    "-host {players} +viz_connect_timeout 30 -deathmatch +timelimit 20 +sv_forcerespawn 1 "
    "+sv_noautoaim 1 +sv_respawnprotect 1"
)


def group_cpu_seconds() -> float:
    """CPU time so far of every process in this process group."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(fields[2]) == os.getpgrp():
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def game(config: str, arguments: str = "") -> Any:
    """An engine without a window that draws 160x120 RGB."""
    doom = vizdoom.DoomGame()
    doom.load_config(str(Path(vizdoom.scenarios_path) / config))
    doom.set_window_visible(False)
    doom.set_screen_resolution(vizdoom.ScreenResolution.RES_160X120)
    doom.set_screen_format(vizdoom.ScreenFormat.RGB24)
    doom.set_mode(vizdoom.Mode.PLAYER)
    if arguments:
        doom.add_game_args(arguments)
    doom.init()
    return doom


def steps(doom: Any, seconds: float) -> float:
    """Steps per CPU-second of random play; every step's frame is read."""
    buttons = doom.get_available_buttons_size()
    actions = [[float(random.random() < 0.3) for _ in range(buttons)] for _ in range(64)]
    for action in actions:  # warm up
        _step(doom, action)
    done, start, cpu = 0, time.perf_counter(), group_cpu_seconds()
    while time.perf_counter() - start < seconds:
        for action in actions:
            _step(doom, action)
        done += len(actions)
    return done / (group_cpu_seconds() - cpu)


def _step(doom: Any, action: list[float]) -> None:
    if doom.is_episode_finished():
        doom.new_episode()
    doom.make_action(action)
    state = doom.get_state()
    if state is not None:
        assert state.screen_buffer.shape == (120, 160, 3)


def join(number: int) -> None:
    """Play along until the host leaves."""
    doom = game("cig.cfg", f"-join 127.0.0.1 +viz_connect_timeout 30 +name p{number}")
    try:
        steps(doom, 1e9)
    except vizdoom.ViZDoomErrorException:
        pass


def main(players: int, seconds: float) -> None:
    """Measure on one core, print one line of JSON, and leave."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if players == 1:
        value = steps(game("deathmatch.cfg"), seconds)
    else:
        for number in range(1, players):
            multiprocessing.Process(target=join, args=(number,), daemon=True).start()
        value = steps(game("cig.cfg", HOST.format(players=players)), seconds)
    print(json.dumps({"name": f"peer_vizdoom_{players}", "value": value}), flush=True)
    os._exit(0)  # an engine in a network game does not always end when asked


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
