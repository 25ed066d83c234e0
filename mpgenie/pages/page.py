"""A page of sections, written beside the results and pictures that it shows."""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from mpgenie.errors import StorageError
from mpgenie.pictures import Picture, save_png

from .style import STYLE

PAGE = "report.html"
"""What a page is called where only its folder is named."""


def section(title: str, body: str) -> str:
    """A part of a page, below its title; nothing if there is nothing to tell."""
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def page(title: str, *parts: str) -> str:
    """A whole page, of a title and of parts that are HTML already."""
    name = escape(title)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main><h1>{name}</h1>{''.join(parts)}</main></body></html>\n"
    )


def write(
    path: Path,
    text: str,
    results: Mapping[str, Any] | None = None,
    pictures: Mapping[str, Picture] | None = None,
) -> Path:
    """Write a page and what belongs beside it.

    Args:
        path: The file of the page; its folder is made if there is none.
        text: What `page` gave.
        results: Plain data that it tells of, for a file of the same name that ends in .json.
        pictures: PNG files of the same folder, by their names.

    Returns:
        The file of the page.

    Raises:
        StorageError: If something cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for name, picture in (pictures or {}).items():
            save_png(path.with_name(name), picture)
        if results is not None:
            data = json.dumps(results, indent=1, allow_nan=False)
            path.with_suffix(".json").write_text(data, encoding="utf-8")
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}; name another place") from error
    return path
