"""How numba is loaded here: one decorator for every kernel, and a cache that is never stale.

Numba's own on-disk cache watches only the file of the function it compiled, so after an edit to
a callee in another file it would go on running the old code.  Each source therefore gets a cache
folder of its own, named by a hash of that source, of everything under `envs/` that it imports, and
of the numba version: an edit compiles anew what depends on it and nothing else.
"""

import gc
import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Callable
from functools import cache, update_wrapper
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
_ENVS = Path(__file__).resolve().parent
_CALM = 100_000
"""New objects between two searches for garbage during compilation."""
_IMPORT = re.compile(r"^ *from (mpgenie\.envs[.\w]*|\.[.\w]*) import", re.MULTILINE)


def imported_sources(path: Path) -> set[Path]:
    """The files under `envs/` that a source names in its `from ... import` lines."""
    found: set[Path] = set()
    for name in _IMPORT.findall(path.read_text(encoding="utf-8")):
        if name.startswith("mpgenie.envs"):
            base, rest = _ENVS, name.removeprefix("mpgenie.envs").lstrip(".")
        else:
            rest = name.lstrip(".")
            base = path.parents[len(name) - len(rest) - 1]
        target = base.joinpath(*rest.split(".")) if rest else base
        if target.is_dir():
            found.update(target.glob("*.py"))
        elif target.with_suffix(".py").is_file():
            found.add(target.with_suffix(".py"))
    return found


@cache
def _imported(path: Path) -> frozenset[Path]:
    return frozenset(imported_sources(path))


def source_hash(path: Path) -> str:
    """Sixteen hex digits that change with a source, with any it imports, or with numba."""
    todo, sources = [path], {path}
    while todo:
        new = _imported(todo.pop()) - sources
        sources |= new
        todo += new
    digest = hashlib.sha256(version("numba").encode())
    for source in sorted(sources):
        digest.update(Path(os.path.relpath(source, _ENVS)).as_posix().encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_root() -> Path:
    """Where compiled kernels go: `MPGENIE_CACHE` or the user's cache, else a temporary folder."""
    home = os.environ.get("MPGENIE_CACHE") or os.environ.get("XDG_CACHE_HOME")
    folder = (Path(home) if home else Path.home() / ".cache") / "mpgenie"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        folder = Path(tempfile.mkdtemp(prefix="mpgenie-kernels-")) / "mpgenie"
        folder.mkdir()
        print(f"mpgenie: cannot keep compiled kernels ({error}); using {folder}", file=sys.stderr)
        return folder


@cache
def cache_folder(path: Path) -> Path:
    """The folder for the compiled kernels of one source."""
    folder = cache_root() / f"{path.stem}-{source_hash(path)}"
    if not folder.exists():
        _say_once()
        folder.mkdir(exist_ok=True)
    return folder


@cache
def _say_once() -> None:
    print(
        "mpgenie: compiling the planet for this machine, once (about a minute) ...",
        file=sys.stderr,
    )


class Kernel:
    """A function compiled twice at most: for other kernels, and, once it is called, for Python.

    What Python calls needs code that unpacks its arguments, which for a world of arrays takes
    numba longer than the function itself; most kernels are only ever called by kernels.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        import numba
        from numba.core import types

        from .kernel_parts import part_compiler

        options |= {"nogil": True, "cache": True, "error_model": "numpy", "no_cfunc_wrapper": True}
        # Numba asks for the folder while it decorates; every kernel's source has its own.
        self._source = Path(function.__code__.co_filename).resolve()
        folder = cache_folder(self._source)
        numba.config.CACHE_DIR = str(folder / "inner")
        parts = {"no_cpython_wrapper": True, "pipeline_class": part_compiler()}
        self._inner = numba.njit(**parts, **options)(function)
        numba.config.CACHE_DIR = str(folder)
        self._outer = numba.njit(**options)(function)
        _take_plain_numbers(self._inner)
        _compile_with_less_collecting(self._outer)
        for compiled in (self._inner, self._outer):
            _forget_a_cache_that_cannot_be_read(compiled._cache)
        self._numba_type_ = types.Dispatcher(self._inner)
        self.py_func = function
        update_wrapper(self, function)

    def __call__(self, *args: Any) -> Any:
        return self._outer(*args)

    @property
    def kept(self) -> bool:
        """Whether the cache holds it compiled for Python, for some kind of arguments."""
        index = f"*/{self._source.stem}.{self.py_func.__qualname__}-*.nbi"
        return any(cache_folder(self._source).glob(index))


def _compile(function: Function, **options: Any) -> Function:
    import numba

    if numba.config.DISABLE_JIT:
        return function
    return Kernel(function, **options)  # type: ignore[return-value]


def _take_plain_numbers(compiled: Any) -> None:
    """Keep numba from compiling a kernel anew for each constant and width of integer.

    Whatever integer another kernel passes, read from an array of bytes or written down, arrives as
    an int64.  Only unsigned ones of 32 and 64 bits stay what they are, for hashes and bit fields.
    """
    template = compiled.get_call_template

    def get_call_template(args: Any, kws: Any) -> Any:
        plain = tuple(_plain(arg) for arg in args)
        return template(plain, {name: _plain(kind) for name, kind in kws.items()})

    compiled.get_call_template = get_call_template


def _compile_with_less_collecting(compiled: Any) -> None:
    """Search for garbage rarely while numba compiles; it would spend a tenth of its time on it."""
    compile_ = compiled.compile

    def compile_calmly(signature: Any) -> Any:
        usual = gc.get_threshold()
        if usual[0] not in range(1, _CALM):  # switched off, or calm already
            return compile_(signature)
        gc.set_threshold(_CALM, *usual[1:])
        try:
            return compile_(signature)
        finally:
            gc.set_threshold(*usual)

    compiled.compile = compile_calmly


def _forget_a_cache_that_cannot_be_read(cached: Any) -> None:
    """Compile anew what a crash cut short, or what names a type that has since moved elsewhere.

    Numba pickles the types of a kernel's arguments by the module that they live in, which need not
    be among those that the kernel imports.
    """
    load = cached.load_overload

    def load_overload(signature: Any, context: Any) -> Any:
        try:
            return load(signature, context)
        except Exception:  # unpickling may raise anything
            cached.flush()
            return None

    cached.load_overload = load_overload


def _plain(kind: Any) -> Any:
    """The type as which a kernel takes an argument of some type."""
    from numba.core import types

    kind = types.unliteral(kind)
    if isinstance(kind, types.Integer) and kind.bitwidth < 32 + kind.signed:
        return types.int64
    if isinstance(kind, types.UniTuple):
        return types.UniTuple(_plain(kind.dtype), kind.count)
    if isinstance(kind, types.Tuple):
        return types.Tuple([_plain(part) for part in kind.types])
    return kind


def kernel(function: Function) -> Function:
    """Compile for the processor: no GIL, no fastmath, division by zero gives inf, cached on disk.

    A kernel makes no arrays of its own, so numba need not count references to those it is given
    (counting took most of the time of the renderer's inner loop); see `allocating_kernel`.
    """
    return _compile(function, _nrt=False)


def allocating_kernel(function: Function) -> Function:
    """Like `kernel`, for one that makes arrays: not for what runs every tick."""
    return _compile(function, _nrt=True)


def inlined(function: Function) -> Function:
    """Like `kernel`, for hot code whose call would cost more than it does."""
    return _compile(function, forceinline=True, _nrt=False)
