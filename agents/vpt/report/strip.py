"""What was done and what a model says was done, drawn below the frames it saw.

A strip is a stretch of one player's ticks from left to right: frames on top, then a lane for each
button that was pressed or is said to have been (what was done above, what is said below), then the
two turns of the camera.  The same as a video: the player's view, and a line that moves over lanes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.vpt.metrics import Told, Truth
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.extras import require
from mpgenie.pages.figures import pixels
from mpgenie.pictures import Picture, Video, save_png

require("matplotlib", extra="agents")
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mpgenie.datasets.reading import Dataset, Entry

TICKS = 120
"""Of a strip."""
STRIPS = 2
"""Drawn of a dataset, each of another episode."""
SHOWN = 12
"""Frames above it."""
OF_EACH = 6
"""Changes of one button that make a stretch worth showing; more of them do not."""
TRUE, RIGHT, WRONG = "#2b3a42", "#2f8f7a", "#d1495b"
WIDTH = 12.8
"""Inches, at 100 dots each."""
LANE, CAMERA = 0.34, 0.95
"""Inches that a button and a turn are high."""
VIEW = 384
"""Pixels that the view is high in a video."""


class Stretch(NamedTuple):
    """Some ticks of one player."""

    frames: NDArray[np.uint8]
    """(T + 1, H, W, 3)."""
    truth: Truth
    """Of T ticks and this player alone: (T, 1, ...)."""
    told: Told
    first: int
    """Which tick of the episode is the first."""


def stretch_of(
    frames: NDArray[np.uint8], truth: Truth, told: Told, player: int, first: int
) -> Stretch:
    """Some ticks of an episode's truth.

    Args:
        frames: (T + 1, H, W, 3) what the player saw in these T ticks.
        truth: Of the whole episode.
        told: Likewise.
        player: Whose.
        first: The first tick.
    """
    here = np.s_[first : first + len(frames) - 1, player : player + 1]
    real = Truth(truth.down[here], truth.camera[here], truth.counts[here])
    said = Told(told.sure[here], told.down[here], told.camera[here])
    return Stretch(frames, real, said, first)


def busiest(truth: Truth, ticks: int = TICKS) -> tuple[int, int, int]:
    """The stretch with most presses and releases, of each button only so many counted.

    Returns:
        How many they are, whose the stretch is, and its first tick.
    """
    changed = np.diff(truth.down.astype(np.int8), axis=0, prepend=0) != 0
    happened = (changed & truth.counts[..., None]).astype(np.int64)
    ticks = min(ticks, len(happened))
    before = np.concatenate([np.zeros_like(happened[:1]), np.cumsum(happened, 0)])
    within = before[ticks:] - before[: len(before) - ticks]  # (T - ticks + 1, P, 20)
    busy = np.minimum(within, OF_EACH).sum(-1)
    first, player = np.unravel_index(int(busy.argmax()), busy.shape)
    return int(busy.max()), int(player), int(first)


def draw_strips(
    dataset: "Dataset",
    entries: Sequence["Entry"],
    truths: Sequence[Truth],
    told: Sequence[Told],
    stream: str,
    out: Path,
) -> list[dict[str, str]]:
    """Draw the busiest stretches of some episodes, as pictures and as videos.

    Args:
        dataset: Where they are.
        entries: Which.
        truths: What was done in each.
        told: What a model says of each.
        stream: What it saw.
        out: The folder for files strip_0.png, strip_0.mp4 and so on.

    Returns:
        For each strip the names of its `picture` and `video`, and its `title`.
    """
    found = sorted(((*busiest(truth), k) for k, truth in enumerate(truths)), reverse=True)
    made = []
    for n, (_, player, first, k) in enumerate(found[:STRIPS]):
        entry, ticks = entries[k], min(TICKS, entries[k].length)
        frames = dataset.load(entry).streams[stream].read(player, first, first + ticks + 1)
        stretch = stretch_of(frames, truths[k], told[k], player, first)
        title = f"{entry.type}, episode {entry.unit}, player {player}"
        picture, video = f"strip_{n}.png", f"strip_{n}.mp4"
        save_png(out / picture, draw_strip(stretch, title))
        film_strip(stretch, out / video, title)
        made.append({"picture": picture, "video": video, "title": title})
    return made


def draw_strip(stretch: Stretch, title: str = "") -> Picture:
    """The strip as a picture."""
    height = 0.9 * WIDTH / SHOWN * 0.97  # frames are square
    figure, (top, lanes, *turns) = _figure(stretch, height, title)
    _frames(top, stretch)
    _draw(lanes, turns, stretch)
    return pixels(figure)


def film_strip(stretch: Stretch, path: Path, title: str = "") -> None:
    """The strip as a video, 20 ticks a second."""
    figure, (top, lanes, *turns) = _figure(stretch, (VIEW + 24) / 100.0, title)
    top.axis("off")
    _draw(lanes, turns, stretch)
    ground = pixels(figure)
    ticks = len(stretch.truth.down)
    places = lanes.transData.transform([(t + 0.5, 0.0) for t in range(ticks)])[:, 0]
    above = _rows(ground, top)
    low, high = _rows(ground, turns[-1])[1], _rows(ground, lanes)[0]
    scale = max(1, VIEW // stretch.frames.shape[1])
    with Video(path, frames_per_second=20) as video:
        for t, x in enumerate(np.rint(places).astype(int).tolist()):
            picture = ground.copy()
            view = stretch.frames[t].repeat(scale, 0).repeat(scale, 1)
            left = (picture.shape[1] - view.shape[1]) // 2
            y = above[0] + max(0, (above[1] - above[0] - len(view)) // 2)
            picture[y : y + len(view), left : left + view.shape[1]] = view
            picture[high:low, x : x + 2] = (230, 160, 30)
            video.add(picture)


def _figure(stretch: Stretch, above: float, title: str) -> tuple[Figure, list["Axes"]]:
    """An empty figure: a place on top, one for the lanes, and two for turns."""
    buttons = max(1, len(_used(stretch)))
    heights = [above, LANE * buttons, CAMERA, CAMERA]
    head, foot = 0.62, 0.45
    total = sum(heights) + head + foot + 0.3
    even = 2 * round(total * 50) / 100.0  # as video wants its pixels
    figure = Figure(figsize=(WIDTH, even), dpi=100, facecolor="white")
    grid = figure.add_gridspec(
        4, 1, height_ratios=heights, hspace=0.12, left=0.085, right=0.985,
        top=1.0 - head / total, bottom=foot / total,
    )  # fmt: skip
    panels = [figure.add_subplot(grid[k]) for k in range(4)]
    figure.text(0.085, 1.0 - 0.24 / total, title, fontsize=11, fontweight="bold", va="center")
    marks = [
        Patch(color=TRUE, label="done"),
        Patch(color=RIGHT, label="said, and done"),
        Patch(color=WRONG, label="said, not done"),
        Patch(facecolor="none", edgecolor=WRONG, label="missed"),
    ]
    figure.legend(
        handles=marks, ncols=4, loc="upper right", bbox_to_anchor=(0.985, 1.0), frameon=False,
        fontsize=9,
    )  # fmt: skip
    return figure, panels


def _frames(panel: "Axes", stretch: Stretch) -> None:
    """Every few frames, each where its tick begins."""
    ticks = len(stretch.truth.down)
    shown = min(SHOWN, ticks)
    step = ticks / shown
    for k in range(shown):
        frame = stretch.frames[int(k * step)]
        panel.imshow(frame, extent=(k * step, (k + 0.97) * step, 0.0, 1.0), aspect="auto")
    panel.set_xlim(0, ticks)
    panel.set_ylim(0.0, 1.0)
    panel.axis("off")


def _draw(lanes: "Axes", turns: list["Axes"], stretch: Stretch) -> None:
    ticks = len(stretch.truth.down)
    used = _used(stretch)
    for row, b in enumerate(used):
        real, said = stretch.truth.down[:, 0, b], stretch.told.down[:, 0, b]
        lanes.broken_barh(_runs(real), (row - 0.36, 0.34), color=TRUE, linewidth=0)
        lanes.broken_barh(_runs(said & real), (row + 0.04, 0.34), color=RIGHT, linewidth=0)
        lanes.broken_barh(_runs(said & ~real), (row + 0.04, 0.34), color=WRONG, linewidth=0)
        lanes.broken_barh(
            _runs(real & ~said), (row + 0.08, 0.26), facecolor="none", edgecolor=WRONG,
            linewidth=0.8,
        )  # fmt: skip
    lanes.set_yticks(range(len(used)), [BUTTONS[b] for b in used], fontsize=9)
    lanes.set_ylim(max(1, len(used)) - 0.5, -0.5)
    for row in range(1, len(used)):
        lanes.axhline(row - 0.5, color="#e8ebe6", linewidth=0.8)
    for axis, (panel, name) in enumerate(zip(turns, ("pitch", "yaw"), strict=True)):
        at = np.arange(ticks) + 0.5
        turn, told = stretch.truth.camera[:, 0, axis], stretch.told.camera[:, 0, axis]
        panel.fill_between(at, turn, told, step="mid", color=WRONG, alpha=0.25, linewidth=0)
        panel.step(at, turn, where="mid", color=TRUE, linewidth=1.5)
        panel.step(at, told, where="mid", color=RIGHT, linewidth=1.2)
        most = max(1.0, 1.1 * float(np.abs([turn, told]).max()))
        panel.set_ylim(-most, most)
        panel.set_ylabel(f"{name}\ndegrees", fontsize=8)
        panel.tick_params(labelsize=8)
    for panel in (lanes, *turns):
        panel.set_xlim(0, ticks)
        panel.grid(axis="x", color="#e8ebe6", linewidth=0.8)
        panel.set_axisbelow(True)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
        places = np.arange(-stretch.first % 20, ticks + 1, 20)
        panel.set_xticks(places, ["" for _ in places])
    turns[-1].set_xticks(places, [str((stretch.first + t) // 20) for t in places.tolist()])
    turns[-1].set_xlabel("seconds of the episode", fontsize=9)


def _used(stretch: Stretch) -> list[int]:
    """The buttons with a lane."""
    either = stretch.truth.down | stretch.told.down
    return np.flatnonzero(either.any((0, 1))).tolist()


def _runs(flags: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """(first, length) of each run of ticks."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(float(a), float(b - a)) for a, b in edges.reshape(-1, 2).tolist()]


def _rows(ground: Picture, panel: "Axes") -> tuple[int, int]:
    """The first and last row of pixels of a panel."""
    box = panel.get_window_extent()
    return round(len(ground) - box.y1), round(len(ground) - box.y0)
