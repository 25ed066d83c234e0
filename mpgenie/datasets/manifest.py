"""JSON files that say when they are damaged: each carries the SHA-256 of the rest of itself."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpgenie.errors import DatasetError

MANIFEST = "MANIFEST.json"
_MOST_BYTES = 16 * 2**20


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def sealed_json(content: Mapping[str, Any]) -> bytes:
    """The content as JSON for people to read, with its hash."""
    sealed = {**content, "sha256": _hash(content)}
    return json.dumps(sealed, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def read_sealed_json(path: Path) -> dict[str, Any]:
    """Read what `sealed_json` made.

    Raises:
        DatasetError: If the file is missing, no such JSON, or not as it was written.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DatasetError(f"{path} is larger than {_MOST_BYTES} bytes: not one of ours")
        content = json.loads(path.read_bytes())
        claimed = content.pop("sha256")
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise DatasetError(f"{path} is damaged: {error}") from error
    if claimed != _hash(content):
        raise DatasetError(f"{path} is damaged: its checksum does not match")
    return dict(content)


def _hash(content: Mapping[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())
