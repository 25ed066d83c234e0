"""Checks of what a caller chose; each refusal says what would have been right.

A leaf like `errors`: every folder may use these.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

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


def check_same(
    folder: Path, what: str, theirs: Mapping[str, Any], ours: Mapping[str, Any], but: str = ""
) -> None:
    """Refuse to go on in a folder with what was begun with other settings.

    Args:
        folder: Where.
        what: What it holds, such as "run".
        theirs: The settings that it was begun with.
        ours: Those to go on with.
        but: The name of one that may differ.

    Raises:
        ConfigError: If another does.
    """
    for name, value in ours.items():
        for part, had, has in _apart(name, theirs.get(name), value) if name != but else ():
            raise ConfigError(
                f"{folder} holds a {what} with {part} = {had!r}, not {has!r}: name another folder "
                "with --out, or the same settings"
            )


def _apart(name: str, theirs: Any, ours: Any) -> Iterator[tuple[str, Any, Any]]:
    """Where settings differ: the name of each part, as "learner.rate", and both values."""
    if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
        for part in {**ours, **theirs}:
            yield from _apart(f"{name}.{part}", theirs.get(part), ours.get(part))
    elif theirs != ours:
        yield name, theirs, ours
