"""Other packages in the same run: VizDoom, Miniworld, Procgen and PettingZoo's Knights Archers
Zombies, each in processes of its own.

They may live in another virtual environment (`--peers-python`), since Miniworld wants an older
pyglet than our window does.  A peer that is not installed, or hangs, is said in one line.
"""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .measure import Figure, Setting

SCRIPTS = (
    ("vizdoom", "peer_vizdoom.py", "1"),
    ("vizdoom", "peer_vizdoom.py", "2"),
    ("vizdoom", "peer_vizdoom.py", "8"),
    ("miniworld", "peer_miniworld.py", "Maze"),
    ("procgen", "peer_procgen.py", "coinrun"),
    ("pygame", "peer_kaz.py", "image"),
    ("pygame", "peer_kaz.py", "vector"),
)
INSTALLS = {"procgen": "procgen-mirror", "pygame": "'pettingzoo[butterfly]'"}
"""What to install where a package is not called as what is imported."""
PATIENCE = 60
"""Seconds until a script counts as hung."""


def figures(setting: Setting) -> Iterator[Figure]:
    """Run each peer's script, and read the figure it prints."""
    missing: set[str] = set()
    for package, script, argument in SCRIPTS:
        if package in missing:
            continue
        answer = ask(setting.peers_python, Path(__file__).with_name(script), argument, setting)
        if answer.startswith("{"):
            yield Figure(**json.loads(answer))
        elif f"No module named '{package}'" in answer:
            missing.add(package)
            install = INSTALLS.get(package, package)
            print(f"{package} is not installed beside us: pip install {install}")
        else:
            print(f"{package} {argument}: {answer}")


def ask(python: str, script: Path, argument: str, setting: Setting) -> str:
    """The last line a script says, in a folder of its own, since VizDoom litters.

    A session of its own, because a hung engine outlives its Python process.
    """
    command = [python, str(script), argument, str(setting.window * setting.windows)]
    # Into a file, because engines that outlive the script would keep a pipe open.
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return f"no answer in {PATIENCE} s"
        finally:
            _end_session(process)
        output.seek(0)
        said = output.read()
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else f"ended with status {process.returncode}"


def _end_session(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
