"""What can go wrong, sorted by what the caller should do about it.

    MpgenieError                    catch this to catch everything below
    ├── ActionError   (ValueError)    fix the action; nothing has changed, so step again
    ├── ConfigError   (ValueError)    fix an argument, a name or a size
    ├── SnapshotError (ValueError)    these bytes are not a snapshot of this planet
    ├── StateError    (RuntimeError)  call `reset` first, or make a new environment after `close`
    ├── RendererError (RuntimeError)  no such renderer here: name another, or run `mpgenie doctor`
    ├── DatasetError  (ValueError)    a file of a dataset is damaged, missing or hostile: verify it
    ├── CheckpointError (ValueError)  a trained player's file is damaged, hostile or too old
    ├── DivergedError (RuntimeError)  learning went astray: learn anew with a lower rate
    ├── StorageError  (OSError)       the disk refused: make room or allow writing, then run again
    └── MissingExtraError (ImportError)  install the extra that the message names

A leaf: it imports nothing of mpgenie, so every folder may raise these.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class MpgenieError(Exception):
    """Everything that mpgenie raises on purpose."""


class ActionError(MpgenieError, ValueError):
    """An action was refused before anything changed."""


class ConfigError(MpgenieError, ValueError):
    """An argument cannot be met: unknown name, absurd size, contradicting options."""


class SnapshotError(MpgenieError, ValueError):
    """Bytes that are no snapshot, or one of another planet or version."""


class StateError(MpgenieError, RuntimeError):
    """A call out of order: a step before `reset`, or anything after `close`."""


class RendererError(MpgenieError, RuntimeError):
    """The renderer asked for cannot be made on this machine."""


class DatasetError(MpgenieError, ValueError):
    """Files that are no dataset, or of one that is damaged; nothing of them was used."""


class CheckpointError(MpgenieError, ValueError):
    """A file that is no checkpoint, or one that is damaged; nothing of it was used."""


class DivergedError(MpgenieError, RuntimeError):
    """What a model learns gave no numbers any more, step after step; what was saved is whole."""


class StorageError(MpgenieError, OSError):
    """The disk refused a write; episodes that were finished before are safe."""


class MissingExtraError(MpgenieError, ImportError):
    """A package of an optional extra is not installed."""


def suggest(name: object, choices: Iterable[str]) -> str:
    """Say which names exist, the nearest first, as the end of an error message.

    Args:
        name: What the caller wrote.
        choices: The names that would have worked.

    Returns:
        A sentence such as "Did you mean 'gather'? There are: 'gather', 'tag'."
    """
    known = list(choices)
    listed = ", ".join(repr(choice) for choice in known) or "none"
    nearest = get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
    question = f"Did you mean {nearest[0]!r}? " if nearest else ""
    return f"{question}There are: {listed}."
