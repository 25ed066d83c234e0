"""The page: sections of HTML, each from one part of the results, in one file without links.

Every part may be missing: a section stands where there is something to tell.
"""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from mpgenie.datasets.report.charts import number, table
from mpgenie.datasets.report.style import STYLE
from mpgenie.errors import ConfigError, StorageError
from mpgenie.pictures import Picture, save_png

from . import sections
from .pieces import figure, file, note
from .plots import plots

PAGE, DATA = "report.html", "report.json"
Results = Mapping[str, Any]


def write_report(results: Results, out: Path) -> Path:
    """Write the page, its pictures, and the results as JSON.

    Args:
        results: As from `report_idm`, whose parts may be missing; and, if there are,
            `arms`: rows of `arms.arm`, how well players play who learnt in different ways;
            `videos`: dicts with a `file` inside `out`, an MP4 or PNG, and a `title`;
            `curve`: as from `curve.labels_needed`; `title`; `notes`: sentences for the top;
            `tables`: dicts with a `title`, a `head`, `rows` of text and numbers, and a `note`.
        out: The folder.

    Returns:
        The page.

    Raises:
        StorageError: If it cannot be written.
    """
    page = out / PAGE
    try:
        out.mkdir(parents=True, exist_ok=True)
        drawn = plots(results)
        for name, picture in drawn.items():
            save_png(out / name, picture)
        (out / DATA).write_text(json.dumps(results, indent=1, allow_nan=False), encoding="utf-8")
        page.write_text(html(results, drawn, out), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {page}: {error.strerror}; name another folder") from error
    return page


def read_report(out: Path) -> dict[str, Any]:
    """The results of a report that was written.

    Raises:
        ConfigError: If the folder holds none.
    """
    try:
        results = json.loads((out / DATA).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{out} holds no report that can be read: {error}") from error
    if not isinstance(results, dict):
        raise ConfigError(f"{out / DATA} is no report")
    return results


def html(results: Results, drawn: Mapping[str, Picture], out: Path) -> str:
    """The page as HTML, with pictures and videos inside."""
    body = [
        sections.summary(results),
        _section("Players who learnt in different ways", sections.arms(results, drawn)),
        _section("Beside rules that look at no picture", sections.rules(results)),
        _section("Buttons", sections.buttons(results, drawn)),
        _section("Presses that can be told at all", sections.identifiable(results)),
        _section("The camera", figure(drawn, "turns.png", "How often what was said (upwards) "
                 "when what was true; darker is more, by its logarithm.")),
        _section("Planets, players and kinds of play", sections.parts(results, drawn)),
        _section("What is said, below what was seen", sections.strips(results, out)),
        _section("Labels needed", sections.curve(results, drawn)),
        _section("Do pictures give buttons away?", sections.leaks(results, drawn)),
        *[_section(each["title"], _table(each)) for each in results.get("tables", ())],
        _section("Videos", _videos(results, out)),
        _section("Models", sections.models(results)),
    ]  # fmt: skip
    title = escape(str(results.get("title", "Video pre-training")))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}{_MORE}</style></head>'
        f"<body><main><h1>{title}</h1>{''.join(body)}</main></body></html>\n"
    )


_MORE = """
video { display: block; max-width: 100%; border-radius: 6px; }
figure { margin-bottom: 18px; }
.wide img { width: 100%; }
.met { color: #2f6f62; font-weight: 650; }
"""


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _table(each: Mapping[str, Any]) -> str:
    rows = [
        [number(cell) if isinstance(cell, int | float) else escape(str(cell)) for cell in row]
        for row in each["rows"]
    ]
    return table(each["head"], rows) + (note(each["note"]) if each.get("note") else "")


def _videos(results: Results, out: Path) -> str:
    files = "".join(file(out / each["file"], each["title"]) for each in results.get("videos", ()))
    return f'<div class="pair">{files}</div>' if files else ""
