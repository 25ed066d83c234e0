"""Packages that only some uses need, imported when they are first used."""

from importlib import import_module
from types import ModuleType

from .errors import MissingExtraError


def require(module: str, *, extra: str) -> ModuleType:
    """Import a module of an optional extra.

    Args:
        module: The module to import, such as "pyglet".
        extra: The extra of mpgenie that installs it, such as "play".

    Returns:
        The module.

    Raises:
        MissingExtraError: If the package is not installed; the message has the pip line.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise  # the package is there, but something it needs is not
        raise MissingExtraError(
            f"{module!r} is not installed; it comes with the extra {extra!r}: "
            f"pip install 'mpgenie[{extra}]'"
        ) from error
