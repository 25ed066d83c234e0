"""What this machine can draw with, and how to mend what it cannot.

Prints versions, each OpenGL back end with the reason why it failed, the software renderer's hash
of one frame (equal on every machine), and what to install.  Exit status 0 if the game can be
drawn at all.
"""

import argparse
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from mpgenie import __version__
from mpgenie.errors import MpgenieError

EXAMPLES = """\
examples:
  mpgenie doctor
  mpgenie doctor > report.txt       to be sent along with a question
"""

CORE = ("numpy", "numba", "gymnasium", "pettingzoo", "moderngl", "av", "tqdm")
EXTRAS = {
    "torch": "agents",
    "stable-baselines3": "agents",
    "safetensors": "dreams",
    "h5py": "data",
    "pyglet": "play",
    "ray": "scale",
}
FIXES = {
    "egl": "apt-get install libegl1 libgl1-mesa-dri (or the driver of the GPU)",
    "x11": "only for a window without EGL: apt-get install libgl1 xvfb, then run under xvfb-run",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """`mpgenie doctor` has no options."""


def run(options: argparse.Namespace) -> int:
    """Print the report."""
    print(f"mpgenie {__version__}, Python {platform.python_version()}, {platform.platform()}")
    print(f"processor   {os.cpu_count()} cores\n")
    for line in versions():
        print(line)
    print()
    for back_end in FIXES:
        works, answer = ask_back_end(back_end)
        print(f"OpenGL {back_end:<4} {'works: ' if works else 'fails: '}{answer}")
        if not works:
            print(f"            fix: {FIXES[back_end]}")
    print(f"display     {os.environ.get('DISPLAY') or 'none, so no window can be opened'}")
    print(f"video       {video_encoder()}")
    try:
        print(f"software    works: frame hash {frame_hash('software')}")
        print(f"auto        takes {renderer_of_auto()}")
    except MpgenieError as error:
        print(f"software    fails: {error}")
        return 1
    return 0


def versions() -> Iterator[str]:
    """One line for each package of the core and of the extras."""
    for package in CORE:
        yield f"{package:<18}{version(package)}"
    for package, extra in EXTRAS.items():
        try:
            yield f"{package:<18}{version(package)}"
        except PackageNotFoundError:
            yield f"{package:<18}not installed (pip install 'mpgenie[{extra}]')"


ATTEMPT = """
import sys
from mpgenie.envs.rendering.gl_context import try_back_end
context, attempt = try_back_end(sys.argv[1])
print(attempt.answer, *(["| OpenGL", context.version_code] if attempt.works else []))
sys.exit(not attempt.works)
"""


def ask_back_end(back_end: str) -> tuple[bool, str]:
    """Make a context in a process of its own, which a broken driver may take down.

    Args:
        back_end: A key of `gl_context.BACK_ENDS`.

    Returns:
        Whether it worked, and the name of the device or the reason.
    """
    try:
        asked = subprocess.run(
            [sys.executable, "-c", ATTEMPT, back_end], capture_output=True, text=True, timeout=60
        )
    except subprocess.TimeoutExpired:
        return False, "no answer within a minute"
    said = asked.stdout.strip() or asked.stderr.strip() or f"died with status {asked.returncode}"
    return asked.returncode == 0, said.splitlines()[-1]


def video_encoder() -> str:
    """Whether PyAV can write H.264."""
    import av

    try:
        av.Codec("libx264", "w")
    except ValueError as error:
        return f"fails: no libx264 in this PyAV ({error}); pip install --force-reinstall av"
    return f"works: libx264 through PyAV {av.__version__}"


def frame_hash(renderer: str) -> str:
    """Sixteen hex digits of the first frame of a small flat planet."""
    import mpgenie

    env = mpgenie.parallel_env(players=1, planet="flat", size=48, renderer=renderer)
    frames, _ = env.reset(seed=0)
    env.close()
    (frame,) = frames.values()
    return hashlib.sha256(frame.tobytes()).hexdigest()[:16]


def renderer_of_auto() -> str:
    """What `renderer="auto"` means on this machine."""
    import mpgenie

    env = mpgenie.parallel_env(players=1, planet="flat", size=48, renderer="auto")
    env.reset(seed=0)
    chosen = str(env.metadata["renderer"])
    env.close()
    return chosen
