"""Weights of networks that other packages bring, as pickled numpy arrays.

Nothing of such a package is imported.  A file is read only if it has the hash that we know, and by
a reader that can make arrays and nothing else.
"""

import hashlib
import io
import pickle  # nosec B403
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from mpgenie.errors import CheckpointError
from mpgenie.extras import require

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

Made = TypeVar("Made")


def file_of(package: str, name: str) -> Path | None:
    """Where a file `weights/NAME` of a package is, if the package is installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "weights" / name
    return path if path.is_file() else None


def made_of(path: Path, wanted_hash: str, network: str, make: Callable[[Any], Made]) -> Made:
    """What can be made of the arrays in a file.

    Args:
        path: Of the file.
        wanted_hash: SHA-256 of it.
        network: What to call it in errors.
        make: From dictionaries of arrays; it may raise KeyError, TypeError and ValueError.

    Raises:
        CheckpointError: If it is another file, or holds anything but the arrays of the network.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != wanted_hash:
        raise CheckpointError(f"{path} is not the file of weights that is known")
    try:
        return make(_Arrays(io.BytesIO(content)).load())
    except (pickle.UnpicklingError, KeyError, TypeError, ValueError, EOFError) as error:
        raise CheckpointError(f"{path} holds no weights of {network}: {error}") from error


def tensor(array: Any, shape: tuple[int, ...]) -> Tensor:
    """A copy of an array, if it is one of float32 and of this shape; else a ValueError."""
    if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype != np.float32:
        raise ValueError(f"an array float32 {shape} is missing")
    return torch.from_numpy(array.copy())


class _Arrays(pickle.Unpickler):
    """Makes dictionaries of numpy arrays, and refuses to make anything else."""

    def find_class(self, module: str, name: str) -> Any:
        """One of the three things that arrays are pickled by."""
        if (module, name) in _MADE_BY:
            return _MADE_BY[module, name]
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an array")


_RECONSTRUCT = np.zeros(0).__reduce__()[0]
_MADE_BY = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
