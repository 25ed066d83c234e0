"""Whether LeRobot reads our export: python -m mpgenie.benchmarks.lerobot_check EXPORT.

Makes a virtual environment of its own, since LeRobot's pins and ours exclude each other, installs
the newest LeRobot for this Python, and has it load every row.  About 1 GB and a few minutes the
first time; `--venv` keeps the environment for the next.

LeRobot is installed without its pins: 0.4.4, the newest for Python 3.11, asks for a torch below
2.11, whose builds for the CPU alone are not among the packages that pip finds by itself, and the
others bring gigabytes of CUDA.  What its datasets need besides is listed here.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

TORCH = ("torch==2.13.0",)
WITHOUT_THEIR_NEEDS = ("lerobot>=0.4,<0.5", "torchvision==0.28.0", "torchcodec==0.13.0")
NEEDED = (
    "accelerate>=1.10,<2",
    "av>=15,<16",
    "datasets>=4,<5",
    "deepdiff<9",
    "draccus==0.10.0",
    "einops",
    "gymnasium>=1.1.1,<2",
    "huggingface-hub>=0.34.2,<0.36",
    "imageio<3",
    "jsonlines>=4,<5",
    "packaging<26",
    "pillow",
    "termcolor<4",
)
READER = Path(__file__).with_name("peer_lerobot.py")


def main() -> int:
    """Make the environment unless it is there, and read the export in it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("export", type=Path, help="what `--format lerobot` made")
    parser.add_argument("--venv", type=Path, help="where the environment is or shall be")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.venv or Path(folder) / "venv"
        python = prepare(home)
        links = Path(folder) / "ffmpeg"
        environment = {
            **os.environ,
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(Path(folder) / "hub"),
            "LD_LIBRARY_PATH": str(link_ffmpeg(home, links)),
        }
        command = [str(python), str(READER), str(options.export)]
        return subprocess.run(command, env=environment).returncode


def prepare(home: Path) -> Path:
    """The Python of an environment with LeRobot."""
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        for arguments in (TORCH, NEEDED, ("--no-deps", *WITHOUT_THEIR_NEEDS)):
            print("installing", *arguments, flush=True)
            subprocess.run([*pip, *arguments], check=True)
        (home / "ready").touch()
    return python


def link_ffmpeg(home: Path, links: Path) -> Path:
    """A folder where torchcodec finds PyAV's FFmpeg under the names that it looks for."""
    links.mkdir()
    for library in home.glob("lib/python*/site-packages/av.libs/lib*-*.so.*"):
        name, _, version = library.name.partition(".so.")
        plain = f"{name.rpartition('-')[0]}.so.{version.partition('.')[0]}"
        (links / plain).symlink_to(library.absolute())
    return links


if __name__ == "__main__":
    sys.exit(main())
