"""Everything that a machine without network needs to train a world model, in one file.

wheels/     mpgenie and what it needs, but for torch, which GPU machines have for their driver
data/       the dataset that is watched, if one is named; else it is made where it is watched
run/        a run to go on with, if one is named
train.sh    installs, and trains: `bash train.sh`, again and again until all is done
"""

import configparser
import shlex
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mpgenie
from mpgenie.checks import check_known
from mpgenie.errors import ConfigError, StorageError

from .config import PRESETS

SCRIPT = """\
#!/bin/sh
# Trains a world model with what lies beside this file; stopped or not, run it again to go on.
set -e
cd "$(dirname "$0")"
if [ ! -e .installed ]; then
    python3 -m venv --system-site-packages venv  # torch is the machine's own
    venv/bin/python -m pip install --quiet --no-index --no-deps wheels/*.whl
    touch .installed
fi
exec venv/bin/python -m mpgenie train world-model --out run {options} "$@"
"""


@dataclass(frozen=True, kw_only=True)
class Pack:
    """What is packed."""

    preset: str = "small"
    data: Path | None = None
    """A dataset; None = it is made on the machine."""
    valid: Path | None = None
    run: Path | None = None
    """The folder of a run to go on with."""
    minutes: float | None = 8.0
    """After which `train.sh` stops, to be run again; None = when all is done."""
    torch: bool = False
    """Whether torch is packed, too: gigabytes."""
    python: str | None = None
    """The version of Python there, such as "3.12"; as here by default."""

    def __post_init__(self) -> None:
        check_known("preset", self.preset, PRESETS)
        for name, wanted in (("data", "dataset.json"), ("valid", "dataset.json"), ("run", "")):
            path = getattr(self, name)
            if path is not None and not (path / wanted).exists():
                raise ConfigError(f"{name}: there is no {wanted or 'folder'} in {path}")

    @property
    def script(self) -> str:
        """What `train.sh` says."""
        options = ["--preset", self.preset, "--data", "generate" if self.data is None else "data"]
        options += [] if self.valid is None else ["--valid", "valid"]
        options += [] if self.minutes is None else ["--minutes", f"{self.minutes:g}"]
        return SCRIPT.format(options=shlex.join(options))


def pack(out: Path, what: Pack) -> Path:
    """Write the file.

    Args:
        out: Such as "world.tar".
        what: What is packed.

    Returns:
        The file.

    Raises:
        ConfigError: If mpgenie runs from no checkout, or pip cannot get what it needs.
        StorageError: If the disk refuses.
    """
    root = Path(mpgenie.__file__).resolve().parents[1]
    if not (root / "setup.cfg").is_file():
        raise ConfigError(f"packing needs a checkout of mpgenie; {root} has no setup.cfg")
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=out.parent) as work,
            tarfile.open(unfinished, "w") as tar,
        ):
            wheels, script = Path(work) / "wheels", Path(work) / "train.sh"
            _pip(["wheel", "--no-deps", "--wheel-dir", str(wheels), str(root)])
            _pip(["download", "--dest", str(wheels), *_where(what), *needs(root, what.torch)])
            script.write_text(what.script)
            parts = {"wheels": wheels, "train.sh": script}
            parts |= {name: getattr(what, name) for name in ("data", "valid", "run")}
            for name, path in parts.items():
                if path is not None:
                    tar.add(path, f"world/{name}")
        unfinished.replace(out)
    except OSError as error:
        raise StorageError(f"cannot write {out}: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return out


def needs(root: Path, torch: bool) -> list[str]:
    """The packages that training needs, as pip takes them, and the versions that tests ran with."""
    setup = configparser.ConfigParser()
    setup.read(root / "setup.cfg")
    lines = setup["options"]["install_requires"] + setup["options.extras_require"]["dreams"]
    wanted = [line for line in lines.split("\n") if line and not line.startswith("torch")]
    wanted += ["torch"] if torch else []
    versions = root / "constraints.txt"
    return [*(["--constraint", str(versions)] if versions.is_file() else []), *wanted]


def _where(what: Pack) -> list[str]:
    """For which Python wheels are fetched."""
    if what.python is None:
        return []
    return ["--python-version", what.python, "--only-binary", ":all:"]


def _pip(arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigError(f"pip {arguments[0]} failed: {done.stderr.strip()[-400:]}")
