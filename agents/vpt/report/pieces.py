"""Pieces of the page: numbers with their spread, pictures, videos."""

import base64
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from mpgenie.datasets.report.charts import image
from mpgenie.pictures import Picture


def note(text: str) -> str:
    """A sentence in small letters."""
    return f'<p class="note">{escape(text)}</p>'


def value(figure: Mapping[str, Any] | None) -> str:
    """A mean, and the spread where there are several seeds."""
    if figure is None:
        return ""
    text = f"{figure['mean']:.3f}"
    return f"{text} ± {figure['spread']:.3f}" if len(figure["each"]) > 1 else text


def figure(drawn: Mapping[str, Picture], name: str, caption: str = "") -> str:
    """A plot, if it was drawn."""
    if name not in drawn:
        return ""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{image(drawn[name], name)}{below}</figure>"


def file(path: Path, title: str) -> str:
    """A picture or a video, inside the page; nothing if the file is gone."""
    if not path.is_file():
        return ""
    data = base64.b64encode(path.read_bytes()).decode()
    caption = f"<figcaption>{escape(title)}</figcaption>"
    if path.suffix == ".mp4":
        source = f"data:video/mp4;base64,{data}"
        return f'<figure><video controls loop muted src="{source}"></video>{caption}</figure>'
    return (
        f'<figure><img alt="{escape(title)}" src="data:image/png;base64,{data}">{caption}</figure>'
    )
