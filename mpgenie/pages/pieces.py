"""Pieces of sections: sentences, tiles, pictures and videos, all inside the page."""

import base64
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from mpgenie.pictures import Picture, png


def note(text: str) -> str:
    """A sentence in small letters."""
    return f'<p class="note">{escape(text)}</p>'


def tile(large: str, small: str, kind: str = "") -> str:
    """A figure in large letters and what it is of; the kind is a class of `style`, as "flag"."""
    return f'<div><b class="{kind}">{escape(large)}</b><span>{escape(small)}</span></div>'


def group(kind: str, parts: Iterable[str]) -> str:
    """Parts laid out as `style` says of "tiles", "pair", "three" or "wide"; nothing without any."""
    body = "".join(parts)
    return f'<div class="{kind}">{body}</div>' if body else ""


def figure(inside: str, caption: str = "", title: str = "") -> str:
    """What is HTML already, above a title in bold and a caption."""
    text = (f"<b>{escape(title)}</b> " if title else "") + escape(caption)
    return f"<figure>{inside}{f'<figcaption>{text}</figcaption>' if text else ''}</figure>"


def plot(drawn: Mapping[str, Picture], name: str, caption: str = "") -> str:
    """The figure of one of several pictures, if it was drawn."""
    return figure(image(drawn[name], name), caption) if name in drawn else ""


def image(picture: Picture, alt: str, kind: str = "") -> str:
    """A picture; the kind is a class of `style`, as "sheet"."""
    return f'<img class="{kind}" alt="{escape(alt)}" src="{_data("image/png", png(picture))}">'


def file(path: Path, title: str) -> str:
    """The figure of a PNG or MP4 file; nothing if the file is gone."""
    if not path.is_file():
        return ""
    data = path.read_bytes()
    if path.suffix == ".mp4":
        shown = f'<video controls loop muted src="{_data("video/mp4", data)}"></video>'
    else:
        shown = f'<img alt="{escape(title)}" src="{_data("image/png", data)}">'
    return figure(shown, title)


def _data(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
