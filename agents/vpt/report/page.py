"""The page: sections of HTML, each from one part of the results.

Every part may be missing: a section stands where there is something to tell.
"""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from mpgenie.errors import ConfigError
from mpgenie.pages.charts import number, table
from mpgenie.pages.page import PAGE, page, section, write
from mpgenie.pages.pieces import file, group, note, plot
from mpgenie.pictures import Picture

from . import sections
from .plots import plots

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
    drawn = plots(results)
    return write(out / PAGE, html(results, drawn, out), results, drawn)


def read_report(out: Path) -> dict[str, Any]:
    """The results of a report that was written.

    Raises:
        ConfigError: If the folder holds none.
    """
    path = (out / PAGE).with_suffix(".json")
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{out} holds no report that can be read: {error}") from error
    if not isinstance(results, dict):
        raise ConfigError(f"{path} is no report")
    return results


def html(results: Results, drawn: Mapping[str, Picture], out: Path) -> str:
    """The page as HTML, with pictures and videos inside."""
    return page(
        str(results.get("title", "Video pre-training")),
        sections.summary(results),
        section("Players who learnt in different ways", sections.arms(results, drawn)),
        section("Beside rules that look at no picture", sections.rules(results)),
        section("Buttons", sections.buttons(results, drawn)),
        section("Presses that can be told at all", sections.identifiable(results)),
        section("The camera", plot(drawn, "turns.png", "How often what was said (upwards) "
                 "when what was true; darker is more, by its logarithm.")),
        section("Planets, players and kinds of play", sections.parts(results, drawn)),
        section("What is said, below what was seen", sections.strips(results, out)),
        section("Labels needed", sections.curve(results, drawn)),
        section("Do pictures give buttons away?", sections.leaks(results, drawn)),
        *[section(each["title"], _table(each)) for each in results.get("tables", ())],
        section("Videos", _videos(results, out)),
        section("Models", sections.models(results)),
    )  # fmt: skip


def _table(each: Mapping[str, Any]) -> str:
    rows = [
        [number(cell) if isinstance(cell, int | float) else escape(str(cell)) for cell in row]
        for row in each["rows"]
    ]
    return table(each["head"], rows) + (note(each["note"]) if each.get("note") else "")


def _videos(results: Results, out: Path) -> str:
    files = (file(out / each["file"], each["title"]) for each in results.get("videos", ()))
    return group("pair", files)
