"""Checks of what a caller chose; each refusal says what would have been right.

A leaf like `errors`: every folder may use these.
"""

from collections.abc import Iterable

from .errors import ConfigError, suggest


def check_known(what: str, name: object, known: Iterable[str]) -> None:
    """Refuse a name that nothing has.

    Args:
        what: What is called by it, such as "size".
        name: As the caller wrote it.
        known: The names that there are.

    Raises:
        ConfigError: If it is none of them; the message says which one is near.
    """
    choices = list(known)
    if name not in choices:
        raise ConfigError(f"unknown {what} {name!r}. {suggest(name, choices)}")


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Refuse what is no whole number, or out of bounds.

    Raises:
        ConfigError: If it is either.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ConfigError(
            f"{name} must be a whole number from {least:,} to {most:,}, got {value!r}"
        )
