"""How numba is loaded here: one decorator for every kernel, and a cache that is never stale.

Numba's own on-disk cache watches only the file of the function it compiled, so after an edit to
a callee in another file it would go on running the old code.  We therefore name the cache folder
by a hash of every source under `envs/` and of the numba version, before numba is imported.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def source_hash(folder: Path) -> str:
    """Sixteen hex digits that change with any source below a folder or with numba."""
    digest = hashlib.sha256(version("numba").encode())
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """The folder for compiled kernels: `MPGENIE_CACHE` or the user's cache, else a temporary one."""
    home = os.environ.get("MPGENIE_CACHE") or os.environ.get("XDG_CACHE_HOME")
    root = Path(home) if home else Path.home() / ".cache"
    folder = root / "mpgenie" / source_hash(Path(__file__).parent)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        folder = Path(tempfile.mkdtemp(prefix="mpgenie-kernels-"))
        print(f"mpgenie: cannot keep compiled kernels ({error}); using {folder}", file=sys.stderr)
        return folder


def _load_numba() -> Any:
    folder = cache_folder()
    if not any(folder.iterdir()):
        print(
            "mpgenie: compiling the planet for this machine, once (about half a minute) ...",
            file=sys.stderr,
        )
    if "numba" not in sys.modules:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(folder))
    import numba

    if not os.environ.get("NUMBA_CACHE_DIR", "").startswith(str(folder)):
        numba.config.CACHE_DIR = str(folder)
    return numba


_numba = _load_numba()
prange = _numba.prange


def kernel(function: Function) -> Function:
    """Compile for the processor: no GIL, no fastmath, division by zero gives inf, cached on disk."""
    compiled = _numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    return compiled  # type: ignore[no-any-return]


def inlined(function: Function) -> Function:
    """Like `kernel`, for a few lines that are to be part of their caller."""
    compiled = _numba.njit(nogil=True, cache=True, error_model="numpy", inline="always")(function)
    return compiled  # type: ignore[no-any-return]
