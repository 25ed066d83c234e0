"""Numbers as people read them; tables and charts as HTML and SVG."""

from collections.abc import Sequence
from html import escape

import numpy as np


def number(value: float) -> str:
    """A number as people read it."""
    if value == int(value) and abs(value) >= 1000:
        return f"{int(value):,}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def percent(share: float) -> str:
    """A share in percent."""
    return f"{100.0 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100.0 * share:.2g} %"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """A table of cells that are HTML already; the first `words` columns are words, not numbers."""
    classes = ["word" if k < words else "number" for k in range(len(head))]
    cells = "".join(f'<th class="{c}">{escape(h)}</th>' for c, h in zip(classes, head, strict=True))
    lines = [f"<tr>{cells}</tr>"]
    for row in rows:
        line = zip(classes, row, strict=True)
        lines.append("<tr>" + "".join(f'<td class="{c}">{cell}</td>' for c, cell in line) + "</tr>")
    return '<div class="scroll"><table>' + "".join(lines) + "</table></div>"


def bars(rows: Sequence[tuple[str, float, str]]) -> str:
    """Horizontal bars: (label, length, what stands behind it)."""
    longest = max((length for _, length, _ in rows), default=0.0) or 1.0
    lines = [
        f"<div>{escape(label)}</div>"
        f'<div class="track"><i style="width:{100.0 * length / longest:.1f}%"></i></div>'
        f'<div class="number">{escape(text)}</div>'
        for label, length, text in rows
    ]
    return '<div class="bars">' + "".join(lines) + "</div>"


def columns(heights: Sequence[float], labels: Sequence[str], title: str, most: str = "") -> str:
    """Upright columns side by side, as an SVG.

    Args:
        heights: Of the columns.
        labels: Below them, evenly spread from the first to the last.
        title: Above them.
        most: What the highest stands for.
    """
    width, height, foot, top = 420, 150, 18, 22
    highest = max([*heights, 1e-12])
    step = width / max(1, len(heights))
    parts = [
        f'<text x="0" y="12" class="title">{escape(title)}</text>',
        f'<line x1="0" x2="{width}" y1="{height + top}" y2="{height + top}"/>',
    ]
    if most:
        parts.append(f'<text x="{width}" y="12" text-anchor="end">highest {escape(most)}</text>')
    for k, value in enumerate(heights):
        high = height * value / highest
        parts.append(
            f'<rect x="{k * step + 0.5:.1f}" y="{height + top - high:.1f}" '
            f'width="{max(0.5, step - 1.0):.1f}" height="{high:.1f}"/>'
        )
    ends = len(labels) != len(heights)
    spots = np.linspace(0.0, width, len(labels)) if ends else (np.arange(len(labels)) + 0.5) * step
    for k, (x, label) in enumerate(zip(spots.tolist(), labels, strict=True)):
        anchor = (
            "start" if ends and k == 0 else "end" if ends and k == len(labels) - 1 else "middle"
        )
        parts.append(
            f'<text x="{x:.1f}" y="{height + top + 14}" text-anchor="{anchor}">'
            f"{escape(label)}</text>"
        )
    whole = height + top + foot
    return f'<svg viewBox="0 0 {width} {whole}" role="img">' + "".join(parts) + "</svg>"
