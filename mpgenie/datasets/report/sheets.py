"""Contact sheets: a row of moments for each player of an episode."""

import numpy as np

from mpgenie.datasets.pictures import Stream, StreamSpec
from mpgenie.datasets.reading import Dataset, Entry
from mpgenie.datasets.schema import Array
from mpgenie.pictures import Picture, grid

MOMENTS = 8
MOST_PLAYERS = 4
_WIDEST = 160


def stream_of(entry: Entry) -> str | None:
    """The stream whose pictures are shown: through the eyes if there is one."""
    specs = {name: StreamSpec(**spec) for name, spec in entry.streams.items()}
    coloured = [name for name, spec in specs.items() if spec.look == "rgb"]
    return min(coloured, key=lambda name: (specs[name].camera != "ego", name), default=None)


def contact_sheet(dataset: Dataset, entry: Entry) -> Picture | None:
    """Evenly spaced frames of each player side by side; None if there are no pictures."""
    name = stream_of(entry)
    if name is None:
        return None
    stream = dataset.load(entry).streams[name]
    moments = np.linspace(0, stream.frames - 1, MOMENTS).round().astype(int).tolist()
    rows = [
        [_small(_frame(stream, player, moment)) for moment in moments]
        for player in range(min(MOST_PLAYERS, stream.players))
    ]
    return grid([picture for row in rows for picture in row], columns=MOMENTS, gap=2)


def _frame(stream: Stream, player: int, moment: int) -> Array:
    frame: Array = stream.read(player, moment, moment + 1)[0]
    return frame


def _small(picture: Array) -> Picture:
    """At most so wide, each pixel the mean of a few."""
    step = -(-picture.shape[1] // _WIDEST)
    height, width = (edge // step * step for edge in picture.shape[:2])
    parts = picture[:height, :width].reshape(height // step, step, width // step, step, 3)
    small: Picture = parts.mean((1, 3)).round().astype(np.uint8)
    return small
