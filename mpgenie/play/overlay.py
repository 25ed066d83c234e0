"""What is laid over a person's view in the window, and never recorded: text on panels."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .font import ADVANCE, HEIGHT, LINE, mask_of
from .game import Standing

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
WHITE, GREY, RED, YELLOW = (255, 255, 255), (190, 190, 196), (236, 68, 60), (250, 214, 80)
COLOURS: Mapping[str, Colour] = {
    "red": (236, 96, 88),
    "blue": (120, 164, 255),
    "yellow": (250, 226, 96),
    "green": (128, 220, 120),
}
"""Of team names."""
_PAD = 4
_SHARE = 0.35  # of a picture's brightness that a panel leaves


class Line(NamedTuple):
    """A line of text."""

    text: str
    colour: Colour = WHITE


def scale_for(height: int) -> int:
    """How many pixels a pixel of a letter takes in a picture of a height."""
    return max(1, height // 225)


def lay_panel(
    picture: Picture, lines: Sequence[Line], across: float, down: float, scale: int
) -> None:
    """Lay lines of text on a dark panel, as much of it as fits.

    Args:
        picture: (H, W, 3), changed in place.
        lines: From above.
        across: Where the panel lies: 0 at the left, 0.5 in the middle, 1 at the right.
        down: The same, from above.
        scale: Pixels for each pixel of a letter.
    """
    height, width = picture.shape[:2]
    pad, margin = _PAD * scale, 3 * scale
    tall = (LINE * len(lines) - (LINE - HEIGHT)) * scale + 2 * pad
    wide = (ADVANCE * max((len(line.text) for line in lines), default=0) - 1) * scale + 2 * pad
    top = margin + round(max(0, height - tall - 2 * margin) * down)
    left = margin + round(max(0, width - wide - 2 * margin) * across)
    panel = picture[top : top + tall, left : left + wide]
    panel[:] = (panel * _SHARE).astype(np.uint8)
    for number, line in enumerate(lines):
        write(picture, line, top + pad + number * LINE * scale, left + pad, scale)


def write(picture: Picture, line: Line, top: int, left: int, scale: int) -> None:
    """Write a line into a picture, from its upper left corner on; what lies outside is cut off."""
    mask = mask_of(line.text).repeat(scale, axis=0).repeat(scale, axis=1)
    place = picture[max(0, top) : top + mask.shape[0], left : left + mask.shape[1]]
    place[mask[: place.shape[0], : place.shape[1]]] = line.colour


def standing_lines(
    scenario: str, standing: Standing, score: float, parts: Mapping[str, float]
) -> list[Line]:
    """What a person is, and what it has earned."""
    title = scenario.replace("_", " ")
    lines = [Line(" - ".join(word for word in (title, standing.role) if word))]
    if standing.team:
        lines.append(Line(f"team {standing.team}", COLOURS.get(standing.team, WHITE)))
    if parts:
        lines.append(Line(f"score {score:.2f}", YELLOW))
        lines += [Line(f"  {name} {worth:+.2f}", GREY) for name, worth in parts.items() if worth]
    return lines


def clock(ticks: int) -> str:
    """Ticks as minutes and seconds."""
    seconds = max(0, ticks) // 20
    return f"{seconds // 60}:{seconds % 60:02d}"


HELP = """
F1  this help        F2  screenshot
{}  from behind      F11 full screen
P   pause            R   new episode
Q   quit
""".strip()
HELP_MOUSE = """
W A S D  walk         mouse   look
Space    jump         Shift   sneak
Ctrl     sprint       G       drop
left     attack, dig  right   use, place
1-9, wheel            hotbar
click    take the mouse
Esc      let it go
""".strip().splitlines()
HELP_KEYS = """
arrows   walk         I J K L look
R-Shift  jump         R-Ctrl  sneak
/        sprint       .       drop
U        attack, dig  O       use, place
[ ]      hotbar       or the number pad:
8 4 5 6  look    7 attack   9 use
0 jump   1 sneak 3 sprint   + - hotbar
""".strip().splitlines()


def help_lines(mouse: bool) -> list[Line]:
    """The keys of a person, and those for everybody."""
    own = HELP_MOUSE if mouse else HELP_KEYS
    everybodys = HELP.format("F5" if mouse else "F6").splitlines()
    return [*map(Line, own), Line(""), *(Line(text, GREY) for text in everybodys)]
